"""From acts to events: what a recorder saw of a shard's acts, for all of them at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simbench.engine.stage import Stage
from simbench.engine.tape import Col, Kind
from simbench.events.schema import EVENT_TYPES, POINTER_TYPES
from simbench.visitor.body.idle import wander_moves
from simbench.visitor.body.keyboard import expand_keys
from simbench.visitor.body.pointer import expand_moves
from simbench.visitor.body.samples import FRAME_MS, Moves
from simbench.visitor.body.scrolling import KEY_KINDS, expand_scrolls
from simbench.visitor.body.shaking import expand_shakes
from simbench.visitor.body.touch import expand_strokes
from simbench.visitor.noise import act_keys, uniform

__all__ = ["EventColumns", "Expanded", "MadeColumns", "Recorder", "expand", "expand_act"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_TYPE: Final = {name: code for code, name in enumerate(EVENT_TYPES)}
#: When a finger that rests brings up the context menu (Android's default).
_LONG_PRESS_MS: Final = 500.0
#: Moments that are the same but for the rounding of sums.
_SAME_MS: Final = 0.04
_FRAME_SALT: Final = 550
#: Recorders read clocks of whole ms.
_CLOCK_MS: Final = 1.0
_NAN: Final = float("nan")
#: By type: whether such events have a position.
_POINTED: Final = np.array([name in POINTER_TYPES for name in EVENT_TYPES])
#: By type: whether they are moves of a pointer.
_MOVES: Final = np.array([name in {"mousemove", "touchmove"} for name in EVENT_TYPES])


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """What the recorder keeps, as rrweb does it.

    Moves of the pointer are thinned on the leading edge: one is kept when `mousemove_ms` have passed since the last one
    that was kept (0: none are kept), hence the last one of a movement mostly is not. Scrolling is thinned on both
    edges: the first is kept, one each `scroll_ms` while it goes on, and the last. `unthinned` keeps every frame.
    """

    mousemove_ms: float
    scroll_ms: float
    unthinned: bool = False

    @classmethod
    def of(cls, *, mousemove_hz: float, scroll_ms: float) -> Recorder:
        """A recorder with the settings of a scenario."""
        # A tolerance, since three frames are 50 ms.
        frames = ceil(1000.0 / mousemove_hz / FRAME_MS - 0.01) if mousemove_hz > 0 else 0
        return cls(mousemove_ms=frames * FRAME_MS, scroll_ms=max(scroll_ms, FRAME_MS))

    @classmethod
    def of_all(cls) -> Recorder:
        """One that keeps every frame."""
        return cls(mousemove_ms=FRAME_MS, scroll_ms=FRAME_MS, unthinned=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventColumns:
    """Events as columns of one length, as narrow as they are written.

    `scene` indexes the stage's scenes; `x`, `y` are page px and, like `rel_x` and `rel_y`, without meaning where
    `pointed` is false; `target` and `data` are codes of the stage's strings, -1 for none; `value` is NaN for none.
    """

    view: NDArray[np.int32]
    scene: NDArray[np.intp]
    type: NDArray[np.int8]
    pointed: NDArray[np.bool_]
    x: NDArray[np.float32]
    y: NDArray[np.float32]
    rel_x: NDArray[np.float32]
    rel_y: NDArray[np.float32]
    scroll_y: NDArray[np.float32]
    target: NDArray[np.int32]
    detail: NDArray[np.int8]
    value: NDArray[np.float32]
    data: NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeColumns:
    """Events as hands made them: some of the columns of `EventColumns`, with `x` and `y` in client px."""

    view: NDArray[np.int32]
    type: NDArray[np.int8]
    x: NDArray[np.float32]
    y: NDArray[np.float32]
    scroll_y: NDArray[np.float32]
    data: NDArray[np.int32]


class Expanded:
    """Events of a shard in the order in which pages made them: session by session, by time.

    The columns themselves stay in the order in which they were computed until somebody asks for rows: what comes over
    the wire has an order of its own, and each column shall be moved once.

    Attributes
    ----------
    key
        ``session << TICK_BITS | tick`` of each event (int64, ascending); ticks are sixteenths of a ms since the visit
        began, by the true clock. `moment` makes such keys.
    session
        Which of the shard's sessions each event is of (int32).
    views
        Session and view of all views with an event, as ``session * 100_000 + view``.
    """

    TICK_BITS: Final = 34

    def __init__(
        self, *, key: Ints, order: NDArray[np.intp], rows: _Columns, act_view: Ints, act_scene: Ints, act_session: Ints,
        stage: Stage,
    ) -> None:  # fmt: skip
        self.key = key
        self.session = (key >> self.TICK_BITS).astype(np.int32)
        self._order = order
        self._rows = rows
        self._act_view, self._act_scene = act_view, act_scene
        self._stage = stage
        act = rows.act.take(order)
        self._scroll_y = _last_known(rows.scroll_y.take(order))
        happened = np.zeros(act_view.size, dtype=bool)
        happened[act] = True
        views = (act_session * 100_000 + act_view)[happened]
        self.views = views[np.diff(views, prepend=-1) != 0]

    def __len__(self) -> int:
        return self.key.size

    @classmethod
    def moment(cls, session: NDArray[Any], t_ms: Floats) -> Ints:
        """Keys of moments, `t_ms` after the visit began."""
        return (session.astype(np.int64) << cls.TICK_BITS) + np.rint(t_ms * 16.0).astype(np.int64)

    def ms(self) -> Ints:
        """When each event happened: whole ms since its visit began."""
        return ((self.key & ((1 << self.TICK_BITS) - 1)) + 8) >> 4

    def types(self) -> NDArray[np.int8]:
        """Type of each event (an index into `EVENT_TYPES`)."""
        return self._rows.type.take(self._order)

    def made(self, rows: Ints) -> MadeColumns:
        """The events at the places `rows` as hands made them: positions in client px, and nothing of what they hit."""
        made, order = self._rows, self._order.take(rows)
        return MadeColumns(
            view=self._act_view.take(made.act.take(order)).astype(np.int32), type=made.type.take(order),
            x=made.x.take(order), y=made.y.take(order), scroll_y=self._scroll_y.take(rows), data=made.data.take(order),
        )  # fmt: skip

    def columns(self, rows: Ints) -> EventColumns:
        """The events at the places `rows`, with what each pointer hit."""
        made, order, scroll_y = self._rows, self._order.take(rows), self._scroll_y.take(rows)
        act = made.act.take(order)
        scene = self._act_scene.take(act)
        kind = made.type.take(order)
        x, y, target = made.x.take(order), made.y.take(order), made.target.take(order)
        pointed = _POINTED.take(kind)
        # A click that was made by a key has no pointer, and its count is 0.
        pointed[(kind == _TYPE["click"]) & (made.detail.take(order) == 0)] = False
        rel_x, rel_y = np.zeros_like(x), np.zeros_like(x)
        which = np.flatnonzero(pointed)
        hits = self._stage.hits()
        if which.size:
            target[which], rel_x[which], rel_y[which] = hits.find(
                scene.take(which), x.take(which), y.take(which), scroll_y.take(which)
            )
        y += scroll_y
        return EventColumns(
            view=self._act_view.take(act).astype(np.int32), scene=scene, type=kind, pointed=pointed, x=x, y=y,
            rel_x=rel_x, rel_y=rel_y, scroll_y=scroll_y, target=target, detail=made.detail.take(order),
            value=made.value.take(order), data=made.data.take(order),
        )  # fmt: skip


def _last_known(scroll_y: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each value, or the last one before it that is known (the first value, which a page view gives, is)."""
    known = ~np.isnan(scroll_y)
    last = np.where(known, np.arange(known.size, dtype=np.int32), np.int32(0))
    np.maximum.accumulate(last, out=last)
    return scroll_y.take(last)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    """Rows as they were computed, kind by kind, column by column; positions are client px."""

    act: NDArray[np.int32]
    t: Floats
    type: NDArray[np.int8]
    x: NDArray[np.float32]
    y: NDArray[np.float32]
    scroll_y: NDArray[np.float32]
    target: NDArray[np.int32]
    value: NDArray[np.float32]
    data: NDArray[np.int32]
    detail: NDArray[np.int8]


