"""Arrivals follow the day, the week and the campaigns, in local time, and are a Poisson process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from scipy import stats

from simbench.engine.arrivals import CELL_MS, DAY_MS, TROUGH_HOUR, Surge, arrivals, day_shape, local_ms, rate
from simbench.errors import BadInput


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


MONDAY = ms("2026-03-02")
HOUR_MS = 3_600_000
QUARTERS = np.arange(96) / 4


def visits(**changes: Any) -> Any:
    settings: dict[str, Any] = {
        "seed": 7, "sessions": 20_000, "start_ms": MONDAY, "timezone": "Europe/Berlin", "per_day": 500.0,
        "peak_hour": 20.0, "weekend": 0.8,
    }  # fmt: skip
    return arrivals(**{**settings, **changes})


def week(**changes: Any) -> Any:
    settings: dict[str, Any] = {
        "from_ms": MONDAY, "until_ms": MONDAY + 7 * DAY_MS, "timezone": "UTC", "per_day": 500.0, "peak_hour": 20.0,
        "weekend": 0.8,
    }  # fmt: skip
    return rate(**{**settings, **changes})


@pytest.mark.parametrize("peak_hour", [10.0, 11.5, 12.0, 14.0, 16.0, 18.0, 20.0, 21.0])
def test_the_day_is_busiest_at_its_peak_and_quietest_at_night(peak_hour: float) -> None:
    shape = day_shape(peak_hour, QUARTERS)
    assert QUARTERS[shape.argmax()] == peak_hour
    assert abs(QUARTERS[shape.argmin()] - TROUGH_HOUR) <= 0.25
    assert shape.max() / shape.min() == pytest.approx(np.exp(2.2), rel=0.01)


@pytest.mark.parametrize("peak_hour", [0.0, 2.0, 4.0, 6.0, 23.9])
def test_a_peak_at_night_is_obeyed_too(peak_hour: float) -> None:
    hours = np.arange(240) / 10
    shape = day_shape(peak_hour, hours)
    assert hours[shape.argmax()] == pytest.approx(peak_hour)
    assert np.abs(np.diff(np.log(shape))).max() < 0.15  # smooth: no jump between neighbouring 6 minutes


def test_a_normal_week_brings_seven_times_per_day() -> None:
    assert week().expected(MONDAY, MONDAY + 7 * DAY_MS) == pytest.approx(3500)


@pytest.mark.parametrize("weekend", [0.0, 0.5, 1.0, 2.5])
def test_weekends_have_their_factor(weekend: float) -> None:
    days = [week(weekend=weekend).expected(MONDAY + d * DAY_MS, MONDAY + (d + 1) * DAY_MS) for d in range(7)]
    assert days[5:] == pytest.approx([weekend * days[0]] * 2)
    assert days[:5] == pytest.approx([days[0]] * 5)
    assert sum(days) == pytest.approx(3500)


@pytest.mark.parametrize("day", ["2026-03-27", "2026-03-30", "2026-10-24", "2026-10-26"])
def test_the_peak_stays_at_its_local_hour_when_clocks_change(day: str) -> None:
    """The clocks of Berlin change on 2026-03-29 and 2026-10-25."""
    begin = ms(day)
    whole = week(from_ms=begin - DAY_MS, until_ms=begin + 2 * DAY_MS, timezone="Europe/Berlin", weekend=1.0)
    cells = [whole.expected(begin + k * CELL_MS, begin + (k + 1) * CELL_MS) for k in range(96)]
    middle = begin + int(np.argmax(cells)) * CELL_MS
    local = datetime.fromtimestamp(middle / 1000, UTC) + timedelta(hours=2 if "2026-03-29" < day < "2026-10-25" else 1)
    assert abs(local.hour + local.minute / 60 - 20) <= 0.25


def test_a_day_of_23_hours_lacks_only_the_hour_that_was_skipped() -> None:
    begin = ms("2026-03-28T23:00")  # midnight in Berlin
    long = week(from_ms=begin, until_ms=begin + 2 * DAY_MS, timezone="Europe/Berlin", weekend=1.0)
    assert long.expected(begin, begin + 23 * HOUR_MS) == pytest.approx(
        500 - week(weekend=1.0).expected(MONDAY + 2 * HOUR_MS, MONDAY + 3 * HOUR_MS)
    )


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns"])
def test_local_time_agrees_with_the_database_asked_one_by_one(zone: str) -> None:
    from zoneinfo import ZoneInfo

    times = np.random.default_rng(1).integers(ms("2025-12-01"), ms("2027-02-01"), 3000)
    wall = [datetime.fromtimestamp(int(t) / 1000, UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=UTC) for t in times]
    assert local_ms(times, zone).tolist() == [round(w.timestamp() * 1000) for w in wall]


def test_a_start_inside_a_quarter_of_an_hour_loses_only_what_was_before_it() -> None:
    late = week(from_ms=MONDAY + 123_456)
    assert late.expected(MONDAY, MONDAY + 7 * DAY_MS) == pytest.approx(3500 - week().expected(MONDAY, MONDAY + 123_456))


def test_the_number_of_visits_is_exact_and_they_are_in_order() -> None:
    found = visits(sessions=1234)
    assert found.start_ms.shape == found.campaign.shape == (1234,)
    assert (np.diff(found.start_ms) >= 0).all()
    assert found.start_ms[0] >= MONDAY


def test_no_sessions_are_no_visits() -> None:
    assert visits(sessions=0).start_ms.size == 0


@pytest.mark.parametrize(
    "surges", [(), (Surge(from_ms=MONDAY + DAY_MS, until_ms=MONDAY + 60 * DAY_MS, extra_per_day=300),)]
)
def test_a_longer_run_extends_a_shorter_one(surges: tuple[Surge, ...]) -> None:
    long = visits(sessions=20_000, surges=surges)
    for sessions in (1, 17, 5000):
        short = visits(sessions=sessions, surges=surges)
        assert np.array_equal(short.start_ms, long.start_ms[:sessions])
        assert np.array_equal(short.campaign, long.campaign[:sessions])


def test_arrivals_are_the_poisson_process_of_their_rate() -> None:
    """Sent back through the cumulative rate, gaps are exponential and uncorrelated. False alarms: 2 in 1000."""
    times = visits().start_ms.astype(np.float64) + 0.5
    whole = week(until_ms=int(times[-1]) + DAY_MS, timezone="Europe/Berlin")
    gaps = np.diff(np.interp(times, whole.at_ms, whole.mass))
    assert stats.kstest(gaps, "expon").pvalue > 1e-3
    assert stats.pearsonr(gaps[:-1], gaps[1:]).pvalue > 1e-3


def test_counts_by_hour_and_weekday_follow_the_rate() -> None:
    """Chi-squared over 168 hours of the week, 20 000 visits. False alarms: 1 in 1000."""
    times = visits(timezone="UTC").start_ms
    whole = week(until_ms=int(times[-1]) + DAY_MS)
    weeks = int((times[-1] - MONDAY) // (7 * DAY_MS))
    times = times[times < MONDAY + weeks * 7 * DAY_MS]
    counts = np.bincount((times - MONDAY) // HOUR_MS % 168, minlength=168)
    means = weeks * np.array([whole.expected(MONDAY + h * HOUR_MS, MONDAY + (h + 1) * HOUR_MS) for h in range(168)])
    assert ((counts - means) ** 2 / means).sum() < stats.chi2.ppf(0.999, 168)


def test_a_campaign_adds_its_visits_and_moves_no_other() -> None:
    """300 a day for two days: 600 visits, Poisson. False alarms: below 1 in 10 000."""
    surge = Surge(from_ms=MONDAY + 2 * DAY_MS, until_ms=MONDAY + 4 * DAY_MS, extra_per_day=300)
    without, found = visits(), visits(surges=[surge])
    brought = found.start_ms[found.campaign == 0]
    assert abs(brought.size - 600) < 4 * np.sqrt(600)
    assert brought.min() >= surge.from_ms
    assert brought.max() < surge.until_ms
    own = found.start_ms[found.campaign == -1]
    assert np.array_equal(own, without.start_ms[: own.size])


def test_campaigns_do_not_move_one_another() -> None:
    first = Surge(from_ms=MONDAY, until_ms=MONDAY + 3 * DAY_MS, extra_per_day=100)
    second = Surge(from_ms=MONDAY + DAY_MS, until_ms=MONDAY + 2 * DAY_MS, extra_per_day=900)
    alone, both = visits(surges=[first]), visits(surges=[first, second])
    assert np.array_equal(both.start_ms[both.campaign == 0], alone.start_ms[alone.campaign == 0])


@pytest.mark.parametrize(("begin", "end"), [(-30, -20), (500, 600)])
def test_a_campaign_outside_the_run_brings_nobody(begin: int, end: int) -> None:
    surge = Surge(from_ms=MONDAY + begin * DAY_MS, until_ms=MONDAY + end * DAY_MS, extra_per_day=300)
    assert (visits(surges=[surge]).campaign == -1).all()


def test_a_campaign_that_began_before_the_run_brings_only_the_rest() -> None:
    """One of its two days lies in the run: about 300 visits. False alarms: below 1 in 10 000."""
    surge = Surge(from_ms=MONDAY - DAY_MS, until_ms=MONDAY + DAY_MS, extra_per_day=300)
    assert abs((visits(surges=[surge], timezone="UTC").campaign == 0).sum() - 300) < 4 * np.sqrt(300)


def test_a_shop_shut_at_weekends_has_no_visit_then() -> None:
    found = local_ms(visits(weekend=0.0).start_ms, "Europe/Berlin")
    assert ((found // DAY_MS + 3) % 7 < 5).all()


def test_another_seed_gives_other_times() -> None:
    assert not np.array_equal(visits().start_ms, visits(seed=8).start_ms)


def test_a_campaign_without_a_window_lasts_for_the_run() -> None:
    found = visits(surges=[Surge(extra_per_day=500.0)])
    assert 0.45 < (found.campaign == 0).mean() < 0.55
    assert np.flatnonzero(found.campaign == 0)[-1] > 19_900


def test_more_than_a_century_is_refused_with_the_mend() -> None:
    with pytest.raises(
        BadInput, match=r"arrivals\.per_day: 20000 sessions at 0\.1 a day take more than a hundred years; raise"
    ):
        visits(per_day=0.1)


def test_a_campaign_may_bring_nearly_all_of_a_run() -> None:
    found = visits(per_day=0.01, surges=[Surge(extra_per_day=1e6, until_ms=MONDAY + 365 * DAY_MS)])
    assert found.start_ms.size == 20_000
    assert found.start_ms[-1] < MONDAY + DAY_MS
