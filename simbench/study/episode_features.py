"""What a recorder saw of an episode, as numbers: a few that one-line rules are made of, and everything else besides.

Nothing here is truth but where an episode begins and ends: a rule is given every chance, since it is shown exactly the
stretch that it has to judge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simbench.events.schema import EVENT_TYPES, OUTCOME_KINDS
from simbench.study.played import Played

__all__ = ["CATEGORIES", "SIMPLE", "Seen", "seen_episodes"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: Features that a one-line rule may be made of: numbers of the stretch itself.
SIMPLE: Final = (
    "presses", "mean_gap_ms", "least_gap_ms", "most_gap_ms", "radius_px", "duration_ms", "dwell_ms",
    "quiet_ms", "before_ms", "after_ms", "scroll_px", "scroll_turns", "scroll_speed", "path_px", "pointer_turns",
    "pointer_speed", "pointer_box_px", "keys", "deletions", "events",
)  # fmt: skip
#: Features of the classifier that are names, not amounts.
CATEGORIES: Final = (
    "page",
    "state",
    "nav",
    "next_page",
    "next_nav",
    "previous_page",
    "tag",
    "role",
    "cursor",
    "device",
)
#: How long before and after an episode the classifier looks, ms.
_NEAR_MS: Final = (1000.0, 3000.0, 10_000.0)
#: A press that nothing answers within so long looks dead, ms.
_ANSWER_MS: Final = 1000.0
_ANSWERS: Final = ("mutation", "request", "pagehide", "open", "focus", "change", "scroll", "popstate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Episodes with features: `values` of shape (episodes, len(names)), NaN where there is nothing to measure.

    `row` is the place in the run's table of episodes, `cluster` the visitor.
    """

    row: Ints
    cluster: Ints
    kind: list[str]
    role: list[str]
    lookalike: list[str]
    names: list[str]
    values: Floats

    def column(self, name: str) -> Floats:
        """One feature."""
        return self.values[:, self.names.index(name)]


class _Stream:
    """The events of all sessions in order, with the columns that features need."""

    def __init__(self, played: Played) -> None:
        events = played.events
        order = np.lexsort((events.number("time"), played.session["events"]))
        self.session = played.session["events"][order]
        self.time = events.number("time")[order]
        kind = events.name("type")
        code = {name: EVENT_TYPES.index(name) for name in kind.names}
        self.type = np.array([code[name] for name in kind.names])[kind.codes[order]]
        self.view = np.nan_to_num(events.number("view")[order], nan=-1).astype(np.int64)
        self.x, self.y = events.number("x")[order], events.number("y")[order]
        self.scroll = events.number("scroll_y")[order]
        self.value = events.number("value")[order]
        self.target = events.name("target").codes[order]
        self.target_names = list(events.name("target").names)
        self.state = events.name("state").codes[order]
        bounds = np.searchsorted(self.session, np.arange(played.count + 1))
        self.first, self.last = bounds[:-1], bounds[1:]

    def span(self, session: int, start: float, end: float) -> slice:
        """Rows of `session` from `start` to `end`, both inclusive."""
        low, high = int(self.first[session]), int(self.last[session])
        here = self.time[low:high]
        return slice(
            low + int(np.searchsorted(here, start, side="left")), low + int(np.searchsorted(here, end, side="right"))
        )


def _type(*names: str) -> Ints:
    return np.array([EVENT_TYPES.index(name) for name in names])


_DOWN: Final = _type("pointerdown")
_MOVE: Final = _type("mousemove", "touchmove")
_SCROLL: Final = _type("scroll")
_KEY: Final = _type("keydown")
_INPUT: Final = _type("input")
_ANSWERED: Final = _type(*_ANSWERS)
_COUNTED: Final = (
    "mutation", "request", "response", "error", "focus", "blur", "input", "change", "submit", "selection",
    "visibility", "dblclick", "open", "pagehide", "popstate", "click", "scroll", "invalid",
)  # fmt: skip