#: Type of each column, and what stands in it where a kind of row has nothing to say.
_COLUMNS: Final[dict[str, tuple[Any, float]]] = {
    "act": (np.int32, 0), "t": (np.float64, 0.0), "type": (np.int8, 0), "x": (np.float32, 0.0), "y": (np.float32, 0.0),
    "scroll_y": (np.float32, _NAN), "target": (np.int32, -1), "value": (np.float32, _NAN), "data": (np.int32, -1),
    "detail": (np.int8, 0),
}  # fmt: skip


class _Rows:
    """Rows as they are produced, kind by kind."""

    def __init__(self) -> None:
        self._blocks: list[tuple[int, dict[str, Any]]] = []

    def add(
        self, act: Ints, t: Floats, type_code: int | Floats, *, x: Floats | None = None, y: Floats | None = None,
        scroll_y: Floats | None = None, target: Floats | None = None, value: Floats | None = None,
        data: Floats | None = None, detail: Floats | None = None,
    ) -> None:  # fmt: skip
        """Add rows; `scroll_y` None: whatever it was then."""
        if act.size:
            self._blocks.append((act.size, {
                "act": act, "t": t, "type": type_code, "x": x, "y": y, "scroll_y": scroll_y, "target": target,
                "value": value, "data": data, "detail": detail,
            }))  # fmt: skip

    def gather(self) -> _Columns:
        """All rows, column by column."""
        total = sum(size for size, _ in self._blocks)
        columns = {}
        for name, (kind, default) in _COLUMNS.items():
            # Written once, in the width in which it stays: what is moved about costs more than what is computed.
            column = columns[name] = np.empty(total, kind)
            at = 0
            for size, block in self._blocks:
                values = block[name]
                column[at : at + size] = default if values is None else values
                at += size
        return _Columns(**columns)


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
    touch, since_ms
        Of each session: whether it is played by finger, and from when on it is recorded.
    kept, until_ms
        Of each act: whether it is recorded, and when the page view that it belongs to ended.
    stage
        Where the codes of scenes and strings are at home.
    recorder
        What is kept.
    """
    columns = np.ascontiguousarray(tape.T)
    owner = columns[Col.SESSION].astype(np.int64)
    numbers = np.arange(owner.size) - np.searchsorted(owner, owner)
    keys = act_keys(session_keys[owner], numbers)
    rows = _Rows()
    kind = np.where(kept, columns[Col.KIND], -1.0).astype(np.int8)

    def of(which: Ints, column: Col) -> Floats:
        return columns[column][which]

    plain = np.flatnonzero(kind == Kind.EVENT)
    rows.add(plain, of(plain, Col.T0), of(plain, Col.A), scroll_y=of(plain, Col.S0), target=of(plain, Col.TARGET),
             value=of(plain, Col.B), data=of(plain, Col.C))  # fmt: skip
    _add_hands(rows, columns, kind, keys, session_keys[owner], touch[owner], stage, recorder)
    made = rows.gather()
    t = made.t
    since = since_ms[owner]
    if since.any():
        # Who is asked first is recorded from the answer on: the page on which it was given is announced then.
        early = np.flatnonzero(made.type == _TYPE["pageview"])
        act = made.act[early]
        early = early[(t[early] < since[act]) & (since[act] <= until_ms[act])]
        t[early] = since[made.act[early]]
    # A page that was left records nothing more, whatever the visitor was in the middle of; that it is left comes last.
    until = until_ms + np.where(kind == Kind.EVENT, _SAME_MS, -_SAME_MS)
    recorded = (t >= since.take(made.act)) & (t <= until.take(made.act))
    key, order = _in_order(Expanded.moment(owner.take(made.act), t), recorded)
    if not recorder.unthinned:
        kept_rows = _throttled(key, made.type.take(order), recorder)
        key, order = key[kept_rows], order[kept_rows]
    return Expanded(key=key, order=order, rows=made, act_view=columns[Col.VIEW].astype(np.int64),
                    act_scene=columns[Col.SCENE].astype(np.intp), act_session=owner, stage=stage)  # fmt: skip


def _add_hands(
    rows: _Rows, columns: Floats, kind: NDArray[np.int8], keys: NDArray[np.uint64], persons: NDArray[np.uint64],
    touch: NDArray[np.bool_], stage: Stage, recorder: Recorder,
) -> None:  # fmt: skip
    # Where each session's frames lie: its screen's clock knows nothing of its visitor's acts.
    frames = uniform(persons, _FRAME_SALT)
    _add_scrolls(rows, columns, kind, keys, persons, touch, frames, stage, recorder)
    _add_moves(rows, columns, kind, keys, touch, frames, recorder)
    _add_shakes(rows, columns, kind, keys, frames, recorder)
    _add_presses(rows, columns, kind)
    _add_drags(rows, columns, kind, keys, touch, frames, recorder)
    _add_keys(rows, columns, kind, keys, persons, touch, stage)


def expand_act(
    row: Floats, *, key: int, person: int, touch: bool, stage: Stage, recorder: Recorder
) -> list[tuple[float, str, float, float, float, int, float]]:
    """What hands do in one act: the same as `expand` makes of it among others.

    Parameters
    ----------
    row
        The act, as the tape has it: shape (len(Col),).
    key, person
        Noise keys of the act and of its session.

    Returns
    -------
    In order of time: when (ms since the visit began), which type of event it would be, client x and y, the page's
    scroll, the code of its data (-1: none), its value; NaN for what it has not.
    """
    columns = np.ascontiguousarray(row[:, None])
    rows = _Rows()
    _add_hands(rows, columns, columns[Col.KIND].astype(np.int8), np.array([key], dtype=np.uint64),
               np.array([person], dtype=np.uint64), np.array([touch]), stage, recorder)  # fmt: skip
    made = rows.gather()
    order = np.argsort(made.t, kind="stable")
    return [
        (float(made.t[k]), EVENT_TYPES[made.type[k]], float(made.x[k]), float(made.y[k]), float(made.scroll_y[k]),
         int(made.data[k]), float(made.value[k]))
        for k in order.tolist()
    ]  # fmt: skip


def _in_order(key: Ints, recorded: NDArray[np.bool_]) -> tuple[Ints, NDArray[np.intp]]:
    """Sort the keys of what is recorded; returns them, and each one's place before. What is equal stays as it was."""
    bits = max(key.size - 1, 1).bit_length()
    if int(key.max(initial=0)).bit_length() + bits > 63:
        order = np.flatnonzero(recorded)
        order = order[np.argsort(key[order], kind="stable")]
        return key[order], order
    # The places take the lowest bits, so that one sort of distinct integers does it all.
    key = ((key << bits) | np.arange(key.size))[recorded]
    key.sort()
    return key >> bits, key & ((1 << bits) - 1)


