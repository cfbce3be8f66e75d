"""Presses: what a person does with a mouse button or a finger, put together from the events that one press makes.

A press is `pointerdown`, `pointerup` and `click` of the primary button. Recordings that hold clicks alone (most
imported ones) give presses without a beginning; a browser that swallows the click on a disabled control leaves a press
without a click.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from simbench.core.rule import Rule
from simbench.core.stream import Bools, Floats, Ints, Stream, Words, words_of
from simbench.core.targets import ElementIndex, Facts, Places

__all__ = ["PRESS_RULES", "Presses", "find_presses", "page_words", "places_of"]

PRESS_RULES: Final = (
    Rule(
        name="drag_px", value=10.0, unit="px",
        about="A pointer that moves farther between press and release drags (selects text, moves a slider): no press.",
        source="judgement: above the 4-5 px at which operating systems begin a drag, below a short word",
    ),
    Rule(
        name="hold_ms", value=1000.0, unit="ms",
        about="Longest hold of a press that made no click; longer ones are long presses or drags.",
        source="judgement: ten times the median hold of 94 ms on 69,504 presses (Balabit Mouse Dynamics Challenge)",
    ),
    Rule(
        name="echo_ms", value=50.0, unit="ms",
        about="A click without a pointerdown of its own that follows another click this soon is the browser's own "
        "(a label passes its click on to its field).",
        source="judgement: the fastest 5 % of people's double clicks are 141 ms apart (Balabit)",
    ),
)  # fmt: skip
_DRAG_PX, _HOLD_MS, _ECHO_MS = (rule.value for rule in PRESS_RULES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Presses:
    """Primary presses in order; all arrays are parallel.

    Attributes
    ----------
    begin, end
        Positions in the stream: of the `pointerdown` (or the `click` where none was recorded) and of the last event
        that belongs to the press. What the page does counts from `begin` on, for menus open on `mousedown`.
    down_ms, up_ms
        When it began and was released, on the stream's axis.
    session, view
        As in the stream.
    detail
        The DOM's click count (2 in a double click); NaN where unknown.
    x, y
        Where, in page px; NaN where unknown.
    clicked
        Whether a `click` came of it.
    dragged
        Whether the pointer moved too far in between.
    touch
        Whether a finger or a pen pressed.
    modified
        Whether a modifier key was held: such a click opens a tab or selects, and is answered elsewhere.
    place
        Index of the element: equal for presses on the same interactive element, or on the same element where none
        is known. Equal only within a page.
    """

    begin: Ints
    end: Ints
    down_ms: Ints
    up_ms: Ints
    session: Ints
    view: Ints
    detail: Floats
    x: Floats
    y: Floats
    clicked: Bools
    dragged: Bools
    touch: Bools
    modified: Bools
    target: Words
    page: Words
    facts: Facts
    place: Ints

    def __len__(self) -> int:
        return len(self.begin)

    @property
    def names(self) -> Words:
        """What a finding names: the interactive element where one is known, else the element hit."""
        return self.facts.name(self.target)


def find_presses(stream: Stream, elements: ElementIndex) -> Presses:
    """Put the presses of a stream together.

    Clicks made by a keyboard or by a script (`detail` 0) are none, nor are those of another button.
    """
    downs = _primary(stream, stream.where("pointerdown"))
    ups = stream.where("pointerup")
    clicks = _primary(stream, stream.where("click"))
    clicks = clicks[stream.numbers("detail", clicks) != 0]
    down_of = _own_down(stream, clicks, downs)
    echo = _echoes(stream, clicks, down_of)
    clicks, down_of = clicks[~echo], down_of[~echo]
    lone, lone_up = _clickless(stream, downs, ups, down_of)

    begin = np.concatenate([np.where(down_of >= 0, down_of, clicks), lone])
    end = np.concatenate([clicks, lone_up])
    hit = np.concatenate([clicks, lone])
    clicked = np.concatenate([np.ones(len(clicks), dtype=bool), np.zeros(len(lone), dtype=bool)])
    order = np.argsort(begin, kind="stable")
    begin, end, hit, clicked = begin[order], end[order], hit[order], clicked[order]

    released = _release(ups, begin, end)
    places = places_of(stream, hit)
    facts = elements.facts(places)
    return Presses(
        begin=begin,
        end=end,
        down_ms=stream.axis_ms[begin],
        up_ms=stream.axis_ms[released],
        session=stream.session[begin],
        view=stream.view[begin],
        detail=stream.numbers("detail", hit),
        x=stream.numbers("x", hit),
        y=stream.numbers("y", hit),
        clicked=clicked,
        dragged=_moved(stream, begin, released) > _DRAG_PX,
        touch=stream.words("pointer", hit).among(("touch", "pen")),
        modified=np.nan_to_num(stream.numbers("modifiers", hit)) > 0,
        target=places.target,
        page=places.page,
        facts=facts,
        place=_place(places.page, facts.name(places.target)),
    )


def places_of(stream: Stream, at: Ints) -> Places:
    """Page, state, layout and target of the events at the positions `at`."""
    rows = stream.view[at]
    return Places(
        page=page_words(stream, "page", rows),
        state=stream.words("state", at),
        layout=page_words(stream, "layout", rows),
        target=stream.words("target", at),
    )


def page_words(stream: Stream, name: str, view: Ints) -> Words:
    """A string column of the views table, for the view rows `view` (-1 gives null)."""
    return words_of(stream.views[name]).at(view)


def _primary(stream: Stream, at: Ints) -> Ints:
    button = stream.numbers("button", at)
    return at[np.isnan(button) | (button == 0)]


def _own_down(stream: Stream, clicks: Ints, downs: Ints) -> Ints:
    """The `pointerdown` that began each click; -1 where it has none (or another click used it already)."""
    if len(downs) == 0 or len(clicks) == 0:
        return np.full(len(clicks), -1, dtype=np.int64)
    before = np.searchsorted(downs, clicks) - 1
    down = np.where(before >= 0, downs[np.maximum(before, 0)], -1)
    own = (down >= 0) & (stream.session[down] == stream.session[clicks])
    own[1:] &= down[1:] > clicks[:-1]
    return np.where(own, down, -1)


def _echoes(stream: Stream, clicks: Ints, down_of: Ints) -> Bools:
    echo = np.zeros(len(clicks), dtype=bool)
    echo[1:] = (down_of[1:] < 0) & (np.diff(stream.axis_ms[clicks]) <= _ECHO_MS)
    return echo


def _clickless(stream: Stream, downs: Ints, ups: Ints, used: Ints) -> tuple[Ints, Ints]:
    """Presses that made no click, short and in place: the `pointerdown` and the `pointerup` of each."""
    lone = np.setdiff1d(downs, used[used >= 0], assume_unique=True)
    if len(lone) == 0 or len(ups) == 0:
        return lone[:0], lone[:0]
    after = np.searchsorted(ups, lone)
    up = ups[np.minimum(after, len(ups) - 1)]
    following = np.searchsorted(downs, lone) + 1
    next_down = np.where(following < len(downs), downs[np.minimum(following, len(downs) - 1)], len(stream))
    held = stream.axis_ms[up] - stream.axis_ms[lone]
    good = (up > lone) & (up < next_down) & (held <= _HOLD_MS) & (_moved(stream, lone, up) <= _DRAG_PX)
    return lone[good], up[good]


def _release(ups: Ints, begin: Ints, end: Ints) -> Ints:
    """The `pointerup` between beginning and end; the end where none was recorded."""
    if len(ups) == 0:
        return end
    after = np.minimum(np.searchsorted(ups, begin), len(ups) - 1)
    up = ups[after]
    return np.where((up >= begin) & (up <= end), up, end)


def _moved(stream: Stream, start: Ints, stop: Ints) -> Floats:
    """How far the pointer came between two events, px; 0 where nobody knows."""
    across = stream.numbers("x", stop) - stream.numbers("x", start)
    down = stream.numbers("y", stop) - stream.numbers("y", start)
    return np.nan_to_num(np.hypot(across, down))


def _place(page: Words, name: Words) -> Ints:
    """Number the elements of all pages; unknown ones are all different."""
    place = (page.codes + 1) * (len(name.names) + 1) + name.codes
    return np.where(name.codes >= 0, place, -1 - np.arange(len(name.codes)))
