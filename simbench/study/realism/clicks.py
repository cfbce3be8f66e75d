"""Clicks: how long a button is held, how soon the next press follows, and how far from the last one.

Office work (`desktop_mouse`) tells presses and releases, and is compared with the presses of simulated visits to a
shop, another task: what depends on hands alone (how long a press is held, how quickly a double press follows) is
judged, and what depends on the task is shown. A web site (`web_mouse`) tells only when clicks were; simulated browsing
tells the same.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simbench.errors import BadInput
from simbench.study.realism.groups import (
    Effort,
    Floats,
    Group,
    Ints,
    Keep,
    Measure,
    Numbers,
    Sample,
    Side,
    codes,
    everybody,
)
from simbench.study.realism.people import read_columns
from simbench.study.realism.visits import play_shop
from simbench.study.realism.web_preset import web_table

__all__ = ["DESKTOP_CLICKS", "WEB_CLICKS", "click_times", "presses", "read_web_mouse"]

#: Presses this close together belong to one gesture (a double click), for description only.
_CLOSE_ms: Final = 500.0
_DOUBLE_ms: Final = 300.0
#: The clock of the office recordings: 64 Hz.
_CLOCK_ms: Final = 15.625
_HOLD: Final = "press to release"
_CLOSE: Final = "presses under 500 ms apart"
_SOON: Final = "presses that follow within 300 ms"
_BETWEEN: Final = "time between clicks"
_COLUMNS: Final = ("hold", "gap", "distance")


def presses(session: Ints, t: Floats, x: Floats, y: Floats, down: NDArray[np.bool_], up: NDArray[np.bool_]) -> Side:
    """Holds, gaps and distances of presses; rows in order of time within each session.

    A press lasts until the next release of its session; one that has none, or whose session ends, is left out.
    """
    event = np.flatnonzero(down | up)
    pressed = down[event]
    follows = np.zeros(event.size, dtype=bool)
    follows[:-1] = (session[event][1:] == session[event][:-1]) & pressed[:-1] & ~pressed[1:]
    begin = event[follows]
    hold = t[event[np.flatnonzero(follows) + 1]] - t[begin]

    at = np.flatnonzero(down)
    same = session[at][1:] == session[at][:-1]
    gap = np.diff(t[at])[same]
    owner = session[at][1:][same]
    close = gap < _CLOSE_ms
    # A row of features: a press that has both a hold and a press before it.
    held = dict(zip(begin.tolist(), hold.tolist(), strict=True))
    later = at[1:][same]
    far = np.hypot(np.diff(x[at])[same], np.diff(y[at])[same])
    length = np.array([held.get(i, np.nan) for i in later.tolist()])
    whole = np.isfinite(length) & np.isfinite(far) & (gap > 0)
    values = np.column_stack([_log_on_grid(length, 1), _log_on_grid(gap, 2), np.log1p(far)])[whole]
    return Side(
        samples={"clicks": Sample(columns=_COLUMNS, values=values, person=owner[whole])},
        numbers={
            _HOLD: Numbers(values=hold, person=session[begin]),
            _CLOSE: Numbers(values=gap[close], person=owner[close]),
            _SOON: Numbers(values=(gap < _DOUBLE_ms).astype(np.float64), person=owner),
        },
    )  # fmt: skip


def _log_on_grid(ms: Floats, salt: int) -> Floats:
    """Logs of times that were put on the recordings' clock and spread evenly within a tick: clocks must not tell."""
    ticks = np.rint(np.nan_to_num(ms) / _CLOCK_ms)
    spread = np.random.default_rng([salt, 8]).random(ms.size) - 0.5
    return np.log(np.maximum((ticks + spread) * _CLOCK_ms, 1.0)) + np.where(np.isnan(ms), np.nan, 0.0)


def _office(path: Path, _: Keep) -> Side:
    numbers, words = read_columns(path, numbers=("t_ms", "x", "y"), texts=("user", "session", "button", "state"))
    session = codes(words["user"], words["session"])
    left = words["button"] == "Left"
    order = np.lexsort((numbers["t_ms"], session))
    side = presses(
        session[order], numbers["t_ms"][order], numbers["x"][order], numbers["y"][order],
        (left & (words["state"] == "Pressed"))[order], (left & (words["state"] == "Released"))[order],
    )  # fmt: skip
    if not side.numbers[_HOLD].values.size:
        raise BadInput(f"{path}: holds no press (button Left, state Pressed) that is released again")
    return side


