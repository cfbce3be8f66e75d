"""What happens at forms, as the truth tells it: who gave up, who was only called away, and who just types slowly."""

from __future__ import annotations

import pandas as pd
import pytest

from simbench.events.run import Run
from simbench.events.truth import Truth


@pytest.fixture(scope="module")
def episodes(demo_run: Run) -> pd.DataFrame:
    return Truth.open(demo_run).episodes.to_pandas()


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("form_abandonment", "outside_cause"), ("form_abandonment", "price_check"),
        ("form_abandonment", "interruption"), ("hesitation", "slow_reader"),
        ("form_abandonment", "submits_later"), ("field_struggle", "typo"), ("field_struggle", "slow_typist"),
        ("field_struggle", "change_of_mind"), ("field_struggle", "cured_at_once"), ("hesitation", "typing"),
        ("hesitation", "waiting"), ("hesitation", "distraction"),
    ],
)  # fmt: skip
def test_every_look_alike_of_forms_occurs(episodes: pd.DataFrame, kind: str, name: str) -> None:
    assert ((episodes.kind == kind) & (episodes.lookalike == name)).any()


def test_giving_up_lasts_until_the_form_is_left(episodes: pd.DataFrame, demo_run: Run) -> None:
    given_up = episodes[(episodes.kind == "form_abandonment") & (episodes.role == "true")]
    assert (given_up.t_end > given_up.t_start).all()
    # Nothing is entered between the decision and the exit.
    events = demo_run.table("events").to_pandas()
    skew = Truth.open(demo_run).sessions.to_pandas().set_index("session").clock_skew_ms
    entries = events[events.type == "input"]
    for row in given_up.itertuples():
        mine = entries[entries.session == row.session].time - pd.Timedelta(skew[row.session], "ms")
        assert not (mine > row.t_start + pd.Timedelta(2, "ms")).any()


def test_who_is_interrupted_goes_on(episodes: pd.DataFrame) -> None:
    """An interruption is no abandonment: no true one of the same form ends at the same time."""
    interrupted = episodes[episodes.lookalike == "interruption"]
    later = episodes[~episodes.kind.isin(["form_abandonment"])]
    assert all((later[later.session == row.session].t_start >= row.t_end).any() for row in interrupted.itertuples())
