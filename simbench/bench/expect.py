"""A scenario's expectations: the bars that a detector must clear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from simbench.bench.results import Estimate, KindScore, Scorecard
from simbench.errors import BadInput

__all__ = ["MEASURES", "Verdict", "check_expectations"]

#: What may be expected of.
MEASURES: Final = ("precision", "recall", "recall_observable", "f1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One expectation, held against one kind's score; `text` says it in a line for people."""

    met: bool
    detector: str
    kind: str
    measure: str
    value: float | None
    text: str

    def to_json(self) -> dict[str, Any]:
        """The same for JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


def check_expectations(card: Scorecard, expectations: Sequence[Mapping[str, Any]]) -> list[Verdict]:
    """Hold expectations against scores; the point estimate decides.

    Parameters
    ----------
    card
        The scores.
    expectations
        Each with `detector`, `measure`, one or both of `at_least` and `at_most`, and perhaps `kind`; without a kind the
        bar stands for every kind of the detector.

    Raises
    ------
    BadInput
        An expectation names a detector, kind or measure that was not scored.
    """
    verdicts = []
    rows = [row for row in card.results if row.row == "detector"]
    for number, expectation in enumerate(expectations, start=1):
        for row in _meant(rows, expectation, f"expect, entry {number}"):
            estimate: Estimate = getattr(row, expectation["measure"])
            verdicts.append(_verdict(row, expectation, estimate))
    return verdicts


def _meant(rows: Sequence[KindScore], expectation: Mapping[str, Any], where: str) -> list[KindScore]:
    detector, kind, measure = (expectation.get(name) for name in ("detector", "kind", "measure"))
    if measure not in MEASURES:
        raise BadInput(f"{where}: measure {measure!r} is unknown; one of {', '.join(MEASURES)}")
    meant = [row for row in rows if row.detector == detector and kind in (None, row.kind)]
    if not meant:
        names = sorted({f"{row.detector} ({row.kind})" if kind else row.detector for row in rows})
        what = f"detector {detector!r}" + (f" on kind {kind!r}" if kind else "")
        raise BadInput(f"{where}: {what} was not scored; scored were: {', '.join(names) or 'none'}")
    return meant


def _verdict(row: KindScore, expectation: Mapping[str, Any], estimate: Estimate) -> Verdict:
    measure, least, most = expectation["measure"], expectation.get("at_least"), expectation.get("at_most")
    bars = [f"at least {least:g}"] if least is not None else []
    bars += [f"at most {most:g}"] if most is not None else []
    who = row.detector if row.detector == row.kind else f"{row.detector} on {row.kind}"
    value = estimate.value
    if value is None:
        met, measured = False, f"cannot be told ({estimate.reason})"
    else:
        met = (least is None or value >= least) and (most is None or value <= most)
        measured = f"is {value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"
    text = f"{who}: {measure} {measured}, expected {' and '.join(bars)}"
    return Verdict(met=met, detector=row.detector, kind=row.kind, measure=measure, value=value, text=text)
