"""Swipes laid beside people's who read articles on a phone (Touchalytics, Frank et al. 2013)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from simbench.errors import BadInput
from simbench.study.realism.groups import Effort, Group, Keep, Measure, Numbers, Sample, Side
from simbench.study.realism.touches import FEATURES, StrokeTable, read_strokes, simulate_strokes, stroke_features

__all__ = ["TOUCH"]

_PEOPLE: Final = 60
_DURATION: Final = "stroke duration"
_LENGTH: Final = "stroke length"
_ON: Final = "strokes that scroll on"


def touch_side(strokes: StrokeTable) -> Side:
    """Features and measures of strokes."""
    features, person = stroke_features(strokes)
    values = np.column_stack([features[name] for name in FEATURES])
    whole = np.isfinite(values).all(axis=1)
    return Side(
        samples={"touch": Sample(columns=FEATURES, values=values[whole], person=person[whole])},
        numbers={
            _DURATION: Numbers(values=strokes.duration_s, person=strokes.person),
            _LENGTH: Numbers(values=strokes.length_px, person=strokes.person),
            _ON: Numbers(values=(~strokes.back).astype(np.float64), person=strokes.person),
        },
    )


def _people(path: Path, keep: Keep) -> Side:
    strokes = read_strokes(path.parent)
    strokes = strokes.only(keep(strokes.person.astype(str)))
    if not strokes.person.size:
        raise BadInput(f"{path}: holds no vertical stroke of the reading task (doc 1, 2, 3 or 6; dir_flag 1 or 3)")
    return touch_side(strokes)


def _visitors(_: Side, effort: Effort) -> Side:
    return touch_side(simulate_strokes(effort.count(_PEOPLE, least=20), seed=effort.seed))


TOUCH: Final = Group(
    name="touch", title="Swipes, reading on a phone", file="touch_strokes", sets={"touch": None},
    measures=(
        Measure(name=_DURATION, unit="s"),
        Measure(name=_LENGTH, unit="px", judged=False),
        Measure(name=_ON, unit="share", kind="share"),
    ),
    people=_people, visitors=_visitors,
    note="Vertical strokes only; the recording's lengths are in mm, taken for 6.3 px each, so lengths are shown only.",
)  # fmt: skip
