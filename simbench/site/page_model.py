"""One page's captured model, read from its file and put together on demand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

from simbench.errors import BadInput
from simbench.site.captured import Delta, Row, add_delta, effect_from_json, form_from_json
from simbench.site.snapshot import Effect, FormTrial

__all__ = ["PageModel", "layout_of"]

_NO_DEFECTS: Final[frozenset[str]] = frozenset()


class PageModel:
    """One page's captured model, decoded as far as anybody asked."""

    def __init__(self, document: dict[str, Any], order: list[str]) -> None:
        self._order = order
        self._looks = {_key(look["viewport"], look): look for look in document["looks"]}
        self._acts = {_key(acts["device"], acts): acts["effects"] for acts in document["acts"]}
        self._effects = [effect_from_json(effect) for effect in document["effects"]]
        self._typed = {_key(typed["device"], typed): typed["typed"] for typed in document["typed"]}
        self._forms = {_key(form["device"], form): form["forms"] for form in document["forms"]}
        self._loads = {(load["device"], frozenset(load.get("defects", ()))): load for load in document["loads"]}
        self._rows: dict[tuple[str, str, frozenset[str]], tuple[list[Row], float]] = {}

    def look(self, viewport: str, state: str, defects: frozenset[str]) -> tuple[list[Row], float]:
        """Rows in paint order, and the document's height."""
        key = (viewport, state, defects)
        if key not in self._rows:
            self._rows[key] = self._build(viewport, state, defects)
        return self._rows[key]

    def _build(self, viewport: str, state: str, defects: frozenset[str]) -> tuple[list[Row], float]:
        if not defects:
            look = self._looks.get((viewport, state, _NO_DEFECTS))
            if look is None:
                raise BadInput(f"state {state} was not captured in viewport {viewport}")
            if state == "fresh":
                return look["elements"], look["doc_h"]
            rows, _ = self.look(viewport, "fresh", _NO_DEFECTS)
            return add_delta(rows, look["delta"], _by_target(rows)), look["doc_h"]
        plain, plain_h = self.look(viewport, state, _NO_DEFECTS)
        base = _by_target(plain)
        rows, doc_h = plain, plain_h
        known = {key[2] for key in self._looks if key[:2] == (viewport, state)}
        for part in self._parts(defects, known):
            look = self._looks[viewport, state, part]
            delta: Delta = look["delta"]
            rows = add_delta(rows, delta, base)
            doc_h = round(doc_h + look["doc_h"] - plain_h, 2)
        return rows, doc_h

    def effects(self, device: str, state: str, defects: frozenset[str]) -> dict[str, Effect]:
        """Effects by target."""
        result = dict(self._acts.get((device, state, _NO_DEFECTS), {}))
        if defects:
            known = {key[2] for key in self._acts if key[:2] == (device, state)}
            for part in self._parts(defects, known):
                result.update(self._acts[device, state, part])
        return {target: self._effects[i] for target, i in sorted(result.items()) if i is not None}

    def typed(self, device: str, state: str, defects: frozenset[str]) -> dict[str, Effect]:
        """Effects after typing, by the interest's name."""
        result = dict(self._typed.get((device, state, _NO_DEFECTS), {}))
        if defects:
            known = {key[2] for key in self._typed if key[:2] == (device, state)}
            for part in self._parts(defects, known):
                result.update(self._typed[device, state, part])
        return {name: effect_from_json(effect) for name, effect in sorted(result.items()) if effect is not None}

    def forms(self, device: str, state: str, defects: frozenset[str]) -> dict[str, FormTrial]:
        """Trials by the form's selector."""
        result = dict(self._forms.get((device, state, _NO_DEFECTS), {}))
        if defects:
            known = {key[2] for key in self._forms if key[:2] == (device, state)}
            for part in self._parts(defects, known):
                for form, trial in self._forms[device, state, part].items():
                    old = result.get(form, {})
                    result[form] = {**old, **trial, "fields": {**old.get("fields", {}), **trial.get("fields", {})}}
        return {form: form_from_json(trial) for form, trial in sorted(result.items())}

    def load(self, device: str, defects: frozenset[str]) -> dict[str, Any]:
        """Load timeline."""
        base = self._loads.get((device, _NO_DEFECTS), {"lcp_ms": 0.0, "load_ms": 0.0, "late": []})
        known = {key[1] for key in self._loads if key[0] == device}
        result = dict(base)
        late = {late["ms"]: list(late["targets"]) for late in base["late"]}
        for part in self._parts(defects, known):
            load = self._loads[device, part]
            for name in ("lcp_ms", "load_ms"):
                result[name] = max(result[name], load[name])
            for entry in load["late"]:
                targets = late.setdefault(entry["ms"], [])
                targets.extend(target for target in entry["targets"] if target not in targets)
        result["late"] = [{"ms": ms, "targets": late[ms]} for ms in sorted(late)]
        return result

    def _parts(self, defects: frozenset[str], known: set[frozenset[str]]) -> list[frozenset[str]]:
        """Split `defects` into captured sets, the largest first; a single one that was not kept changes nothing."""
        left = set(defects)
        parts = []
        candidates = [part for part in known if part and part <= defects]
        rank = {name: i for i, name in enumerate(self._order)}
        candidates.sort(key=lambda part: (-len(part), sorted(rank.get(name, -1) for name in part)))
        for part in candidates:
            if part <= left:
                parts.append(part)
                left -= part
        return parts


def _key(where: str, entry: Mapping[str, Any]) -> tuple[str, str, frozenset[str]]:
    return where, entry["state"], frozenset(entry.get("defects", ()))


def _by_target(rows: list[Row]) -> dict[str, Row]:
    return {row["target"]: row for row in rows}


def layout_of(rows: Iterable[Row]) -> str:
    """Eight hex digits that stand for a geometry: which elements there are, and their boxes to the px."""
    digest = hashlib.sha256()
    for row in rows:
        box = " ".join(str(round(row[name])) for name in ("x", "y", "w", "h"))
        digest.update(f"{row['target']}\t{box}\n".encode())
    return digest.hexdigest()[:8]