def _throttled(key: Ints, kind: NDArray[np.int8], recorder: Recorder) -> NDArray[np.bool_]:
    """Which events pass the throttle: the samples of one act are far enough apart, those of neighbours may not be.

    Moves are dropped when too little time has passed since the last one that was kept; scrolling too, unless it is the
    last for a while.
    """
    keep = np.ones(key.size, dtype=bool)
    moves = np.flatnonzero(_MOVES.take(kind))
    at = key.take(moves)
    keep[moves[_too_close(at, int((recorder.mousemove_ms - _CLOCK_MS) * 16.0))]] = False
    scrolls = np.flatnonzero(kind == _TYPE["scroll"])
    at = key.take(scrolls)
    goes_on = np.r_[np.diff(at) < int((recorder.scroll_ms + _CLOCK_MS) * 16.0), False]
    keep[scrolls[_too_close(at, int((recorder.scroll_ms - _CLOCK_MS) * 16.0), goes_on)]] = False
    return keep


def _too_close(at: Ints, wait: int, may: NDArray[np.bool_] | None = None) -> NDArray[np.intp]:
    """Places of those that come less than `wait` after the last one that was kept (and that `may` be dropped)."""
    close = np.flatnonzero(np.diff(at) < wait) + 1
    if not close.size:
        return close
    # What is close to a neighbour forms runs, and only within a run does one answer hang on the one before: all first
    # ones are judged together, then all second ones, and so on.
    begins = np.r_[True, np.diff(close) != 1]
    nth = np.arange(close.size) - np.flatnonzero(begins)[np.cumsum(begins) - 1]
    by_turn = np.argsort(nth, kind="stable")
    bounds = np.searchsorted(nth[by_turn], np.arange(nth.max() + 2))
    last = close - 1
    dropped = np.zeros(close.size, dtype=bool)
    for turn in range(nth.max() + 1):
        these = by_turn[bounds[turn] : bounds[turn + 1]]
        if turn:
            last[these] = np.where(dropped[these - 1], last[these - 1], close[these - 1])
        dropped[these] = at[close[these]] - at[last[these]] < wait
        if may is not None:
            dropped[these] &= may[close[these]]
    return close[dropped]


