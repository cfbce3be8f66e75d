"""Strokes of a finger while reading on a phone: people's, visitors', and the numbers that describe a stroke.

The task is to read articles on a phone (Touchalytics, Frank et al. 2013); only vertical strokes are compared. That set
gives each stroke's features but not its path, lengths in mm (taken for 6.3 CSS px each).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simbench.study.realism.people import PeopleFolder, read_columns
from simbench.visitor.body.scrolling import expand_scrolls
from simbench.visitor.noise import act_keys, normal, uniform

__all__ = ["FEATURES", "StrokeTable", "read_strokes", "simulate_strokes", "stroke_features"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PX_PER_MM: Final = 6.3
#: Documents of the reading task (the others are pictures to compare), and the flags of vertical strokes.
_READING: Final = (1, 2, 3, 6)
_UP_FLAG, _DOWN_FLAG = 1, 3
#: What describes a stroke: duration, length, mean speed, speed on leaving (logs), drift to the side and bow (parts of
#: its length), the time since the one before (log), and whether it goes back.
FEATURES: Final = ("duration", "length", "speed", "leaving", "sideways", "bow", "since_before", "back")


@dataclass(frozen=True, slots=True, kw_only=True)
class StrokeTable:
    """Vertical strokes: durations and gaps (from start to start) in s, lengths in CSS px.

    `sideways` and `bow` are parts of the length, `back` tells strokes that scroll up.
    """

    person: Ints
    duration_s: Floats
    length_px: Floats
    leaving_px_s: Floats
    sideways: Floats
    bow: Floats
    since_before_s: Floats
    back: NDArray[np.bool_]

    def only(self, which: NDArray[np.bool_]) -> StrokeTable:
        """The strokes of `which`."""
        return StrokeTable(**{name: getattr(self, name)[which] for name in self.__slots__})


def read_strokes(data: Path) -> StrokeTable:
    """People's strokes from ``touch_strokes.csv.gz`` of the folder `data`."""
    path = PeopleFolder.open(data).files["touch_strokes"]
    n, _ = read_columns(path, numbers=(
        "user", "doc", "inter_stroke_time", "stroke_duration", "start_x", "stop_x", "end2end_dist", "dir_flag",
        "v_last3", "dev_max",
    ))  # fmt: skip
    told = (
        np.isin(n["doc"], _READING) & np.isin(n["dir_flag"], (_UP_FLAG, _DOWN_FLAG)) & (n["end2end_dist"] > 1.0)
        & (n["inter_stroke_time"] > 0) & (n["inter_stroke_time"] < 300.0)
    )  # fmt: skip
    n = {name: column[told] for name, column in n.items()}
    return StrokeTable(
        person=n["user"].astype(np.int64), duration_s=n["stroke_duration"], length_px=n["end2end_dist"] * PX_PER_MM,
        leaving_px_s=n["v_last3"] * PX_PER_MM, sideways=(n["stop_x"] - n["start_x"]) / n["end2end_dist"],
        bow=n["dev_max"] / n["end2end_dist"], since_before_s=n["inter_stroke_time"], back=n["dir_flag"] == _UP_FLAG,
    )  # fmt: skip


def simulate_strokes(people: int, *, strokes: int = 60, seed: int = 1) -> StrokeTable:
    """Visitors who read on a phone of 390 x 700 px, down an article and at times back.

    Pace per person is lognormal about 22 px/s (about 60 px of scrolling a stroke, one stroke in 2.4 s: Touchalytics).
    """
    persons = act_keys(np.full(people, seed, np.uint64), np.arange(people))
    pace = 26.0 * np.exp(0.5 * normal(persons, 280))
    far = np.rint(75.0 * strokes * np.exp(0.3 * normal(persons, 281)))
    legs = np.array([(p, leg) for p in range(people) for leg in range(3)])
    who, leg = legs[:, 0], legs[:, 1]
    key = act_keys(persons[who], leg + 1)
    back = leg == 1
    begin_y = np.where(leg == 0, 0.0, np.where(back, 0.0, 0.0))
    # Down, a little way up again, and down to the end.
    turn = np.rint(far[who] * (0.3 + 0.4 * uniform(persons, 282))[who])
    again = np.rint(turn * (1.0 - 0.5 * uniform(persons, 283))[who])
    begin_y = np.where(leg == 0, 0.0, np.where(back, turn, again))
    end_y = np.where(leg == 0, turn, np.where(back, again, far[who]))
    ms = np.abs(end_y - begin_y) / (pace[who] * np.where(back, 4.0, 1.0)) * 1000.0 * np.exp(0.4 * normal(key, 284))
    ms = np.maximum(ms, 600.0)
    n = who.size
    t1 = np.cumsum(ms)
    seen = expand_scrolls(
        begin_y, end_y, t1 - ms, t1, key, np.ones(n, bool), np.zeros(n, bool), np.full(n, 390.0), np.full(n, 700.0),
        1000.0 / 60.0, person=persons[who], bottom=far[who], rest_after=0.0,
    )  # fmt: skip
    made = seen.strokes
    length = np.hypot(made.x1 - made.x0, made.y1 - made.y0)
    duration = (made.t1 - made.t0) / 1000.0
    person = who[seen.stroke_row]
    since = np.full(person.size, np.nan)
    since[1:] = np.where(person[1:] == person[:-1], np.diff(made.t0) / 1000.0, np.nan)
    told = (length > PX_PER_MM) & (since > 0)
    table = StrokeTable(
        person=person, duration_s=duration, length_px=length, leaving_px_s=made.leaving * length / duration,
        sideways=(made.x1 - made.x0) / np.maximum(length, 1.0), bow=made.bow / np.maximum(length, 1.0),
        since_before_s=since, back=made.y1 > made.y0,
    )  # fmt: skip
    return table.only(told)


def stroke_features(strokes: StrokeTable) -> tuple[dict[str, Any], Ints]:
    """The `FEATURES` of strokes, and their person."""
    return {
        "duration": np.log(strokes.duration_s), "length": np.log(strokes.length_px),
        "speed": np.log(strokes.length_px / strokes.duration_s),
        "leaving": np.log(strokes.leaving_px_s + 5.0), "sideways": strokes.sideways, "bow": strokes.bow,
        "since_before": np.log(strokes.since_before_s), "back": strokes.back.astype(np.float64),
    }, strokes.person  # fmt: skip
