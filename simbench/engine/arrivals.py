"""When visits begin: a Poisson process whose rate follows the day, the week and the campaigns.

The rate, in the scenario's local time (so that 8 in the evening stays 8 in the evening across a change of the clocks)::

    rate(t) = per_day * weekday(t) * shape(local hour of t)

`shape` is ``exp(b cos(theta(h)))``, normalised to mean 1 over a day: the exponential of a trigonometric function, as is
customary for cyclic Poisson processes (Lee, Wilson and Crawford, Communications in Statistics: Simulation and
Computation 20, 1991), with the hours warped smoothly so that its peak is at `peak_hour` *and* its trough stays in the
night, whatever the peak: people sleep at four o'clock on a site that is busiest at noon too. `weekday` is 1 from Monday
to Friday and `weekend` on Saturday and Sunday, scaled so that a normal week brings ``7 * per_day`` visits.

Every campaign is a Poisson process of its own, added to the first (the sum of independent Poisson processes is one):
``extra_per_day * shape`` inside its window. So each visit knows which campaign brought it, and adding a campaign moves
no visit that would have come anyway.

Times come from inversion (Çinlar, Introduction to Stochastic Processes, 1975, section 4.7): arrivals of a Poisson
process of unit rate, sent through the inverse of the cumulative rate, are a Poisson process of that rate. Arrivals are
made in order and only the first so many are kept, hence a longer run begins with the whole of a shorter one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from simbench.engine.randomness import stream
from simbench.errors import BadInput

__all__ = [
    "CELL_MS",
    "DAY_MS",
    "SWING",
    "TROUGH_HOUR",
    "Arrivals",
    "Rate",
    "Surge",
    "arrivals",
    "day_shape",
    "local_ms",
    "rate",
]

DAY_MS: Final = 86_400_000
#: The rate is constant within cells of a quarter of an hour: every time zone's offset since 1970 changes on its edges.
CELL_MS: Final = 900_000
_CELLS: Final = DAY_MS // CELL_MS

#: `b` of the shape; the busiest moment has exp(2b) = 9 times the visits of the quietest. Assumed, range 0.7 to 1.5.
SWING: Final = 1.1
#: Local hour of the quietest moment. Assumed, range 3 to 5.
TROUGH_HOUR: Final = 4.0
#: The trough keeps at least so many hours from the peak, even when the peak itself is put into the night.
_NEAREST_TROUGH_H: Final = 6.0

#: Longer than that nobody means it: 20 000 sessions at one a year.
_LONGEST_DAYS: Final = 36_525.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Surge:
    """A campaign as arrivals see it: `extra_per_day` more visits a day from `from_ms` until `until_ms` (epoch, UTC)."""

    extra_per_day: float
    from_ms: int | None = None
    until_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A cumulative rate: the number of visits expected (`mass`) before each of the times `at_ms` (epoch ms).

    Linear between those times. Both arrays are float64 of one length; `mass` never falls.
    """

    at_ms: NDArray[np.float64]
    mass: NDArray[np.float64]

    def expected(self, from_ms: float, until_ms: float) -> float:
        """Expected number of visits in a span of time (none outside the times known)."""
        low, high = np.interp([from_ms, until_ms], self.at_ms, self.mass)
        return float(high - low)

    def when(self, mass: NDArray[np.float64]) -> NDArray[np.float64]:
        """The inverse: by when so many visits are expected (epoch ms)."""
        # Where nothing is expected for a while the mass stands still; the last of equal values is the one whose
        # time begins the next rise, and no arrival falls strictly inside a flat stretch.
        rising = np.r_[np.diff(self.mass) > 0, True] | np.r_[False, np.diff(self.mass) > 0]
        return np.interp(mass, self.mass[rising], self.at_ms[rising])

    @property
    def peak_per_ms(self) -> float:
        """The greatest rate, visits a ms."""
        return float((np.diff(self.mass) / np.diff(self.at_ms)).max())


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """When each visit begins, in order: `start_ms` (int64, epoch) and `campaign` (int16; -1 without one)."""

    start_ms: NDArray[np.int64]
    campaign: NDArray[np.int16]


def day_shape(peak_hour: float, hours: NDArray[np.float64]) -> NDArray[np.float64]:
    """Relative rate at local `hours` (0..24); greatest at `peak_hour`, not normalised.

    The warp is the Möbius map of the circle that leaves the peak where it is and takes the trough to the far side.
    With ``phi`` the hour angle from the peak and ``c = cot(phi_trough / 2)`` it is
    ``tan(theta/2) = tan(phi/2) / (1 - c tan(phi/2))``: smooth, and one-to-one.
    """
    trough = float(np.clip((TROUGH_HOUR - peak_hour) % 24, _NEAREST_TROUGH_H, 24 - _NEAREST_TROUGH_H))
    c = 1 / np.tan(np.pi * trough / 24)
    half = np.pi * (hours - peak_hour) / 24
    sine, cosine = np.sin(half), np.cos(half) - c * np.sin(half)
    return np.exp(SWING * (cosine**2 - sine**2) / (cosine**2 + sine**2))


