"""The schedule: shares, windows and memory hold, draws are apart, and a longer run extends a shorter one."""

from __future__ import annotations

import pickle
from dataclasses import fields
from datetime import UTC, datetime
from functools import cache
from typing import Any

import numpy as np
import pytest
from small_shop import persona, small_scenario, small_site

from simbench.engine.arrivals import DAY_MS, local_ms
from simbench.engine.machines import catalogue
from simbench.engine.schedule import NEW, RETURNING, Schedule, make_schedule, shards
from simbench.engine.session_table import sessions_table
from simbench.errors import BadInput
from simbench.events.schema import DEVICES, SESSIONS, SOURCES
from simbench.site.viewports import viewport_named

SITE = small_site()
N = 20_000
MINUTE_MS = 60_000
SPRING = {
    "name": "spring",
    "source": "email",
    "landing": "/",
    "extra_per_day": 300.0,
    "from": "2026-03-09T00:00:00Z",
    "until": "2026-03-11T00:00:00Z",
}


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def drawn(**changes: Any) -> Schedule:
    return make_schedule(small_scenario(**changes), SITE)


@cache
def plain() -> Schedule:
    return drawn()


def columns(schedule: Schedule) -> dict[str, Any]:
    return {f.name: getattr(schedule, f.name) for f in fields(schedule)}


def same(one: Schedule, other: Schedule, *, but: tuple[str, ...] = ()) -> None:
    for name, value in columns(one).items():
        if name not in but:
            assert np.array_equal(value, getattr(other, name)), name


def near(found: float, share: float, n: int) -> bool:
    """Within 4 standard errors of a binomial share: false alarms below 1 in 10 000."""
    return abs(found - share) <= 4 * np.sqrt(share * (1 - share) / n)


def test_the_same_seed_gives_the_same_schedule() -> None:
    same(plain(), drawn())


def test_another_seed_gives_another_schedule() -> None:
    other = drawn(seed=8)
    assert not np.array_equal(other.start_ms, plain().start_ms)
    assert not set(other.session_id) & set(plain().session_id)


@pytest.mark.parametrize("sessions", [1, 33, 5000])
def test_a_longer_run_extends_a_shorter_one(sessions: int) -> None:
    busy: dict[str, Any] = {
        "variants": [{"name": "a", "share": 0.5, "defects": ["first"]}, {"name": "b", "share": 0.5}],
        "defects": [{"id": "phones-only"}, {"id": "second", "from": "2026-03-04T00:00:00Z"}],
        "campaigns": [{"name": "spring", "source": "paid", "landing": "/", "extra_per_day": 100.0}],
        "recorder": {"daily_cap": 200, "sample": 0.7},
        "faults": {"clock_skew_ms": {"normal": {"mean": 0, "sd": 200}}},
    }
    long, short = drawn(**busy), drawn(**busy, sessions=sessions)
    assert long.defect_sets[: len(short.defect_sets)] == short.defect_sets
    assert long.lesson_sets[: len(short.lesson_sets)] == short.lesson_sets
    same(short, long.take(slice(0, sessions)), but=("defect_sets", "lesson_sets"))


