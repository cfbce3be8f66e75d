"""Typing: the rhythm of key strokes, how long keys are held, and slips that are taken back.

Nobody's text is kept or needed: a stroke is a character, a space between words, or a backspace, and where words end is
drawn. The time from press to press is lognormal-like around the person's own median, with a table for each kind of
stroke (`keyboard.yaml`): the first key of a word and the key after a correction come late, doubled keys and runs of
backspace come at a speed that hardly depends on the person. A key is often still held when the next goes down.

Times are ms. Everything is a function of an entry's key and of its person's key alone (`simbench.visitor.noise`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from math import exp, floor, log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simbench.visitor.body.samples import Floats, Ints, Keys, steps
from simbench.visitor.body.tables import KNOTS, parameters, quantile, quantile_of
from simbench.visitor.noise import normal, normal_of, uniform, uniform_of

__all__ = ["STROKE_KINDS", "Strokes", "expand_keys", "typing_ms"]

#: What a stroke may be; codes of `Strokes.kind`.
STROKE_KINDS: Final = ("character", "space", "backspace")
#: Kinds of interval, as `keyboard.yaml` names its tables.
_INTERVALS: Final = ("inside", "word_start", "space", "backspace", "backspace_again", "after_backspace")
_STROKE_INT: Final = 0xA0761D6478BD642F
_STROKE: Final = np.uint64(_STROKE_INT)
_ALL: Final = 0xFFFFFFFFFFFFFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Strokes:
    """Key strokes: the entry (`row`) that each belongs to, when its key goes down and up, and what it is.

    `kind` indexes `STROKE_KINDS`; `length` is the number of characters in the field after the stroke.
    """

    row: Ints
    press: Floats
    release: Floats
    kind: Ints
    length: Ints

    @property
    def backspace(self) -> NDArray[np.bool_]:
        """Which strokes take a character back."""
        return self.kind == 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hand:
    """What `keyboard.yaml` says, as arrays."""

    centre: float
    tables: Floats
    slopes: Floats
    person_sd: Floats
    spread_sd: float
    hold_ms: float
    hold_sd: float
    hold: Floats
    hold_of_kind: Floats
    hold_with_interval: Floats
    hold_spread_sd: float
    word_ends: Floats
    run_goes_on: float
    thumb_hold: float


@cache
def _hand() -> _Hand:
    told = parameters("keyboard")
    intervals = told["intervals"]
    hold = told["hold"]
    return _Hand(
        centre=float(np.log(told["median_ms"])),
        tables=np.array([intervals[name]["quantiles"] for name in _INTERVALS]),
        slopes=np.array([intervals[name]["slope"] for name in _INTERVALS]),
        person_sd=np.array([intervals[name]["person_sd"] for name in _INTERVALS]),
        spread_sd=float(told["spread_sd"]),
        hold_ms=float(hold["median_ms"]),
        hold_sd=float(hold["person_sd"]),
        hold=np.array(hold["quantiles"]),
        hold_of_kind=np.array([hold["of"][name] for name in _INTERVALS]),
        hold_with_interval=np.array([hold["with_interval"][name] for name in _INTERVALS]),
        hold_spread_sd=float(hold["spread_sd"]),
        word_ends=np.cumsum(told["word_lengths"]["shares"]),
        run_goes_on=float(told["backspace_run_goes_on"]),
        thumb_hold=float(told["thumb_hold"]),
    )


def expand_keys(
    t0: Floats, ms_per_key: Floats, length: Ints, slips: Ints, key: Keys, *, person: Keys | None = None,
    touch: NDArray[np.bool_] | None = None,
) -> Strokes:  # fmt: skip
    """Key strokes of entries of `length` characters, in which `slips` wrong keys are taken back.

    Parameters
    ----------
    t0
        When each entry begins; its first key goes down one interval later.
    ms_per_key
        The person's median time from press to press.
    length, slips
        Characters that stand in the end, and characters that were wrong.
    key, person
        Noise keys of the entry and of whoever types; the same for all entries of one person, and by default the
        entry's own.
    touch
        Whether the keyboard is a screen: keys are tapped one after another, never held into the next.
    """
    hand = _hand()
    person = key if person is None else person
    strokes = length + 2 * slips
    row, step = steps(strokes)
    if not row.size:
        none = np.empty(0)
        return Strokes(row=row, press=none, release=none, kind=row, length=row)
    start = np.cumsum(strokes) - strokes
    backspace = _taken_back(length, slips, key, start, row.size, hand)
    typed = np.cumsum(np.where(backspace, -1, 1))
    typed -= (typed[start[strokes > 0]] - 1).repeat(strokes[strokes > 0])
    space = _between_words(strokes, key, start, row.size, hand) & ~backspace

    first = step == 0
    after_space, after_back = _before(space, first), _before(backspace, first)
    stroke_key = key[row] + (step.astype(np.uint64) + np.uint64(1)) * _STROKE
    which = np.select(
        [backspace & after_back, backspace, after_back, space, after_space | first], [4, 3, 5, 2, 1], 0
    ).astype(np.int64)

    # A table's middle is where the person stands, and what is around it is wider for some than for others.
    middle = hand.tables[:, len(KNOTS) // 2]
    spread = np.exp(hand.spread_sd * normal(person, 201))
    log_ms = np.log(ms_per_key)
    ease = log_ms - hand.centre
    own = np.stack([
        log_ms + middle[i] + hand.slopes[i] * ease + hand.person_sd[i] * normal(person, 210 + i)
        for i in range(len(_INTERVALS))
    ])  # fmt: skip
    z = normal(stroke_key, 202)
    around = quantile_of(hand.tables - middle[:, None], which, z)
    interval = np.exp(own[which, row] + around * spread[row])

    running = np.cumsum(interval)
    press = running - (running[start[strokes > 0]] - interval[start[strokes > 0]]).repeat(strokes[strokes > 0])
    press += t0[row]
    hold = _holds(which, z, row, stroke_key, person, touch, hand)
    # The same finger has to come up before it goes down again; and thumbs tap one after another.
    following = np.full(row.size, np.inf)
    following[:-1] = np.where(first[1:], np.inf, interval[1:])
    same = np.zeros(row.size, dtype=bool)
    same[:-1] = which[1:] == 4
    if touch is not None:
        same |= touch[row]
    hold = np.where(same, np.minimum(hold, 0.85 * following), hold)
    kind = np.where(backspace, 2, space.astype(np.int64))
    return Strokes(row=row, press=press, release=press + hold, kind=kind, length=typed)


def typing_ms(ms_per_key: float, length: int, slips: int, key: int, *, person: int) -> float:
    """How long one entry takes until its last key goes down: the same as `expand_keys` makes of it, without arrays.

    `key` and `person` are the noise keys that `expand_keys` will be given.
    """
    strokes = length + 2 * slips
    if strokes <= 0:
        return 0.0
    back = _back_of(length, slips, key)
    spaces = _spaces_of(strokes, key)
    spread, deviations, tables = _person(person)
    log_ms = log(ms_per_key)
    hand = _hand()
    ease = log_ms - hand.centre
    own = [log_ms + deviation + slope * ease for deviation, slope in zip(deviations, hand.slopes.tolist(), strict=True)]
    total = 0.0
    after_back, after_space = False, True
    for step in range(strokes):
        is_back = step in back
        is_space = step in spaces and not is_back
        if is_back:
            which = 4 if after_back else 3
        elif after_back:
            which = 5
        else:
            which = 2 if is_space else 1 if after_space else 0
        after_back, after_space = is_back, is_space
        z = normal_of((key + (step + 1) * _STROKE_INT) & _ALL, 202)
        place = min(max((z - KNOTS[0]) * 2.0, 0.0), len(KNOTS) - 1.000001)
        left = int(place)
        table = tables[which]
        total += exp(own[which] + spread * (table[left] + (table[left + 1] - table[left]) * (place - left)))
    return total


@lru_cache(maxsize=256)
def _person(person: int) -> tuple[float, list[float], list[list[float]]]:
    """What is constant about one person: spread, deviations by kind of interval, tables around their middles."""
    hand = _hand()
    middle = hand.tables[:, len(KNOTS) // 2].tolist()
    deviations = [
        m + sd * normal_of(person, 210 + i)
        for i, (m, sd) in enumerate(zip(middle, hand.person_sd.tolist(), strict=True))
    ]
    return exp(hand.spread_sd * normal_of(person, 201)), deviations, (hand.tables - np.array(middle)[:, None]).tolist()


def _back_of(length: int, slips: int, key: int) -> set[int]:
    """`_taken_back` for one entry: which strokes are backspaces."""
    if not slips:
        return set()
    runs: list[list[float]] = []
    for slip in range(slips):
        slip_key = (key + (slip + 1) * _STROKE_INT) & _ALL
        if slip and uniform_of(slip_key, 208) < _hand().run_goes_on:
            runs[-1][1] += 1
        else:
            runs.append([floor(uniform_of(slip_key, 209) * (length + 1)), 1])
    runs.sort(key=lambda run: run[0])
    back: set[int] = set()
    earlier = 0
    for place, size in runs:
        begin = int(place) + 2 * earlier + int(size)
        back.update(range(begin, begin + int(size)))
        earlier += int(size)
    return back


def _spaces_of(strokes: int, key: int) -> set[int]:
    """`_between_words` for one entry: which strokes are spaces, before backspaces are taken from them."""
    ends = _hand().word_ends
    spaces: set[int] = set()
    end = -1
    for word in range(strokes // 3 + 1):
        u = uniform_of((key + (word + 1) * _STROKE_INT) & _ALL, 207) * ends[-1]
        end += int(ends.searchsorted(u)) + 2
        if end >= strokes - 1:
            break
        spaces.add(end)
    return spaces


def _holds(
    which: Ints, z: Floats, row: Ints, stroke_key: Keys, person: Keys, touch: NDArray[np.bool_] | None, hand: _Hand
) -> Floats:
    """How long each key is held."""
    with_interval = hand.hold_with_interval[which]
    score = with_interval * z + np.sqrt(1.0 - with_interval**2) * normal(stroke_key, 203)
    around = quantile(hand.hold, score) * np.exp(hand.hold_spread_sd * normal(person, 204))[row]
    usual = np.log(hand.hold_ms) + hand.hold_sd * normal(person, 206)
    if touch is not None:
        usual = usual + np.where(touch, np.log(hand.thumb_hold), 0.0)
    return np.exp(usual[row] + hand.hold_of_kind[which] + around)


def _before(mark: NDArray[np.bool_], first: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether the stroke before, in the same entry, has the mark."""
    before = np.zeros_like(mark)
    before[1:] = mark[:-1]
    return before & ~first


