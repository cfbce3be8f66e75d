"""What a look at one key alone cannot tell: shares, names, times, and what the site has.

The checks walk the plain tree of the file and pass over whatever has the wrong shape, so that they find their problems
also where the file is wrong elsewhere, and a person hears of everything at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from importlib.metadata import entry_points
from typing import Any

from pydantic_core import PydanticCustomError

from simbench.events.schema import DEVICES, KINDS
from simbench.events.yaml_source import KeyPath, Problem, YamlSource, did_you_mean, show_path, show_value
from simbench.scenario.extending import called, extending_problems
from simbench.scenario.kinds import read_moment
from simbench.site.declaration import Declaration
from simbench.site.routes import page_of
from simbench.visitor.persona.library import DEFAULT, PersonaLibrary
from simbench.visitor.persona.weights import SHARE_TOLERANCE

__all__ = ["check"]


def check(source: YamlSource, library: PersonaLibrary, site: Declaration | None) -> list[Problem]:
    """All problems between the keys of a scenario, and with its site (None: unknown, so that is not looked at)."""
    complaints: Iterable[tuple[KeyPath, str]] = [
        *_shares(source),
        *_names(source),
        *_personas(source, library),
        *extending_problems(source, library),
        *_windows(source),
        *_length(source),
        *_expectations(source),
        *(_site(source, library, site) if site is not None else ()),
    ]
    return [source.problem(path, text) for path, text in complaints]


Complaints = Iterator[tuple[KeyPath, str]]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shares(source: YamlSource) -> Complaints:
    """Shares of the personas, and those of the variants, add up to 1."""
    for key in ("personas", "variants"):
        entries = source.tree.get(key)
        if not isinstance(entries, list) or not entries:
            continue
        shares = [value for _, value in source.every(key, ..., "share")]
        if len(shares) == len(entries) and all(_is_number(share) for share in shares):
            total = math.fsum(shares)
            if abs(total - 1) > SHARE_TOLERANCE * (1 + 1e-9):
                yield (key,), f"the shares add up to {total:.6g}, not 1; change them so that they do"


def _names(source: YamlSource) -> Complaints:
    """Variants, campaigns and personas are told apart by their names."""
    for key in ("variants", "campaigns"):
        yield from _twice(source.every(key, ..., "name"), "rename one of them")
    called: list[tuple[KeyPath, Any]] = []
    for path, entry in source.every("personas", ...):
        if isinstance(entry, dict):
            key = "name" if "name" in entry else "use"
            called.append(((*path, key), entry.get(key)))
    yield from _twice(called, "give one of them a `name:` of its own, or add up their shares")
    for path, _ in source.every("variants", ..., "defects"):
        yield from _twice(source.every(*path, ...), "name it once")


def _twice(named: Iterable[tuple[KeyPath, Any]], mend: str) -> Complaints:
    first: dict[str, KeyPath] = {}
    for path, name in named:
        if not isinstance(name, str):
            continue
        if name in first:
            yield path, f"the name {show_value(name)} stands already at {show_path(first[name])}; {mend}"
        first.setdefault(name, path)


def _personas(source: YamlSource, library: PersonaLibrary) -> Complaints:
    for path, name in source.every("personas", ..., "use"):
        if isinstance(name, str) and name not in library.patches:
            yield path, f"the library has no persona {show_value(name)}; {did_you_mean(name, library.names)}"


# ---------------------------------------------------------------------------------------------------------------------
# Times


def _moment(value: object) -> datetime | None:
    try:
        return read_moment(value)
    except PydanticCustomError:
        return None  # said by the model


def _windows(source: YamlSource) -> Complaints:
    """Windows of time are not empty, and do not end before the scenario starts."""
    start = _moment(source.tree.get("start"))
    for key in ("defects", "campaigns"):
        for path, entry in source.every(key, ...):
            if not isinstance(entry, dict):
                continue
            begin, end = _moment(entry.get("from")), _moment(entry.get("until"))
            if begin is not None and end is not None and begin >= end:
                yield (*path, "until"), "is not after `from`; swap or change them"
            elif end is not None and start is not None and end <= start:
                yield (*path, "until"), "lies before the scenario's start, so it would never be seen; move it"


def _length(source: YamlSource) -> Complaints:
    """A century is more than anybody means."""
    sessions, arrivals = source.tree.get("sessions"), source.tree.get("arrivals")
    per_day = arrivals.get("per_day") if isinstance(arrivals, dict) else None
    if isinstance(sessions, int) and isinstance(per_day, int | float) and per_day > 0:
        years = sessions / per_day / 365.25
        if years > 100:
            yield (
                ("arrivals", "per_day"),
                f"{sessions:,} sessions would take {years:,.0f} years; raise it, or ask for fewer",
            )


# ---------------------------------------------------------------------------------------------------------------------
# Expectations


def _expectations(source: YamlSource) -> Complaints:
    if not source.tree.get("expect"):
        return
    from simbench.core.detectors import DETECTORS  # noqa: PLC0415 - the core is slow to load, and seldom needed here

    plugged_in = [entry.name for entry in entry_points(group="simbench.detectors")]
    for path, entry in source.every("expect", ...):
        if not isinstance(entry, dict):
            continue
        name, kind = entry.get("detector"), entry.get("kind")
        # A name with a dot or a slash is a YAML that describes a program; it is looked at when it is run.
        if isinstance(name, str) and name and not any(mark in name for mark in "./\\"):
            if name not in DETECTORS and name not in plugged_in:
                mend = did_you_mean(name, [*DETECTORS, *plugged_in])
                yield (*path, "detector"), f"there is no detector {show_value(name)}; {mend}"
            elif name in DETECTORS and isinstance(kind, str) and kind in KINDS and kind not in DETECTORS[name].kinds:
                finds = ", ".join(DETECTORS[name].kinds)
                yield (*path, "kind"), f"{name} does not find {kind} (it finds {finds}); take another"
        if isinstance(kind, str) and kind not in KINDS:
            yield (*path, "kind"), f"there is no kind {show_value(kind)}; {did_you_mean(kind, KINDS)}"
        least, most = entry.get("at_least"), entry.get("at_most")
        if least is None and most is None:
            yield path, "expects nothing; add at_least or at_most"
        elif isinstance(least, int | float) and isinstance(most, int | float) and least > most:
            yield (*path, "at_most"), f"is below at_least ({least:g}), so nothing could meet both; change one"


# ---------------------------------------------------------------------------------------------------------------------
# The site


def _site(source: YamlSource, library: PersonaLibrary, site: Declaration) -> Complaints:
    yield from _defects(source, site)
    yield from _pages(source, site)
    yield from _goals(source, library, site)


def _defects(source: YamlSource, site: Declaration) -> Complaints:
    known = {defect.id: defect for defect in site.defects}
    named = [*source.every("variants", ..., "defects", ...), *source.every("defects", ..., "id")]
    for path, name in named:
        if isinstance(name, str) and name not in known:
            yield path, f"the site {site.name} has no defect {show_value(name)}; {did_you_mean(name, known)}"
    for path, device in source.every("defects", ..., "devices", ...):
        (name,) = [value for _, value in source.every(*path[:2], "id")] or [None]
        defect = known.get(name) if isinstance(name, str) else None
        if defect is not None and device in DEVICES and device not in defect.devices:
            shows = ", ".join(defect.devices)
            yield path, f"{defect.id} cannot show on {device} (it shows on: {shows}); take {device} out"
    yield from _planted_twice(source, known)


def _planted_twice(source: YamlSource, known: Mapping[str, Any]) -> Complaints:
    """Entries of one defect may follow each other in time or share out the devices, but not overlap."""
    seen: list[tuple[KeyPath, str, set[str], datetime | None, datetime | None]] = []
    for path, entry in source.every("defects", ...):
        if not (isinstance(entry, dict) and isinstance(entry.get("id"), str) and entry["id"] in known):
            continue
        listed = entry.get("devices")
        devices = {d for d in listed if isinstance(d, str)} if isinstance(listed, list) else set(DEVICES)
        begin, end = _moment(entry.get("from")), _moment(entry.get("until"))
        for other, name, on, since, until in seen:
            apart = (end and since and end <= since) or (begin and until and until <= begin)
            if name == entry["id"] and on & devices and not apart:
                yield path, f"plants {name} again where {show_path(other)} does already; merge the two"
                break
        seen.append((path, entry["id"], devices, begin, end))


def _pages(source: YamlSource, site: Declaration) -> Complaints:
    pages = [page.page for page in site.pages]
    examples = [page.url for page in site.pages]
    for path, landing in source.every("campaigns", ..., "landing"):
        if not isinstance(landing, str):
            continue
        page = _or_empty(lambda url: page_of(url, pages), landing)
        if not landing.startswith("/"):
            yield (
                path,
                f"{show_value(landing)} is not an address on the site; write one that begins with a slash, such as /",
            )
        elif not page:
            yield path, f"the site {site.name} has no page {show_value(landing)}; {did_you_mean(landing, examples)}"
        elif any(part.startswith(":") for part in landing.split("/")):
            example = next(declared.url for declared in site.pages if declared.page == page)
            yield path, f"{show_value(landing)} is a pattern, and people land at an address; write {example}"
    for path, page in source.every("recorder", "pages", ...):
        if isinstance(page, str) and page not in pages:
            yield path, f"the site {site.name} has no page {show_value(page)}; {did_you_mean(page, pages)}"


def _or_empty(find: Callable[[str], str], url: str) -> str:
    try:
        return find(url)
    except ValueError:  # urlsplit refuses some texts, such as "//["
        return ""


def _goals(source: YamlSource, library: PersonaLibrary, site: Declaration) -> Complaints:
    for path, entry in source.every("personas", ...):
        if not isinstance(entry, dict):
            continue
        use = entry.get("use")
        changes = entry.get("with") if use is not None else entry
        at: KeyPath
        if isinstance(changes, dict) and "goal" in changes:
            at = (*path, "with", "goal") if use is not None else (*path, "goal")
            wanted = changes["goal"]
            owner = ""
        elif isinstance(use, str) and use in library.patches:
            at = (*path, "use")
            wanted = library.filled(library.patches[use])["goal"]
            owner = f"{use} comes for it; say `with: {{goal: ...}}`, where "
        elif use is None:
            at = (*path, "extends") if "extends" in entry else path
            wanted, owner = _inherited_goal(source, entry, library)
        else:
            continue
        for goal in _choices(wanted):
            if goal not in site.goals:
                yield (
                    at,
                    f"the site {site.name} has no goal {show_value(goal)}; {owner}{did_you_mean(goal, site.goals)}",
                )


def _inherited_goal(source: YamlSource, entry: Mapping[str, Any], library: PersonaLibrary) -> tuple[Any, str]:
    """The goal of a written persona that does not say one, and whose it is, in words."""
    entries = [each for _, each in source.every("personas", ...) if isinstance(each, dict)]
    seen: list[Any] = []
    while isinstance(entry, dict) and "goal" not in entry:
        seen.append(entry)
        parent = entry.get("use", entry.get("extends"))
        changes = entry.get("with")
        if "use" in entry and isinstance(changes, dict) and "goal" in changes:
            break
        others = [] if "use" in entry else [each for each in entries if called(each) == parent and each not in seen]
        if others:
            entry = others[0]
        elif isinstance(parent, str) and parent in library.patches:
            return library.filled(library.patches[parent])["goal"], f"{parent} comes for it; say `goal:`, where "
        else:
            return library.patches[DEFAULT]["goal"], "it is the default persona's; say `goal:`, where "
    return {}, ""  # complained of where it is written


def _choices(weights: object) -> list[str]:
    if isinstance(weights, str):
        return [weights]
    if isinstance(weights, dict):
        inner = weights.get("choice") if set(weights) == {"choice"} else weights
        return [str(name) for name in inner] if isinstance(inner, dict) else []
    return []