def seen_episodes(played: Played) -> Seen:
    """Features of every true and look-alike episode of a recorded visit."""
    episodes = played.episodes
    stream = _Stream(played)
    kinds, roles, names = episodes.name("kind"), episodes.name("role"), episodes.name("lookalike")
    starts, ends, views = episodes.number("t_start"), episodes.number("t_end"), episodes.number("view")
    session = played.session["episodes"]
    pages = _Pages(played)
    rows, features = [], []
    for row in range(episodes.rows):
        owner = int(session[row])
        role = roles.text(row)
        if owner < 0 or role not in ("true", "lookalike") or stream.first[owner] == stream.last[owner]:
            continue
        at = pages.row(owner, int(views[row]))
        if at is None:
            continue
        kind = kinds.text(row) or ""
        start, end = float(starts[row]), float(ends[row])
        if kind in OUTCOME_KINDS:
            # These are matched by view, so the whole view is what there is to see.
            start, end = min(start, pages.start[at]), max(end, pages.end[at])
        seen = _measure(stream, pages, owner, at, start, end)
        features.append(seen)
        rows.append(row)
    columns = list(features[0]) if features else list(SIMPLE)
    values = np.array([[each[name] for name in columns] for each in features]).reshape(len(rows), len(columns))
    return Seen(
        row=np.array(rows, dtype=np.int64),
        cluster=played.visitor[session[rows]] if rows else np.zeros(0, dtype=np.int64),
        kind=[kinds.text(row) or "" for row in rows],
        role=[roles.text(row) or "" for row in rows],
        lookalike=[names.text(row) or "" for row in rows],
        names=columns,
        values=values.astype(np.float64),
    )


class _Pages:
    """Page views by session and number, and elements by page and target."""

    def __init__(self, played: Played) -> None:
        views = played.views
        owner, number = played.session["views"], views.number("view").astype(np.int64)
        self._rows = {pair: row for row, pair in enumerate(zip(owner.tolist(), number.tolist(), strict=True))}
        self.start, self.end = views.number("start"), views.number("end")
        self.page, self.nav = views.name("page"), views.name("nav")
        self.width, self.height, self.doc = (views.number(c) for c in ("viewport_w", "viewport_h", "doc_h"))
        self.wait = np.nan_to_num(views.number("lcp_ms"), nan=-1.0)
        self.views = np.bincount(owner, minlength=played.count)
        self.session_end = np.zeros(played.count)
        np.maximum.at(self.session_end, owner, self.end)
        self.session_start = np.full(played.count, np.inf)
        np.minimum.at(self.session_start, owner, self.start)
        device = played.sessions.name("device").codes
        self.device = np.full(played.count, -1)
        self.device[played.session["sessions"]] = device
        self._elements = _elements(played)
        self.targets = played.events.name("target").names

    def row(self, session: int, view: int) -> int | None:
        """The row of a view, where it was recorded."""
        return self._rows.get((session, view))

    def element(self, at: int, target: int) -> Mapping[str, float]:
        """What is known of an element: kind and size."""
        if target < 0:
            return {}
        return self._elements.get((self.page.text(at), self.targets[target]), {})


def _elements(played: Played) -> dict[tuple[str | None, str], dict[str, float]]:
    table = played.elements
    if not table.num_rows:
        return {}
    tags: dict[str, dict[Any, int]] = {name: {None: -1} for name in ("tag", "role", "cursor")}
    known: dict[tuple[str | None, str], dict[str, float]] = {}
    columns = ["page", "target", "tag", "role", "cursor", "w", "h", "y", "focusable", "interactive_ancestor", "text"]
    for row in table.select(columns).to_pylist():
        key = (row["page"], row["target"])
        if key in known:
            continue
        known[key] = {
            **{name: tags[name].setdefault(row[name], len(tags[name])) for name in tags},
            "element_w": row["w"] or 0.0, "element_h": row["h"] or 0.0, "element_y": row["y"] or 0.0,
            "focusable": float(bool(row["focusable"])),
            "inside_control": float(row["interactive_ancestor"] is not None),
            "text_length": float(len(row["text"] or "")),
        }  # fmt: skip
    return known


def _measure(stream: _Stream, pages: _Pages, session: int, at: int, start: float, end: float) -> dict[str, float]:
    here = stream.span(session, start, end)
    found = _simple(stream, pages, session, at, start, end, here)
    types = stream.type[here]
    for name in _COUNTED:
        found[f"n_{name}"] = float(np.count_nonzero(types == EVENT_TYPES.index(name)))
    for near in _NEAR_MS:
        for side, rows in (("before", stream.span(session, start - near, start - 1)),
                           ("after", stream.span(session, end + 1, end + near))):  # fmt: skip
            around = stream.type[rows]
            for name in ("mutation", "click", "scroll", "mousemove", "keydown", "pagehide", "error", "response",
                         "visibility", "touchmove", "input"):  # fmt: skip
                found[f"{name}_{side}_{near:.0f}"] = float(np.count_nonzero(around == EVENT_TYPES.index(name)))
    found |= _presses(stream, pages, session, at, start, end, here)
    found |= _course(stream, pages, session, at, start, end)
    return found


