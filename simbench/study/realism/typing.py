"""Typing: people's key strokes, those of visitors given the same task, and the numbers that describe a stroke.

The task is to type short sentences as they stand (Dhakal et al. 2018). Keys that only modify others are left out of
both. Keyboards and browsers report times on grids of 1, 8 or 16 ms; so every interval and hold is put on a grid of
16 ms and spread evenly within it before anything is compared, people and visitors alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simbench.study.realism.people import PeopleFolder, read_columns
from simbench.visitor.body.keyboard import expand_keys
from simbench.visitor.noise import act_keys

__all__ = [
    "FEATURES",
    "KIND_BACKSPACE",
    "KIND_SPACE",
    "KeyTable",
    "read_typing",
    "simulate_typing",
    "typing_features",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

KIND_SPACE: Final = 1
KIND_BACKSPACE: Final = 2
_MODIFIERS: Final = (9, 13, 16, 17, 18, 20, 91)
#: The grid on which times are compared, ms.
_GRID_MS: Final = 16.0
#: What describes a stroke: the interval before it, how long it and the one before are held, how long the key before
#: is still down when it goes down (overlap), and the interval before that. Logs of ms; overlap in ms.
FEATURES: Final = ("interval", "hold", "hold_before", "overlap", "interval_before", "kind", "kind_before")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyTable:
    """Strokes, entry by entry: `interval` is ms since the press before (NaN: the first), `kind` as `STROKE_KINDS`."""

    person: Ints
    entry: Ints
    interval: Floats
    hold: Floats
    kind: Ints
    same_as_before: NDArray[np.bool_]

    @property
    def opens(self) -> NDArray[np.bool_]:
        """Which strokes are the first of their entry."""
        first = np.ones(self.entry.size, dtype=bool)
        first[1:] = (self.entry[1:] != self.entry[:-1]) | (self.person[1:] != self.person[:-1])
        return first

    def before(self, mark: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether the stroke before, in the same entry, has the mark."""
        moved = np.zeros_like(mark)
        moved[1:] = mark[:-1]
        return moved & ~self.opens

    def only(self, which: NDArray[np.bool_]) -> KeyTable:
        """The strokes of `which`."""
        return KeyTable(**{name: getattr(self, name)[which] for name in self.__slots__})


def read_typing(data: Path) -> KeyTable:
    """People's strokes from ``typing.csv.gz`` of the folder `data`."""
    path = PeopleFolder.open(data).files["typing"]
    numbers, _ = read_columns(path, numbers=("participant", "section", "press", "release", "keycode"))
    keep = ~np.isin(numbers["keycode"], _MODIFIERS)
    person, section, press, release, code = (
        numbers[name][keep] for name in ("participant", "section", "press", "release", "keycode")
    )
    order = np.lexsort((press, section, person))
    person, section, press, release, code = (c[order] for c in (person, section, press, release, code))
    first = np.ones(person.size, dtype=bool)
    first[1:] = (person[1:] != person[:-1]) | (section[1:] != section[:-1])
    interval = np.full(person.size, np.nan)
    interval[1:] = np.where(first[1:], np.nan, np.diff(press))
    same = np.zeros(person.size, dtype=bool)
    same[1:] = (code[1:] == code[:-1]) & ~first[1:]
    return KeyTable(
        person=person.astype(np.int64), entry=section.astype(np.int64), interval=interval, hold=release - press,
        kind=np.where(code == 8, KIND_BACKSPACE, np.where(code == 32, KIND_SPACE, 0)), same_as_before=same,
    )  # fmt: skip


def simulate_typing(people: int, *, entries: int = 15, seed: int = 1) -> KeyTable:
    """Visitors who type sentences: `people` of them, `entries` sentences each.

    Sentences have 16 to 100 keys (as those of the study: median 47). Speed per person is lognormal with the median and
    spread of the persona library (`key_ms`), and every key is wrong with a chance that differs from person to person.
    """
    rng = np.random.default_rng([seed, 6])
    median = np.exp(np.log(181.0) + 0.32 * rng.standard_normal(people))
    slip = 0.055 * np.exp(0.65 * rng.standard_normal(people))
    length = np.clip(np.rint(np.exp(np.log(41.0) + 0.35 * rng.standard_normal(people * entries))), 12, 160)
    length = length.astype(np.int64)
    who = np.repeat(np.arange(people), entries)
    slips = rng.poisson(length * np.minimum(slip, 0.3)[who])
    persons = act_keys(np.full(people, seed, np.uint64), np.arange(people))
    keys = act_keys(persons[who], np.arange(who.size))
    strokes = expand_keys(np.zeros(who.size), median[who], length, slips, keys, person=persons[who])
    first = np.diff(strokes.row, prepend=-1) != 0
    # Within an entry times are whole ms, as browsers report them.
    press, release = np.rint(strokes.press), np.rint(strokes.release)
    interval = np.full(press.size, np.nan)
    interval[1:] = np.where(first[1:], np.nan, np.diff(press))
    return KeyTable(
        person=who[strokes.row], entry=strokes.row, interval=interval, hold=release - press, kind=strokes.kind,
        same_as_before=np.zeros(press.size, dtype=bool),
    )  # fmt: skip


def typing_features(keys: KeyTable, *, seed: int = 1, most: int = 200) -> tuple[dict[str, Any], Ints]:
    """The `FEATURES` of strokes that have two before them, and their person; `most` strokes a person at random."""
    rng = np.random.default_rng([seed, 7])
    interval, hold = _on_grid(keys.interval, rng), _on_grid(keys.hold, rng)
    opens = keys.opens

    def back(column: Floats, far: int = 1) -> Floats:
        moved = np.full(column.size, np.nan)
        moved[far:] = column[:-far]
        return moved

    second = np.zeros(opens.size, dtype=bool)
    second[1:] = opens[:-1]
    told = ~opens & ~second & (interval > 0) & (hold > 0) & (back(interval) > 0) & (back(hold) > 0)
    columns = {
        "interval": np.log(np.maximum(interval, 1.0)),
        "hold": np.log(np.maximum(hold, 1.0)),
        "hold_before": np.log(np.maximum(back(hold), 1.0)),
        "overlap": np.clip(back(hold) - interval, -400.0, 400.0),
        "interval_before": np.log(np.maximum(back(interval), 1.0)),
        "kind": keys.kind.astype(np.float64),
        "kind_before": back(keys.kind.astype(np.float64)),
    }
    rows = np.flatnonzero(told)
    rows = rows[rng.permutation(rows.size)]
    person = keys.person[rows]
    order = np.argsort(person, kind="stable")
    nth = np.arange(rows.size) - np.searchsorted(person[order], person[order])
    chosen = np.sort(rows[order[nth < most]])
    return {name: column[chosen] for name, column in columns.items()}, keys.person[chosen]


def _on_grid(values: Floats, rng: np.random.Generator) -> Floats:
    return np.rint(values / _GRID_MS) * _GRID_MS + (rng.random(values.size) - 0.5) * _GRID_MS
