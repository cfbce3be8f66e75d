"""From acts to events: what a recorder saw of a shard's acts, for all of them at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simbench.engine.stage import Stage
from simbench.engine.tape import Col, Kind
from simbench.events.schema import EVENT_TYPES
from simbench.visitor.body.idle import wander_moves
from simbench.visitor.body.keyboard import expand_keys
from simbench.visitor.body.pointer import expand_moves
from simbench.visitor.body.samples import Moves
from simbench.visitor.body.scrolling import KEY_KINDS, expand_scrolls
from simbench.visitor.body.touch import expand_strokes
from simbench.visitor.noise import act_keys

__all__ = ["Expanded", "Recorder", "expand"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_TYPE: Final = {name: code for code, name in enumerate(EVENT_TYPES)}
#: Touch moves are throttled like mouse moves (rrweb: 50 ms).
_TOUCHMOVE_ms: Final = 50.0
#: When a finger that rests brings up the context menu (Android's default).
_LONG_PRESS_MS: Final = 500.0
_NAN: Final = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """What the recorder keeps: a pointer sample each `mousemove_ms` at most (0: none), a scroll each `scroll_ms`."""

    mousemove_ms: float
    scroll_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Expanded:
    """Events of a shard in the order in which pages made them: session by session, by time.

    `t` is ms since the visit began (true clock); `x`, `y` are page px, NaN where an event has no position; `scene`
    indexes the stage's scenes; `target` and `data` are codes of the stage's strings, -1 for none.
    """

    session: NDArray[np.int32]
    view: NDArray[np.int32]
    scene: NDArray[np.int32]
    t: Floats
    type: NDArray[np.int8]
    x: NDArray[np.float32]
    y: NDArray[np.float32]
    rel_x: NDArray[np.float32]
    rel_y: NDArray[np.float32]
    scroll_y: NDArray[np.float32]
    target: NDArray[np.int32]
    detail: NDArray[np.int8]
    value: NDArray[np.float32]
    data: NDArray[np.int32]


class _Rows:
    """Rows as they are produced, kind by kind."""

    def __init__(self) -> None:
        self._columns: list[tuple[NDArray[Any], ...]] = []

    def add(
        self, act: Ints, t: Floats, type_code: int | Floats, *, x: Floats | None = None, y: Floats | None = None,
        scroll_y: Floats | None = None, target: Floats | None = None, value: Floats | None = None,
        data: Floats | float | None = None, detail: Floats | None = None,
    ) -> None:  # fmt: skip
        """Add rows; `scroll_y` None: whatever it was then."""
        n = act.size
        if not n:
            return

        def column(values: Floats | float | None, kind: Any, default: float) -> NDArray[Any]:
            if isinstance(values, np.ndarray):
                return values.astype(kind)
            return np.full(n, default if values is None else values, dtype=kind)

        # As narrow as they are written: what is moved about costs more than what is computed.
        self._columns.append((
            act.astype(np.int32), t, column(type_code, np.int8, 0.0), column(x, np.float32, _NAN),
            column(y, np.float32, _NAN), column(scroll_y, np.float32, _NAN), column(target, np.int32, -1.0),
            column(value, np.float32, _NAN), column(data, np.int32, -1.0), column(detail, np.int8, 0.0),
        ))  # fmt: skip

    def gather(self) -> tuple[NDArray[Any], ...]:
        """All rows, column by column."""
        if not self._columns:
            kinds = (np.int32, np.float64, np.int8, *(np.float32,) * 3, np.int32, np.float32, np.int32, np.int8)
            return tuple(np.empty(0, kind) for kind in kinds)
        return tuple(np.concatenate([rows[i] for rows in self._columns]) for i in range(10))


def expand(
    tape: Floats, *, session_keys: NDArray[np.uint64], touch: NDArray[np.bool_], kept: NDArray[np.bool_],
    since_ms: Floats, until_ms: Floats, stage: Stage, recorder: Recorder,
) -> Expanded:  # fmt: skip
    """Expand a shard's tape into events.

    Parameters
    ----------
    tape
        Acts, shape (acts, len(Col)), session by session.
    session_keys
        Noise key of each session.
    touch, kept, since_ms
        Of each session: whether it is played by finger, whether it is recorded, and from when on.
    until_ms
        Of each act: when the page view that it belongs to ended.
    stage
        Where the codes of scenes and strings are at home.
    recorder
        What is kept.
    """
    owner = tape[:, Col.SESSION].astype(np.int64)
    numbers = np.arange(owner.size) - np.searchsorted(owner, owner)
    keys = act_keys(session_keys[owner], numbers)
    rows = _Rows()
    keep = kept[owner]
    kind = np.where(keep, tape[:, Col.KIND], -1.0).astype(np.int8)
    columns = tape.T.copy()

    def of(which: Ints, column: Col) -> Floats:
        return columns[column][which]

    plain = np.flatnonzero(kind == Kind.EVENT)
    rows.add(plain, of(plain, Col.T0), of(plain, Col.A), scroll_y=of(plain, Col.S0), target=of(plain, Col.TARGET),
             value=of(plain, Col.B), data=of(plain, Col.C))  # fmt: skip
    _add_scrolls(rows, columns, kind, keys, session_keys[owner], touch[owner], stage, recorder)
    _add_moves(rows, columns, kind, keys, touch[owner], recorder)
    _add_presses(rows, columns, kind)
    _add_keys(rows, columns, kind, keys, session_keys[owner], touch[owner], stage)

    act, t, type_code, x, y, scroll_y, target, value, data, detail = rows.gather()
    session = owner[act]
    # Who is asked first is recorded from the answer on: the page that was asked on is announced then.
    announced = (type_code == _TYPE["pageview"]) & (t < since_ms[session]) & (columns[Col.VIEW][act] == 0)
    t = np.where(announced, since_ms[session], t)
    # A page that was left records nothing more, whatever the visitor was in the middle of.
    recorded = (t >= since_ms[session]) & (t <= until_ms[act])
    # One integer orders everything: by session, then by time to a sixteenth of a ms; what is equal stays as produced.
    order = np.flatnonzero(recorded)
    ticks = np.rint(t * 16.0).astype(np.int64)
    order = order[np.argsort(((session << 40) + ticks)[order], kind="stable")]
    act, scroll_y = act[order], scroll_y[order]
    scene = columns[Col.SCENE].astype(np.int32)[act]
    x, y, target = x[order], y[order], target[order]

    known = ~np.isnan(scroll_y)
    last = np.where(known, np.arange(known.size, dtype=np.int32), np.int32(0))
    np.maximum.accumulate(last, out=last)
    scroll_y = scroll_y[last] if last.size else scroll_y
    rel_x, rel_y = _hit(stage, scene, x, y, scroll_y, target)
    return Expanded(
        session=session.astype(np.int32)[order], view=columns[Col.VIEW].astype(np.int32)[act], scene=scene,
        t=ticks[order] / 16.0,
        type=type_code[order], x=x, y=y + scroll_y, rel_x=rel_x, rel_y=rel_y, scroll_y=scroll_y, target=target,
        detail=detail[order], value=value[order], data=data[order],
    )  # fmt: skip


def _hit(
    stage: Stage,
    scene: NDArray[np.int32],
    x: NDArray[np.float32],
    y: NDArray[np.float32],
    scroll_y: NDArray[np.float32],
    target: NDArray[np.int32],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Fill in what every pointer event hit (into `target`), and where inside its box: 0 to 1."""
    rel_x = np.full(x.size, np.nan, dtype=np.float32)
    rel_y = np.full(x.size, np.nan, dtype=np.float32)
    pointed = np.flatnonzero(~np.isnan(x))
    if not pointed.size:
        return rel_x, rel_y
    order = pointed[np.argsort(scene[pointed].astype(np.int16), kind="stable")]
    codes, first = np.unique(scene[order], return_index=True)
    for code, start, stop in zip(codes.tolist(), first, [*first[1:], order.size], strict=True):
        rows = order[start:stop]
        boxes = stage.boxes(code)
        cx, cy, sy = (column[rows].astype(np.float64) for column in (x, y, scroll_y))
        index = stage.scenes[code].hit_many(cx, cy, sy)
        target[rows] = boxes.target[index]
        py = cy + np.where(boxes.fixed[index], 0.0, sy)
        # Outside every box (index -1) the last row of `boxes` answers: the document itself.
        rel_x[rows] = np.round((cx - boxes.x[index]) / boxes.w[index], 4)
        rel_y[rows] = np.round((py - boxes.y[index]) / boxes.h[index], 4)
    return rel_x, rel_y