def _moves(columns: Floats, rows: Ints, keys: NDArray[np.uint64], overshoot: Floats | float = 0.15) -> Moves:
    return Moves(
        x0=columns[Col.X0][rows], y0=columns[Col.Y0][rows], x1=columns[Col.X1][rows], y1=columns[Col.Y1][rows],
        t0=columns[Col.T0][rows], t1=columns[Col.T1][rows], key=keys[rows],
        overshoot=overshoot,
    )  # fmt: skip


def _on_frames(moves: Moves, frames: Floats) -> Moves:
    """The movements with their first frame where their session's frames lie (`frames`, as a share of a frame)."""
    return replace(moves, phase=_phase(frames, moves.t0))


def _phase(frames: Floats, t0: Floats) -> Floats:
    """How long after `t0` the next frame comes, as a share of a frame."""
    return (frames - t0 / FRAME_MS) % 1.0


def _add_moves(
    rows: _Rows, columns: Floats, kind: NDArray[np.int8], keys: NDArray[np.uint64], touch: NDArray[np.bool_],
    frames: Floats, recorder: Recorder,
) -> None:  # fmt: skip
    if recorder.mousemove_ms <= 0:
        return
    aimed = np.flatnonzero(kind == Kind.MOVE)
    moves = _moves(columns, aimed, keys, columns[Col.A][aimed])
    samples = expand_moves(_on_frames(moves, frames[aimed]), recorder.mousemove_ms)
    act = aimed[samples.row]
    rows.add(act, samples.t, _TYPE["mousemove"], x=samples.x, y=samples.y, scroll_y=columns[Col.S0][act])
    idle = np.flatnonzero((kind == Kind.READ) & ~touch & ~np.isnan(columns[Col.X1]))
    stretch, moves = wander_moves(_moves(columns, idle, keys))
    samples = expand_moves(_on_frames(moves, frames[idle[stretch]]), recorder.mousemove_ms)
    rows.add(idle[stretch[samples.row]], samples.t, _TYPE["mousemove"], x=samples.x, y=samples.y)


