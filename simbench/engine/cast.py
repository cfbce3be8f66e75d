"""The cast of a shard: its visitors, made from personas, schedule and luck."""

from __future__ import annotations

import json
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simbench.engine.randomness import stream
from simbench.engine.schedule import Schedule
from simbench.engine.stage import Stage
from simbench.events.schema import DEVICES, SOURCES
from simbench.scenario.model import Scenario
from simbench.visitor.dice import Dice, Luck
from simbench.visitor.landing import landing_url
from simbench.visitor.noise import act_keys, uniform
from simbench.visitor.person import Trait, Visitor
from simbench.visitor.persona.spec import DIALS, dial_salt, draw_dials

__all__ = ["Cast"]

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
        self._dials = self._draw(seed)
        self._template = "{" + ", ".join(f"{json.dumps(name)}: %.4g" for name in DIALS) + "}"
        base = np.uint64(int(stream(seed, "engine.session-keys").integers(0, 2**63)))
        places = schedule.first + np.arange(len(schedule))
        #: Noise key of each session.
        self.session_keys: NDArray[np.uint64] = act_keys(np.full(places.size, base), places)

    def _draw(self, seed: int) -> list[dict[str, float]]:
        schedule = self._schedule
        base = np.uint64(int(stream(seed, "engine.visitor-keys").integers(0, 2**63)))
        keys = act_keys(np.full(len(schedule), base), schedule.visitor)
        uniforms = np.stack([uniform(keys, salt) for salt in _DIAL_SALTS], axis=1)
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
            else landing_url(site, source, goal, self._landing_u[place])
        )
        device = DEVICES[schedule.device[place]]
        active = schedule.defect_sets[schedule.defects[place]]
        return Visitor(
            trait=Trait(self._dials[place]),
            dice=dice,
            touch=device != "desktop",
            goal_name=goal,
            goal=site.goals[goal],
            landing=landing,
            consent=bool(schedule.consent[place]),
            returning=bool(schedule.visitor_type[place]),
            site=site,
            effects_on_people={d.target: d for d in site.defects if d.id in active and device in d.devices},
            page_of=self._stage.page_of,
        )
