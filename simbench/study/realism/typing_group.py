"""Typing laid beside people's: rhythm, holds, rollover and corrections (Dhakal et al. 2018)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from simbench.errors import BadInput
from simbench.study.realism.groups import Effort, Group, Keep, Measure, Numbers, Rival, Sample, Side
from simbench.study.realism.typing import (
    FEATURES,
    KIND_BACKSPACE,
    KeyTable,
    read_typing,
    simulate_typing,
    typing_features,
)

__all__ = ["TYPING"]

_PEOPLE: Final = 120
_INTERVAL: Final = "press to press"
_MEDIAN: Final = "press to press, median of a person"
_HOLD: Final = "hold"
_ROLLOVER: Final = "keys pressed before the last is up"
_BACKSPACE: Final = "backspaces"


def typing_side(keys: KeyTable) -> Side:
    """Features and measures of strokes."""
    features, person = typing_features(keys)
    told = np.isfinite(keys.interval) & (keys.interval >= 0)
    held_before = np.full(keys.hold.size, np.nan)
    held_before[1:] = keys.hold[:-1]
    owners = np.unique(keys.person[told])
    medians = np.array([np.median(keys.interval[told & (keys.person == owner)]) for owner in owners])
    return Side(
        samples={"typing": Sample(columns=FEATURES, values=np.column_stack([features[name] for name in FEATURES]),
                                  person=person)},
        numbers={
            _INTERVAL: Numbers(values=keys.interval[told], person=keys.person[told]),
            _MEDIAN: Numbers(values=medians, person=owners),
            _HOLD: Numbers(values=keys.hold[keys.hold > 0], person=keys.person[keys.hold > 0]),
            _ROLLOVER: Numbers(values=(held_before > keys.interval)[told].astype(np.float64), person=keys.person[told]),
            _BACKSPACE: Numbers(values=(keys.kind == KIND_BACKSPACE).astype(np.float64), person=keys.person),
        },
        like={"keys": keys},
    )  # fmt: skip


def _people(path: Path, keep: Keep) -> Side:
    keys = read_typing(path.parent)
    keys = keys.only(keep(keys.person.astype(str)))
    if not (np.isfinite(keys.interval) & (keys.interval > 0) & (keys.hold > 0)).sum() > 2:
        raise BadInput(f"{path}: holds no entry of several strokes")
    return typing_side(keys)


def _visitors(_: Side, effort: Effort) -> Side:
    return typing_side(simulate_typing(effort.count(_PEOPLE, least=30), seed=effort.seed))


def _textbook(people: Side, effort: Effort) -> Side:
    """The people's own keys with times drawn anew, one by one, from a normal distribution of each person's."""
    keys: KeyTable = people.like["keys"]
    random = np.random.default_rng([effort.seed, 41])
    interval, hold = keys.interval.copy(), keys.hold.copy()
    for owner in np.unique(keys.person):
        mine = keys.person == owner
        for times, least in ((interval, 20.0), (hold, 10.0)):
            told = mine & np.isfinite(times)
            typical = np.median(times[told])
            spread = (np.quantile(times[told], 0.75) - np.quantile(times[told], 0.25)) / 1.349
            times[told] = np.maximum(random.normal(typical, max(spread, 1.0), int(told.sum())), least)
    return typing_side(replace(keys, interval=interval, hold=hold))


TYPING: Final = Group(
    name="typing", title="Typing", file="typing", sets={"typing": 0.65},
    measures=(
        Measure(name=_INTERVAL, unit="ms"), Measure(name=_MEDIAN, unit="ms"), Measure(name=_HOLD, unit="ms"),
        Measure(name=_ROLLOVER, unit="share", kind="share"), Measure(name=_BACKSPACE, unit="share", kind="share"),
    ),
    people=_people, visitors=_visitors, rivals=(Rival(name="people's keys, independent normal times", make=_textbook),),
    note="Sentences copied as they stand; keys that only modify others are left out.",
)  # fmt: skip
