"""Scrolling: notches of a wheel, a trackpad's glides, keys, the scrollbar, and flicks of a finger.

A stretch is scrolled in *flicks*, each a movement of the page with rest around it: some notches of a wheel, one stroke
of a finger and the glide that follows it. Flicks come in bursts, about .35 s apart; between bursts people read. Now and
then a burst goes back up. How large a flick is, how soon the next one comes and how often are tables of people's own
(`scrolling.yaml`), and they move with how fast the stretch has to go; what the stretch leaves of its time is rest.

Times are ms, positions page px. Everything is a function of a stretch's key and of its person's key alone
(`simbench.visitor.noise`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simbench.visitor.body.samples import FRAME_MS, Floats, Ints, Keys, steps
from simbench.visitor.body.tables import parameters, quantile, quantile_of
from simbench.visitor.body.touch import TouchStrokes, finger_strokes, glide, stroke_progress
from simbench.visitor.noise import normal, uniform

__all__ = ["ARROW", "FINGER", "KEY_KINDS", "SCROLL_DEVICES", "TRACKPAD", "Scrolls", "expand_scrolls", "scroll_devices"]

#: What a person may scroll with; codes of `scroll_devices`.
SCROLL_DEVICES: Final = ("wheel", "trackpad", "keys", "finger", "scrollbar")
WHEEL, TRACKPAD, KEYS, FINGER, SCROLLBAR = range(len(SCROLL_DEVICES))
#: Which key scrolled; codes of `Scrolls.key_kind`.
KEY_KINDS: Final = ("arrow", "page", "space")
ARROW, _PAGE, _SPACE = range(len(KEY_KINDS))

_FLICK: Final = np.uint64(0x9FB21C651E98DF25)
#: Flicks in a stretch: no more than one in so long, and no more than so many.
_SOONEST_MS: Final = 130.0
_MOST: Final = 240
#: The page rests about so long before each flick, or it would be no flick of its own.
_REST_MS: Final = 125.0
#: How much longer the rest before a stretch's first flick is than one inside it (readers at a desk: 8.4 s against 4.2).
_FIRST_REST: Final = 2.0
#: Share of a stretch's time that bursts may take, the rest being rest.
_BUSY: Final = 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrolls:
    """Scrolling samples (`row`, `t`, `scroll_y`), and what made them where that shows.

    `strokes` are touch movements and `stroke_row` is the stretch that each belongs to; `key_row`, `key_t` and
    `key_kind` (an index of `KEY_KINDS`) are key presses that scrolled.
    """

    row: Ints
    t: Floats
    scroll_y: Floats
    stroke_row: Ints
    strokes: TouchStrokes
    key_row: Ints
    key_t: Floats
    key_kind: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hands:
    """What `scrolling.yaml` says of each device, as arrays in the order of `SCROLL_DEVICES`."""

    speed: Floats
    goes_on: Floats
    against: Floats
    turns: Floats
    step: Floats
    with_speed: Floats
    step_person: Floats
    step_burst: Floats
    step_rest: Floats
    narrows: Floats
    shift: Floats
    gap: Floats
    gap_person: Floats
    gap_step: Floats
    gap_rest: Floats
    pause: Floats
    opening: Floats
    echo: Floats
    device_ends: Floats
    notches: Floats
    notch_ends: Floats
    key_ends: Floats


@cache
def _hands() -> _Hands:
    told = parameters("scrolling")
    of = [told[name] for name in SCROLL_DEVICES]

    def each(*path: str) -> Floats:
        values: list[Any] = []
        for entry in of:
            value: Any = entry
            for name in path:
                value = value[name]
            values.append(value)
        return np.array(values, dtype=np.float64)

    person, burst = each("step", "person"), each("step", "burst")
    gap_person, gap_step = each("gap", "person"), each("gap", "with_step")
    return _Hands(
        speed=np.log(each("speed_px_s")), goes_on=each("goes_on"), against=each("against_after_pause"),
        turns=each("turns_in_burst"), step=each("step", "quantiles"), with_speed=each("step", "with_speed"),
        step_person=person, step_burst=burst, step_rest=each("step", "rest"),
        narrows=each("gap", "narrows"), shift=each("step", "shift"),
        gap=each("gap", "quantiles"), gap_person=gap_person, gap_step=gap_step,
        gap_rest=np.sqrt(1.0 - gap_person**2 - gap_step**2), pause=each("pause"),
        opening=each("step", "opening"), echo=_echo(each("step", "next")),
        device_ends=np.cumsum([told["device_shares"].get(name, 0.0) for name in SCROLL_DEVICES]),
        notches=np.array(list(told["notch_px"])), notch_ends=np.cumsum(list(told["notch_px"].values())),
        key_ends=np.cumsum([told["key_shares"][name] for name in KEY_KINDS]),
    )  # fmt: skip


def _echo(correlation: Floats) -> Floats:
    """Weight of the neighbour's number that makes neighbours correlate so: ``w / (1 + w^2)`` is the correlation."""
    r = np.clip(correlation, 1e-6, 0.49)
    return np.asarray((1.0 - np.sqrt(1.0 - 4.0 * r * r)) / (2.0 * r))


