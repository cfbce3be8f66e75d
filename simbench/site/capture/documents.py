"""From what was found to what is stored: page models with differences only, in a stable order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from simbench.site.capture.page_capture import Defects, PageCapture, same_form
from simbench.site.capture.steady import same_load
from simbench.site.capture.trials import same_effect
from simbench.site.captured import PAGE_SCHEMA, effect_to_json, find_delta
from simbench.site.snapshot import Effect, FormTrial
from simbench.site.viewports import viewports_of

__all__ = ["page_model"]


class _Effects:
    """A table of effects, each stored once."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self._places: dict[Effect, int] = {}

    def place(self, effect: Effect) -> int:
        if effect not in self._places:
            self._places[effect] = len(self.rows)
            self.rows.append(effect_to_json(effect))
        return self._places[effect]


def page_model(page: str, states: Sequence[str], parts: Iterable[PageCapture]) -> dict[str, Any]:
    """One page's model as JSON.

    Parameters
    ----------
    page
        Grouped path.
    states
        Names of its states, in the declared order.
    parts
        What was found, one part a class of device.
    """
    effects = _Effects()
    model: dict[str, Any] = {"schema": PAGE_SCHEMA, "page": page, "looks": [], "acts": [], "typed": [], "forms": []}
    model["loads"] = []
    for part in parts:
        for state in states:
            model["looks"] += _looks(part, state)
            model["acts"] += _acts(part, state, effects)
            model["typed"] += _typed(part, state)
            model["forms"] += _forms(part, state)
        model["loads"] += _loads(part)
    model["effects"] = effects.rows
    return model


def _sets(found: Iterable[Defects]) -> list[Defects]:
    """Sets of defects: none, single ones, then those that belong together."""
    return sorted(dict.fromkeys(found), key=len)


def _said(defects: Defects) -> dict[str, Any]:
    return {"defects": list(defects)} if defects else {}


def _looks(part: PageCapture, state: str) -> list[dict[str, Any]]:
    entries = []
    for viewport in viewports_of(part.device):
        base = part.looks.get((viewport.name, state, ()))
        fresh = part.looks.get((viewport.name, "fresh", ()))
        if base is None or fresh is None:
            continue
        for defects in _sets(key[2] for key in part.looks if key[:2] == (viewport.name, state)):
            look = part.looks[viewport.name, state, defects]
            entry = {"viewport": viewport.name, "state": state, **_said(defects), "doc_h": look.doc_h}
            if not defects and state == "fresh":
                entries.append({**entry, "elements": look.rows})
                continue
            delta = find_delta(base.rows if defects else fresh.rows, look.rows)
            if delta or look.doc_h != base.doc_h or len(defects) != 1:
                entries.append({**entry, "delta": delta})
    return entries


def _acts(part: PageCapture, state: str, effects: _Effects) -> list[dict[str, Any]]:
    entries = []
    base = part.acts.get((state, ()), {})
    for defects in _sets(key[1] for key in part.acts if key[0] == state):
        acts = part.acts[state, defects]
        entry = {"device": part.device, "state": state, **_said(defects)}
        if not defects:
            entries.append({**entry, "effects": {t: effects.place(e) for t, e in sorted(acts.items())}})
            continue
        changed = {
            t: effects.place(acts[t]) if t in acts else None
            for t in sorted({*base, *acts})
            if not same_effect(base.get(t), acts.get(t))
        }
        if changed or len(defects) > 1:
            entries.append({**entry, "effects": changed})
    return entries


def _typed(part: PageCapture, state: str) -> list[dict[str, Any]]:
    entries = []
    base = part.typed.get((state, ()), {})
    for defects in _sets(key[1] for key in part.typed if key[0] == state):
        typed = part.typed[state, defects]
        changed = {
            name: effect_to_json(typed[name]) if name in typed else None
            for name in sorted({*base, *typed})
            if not defects or not same_effect(base.get(name), typed.get(name))
        }
        if changed:
            entries.append({"device": part.device, "state": state, **_said(defects), "typed": changed})
    return entries


def _forms(part: PageCapture, state: str) -> list[dict[str, Any]]:
    entries = []
    base = part.forms.get((state, ()), {})
    for defects in _sets(key[1] for key in part.forms if key[0] == state):
        forms = part.forms[state, defects]
        changed = {
            name: _form(trial)
            for name, trial in sorted(forms.items())
            if not defects or not same_form(base.get(name), trial)
        }
        if changed:
            entries.append({"device": part.device, "state": state, **_said(defects), "forms": changed})
    return entries


def _form(trial: FormTrial) -> dict[str, Any]:
    fields = {
        target: {
            "blur": effect_to_json(one.blur) if one.blur is not None else None,
            "submit": effect_to_json(one.submit),
        }
        for target, one in sorted(trial.fields.items())
    }
    return {"submit": effect_to_json(trial.submit), "fields": fields}


def _loads(part: PageCapture) -> list[dict[str, Any]]:
    entries = []
    base = part.loads.get(())
    for defects, load in part.loads.items():
        if defects and base is not None and same_load(base, load):
            continue
        entries.append({"device": part.device, **_said(defects), **load})
    return entries
