"""What a judgement says, as values, and as the JSON document ``simbench.score/1``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from simbench.bench.case import Unjudged
from simbench.bench.interval import METHODS, Intervals

__all__ = ["SCORE_SCHEMA", "Estimate", "KindScore", "Scorecard", "SessionView", "estimate_list", "share"]

SCORE_SCHEMA: Final = "simbench.score/1"

#: Why a value is missing.
NOT_FOUND: Final = "nothing was found"
NOT_PLANTED: Final = "nothing was planted"
NOT_OBSERVABLE: Final = "nothing planted could be seen in the recordings"

#: Digits that are kept of a rate.
DIGITS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its interval and how that was made; `value` is None where there is none, and `reason` says why."""

    value: float | None
    low: float | None
    high: float | None
    method: str
    reason: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The same for JSON."""
        out: dict[str, Any] = {"value": self.value, "low": self.low, "high": self.high, "method": self.method}
        return out if self.reason is None else {**out, "reason": self.reason}


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """The coarser question: which recorded sessions have any episode of the kind.

    Sessions whose only episodes of the kind are ambiguous stay outside. `precision_at` restates precision at other
    shares of sessions with an episode.
    """

    sessions: int
    with_truth: int
    flagged: int
    both: int
    sensitivity: Estimate
    specificity: Estimate
    precision: Estimate
    likelihood_ratio: float | None
    precision_at: tuple[tuple[float, float | None], ...]

    def to_json(self) -> dict[str, Any]:
        """The same for JSON."""
        return _plain(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class KindScore:
    """How one detector (or one of the rows beside it) does on one kind.

    Always ``findings = matched + ambiguous + sum(false_positives)`` and ``truth = matched + sum(missed)``, but for a
    `random` row, whose counts are means over its repetitions.

    `ambiguous` findings count neither way; `bounds` gives precision, recall and F1 with all ambiguous episodes taken as
    true and as false. `opportunity` is what `false_positives_per_1000` is per, and what `precision_at` counts true
    episodes per 1,000 of. `curve` has score, precision and recall at thresholds of the score, `collars` collar (ms),
    precision and recall; `many_to_one` counts any number of findings on one episode, and the other way round, as right.
    """

    row: str
    detector: str
    kind: str
    truth: int
    findings: float
    matched: float
    ambiguous: float
    precision: Estimate
    recall: Estimate
    recall_observable: Estimate
    f1: Estimate
    bounds: dict[str, dict[str, Estimate]] = field(default_factory=dict)
    false_positives: dict[str, int] = field(default_factory=dict)
    missed: dict[str, int] = field(default_factory=dict)
    false_positives_per_1000: Estimate | None = None
    opportunity: str = "benign click"
    precision_at: tuple[tuple[float, float | None], ...] = ()
    many_to_one: dict[str, float | None] = field(default_factory=dict)
    by: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    curve: tuple[tuple[float, float | None, float | None], ...] = ()
    collars: tuple[tuple[int, float | None, float | None], ...] = ()
    sessions: SessionView | None = None

    def to_json(self) -> dict[str, Any]:
        """The same for JSON."""
        return _plain(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """All rows of one judgement, and what stayed outside it."""

    results: tuple[KindScore, ...]
    matching: dict[str, Any]
    population: dict[str, int]
    unjudged: Unjudged
    undeclared: dict[str, dict[str, int]]
    kinds_without_detector: dict[str, int]

    def to_json(self) -> dict[str, Any]:
        """The document ``simbench.score/1``."""
        return {"schema": SCORE_SCHEMA, **_plain(self)}


def _plain(value: Any) -> Any:
    if isinstance(value, Estimate):
        return value.to_json()
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(entry) for entry in value]
    if hasattr(value, "__slots__"):
        return {name: _plain(getattr(value, name)) for name in value.__slots__}
    return value


def estimate_list(intervals: Intervals, reason: str, scale: float = 1.0) -> list[Estimate]:
    """One `Estimate` a stratum; `reason` is why a value is missing."""
    out = []
    columns = (intervals.value, intervals.low, intervals.high)
    for value, low, high, method in zip(*(c.tolist() for c in columns), intervals.method.tolist(), strict=True):
        if method == 0:
            out.append(Estimate(value=None, low=None, high=None, method=METHODS[0], reason=reason))
        else:
            numbers = {"value": value * scale, "low": low * scale, "high": high * scale}
            rounded = {name: round(number, DIGITS) for name, number in numbers.items()}
            out.append(Estimate(**rounded, method=METHODS[method]))
    return out


def share(part: float, whole: float) -> float | None:
    """A rounded ratio; None of nothing."""
    return round(part / whole, DIGITS) if whole else None