def scroll_devices(person: Keys, touch: NDArray[np.bool_]) -> Ints:
    """What each person scrolls with: fingers where there is a touch screen, and else what their key says."""
    ends = _hands().device_ends
    drawn = np.searchsorted(ends, uniform(person, 240) * ends[-1]).astype(np.int64)
    return np.where(touch, FINGER, drawn)


def expand_scrolls(
    s0: Floats, s1: Floats, t0: Floats, t1: Floats, key: Keys, touch: NDArray[np.bool_], quick: NDArray[np.bool_],
    viewport_w: Floats, viewport_h: Floats, interval_ms: float, *, person: Keys | None = None,
    bottom: Floats | None = None, rest_after: float = 1.0,
) -> Scrolls:  # fmt: skip
    """Scroll events of stretches that go from `s0` to `s1` (page px) between `t0` and `t1`.

    Parameters
    ----------
    key, person
        Noise keys of the stretch and of whoever scrolls (by default the stretch's own).
    touch
        Whether a finger does it.
    quick
        Whether the stretch is scrolled in one go, without rests.
    interval_ms
        The recorder's throttle, with a leading and a trailing edge: an event at a flick's first frame, one each so long
        from then on, and the last where the page has come to rest. The motion itself does not depend on it.
    bottom
        The furthest that the page scrolls; nothing goes beyond it, or beyond both ends of the stretch if it is not
        given.
    rest_after
        How much rest there is after the last flick, in parts of a usual one between bursts.
    """
    person = key if person is None else person
    hands = _hands()
    way = s1 - s0
    moved = np.flatnonzero(way != 0.0)
    if not moved.size:
        return _nothing()
    device_of = scroll_devices(person, touch)
    device = device_of[moved]
    span = np.maximum(t1 - t0, 1.0)[moved]
    far = np.abs(way)[moved]
    hasty = quick[moved]
    log_speed = np.log(far / span * 1000.0) - hands.speed[device]
    stride = hands.step_person[device] * normal(person, 241)[moved]
    lean = hands.with_speed[device] * log_speed + stride + hands.shift[device]
    notch = hands.notches[np.searchsorted(hands.notch_ends, uniform(person, 243) * hands.notch_ends[-1])][moved]
    press = np.searchsorted(hands.key_ends, uniform(person, 244) * hands.key_ends[-1])[moved]
    paged = (device == KEYS) & (press != ARROW)
    screen = np.rint(0.875 * viewport_h[moved])

    # As many flicks as it may take, so that the way is certainly covered by the largest usual ones.
    likely = np.exp(quantile_of(hands.step, device, lean - 0.25)) * np.where(device == WHEEL, notch, 1.0)
    likely = np.where(paged, screen, likely)
    most = np.clip((span / _SOONEST_MS).astype(np.int64), 1, _MOST)
    count = np.minimum((1.25 * far / likely).astype(np.int64) + 2, most)
    flicks = _drawn_flicks(
        key[moved], person[moved], count, device, far, stride, lean, log_speed, hasty, notch,
        np.where(paged, screen, 0.0), hands,
    )  # fmt: skip
    row, first, last = flicks.row, flicks.first, flicks.last
    top = np.zeros(far.size)
    floor_ = np.maximum(s0, s1)[moved] if bottom is None else bottom[moved]
    place = s0[moved][row] + np.sign(way)[moved][row] * flicks.covered
    place = np.clip(place, top[row], np.maximum(floor_, np.maximum(s0, s1)[moved])[row])
    place = np.rint(place)
    place[last] = s1[moved]
    begin_y = np.empty_like(place)
    begin_y[1:] = place[:-1]
    begin_y[first] = s0[moved]

    end, gap = _ends(flicks, t0[moved], t1[moved], hasty, hands, rest_after)
    # A flick that runs against the end of the page moves nothing and is not seen.
    seen = place != begin_y
    row, end, gap, begin_y, place = row[seen], end[seen], gap[seen], begin_y[seen], place[seen]
    flick_key, flick_device = flicks.key[seen], device[row]
    room = np.maximum(gap - _REST_MS, 0.12 * gap)
    moving = np.minimum(_moving_ms(flick_device, np.abs(place - begin_y), notch[row], flick_key), room)

    act = moved[row]
    by_finger = np.flatnonzero(flick_device == FINGER)
    made = finger_strokes(
        place[by_finger] - begin_y[by_finger], room[by_finger], flick_key[by_finger], person[act[by_finger]],
        viewport_w[act[by_finger]], viewport_h[act[by_finger]], end[by_finger],
    )  # fmt: skip
    moving[by_finger] = made.moving_ms
    begin = end - moving
    burst, t, scroll_y = _sampled(
        begin, end, begin_y, place, flick_device, by_finger, made.strokes, interval_ms,
        _until(row, begin, t1[moved]), FRAME_MS * uniform(flick_key, 254),
    )  # fmt: skip
    pressed = np.flatnonzero(flick_device == KEYS)
    return Scrolls(
        row=act[burst], t=t, scroll_y=scroll_y, stroke_row=act[by_finger], strokes=made.strokes,
        key_row=act[pressed], key_t=begin[pressed], key_kind=press[row[pressed]],
    )  # fmt: skip


