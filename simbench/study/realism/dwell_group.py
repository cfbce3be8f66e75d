"""How long pages are read, and how deep, laid beside people's views of news (EB-NeRD)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from simbench.errors import BadInput
from simbench.study.realism.dwell import FEATURES, ViewTable, dwell_features, read_news, simulate_news
from simbench.study.realism.groups import Effort, Group, Keep, Measure, Numbers, Rival, Sample, Side

__all__ = ["DWELL"]

_PEOPLE: Final = 40
_SECONDS: Final = "dwell"
_DEPTH: Final = "scroll depth"
_END: Final = "views that reach the end"


def dwell_side(views: ViewTable) -> Side:
    """Features and measures of page views."""
    features, person = dwell_features(views)
    return Side(
        samples={"dwell": Sample(columns=FEATURES, values=np.column_stack([features[name] for name in FEATURES]),
                                 person=person)},
        numbers={
            _SECONDS: Numbers(values=views.seconds, person=views.person),
            _DEPTH: Numbers(values=views.depth, person=views.person),
            _END: Numbers(values=(views.depth >= 100.0).astype(np.float64), person=views.person),
        },
        like={"views": views},
    )  # fmt: skip


def _people(path: Path, keep: Keep) -> Side:
    views = read_news(path.parent)
    views = views.only(keep(views.person.astype(str)))
    if not views.person.size:
        raise BadInput(f"{path}: holds no view of a second or more whose depth is known")
    return dwell_side(views)


def _visitors(_: Side, effort: Effort) -> Side:
    return dwell_side(simulate_news(effort.count(_PEOPLE, least=20), views=100, seed=effort.seed))


def _textbook(people: Side, effort: Effort) -> Side:
    """As many views, exponential times of the people's mean, depth even between 0 and 100 %."""
    views: ViewTable = people.like["views"]
    random = np.random.default_rng([effort.seed, 43])
    rows = views.seconds.size
    seconds = np.maximum(np.floor(random.exponential(views.seconds.mean(), rows)), 1.0)
    return dwell_side(replace(views, seconds=seconds, depth=np.floor(random.uniform(0, 101, rows))))


DWELL: Final = Group(
    name="dwell", title="Dwell and depth, news", file="news_dwell", sets={"dwell": 0.65},
    measures=(
        Measure(name=_SECONDS, unit="s"), Measure(name=_DEPTH, unit="%"),
        Measure(name=_END, unit="share", kind="share"),
    ),
    people=_people, visitors=_visitors, rivals=(Rival(name="exponential times, even depths", make=_textbook),),
    note="Whole seconds and whole per cent, as recorded; views of less than a second are left out.",
)  # fmt: skip
