"""Pointer movements on a web site: kinematics of single movements, and how they follow one another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simbench.errors import BadInput
from simbench.study.realism.bezier_package import PACKAGE, bezier_paths
from simbench.study.realism.clicks import read_web_mouse
from simbench.study.realism.groups import Effort, Floats, Group, Keep, Measure, Numbers, Rival, Sample, Side, codes
from simbench.study.realism.movements import FEATURES_A, FEATURES_B, FRAME_MS, Movements, movement_features, movements
from simbench.study.realism.people import read_columns
from simbench.study.realism.visits import play_shop
from simbench.study.realism.web_preset import web_table

__all__ = ["DESKTOP_MOVES", "MOVEMENTS", "RESTS", "bots_group", "minimum_jerk", "movement_side"]

#: Movements a simulated session, so that folds by session mean something for what has no sessions.
_A_SESSION: Final = 75
#: Movements simulated at size 1.
_MOVEMENTS: Final = 4000
#: Time between two simulated movements: anything well above the gap that cuts movements.
_REST_ms: Final = 1000.0
_PAUSE: Final = "pause between movements"
_ENDS: Final = "movements that end in a click"
_DISTANCES: Final = ((50, 100), (100, 200), (200, 400), (400, 800), (800, 2000))
_SETS: Final[Mapping[str, tuple[str, ...]]] = {
    "A": FEATURES_A,
    "B": FEATURES_B,
    "A+B": (*FEATURES_A, *FEATURES_B),
}
_MEASURED: Final = (
    Measure(name="movement duration", unit="ms"),
    Measure(name="chord length", unit="px"),
    Measure(name="straightness", unit="share", complement=True),
    Measure(name="peak speed", unit="px/s"),
    Measure(name="time of peak speed", unit="share"),
    Measure(name="speed peaks", unit="1"),
)
_FEATURE_OF: Final = dict(zip((m.name for m in _MEASURED), ("dur", "D", "straight", "vpk", "tpk", "npk"), strict=True))


def movement_side(m: Movements) -> Side:
    """Features, measures, and what is needed to simulate the like: chord vectors and durations."""
    features = movement_features(m)
    last, first = m.first[1:] - 1, m.first[:-1]
    like = {"dx": m.x[last] - m.x[first], "dy": m.y[last] - m.y[first], "dur": features["dur"], "movements": m}
    return Side(
        samples={
            name: Sample(columns=columns, values=np.column_stack([features[c] for c in columns]), person=m.session)
            for name, columns in _SETS.items()
        },
        numbers={
            measure.name: Numbers(values=features[_FEATURE_OF[measure.name]], person=m.session)
            for measure in _MEASURED
        },
        like=like,
    )  # fmt: skip


def _people(path: Path, keep: Keep) -> Side:
    found = movements(read_web_mouse(path, keep))
    if not len(found):
        raise BadInput(f"{path}: holds no pointer movement (5 points and 50 px without a gap of more than 150 ms)")
    return movement_side(found)


def _bot(path: Path) -> Callable[[Side, Effort], Side | str]:
    return lambda _, __: movement_side(movements(read_web_mouse(path)))


def _drawn(people: Side, effort: Effort, salt: int) -> tuple[Floats, Floats, Floats]:
    """Chords and durations of people, drawn with replacement: the task that a generator is given."""
    like = people.like
    count = effort.count(_MOVEMENTS, least=600)
    pick = np.random.default_rng([effort.seed, salt]).integers(0, like["dx"].size, count)
    return like["dx"][pick], like["dy"][pick], like["dur"][pick]


def _rendered(paths: list[tuple[Floats, Floats]]) -> dict[str, NDArray[Any]]:
    """A recording of `paths`, one position a frame: whole px, an event where the position changed."""
    session, stamp, xs, ys = [], [], [], []
    now = 0.0
    for number, (x, y) in enumerate(paths):
        if number % _A_SESSION == 0:
            now = 0.0
        px, py = np.rint(x + 3000.0), np.rint(y + 3000.0)
        moved = np.ones(px.size, dtype=bool)
        moved[1:] = (px[1:] != px[:-1]) | (py[1:] != py[:-1])
        frame = np.flatnonzero(moved)
        session.append(np.full(frame.size, number // _A_SESSION))
        stamp.append(now + frame * FRAME_MS)
        xs.append(px[moved])
        ys.append(py[moved])
        now += px.size * FRAME_MS + _REST_ms
    whole = np.concatenate(session)
    return {"session": whole, "t_ms": np.concatenate(stamp), "x": np.concatenate(xs), "y": np.concatenate(ys),
            "ev": np.full(whole.size, "m")}  # fmt: skip


def minimum_jerk(dx: Floats, dy: Floats, dur: Floats) -> list[tuple[Floats, Floats]]:
    """Straight minimum-jerk movements (Flash & Hogan 1985): positions frame by frame."""
    paths = []
    for x, y, ms in zip(dx, dy, dur, strict=True):
        tau = np.linspace(0.0, 1.0, max(2, round(ms / FRAME_MS) + 1))
        s = tau**3 * (10.0 + tau * (6.0 * tau - 15.0))
        paths.append((x * s, y * s))
    return paths


def _minimum_jerk(people: Side, effort: Effort) -> Side:
    return movement_side(movements(_rendered(minimum_jerk(*_drawn(people, effort, 11)))))


def _bezier(people: Side, effort: Effort) -> Side | str:
    dx, dy, dur = _drawn(people, effort, 12)
    curves = bezier_paths(dx, dy, effort.seed)
    if isinstance(curves, str):
        return curves
    paths = []
    for curve, ms in zip(curves, dur, strict=True):
        tau = np.linspace(0.0, 1.0, max(2, round(ms / FRAME_MS) + 1))
        at = np.linspace(0.0, 1.0, len(curve))
        paths.append((np.interp(tau, at, curve[:, 0]), np.interp(tau, at, curve[:, 1])))
    return movement_side(movements(_rendered(paths)))


def _visitors(_: Side, effort: Effort) -> Side | str:
    table = web_table(effort)
    return "no preset yet" if table is None else movement_side(movements(table))


def _shop_movements(_: Side, effort: Effort) -> Side:
    return movement_side(movements(_shop_table(effort)))


def _shop_table(effort: Effort) -> dict[str, NDArray[Any]]:
    visits = play_shop(effort)
    kept = (visits.type == "mousemove") | (visits.type == "click")
    return {
        "session": visits.session[kept], "t_ms": visits.t_ms[kept], "x": visits.x[kept], "y": visits.y[kept],
        "ev": np.where(visits.type == "click", "cl", "m")[kept],
    }  # fmt: skip


def bots_group(group: Group, bots: Mapping[str, Path]) -> Group:
    """`group` with recordings of bots laid beside the people too."""
    from dataclasses import replace  # noqa: PLC0415

    rivals = [Rival(name=f"bots, {name}", make=_bot(path)) for name, path in bots.items()]
    return replace(group, rivals=(*group.rivals, *rivals))


MOVEMENTS: Final = Group(
    name="movement kinematics", title="Pointer movements, web site", file="web_mouse",
    sets={"A": 0.75, "B": None, "A+B": None}, measures=_MEASURED, people=_people, visitors=_visitors,
    rivals=(
        Rival(name="straight minimum jerk", make=_minimum_jerk, control=True),
        Rival(name=f"Bezier ({PACKAGE})", make=_bezier),
        Rival(name="visitors on shop, whole visits", make=_shop_movements),
    ),
    note="A is what the target is stated on; B looks at finer grain (gaps, accelerations, reversals, steps along one "
    "axis). Minimum jerk and Bezier are given people's distances and durations; visitors only the distances. "
    "Whole visits to the shop differ from the people in task and targets as well.",
)  # fmt: skip


def rests(m: Movements) -> Side:
    """Pauses from a movement's end to the next one's start, and which movements a click ends."""
    order = np.lexsort((m.t0, m.session))
    session, begin, end = m.session[order], m.t0[order], m.t1[order]
    same = session[1:] == session[:-1]
    return Side(
        numbers={
            _PAUSE: Numbers(values=(begin[1:] - end[:-1])[same], person=session[1:][same]),
            _ENDS: Numbers(values=m.clicked.astype(np.float64), person=m.session),
        }
    )


def _people_rests(path: Path, keep: Keep) -> Side:
    return rests(movements(read_web_mouse(path, keep)))


def _web_rests(_: Side, effort: Effort) -> Side:
    return rests(movements(web_table(effort) or _shop_table(effort)))


def _band(low: int, high: int) -> str:
    return f"at {low} to {high} px"


def durations(m: Movements) -> Side:
    """Durations of movements by distance."""
    features = movement_features(m)
    chord = features["D"]
    inside = {(low, high): (chord >= low) & (chord < high) for low, high in _DISTANCES}
    return Side(
        numbers={
            _band(*band): Numbers(values=features["dur"][which], person=m.session[which])
            for band, which in inside.items()
            if which.any()
        }
    )


def _office_table(path: Path) -> dict[str, NDArray[Any]]:
    numbers, words = read_columns(path, numbers=("t_ms", "x", "y"), texts=("user", "session", "state"))
    session = codes(words["user"], words["session"])
    # A wheel's event lies where the pointer is; it neither moves nor clicks.
    kept = words["state"] != "Scroll"
    kept &= ~np.isin(words["state"], ("Up", "Down"))
    moving = np.isin(words["state"], ("Move", "Drag"))
    return {
        "session": session[kept], "t_ms": numbers["t_ms"][kept], "x": numbers["x"][kept], "y": numbers["y"][kept],
        "ev": np.where(moving, "m", "cl")[kept],
    }  # fmt: skip


def _office_durations(path: Path, _: Keep) -> Side:
    side = durations(movements(_office_table(path)))
    if not side.numbers:
        raise BadInput(f"{path}: holds no pointer movement (5 points and 50 px without a gap of more than 150 ms)")
    return side


def _shop_durations(_: Side, effort: Effort) -> Side:
    return durations(movements(_shop_table(effort)))


RESTS: Final = Group(
    name="rests", title="Rests between movements, web site", file="web_mouse", sets={},
    measures=(Measure(name=_PAUSE, unit="ms"), Measure(name=_ENDS, unit="share", kind="share")),
    people=_people_rests, visitors=_web_rests,
)  # fmt: skip

DESKTOP_MOVES: Final = Group(
    name="durations at work", title="Movement durations by distance, office work", file="desktop_mouse", sets={},
    halved=False, measures=tuple(Measure(name=_band(*band), unit="ms", kind="median") for band in _DISTANCES),
    people=_office_durations, visitors=_shop_durations,
    note="Persons are sessions here. The visitors are in a shop: their targets are not those of office work.",
)  # fmt: skip