def _nothing() -> Scrolls:
    none, row = np.empty(0), np.empty(0, dtype=np.int64)
    strokes = TouchStrokes(
        x0=none, y0=none, x1=none, y1=none, t0=none, t1=none, leaving=none, bow=none, glide_ms=none, sharp=none,
        key=np.empty(0, np.uint64),
    )  # fmt: skip
    return Scrolls(row=row, t=none, scroll_y=none, stroke_row=row, strokes=strokes, key_row=row, key_t=none,
                   key_kind=row)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flicks:
    """Flicks, stretch by stretch: which one each belongs to (`row`), whether it goes on a burst, how far it is covered.

    `first` and `last` are the numbers of each stretch's first and last flick.
    """

    row: Ints
    key: Keys
    first: Ints
    last: Ints
    goes_on: NDArray[np.bool_]
    covered: Floats
    gap: Floats


def _drawn_flicks(
    key: Keys, person: Keys, count: Ints, device: Ints, far: Floats, stride: Floats, lean: Floats, log_speed: Floats,
    hasty: NDArray[np.bool_], notch: Floats, screen: Floats, hands: _Hands,
) -> _Flicks:  # fmt: skip
    """Flicks until the way is covered; where `count` of them do not cover it, all of them reach further."""
    row, step = steps(count)
    flick_key = key[row] + (step.astype(np.uint64) + np.uint64(1)) * _FLICK
    of = device[row]
    opens = step == 0
    at = hands.goes_on[device]
    chance = _logistic(at[:, 0] + at[:, 1] * (log_speed + hands.speed[device]) + at[:, 2] * stride)
    chance[hasty] = 1.0
    goes_on = (uniform(flick_key, 245) < chance[row]) & ~opens
    burst = np.cumsum(~goes_on) - 1
    leads = np.flatnonzero(~goes_on)
    shared = normal(flick_key[leads], 247)[burst]
    fresh = normal(flick_key, 248)
    echo = hands.echo[of]
    # What is left of a step is like the next one's.
    following = np.empty_like(fresh)
    following[:-1] = fresh[1:]
    following[-1] = 0.0
    last_drawn = np.cumsum(count) - 1
    following[last_drawn] = normal(flick_key[last_drawn], 253)
    left_over = (fresh + echo * following) / np.sqrt(1.0 + echo * echo)
    z = hands.step_burst[of] * shared + hands.step_rest[of] * left_over
    z += np.where(goes_on, 0.0, hands.opening[of])
    gap_z = (
        hands.gap_person[of] * normal(person, 242)[row] + hands.gap_step[of] * z
        + hands.gap_rest[of] * normal(flick_key, 249)
    )  # fmt: skip
    own = lean[row] + z
    log_gap = quantile_of(hands.gap, of, gap_z * np.exp(-hands.narrows[of] * np.clip(own, -2.0, 2.0)))
    log_gap[leads] = quantile_of(hands.pause, of[leads], normal(flick_key[leads], 250))
    # A burst goes back now and then, more often after a long rest, but never the first; within one, the way turns at
    # the slower flicks.
    turn = hands.turns[of]
    odds = turn[:, 0] + turn[:, 1] * log_gap
    odds[leads] = hands.against[of[leads], 0] + hands.against[of[leads], 1] * log_gap[leads]
    turns = uniform(flick_key, 246) < _logistic(odds)
    turns &= ~(hasty[row] | opens)
    flips = np.cumsum(turns)
    back = (flips - (flips - turns)[leads][burst]) % 2 == 1
    size = np.exp(quantile_of(hands.step, of, own))
    wheel = of == WHEEL
    size[wheel] = np.maximum(np.rint(size[wheel]), 1.0) * notch[row[wheel]]
    size = np.maximum(np.rint(size * 8.0) / 8.0, 1.0)
    paged = screen[row]
    size = np.where(paged > 0, paged, size)
    signed = np.where(back, -size, size)

    running = np.cumsum(signed)
    first = np.cumsum(count) - count
    covered = running - (running[first] - signed[first])[row]
    reach = np.maximum.reduceat(covered, first)
    # Where even the furthest flick falls short, all steps grow by as much as it lacks.
    short = reach < far
    growth = np.where(short, far / np.maximum(reach, 1.0), 1.0)
    covered = np.maximum(covered, 0.0 - far[row]) * growth[row]
    there = covered >= far[row] - 1e-6
    # Flicks up to and with the one that arrives.
    arrived = np.cumsum(there)
    before = arrived - there
    keep = (before - (arrived[first] - there[first])[row]) == 0
    left = np.flatnonzero(keep)
    row, goes_on = row[keep], goes_on[keep]
    kept = np.bincount(row, minlength=count.size)
    last = np.cumsum(kept) - 1
    gap = np.exp(log_gap[left])
    return _Flicks(row=row, key=flick_key[left], first=last - kept + 1, last=last, goes_on=goes_on,
                   covered=covered[left], gap=gap)  # fmt: skip