REGULAR = persona("regular", 0.4, visitor_type={"new": 0.1, "returning": 0.9})
MOVES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "sample": ({"recorder": {"sample": 0.5}}, {"recorded"}),
    "consent": ({"recorder": {"require_consent": False}}, {"consent", "recorded"}),
    "skew": ({"faults": {"clock_skew_ms": 500.0}}, {"skew_ms"}),
    "variants": ({"variants": [{"name": "a", "share": 1.0}]}, {"variant", "variant_names"}),
    "defects": ({"defects": [{"id": "first"}]}, {"defects", "defect_sets", "lessons", "lesson_sets"}),
    "devices": (
        {"personas": [persona("walk-in", 0.6, device="desktop"), REGULAR]},
        {"device", "viewport", "agent", "browser", "os"},
    ),
    "goals": (
        {"personas": [persona("walk-in", 0.6, goal="buy"), REGULAR]},
        {"goal"},
    ),
    "sources": (
        {"personas": [persona("walk-in", 0.6, source="email"), REGULAR]},
        {"source"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("setting", sorted(MOVES))
def test_a_setting_moves_only_what_it_says(setting: str) -> None:
    changes, moves = MOVES[setting]
    other = drawn(**changes)
    for name, value in columns(plain()).items():
        moved = not np.array_equal(value, getattr(other, name))
        assert moved == (name in moves), name


def test_shares_of_personas_do_not_move_a_start() -> None:
    other = drawn(personas=[persona("walk-in", 0.1), persona("regular", 0.9)])
    assert np.array_equal(other.start_ms, plain().start_ms)
    assert other.session_id == plain().session_id
    assert not np.array_equal(other.persona, plain().persona)


def test_shares_of_personas_are_shares_of_visitors() -> None:
    """Returning visits look back into the run, so the beginning of it, where there is nobody yet, is a little off."""
    schedule = plain()
    first = np.unique(schedule.visitor, return_index=True)[1]
    assert (schedule.persona[first] == 0).mean() == pytest.approx(0.6, abs=0.02)
    assert (schedule.persona == 1).mean() > 0.5  # who comes back makes more of the visits


def test_visitor_types_have_their_shares_of_visits() -> None:
    schedule = plain()
    for code, share in ((0, 0.3), (1, 0.9)):
        of_persona = schedule.visitor_type[schedule.persona == code]
        assert near((of_persona == RETURNING).mean(), share, of_persona.size)


def test_weekends_and_evenings_have_their_visits() -> None:
    """Means over five whole weeks; 4 standard errors, false alarms below 1 in 1000."""
    schedule = drawn(arrivals={"per_day": 500.0, "peak_hour": 20.0, "weekend": 0.5})
    local = local_ms(schedule.start_ms, "Europe/Berlin")
    day = local // DAY_MS - local[0] // DAY_MS
    per_day = np.bincount(day)[:35]
    weekend = np.arange(35) % 7 >= 5
    assert per_day.mean() == pytest.approx(500, abs=4 * np.sqrt(500 / 35))
    ratio = per_day[weekend].mean() / per_day[~weekend].mean()
    assert ratio == pytest.approx(0.5, abs=4 * 0.5 * np.sqrt(1 / per_day[weekend].sum() + 1 / per_day[~weekend].sum()))
    hours = np.bincount(local // 3_600_000 % 24, minlength=24)
    assert abs(hours.argmax() + 0.5 - 20) <= 1.5
    assert hours[3:5].max() < hours.max() / 5


class TestReturning:
    def test_a_visitor_keeps_persona_variant_consent_and_country(self) -> None:
        schedule = drawn(variants=[{"name": "a", "share": 0.3}, {"name": "b", "share": 0.7}])
        for name in ("persona", "variant", "consent", "country", "visitor_id"):
            pairs = {*zip(schedule.visitor.tolist(), np.asarray(getattr(schedule, name)).tolist(), strict=True)}
            assert len(pairs) == schedule.visitor.max() + 1, name

    def test_shares_of_variants_are_shares_of_visitors(self) -> None:
        schedule = drawn(variants=[{"name": "a", "share": 0.3}, {"name": "b", "share": 0.7}])
        first = np.unique(schedule.visitor, return_index=True)[1]
        assert near((schedule.variant[first] == 0).mean(), 0.3, first.size)

    def test_the_machine_is_mostly_kept_and_then_it_is_the_same(self) -> None:
        schedule = plain()
        first = np.unique(schedule.visitor, return_index=True)[1][schedule.visitor]
        again = first != np.arange(N)
        assert again.sum() > 2000
        kept = schedule.device == schedule.device[first]
        assert 0.88 < kept[again].mean() < 0.95  # 0.85, and those whose own draw is the same class
        for name in ("agent", "viewport"):
            codes = getattr(schedule, name)
            assert (codes[kept] == codes[first][kept]).all()

    def test_visits_count_up_and_never_fall_together(self) -> None:
        schedule = plain()
        order = np.lexsort((np.arange(N), schedule.visitor))
        same_visitor = np.diff(schedule.visitor[order]) == 0
        assert (np.diff(schedule.visit_no[order])[same_visitor] == 1).all()
        assert np.diff(schedule.start_ms[order])[same_visitor].min() >= 30 * MINUTE_MS

    def test_new_visitors_are_new_and_others_were_here_before(self) -> None:
        schedule = plain()
        assert ((schedule.visit_no == 1) == (schedule.visitor_type == NEW)).all()
        first = np.unique(schedule.visitor, return_index=True)[1]
        assert (schedule.visit_no[first] > 1).sum() > 2000  # their first visit lies before the run

    def test_about_half_of_the_returning_visits_are_by_visitors_of_the_run(self) -> None:
        schedule = plain()
        first = np.unique(schedule.visitor, return_index=True)[1]
        again = np.setdiff1d(np.flatnonzero(schedule.visitor_type == RETURNING), first)
        share = again.size / (schedule.visitor_type == RETURNING).sum()
        assert share == pytest.approx(1 - catalogue().returning.earlier_share, abs=0.02)

    def test_visitors_are_numbered_in_order_of_appearance(self) -> None:
        first = np.unique(plain().visitor, return_index=True)[1]
        assert (np.diff(first) > 0).all()

    def test_a_persona_that_never_returns_has_one_visit_each(self) -> None:
        schedule = drawn(personas=[persona("once", 1.0, visitor_type="new")])
        assert np.array_equal(schedule.visitor, np.arange(N))


class TestDefects:
    WINDOW = ("2026-03-04T00:00:00Z", "2026-03-06T00:00:00Z")

    def met(self, schedule: Schedule, defect: str) -> np.ndarray[Any, Any]:
        return np.array([defect in s for s in schedule.defect_sets])[schedule.defects]

    def test_variants_have_their_defects_where_those_can_show(self) -> None:
        schedule = drawn(
            variants=[{"name": "a", "share": 0.5, "defects": ["first", "phones-only"]}, {"name": "b", "share": 0.5}]
        )
        mobile = schedule.device == DEVICES.index("mobile")
        assert np.array_equal(self.met(schedule, "first"), schedule.variant == 0)
        assert np.array_equal(self.met(schedule, "phones-only"), (schedule.variant == 0) & mobile)
        assert schedule.defect_sets[0] == frozenset()
        assert set(schedule.defect_sets) == {frozenset(), frozenset({"first"}), frozenset({"first", "phones-only"})}

    def test_a_planted_defect_has_its_devices_and_its_window(self) -> None:
        begin, end = self.WINDOW
        schedule = drawn(defects=[{"id": "second", "devices": ["tablet", "mobile"], "from": begin, "until": end}])
        inside = (schedule.start_ms >= ms(begin[:-1])) & (schedule.start_ms < ms(end[:-1]))
        assert np.array_equal(self.met(schedule, "second"), inside & (schedule.device != DEVICES.index("desktop")))
        assert 200 < self.met(schedule, "second").sum() < 1000

    def test_entries_for_one_defect_add_up(self) -> None:
        begin, end = self.WINDOW
        schedule = drawn(
            variants=[{"name": "a", "share": 0.5, "defects": ["second"]}, {"name": "b", "share": 0.5}],
            defects=[{"id": "second", "until": begin}, {"id": "second", "from": end}],
        )
        outside = (schedule.start_ms < ms(begin[:-1])) | (schedule.start_ms >= ms(end[:-1]))
        assert np.array_equal(self.met(schedule, "second"), outside | (schedule.variant == 0))

    def test_without_defects_there_is_the_empty_set(self) -> None:
        assert plain().defect_sets == (frozenset(),)
        assert not plain().defects.any()

    def test_an_unknown_defect_is_refused_by_name(self) -> None:
        with pytest.raises(BadInput, match=r"no defect 'frist'; it has: first, second"):
            drawn(defects=[{"id": "frist"}])


class TestCampaigns:
    def test_its_visits_have_its_source_and_lie_in_its_window(self) -> None:
        schedule = drawn(campaigns=[SPRING])
        brought = schedule.campaign == 0
        assert abs(brought.sum() - 600) < 4 * np.sqrt(600)
        assert (schedule.source[brought] == SOURCES.index("email")).all()
        assert schedule.start_ms[brought].min() >= ms("2026-03-09")
        assert schedule.start_ms[brought].max() < ms("2026-03-11")
        assert schedule.campaign_names == ("spring",)


class TestRecorded:
    def test_consent_and_sample_multiply(self) -> None:
        schedule = drawn(recorder={"sample": 0.5})
        visitors = np.unique(schedule.visitor).size
        assert near(schedule.consent[np.unique(schedule.visitor, return_index=True)[1]].mean(), 0.8, visitors)
        assert not (schedule.recorded & ~schedule.consent).any()
        agreed = schedule.recorded[schedule.consent]
        assert near(agreed.mean(), 0.5, agreed.size)

    def test_where_nobody_is_asked_all_are_recorded(self) -> None:
        schedule = drawn(recorder={"require_consent": False})
        assert schedule.consent.all()
        assert schedule.recorded.all()

    def test_a_daily_cap_takes_the_first_of_each_local_day(self) -> None:
        capped, free = drawn(recorder={"daily_cap": 150}), plain()
        day = local_ms(free.start_ms, "Europe/Berlin") // DAY_MS
        for d in np.unique(day):
            wanted = np.flatnonzero((day == d) & free.recorded)
            assert np.array_equal(np.flatnonzero((day == d) & capped.recorded), wanted[:150])


class TestMachines:
    def test_shares_hold_by_device(self) -> None:
        schedule = drawn(personas=[persona("once", 1.0, visitor_type="new")])
        for code, device in enumerate(DEVICES):
            of_device = schedule.device == code
            assert near(of_device.mean(), {"desktop": 0.5, "tablet": 0.1, "mobile": 0.4}[device], N)
            for place, machine in enumerate(catalogue().machines):
                share = machine.share if machine.device == device else 0.0
                assert near((schedule.agent[of_device] == place).mean(), share, int(of_device.sum())), machine

    def test_windows_fit_the_device(self) -> None:
        schedule = plain()
        fits = np.array([DEVICES.index(viewport_named(name).device) for name in schedule.viewport_names])
        assert np.array_equal(fits[schedule.viewport], schedule.device)

    def test_only_captured_windows_are_used(self) -> None:
        site = small_site(captured=["desktop-1366", "tablet-820", "mobile-390"])
        schedule = make_schedule(small_scenario(), site)
        used = {schedule.viewport_names[k] for k in np.unique(schedule.viewport)}
        assert used == {"desktop-1366", "tablet-820", "mobile-390"}

    def test_the_catalogue_adds_up_and_its_user_agents_are_whole(self) -> None:
        for device in DEVICES:
            assert sum(catalogue().machines_of(device).values()) == pytest.approx(1)
            assert sum(catalogue().viewports[device].values()) == pytest.approx(1)
            assert all(viewport_named(name).device == device for name in catalogue().viewports[device])
        for machine in catalogue().machines:
            assert machine.user_agent.startswith("Mozilla/5.0 (")
            assert "{" not in machine.user_agent
            assert ("Mobile" in machine.user_agent) == (machine.device == "mobile")
        assert len({(m.device, m.user_agent) for m in catalogue().machines}) == len(catalogue().machines)

    def test_the_clocks_of_countries_exist(self) -> None:
        from zoneinfo import ZoneInfo

        assert all(ZoneInfo(zone) for zone in catalogue().timezones.values())


class TestIds:
    def test_they_are_opaque_and_unlike(self) -> None:
        ids = plain().session_id
        assert len(set(ids)) == N
        assert all(len(i) == 12 and set(i) <= set("abcdefghijklmnopqrstuvwxyz234567") for i in ids)
        assert not set(ids) & set(plain().visitor_id)

    def test_they_do_not_leak_the_order(self) -> None:
        """Rank correlation of id and place: standard error 0.007. False alarms: below 1 in 10 000."""
        rank = np.argsort(np.argsort(np.array(plain().session_id)))
        assert abs(np.corrcoef(rank, np.arange(N))[0, 1]) < 4 / np.sqrt(N)


class TestSlices:
    def test_shards_cover_the_run_once(self) -> None:
        parts = shards(plain(), 499)
        taken = [plain().take(part) for part in parts]
        assert [len(t) for t in taken[:-1]] == [499] * (len(parts) - 1)
        assert [i for t in taken for i in t.session_id] == plain().session_id
        assert [t.first for t in taken] == [499 * k for k in range(len(parts))]

    def test_a_slice_is_small_to_send_and_survives_it(self) -> None:
        part = plain().take(shards(plain())[7])
        sent = pickle.dumps(part)
        assert len(sent) < 100_000
        same(part, pickle.loads(sent))  # noqa: S301
        assert part.take(slice(10, 12)).first == 7 * 500 + 10

    def test_gaps_are_refused(self) -> None:
        with pytest.raises(ValueError, match="without gaps"):
            plain().take(slice(0, 10, 2))


class TestSessionsTable:
    def test_rows_are_the_recorded_sessions_in_order(self) -> None:
        part = plain().take(slice(500, 1000))
        table = sessions_table(part, small_scenario())
        assert table.schema == SESSIONS
        table.validate(full=True)
        kept = np.flatnonzero(part.recorded)
        assert table["session"].to_pylist() == [part.session_id[k] for k in kept]
        assert table["visitor"].to_pylist() == [part.visitor_id[k] for k in kept]
        assert table["device"].to_pylist() == [DEVICES[part.device[k]] for k in kept]
        assert table["consent"].to_pylist() == [True] * kept.size
        assert table["variant"].null_count == kept.size
        assert set(table["visitor_type"].to_pylist()) == {"new", "returning"}
        agents = table["user_agent"].to_pylist()
        assert agents == [part.user_agents[part.agent[k]] for k in kept]

    def test_starts_are_told_by_the_clock_of_the_page(self) -> None:
        scenario = small_scenario(faults={"clock_skew_ms": 1500.0})
        part = make_schedule(scenario, SITE).take(slice(0, 100))
        table = sessions_table(part, scenario, rows=np.arange(100))
        assert (table["start"].cast("int64").to_numpy() - part.start_ms == 1500).all()

    def test_clocks_follow_the_country(self) -> None:
        table = sessions_table(plain().take(slice(0, 500)), small_scenario())
        pairs = {*zip(table["country"].to_pylist(), table["timezone"].to_pylist(), strict=True)}
        assert pairs == {("DE", "Europe/Berlin"), ("SE", "Europe/Stockholm")}

    def test_links_are_marked_where_somebody_made_them(self) -> None:
        scenario = small_scenario(campaigns=[SPRING], sessions=5000)
        rows = sessions_table(make_schedule(scenario, SITE), scenario).to_pylist()
        marks = {(r["source"], r["utm_source"], r["utm_medium"], r["utm_campaign"]) for r in rows}
        assert marks == {
            ("organic", None, None, None),
            ("direct", None, None, None),
            ("paid", "google", "cpc", None),
            ("email", "newsletter", "email", "spring"),
        }

    def test_only_names_that_occur_are_kept(self) -> None:
        table = sessions_table(plain().take(slice(0, 3)), small_scenario(), rows=np.array([True, False, False]))
        assert all(
            len(table[name].combine_chunks().dictionary) <= 1 for name in ("session", "user_agent", "utm_source")
        )

    def test_nobody_recorded_is_an_empty_table(self) -> None:
        table = sessions_table(plain().take(slice(0, 5)), small_scenario(), rows=np.zeros(5, dtype=bool))
        assert table.num_rows == 0
        assert table.schema == SESSIONS


def test_a_goal_that_the_site_lacks_is_refused_by_name() -> None:
    with pytest.raises(
        BadInput, match=r"personas\.lost\.goal: site small has no goal 'sell'; it has: buy, browse, check"
    ):
        drawn(personas=[persona("lost", 1.0, goal="sell")])


@pytest.mark.slow
def test_a_million_sessions() -> None:
    schedule = drawn(sessions=1_000_000, arrivals={"per_day": 50_000.0})
    assert len(set(schedule.session_id)) == 1_000_000
    assert (np.diff(schedule.start_ms) >= 0).all()
