"""What a page visibly did after a press, as far as the recording shows.

An answer is credited to the press before it. What happens anyway (a clock that ticks, a page that scrolls on, a field
that reports its change as it loses the focus) is no answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simbench.core.churn import Churn, find_churn
from simbench.core.presses import Presses, page_words, places_of
from simbench.core.rule import Rule
from simbench.core.stream import Bools, Floats, Ints, Stream
from simbench.core.targets import ElementIndex

__all__ = ["ANSWER_RULES", "Answers", "find_answers"]

ANSWER_RULES: Final = (
    Rule(
        name="answer_ms", value=3000.0, unit="ms",
        about="How long after its release a press may be answered by a change of the document.",
        source="the slow-click limit of Sentry's and the dead-click limit of Amplitude's SDK (both 3 s); people "
        "tolerate about 2 s (Nah 2004)",
    ),
    Rule(
        name="soon_ms", value=300.0, unit="ms",
        about="How soon scrolling, a request, the focus, an input or the tab's hiding must begin to count as the "
        "press's doing: what a script does comes at once, what the person does next comes later.",
        source="Sentry's scroll limit (300 ms); a person's next act takes a decision and a movement, whose median "
        "is .94 s (Balabit Mouse Dynamics Challenge)",
    ),
    Rule(
        name="navigation_ms", value=15000.0, unit="ms",
        about="How long a page may take to come after a press on a link, or if it says that a link brought it; with no "
        "press elsewhere in between.",
        source="judgement: beyond the 10 s at which people give up waiting (Nielsen 1993); the browser itself shows "
        "that it loads",
    ),
    Rule(
        name="momentum_ms", value=200.0, unit="ms",
        about="A page that scrolled this shortly before the press is scrolling on by itself.",
        source="judgement: twice the 100 ms at which recorders thin scroll events",
    ),
    Rule(
        name="churn_chance", value=0.2, unit="probability",
        about="A change of the document answers a press only if one that soon would have come by chance with less "
        "than this probability.",
        source="judgement: on a page that changes by itself one dead press in five may be missed, so that few alive "
        "ones are called dead",
    ),
)  # fmt: skip

#: What an answer may be, in the order of `Answers.kind`; "" is none.
_KINDS: Final = (
    "", "mutation", "open", "pageview", "pagehide", "popstate", "scroll", "request", "focus", "input", "change",
    "invalid", "visibility", "selection", "resize",
)  # fmt: skip
_CODE: Final = {name: code for code, name in enumerate(_KINDS)}
#: Navigations that a press in the page cannot have made, unless at once.
_OWN_WAY: Final = ("back", "forward", "reload")
#: Navigations that only a press or a key on a link or form makes.
_BY_LINK: Final = ("link", "spa")
#: Candidates tried per press for answers that may turn out to belong to the press itself.
_TRIES: Final = 3
_BLUR_MS: Final = 100
#: Leaving for good this soon after a press that was no link's may be the press's doing (a script that navigates).
_LEAVE_MS: Final = 1000
_FOREVER_MS: Final = 2**60


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The first answer to each press; parallel to the presses.

    Attributes
    ----------
    at
        Position of the event that answers; the stream's length where nothing does.
    kind
        What it is, as an index into the kinds of answer; 0 is none.
    after_ms
        From the press's beginning to the answer; NaN where there is none.
    until_ms
        End of the watch, on the stream's axis: the time allowed, or the next press elsewhere, or the recording's end.
    churn
        Changes of the document that come by themselves.
    """

    at: Ints
    kind: npt.NDArray[np.int8]
    after_ms: Floats
    until_ms: Ints
    churn: Churn

    @property
    def found(self) -> Bools:
        """Whether there was an answer at all."""
        return self.kind > 0


