"""From the score document (``simbench.score/1``) to what a report says about each detector."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from simbench.report.contents import Bar, Bounds, DetectorScore, KeyFinding, Rate, ScoreRow, Segment, SegmentGroup
from simbench.report.words import (
    DEVICE_ORDER,
    Named,
    capital,
    count_of,
    device_words,
    false_alarm_words,
    kind_words,
    plain_name,
)

__all__ = ["detector_scores", "key_findings"]

Rows = Sequence[Mapping[str, Any]]

_MOST_BARS: Final = 12
_BESIDE: Final = {
    "random": ("Random", "as many alarms, at random clicks"),
    "null": ("Silent", "never says a word"),
    "perfect": ("Perfect", "knows the truth of all that was recorded"),
}


def detector_scores(
    results: Rows, defects: Mapping[str, str], rules: Mapping[str, str]
) -> tuple[DetectorScore, ...]:  # fmt: skip
    """All that is said about each detector on each kind, in the document's order.

    Parameters
    ----------
    results
        ``results`` of the document.
    defects
        What the planted defects are, by id.
    rules
        What detectors look for, by name.
    """
    return tuple(_one(row, results, defects, rules) for row in results if row.get("row") == "detector")


def key_findings(results: Rows) -> tuple[KeyFinding, ...]:
    """The headline: a line a detector and kind."""
    found = []
    for row in results:
        if row.get("row") != "detector":
            continue
        recall, precision = Rate.of(row.get("recall")), Rate.of(row.get("precision"))
        ceiling = next((r for r in results if r.get("row") == "perfect" and r.get("kind") == row.get("kind")), {})
        name = _title(row, results)
        found.append(
            KeyFinding(
                kind=str(row.get("kind")),
                name=name,
                sentence=_sentence(name, recall, precision, int(row.get("truth") or 0), int(row.get("findings") or 0)),
                recall=recall,
                precision=precision,
                ceiling=Rate.of(ceiling.get("recall")),
                truth=int(row.get("truth") or 0),
                findings=int(row.get("findings") or 0),
            )
        )
    return tuple(found)


def _title(row: Mapping[str, Any], results: Rows) -> str:
    """The kind's name, and the detector's where there are several for it."""
    rivals = [r for r in results if r.get("row") == "detector" and r.get("kind") == row.get("kind")]
    name = capital(kind_words(str(row.get("kind"))).many)
    return name if len(rivals) == 1 else f"{name}, by {row.get('detector')}"


def _sentence(name: str, recall: Rate, precision: Rate, truth: int, findings: int) -> str:
    if not truth:
        alarms = f"{count_of(findings, 'alarm')} all the same" if findings else "and no alarm was raised"
        return f"{name}: there were none, {alarms}."
    found = f"found {recall.percent} ({recall.span}) of {truth:,}"
    if not findings:
        return f"{name}: found none of {truth:,}."
    if not precision.known:
        return f"{name}: {found}; whether its alarms were right cannot be told."
    return f"{name}: {found}; {precision.percent} of alarms were right ({precision.span})."


def _one(
    row: Mapping[str, Any], results: Rows, defects: Mapping[str, str], rules: Mapping[str, str]
) -> DetectorScore:  # fmt: skip
    kind, detector = str(row.get("kind")), str(row.get("detector"))
    false = {str(k): int(v) for k, v in (row.get("false_positives") or {}).items()}
    missed = {str(k): int(v) for k, v in (row.get("missed") or {}).items()}
    return DetectorScore(
        kind=kind,
        name=_title(row, results),
        meaning=kind_words(kind).meaning,
        detector=detector,
        rule=rules.get(detector, ""),
        truth=int(row.get("truth") or 0),
        findings=int(row.get("findings") or 0),
        matched=int(row.get("matched") or 0),
        ambiguous=int(row.get("ambiguous") or 0),
        rows=tuple(_rows(row, results)),
        false_alarms=_bars(false, false_alarm_words, _false_tone),
        false_count=sum(false.values()),
        false_rate=_false_rate(row),
        missed=_bars(missed, lambda cause: _cause(cause, defects), _missed_tone),
        missed_count=sum(missed.values()),
        by=tuple(_groups(row.get("by") or {})),
        bounds=_bounds(row.get("bounds") or {}),
    )


def _rows(row: Mapping[str, Any], results: Rows) -> Iterable[ScoreRow]:
    kind, detector = row.get("kind"), row.get("detector")
    yield _score_row(row, "detector", "The detector", plain_name(str(detector)) if detector != kind else "")
    for role, (name, remark) in _BESIDE.items():
        for other in results:
            mine = role != "random" or other.get("detector") == detector
            if other.get("row") == role and other.get("kind") == kind and mine:
                yield _score_row(other, role, name, remark)


def _score_row(row: Mapping[str, Any], role: str, name: str, remark: str) -> ScoreRow:
    rates = {measure: Rate.of(row.get(measure)) for measure in ("precision", "recall", "f1")}
    return ScoreRow(role=role, name=name, remark=remark, **rates)


def _bars(counts: Mapping[str, int], words: Any, tone: Any) -> tuple[Bar, ...]:
    """The commonest first; many rare ones as one."""
    order = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    kept, rest = order[:_MOST_BARS], order[_MOST_BARS:]
    most = max([1, *(count for _, count in kept)])
    bars = []
    for name, count in kept:
        named: Named = words(name)
        bars.append(Bar(name=named.name, meaning=named.meaning, count=count, share=count / most, tone=tone(name)))
    if rest:
        count = sum(count for _, count in rest)
        name = f"{len(rest)} other reasons"
        bars.append(Bar(name=name, meaning="", count=count, share=min(count / most, 1), tone="grey"))
    return tuple(bars)


def _false_tone(reason: str) -> str:
    return {"lookalike": "amber", "other_kind": "accent"}.get(reason.partition(":")[0], "grey")


def _missed_tone(cause: str) -> str:
    return {"unobservable": "grey", "none": "amber"}.get(cause, "accent")


def _cause(cause: str, defects: Mapping[str, str]) -> Named:
    if cause == "unobservable":
        return Named(
            name="Not recorded",
            meaning="the visitor had not agreed to it, or the acts were lost on the way: nobody could find these",
        )
    if cause == "none":
        return Named(name="No planted cause", meaning="ordinary trouble that any site has")
    return Named(name=defects.get(cause) or plain_name(cause.replace("-", " ")), meaning="")


def _false_rate(row: Mapping[str, Any]) -> str:
    rate = row.get("false_positives_per_1000") or {}
    if not rate.get("value"):
        return ""
    return f"{rate['value']:.1f} per 1,000 {row.get('opportunity') or 'benign click'}s"


def _groups(by: Mapping[str, Any]) -> Iterable[SegmentGroup]:
    for key, name in (("device", "Device"), ("persona", "Persona")):
        segments = []
        for segment, entry in (by.get(key) or {}).items():
            title = device_words(segment) if key == "device" else plain_name(str(segment))
            segments.append(
                Segment(
                    name=title,
                    truth=int(entry.get("truth") or 0),
                    findings=int(entry.get("findings") or 0),
                    recall=Rate.of(entry.get("recall")),
                    precision=Rate.of(entry.get("precision")),
                )
            )
        order = {device_words(device): i for i, device in enumerate(DEVICE_ORDER)}
        segments.sort(key=lambda s: (order.get(s.name, len(order)), s.name))
        if segments:
            yield SegmentGroup(name=name, segments=tuple(segments))


def _bounds(bounds: Mapping[str, Any]) -> Bounds:
    as_true, as_false = bounds.get("ambiguous_as_true") or {}, bounds.get("ambiguous_as_false") or {}
    return Bounds(
        recall=(Rate.of(as_true.get("recall")), Rate.of(as_false.get("recall"))),
        precision=(Rate.of(as_true.get("precision")), Rate.of(as_false.get("precision"))),
    )
