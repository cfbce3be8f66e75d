"""Simulated sessions of free web browsing, recorded as ``human/web_mouse.csv.gz`` was: 60 Hz, moves and clicks.

Where the next movement goes, how long it lasts and how long the hand rests then are drawn from the distributions that
the body stores; no person's sequence is followed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simbench.visitor.body.paths import pace_ms
from simbench.visitor.body.pointer import expand_moves
from simbench.visitor.body.pointer_model import PointerModel, pointer_model
from simbench.visitor.body.samples import FRAME_MS, Moves
from simbench.visitor.noise import act_keys, normal, uniform

__all__ = ["WEB_TASK", "WebTask", "recorded", "simulate", "wanted_moves"]

Floats = NDArray[np.float64]

#: Late frames: a share of stamps, by an exponential with this mean, at most so late (measured on the same recordings).
_LATE: Final = 0.013
_LATE_MS: Final = 7.0
_LATEST_MS: Final = 14.0
_JITTER_MS: Final = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class WebTask:
    """What people were doing: sessions of so many movements in a window of so many px; `clicked` of them click."""

    sessions: int = 35
    movements: int = 145
    width: float = 1599.0
    height: float = 726.0
    clicked: float = 0.06


WEB_TASK: Final = WebTask()


def simulate(task: WebTask = WEB_TASK, seed: int = 1, model: PointerModel | None = None) -> dict[str, NDArray[Any]]:
    """Sessions as a recorder of a web page would have them: ``session, t_ms, x, y, ev`` (``m``, ``cl``)."""
    moves, session, clicked = wanted_moves(task, seed, model)
    return recorded(moves, session, clicked, model)


def wanted_moves(
    task: WebTask, seed: int, model: PointerModel | None = None
) -> tuple[Moves, NDArray[np.int64], NDArray[np.bool_]]:
    """Movements from rest to rest, all sessions' first ones first; the session of each; whether a click ends it."""
    model = model or pointer_model()
    s = task.sessions
    sessions = act_keys(np.full(s, seed, np.uint64), np.arange(s))
    x, y = uniform(sessions, 110) * task.width, uniform(sessions, 111) * task.height
    x, y, now = np.rint(x), np.rint(y), np.zeros(s)
    columns: dict[str, list[Floats]] = {name: [] for name in ("x0", "y0", "x1", "y1", "t0", "t1")}
    keys, clicks = [], []
    for number in range(task.movements):
        key = act_keys(sessions, np.full(s, number + 1))
        clicked = uniform(key, 112) < task.clicked
        x1, y1 = _next_place(model, task, x, y, key)
        chord = np.hypot(x1 - x, y1 - y)
        frames = np.maximum(np.rint(pace_ms(model, chord, clicked, key) / FRAME_MS), 4.0)
        rest = np.maximum(np.rint(model.quantile("pause", uniform(key, 113)) / FRAME_MS), 2.0)
        t1 = now + frames * FRAME_MS
        for name, values in zip(columns, (x, y, x1, y1, now, t1), strict=True):
            columns[name].append(values)
        keys.append(key)
        clicks.append(clicked)
        x, y, now = x1, y1, t1 + rest * FRAME_MS
    clicked = np.concatenate(clicks)
    moves = Moves(
        **{name: np.concatenate(values) for name, values in columns.items()}, key=np.concatenate(keys), overshoot=0.0,
        phase=np.zeros(clicked.size), wandering=~clicked,
    )  # fmt: skip
    return moves, np.tile(np.arange(s), task.movements), clicked


def _next_place(
    model: PointerModel, task: WebTask, x: Floats, y: Floats, key: NDArray[np.uint64]
) -> tuple[Floats, Floats]:
    """Where the next movement ends: a chord and a heading from the stored quantiles, inside the window."""
    out_x, out_y = x.copy(), y.copy()
    left = np.ones(x.size, dtype=bool)
    for attempt in range(12):
        salt = 115 + 3 * attempt
        chord = model.quantile("chord", uniform(key, salt))
        angle = model.quantile("heading", uniform(key, salt + 1))
        dx, dy = chord * np.cos(angle), chord * np.sin(angle)
        # Which of the four quadrants, in random order: the first that stays inside.
        turn = (uniform(key, salt + 2) * 4.0).astype(np.int64)
        for quadrant in range(4):
            which = (turn + quadrant) % 4
            tx = np.rint(x + dx * np.where(which & 1, 1.0, -1.0))
            ty = np.rint(y + dy * np.where(which & 2, 1.0, -1.0))
            inside = left & (tx >= 0) & (tx < task.width) & (ty >= 0) & (ty < task.height)
            out_x[inside], out_y[inside] = tx[inside], ty[inside]
            left &= ~inside
        if not left.any():
            break
    return out_x, out_y


def recorded(
    moves: Moves, session: NDArray[np.int64], clicked: NDArray[np.bool_], model: PointerModel | None = None
) -> dict[str, NDArray[Any]]:  # fmt: skip
    """What the recorder makes of movements: stamps to the ms with its jitter, a few late; then the clicks."""
    samples = expand_moves(moves, FRAME_MS, model)
    key = act_keys(moves.key[samples.row], np.rint(samples.t).astype(np.int64))
    late = (uniform(key, 160) < _LATE) * np.minimum(-_LATE_MS * np.log(uniform(key, 161)), _LATEST_MS)
    t = samples.t + np.clip(_JITTER_MS * normal(key, 162), -1.3, 1.3) + late
    pressed = np.flatnonzero(clicked)
    last = np.full(moves.key.size, -np.inf)
    np.maximum.at(last, samples.row, t)
    rows = np.concatenate([samples.row, pressed])
    when = np.concatenate([t, last[pressed]])
    kind = np.repeat(["m", "cl"], [samples.row.size, pressed.size])
    nothing = np.full(pressed.size, np.nan)
    order = np.lexsort((kind == "cl", when, session[rows]))
    return {
        "session": np.char.add("s", np.char.zfill(session[rows].astype(str), 4))[order],
        "t_ms": np.rint(when[order]),
        "x": np.concatenate([samples.x, nothing])[order],
        "y": np.concatenate([samples.y, nothing])[order],
        "ev": kind[order],
    }
