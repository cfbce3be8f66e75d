"""The cast of a shard: its visitors, made from personas, schedule and luck."""

from __future__ import annotations

import json
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simbench.engine.knowledge import visitor_keys
from simbench.engine.promises import ANY_AD, promises_of
from simbench.engine.randomness import stream
from simbench.engine.schedule import Schedule
from simbench.engine.stage import Stage
from simbench.events.schema import DEVICES, SOURCES
from simbench.scenario.model import Scenario
from simbench.visitor.behaviour import BEHAVIOUR
from simbench.visitor.dice import Dice, Luck
from simbench.visitor.landing import landing_url, referrer
from simbench.visitor.memory import NOTHING_KNOWN, Memory, Promise
from simbench.visitor.noise import act_keys, uniform
from simbench.visitor.person import Trait, Visitor
from simbench.visitor.persona.spec import DIALS, dial_salt, draw_dials

__all__ = ["Cast"]

#: Salts of a session's own numbers: four for the survey, and one for what an advertisement promised.
_SURVEY_SALTS: Final = (452, 453, 454, 455)
_AD_SALT: Final = 456
#: One salt a dial, in the dials' order.
_DIAL_SALTS: Final = tuple(dial_salt(name) for name in DIALS)


class Cast:
    """Makes the visitors of one shard.

    A visitor's dials depend on the visitor, not on the visit: who comes back is the same person.
    """

    def __init__(self, scenario: Scenario, stage: Stage, schedule: Schedule, shard: int) -> None:
        self._scenario = scenario
        self._stage = stage
        self._schedule = schedule
        seed = scenario.seed
        self._luck = Luck(lambda purpose, *key: stream(seed, purpose, *key), shard, len(schedule))
        self._landing_u = stream(seed, "engine.landing", shard).random(len(schedule))
        self._visitor_keys = visitor_keys(seed, schedule.visitor)
        self._dials = self._draw()
        self._template = "{" + ", ".join(f"{json.dumps(name)}: %.4g" for name in DIALS) + "}"
        base = np.uint64(int(stream(seed, "engine.session-keys").integers(0, 2**63)))
        places = schedule.first + np.arange(len(schedule))
        #: Noise key of each session.
        self.session_keys: NDArray[np.uint64] = act_keys(np.full(places.size, base), places)
        survey = np.stack([uniform(self.session_keys, salt) for salt in _SURVEY_SALTS], axis=1)
        self._survey_luck: list[tuple[float, float, float, float]] = [
            (row[0], row[1], row[2], row[3]) for row in survey.tolist()
        ]
        self._ad_luck: list[float] = uniform(self.session_keys, _AD_SALT).tolist()
        self._promises = promises_of(scenario)
        self._programs = [persona.bot for persona in scenario.personas]
        #: What a browser keeps of an answered banner, and of a filled cart.
        self._answered = frozenset(s.opens_without for p in stage.site.pages for s in p.states if s.opens_without)
        self._carts = {
            page.url: state.opens_with
            for page in stage.site.pages if page.kind == "cart"
            for state in page.states if state.opens_with
        }  # fmt: skip
        self._target_of = {defect.id: defect.target for defect in stage.site.defects}

    def _draw(self) -> list[dict[str, float]]:
        schedule = self._schedule
        uniforms = np.stack([uniform(self._visitor_keys, salt) for salt in _DIAL_SALTS], axis=1)
        names = list(DIALS)
        table = np.empty((len(schedule), len(names)))
        for code, persona in enumerate(self._scenario.personas):
            of_persona = np.flatnonzero(schedule.persona == code)
            if of_persona.size:
                drawn = draw_dials(persona, uniforms[of_persona])
                table[of_persona] = np.stack([drawn[name] for name in names], axis=1)
        return [dict(zip(names, row, strict=True)) for row in table.tolist()]

    def parameters(self, place: int) -> str:
        """The dials of one visitor as JSON, to four digits."""
        return self._template % tuple(self._dials[place].values())

    def dice(self, place: int) -> Dice:
        """The luck of one visitor."""
        return Dice(self._luck, place)

    def visitor(self, place: int, dice: Dice) -> Visitor:
        """One visitor, ready to play."""
        schedule, site = self._schedule, self._stage.site
        goal = schedule.goal_names[schedule.goal[place]]
        source = SOURCES[schedule.source[place]]
        campaign = int(schedule.campaign[place])
        landing = (
            self._scenario.campaigns[campaign].landing
            if campaign >= 0
            else landing_url(site, source, goal, self._landing_u[place], known=bool(schedule.visitor_type[place]))
        )
        program = self._programs[schedule.persona[place]]
        memory = self._memory(place, program)
        if memory.finishing:
            landing = next(iter(self._carts))
        device = DEVICES[schedule.device[place]]
        active = schedule.defect_sets[schedule.defects[place]]
        return Visitor(
            trait=Trait(self._dials[place]),
            dice=dice,
            touch=device != "desktop",
            goal_name=goal,
            goal=site.goals[goal],
            landing=landing,
            consent=bool(schedule.consent[place]) if program is None else None,
            returning=bool(schedule.visitor_type[place]),
            site=site,
            effects_on_people={d.target: d for d in site.defects if d.id in active and device in d.devices},
            page_of=self._stage.page_of,
            bot=program,
            memory=memory,
            promise=self._promise(place, campaign, source) if program is None else None,
            came_by_link=referrer(source) is not None,
            bounces=bool(schedule.bounces[place]),
            postpones=bool(schedule.postpones[place]),
            survey_luck=self._survey_luck[place],
        )

    def _memory(self, place: int, program: str | None) -> Memory:
        """What the visitor brings along from earlier visits."""
        schedule = self._schedule
        if program is not None:
            # A program answers no banner; its cookies say that it has, whether with yes or with no.
            return Memory(kept=self._answered)
        if not schedule.visitor_type[place]:
            return NOTHING_KNOWN
        finishing = bool(schedule.finishes[place]) and bool(self._carts)
        kept = self._answered | frozenset(self._carts.values()) if finishing else self._answered
        return Memory(
            familiarity=1.0 - BEHAVIOUR.known_forgets ** (int(schedule.visit_no[place]) - 1),
            let_down_by=frozenset(self._target_of[name] for name in schedule.lesson_sets[schedule.lessons[place]]),
            kept=kept,
            finishing=finishing,
        )

    def _promise(self, place: int, campaign: int, source: str) -> Promise | None:
        """What the link that led to the visit promised."""
        if campaign >= 0:
            return self._promises[campaign]
        if source == "paid" and self._ad_luck[place] < self._dials[place]["ad_mismatch"]:
            return ANY_AD
        return None