def _simple(
    stream: _Stream, pages: _Pages, session: int, at: int, start: float, end: float, here: slice
) -> dict[str, float]:
    types, time = stream.type[here], stream.time[here]
    down = types == _DOWN[0]
    times, xs, ys = time[down], stream.x[here][down], stream.y[here][down]
    gaps = np.diff(times)
    moves = np.isin(types, _MOVE)
    mx, my = stream.x[here][moves], stream.y[here][moves] - np.nan_to_num(stream.scroll[here][moves])
    dx, dy = np.diff(mx), np.diff(my)
    way = np.hypot(dx, dy)
    turns = np.count_nonzero((dx[1:] * dx[:-1] + dy[1:] * dy[:-1]) < 0) if len(dx) > 1 else 0
    steps = np.diff(stream.scroll[here][types == _SCROLL[0]])
    steps = steps[steps != 0]
    inputs = np.diff(stream.value[here][types == _INPUT[0]])
    quiet = np.diff(np.concatenate([[start], time, [end]]))
    low, high = int(stream.first[session]), int(stream.last[session])
    seconds = max(end - start, 1.0) / 1000.0
    return {
        "presses": float(len(times)),
        "mean_gap_ms": float(gaps.mean()) if gaps.size else np.nan,
        "least_gap_ms": float(gaps.min()) if gaps.size else np.nan,
        "most_gap_ms": float(gaps.max()) if gaps.size else np.nan,
        "radius_px": float(np.hypot(xs - xs.mean(), ys - ys.mean()).max()) if len(xs) else np.nan,
        "duration_ms": end - start,
        "dwell_ms": float(pages.end[at] - pages.start[at]),
        "quiet_ms": float(quiet.max()),
        "before_ms": float(start - stream.time[here.start - 1]) if here.start > low else np.nan,
        "after_ms": float(stream.time[here.stop] - end) if here.stop < high else np.nan,
        "scroll_px": float(np.abs(steps).sum()),
        "scroll_turns": float(np.count_nonzero(steps[1:] * steps[:-1] < 0)),
        "scroll_speed": float(np.abs(steps).sum() / seconds),
        "path_px": float(way.sum()),
        "pointer_turns": float(turns),
        "pointer_speed": float(way.sum() / seconds),
        "pointer_box_px": float(max(np.ptp(mx), np.ptp(my))) if len(mx) else np.nan,
        "keys": float(np.count_nonzero(types == _KEY[0])),
        "deletions": float(np.count_nonzero(inputs < 0)),
        "events": float(len(types)),
    }


def _presses(
    stream: _Stream, pages: _Pages, session: int, at: int, start: float, end: float, here: slice
) -> dict[str, float]:
    """What was pressed, what answered, and how it went before and after."""
    around = stream.span(session, start - 60_000.0, end + 10_000.0)
    rows = np.arange(around.start, around.stop)
    down = rows[stream.type[around] == _DOWN[0]]
    answers = stream.time[around][np.isin(stream.type[around], _ANSWERED)]
    mutations = stream.time[around][stream.type[around] == EVENT_TYPES.index("mutation")]
    times = stream.time[down]
    wait = _next_after(answers, times)
    wait_mutation = _next_after(mutations, times)
    following = np.append(times[1:], np.inf) - times
    inside = (down >= here.start) & (down < here.stop)
    before, after = down < here.start, down >= here.stop
    first = down[inside][0] if inside.any() else down[before][-1] if before.any() else -1
    last = down[inside][-1] if inside.any() else first
    target = int(stream.target[first]) if first >= 0 else -1
    element = pages.element(at, target)
    nothing = {"tag": -1.0, "role": -1.0, "cursor": -1.0, "element_w": np.nan, "element_h": np.nan, "element_y": np.nan,
               "focusable": np.nan, "inside_control": np.nan, "text_length": np.nan}  # fmt: skip
    dead = wait > _ANSWER_MS
    next_one = down[after][0] if after.any() else -1
    return {
        **{name: float(element.get(name, missing)) for name, missing in nothing.items()},
        "first_answer_ms": float(min(wait[inside][0], 1e5)) if inside.any() else np.nan,
        "first_mutation_ms": float(min(wait_mutation[inside][0], 1e5)) if inside.any() else np.nan,
        "last_mutation_ms": float(min(wait_mutation[inside][-1], 1e5)) if inside.any() else np.nan,
        "answered_share": float((wait_mutation[inside] < following[inside]).mean()) if inside.any() else np.nan,
        "dead_inside": float(dead[inside].sum()),
        "dead_before": float(dead[before].sum()),
        "since_dead_ms": float(start - times[before & dead][-1]) if (before & dead).any() else np.nan,
        "presses_before": float(before.sum()),
        "same_target_before": float((stream.target[down[before]] == target).sum()),
        "same_target_after": float((stream.target[down[after]] == target).sum()),
        "targets_inside": float(len(np.unique(stream.target[down[inside]]))),
        "since_press_ms": float(start - times[before][-1]) if before.any() else np.nan,
        "to_press_ms": float(times[after][0] - end) if after.any() else np.nan,
        "to_press_px": float(np.hypot(stream.x[next_one] - stream.x[last], stream.y[next_one] - stream.y[last]))
        if next_one >= 0 and last >= 0 else np.nan,
        "press_x": float(stream.x[first]) if first >= 0 else np.nan,
        "press_y": float(stream.y[first]) if first >= 0 else np.nan,
        "scroll_at": float(stream.scroll[first]) if first >= 0 else np.nan,
    }  # fmt: skip