def _taken_back(length: Ints, slips: Ints, key: Keys, start: Ints, total: int, hand: _Hand) -> NDArray[np.bool_]:
    """Which strokes are backspaces: slips come in runs, each of some wrong keys and as many backspaces after them."""
    backspace = np.zeros(total, dtype=bool)
    slip_row, slip = steps(slips)
    if not slip_row.size:
        return backspace
    slip_key = key[slip_row] + (slip.astype(np.uint64) + np.uint64(1)) * _STROKE
    opens = (slip == 0) | (uniform(slip_key, 208) >= hand.run_goes_on)
    run = np.cumsum(opens) - 1
    size = np.bincount(run)
    run_row = slip_row[opens]
    place = np.floor(uniform(slip_key[opens], 209) * (length[run_row] + 1)).astype(np.int64)
    order = np.lexsort((place, run_row))
    run_row, place, size = run_row[order], place[order], size[order]
    # Strokes of runs further left come before: two for each of their slips.
    earlier = np.cumsum(size) - size
    own_first = np.searchsorted(run_row, run_row)
    begin = start[run_row] + place + 2 * (earlier - earlier[own_first]) + size
    which_run, nth = steps(size)
    backspace[begin[which_run] + nth] = True
    return backspace


def _between_words(strokes: Ints, key: Keys, start: Ints, total: int, hand: _Hand) -> NDArray[np.bool_]:
    """Which strokes are spaces: words of as many characters as English has, one after another."""
    space = np.zeros(total, dtype=bool)
    words = strokes // 3 + 1
    word_row, word = steps(words)
    word_key = key[word_row] + (word.astype(np.uint64) + np.uint64(1)) * _STROKE
    letters = np.searchsorted(hand.word_ends, uniform(word_key, 207) * hand.word_ends[-1]) + 1
    running = np.cumsum(letters + 1)
    first = np.cumsum(words) - words
    end = running - (running[first] - letters[first] - 1).repeat(words) - 1
    inside = end < (strokes[word_row] - 1)
    space[start[word_row[inside]] + end[inside]] = True
    return space
