"""Keeps a measured time where a second measurement is the same but for noise, so that captures can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from simbench.site.capture.page_capture import PageCapture, same_form
from simbench.site.capture.trials import same_effect
from simbench.site.page_model import PageModel
from simbench.site.snapshot import Effect

__all__ = ["keep_times", "same_load"]


#: By how much two loads of the same page may differ on a busy machine.
_NOISE_MS: Final = 250.0


def keep_times(part: PageCapture, old: PageModel) -> None:
    """Give `part` the times of the earlier capture `old` wherever they are within the noise."""
    for (state, defects), acts in part.acts.items():
        part.acts[state, defects] = _kept(acts, old.effects(part.device, state, frozenset(defects)))
    for (state, defects), typed in part.typed.items():
        part.typed[state, defects] = _kept(typed, old.typed(part.device, state, frozenset(defects)))
    for (state, defects), forms in part.forms.items():
        before = old.forms(part.device, state, frozenset(defects))
        part.forms[state, defects] = {
            name: before[name] if same_form(before.get(name), trial) else trial for name, trial in forms.items()
        }
    for defects, load in part.loads.items():
        earlier = old.load(part.device, frozenset(defects))
        if same_load(earlier, load):
            part.loads[defects] = earlier


def _kept(new: Mapping[str, Effect], old: Mapping[str, Effect]) -> dict[str, Effect]:
    return {target: old[target] if same_effect(old.get(target), effect) else effect for target, effect in new.items()}


def same_load(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two load timelines are the same but for noise: the same late elements, and times close together."""
    late = [[sorted(entry["targets"]) for entry in load["late"]] for load in (one, other)]
    return late[0] == late[1] and all(
        abs(one[key] - other[key]) <= max(_NOISE_MS, 0.5 * one[key]) for key in ("lcp_ms", "load_ms")
    )
