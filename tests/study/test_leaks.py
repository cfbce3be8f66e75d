"""The leak finder finds a leak that is planted, and none where there is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from simbench.scenario.model import Recorder
from simbench.study.leaks import find_leaks, metadata_features, study_leaks
from simbench.study.played import Played, Table, enriched_scenario, play
from simbench.study.study import Request

pytest.importorskip("sklearn", reason="needs the extra `study`")


@pytest.fixture(scope="module")
def played() -> Played:
    scenario = enriched_scenario(700, 9).model_copy(update={"recorder": Recorder(mousemove_hz=0, scroll_ms=1000)})
    return play(scenario, events=["seq", "received"])


def with_times(played: Played, shift_ms: np.ndarray) -> Played:
    """The same run with every event's time moved by its session's `shift_ms`."""
    table = played.events._table
    moved = played.events.number("time") + shift_ms[played.session["events"]]
    column = pa.array(moved.astype(np.int64), pa.timestamp("ms", tz="UTC"))
    place = table.column_names.index("time")
    return replace(played, events=Table(table.set_column(place, "time", column)))


def test_features_are_as_many_for_short_and_for_long_sessions(played: Played) -> None:
    sessions, features = metadata_features(played, 1)
    assert len(sessions) == len(features) > 300
    assert np.isfinite(features).all()


def test_nothing_leaks_and_what_is_planted_does(played: Played) -> None:
    # 3 kinds or more at p < .001: a false alarm in at most 1 of 100 seeds; none with this one.
    honest = find_leaks(played, "enriched", 1)
    assert honest and all(leak.found.p > 0.001 for leak in honest)
    # A writer whose clock ticks in steps of 10 ms where somebody clicked in vain.
    episodes = played.episodes
    rows = episodes.name("kind").is_("dead_click") & episodes.name("role").is_("true")
    has = np.zeros(played.count, dtype=bool)
    has[played.session["episodes"][rows]] = True
    time = played.events.number("time")
    shift = np.zeros(played.count)
    first = {int(s): t for s, t in zip(played.session["events"][::-1], time[::-1], strict=True)}
    for session in np.flatnonzero(has):
        if session in first:
            shift[session] = -(first[session] % 100)
    leaking = {leak.kind: leak.found.p for leak in find_leaks(with_times(played, shift), "enriched", 1)}
    assert leaking["dead_click"] < 0.002


@pytest.mark.slow
def test_metadata_is_at_chance() -> None:
    """Holm over all kinds and both shops at .05: 1 false alarm in 20 seeds, none with this one."""
    outcome = study_leaks(Request(size=0.2, seed=4))
    assert outcome.document["kinds"]
    assert outcome.held is True
