"""What visitors do, as quantities per opportunity: what a dial may move, must move, and must not move.

A measure is a sum over its opportunities (a page view, a press, a key, a form that was begun), so that somebody who
sees twice as many pages has twice as many chances, not twice the measure. Long-tailed amounts are taken as logarithms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simbench.events.schema import KINDS
from simbench.study.played import Played, Table

__all__ = ["OPPORTUNITY", "Measured", "measure", "measure_names"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: What the episodes of a kind are counted against.
OPPORTUNITY: Final[Mapping[str, str]] = {
    "rage_click": "press", "dead_click": "press", "error_click": "press",
    "form_abandonment": "form", "field_struggle": "form",
}  # fmt: skip
#: A pause of the pointer longer than this ends a movement, ms (as in the data on people: 150 ms).
_MOVE_GAP_MS: Final = 150.0
#: A pause longer than this between keys is no typing, ms.
_KEY_GAP_MS: Final = 3000.0
#: A movement at least this long is asked whether it went beyond its end, by at least so much, px.
_LEAST_WAY_PX: Final = 60.0
_BEYOND_PX: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One measure over a run: sums and opportunities by session, and the standard deviation of one opportunity."""

    sums: Floats
    opportunities: Floats
    sd: float


def measure_names(interests: Iterator[str] | list[str]) -> list[str]:
    """Every measure, given the kinds of side acts that the site has."""
    return [
        "recorded", "survey", "viewport", "pages", "bounce", "conversion", "visit_s",
        "dwell_s", "back", "depth", "scroll", "scroll_up", "clicks", "mouse_path", "away", "pause_s", "selections",
        "reach_ms", "reach_spread", "overshoot", "press_gap", "hold_ms", "aim_off", "tap_off", "double",
        "keyed", "key_ms", "field_keys", "corrections", "refilled", "form_begun", "form_done",
        *(f"act_{name}" for name in interests),
        "vented",
        *(f"{kind}{mark}" for kind in KINDS for mark in ("", "~")),
    ]  # fmt: skip


def measure(played: Played, interests: Mapping[str, set[tuple[str, str]]]) -> dict[str, Measured]:
    """All measures of a run; `interests` maps a kind of side act to (page, target) pairs that it is done at."""
    found: dict[str, Measured] = {}
    n = played.count
    for name, session, value in _rows(played, interests):
        held = np.isfinite(value)
        owner, known = session[held], value[held]
        found[name] = Measured(
            sums=np.bincount(owner, known, n).astype(np.float64),
            opportunities=np.bincount(owner, minlength=n).astype(np.float64),
            sd=float(known.std()) if len(known) else 0.0,
        )
    found |= _episodes(played, found)
    return found


Row = tuple[str, Ints, Floats]


def _rows(played: Played, interests: Mapping[str, set[tuple[str, str]]]) -> Iterator[Row]:
    truth = played.truth_sessions
    everyone = np.arange(played.count)
    yield "recorded", everyone, truth.number("recorded")
    yield "survey", everyone, _answered(truth)
    pages = np.bincount(played.session["truth_views"], minlength=played.count).astype(np.float64)
    yield "pages", everyone, np.log(np.maximum(pages, 1.0))
    yield "bounce", everyone, (pages <= 1).astype(np.float64)
    yield "conversion", everyone, truth.number("converted")
    yield "depth", played.session["truth_views"], played.truth_views.number("depth_seen")
    views = played.views
    dwell = np.maximum(views.number("end") - views.number("start"), 0.0) / 1000.0
    seen = np.bincount(played.session["views"], dwell, played.count)
    yield "visit_s", everyone, np.where(seen > 0, np.log1p(seen), np.nan)
    yield "dwell_s", played.session["views"], np.log1p(dwell)
    width = np.full(played.count, np.nan)
    width[played.session["views"]] = np.log(views.number("viewport_w"))
    yield "viewport", everyone, width
    yield from _by_view(played, interests)
    yield from _by_press(played)
    yield from _by_key(played)


