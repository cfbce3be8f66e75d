"""One visitor on one visit: what is constant about the person, and what changes while the visit lasts."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from math import exp
from typing import Any

from simbench.site.declaration import Defect, Goal
from simbench.site.model import Site
from simbench.visitor.acts import Act, Percept
from simbench.visitor.behaviour import BEHAVIOUR
from simbench.visitor.dice import Dice
from simbench.visitor.journal import Journal
from simbench.visitor.memory import NOTHING_KNOWN, Memory, Promise

__all__ = ["Doing", "Trait", "Visitor"]

#: A stretch of behaviour: yields acts, is sent percepts, and returns what came of it.
Doing = Generator[Act, Percept, Any]


class Trait:
    """A person's dials as attributes (``frustration_slow``), drawn from the persona (``docs/personas.md``)."""

    def __init__(self, dials: Mapping[str, float]) -> None:
        self.__dict__.update({name.replace(".", "_"): value for name, value in dials.items()})

    def __getattr__(self, name: str) -> float:
        raise AttributeError(f"no such dial: {name}")


@dataclass(slots=True, kw_only=True)
class Visitor:
    """The state of a visit; the behaviour is in the functions of this room that take a `Visitor`."""

    trait: Trait
    dice: Dice
    touch: bool
    #: What the visitor came for.
    goal_name: str
    goal: Goal
    #: Where the visit begins (URL on this site).
    landing: str
    #: Whether the visitor says yes to cookies; None: never asked.
    consent: bool | None
    #: Whether the visitor has been here before.
    returning: bool
    site: Site
    #: Defects that are switched on, by the selector that they sit on: what they do to people, which no page shows.
    effects_on_people: Mapping[str, Defect]
    #: Grouped path of a URL.
    page_of: Callable[[str], str]
    journal: Journal = field(default_factory=Journal)
    #: Which program the visitor is; None for people (`simbench.visitor.mind.bots`).
    bot: str | None = None
    #: What is known from earlier visits.
    memory: Memory = NOTHING_KNOWN
    #: What the link that led here promised, where it promised something (`simbench.visitor.mind.promise`).
    promise: Promise | None = None
    #: Whether a link of another site led here.
    came_by_link: bool = False
    #: Whether a look at the first page will be enough.
    bounces: bool = False
    #: Whether the buying will be left for another day, for reasons that have nothing to do with the site.
    postpones: bool = False
    #: Uniform numbers for the survey: whether it is answered, how (two), and how truly.
    survey_luck: tuple[float, float, float, float] = (1.0, 0.5, 0.5, 0.5)

    #: Anger, from 0; decays. What fed it last, and whether that was a planted defect.
    anger: float = 0.0
    anger_at_ms: float = 0.0
    anger_cause: str | None = None
    anger_fed: bool = False
    #: Pages that the visitor is still willing to look at.
    pages_left: float = 0.0
    #: Elements that let the visitor down; they are not tried again.
    given_up_on: set[str] = field(default_factory=set)
    #: Side acts that were done already.
    satisfied: set[str] = field(default_factory=set)
    #: Set when the visitor has decided to leave, with the reason.
    leaving: str | None = None

    def calm_down(self, now_ms: float) -> None:
        """Let anger decay up to `now_ms`."""
        if self.anger > 0.0:
            self.anger *= exp((self.anger_at_ms - now_ms) / (1000.0 * self.trait.frustration_decay_s))
        self.anger_at_ms = now_ms

    def suffer(self, trigger: str, now_ms: float, cause: str | None) -> None:
        """Something went wrong: anger rises by the person's weight of `trigger`, more or less."""
        self.calm_down(now_ms)
        self.anger += getattr(self.trait, f"frustration_{trigger}") * exp(0.3 * self.dice.time())
        self.anger_fed = True
        self.anger_cause = cause or self.anger_cause

    def will_strike(self, now_ms: float) -> bool:
        """Whether the visitor vents by striking now: only what was fed by a fault is vented."""
        self.calm_down(now_ms)
        chance = 1.0 - exp(-BEHAVIOUR.vent_gain * self.trait.vent_rage * self.anger)
        return self.dice.vent() < chance and self.anger_fed

    def will_quit(self, now_ms: float, weight: float) -> bool:
        """Whether the visitor gives up: `weight` is the chance at average give_up and some anger."""
        self.calm_down(now_ms)
        chance = weight * (0.4 + 1.2 * self.trait.give_up) * (0.6 + self.anger)
        return self.dice.mind() < min(chance, 0.95)