def local_ms(times_ms: NDArray[np.int64], timezone: str) -> NDArray[np.int64]:
    """Local wall-clock time as ms since 1970-01-01T00:00 local, of `times_ms` (epoch, UTC; in any order).

    Vectorised: the time-zone database is asked once a day, and once a quarter of an hour on days when it changes.
    """
    zone = ZoneInfo(timezone)

    def offset_ms(time_ms: int) -> int:
        delta = datetime.fromtimestamp(time_ms / 1000, UTC).astimezone(zone).utcoffset()
        return round(delta.total_seconds() * 1000) if delta is not None else 0

    if times_ms.size == 0:
        return times_ms.copy()
    first, last = int(times_ms.min()) // DAY_MS, int(times_ms.max()) // DAY_MS
    daily = np.array([offset_ms(day * DAY_MS) for day in range(first, last + 2)], dtype=np.int64)
    offsets = np.repeat(daily[:-1], _CELLS)
    for day in np.flatnonzero(np.diff(daily)):
        begin = (first + int(day)) * DAY_MS
        offsets[day * _CELLS : (day + 1) * _CELLS] = [offset_ms(begin + cell * CELL_MS) for cell in range(_CELLS)]
    return times_ms + offsets[times_ms // CELL_MS - first * _CELLS]


def rate(
    *,
    from_ms: int,
    until_ms: int,
    timezone: str,
    per_day: float,
    peak_hour: float,
    weekend: float | None,
) -> Rate:
    """The cumulative rate from `from_ms` until `until_ms` (epoch ms).

    Parameters
    ----------
    timezone
        IANA name, such as ``Europe/Berlin``.
    per_day
        Visits a day, on average over a normal week.
    peak_hour
        Local hour of the greatest rate, 0 to 24.
    weekend
        Rate on Saturdays and Sundays as a multiple of that on other days; None for the same rate on every day.
    """
    inner = np.arange(from_ms // CELL_MS + 1, -(-until_ms // CELL_MS), dtype=np.int64) * CELL_MS
    edges = np.concatenate([[from_ms], inner, [until_ms]]).astype(np.int64)
    local = local_ms(edges[:-1] // CELL_MS * CELL_MS, timezone)
    fine = day_shape(peak_hour, (np.arange(_CELLS * 15) + 0.5) / (_CELLS * 15) * 24).reshape(_CELLS, 15).mean(axis=1)
    per_ms = per_day / DAY_MS * (fine / fine.mean())[local % DAY_MS // CELL_MS]
    if weekend is not None:
        is_weekend = (local // DAY_MS + 3) % 7 >= 5  # 1970-01-01 was a Thursday
        per_ms = per_ms * np.where(is_weekend, weekend, 1.0) * 7 / (5 + 2 * weekend)
    mass = np.concatenate([[0.0], np.cumsum(per_ms * np.diff(edges))])
    return Rate(at_ms=edges.astype(np.float64), mass=mass)


def arrivals(
    *,
    seed: int,
    sessions: int,
    start_ms: int,
    timezone: str,
    per_day: float,
    peak_hour: float,
    weekend: float,
    surges: Sequence[Surge] = (),
) -> Arrivals:
    """The first `sessions` visits from `start_ms` on, in order of time.

    Raises
    ------
    BadInput
        So many visits would take more than a hundred years.
    """

    def unit(purpose: str, most: int, *key: int) -> NDArray[np.float64]:
        return np.cumsum(-np.log1p(-stream(seed, purpose, *key).random(most)))

    wanted = unit("arrivals.gaps", sessions)
    # A start on a Saturday of a shop that is shut at weekends, and lost hours of clock changes, fit into two weeks.
    days = min(float(wanted[-1]) / per_day if sessions else 0.0, _LONGEST_DAYS) + 14
    own = rate(
        from_ms=start_ms,
        until_ms=start_ms + int(days * DAY_MS),
        timezone=timezone,
        per_day=per_day,
        peak_hour=peak_hour,
        weekend=weekend,
    )
    times = [own.when(wanted[wanted < own.mass[-1]])]
    campaigns = [np.full(times[0].size, -1, dtype=np.int16)]
    # Rounded up to whole cells, so that a longer run computes the very same numbers for the part it shares.
    horizon_ms = (int(own.at_ms[-1]) // CELL_MS + 1) * CELL_MS
    for index, surge in enumerate(surges):
        begin = start_ms if surge.from_ms is None else max(surge.from_ms, start_ms)
        end = horizon_ms if surge.until_ms is None else min(surge.until_ms, horizon_ms)
        if begin >= end:
            continue
        extra = rate(
            from_ms=begin,
            until_ms=end,
            timezone=timezone,
            per_day=surge.extra_per_day,
            peak_hour=peak_hour,
            weekend=None,
        )
        # Never too few: more than ten standard deviations above the mean, or all the visits of the run.
        most = int(min(extra.mass[-1] + 10 * np.sqrt(extra.mass[-1]) + 20, sessions))
        wanted = unit("arrivals.campaign", most, index)
        times.append(extra.when(wanted[wanted < extra.mass[-1]]))
        campaigns.append(np.full(times[-1].size, index, dtype=np.int16))
    at_ms = np.floor(np.concatenate(times)).astype(np.int64)
    order = np.argsort(at_ms, kind="stable")[:sessions]
    if order.size < sessions:
        raise BadInput(
            f"arrivals.per_day: {sessions} sessions at {per_day:g} a day take more than a hundred years; "
            "raise it or ask for fewer sessions"
        )
    return Arrivals(start_ms=at_ms[order], campaign=np.concatenate(campaigns)[order])