def _on_any(targets: set[str], text: str) -> bool:
    """Whether `text` is one of `targets` or lies inside one."""
    return text in targets or any(text.startswith(f"{target} > ") for target in targets)


def _answered(truth: Table) -> Floats:
    """Whether each visit ended with an answer to a survey."""
    return (truth.name("survey").codes >= 0).astype(np.float64)


def _view_of(played: Played) -> Ints:
    """The row of `views` that each event belongs to, or -1."""
    views = played.views
    width = int(max(views.number("view").max(initial=0), played.events.number("view").max(initial=0))) + 1
    keys = played.session["views"] * width + views.number("view").astype(np.int64)
    table = np.full((played.count + 1) * width, -1, dtype=np.int64)
    table[keys] = np.arange(views.rows)
    found: Ints = table[played.session["events"] * width + np.nan_to_num(played.events.number("view")).astype(np.int64)]
    return found


def _by_view(played: Played, interests: Mapping[str, set[tuple[str, str]]]) -> Iterator[Row]:
    views, events = played.views, played.events
    session = played.session["views"]
    at = _view_of(played)
    kind, time = events.name("type"), events.number("time")

    def per_view(rows: npt.NDArray[np.bool_], weights: Floats | None = None) -> Floats:
        rows = rows & (at >= 0)
        return np.bincount(at[rows], None if weights is None else weights[rows], views.rows).astype(np.float64)

    scrolls = kind.is_("scroll")
    step = _within(at, scrolls, events.number("scroll_y"), first=0.0)
    way = per_view(scrolls, np.abs(step))
    yield "scroll", session, np.log1p(way / views.number("viewport_h"))
    up = per_view(scrolls & (step < 0), np.abs(step))
    with np.errstate(invalid="ignore", divide="ignore"):
        yield "scroll_up", session, np.where(way > 0, up / way, np.nan)
    yield "clicks", session, per_view(kind.is_("click"))
    moves = kind.is_("mousemove")
    length = np.hypot(
        _within(at, moves, events.number("x")),
        _within(at, moves, events.number("y") - np.nan_to_num(events.number("scroll_y"))),
    )
    path = per_view(moves, np.nan_to_num(length))
    yield "mouse_path", session, np.where(per_view(moves) > 0, np.log1p(path), np.nan)
    yield "away", session, (per_view(kind.is_("visibility")) > 0).astype(np.float64)
    gap = _within(at, at >= 0, time)
    longest = np.zeros(views.rows)
    here = at >= 0
    np.maximum.at(longest, at[here], np.nan_to_num(gap[here]))
    yield "pause_s", session, np.log1p(longest / 1000.0)
    yield "selections", session, per_view(kind.is_("selection"))
    forms = {form["page"] for form in played.goals.get("forms", [])}
    fields = {field["target"] for form in played.goals.get("forms", []) for field in form["fields"]}
    yield "back", session, views.name("nav").is_("back").astype(np.float64)
    elsewhere = kind.is_("keydown") & ~events.name("target").where(lambda target: target in fields)
    yield "keyed", session, np.log1p(per_view(elsewhere))
    on_form = views.name("page").where(lambda page: page in forms)
    entered = kind.is_("input", "change") & events.name("target").where(lambda target: target in fields)
    begun = per_view(entered) > 0
    yield "form_begun", session[on_form], begun[on_form].astype(np.float64)
    done = per_view(kind.is_("submit")) > 0
    yield "form_done", session[on_form & begun], done[on_form & begun].astype(np.float64)
    acted = kind.is_("click", "keydown")
    for name, places in interests.items():
        pages = {page for page, _ in places}
        targets = {target for _, target in places}
        touched = events.name("target").where(partial(_on_any, targets))
        there = views.name("page").is_(*pages)
        yield f"act_{name}", session[there], (per_view(acted & touched) > 0)[there].astype(np.float64)