def _shop_presses(_: Side, effort: Effort) -> Side:
    visits = play_shop(effort)
    return presses(
        visits.session, visits.t_ms, visits.x, visits.y, visits.type == "pointerdown", visits.type == "pointerup"
    )


def click_times(session: Ints, t: Floats, x: Floats, y: Floats, click: NDArray[np.bool_]) -> Side:
    """Time (s) and distance (px) from each click to the next of its session; a click is where the pointer was last."""
    known = np.where(np.isfinite(x), np.arange(x.size), -1)
    first = np.ones(session.size, dtype=bool)
    first[1:] = session[1:] != session[:-1]
    start = np.maximum.accumulate(np.where(first, np.arange(session.size), 0))
    last = np.maximum.accumulate(known)
    placed = last >= start
    px, py = np.where(placed, x[last], np.nan), np.where(placed, y[last], np.nan)
    at = np.flatnonzero(click)
    same = session[at][1:] == session[at][:-1]
    gap = np.diff(t[at])[same] / 1000.0
    far = np.hypot(np.diff(px[at])[same], np.diff(py[at])[same])
    owner = session[at][1:][same]
    whole = np.isfinite(far) & (gap > 0)
    values = np.column_stack([np.log(np.maximum(gap, 1e-3)), np.log1p(far)])[whole]
    return Side(
        samples={"clicks": Sample(columns=("gap", "distance"), values=values, person=owner[whole])},
        numbers={_BETWEEN: Numbers(values=gap[gap > 0], person=owner[gap > 0])},
    )


def _web(path: Path, keep: Keep) -> Side:
    table = read_web_mouse(path, keep)
    if not (table["ev"] != "m").any():
        raise BadInput(f"{path}: holds no click (ev cl, cr or cm)")
    return click_times(table["session"], table["t_ms"], table["x"], table["y"], table["ev"] != "m")


def read_web_mouse(path: Path, keep: Keep = everybody) -> dict[str, NDArray[Any]]:
    """A recording in the layout of ``web_mouse``, in order of time: ``session`` as codes, ``t_ms, x, y, ev``."""
    numbers, words = read_columns(path, numbers=("t_ms",), sparse=("x", "y"), texts=("session", "ev"))
    session = codes(words["session"])
    whole = keep(words["session"])
    whole &= (words["ev"] != "m") | (np.isfinite(numbers["x"]) & np.isfinite(numbers["y"]))
    order = np.lexsort((numbers["t_ms"], session))
    order = order[whole[order]]
    return {
        "session": session[order], "t_ms": numbers["t_ms"][order], "x": numbers["x"][order], "y": numbers["y"][order],
        "ev": words["ev"][order],
    }  # fmt: skip


def _web_clicks(_: Side, effort: Effort) -> Side:
    table = web_table(effort)
    if table is not None:
        return click_times(table["session"], table["t_ms"], table["x"], table["y"], table["ev"] != "m")
    visits = play_shop(effort)
    return click_times(visits.session, visits.t_ms, visits.x, visits.y, visits.type == "click")


DESKTOP_CLICKS: Final = Group(
    name="clicks at work", title="Clicks, office work", file="desktop_mouse", sets={"clicks": None}, halved=False,
    measures=(
        Measure(name=_HOLD, unit="ms"),
        Measure(name=_CLOSE, unit="ms"),
        Measure(name=_SOON, unit="share", kind="share", judged=False),
    ),
    people=_office, visitors=_shop_presses,
    note="Persons are sessions here. The visitors are in a shop, not at office work: how often presses follow at once "
    "is shown, not judged.",
)  # fmt: skip

WEB_CLICKS: Final = Group(
    name="clicks on the web", title="Clicks, web site", file="web_mouse", sets={"clicks": None},
    measures=(Measure(name=_BETWEEN, unit="s"),), people=_web, visitors=_web_clicks,
)  # fmt: skip
