"""How long news pages are read and how far they are scrolled: people's page views, and visitors' given such pages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simbench.study.realism.people import PeopleFolder, read_columns
from simbench.visitor.dice import Dice, Luck
from simbench.visitor.mind.reading import plan_reading
from simbench.visitor.person import Trait

__all__ = ["FEATURES", "ViewTable", "dwell_features", "read_news", "simulate_news", "simulate_paid_reading"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: What describes a page view: seconds (log), depth, and whether the end was on screen.
FEATURES: Final = ("dwell", "depth", "at_the_end")


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewTable:
    """Page views: whole seconds of reading, and how much of the page has been on screen, in whole per cent."""

    person: Ints
    seconds: Floats
    depth: Floats

    def only(self, which: NDArray[np.bool_]) -> ViewTable:
        """The rows of `which`."""
        return ViewTable(**{name: getattr(self, name)[which] for name in self.__slots__})


def read_news(data: Path) -> ViewTable:
    """People's views from ``news_dwell.csv.gz`` of the folder `data`; views whose depth is not known are left out."""
    path = PeopleFolder.open(data).files["news_dwell"]
    n, _ = read_columns(path, numbers=("user", "scroll_pct", "read_time_s"))
    told = n["read_time_s"] >= 1.0
    return ViewTable(person=n["user"][told].astype(np.int64), seconds=n["read_time_s"][told],
                     depth=n["scroll_pct"][told])  # fmt: skip


def simulate_news(people: int, *, views: int = 200, appetite: float = 0.5, seed: int = 1) -> ViewTable:
    """Visitors who look at news: `people` of them, `views` articles each.

    An article has a median of 420 words on 4.1 screens, its neighbours' teasers included (assumed: 250 to 700 words, 3
    to 6 screens). Reading speed, share of words read, dwell shape and propensity to scroll are as in personas.yaml.
    """
    rng = np.random.default_rng([seed, 9])
    luck = _luck(seed, people * views)
    person = np.repeat(np.arange(people), views)
    wpm = 238.0 * np.exp(0.16 * rng.standard_normal(people))
    share = rng.beta(0.24 * 9, 0.76 * 9, people)
    shape = rng.uniform(0.5, 0.9, people)
    scrolls = rng.beta(0.54 * 6, 0.46 * 6, people)
    words = 420.0 * np.exp(0.45 * rng.standard_normal(person.size))
    screens = np.maximum(1.3, 4.1 * (words / 420.0) ** 0.6 * np.exp(0.3 * rng.standard_normal(person.size)))
    return _viewed(person, words, screens, appetite, luck, wpm, share, shape, scrolls)


def simulate_paid_reading(people: int, *, seed: int = 1) -> ViewTable:
    """Visitors who are paid to read a text of 600 words, as in Gooding et al. (2021): the persona `reader`."""
    rng = np.random.default_rng([seed, 10])
    luck = _luck(seed, people)
    person = np.arange(people)
    wpm = 220.0 * np.exp(0.16 * rng.standard_normal(people))
    share, shape = rng.beta(0.6 * 8, 0.4 * 8, people), rng.uniform(1.2, 1.6, people)
    scrolls = rng.beta(0.8 * 10, 0.2 * 10, people)
    words, screens = np.full(people, 600.0), np.full(people, 3.5)
    return _viewed(person, words, screens, 0.9, luck, wpm, share, shape, scrolls)


def _luck(seed: int, views: int) -> Luck:
    def stream(purpose: str, *key: int) -> np.random.Generator:
        return np.random.default_rng([seed, *purpose.encode(), *key])

    return Luck(stream, 0, views)


def _viewed(
    person: Ints, words: Floats, screens: Floats, appetite: float, luck: Luck, wpm: Floats, share: Floats,
    shape: Floats, scrolls: Floats,
) -> ViewTable:  # fmt: skip
    """Each view by `plan_reading`."""
    seconds, depth = np.empty(person.size), np.empty(person.size)
    for i, who in enumerate(person.tolist()):
        trait = Trait({
            "reading_wpm": float(wpm[who]), "reading_share": float(share[who]), "dwell_shape": float(shape[who]),
            "scroll_propensity": float(scrolls[who]),
        })  # fmt: skip
        plan = plan_reading(trait, Dice(luck, i), words=float(words[i]), screens=float(screens[i]), appetite=appetite)
        seconds[i] = sum(stretch.ms for stretch in plan) / 1000.0
        depth[i] = min(plan[-1].depth / screens[i], 1.0) * 100.0
    seconds, depth = np.floor(seconds), np.floor(depth + 1e-6)
    told = seconds >= 1.0
    return ViewTable(person=person[told], seconds=seconds[told], depth=depth[told])


def dwell_features(views: ViewTable, *, seed: int = 1) -> tuple[dict[str, Any], Ints]:
    """The `FEATURES` of page views, and their person; seconds are spread evenly within the whole ones."""
    rng = np.random.default_rng([seed, 11])
    return {
        "dwell": np.log(views.seconds + rng.random(views.seconds.size)),
        "depth": views.depth, "at_the_end": (views.depth >= 100.0).astype(np.float64),
    }, views.person  # fmt: skip