def _moves(columns: Floats, rows: Ints, keys: NDArray[np.uint64], overshoot: Floats | float = 0.15) -> Moves:
    return Moves(
        x0=columns[Col.X0][rows], y0=columns[Col.Y0][rows], x1=columns[Col.X1][rows], y1=columns[Col.Y1][rows],
        t0=columns[Col.T0][rows], t1=columns[Col.T1][rows], key=keys[rows],
        overshoot=overshoot,
    )  # fmt: skip


def _add_moves(
    rows: _Rows, columns: Floats, kind: NDArray[np.int8], keys: NDArray[np.uint64], touch: NDArray[np.bool_],
    recorder: Recorder,
) -> None:  # fmt: skip
    if recorder.mousemove_ms <= 0:
        return
    aimed = np.flatnonzero(kind == Kind.MOVE)
    samples = expand_moves(_moves(columns, aimed, keys, columns[Col.A][aimed]), recorder.mousemove_ms)
    act = aimed[samples.row]
    rows.add(act, samples.t, _TYPE["mousemove"], x=samples.x, y=samples.y, scroll_y=columns[Col.S0][act])
    idle = np.flatnonzero((kind == Kind.READ) & ~touch & ~np.isnan(columns[Col.X1]))
    stretch, moves = wander_moves(_moves(columns, idle, keys))
    samples = expand_moves(moves, recorder.mousemove_ms)
    rows.add(idle[stretch[samples.row]], samples.t, _TYPE["mousemove"], x=samples.x, y=samples.y)


