"""What a run's tables promise, whoever reads them."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from simbench.events.run import Run
from simbench.events.schema import AMBIGUOUS_REASONS, EVENT_TYPES, KINDS, LOOKALIKES
from simbench.events.truth import Truth


@pytest.fixture(scope="module")
def events(demo_run: Run) -> pd.DataFrame:
    frame = demo_run.table("events").to_pandas()
    return frame.astype({name: object for name in frame.columns if frame[name].dtype == "category"})


@pytest.fixture(scope="module")
def views(demo_run: Run) -> pd.DataFrame:
    frame = demo_run.table("views").to_pandas()
    return frame.astype({name: object for name in frame.columns if frame[name].dtype == "category"})


@pytest.fixture(scope="module")
def truth(demo_run: Run) -> Truth:
    return Truth.open(demo_run)


def test_a_session_lies_in_one_part(demo_run: Run) -> None:
    parts = [set(demo_run.events(part, ["session"])["session"].to_pylist()) for part in demo_run.parts()]
    assert len(parts) == 3
    assert sum(map(len, parts)) == len(set.union(*parts))


def test_events_are_numbered_and_rise_in_time(events: pd.DataFrame) -> None:
    by_session = events.groupby("session", sort=False)
    assert (by_session.seq.diff().dropna() == 1).all()
    assert (by_session.seq.min() == 0).all()
    assert (by_session.time.diff().dropna() >= pd.Timedelta(0)).all()
    assert (by_session["view"].diff().dropna() >= 0).all()
    assert (events.received >= events.time).all()


def test_every_type_and_word_is_from_a_closed_list(events: pd.DataFrame) -> None:
    assert set(events.type) <= set(EVENT_TYPES)
    data = events[["type", "data"]].dropna().drop_duplicates()
    allowed = {
        "keydown": r"character|backspace|tab|unidentified",
        "visibility": r"hidden|visible",
        "error": r"[A-Z][A-Za-z]*Error",
        "request": r"/[a-z0-9/._-]*",
        "response": r"/[a-z0-9/._-]*",
        "open": r"window|download|file_chooser",
        "focus": r"window",
        "blur": r"window",
    }
    for kind, word in data.itertuples(index=False):
        assert re.fullmatch(allowed[kind], word), (kind, word)


def test_each_view_has_one_pageview_and_its_events_lie_within_it(events: pd.DataFrame, views: pd.DataFrame) -> None:
    opened = events[events.type == "pageview"].groupby(["session", "view"]).size()
    assert (opened == 1).all()
    joined = events.merge(views[["session", "view", "start", "end"]], on=["session", "view"], how="left")
    assert joined.start.notna().all()
    slack = pd.Timedelta(1, "s")  # a response may come in after its page was left
    assert (joined.time >= joined.start - pd.Timedelta(1, "ms")).all()
    assert (joined.time <= joined.end + slack).mean() > 0.999


def test_targets_are_elements_of_the_page_in_that_state(
    demo_run: Run, events: pd.DataFrame, views: pd.DataFrame
) -> None:
    elements = demo_run.elements().to_pandas()
    known = set(zip(elements.page, elements.state, elements.layout, elements.target, strict=True))
    pointed = events[events.x.notna()].merge(views[["session", "view", "page", "layout"]], on=["session", "view"])
    rows = pointed[pointed.target != "html"][["page", "state", "layout", "target"]].drop_duplicates()
    assert {tuple(row) for row in rows.itertuples(index=False)} <= known


def test_pointers_lie_inside_what_they_hit(events: pd.DataFrame) -> None:
    pointed = events[events.x.notna()]
    assert pointed.target.notna().all()
    for column in ("rel_x", "rel_y"):
        assert pointed[column].between(0, 1).mean() > 0.995
    assert (events.scroll_y.dropna() >= 0).all()


def test_what_people_did_has_the_right_shape(events: pd.DataFrame, demo_run: Run) -> None:
    sessions = demo_run.table("sessions").to_pandas().set_index("session")
    device = events.session.map(sessions.device.astype(str))
    assert not ((events.type == "mousemove") & (device != "desktop")).any()
    assert not (events.type.isin(["touchstart", "touchmove"]) & (device == "desktop")).any()
    downs, ups = (events.type == "pointerdown").sum(), (events.type == "pointerup").sum()
    clicks = events[events.type == "click"]
    # A page may be left while the button is still down.
    assert 0 <= downs - ups <= 0.002 * downs
    assert len(clicks) + (events.type == "contextmenu").sum() == ups, "a long press is no click"
    assert clicks.detail.ge(1).all()
    moves = events[events.type == "mousemove"]
    gaps = moves.groupby(["session", "view"]).time.diff().dropna().dt.total_seconds()
    assert (gaps >= 0.049).mean() > 0.8, "20 Hz at the most, but for where movements end"


def test_truth_speaks_the_closed_vocabularies(truth: Truth) -> None:
    episodes = truth.episodes.to_pandas()
    assert set(episodes.kind) <= set(KINDS)
    assert set(episodes.role) == {"true", "lookalike", "ambiguous"}
    assert set(episodes.lookalike[episodes.role == "lookalike"]) <= set(LOOKALIKES)
    assert set(episodes.lookalike[episodes.role == "ambiguous"]) <= set(AMBIGUOUS_REASONS)
    assert episodes.lookalike[episodes.role == "true"].isna().all()
    assert (episodes.t_end >= episodes.t_start).all()
    assert set(episodes.cause.dropna()) <= {defect["id"] for defect in truth.defects}
    assert episodes.episode.is_unique
    assert (episodes.field.notna() | (episodes.kind != "field_struggle")).all()


def test_all_kinds_and_four_look_alikes_happen(truth: Truth) -> None:
    episodes = truth.episodes.to_pandas()
    really = set(episodes.kind[episodes.role == "true"])
    assert really >= {"rage_click", "dead_click", "error_click", "u_turn", "form_abandonment", "hesitation"}
    assert set(episodes.lookalike.dropna()) >= {"stepper", "double_click", "text_selection", "comparing", "carousel"}


def test_unrecorded_visits_are_in_truth_alone(truth: Truth, demo_run: Run) -> None:
    told = truth.sessions.to_pandas()
    recorded = set(told.session[told.recorded])
    assert len(told) == 1100
    assert 0 < len(recorded) < 1100
    assert set(demo_run.table("sessions")["session"].to_pylist()) == recorded
    assert set(demo_run.table("events")["session"].to_pylist()) <= recorded
    unrecorded = truth.episodes.to_pandas()
    assert not unrecorded.observable[~unrecorded.session.isin(recorded)].any()


def test_click_episodes_stand_where_clicks_are(events: pd.DataFrame, truth: Truth) -> None:
    """Every observable dead click has a press on its target at its time (no faults and no skew in this scenario)."""
    episodes = truth.episodes.to_pandas()
    dead = episodes[(episodes.kind == "dead_click") & (episodes.role == "true") & episodes.observable]
    presses = events[events.type == "pointerdown"]
    skew = truth.sessions.to_pandas().set_index("session").clock_skew_ms
    for row in dead.head(300).itertuples():
        shift = pd.Timedelta(skew[row.session], "ms")
        near = presses[(presses.session == row.session) & (presses.time - shift >= row.t_start - pd.Timedelta(2, "ms"))
                       & (presses.time - shift <= row.t_end + pd.Timedelta(2, "ms"))]  # fmt: skip
        assert row.target in set(near.target)


def test_gaze_adds_up(truth: Truth) -> None:
    seen = truth.views.to_pandas()
    assert seen.depth_seen.between(0, 1).all()
    bands = np.stack(seen.bands)
    assert bands.shape[1] == 20
    assert (bands >= 0).all()
    assert bands.sum() > 0
    # People look at the top of pages more than at their ends.
    assert bands[:, :5].sum() > 2 * bands[:, 15:].sum()


def test_identifiers_leak_nothing_of_their_order(demo_run: Run) -> None:
    sessions = demo_run.table("sessions").to_pandas()
    rank = sessions.session.astype(str).rank()
    # Spearman of id and start: its sd is 1 / sqrt(n - 1); five of them is a false alarm in 1.7 million.
    assert abs(rank.corr(sessions.start.rank())) < 5 / np.sqrt(len(sessions) - 1)
