"""Scrolling laid beside people's who read two texts (Gooding et al. 2021)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from simbench.errors import BadInput
from simbench.study.realism.groups import Effort, Group, Keep, Measure, Numbers, Rival, Sample, Side
from simbench.study.realism.scrolls import FEATURES, ScrollTable, read_scrolls, scroll_features, simulate_scrolls

__all__ = ["SCROLLS"]

_PEOPLE: Final = 300
_GAP: Final = "gap between scrolls"
_STEP: Final = "scroll step"
_LONG: Final = "gaps over 2 s"
_UP: Final = "scrolls that go up"
_HUNDRED: Final = "steps of 100 px"


def scroll_side(scrolls: ScrollTable) -> Side:
    """Features and measures of scrolls."""
    gaps, steps, owners = [np.empty(0)], [np.empty(0)], [np.empty(0, np.int64)]
    for person, t, y in scrolls.readings():
        step = np.diff(y)
        moved = step != 0
        gaps.append(np.diff(t)[moved])
        steps.append(step[moved])
        owners.append(np.full(int(moved.sum()), person))
    gap, step, owner = np.concatenate(gaps), np.concatenate(steps), np.concatenate(owners)
    if step.size < 2:
        return Side()
    features, whose = scroll_features(scrolls)
    return Side(
        samples={"scrolls": Sample(columns=FEATURES, values=np.column_stack([features[name] for name in FEATURES]),
                                   person=whose)},
        numbers={
            _GAP: Numbers(values=gap, person=owner),
            _STEP: Numbers(values=np.abs(step), person=owner),
            _LONG: Numbers(values=(gap > 2000).astype(np.float64), person=owner),
            _UP: Numbers(values=(step < 0).astype(np.float64), person=owner),
            _HUNDRED: Numbers(values=(np.abs(step) == 100).astype(np.float64), person=owner),
        },
        like={"scrolls": scrolls},
    )  # fmt: skip


def _people(path: Path, keep: Keep) -> Side:
    scrolls = read_scrolls(path.parent)
    side = scroll_side(scrolls.only(keep(scrolls.person.astype(str))))
    if not side.samples:
        raise BadInput(f"{path}: holds no scrolling (lists of times and of places, two at least)")
    return side


def _visitors(_: Side, effort: Effort) -> Side:
    return scroll_side(simulate_scrolls(effort.count(_PEOPLE, least=60), seed=effort.seed))


def _textbook(people: Side, effort: Effort) -> Side:
    """As many scrolls a reading, a notch each, a fifth of them up, exponential gaps of the people's mean."""
    scrolls: ScrollTable = people.like["scrolls"]
    random = np.random.default_rng([effort.seed, 42])
    rows = scrolls.t.size
    first = np.ones(rows, dtype=bool)
    first[1:] = np.diff(scrolls.reading) != 0
    gap = np.where(first, 0.0, 100.0 + random.exponential(people.numbers[_GAP].values.mean(), rows))
    step = np.where(first, 0.0, np.where(random.random(rows) < 0.2, -100.0, 100.0))
    start = np.maximum.accumulate(np.where(first, np.arange(rows), 0))
    t, y = np.cumsum(gap), np.cumsum(step)
    return scroll_side(replace(scrolls, t=t - t[start], y=y - y[start]))


SCROLLS: Final = Group(
    name="scroll", title="Scrolling, reading", file="reading_scroll", sets={"scrolls": 0.65},
    measures=(
        Measure(name=_GAP, unit="ms"), Measure(name=_STEP, unit="px"),
        Measure(name=_LONG, unit="share", kind="share"), Measure(name=_UP, unit="share", kind="share"),
        Measure(name=_HUNDRED, unit="share", kind="share"),
    ),
    people=_people, visitors=_visitors, rivals=(Rival(name="even notches, exponential gaps", make=_textbook),),
    note="Two texts read at a desk; the recorder wrote a place down once the text had rested for 100 ms.",
)  # fmt: skip