def _next_after(answers: Floats, times: Floats) -> Floats:
    """How long after each of `times` the next of the sorted `answers` comes; infinite where none does."""
    place = np.searchsorted(answers, times, side="right")
    return np.append(answers, np.inf)[place] - times


def _course(stream: _Stream, pages: _Pages, session: int, at: int, start: float, end: float) -> dict[str, float]:
    """Where in the visit it was, and how the visit went on."""
    view = next_view = None
    number = 0
    for number in range(int(pages.views[session]) + 2):
        if pages.row(session, number) == at:
            view = number
            break
    if view is not None:
        next_view = pages.row(session, view + 1)
    previous = pages.row(session, view - 1) if view else None
    whole = stream.span(session, pages.start[at], pages.end[at])
    types = stream.type[whole]
    low, high = int(stream.first[session]), int(stream.last[session])
    visited = [pages.row(session, n) for n in range(view or 0)]
    seen_pages = [int(pages.page.codes[row]) for row in visited if row is not None]
    scrolls = stream.scroll[whole][types == _SCROLL[0]]
    fields = stream.target[whole][np.isin(types, _type("focus"))]
    return {
        "page": float(pages.page.codes[at]),
        "nav": float(pages.nav.codes[at]),
        "state": float(stream.state[min(max(whole.start, low), high - 1)]),
        "device": float(pages.device[session]),
        "view": float(view or 0),
        "views": float(pages.views[session]),
        "views_left": float(pages.views[session] - (view or 0) - 1),
        "next_page": float(pages.page.codes[next_view]) if next_view is not None else -1.0,
        "next_nav": float(pages.nav.codes[next_view]) if next_view is not None else -1.0,
        "next_dwell_ms": float(pages.end[next_view] - pages.start[next_view]) if next_view is not None else np.nan,
        "previous_page": float(pages.page.codes[previous]) if previous is not None else -1.0,
        "same_page_before": float(seen_pages.count(int(pages.page.codes[at]))),
        "page_again_after": float(
            sum(
                int(pages.page.codes[row]) == int(pages.page.codes[at])
                for row in (pages.row(session, n) for n in range((view or 0) + 1, int(pages.views[session]) + 1))
                if row is not None
            )
        ),
        "lcp_ms": float(pages.wait[at]),
        "into_view_ms": float(start - pages.start[at]),
        "left_in_view_ms": float(pages.end[at] - end),
        "into_visit_ms": float(start - pages.session_start[session]),
        "left_in_visit_ms": float(pages.session_end[session] - end),
        "viewport_w": float(pages.width[at]),
        "reach": float((scrolls.max() if scrolls.size else 0.0) + pages.height[at]) / float(max(pages.doc[at], 1.0)),
        "view_keys": float(np.count_nonzero(types == _KEY[0])),
        "view_submits": float(np.count_nonzero(types == EVENT_TYPES.index("submit"))),
        "view_clicks": float(np.count_nonzero(types == EVENT_TYPES.index("click"))),
        "view_fields": float(len(np.unique(fields))),
        "view_refocus": float(len(fields) - len(np.unique(fields))),
        "view_errors": float(np.count_nonzero(types == EVENT_TYPES.index("error"))),
        "view_hidden": float(np.count_nonzero(types == EVENT_TYPES.index("visibility"))),
    }
