"""The preset "office work": clicks of people who use a desktop's programs, made from what each click is for.

Nobody here is angry. People press once to choose or to open; double-click what desktops open that way; triple-click to
select a line; step through lists, spinners and scroll arrows as fast as the thing allows; press "next" again and again
while looking at what comes; and go on elsewhere. Everything that a rage rule can fire on comes out of these.

Calibrated on burst statistics (bursts: gaps under 1 s and steps under 30 px) of ten people's 69,504 presses (Balabit
Mouse Dynamics Challenge, Fülöp et al. 2016; own count) and of one half of the sessions of two of them, never on how
often any rule fires.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from simbench.study.desktop_clicks import Clicks

__all__ = ["BURSTS", "OFFICE", "Activities", "office_work"]

#: Shares of bursts of 1, 2, 3 and at least 4 presses, and the mean size of the last: what the preset is fitted to.
BURSTS: Final = {"1": 0.839, "2": 0.129, "3": 0.0143, "4+": 0.0171, "mean 4+": 8.3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Activities:
    """What is done, how often, and at what pace. Shares are of acts; the rest are single presses.

    Times are (median in ms, log-sd); counts are (median, log-sd) of what comes after the least number.
    """

    #: Opening by double click, and its interval (the measured one).
    double: float = 0.099
    double_ms: tuple[float, float] = (220.0, 0.36)
    #: Selecting a line by triple click.
    triple: float = 0.004
    #: Two presses on one thing: on and off, open and closed.
    twice: float = 0.021
    twice_ms: tuple[float, float] = (750.0, 0.45)
    #: Pressing "next" while looking at what comes: at least 2.
    next: float = 0.022
    next_more: tuple[float, float] = (1.3, 0.9)
    next_ms: tuple[float, float] = (800.0, 0.45)
    #: Stepping through a list, a spinner, a scroll arrow as fast as it goes: at least 3.
    step: float = 0.0145
    step_more: tuple[float, float] = (3.6, 1.05)
    step_ms: tuple[float, float] = (230.0, 0.40)
    #: How evenly one stretch of stepping goes, log-sd about its own pace.
    step_even: float = 0.16
    #: From one act to the next, where the next is elsewhere.
    elsewhere_ms: tuple[float, float] = (3200.0, 0.9)
    #: The next act is on the same thing again, after a look.
    again: float = 0.085
    again_ms: tuple[float, float] = (3300.0, 0.8)
    #: The next act is close by, as in a menu: 30 to 100 px away, and sooner.
    near: float = 0.1
    near_ms: tuple[float, float] = (1050.0, 0.7)
    #: How much people differ in how often they step and press next: log-sd of a person's own factor.
    people: float = 0.45
    #: The hand moves between two presses of a run with this chance, by this much (px, an axis).
    moves: float = 0.17
    moves_px: float = 7.0


OFFICE: Final = Activities()
_SCREEN: Final = (1680.0, 1050.0)


def office_work(people: int, clicks_each: int, seed: int, activities: Activities = OFFICE) -> Clicks:
    """About `clicks_each` presses by each of `people`, one session a person."""
    a = activities
    person: list[int] = []
    times: list[float] = []
    places: list[tuple[float, float]] = []
    for who in range(people):
        rng = np.random.default_rng([seed, who])
        factor = float(np.exp(a.people * rng.standard_normal() - a.people**2 / 2))
        opens = float(np.exp(a.people * rng.standard_normal() - a.people**2 / 2))
        shares = np.array([a.double * opens, a.triple, a.twice, a.next * factor, a.step * factor])
        now, x, y = 0.0, *(rng.random(2) * _SCREEN)
        begun = len(times)
        while len(times) - begun < clicks_each:
            kind = int(np.searchsorted(np.cumsum(shares), rng.random(), side="right"))
            gaps = _gaps(a, kind, rng)
            for gap in (0.0, *gaps):
                now += gap
                if gap and rng.random() < a.moves:
                    x, y = x + a.moves_px * rng.standard_normal(), y + a.moves_px * rng.standard_normal()
                person.append(who)
                times.append(now)
                places.append((round(x), round(y)))
            if rng.random() < a.again:
                now += _time(a.again_ms, rng)
                x, y = x + a.moves_px * rng.standard_normal(), y + a.moves_px * rng.standard_normal()
            elif rng.random() < a.near:
                now += max(_time(a.near_ms, rng), 200.0)
                angle, way = 2 * np.pi * rng.random(), 30.0 + 70.0 * rng.random()
                x, y = x + way * np.cos(angle), y + way * np.sin(angle)
            else:
                now += max(_time(a.elsewhere_ms, rng), 400.0)
                x, y = rng.random(2) * _SCREEN
    at = np.array(places)
    return Clicks(person=np.array(person), session=np.array(person), time_ms=np.round(times), x=at[:, 0], y=at[:, 1])


def _gaps(a: Activities, kind: int, rng: np.random.Generator) -> list[float]:
    """Times between the presses of one act; none for a single press."""
    match kind:
        case 0:
            return [_time(a.double_ms, rng)]
        case 1:
            return [_time(a.double_ms, rng), _time(a.double_ms, rng)]
        case 2:
            return [_time(a.twice_ms, rng)]
        case 3:
            more = 1 + round(_time(a.next_more, rng))
            return [_time(a.next_ms, rng) for _ in range(more)]
        case 4:
            more = 2 + round(_time(a.step_more, rng))
            pace = _time(a.step_ms, rng)
            return [pace * float(np.exp(a.step_even * rng.standard_normal())) for _ in range(more)]
        case _:
            return []


def _time(median_and_sd: tuple[float, float], rng: np.random.Generator) -> float:
    median, sd = median_and_sd
    return median * float(np.exp(sd * rng.standard_normal()))
