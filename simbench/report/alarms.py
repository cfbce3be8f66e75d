"""Where the detectors were alarmed: the elements of pages that raised most findings."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from simbench.events.run import Run
from simbench.events.truth import Truth
from simbench.report.contents import AlarmSpot, KeyFinding
from simbench.report.words import capital, count_of, kind_words

__all__ = ["alarm_counts", "alarm_spots"]

_MOST: Final = 10


#: Kind, page and target.
_Spot = tuple[str, str, str]


def alarm_spots(
    run: Run, findings: pa.Table, truth: Truth | None, about: Mapping[str, str]
) -> tuple[AlarmSpot, ...]:  # fmt: skip
    """The spots with most findings, and what really happened there.

    Parameters
    ----------
    findings
        With the schema `FINDINGS`; those about pages are left out.
    truth
        Of the run; None where there is none.
    about
        What the planted defects are, by id.
    """
    elements = run.elements()
    control = _controls(elements)
    sessions: dict[_Spot, list[str]] = defaultdict(list)
    columns = [findings[name].to_pylist() for name in ("kind", "page", "target", "session")]
    for kind, page, target, session in zip(*columns, strict=True):
        if session is not None:
            sessions[kind or "", page or "", control(page or "", target or "")].append(session)
    order = sorted(sessions.items(), key=lambda item: (-len(item[1]), item[0]))[:_MOST]
    labels = _labels(elements, {target for (_, _, target), _ in order})
    real = {} if truth is None else _real(run, truth, control)
    most = max([1, *(len(found) for _, found in order)])
    return tuple(
        AlarmSpot(
            kind=spot[0],
            name=capital(kind_words(spot[0]).many),
            page=spot[1],
            label=labels.get(spot[1:], ""),
            target=spot[2],
            findings=len(found),
            sessions=len(set(found)),
            share=len(found) / most,
            real=sum(real.get(spot, Counter()).values()),
            planted=next((about.get(cause, "") for cause, _ in real.get(spot, Counter()).most_common(1) if cause), ""),
        )
        for spot, found in order
    )


def _controls(elements: pa.Table) -> Callable[[str, str], str]:
    """What finds the control that an element belongs to: a picture in a button is the button."""
    columns = [elements[name].to_pylist() for name in ("page", "target", "interactive_ancestor")]
    outer = {(page or "", target): control for page, target, control in zip(*columns, strict=True) if control}
    return lambda page, target: outer.get((page, target), target)


def _real(run: Run, truth: Truth, control: Callable[[str, str], str]) -> dict[_Spot, Counter[str]]:
    """True episodes in recorded views, by spot and cause (empty for none)."""
    views = run.table("views")
    columns = [views[name].to_pylist() for name in ("session", "view", "page")]
    pages = {(session, view): page for session, view, page in zip(*columns, strict=True)}
    real: dict[_Spot, Counter[str]] = defaultdict(Counter)
    columns = [truth.episodes[name].to_pylist() for name in ("role", "kind", "session", "view", "target", "cause")]
    for role, kind, session, view, target, cause in zip(*columns, strict=True):
        page = pages.get((session, view))
        if role == "true" and page is not None:
            real[kind or "", page, control(page, target or "")][cause or ""] += 1
    return real


def alarm_counts(findings: pa.Table, detectors: Sequence[Mapping[str, Any]]) -> tuple[KeyFinding, ...]:
    """The headline without truth: how often each detector was alarmed, and in how many visits."""
    kinds = [str(kind) for detector in detectors for kind in detector.get("kinds") or ()]
    sessions: dict[str, list[str]] = {kind: [] for kind in kinds}
    for kind, session in zip(findings["kind"].to_pylist(), findings["session"].to_pylist(), strict=True):
        if session is not None and kind is not None:
            sessions.setdefault(kind, []).append(session)
    counts = []
    for kind, found in sessions.items():
        name = capital(kind_words(kind).many)
        visits = len(set(found))
        sentence = f"{name}: {count_of(len(found), 'alarm')} in {count_of(visits, 'visit')}."
        counts.append(KeyFinding(kind=kind, name=name, sentence=sentence, findings=len(found), sessions=visits))
    return tuple(counts)


def _labels(elements: pa.Table, targets: set[str]) -> dict[tuple[str, str], str]:
    """Texts of elements, by page and selector."""
    labels: dict[tuple[str, str], str] = {}
    columns = [elements[name].to_pylist() for name in ("page", "target", "text")]
    for page, target, text in zip(*columns, strict=True):
        if target in targets and text and text.strip():
            labels.setdefault((page or "", target), text)
    return labels
