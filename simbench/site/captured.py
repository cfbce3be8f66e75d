"""The captured model of a site on disk, read lazily; and how differences compose.

A page's model is one gzipped JSON file. The fresh state of each viewport is written in full; every other state, and
every state under defects, as its difference from a simpler one. Differences of single defects compose: what was not
captured together is the plain page plus what each defect changes.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from simbench.errors import BadInput
from simbench.site.snapshot import Effect, Element, FieldTrial, FormTrial, Late, Request

__all__ = [
    "CAPTURED_SCHEMA", "PAGE_SCHEMA", "Delta", "Row", "add_delta", "effect_from_json", "effect_to_json", "element_row",
    "elements_of", "find_delta", "form_from_json", "late_from_json", "read_page_model",
]  # fmt: skip

CAPTURED_SCHEMA: Final = "simbench.captured/1"
PAGE_SCHEMA: Final = "simbench.captured-page/1"

#: An element as it is stored: its fields without `z` (its place in the list says that), by name.
Row = dict[str, Any]
#: What turns one list of rows into another: see `find_delta`.
Delta = dict[str, Any]

_GEOMETRY: Final = ("x", "y", "w", "h")
#: What a field is when a stored row leaves it out.
_DEFAULTS: Final[Row] = {
    "role": "", "text": "", "words": 0, "href": None, "fixed": False, "cursor": "auto", "focusable": False,
    "interactive": False, "interactive_ancestor": None, "hit": True, "kind": "box", "disabled": False,
    "container": None,
}  # fmt: skip
_FIELDS: Final = tuple(field.name for field in fields(Element) if field.name != "z")


def element_row(record: Mapping[str, Any]) -> Row:
    """The stored form of an element: known fields only, defaults left out, in a fixed order."""
    return {name: record[name] for name in _FIELDS if name not in _DEFAULTS or record[name] != _DEFAULTS[name]}


def elements_of(rows: Iterable[Row]) -> tuple[Element, ...]:
    """Elements from rows in paint order."""
    return tuple(Element(z=z, **{**_DEFAULTS, **row}) for z, row in enumerate(rows))


def _longest_rising(values: list[int]) -> set[int]:
    """Positions of a longest rising subsequence (patience sorting)."""
    tails: list[int] = []
    before: list[int] = [-1] * len(values)
    for i, value in enumerate(values):
        low, high = 0, len(tails)
        while low < high:
            middle = (low + high) // 2
            if values[tails[middle]] < value:
                low = middle + 1
            else:
                high = middle
        before[i] = tails[low - 1] if low else -1
        if low == len(tails):
            tails.append(i)
        else:
            tails[low] = i
    kept: set[int] = set()
    i = tails[-1] if tails else -1
    while i >= 0:
        kept.add(i)
        i = before[i]
    return kept


def find_delta(base: list[Row], other: list[Row]) -> Delta:
    """What turns the rows `base` into the rows `other`.

    Returns
    -------
    A dict with, where there is anything to say, ``gone`` (targets that are no longer there), ``set`` (new values by
    target and field; a value of None stands for the field's default) and ``put`` (pairs of the target below and the
    row, for rows that are new or stand elsewhere in the paint order).
    """
    old = {row["target"]: row for row in base}
    place = {row["target"]: i for i, row in enumerate(base)}
    delta: Delta = {}
    new_targets = {row["target"] for row in other}
    gone = [row["target"] for row in base if row["target"] not in new_targets]
    common = [row for row in other if row["target"] in old]
    kept_at = _longest_rising([place[row["target"]] for row in common])
    kept = {row["target"] for i, row in enumerate(common) if i in kept_at}
    changed = {}
    put = []
    below: str | None = None
    for row in other:
        target = row["target"]
        if target in kept:
            was = old[target]
            names = [name for name in _FIELDS if row.get(name) != was.get(name)]
            if names:
                changed[target] = {name: row.get(name) for name in names}
        else:
            put.append([below, row])
        below = target
    if gone:
        delta["gone"] = gone
    if changed:
        delta["set"] = changed
    if put:
        delta["put"] = put
    return delta


def add_delta(rows: list[Row], delta: Delta, base: Mapping[str, Row]) -> list[Row]:
    """Apply `delta`, which was found against `base` (rows by target), to `rows`.

    Where `rows` is not `base` itself (another defect changed it before), geometry adds up: an element that one defect
    moves by 40 px and another by 20 px moves by 60 px. Other fields take the delta's value.
    """
    away = set(delta.get("gone", ()))
    away.update(row["target"] for _, row in delta.get("put", ()))
    changed = delta.get("set", {})
    result = []
    for row in rows:
        target = row["target"]
        if target in away:
            continue
        values = changed.get(target)
        result.append(_changed(row, values, base.get(target, row)) if values else row)
    for below, row in delta.get("put", ()):
        at = 0
        if below is not None:
            at = next((i + 1 for i, other in enumerate(result) if other["target"] == below), len(result))
        result.insert(at, row)
    return result


def _changed(row: Row, values: Mapping[str, Any], base: Row) -> Row:
    new = dict(row)
    for name, value in values.items():
        if value is None and name in _DEFAULTS:
            new.pop(name, None)
        elif name in _GEOMETRY:
            new[name] = round(row[name] + value - base[name], 2)
        else:
            new[name] = value
    return new


_EFFECT_DEFAULTS: Final = Effect(kind="none")


def effect_to_json(effect: Effect) -> dict[str, Any]:
    """The stored form of an effect, defaults left out."""
    document: dict[str, Any] = {"kind": effect.kind}
    for field in fields(Effect):
        value = getattr(effect, field.name)
        if field.name == "requests":
            if value:
                document["requests"] = [[r.method, r.url, r.status, r.ms] for r in value]
        elif field.name != "kind" and value != getattr(_EFFECT_DEFAULTS, field.name):
            document[field.name] = value
    return document


def effect_from_json(document: Mapping[str, Any]) -> Effect:
    """An effect from its stored form."""
    requests = tuple(Request(method=m, url=u, status=s, ms=ms) for m, u, s, ms in document.get("requests", ()))
    return Effect(**{**document, "requests": requests})


def form_from_json(document: Mapping[str, Any]) -> FormTrial:
    """A form's trial from its stored form."""
    trials = {
        target: FieldTrial(
            blur=effect_from_json(trial["blur"]) if trial.get("blur") else None,
            submit=effect_from_json(trial["submit"]),
        )
        for target, trial in document.get("fields", {}).items()
    }
    return FormTrial(submit=effect_from_json(document["submit"]), fields=trials)


def late_from_json(document: Iterable[Mapping[str, Any]]) -> tuple[Late, ...]:
    """Late elements from their stored form."""
    return tuple(Late(ms=late["ms"], targets=tuple(late["targets"])) for late in document)


def read_page_model(path: Path) -> dict[str, Any]:
    """Read one page's model.

    Raises
    ------
    BadInput
        The file is missing or damaged.
    """
    try:
        document = json.loads(gzip.decompress(path.read_bytes()))
    except FileNotFoundError as error:
        raise BadInput(f"{path}: no such file; capture the site again with `simbench site capture`") from error
    except (OSError, EOFError, ValueError) as error:
        raise BadInput(f"{path}: damaged ({error}); capture the site again with `simbench site capture`") from error
    if not isinstance(document, dict) or document.get("schema") != PAGE_SCHEMA:
        raise BadInput(f"{path}: is not a page model of this version; capture again with `simbench site capture`")
    return document