def _by_press(played: Played) -> Iterator[Row]:
    events = played.events
    kind, time = events.name("type"), events.number("time")
    session = played.session["events"]
    down, up = kind.is_("pointerdown"), kind.is_("pointerup")
    rows = np.flatnonzero(down | up)
    follows = (rows.size > 0) & np.append(session[rows[1:]] == session[rows[:-1]], False)
    held = np.flatnonzero(down[rows] & follows & np.append(up[rows[1:]], False))
    holds = time[rows[held + 1]] - time[rows[held]]
    yield "hold_ms", session[rows[held]], np.log(np.maximum(holds, 1.0))
    presses = np.flatnonzero(down)
    gap = np.diff(time[presses], prepend=np.nan)
    gap[np.diff(session[presses], prepend=-1) != 0] = np.nan
    yield "press_gap", session[presses], np.log(np.maximum(gap, 1.0))
    click = kind.is_("click")
    yield "double", session[click], (events.number("detail")[click] >= 2).astype(np.float64)
    offset = np.hypot(events.number("rel_x")[down] - 0.5, events.number("rel_y")[down] - 0.5)
    touched = events.name("pointer").is_("touch")[down]
    yield "aim_off", session[down][~touched], offset[~touched]
    yield "tap_off", session[down][touched], offset[touched]
    # Movements that end in a press: from where the pointer set out to the press.
    rows = np.flatnonzero(kind.is_("mousemove") | down)
    moving = ~down[rows]
    starts = np.ones(rows.size, dtype=np.bool_)
    starts[1:] = (np.diff(time[rows]) > _MOVE_GAP_MS) | (np.diff(session[rows]) != 0) | ~moving[:-1]
    begun = np.maximum.accumulate(np.where(starts, np.arange(rows.size), 0))
    ends = np.flatnonzero(~moving & (begun < np.arange(rows.size)))
    took = time[rows[ends]] - time[rows[begun[ends]]]
    log_took, whose = np.log(np.maximum(took, 10.0)), session[rows[ends]]
    yield "reach_ms", whose, log_took
    counts = np.maximum(np.bincount(whose, minlength=played.count), 1)
    own = np.bincount(whose, log_took, played.count) / counts
    yield "reach_spread", whose, np.where(counts[whose] > 2, np.abs(log_took - own[whose]), np.nan)
    yield "overshoot", whose, _overshot(events, rows, begun[ends], ends)


def _overshot(events: Table, rows: Ints, begun: Ints, ends: Ints) -> Floats:
    """Whether each movement, from place `begun` to the press at place `ends` of `rows`, went beyond its end."""
    x = events.number("x")[rows]
    y = (events.number("y") - np.nan_to_num(events.number("scroll_y")))[rows]
    dx, dy = x[ends] - x[begun], y[ends] - y[begun]
    length = np.hypot(dx, dy)
    # The way along the chord of every sample, its furthest point against the chord's own length.
    owner = np.full(rows.size, -1, dtype=np.int64)
    for place, (first, last) in enumerate(zip(begun.tolist(), ends.tolist(), strict=True)):
        owner[first : last + 1] = place
    held = owner >= 0
    of = owner[held]
    with np.errstate(invalid="ignore", divide="ignore"):
        along = ((x[held] - x[begun][of]) * dx[of] + (y[held] - y[begun][of]) * dy[of]) / length[of]
    furthest = np.full(ends.size, -np.inf)
    np.maximum.at(furthest, of, np.nan_to_num(along, nan=-np.inf))
    return np.where(length >= _LEAST_WAY_PX, (furthest > length + _BEYOND_PX).astype(np.float64), np.nan)


