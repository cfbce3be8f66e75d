"""Scrolling while reading: people's, that of visitors given the same task, and the numbers that describe a scroll.

The task is to read two texts, each in a box of its own, at a desk (Gooding et al. 2021). The recorder there wrote down
where a text stood whenever it had rested for 100 ms after being scrolled (no two rows are closer, and wheel notches are
never seen half-way): so the visitors' scroll events, at 60 a second, go through the same filter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simbench.study.realism.people import PeopleFolder, read_columns
from simbench.visitor.body.scrolling import TRACKPAD, expand_scrolls, scroll_devices
from simbench.visitor.body.tables import parameters, quantile
from simbench.visitor.noise import act_keys, normal, uniform

__all__ = ["FEATURES", "ScrollTable", "legs", "read_scrolls", "scroll_features", "simulate_scrolls"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: How long a text has to rest before its place is written down.
REST_MS: Final = 100.0
#: A turn counts as a new leg when it goes back by this share of the text, or this many px where that is more.
_TURN_SHARE: Final = 0.3
_TURN_PX: Final = 150.0
_EVENTS: Final = ("elementary", "advanced")
#: What describes a scroll: the time since the one before and its step (log), which way, whether a whole number of
#: hundreds of px, whether it ends at the top or the bottom, and the same of the scroll before.
FEATURES: Final = (
    "gap", "step", "up", "hundreds", "at_an_end", "gap_before", "step_before", "up_before",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ScrollTable:
    """Where texts stood: `reading` numbers a person's text, `t` is ms since it was shown, `y` px from its top."""

    person: Ints
    reading: Ints
    t: Floats
    y: Floats

    def only(self, which: NDArray[np.bool_]) -> ScrollTable:
        """The rows of `which`."""
        return ScrollTable(**{name: getattr(self, name)[which] for name in self.__slots__})

    def readings(self) -> Iterator[tuple[int, Floats, Floats]]:
        """Person, times and places of each reading that was scrolled."""
        cuts = np.flatnonzero(np.diff(self.reading)) + 1
        for rows in np.split(np.arange(self.reading.size), cuts):
            if rows.size > 1:
                yield int(self.person[rows[0]]), self.t[rows], self.y[rows]


def read_scrolls(data: Path) -> ScrollTable:
    """People's readings from ``reading_scroll.csv.gz`` of the folder `data`."""
    path = PeopleFolder.open(data).files["reading_scroll"]
    names = [f"{kind}_reading_{what}" for kind in _EVENTS for what in ("event_ms", "scroll_event")]
    _, texts = read_columns(path, texts=names)
    person, reading, times, places = [], [], [], []
    number = 0
    for row in range(texts[names[0]].size):
        for kind in _EVENTS:
            t = _numbers(texts[f"{kind}_reading_event_ms"][row])
            y = _numbers(texts[f"{kind}_reading_scroll_event"][row])
            n = min(t.size, y.size)
            person.append(np.full(n, row))
            reading.append(np.full(n, number))
            times.append(t[:n])
            places.append(y[:n])
            number += 1
    return ScrollTable(
        person=np.concatenate(person), reading=np.concatenate(reading), t=np.concatenate(times),
        y=np.concatenate(places),
    )  # fmt: skip


def _numbers(text: str) -> Floats:
    return np.array([float(word) for word in re.findall(r"-?\d+(?:\.\d+)?", str(text))])


def legs(y: Floats) -> list[tuple[int, int]]:
    """First and last row of each leg of a reading: down, up again, down again; small steps back don't end a leg."""
    least = max(_TURN_PX, _TURN_SHARE * float(y.max() - y.min()))
    turns, way, far = [0], 0, 0
    for i in range(1, y.size):
        if way == 0 and abs(y[i] - y[0]) > least:
            way, far = (1 if y[i] > y[0] else -1), i
        elif way and (y[i] - y[far]) * way >= 0:
            far = i
        elif way and (y[far] - y[i]) * way > least:
            turns.append(far)
            way, far = -way, i
    turns.append(far if way else y.size - 1)
    return [(a, b) for a, b in pairwise(turns) if b > a]


