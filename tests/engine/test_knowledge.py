"""What visitors know follows from the schedule: it looks back only, and a setting moves only what it says."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from small_shop import persona, small_scenario, small_site

from simbench.engine.knowledge import plans
from simbench.engine.schedule import Schedule, make_schedule
from simbench.visitor.behaviour import BEHAVIOUR

OFTEN = persona("often", 1.0, visitor_type={"new": 0.1, "returning": 0.9})


@cache
def schedule() -> Schedule:
    return make_schedule(small_scenario(personas=[OFTEN], defects=[{"id": "first"}, {"id": "second"}]), small_site())


def previous_of(s: Schedule) -> np.ndarray[Any, Any]:
    last: dict[int, int] = {}
    before = np.full(len(s), -1)
    for place, visitor in enumerate(s.visitor.tolist()):
        before[place] = last.get(visitor, -1)
        last[visitor] = place
    return before


def test_lessons_are_of_defects_that_an_earlier_visit_met() -> None:
    s = schedule()
    before = previous_of(s)
    met: list[set[str]] = []
    known: list[frozenset[str]] = []
    for place in range(len(s)):
        back = before[place]
        so_far = met[back] | s.defect_sets[s.defects[back]] if back >= 0 else set()
        lessons = s.lesson_sets[s.lessons[place]]
        assert lessons <= so_far
        # What was learnt is kept.
        assert back < 0 or known[back] <= lessons
        met.append(set(so_far))
        known.append(lessons)


def test_so_many_learn_on_the_first_visit() -> None:
    s = schedule()
    before = previous_of(s)
    second = (before >= 0) & (before[before] < 0)
    taught = np.array(["first" in names for names in s.lesson_sets])[s.lessons[second]]
    n = int(second.sum())
    spread = np.sqrt(BEHAVIOUR.remembers_defect * (1 - BEHAVIOUR.remembers_defect) / n)
    # Within 4 standard errors: a false alarm in 16,000 seeds, and the seed is fixed.
    assert abs(taught.mean() - BEHAVIOUR.remembers_defect) < 4 * spread


def test_without_defects_there_is_nothing_to_learn() -> None:
    s = make_schedule(small_scenario(sessions=2000), small_site())
    assert s.lesson_sets == (frozenset(),)
    assert not s.lessons.any()


class TestPlans:
    PERSONAS = small_scenario(
        personas=[
            persona("keeper", 0.5, postpones=0.6, bounces=0.25),
            persona("robot", 0.5, postpones=0.9, bounces=0.5, bot="crawler"),
        ]
    ).personas
    N = 20_000

    def planned(self) -> tuple[Any, np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        previous = np.arange(-1, self.N - 1)
        previous[::2] = -1  # every visitor comes twice
        visitor = np.arange(self.N) // 2
        who = (visitor % 10 == 0).astype(np.int16)
        put = plans(
            seed=3, personas=self.PERSONAS, persona=who, visitor=visitor,
            visit_no=(1 + np.arange(self.N) % 2).astype(np.int16), previous=previous, buys=np.ones(self.N, dtype=bool),
        )  # fmt: skip
        return put, who, previous

    def test_people_put_off_as_often_as_their_dial_says_and_programs_never(self) -> None:
        put, who, _ = self.planned()
        first = np.arange(self.N) % 2 == 0
        people = first & (who == 0)
        assert put.bounces[people].mean() == pytest.approx(0.25, abs=0.02)
        assert put.postpones[people & ~put.bounces].mean() == pytest.approx(0.6, abs=0.02)
        # Whoever bounces has no time to put anything off.
        assert not (put.bounces & put.postpones).any()
        assert not put.bounces[who == 1].any()
        assert not put.postpones[who == 1].any()
        assert not put.finishes[who == 1].any()

    def test_only_what_was_put_off_is_finished(self) -> None:
        put, who, previous = self.planned()
        assert (put.finishes <= ((previous >= 0) & put.postpones[previous])).all()
        could = (previous >= 0) & put.postpones[previous] & (who == 0)
        assert put.finishes[could].mean() == pytest.approx(BEHAVIOUR.finishes, abs=0.03)
        assert put.postpones[put.finishes].mean() == pytest.approx(0.3, abs=0.03)
