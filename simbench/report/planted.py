"""What was planted, what it did to the visitors, and how much of that was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from simbench.events.schema import KINDS
from simbench.events.truth import Truth
from simbench.report.contents import Effect, PlantedDefect, Rate
from simbench.report.days import moment_words
from simbench.report.words import (
    DEVICE_ORDER,
    PAGE_FINDING_WORDS,
    capital,
    device_words,
    kind_words,
    listed,
    page_name,
    plain_name,
    state_words,
)

__all__ = ["declared_defects", "planted_defects", "truth_by_kind"]


def declared_defects(truth: Truth) -> list[dict[str, Any]]:
    """The planted defects as the run declares them: each with every key, whatever the file has or lacks.

    ``id``, ``finding``, ``page``, ``state``, ``target`` and ``about`` are texts, ``devices`` a list of known ones,
    ``variant``, ``from`` and ``until`` a text or None.
    """
    declared: Any = truth.defects
    rows = [row for row in declared if isinstance(row, dict)] if isinstance(declared, list) else []
    return [_complete(row) for row in rows]


def _complete(row: Mapping[str, Any]) -> dict[str, Any]:
    def text(name: str) -> str:
        return str(row[name]) if row.get(name) is not None else ""

    devices = row.get("devices")
    known = [device for device in DEVICE_ORDER if isinstance(devices, list) and device in devices]
    return {
        **{name: text(name) for name in ("id", "finding", "page", "target")},
        "state": text("state") or "fresh",
        "about": text("about") or plain_name(text("id").replace("-", " ")),
        "devices": known or list(DEVICE_ORDER),
        **{name: text(name) or None for name in ("variant", "from", "until")},
    }


def planted_defects(truth: Truth, results: Sequence[Mapping[str, Any]], zone: str) -> tuple[PlantedDefect, ...]:
    """The planted defects, those that did most first.

    Parameters
    ----------
    results
        ``results`` of a score document; of several detectors for a kind the first is taken.
    zone
        Time zone in which days are told.
    """
    caused = _caused(truth)
    by_cause: dict[str, Mapping[str, Any]] = {}
    for row in results:
        if row.get("row") == "detector":
            by_cause.setdefault(str(row.get("kind")), (row.get("by") or {}).get("cause") or {})
    defects = [_defect(defect, caused, by_cause, zone) for defect in declared_defects(truth)]
    return tuple(sorted(defects, key=lambda defect: (-defect.caused, defect.id)))


def truth_by_kind(truth: Truth) -> dict[str, int]:
    """True episodes by kind."""
    rows = zip(truth.episodes["kind"].to_pylist(), truth.episodes["role"].to_pylist(), strict=True)
    counts = Counter(kind for kind, role in rows if role == "true")
    return {kind: counts[kind] for kind in sorted(counts, key=_order)}


def _caused(truth: Truth) -> dict[str, Counter[str]]:
    """True episodes by cause and kind."""
    columns = [truth.episodes[name].to_pylist() for name in ("cause", "kind", "role")]
    caused: dict[str, Counter[str]] = {}
    for cause, kind, role in zip(*columns, strict=True):
        if role == "true" and cause is not None:
            caused.setdefault(cause, Counter())[kind] += 1
    return caused


def _order(kind: str) -> tuple[int, str]:
    return (KINDS.index(kind) if kind in KINDS else len(KINDS), kind)


def _defect(
    defect: Mapping[str, Any], caused: Mapping[str, Counter[str]], by_cause: Mapping[str, Mapping[str, Any]], zone: str
) -> PlantedDefect:  # fmt: skip
    name = defect["id"]
    effects = []
    for kind, count in sorted(caused.get(name, Counter()).items(), key=lambda item: (-item[1], _order(item[0]))):
        entry = by_cause[kind].get(name, {}) if kind in by_cause else None
        found = None if entry is None else int(entry.get("matched") or 0)
        recall = Rate() if entry is None else Rate.of(entry.get("recall"))
        effects.append(Effect(kind=kind, name=capital(kind_words(kind).many), caused=count, found=found, recall=recall))
    finding, page = defect["finding"], defect["page"]
    return PlantedDefect(
        id=name,
        about=defect["about"],
        sort=PAGE_FINDING_WORDS.get(finding, plain_name(finding)),
        page=page,
        page_name=page_name(page or None),
        where=state_words(defect["state"]),
        who=_who(defect, zone),
        effects=tuple(effects),
        caused=sum(effect.caused for effect in effects),
        looked_for=sum(effect.caused for effect in effects if effect.found is not None),
        found=sum(effect.found for effect in effects if effect.found is not None),
        slows=finding.startswith("scroll_"),
    )


def _who(defect: Mapping[str, Any], zone: str) -> str:
    """For whom and when: variant, devices, days; "everybody" where nothing narrows it."""
    parts = []
    if defect["variant"]:
        parts.append(f"variant {defect['variant']}")
    if len(defect["devices"]) < len(DEVICE_ORDER):
        parts.append(f"{listed([device_words(device).lower() for device in defect['devices']])} only")
    begin, end = (_moment(defect[name]) for name in ("from", "until"))
    if begin:
        parts.append(f"from {moment_words(begin, zone)}")
    if end:
        parts.append(f"until {moment_words(end, zone)}")
    return ", ".join(parts) if parts else "everybody, all the time"


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