def _add_scrolls(
    rows: _Rows, columns: Floats, kind: NDArray[np.int8], keys: NDArray[np.uint64], persons: NDArray[np.uint64],
    touch: NDArray[np.bool_], stage: Stage, recorder: Recorder,
) -> None:  # fmt: skip
    moved = columns[Col.S0] != columns[Col.S1]
    which = np.flatnonzero(((kind == Kind.READ) | (kind == Kind.SCROLL)) & moved)
    scene = columns[Col.SCENE][which].astype(np.int64)
    width = np.array([s.vw for s in stage.scenes])[scene]
    height = np.array([s.vh for s in stage.scenes])[scene]
    bottom = np.array([s.sy_max for s in stage.scenes])[scene]
    scrolls = expand_scrolls(
        columns[Col.S0][which], columns[Col.S1][which], columns[Col.T0][which], columns[Col.T1][which], keys[which],
        touch[which], kind[which] == Kind.SCROLL, width, height, recorder.scroll_ms, person=persons[which],
        bottom=bottom,
    )  # fmt: skip
    rows.add(which[scrolls.row], scrolls.t, _TYPE["scroll"], scroll_y=scrolls.scroll_y)
    strokes = scrolls.strokes
    act = which[scrolls.stroke_row]
    rows.add(act, strokes.t0, _TYPE["touchstart"], x=strokes.x0, y=strokes.y0)
    if recorder.mousemove_ms > 0:
        samples = expand_strokes(strokes, _TOUCHMOVE_ms)
        rows.add(act[samples.row], samples.t, _TYPE["touchmove"], x=samples.x, y=samples.y)
    rows.add(act, strokes.t1, _TYPE["touchend"], x=strokes.x1, y=strokes.y1)
    names = np.array([stage.strings.code(name) for name in KEY_KINDS], dtype=np.float64)
    rows.add(which[scrolls.key_row], scrolls.key_t, _TYPE["keydown"], data=names[scrolls.key_kind])


def _add_presses(rows: _Rows, columns: Floats, kind: NDArray[np.int8]) -> None:
    for device, names in (
        (Kind.PRESS, ("pointerdown", "pointerup", "click")),
        (Kind.TAP, ("touchstart", "pointerdown", "pointerup", "touchend", "click")),
    ):
        which = np.flatnonzero(kind == device)
        x, y, scroll_y = columns[Col.X0][which], columns[Col.Y0][which], columns[Col.S0][which]
        detail = columns[Col.A][which]
        for name in names:
            down = name in {"pointerdown", "touchstart"}
            t = columns[Col.T0 if down else Col.T1][which]
            made = np.flatnonzero(detail > 0) if name == "click" else slice(None)
            rows.add(which[made], t[made], _TYPE[name], x=x[made], y=y[made], scroll_y=scroll_y[made],
                     detail=detail[made])  # fmt: skip
        held = np.flatnonzero(detail == 0)
        rows.add(which[held], columns[Col.T0][which][held] + _LONG_PRESS_MS, _TYPE["contextmenu"], x=x[held],
                 y=y[held], scroll_y=scroll_y[held])  # fmt: skip
        double = np.flatnonzero(detail == 2) if device == Kind.PRESS else np.empty(0, np.int64)
        rows.add(which[double], columns[Col.T1][which][double], _TYPE["dblclick"], x=x[double], y=y[double],
                 scroll_y=scroll_y[double], detail=detail[double])  # fmt: skip


def _add_keys(
    rows: _Rows, columns: Floats, kind: NDArray[np.int8], keys: NDArray[np.uint64], persons: NDArray[np.uint64],
    touch: NDArray[np.bool_], stage: Stage,
) -> None:  # fmt: skip
    which = np.flatnonzero(kind == Kind.TYPE)
    strokes = expand_keys(
        columns[Col.T0][which], columns[Col.C][which], columns[Col.A][which].astype(np.int64),
        columns[Col.B][which].astype(np.int64), keys[which], person=persons[which], touch=touch[which],
    )  # fmt: skip
    t, backspace, length = strokes.press, strokes.backspace, strokes.length
    act = which[strokes.row]
    target = columns[Col.TARGET][act]
    character, back = stage.strings.code("character"), stage.strings.code("backspace")
    # A phone's keyboard tells the page that some key was pressed, not which (keyCode 229).
    unknown = stage.strings.code("unidentified")
    classes = np.where(touch[act], unknown, np.where(backspace, back, character)).astype(np.float64)
    scroll_y = columns[Col.S0][act]
    rows.add(act, t, _TYPE["keydown"], target=target, data=classes, scroll_y=scroll_y)
    rows.add(act, t + 1.0, _TYPE["input"], target=target, value=length.astype(np.float64), scroll_y=scroll_y)