def _by_key(played: Played) -> Iterator[Row]:
    events = played.events
    kind, time = events.name("type"), events.number("time")
    session, target = played.session["events"], events.name("target").codes
    keys = np.flatnonzero(kind.is_("keydown"))
    gap = np.diff(time[keys], prepend=np.nan)
    new_field = (np.diff(session[keys], prepend=-1) != 0) | (np.diff(target[keys], prepend=-2) != 0)
    gap[new_field | (gap > _KEY_GAP_MS)] = np.nan
    yield "key_ms", session[keys], np.log(np.maximum(gap, 1.0))
    runs = np.flatnonzero(new_field)
    view = np.nan_to_num(events.number("view")[keys[runs]]).astype(np.int64)
    entered = np.stack([session[keys[runs]], view, target[keys[runs]]], axis=1)
    _, first = np.unique(entered, axis=0, return_index=True) if runs.size else (None, np.zeros(0, dtype=np.int64))
    again = np.ones(runs.size)
    again[first] = 0.0
    yield "refilled", session[keys[runs]], again
    lengths = np.diff(np.append(runs, keys.size)).astype(np.float64)
    yield "field_keys", session[keys[runs]], np.log(np.maximum(lengths, 1.0))
    typed = np.flatnonzero(kind.is_("input"))
    length = events.number("value")
    change = np.diff(length[typed], prepend=np.nan)
    change[(np.diff(session[typed], prepend=-1) != 0) | (np.diff(target[typed], prepend=-2) != 0)] = np.nan
    yield "corrections", session[typed], np.where(np.isnan(change), np.nan, (change < 0).astype(np.float64))


def _within(at: Ints, rows: npt.NDArray[np.bool_], values: Floats, first: float | None = None) -> Floats:
    """Difference of `values` from row to row of `rows` within one view; 0 at a view's first (or from `first`)."""
    place = np.flatnonzero(rows)
    step = np.zeros(len(values))
    if place.size:
        held = values[place]
        difference = np.diff(held, prepend=held[0])
        new = np.diff(at[place], prepend=-2) != 0
        difference[new] = 0.0 if first is None else held[new] - first
        step[place] = difference
    return step


def _episodes(played: Played, found: Mapping[str, Measured]) -> dict[str, Measured]:
    """Episodes of each kind per opportunity: true ones, and (with ~) look-alikes; of recorded visits alone."""
    episodes: Table = played.episodes
    n = played.count
    recorded = played.truth_sessions.number("recorded") > 0
    views = np.bincount(played.session["views"], minlength=n).astype(np.float64)
    chances: dict[str, Any] = {
        "press": found["aim_off"].opportunities + found["tap_off"].opportunities,
        "form": found["form_done"].opportunities,
        "view": views,
    }
    session = played.session["episodes"]
    kept = (session >= 0) & recorded[np.maximum(session, 0)]
    rates = {}
    for kind in KINDS:
        of_kind = episodes.name("kind").is_(kind) & kept
        for mark, role in (("", "true"), ("~", "lookalike")):
            rows = of_kind & episodes.name("role").is_(role)
            opportunities = chances[OPPORTUNITY.get(kind, "view")]
            sums = np.bincount(session[rows], minlength=n).astype(np.float64)
            rate = min(float(sums.sum()) / max(float(opportunities.sum()), 1.0), 0.5)
            rates[f"{kind}{mark}"] = Measured(
                sums=sums, opportunities=opportunities, sd=float(np.sqrt(rate * (1.0 - rate)))
            )
    # Anger let off in any way that has a name: by striking, shaking, or scrolling about.
    names = episodes.name("lookalike")
    struck = episodes.name("kind").is_("rage_click", "thrashed_cursor") & ~episodes.name("role").is_("lookalike")
    rows = kept & (struck | names.is_("venting"))
    sums = np.bincount(session[rows], minlength=n).astype(np.float64)
    rate = min(float(sums.sum()) / max(float(views.sum()), 1.0), 0.5)
    rates["vented"] = Measured(sums=sums, opportunities=views, sd=float(np.sqrt(rate * (1.0 - rate))))
    return rates