def find_answers(
    stream: Stream,
    presses: Presses,
    elements: ElementIndex,
    rules: dict[str, float],
    *,
    but: tuple[str, ...] = (),
) -> Answers:
    """Find the first answer to each press.

    Parameters
    ----------
    rules
        The numbers of `ANSWER_RULES` by name.
    but
        Kinds of answer that shall not count, such as ``request``, which nobody sees.
    """
    churn = find_churn(stream)
    next_other = _next_elsewhere(presses)
    end_ms = _session_end(stream, presses)
    until = np.minimum(np.minimum(presses.up_ms + rules["answer_ms"], next_other), end_ms).astype(np.int64)
    best = _Best(len(presses), len(stream), but)
    _by_mutation(best, stream, presses, churn, until, rules)
    best.offer("open", _first(stream.where("open"), presses.begin, len(stream)), _within(stream, until))
    _by_navigation(best, stream, presses, np.minimum(next_other, presses.up_ms + rules["navigation_ms"]), rules)
    soon = _within(stream, np.minimum(presses.up_ms + rules["soon_ms"], until))
    for kind in ("popstate", "request", "invalid", "resize"):
        best.offer(kind, _first(stream.where(kind), presses.begin, len(stream)), soon)
    hidden = stream.where("visibility")
    hidden = hidden[~stream.words("data", hidden).among(["visible"])]
    best.offer("visibility", _first(hidden, presses.begin, len(stream)), soon)
    _by_scroll(best, stream, presses, soon, rules)
    _by_field(best, stream, presses, elements, soon)
    _by_selection(best, stream, presses, soon)
    found = best.at < len(stream)
    after = np.full(len(presses), np.nan)
    after[found] = stream.axis_ms[best.at[found]] - presses.down_ms[found]
    return Answers(at=best.at, kind=best.kind, after_ms=after, until_ms=until, churn=churn)


class _Best:
    """Keeps the earliest answer offered for each press."""

    def __init__(self, n: int, nothing: int, but: tuple[str, ...]) -> None:
        self._but = but
        self.at = np.full(n, nothing, dtype=np.int64)
        self.kind = np.zeros(n, dtype=np.int8)

    def offer(self, kind: str, at: Ints, limit: Ints) -> None:
        """Take `at` where it lies below the position `limit` and before what was offered so far."""
        if kind in self._but:
            return
        better = (at < limit) & (at < self.at)
        self.at[better] = at[better]
        self.kind[better] = _CODE[kind]


def _first(positions: Ints, after: Ints, nothing: int) -> Ints:
    """The first of `positions` beyond each of `after`; `nothing` where there is none."""
    return np.append(positions, nothing)[np.searchsorted(positions, after, side="right")]


def _within(stream: Stream, until_ms: npt.NDArray[np.integer[Any]] | npt.NDArray[np.floating[Any]]) -> Ints:
    """Position of the first event later than each instant."""
    # Whole numbers: a float would make searchsorted copy the axis.
    whole = np.floor(np.minimum(until_ms, _FOREVER_MS)).astype(np.int64)
    return np.searchsorted(stream.axis_ms, whole, side="right")


def _next_elsewhere(presses: Presses) -> Floats:
    """When the next press on another element begins, on the axis; infinity where there is none in the session."""
    n = len(presses)
    if n == 0:
        return np.empty(0)
    new = np.ones(n, dtype=bool)
    new[1:] = (np.diff(presses.place) != 0) | (np.diff(presses.session) != 0)
    starts = np.flatnonzero(new)
    run = np.cumsum(new) - 1
    following = np.append(starts[1:], n)[run]
    inside = following < n
    at = np.minimum(following, n - 1)
    inside &= presses.session[at] == presses.session
    return np.where(inside, presses.down_ms[at], np.inf)


def _session_end(stream: Stream, presses: Presses) -> Ints:
    last = np.append(np.flatnonzero(np.diff(stream.session)), len(stream) - 1)
    return stream.axis_ms[last[presses.session]] if len(stream) else presses.up_ms


def _by_mutation(
    best: _Best, stream: Stream, presses: Presses, churn: Churn, until: Ints, rules: dict[str, float]
) -> None:
    limit = _within(stream, until)
    best.offer("mutation", _first(churn.telling, presses.begin, len(stream)), limit)
    # Where the page changes by itself, a change counts if it comes too soon after the release for chance, or if there
    # are too many.
    rate = churn.per_ms[presses.view]
    released = np.searchsorted(stream.axis_ms, presses.up_ms) - 1
    at = _first(churn.common, released, len(stream))
    reach = presses.up_ms + np.divide(
        -np.log1p(-rules["churn_chance"]), rate, out=np.full(len(presses), np.inf), where=rate > 0
    )
    best.offer("mutation", at, np.minimum(_within(stream, reach), limit))
    count = np.searchsorted(churn.common, limit) - np.searchsorted(churn.common, presses.begin)
    expected = rate * (until - presses.down_ms)
    many = count > expected + 2 * np.sqrt(expected) + 1
    best.offer("mutation", _first(churn.common, presses.begin, len(stream)), np.where(many, limit, 0))


