"""A visitor without a world, for tests of what goes on in the mind alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simbench.site.declaration import Goal
from simbench.visitor.dice import Dice
from simbench.visitor.person import Trait, Visitor


class Dealt:
    """Dice that always show the same: uniform numbers `u`, normal numbers 0."""

    def __init__(self, u: float) -> None:
        self._u = u

    def __getattr__(self, name: str) -> Callable[[], float]:
        normal = name in {"time", "hand", "world"}
        return lambda: 0.0 if normal else self._u

    def lognormal(self, median: float, sigma: float) -> float:
        del sigma
        return median

    poisson = Dice.poisson


class Seen:
    """What a percept says, as far as a test says it."""

    def __init__(self, **said: Any) -> None:
        self.now_ms = 0.0
        self.can_go_back = True
        self.__dict__.update(said)


def visitor(u: float, *, touch: bool = False, **dials: float) -> Visitor:
    """A visitor with these dials, for whom every uniform number is `u`."""
    plain = {"frustration_decay_s": 1e9, "vent_rage": 0.0, "vent_thrash": 0.0, "vent_scroll": 0.0, "vent_back": 0.0,
             "frustration_dead_click": 1.0, "frustration_lost": 1.0, "patience_s": 4.0, "give_up": 0.5}  # fmt: skip
    return Visitor(
        trait=Trait({**plain, **dials}), dice=Dealt(u), touch=touch, goal_name="buy",  # type: ignore[arg-type]
        goal=Goal.model_validate({"steps": [{"page": "/", "reach": {"page": "/"}}]}), landing="/", consent=None,
        returning=False, site=None, effects_on_people={}, page_of=str,  # type: ignore[arg-type]
    )  # fmt: skip
