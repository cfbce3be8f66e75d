"""One visitor on one visit: what is constant about the person, and what changes while the visit lasts."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from math import exp
from typing import Any

from simbench.site.declaration import Defect, Goal
from simbench.site.model import Site
from simbench.visitor.acts import Act, Percept
from simbench.visitor.dice import Dice
from simbench.visitor.journal import Journal
from simbench.visitor.memory import NOTHING_KNOWN, Memory, Promise

__all__ = ["Call", "Doing", "Loop", "Stray", "Trait", "Visitor"]

#: A stretch of behaviour: yields acts, is sent percepts, and returns what came of it.
Doing = Generator[Act, Percept, Any]


class Trait:
    """A person's dials as attributes (``frustration_slow``), drawn from the persona (``docs/personas.md``)."""

    def __init__(self, dials: Mapping[str, float]) -> None:
        self.__dict__.update({name.replace(".", "_"): value for name, value in dials.items()})

    def __getattr__(self, name: str) -> float:
        raise AttributeError(f"no such dial: {name}")


@dataclass(slots=True)
class Stray:
    """A press that hit another thing than the one that was meant, and that thing leads to a page."""

    cause: str | None


@dataclass(slots=True, kw_only=True)
class Call:
    """The main call to action of one page view, and what became of it (`simbench.visitor.mind.calls`)."""

    view: int
    target: str
    #: Whether it serves what the visitor came for; a view can turn out to be of no use.
    serves: bool
    began_ms: float
    #: When the eyes come to rest on it, if they ever do while the view lasts.
    noticed_ms: float | None = None
    #: Eyes that pass over it see it this much later; None: they take it for something else.
    lag_ms: float | None = None
    #: Depth (page px) that must have been on screen.
    depth: float = 0.0
    used: bool = False
    declined: bool = False
    #: Left for another day, on purpose.
    postponed: bool = False
    missed: bool = False
    other_way: bool = False
    cause: str | None = None
    ended_ms: float = 0.0


@dataclass(slots=True, kw_only=True)
class Loop:
    """A wish that sends a visitor out from a hub, and back to it unmet (`simbench.visitor.mind.loops`)."""

    hub: str
    view: int
    began_ms: float
    back_ms: float = 0.0
    #: Failed attempts, and things that were looked at with nothing wrong about them.
    returns: int = 0
    compared: int = 0
    changed: bool = False


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

    #: Anger, from 0; decays. What fed it, by planted defect (None: by anything else); the parts add up to it.
    anger: float = 0.0
    anger_at_ms: float = 0.0
    grudges: dict[str | None, float] = field(default_factory=dict)
    #: Pages that the visitor is still willing to look at.
    pages_left: float = 0.0
    #: Elements that let the visitor down; they are not tried again.
    given_up_on: set[str] = field(default_factory=set)
    #: Side acts that were done already.
    satisfied: set[str] = field(default_factory=set)
    #: Set when the visitor has decided to leave, with the reason.
    leaving: str | None = None
    #: Set when the visitor, in anger, has decided to go back rather than try on.
    turning_back: bool = False
    #: Set when a press hit something else that leads to a page, with the defect to blame; see `Stray`.
    stray: Stray | None = None
    #: The main call to action of the view that the visitor is on, and earlier ones that it was not yet done with.
    call: Call | None = None
    put_off: list[Call] = field(default_factory=list)
    #: Whether the last pass over a page came upon what was looked for.
    spotted: bool = False
    #: A wish that was not met, and the hub to which it led back.
    loop: Loop | None = None

    def calm_down(self, now_ms: float) -> None:
        """Let anger decay up to `now_ms`."""
        if self.grudges:
            self.relieve(exp((self.anger_at_ms - now_ms) / (1000.0 * self.trait.frustration_decay_s)))
        self.anger_at_ms = now_ms

    def relieve(self, left: float) -> None:
        """Let anger fall to the share `left`, whatever fed it."""
        self.anger *= left
        for cause in self.grudges:
            self.grudges[cause] *= left

    @property
    def anger_cause(self) -> str | None:
        """The planted defect that feeds the anger most; None where none does."""
        planted = [(share, cause) for cause, share in self.grudges.items() if cause is not None]
        return max(planted)[1] if planted else None

    def suffer(self, trigger: str, now_ms: float, cause: str | None) -> None:
        """Something went wrong: anger rises by the person's weight of `trigger`, more or less."""
        self.calm_down(now_ms)
        more = getattr(self.trait, f"frustration_{trigger}") * exp(0.3 * self.dice.time())
        self.anger += more
        self.grudges[cause] = self.grudges.get(cause, 0.0) + more

    def will_quit(self, now_ms: float, weight: float) -> bool:
        """Whether the visitor gives up: `weight` is the chance at average give_up and some anger."""
        self.calm_down(now_ms)
        chance = weight * (0.4 + 1.2 * self.trait.give_up) * (0.6 + self.anger)
        return self.dice.mind() < min(chance, 0.95)
