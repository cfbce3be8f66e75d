"""What one session did, page view by page view: what the recorder saw, and the truth beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from simbench.errors import BadInput
from simbench.events.run import Run
from simbench.events.schema import CLICK_KINDS
from simbench.events.truth import Truth

__all__ = ["Click", "Mark", "SessionTrace", "Stroke", "ViewTrace", "random_sessions", "trace_sessions"]

Floats = npt.NDArray[np.float64]

#: Events that are told in words beside a view.
_TOLD: Final = ("submit", "error", "visibility", "open", "selection", "invalid", "contextmenu")
#: A press is counted to an episode that begins or ends within this time of it: times are whole ms.
_SLACK_S: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """A press or tap: when (s since the session began), where (page px), on what, and what the truth calls it."""

    t: float
    x: float
    y: float
    target: str
    truths: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """A finger's way while it was down: times (s) and page px."""

    t: Floats
    x: Floats
    y: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something to be told in words; `true` for an episode (else a look-alike, an ambiguous one, or a plain event)."""

    t: float
    text: str
    true: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewTrace:
    """One page view; times are s since the session began, places page px, `scroll_y` px.

    `states` are the page's states in order, `state` the one that most was done in. `bands` is gaze dwell in s over
    equal bands of the document's height; empty where the run has no truth.
    """

    number: int
    page: str
    url: str
    nav: str
    layout: str | None
    states: tuple[str, ...]
    state: str | None
    width: float
    viewport_h: float
    doc_h: float
    start: float
    end: float
    move_t: Floats
    move_x: Floats
    move_y: Floats
    move_scroll: Floats
    scroll_t: Floats
    scroll_y: Floats
    clicks: tuple[Click, ...]
    strokes: tuple[Stroke, ...]
    keys: Floats
    marks: tuple[Mark, ...]
    bands: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTrace:
    """A session: `title` says who and on what, `facts` what was wanted and what became of it."""

    session: str
    title: str
    facts: str
    views: tuple[ViewTrace, ...]


def random_sessions(run: Run, count: int, seed: int) -> list[str]:
    """Names of `count` recorded sessions drawn at random."""
    names = sorted(name for name in run.table("sessions")["session"].to_pylist() if name is not None)
    if not names:
        raise BadInput(f"{run.path}: holds no recorded session")
    chosen = np.random.default_rng(seed).choice(len(names), min(count, len(names)), replace=False)
    return [names[i] for i in chosen]


def trace_sessions(run: Run, names: Sequence[str]) -> list[SessionTrace]:
    """What the sessions called `names` did, in that order.

    Raises
    ------
    BadInput
        The run has no such session, or none that was recorded.
    """
    truth = Truth.open(run) if run.has_truth else None
    found: dict[str, SessionTrace] = {}
    wanted = pa.array(sorted(set(names)))
    for part in run.parts():
        sessions = _of(run.table("sessions", part), wanted)
        if sessions.num_rows:
            events, views = _of(run.table("events", part), wanted), _of(run.table("views", part), wanted)
            for who in sessions.to_pylist():
                found[who["session"]] = _trace(who, _one(events, who["session"]), _one(views, who["session"]), truth)
    missing = [name for name in names if name not in found]
    if missing:
        raise BadInput(f"{run.path}: no recorded session {', '.join(missing)}")
    return [found[name] for name in names]


def _of(table: pa.Table, names: pa.Array) -> pa.Table:
    return table.filter(pc.is_in(table["session"].cast(pa.string()), value_set=names))


def _one(table: pa.Table, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.filter(pc.equal(table["session"].cast(pa.string()), name)).to_pylist()
    return rows


def _trace(
    who: Mapping[str, Any], events: list[dict[str, Any]], views: list[dict[str, Any]], truth: Truth | None
) -> SessionTrace:  # fmt: skip
    name = who["session"]
    told: Mapping[str, Any] = {}
    episodes: list[dict[str, Any]] = []
    looked: dict[int, list[float]] = {}
    if truth is not None:
        rows = _one(truth.sessions, name)
        told = rows[0] if rows else {}
        episodes = _one(truth.episodes, name)
        looked = {row["view"]: row["bands"] or [] for row in _one(truth.views, name)}
    skew = float(told.get("clock_skew_ms") or 0.0) / 1000.0
    views.sort(key=lambda view: view["view"])
    zero: datetime = min(view["start"] for view in views) if views else who["start"]

    def since(moment: datetime, *, true_clock: bool = False) -> float:
        # Events and views carry the page's clock, episodes the true one.
        return (moment - zero).total_seconds() + (skew if true_clock else 0.0)

    made = [
        (row["view"], since(row["t_start"], true_clock=True), since(row["t_end"], true_clock=True), row)
        for row in episodes
    ]
    traces = tuple(
        _view(view, [e for e in events if e["view"] == view["view"]],
              [m for m in made if m[0] == view["view"]], looked.get(view["view"], []), since)
        for view in views
    )  # fmt: skip
    title = " · ".join(str(bit) for bit in (told.get("persona"), who["device"], who["browser"], who["source"]) if bit)
    wanted = f"wants {told['goal']}, outcome {told['outcome']}" if told else "no truth"
    bought = ", converted" if told.get("converted") else ""
    return SessionTrace(
        session=name, title=title, views=traces,
        facts=f"session {name} · {wanted}{bought} · {len(views)} page views, "
        f"{(traces[-1].end - traces[0].start) if traces else 0:.0f} s"
        + (f" · variant {who['variant']}" if who["variant"] else "") + (" · bot" if told.get("bot") else ""),
    )  # fmt: skip


def _view(
    view: Mapping[str, Any], events: list[dict[str, Any]],
    episodes: list[tuple[int, float, float, dict[str, Any]]], bands: list[float], since: Any,
) -> ViewTrace:  # fmt: skip
    events = sorted(events, key=lambda event: (event["time"], event["seq"]))
    moves = [e for e in events if e["type"] == "mousemove" and e["x"] is not None]
    scrolls = [e for e in events if e["scroll_y"] is not None and e["type"] in {"scroll", "pageview"}]
    clicks = tuple(
        Click(t=since(e["time"]), x=e["x"], y=e["y"], target=e["target"] or "",
              truths=_truths(since(e["time"]), episodes))
        for e in events
        if e["type"] == "click" and e["x"] is not None
    )  # fmt: skip
    states = Counter(e["state"] for e in events if e["state"])
    return ViewTrace(
        number=view["view"], page=view["page"] or "?", url=view["url"] or "", nav=view["nav"] or "",
        layout=view["layout"], states=tuple(states), state=max(states, key=lambda name: states[name], default=None),
        width=view["viewport_w"] or 0.0, viewport_h=view["viewport_h"] or 0.0, doc_h=view["doc_h"] or 0.0,
        start=since(view["start"]), end=since(view["end"]) if view["end"] is not None else since(view["start"]),
        move_t=np.array([since(e["time"]) for e in moves]),
        move_x=np.array([e["x"] for e in moves], dtype=float), move_y=np.array([e["y"] for e in moves], dtype=float),
        move_scroll=np.array([e["scroll_y"] or 0.0 for e in moves], dtype=float),
        scroll_t=np.array([since(e["time"]) for e in scrolls]),
        scroll_y=np.array([e["scroll_y"] for e in scrolls], dtype=float),
        clicks=clicks, strokes=_strokes(events, since),
        keys=np.array([since(e["time"]) for e in events if e["type"] == "keydown"]),
        marks=_marks(events, episodes, since), bands=np.array(bands, dtype=float) / 1000.0,
    )  # fmt: skip


def _truths(t: float, episodes: list[tuple[int, float, float, dict[str, Any]]]) -> tuple[str, ...]:
    """The kinds of true click episodes that a press belongs to."""
    return tuple(dict.fromkeys(
        row["kind"]
        for _, begun, ended, row in episodes
        if row["kind"] in CLICK_KINDS and row["role"] == "true" and begun - _SLACK_S <= t <= ended + _SLACK_S
    ))  # fmt: skip


def _strokes(events: list[dict[str, Any]], since: Any) -> tuple[Stroke, ...]:
    strokes: list[list[tuple[float, float, float]]] = []
    for e in events:
        if e["type"] == "touchstart" or (e["type"] in {"touchmove", "touchend"} and not strokes):
            strokes.append([])
        if e["type"] in {"touchstart", "touchmove", "touchend"} and e["x"] is not None:
            strokes[-1].append((since(e["time"]), e["x"], e["y"]))
    return tuple(
        Stroke(t=np.array([p[0] for p in way]), x=np.array([p[1] for p in way]), y=np.array([p[2] for p in way]))
        for way in strokes
        if way
    )


def _marks(
    events: list[dict[str, Any]], episodes: list[tuple[int, float, float, dict[str, Any]]], since: Any
) -> tuple[Mark, ...]:  # fmt: skip
    marks = []
    for _, begun, ended, row in episodes:
        what = row["kind"].replace("_", " ")
        if row["role"] == "lookalike":
            what = f"like {what}: {(row['lookalike'] or '').replace('_', ' ')}"
        elif row["role"] != "true":
            what = f"{what}? {(row['lookalike'] or row['role']).replace('_', ' ')}"
        place = row["field"] or row["target"]
        marks.append(Mark(
            t=begun, true=row["role"] == "true",
            text=what + (f" ({ended - begun:.1f} s)" if ended - begun >= 0.1 else "")
            + (f", {place}" if place else "") + (f", because of {row['cause']}" if row["cause"] else ""),
        ))  # fmt: skip
    for e in events:
        if e["type"] in _TOLD:
            said = e["data"] or e["target"]
            marks.append(Mark(t=since(e["time"]), text=e["type"] + (f" {said}" if said else "")))
    return tuple(sorted(marks, key=lambda mark: mark.t))
