"""How long people stay on a page, and how far down they come: a budget of time, spent screen by screen.

Whoever comes to a page has some time for it that does not hang on how long the page is: Weibull with a shape below 1
for nearly everybody (Liu, White & Dumais 2010: those who have stayed are ever less likely to go), and near 1 or above
for people who came to read. The first look costs some of it, each further screen its own share of reading. Who runs out
leaves where they are; who does not comes to the end. That gives both the many who leave from the first screen within
seconds and the third who see the end (EB-NeRD news: 30 %), with little between.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log
from typing import Final

from simbench.visitor.behaviour import BEHAVIOUR
from simbench.visitor.dice import Dice
from simbench.visitor.person import Trait

__all__ = ["Stretch", "plan_reading"]

#: The budget's scale in parts of what the whole page takes to read, at appetite 0, and by what factor appetite 1
#: multiplies it (fitted to EB-NeRD news at appetite .5; assumed, factor 4 to 20).
_BUDGET: Final = 0.46
_BUDGET_APPETITE: Final = 8.0
#: The budget's shape in parts of the person's dwell shape: the first look, which all have, evens it out again (fitted
#: to EB-NeRD news).
_SHAPE_OF: Final = 0.8
#: The first look: median ms, and log-sd (EB-NeRD news: who leaves from the first screen stays 7 s, quartiles 4 and 11).
_FIRST_MS: Final = 4600.0
_FIRST_SIGMA: Final = 0.75
#: How much longer a screen takes than its share of words read, at the median over pages, and the log-sd (EB-NeRD news).
_PACE: Final = 1.7
_PACE_SIGMA: Final = 1.0
#: How long people linger at the end, ms and log-sd, if they have the time (fitted to EB-NeRD news).
_LINGER_MS: Final = 9000.0
_LINGER_SIGMA: Final = 1.1
#: A page is read in at most so many stretches, between which hands may get idle.
_STRETCHES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Reading for `ms` until `depth` screens of the page, from its top, have been on screen."""

    ms: float
    depth: float


def plan_reading(trait: Trait, dice: Dice, *, words: float, screens: float, appetite: float) -> tuple[Stretch, ...]:
    """Stretches of reading on a page of `words` words and `screens` screens by somebody with `appetite` (0 to 1).

    `trait` gives `reading_wpm`, `reading_share`, `dwell_shape` and `scroll_propensity`.
    """
    rate = 60_000.0 / trait.reading_wpm * trait.reading_share
    screen_ms = _PACE * (words / max(screens, 1.0) * rate + BEHAVIOUR.screen_ms) * exp(_PACE_SIGMA * dice.time())
    first_ms = dice.lognormal(_FIRST_MS, _FIRST_SIGMA)
    usual_ms = words * rate + BEHAVIOUR.screen_ms * screens
    scale = _BUDGET * exp(log(_BUDGET_APPETITE) * appetite) * usual_ms * (0.5 + trait.scroll_propensity)
    budget = scale * (-log(1.0 - dice.eye())) ** (1.0 / (_SHAPE_OF * trait.dwell_shape))
    further = max(screens - 1.0, 0.0)
    # Little time still allows for a first look, and for some that look is all.
    seen = min(max(budget - 0.5 * first_ms, 0.0) / screen_ms, further)
    ms = seen * screen_ms
    if seen == further:
        # At the end there may be time to linger.
        ms += min(max(budget - ms, 0.0), dice.lognormal(_LINGER_MS, _LINGER_SIGMA))
    if seen < 0.15 and further:
        return (Stretch(ms=first_ms, depth=1.0),)
    parts = 1 if seen < 1.0 else 2 if seen < 3.0 else _STRETCHES
    head = first_ms if parts > 1 else 0.0
    plan = [Stretch(ms=first_ms, depth=1.0)] if head else []
    for part in range(parts):
        share = 1.0 / parts
        plan.append(Stretch(ms=ms * share + (0.0 if head else first_ms), depth=1.0 + seen * (part + 1) / parts))
    return tuple(plan)
