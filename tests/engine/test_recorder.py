"""What a recorder sees: frames, throttles, its sampling plan, consent, recordings cut off, and unthinned truth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from simbench.engine.expand import Recorder, _too_close
from simbench.engine.run import run_scenario
from simbench.errors import BadInput
from simbench.events.run import Run
from simbench.events.schema import MOTOR_KINDS
from simbench.events.truth import Truth, motor
from simbench.scenario.loading import load_scenario, resolve
from simbench.scenario.model import Faults, TruthKept
from simbench.visitor.body.samples import FRAME_MS

Play = Callable[..., Run]


@pytest.fixture(scope="module")
def play(tmp_path_factory: pytest.TempPathFactory) -> Play:
    """Play 120 visits of the demo with some settings changed; the same settings once only."""
    known: dict[str, Run] = {}

    def run(*, faults: dict[str, Any] | None = None, motor: bool = False, **recorder: Any) -> Run:
        name = repr((faults, motor, recorder))
        if name not in known:
            plain = load_scenario("shop-demo", sessions=120)
            scenario = plain.model_copy(
                update={
                    "faults": Faults(**(faults or {})),
                    "truth": TruthKept(motor=motor),
                    "recorder": plain.recorder.model_copy(update=recorder),
                }
            )
            known[name] = run_scenario(scenario, resolve(scenario), tmp_path_factory.mktemp("run") / "run")
        return known[name]

    return run


def frame_of(table: Any) -> pd.DataFrame:
    frame = table.to_pandas()
    return frame.astype({name: object for name in frame.columns if frame[name].dtype == "category"})


def gaps(events: pd.DataFrame, kind: str) -> pd.Series:
    """Time since the last event of the kind in the session, ms."""
    chosen = events[events.type == kind]
    return (chosen.groupby("session").time.diff().dropna().dt.total_seconds() * 1000).round()


@pytest.mark.parametrize(("hz", "least"), [(20, 50), (30, 33), (10, 100), (25, 50), (2, 500)])
def test_moves_are_frames_apart_and_never_nearer_than_the_recorder_says(play: Play, hz: float, least: float) -> None:
    events = frame_of(play(mousemove_hz=hz, motor=hz in {2, 20}).table("events"))
    for kind in ("mousemove", "touchmove"):
        between = gaps(events, kind)
        # Clocks are read in whole ms, and frames are none.
        assert between.min() >= least - 2, kind
    inside = gaps(events, "mousemove")
    inside = inside[inside < least + 200]
    off = np.abs(inside / FRAME_MS - np.rint(inside / FRAME_MS)) * FRAME_MS
    assert (off <= 1.01).mean() > 0.9, "moves lie on the frames of one screen, but for where movements end"


def test_a_rate_of_nought_records_no_moves(play: Play) -> None:
    types = set(frame_of(play(mousemove_hz=0).table("events")).type)
    assert not types & {"mousemove", "touchmove"}
    assert types >= {"pointerdown", "touchstart", "scroll"}


def test_scrolling_is_thinned_on_both_edges(play: Play) -> None:
    coarse = frame_of(play(scroll_ms=250).table("events"))
    fine = frame_of(play().table("events"))
    assert (gaps(coarse, "scroll") >= 249).mean() > 0.9, "what comes sooner is the last of its kind"
    assert (gaps(fine, "scroll") >= 99).mean() > 0.9
    # The last position of every view is told, whatever is left out before it.
    last = [f[f.type == "scroll"].groupby(["session", "view"]).scroll_y.last() for f in (coarse, fine)]
    same = pd.concat(last, axis=1, keys=["coarse", "fine"]).dropna()
    assert len(same) > 100
    assert (same.coarse == same.fine).mean() > 0.98, "but for pages that are left before they have come to rest"


def test_the_throttle_keeps_what_is_far_enough_from_the_last_kept() -> None:
    rng = np.random.default_rng(5)
    at = np.cumsum(rng.integers(1, 40, 2000))
    kept, last = [], -1000
    for k, moment in enumerate(at.tolist()):
        if moment - last >= 30:
            kept.append(k)
            last = moment
    assert np.array_equal(np.delete(np.arange(at.size), _too_close(at, 30)), kept)
    assert Recorder.of(mousemove_hz=20, scroll_ms=100).mousemove_ms == pytest.approx(50)
    assert Recorder.of(mousemove_hz=1000, scroll_ms=0).mousemove_ms == pytest.approx(FRAME_MS)


@pytest.mark.parametrize("hz", [20, 2])
def test_what_is_recorded_is_a_thinning_of_the_truth(play: Play, hz: float) -> None:
    run = play(mousemove_hz=hz, motor=True)
    hands, events = frame_of(motor(run)), frame_of(run.table("events"))
    assert set(hands.kind) <= set(MOTOR_KINDS)
    assert {"mousemove", "touchmove", "scroll", "keydown"} <= set(hands.kind)
    hands["time"] = (hands.time + pd.Timedelta(500, "us")).dt.floor("ms")
    recorded = events.assign(y=(events.y - events.scroll_y).round()).rename(columns={"type": "kind"})
    for kinds, columns in ((["mousemove", "touchmove", "touchstart"], ["x", "y"]), (["scroll"], ["scroll_y"])):
        at = ["session", "view", "kind", "time", *columns]
        truth, seen = (part[part.kind.isin(kinds)][at].drop_duplicates() for part in (hands, recorded))
        assert set(seen.kind) == set(kinds)
        matched = seen.merge(truth, on=at, how="left", indicator=True)
        assert (matched._merge == "both").all(), matched[matched._merge != "both"]
    rate = gaps(hands.rename(columns={"kind": "type"}), "mousemove")
    assert rate.median() == pytest.approx(17, abs=1), "unthinned"


def test_truth_of_movement_is_whole_and_changes_nothing_else(play: Play) -> None:
    with_it, without = play(motor=True, mousemove_hz=20), play(mousemove_hz=20)
    assert with_it.table("events").equals(without.table("events"))
    hands, told = frame_of(motor(with_it)), frame_of(Truth.open(with_it).sessions)
    assert not told.recorded.all()
    assert set(hands.session) == set(told.session), "unrecorded visits move too"
    assert hands[hands.kind == "keydown"].key.notna().all()
    assert hands[hands.kind != "keydown"].key.isna().all()
    with pytest.raises(BadInput, match="has no truth/motor"):
        motor(without)


def test_recordings_are_cut_off_and_the_truth_is_not(play: Play) -> None:
    whole, cut = play(require_consent=False), play(require_consent=False, faults={"cut_off": 0.5})
    before, after = frame_of(whole.table("events")), frame_of(cut.table("events"))
    # Every stream is the beginning of the whole one.
    both = after.merge(before, on=["session", "seq"], how="left", suffixes=("", "_whole"))
    assert (both.time == both.time_whole).all()
    assert (both.type == both.type_whole).all()
    sizes = before.groupby("session").size()
    kept = after.groupby("session").size().reindex(sizes.index, fill_value=0)
    shorter = kept < sizes
    # A binomial share of 120: sd .046; four of them.
    assert shorter.mean() == pytest.approx(0.5, abs=0.19)
    assert (kept[shorter] / sizes[shorter]).mean() == pytest.approx(0.5, abs=0.15), "anywhere in the visit"

    views = frame_of(cut.table("views")).set_index(["session", "view"])
    joined = after.join(views[["start", "end"]], on=["session", "view"])
    assert joined.end.notna().all()
    assert len(views) < len(frame_of(whole.table("views")))

    truth, real = (Truth.open(run) for run in (cut, whole))
    assert truth.sessions.equals(real.sessions)
    assert truth.views.equals(real.views)
    episodes, complete = frame_of(truth.episodes), frame_of(real.episodes)
    assert len(episodes) == len(complete)
    ends = after.groupby("session").time.max()
    behind = episodes[
        episodes.session.map(shorter) & (episodes.t_start > episodes.session.map(ends) + pd.Timedelta("5s"))
    ]
    assert len(behind) > 10
    assert not behind.observable.any()
    changed = episodes[(episodes.role != complete.role)]
    assert set(changed.lookalike) <= {"stream_cut", "view_cut"}
    untouched = episodes[~episodes.session.map(shorter)]
    assert untouched.observable.equals(complete[~complete.session.map(shorter)].observable)


def test_a_share_and_a_daily_cap_and_pages_hold_end_to_end(play: Play) -> None:
    every = play(require_consent=False)
    some = play(require_consent=False, sample=0.4)
    told = frame_of(Truth.open(some).sessions)
    # A binomial share of 120: sd .045; four of them.
    assert told.recorded.mean() == pytest.approx(0.4, abs=0.18)
    assert set(frame_of(some.table("events")).session) == set(told.session[told.recorded])
    assert Truth.open(some).views.equals(Truth.open(every).views), "what is not recorded is looked at all the same"

    capped = frame_of(Truth.open(play(require_consent=False, daily_cap=20)).sessions)
    day = capped.start.dt.tz_convert(load_scenario("shop-demo").timezone).dt.date
    by_day = capped.recorded.groupby(day)
    assert (by_day.sum() == by_day.size().clip(upper=20)).all()
    # The first of each day, as plans with a quota do it.
    assert (by_day.cummin() == capped.recorded).all()

    home = play(require_consent=False, pages=("/",))
    events, views = frame_of(home.table("events")), frame_of(home.table("views"))
    assert set(views.page) == {"/"}
    assert set(events.session) == set(views.session)
    whole = frame_of(every.table("events"))
    on_home = whole.merge(views[["session", "view"]], on=["session", "view"])
    assert len(events) == len(on_home)
    hidden = frame_of(Truth.open(home).episodes)
    keys = set(zip(views.session, views["view"], strict=True))
    elsewhere = [key not in keys for key in zip(hidden.session, hidden["view"], strict=True)]
    assert sum(elsewhere) > 10
    assert not hidden.observable[elsewhere].any()


def test_nothing_is_recorded_before_consent(play: Play) -> None:
    gated, free = play(), play(require_consent=False)
    told = frame_of(Truth.open(gated).sessions)
    events, everything = frame_of(gated.table("events")), frame_of(free.table("events"))
    assert set(events.session) == set(told.session[told.recorded])
    first, real = (f.groupby("session").first() for f in (events, everything))
    late = first.time > real.time.reindex(first.index)
    assert 0 < late.mean() < 1, "who has answered on an earlier visit is not asked again"
    assert (first.type == "pageview").all(), "the page on which the answer was given is announced"
    # The press that says yes is not recorded, and nothing before it.
    assert (events.groupby("session").size() < everything.groupby("session").size().reindex(first.index))[late].all()