def _logistic(odds: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-odds)))


def _ends(
    flicks: _Flicks, t0: Floats, t1: Floats, hasty: NDArray[np.bool_], hands: _Hands, rest_after: float
) -> tuple[Floats, Floats]:
    """When each flick ends, and how long after the one before (or the stretch's beginning)."""
    row, first = flicks.row, flicks.first
    span = t1 - t0
    # In a hasty stretch the first flick follows as soon as any.
    busy = np.where(flicks.goes_on | hasty[row], flicks.gap, 0.0)
    rest = np.where(flicks.goes_on | hasty[row], 0.0, flicks.gap)
    taken = np.add.reduceat(busy, first)
    rest[first] *= _FIRST_REST
    rests = np.add.reduceat(rest, first)
    tail = np.where(hasty, 0.0, rest_after * np.exp(quantile(hands.pause[0], normal(flicks.key[first], 251))))
    squeeze = np.where(hasty, span / np.maximum(taken, 1e-9), np.minimum(1.0, _BUSY * span / np.maximum(taken, 1e-9)))
    spare = np.maximum(span - taken * squeeze, 0.0) / np.maximum(rests + tail, 1e-9)
    gap = busy * squeeze[row] + rest * spare[row]
    running = np.cumsum(gap)
    end = t0[row] + running - (running[first] - gap[first])[row]
    end[flicks.last] = np.minimum(end[flicks.last], t1)
    return end, gap