def _by_navigation(best: _Best, stream: Stream, presses: Presses, until: Floats, rules: dict[str, float]) -> None:
    """A page that came, or the recording's last page that went, if the press can have done it."""
    shows = stream.where("pageview")
    nav = page_words(stream, "nav", stream.view[shows])
    own_way = nav.among(_OWN_WAY)
    soon = _within(stream, presses.up_ms + rules["soon_ms"])
    best.offer("pageview", _first(shows[own_way], presses.begin, len(stream)), soon)
    # The next page of the session, whatever it is: a link's page that comes after going back is not this press's.
    index = np.searchsorted(shows, presses.begin, side="right")
    at = np.append(shows, len(stream))[index]
    at[np.append(own_way, False)[index]] = len(stream)
    by_link = np.append(nav.among(_BY_LINK), False)[index] | presses.facts.root_tag.among(["a"])
    shortly = np.minimum(until, presses.up_ms + rules["answer_ms"])
    best.offer("pageview", at, _within(stream, np.where(by_link, until, shortly)))
    hides = stream.where("pagehide")
    last = _first(shows, hides, len(stream))
    final = (last == len(stream)) | (stream.session[np.minimum(last, len(stream) - 1)] != stream.session[hides])
    left = _first(hides[final], presses.begin, len(stream))
    # Leaving for good is the press's doing where a link was pressed, else only if it follows at once.
    by_link = np.where(presses.facts.root_tag.among(["a"]), _within(stream, until), 0)
    best.offer("pagehide", left, np.maximum(by_link, _within(stream, presses.up_ms + _LEAVE_MS)))


def _by_scroll(best: _Best, stream: Stream, presses: Presses, soon: Ints, rules: dict[str, float]) -> None:
    scrolls = stream.where("scroll")
    before = np.searchsorted(scrolls, presses.begin) - 1
    previous = np.where(before >= 0, scrolls[np.maximum(before, 0)] if len(scrolls) else 0, 0)
    rolling = (before >= 0) & (presses.down_ms - stream.axis_ms[previous] <= rules["momentum_ms"])
    best.offer("scroll", _first(scrolls, presses.begin, len(stream)), np.where(rolling, 0, soon))


def _by_field(best: _Best, stream: Stream, presses: Presses, elements: ElementIndex, soon: Ints) -> None:
    """The focus that went elsewhere, and values that changed otherwise than by leaving a field."""
    best.offer("input", _first(stream.where("input"), presses.begin, len(stream)), soon)
    changes = stream.where("change")
    changes = changes[~_left_behind(stream, changes)]
    best.offer("change", _first(changes, presses.begin, len(stream)), soon)
    # A button takes the focus by being pressed: that is no answer. Nor is a focus on nobody knows what.
    focuses = stream.where("focus")
    places = places_of(stream, focuses)
    known: dict[str, int] = {}
    own = presses.names.codes_in(known)
    theirs = np.append(elements.facts(places).name(places.target).codes_in(known), -1)
    at = np.searchsorted(focuses, presses.begin, side="right")
    for _ in range(_TRIES):
        index = np.minimum(at, len(focuses))
        strange = (theirs[index] >= 0) & (theirs[index] != own)
        best.offer("focus", np.where(strange, np.append(focuses, len(stream))[index], len(stream)), soon)
        at = index + 1


def _left_behind(stream: Stream, changes: Ints) -> Bools:
    """Changes that a field reports because it loses the focus: a `blur` of it is near."""
    blurs = stream.where("blur")
    if len(blurs) == 0 or len(changes) == 0:
        return np.zeros(len(changes), dtype=bool)
    known: dict[str, int] = {}
    own = stream.words("target", changes).codes_in(known)
    theirs = stream.words("target", blurs).codes_in(known)
    span = int(stream.axis_ms[-1]) + 2 * _BLUR_MS
    keys = np.sort(theirs * span + stream.axis_ms[blurs])
    key = own * span + stream.axis_ms[changes]
    return np.searchsorted(keys, key - _BLUR_MS) < np.searchsorted(keys, key + _BLUR_MS, side="right")


def _by_selection(best: _Best, stream: Stream, presses: Presses, soon: Ints) -> None:
    """Text that a single press selects (a button that marks a code to copy); a double click selects by itself."""
    marks = stream.where("selection")
    marks = marks[stream.numbers("value", marks) != 0]
    single = ~(presses.detail > 1)
    best.offer("selection", _first(marks, presses.begin, len(stream)), np.where(single, soon, 0))