def _add_shakes(
    rows: _Rows, columns: Floats, kind: NDArray[np.int8], keys: NDArray[np.uint64], frames: Floats, recorder: Recorder
) -> None:  # fmt: skip
    which = np.flatnonzero(kind == Kind.SHAKE)
    if recorder.mousemove_ms <= 0 or not which.size:
        return
    samples = expand_shakes(
        x0=columns[Col.X0][which], y0=columns[Col.Y0][which], t0=columns[Col.T0][which], t1=columns[Col.T1][which],
        strokes=columns[Col.A][which], reach_px=columns[Col.B][which], angle=columns[Col.C][which],
        roundness=columns[Col.TARGET][which], key=keys[which], interval_ms=recorder.mousemove_ms,
        phase=_phase(frames[which], columns[Col.T0][which]),
    )  # fmt: skip
    act = which[samples.row]
    rows.add(act, samples.t, _TYPE["mousemove"], x=samples.x, y=samples.y, scroll_y=columns[Col.S0][act])


def _add_scrolls(
    rows: _Rows, columns: Floats, kind: NDArray[np.int8], keys: NDArray[np.uint64], persons: NDArray[np.uint64],
    touch: NDArray[np.bool_], frames: Floats, stage: Stage, recorder: Recorder,
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
        samples = expand_strokes(strokes, recorder.mousemove_ms, (frames[act] - strokes.t0 / FRAME_MS) % 1.0)
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


def _add_drags(
    rows: _Rows, columns: Floats, kind: NDArray[np.int8], keys: NDArray[np.uint64], touch: NDArray[np.bool_],
    frames: Floats, recorder: Recorder,
) -> None:  # fmt: skip
    """Ways that are gone with the button or a finger down: press, moves, release, and the click that may come of it."""
    which = np.flatnonzero(kind == Kind.DRAG)
    if not which.size:
        return
    edges, click = columns[Col.A][which], columns[Col.B][which] > 0
    down, up = (edges % 2 > 0), edges >= 2
    finger = touch[which]

    def add(chosen: NDArray[np.bool_], end: int, name: str, detail: float) -> None:
        act = which[chosen]
        t, x, y = ((columns[c][act]) for c in ((Col.T0, Col.X0, Col.Y0), (Col.T1, Col.X1, Col.Y1))[end])
        rows.add(act, t, _TYPE[name], x=x, y=y, scroll_y=columns[Col.S0][act], detail=np.full(act.size, detail))

    add(down & finger, 0, "touchstart", 0.0)
    add(down, 0, "pointerdown", 1.0)
    add(up, 1, "pointerup", 1.0)
    add(up & finger, 1, "touchend", 0.0)
    add(up & click, 1, "click", 1.0)
    if recorder.mousemove_ms > 0:
        for mine, name in ((~finger, "mousemove"), (finger, "touchmove")):
            act = which[mine]
            samples = expand_moves(_on_frames(_moves(columns, act, keys, 0.0), frames[act]), recorder.mousemove_ms)
            act = act[samples.row]
            rows.add(act, samples.t, _TYPE[name], x=samples.x, y=samples.y, scroll_y=columns[Col.S0][act])


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