def _until(row: Ints, begin: Floats, t1: Floats) -> Floats:
    """When the next flick of the same stretch begins, or the stretch ends."""
    until = t1[row]
    same = np.flatnonzero(row[1:] == row[:-1])
    until[same] = np.minimum(until[same], begin[same + 1])
    return until


def _moving_ms(device: Ints, far: Floats, notch: Floats, key: Keys) -> Floats:
    """How long the page moves in a flick, where there is time: assumed, of how browsers animate.

    A notch is animated for about 100 ms, and the next comes 25 to 60 ms later; a glide of a trackpad decays for some
    hundred ms; a key is animated for 100 to 300 ms; a scrollbar is dragged for about a second. Fingers are `touch`'s.
    """
    u = uniform(key, 252)
    return np.select(
        [device == WHEEL, device == TRACKPAD, device == KEYS],
        [
            90.0 + (25.0 + 35.0 * u) * np.maximum(far / notch - 1.0, 0.0),
            60.0 + 22.0 * (0.6 + 0.8 * u) * np.sqrt(far),
            100.0 + 0.25 * np.minimum(far, 800.0),
        ],
        350.0 + 900.0 * u,
    )


def _sampled(
    begin: Floats, end: Floats, y0: Floats, y1: Floats, device: Ints, by_finger: Ints, strokes: TouchStrokes,
    interval_ms: float, until: Floats, frame: Floats,
) -> tuple[Ints, Floats, Floats]:  # fmt: skip
    """Flick, time and place of each sample, the first at the first `frame` and none later than `until`."""
    lead = np.minimum(frame, 0.5 * (end - begin))
    after = np.maximum(1, np.ceil((end - begin - lead) / interval_ms)).astype(np.int64)
    flick, tick = steps(after + 1)
    t = (begin + lead)[flick] + tick * interval_ms
    stop = tick == after[flick]
    # The last one comes after the flick, but never when another has begun.
    t[stop] = np.maximum(np.minimum(t[stop], until), end)
    tau = (t - begin[flick]) * (1.0 / np.maximum(end - begin, 1e-9))[flick]
    np.minimum(tau, 1.0, out=tau)
    of = device[flick]
    # Wheels and keys ease out; a glide decays to 5 %; a scrollbar starts and stops smoothly.
    ease = tau * (1.6 - 0.6 * tau)
    gliding = np.flatnonzero(of == TRACKPAD)
    ease[gliding] = (1.0 - np.exp(-3.0 * tau[gliding])) * (1.0 / (1.0 - np.exp(-3.0)))
    smooth = np.flatnonzero(of == SCROLLBAR)
    ease[smooth] = tau[smooth] ** 2 * (3.0 - 2.0 * tau[smooth])
    y = y0[flick] + (y1 - y0)[flick] * ease
    if by_finger.size:
        number = np.full(device.size, -1, dtype=np.int64)
        number[by_finger] = np.arange(by_finger.size)
        lifted = strokes.t1[number[flick]] <= t
        down = np.flatnonzero((of == FINGER) & ~lifted)
        stroke = number[flick[down]]
        drag = strokes.y0 - strokes.y1
        share = (t[down] - strokes.t0[stroke]) / (strokes.t1 - strokes.t0)[stroke]
        y[down] = y0[flick[down]] + drag[stroke] * stroke_progress(share, strokes.leaving[stroke])
        up = np.flatnonzero((of == FINGER) & lifted)
        stroke = number[flick[up]]
        part = glide(t[up] - strokes.t1[stroke], strokes.glide_ms[stroke], strokes.sharp[stroke])
        y[up] = y0[flick[up]] + drag[stroke] * (1.0 - part) + (y1 - y0)[flick[up]] * part
    y = np.rint(y)
    y[stop] = y1
    return flick, t, y