def scroll_features(scrolls: ScrollTable, *, seed: int = 1, most: int = 40) -> tuple[dict[str, Any], Ints]:
    """The `FEATURES` of scrolls that have one before them, and their person; `most` scrolls a person at random."""
    rng = np.random.default_rng([seed, 8])
    rows: dict[str, list[Floats]] = {name: [] for name in FEATURES}
    persons = []
    for person, t, y in scrolls.readings():
        gap, step = np.diff(t), np.diff(y)
        moved = step != 0
        gap, step, end = gap[moved], step[moved], y[1:][moved]
        if step.size < 2:
            continue
        size = np.log1p(np.abs(step))
        told = {
            "gap": np.log(np.maximum(gap, 1.0)), "step": size, "up": (step < 0).astype(np.float64),
            "hundreds": (np.abs(step) % 100 == 0).astype(np.float64),
            "at_an_end": ((end == 0) | (end == y.max())).astype(np.float64),
        }  # fmt: skip
        for name in FEATURES:
            column = told[name.removesuffix("_before")]
            rows[name].append(column[:-1] if name.endswith("_before") else column[1:])
        persons.append(np.full(step.size - 1, person))
    who = np.concatenate(persons)
    columns = {name: np.concatenate(parts) for name, parts in rows.items()}
    shuffled = rng.permutation(who.size)
    order = shuffled[np.argsort(who[shuffled], kind="stable")]
    nth = np.arange(order.size) - np.searchsorted(who[order], who[order])
    chosen = np.sort(order[nth < most])
    return {name: column[chosen] for name, column in columns.items()}, who[chosen]


def simulate_scrolls(people: int, *, seed: int = 1) -> ScrollTable:
    """Visitors who read two texts each: down to the end, and often up and down again.

    How often, how far and how long each leg takes are numbers of this task in `scrolling.yaml`; how it is scrolled is
    the body's (`expand_scrolls`), seen by a recorder that waits for `REST_MS` of rest.
    """
    task = parameters("scrolling")["reading_task"]
    persons = act_keys(np.full(people, seed, np.uint64), np.arange(people))
    slow = np.where(scroll_devices(persons, np.zeros(people, bool)) == TRACKPAD, task["trackpad_first_score"], 0.0)
    rows: list[tuple[int, int, float, float, float, float, float]] = []
    ways = np.cumsum(task["legs"])
    durations = {name: np.array(task[name]) for name in ("first_ms", "up_ms", "again_ms")}
    heights = np.array(task["scrollable_px"])
    for reading in range(2 * people):
        key = act_keys(persons[reading // 2 : reading // 2 + 1], np.array([reading]))
        far = float(np.rint(np.exp(quantile(heights, normal(key, 230))[0])))
        own = task["person_share"] * normal(persons[reading // 2 : reading // 2 + 1], 231)[0]
        count = int(np.searchsorted(ways, uniform(key, 232)[0] * ways[-1]))
        y, t = 0.0, 10.0
        for leg in range(count):
            leg_key = act_keys(key, np.array([leg + 1]))
            down = leg % 2 == 0
            u = uniform(leg_key, 233)[0]
            if down:
                to = (
                    1.0
                    if u < task["to_the_end"]
                    else y / far + (1.0 - y / far) * (0.3 + 0.7 * uniform(leg_key, 234)[0])
                )
            else:
                to = 0.0 if u < task["to_the_top"] else y / far * 0.8 * uniform(leg_key, 234)[0]
            z = own + np.sqrt(1.0 - task["person_share"] ** 2) * normal(leg_key, 235)[0]
            z += slow[reading // 2] if leg == 0 else 0.0
            name = "first_ms" if leg == 0 else "again_ms" if down else "up_ms"
            ms = float(np.exp(quantile(durations[name], np.array([z]))[0]))
            rows.append((reading, leg, y, float(np.rint(to * far)), t, t + ms, far))
            y, t = rows[-1][3], t + ms
    column = np.array(rows)
    key = act_keys(persons[(column[:, 0] // 2).astype(int)], (1000 + column[:, 0] * 50 + column[:, 1]).astype(np.int64))
    n = column.shape[0]
    seen = expand_scrolls(
        column[:, 2], column[:, 3], column[:, 4], column[:, 5], key, np.zeros(n, bool), np.zeros(n, bool),
        np.full(n, 1280.0), np.full(n, 800.0), 1000.0 / 60.0, person=persons[(column[:, 0] // 2).astype(int)],
        bottom=column[:, 6], rest_after=0.0,
    )  # fmt: skip
    text, at, place = column[seen.row, 0].astype(np.int64), seen.t, seen.scroll_y
    order = np.lexsort((at, text))
    text, at, place = text[order], at[order], place[order]
    rested = np.ones(at.size, dtype=bool)
    rested[:-1] = (np.diff(at) > REST_MS) | (np.diff(text) != 0)
    late = 2.0 + 10.0 * uniform(act_keys(np.full(at.size, seed, np.uint64), np.arange(at.size)), 236)
    text = np.concatenate([np.arange(2 * people), text[rested]])
    at = np.concatenate([np.full(2 * people, 10.0), (at + REST_MS + late)[rested]])
    place = np.concatenate([np.zeros(2 * people), place[rested]])
    order = np.lexsort((at, text))
    return ScrollTable(person=text[order] // 2, reading=text[order], t=np.rint(at[order]), y=np.rint(place[order]))
