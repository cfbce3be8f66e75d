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

__all__ = ["planted_defects", "truth_by_kind"]


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
    defects = [_defect(defect, caused, by_cause, zone) for defect in truth.defects if isinstance(defect, dict)]
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
    name = str(defect.get("id"))
    effects = []
    for kind, count in sorted(caused.get(name, Counter()).items(), key=lambda item: (-item[1], _order(item[0]))):
        entry = by_cause[kind].get(name, {}) if kind in by_cause else None
        found = None if entry is None else int(entry.get("matched") or 0)
        recall = Rate() if entry is None else Rate.of(entry.get("recall"))
        effects.append(Effect(kind=kind, name=capital(kind_words(kind).many), caused=count, found=found, recall=recall))
    finding = str(defect.get("finding") or "")
    page = str(defect.get("page") or "")
    return PlantedDefect(
        id=name,
        about=str(defect.get("about") or plain_name(name.replace("-", " "))),
        sort=PAGE_FINDING_WORDS.get(finding, plain_name(finding)),
        page=page,
        page_name=page_name(page or None),
        where=state_words(defect.get("state")),
        who=_who(defect, zone),
        effects=tuple(effects),
        caused=sum(effect.caused for effect in effects),
        looked_for=sum(effect.caused for effect in effects if effect.found is not None),
        found=sum(effect.found for effect in effects if effect.found is not None),
    )


def _who(defect: Mapping[str, Any], zone: str) -> str:
    """For whom and when: variant, devices, days; "everybody" where nothing narrows it."""
    devices = [d for d in DEVICE_ORDER if d in (defect.get("devices") or DEVICE_ORDER)]
    parts = []
    if defect.get("variant"):
        parts.append(f"variant {defect['variant']}")
    if devices and len(devices) < len(DEVICE_ORDER):
        parts.append(f"{listed([device_words(device).lower() for device in devices])} only")
    begin, end = (_moment(defect.get(name)) for name in ("from", "until"))
    if begin:
        parts.append(f"from {moment_words(begin, zone)}")
    if end:
        parts.append(f"until {moment_words(end, zone)}")
    return ", ".join(parts) if parts else "everybody, all the time"


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
