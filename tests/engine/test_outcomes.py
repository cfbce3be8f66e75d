"""What visits look like as wholes: what comes first, what is rare, and how often people try."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from simbench.engine.run import run_scenario
from simbench.events.run import Run
from simbench.events.truth import Truth
from simbench.scenario.loading import load_scenario, resolve


@pytest.fixture(scope="module")
def told(demo_run: Run) -> pd.DataFrame:
    return Truth.open(demo_run).episodes.to_pandas()


@pytest.fixture(scope="module")
def presses_and_entries(demo_run: Run) -> pd.DataFrame:
    columns = ["session", "view", "time", "type", "target"]
    events = pd.concat([demo_run.events(part, columns).to_pandas() for part in demo_run.parts()])
    return events[events.type.isin(["pointerdown", "input"])]


def test_whoever_misses_a_call_to_action_has_looked_for_it(told: pd.DataFrame) -> None:
    missed = told[(told.kind == "missed_cta") & (told.role == "true")]
    assert len(missed) > 10
    assert (missed.t_end - missed.t_start).min() > pd.Timedelta(seconds=1)


def test_nobody_tries_a_thing_again_and_again_calmly(told: pd.DataFrame) -> None:
    rounds = told[(told.kind == "rage_click") & (told.lookalike == "calm_retry")]
    assert len(rounds) > 20
    # Two rounds a press that failed; a page can be pressed at the same place twice, with other things in between.
    per_place = rounds.groupby(["session", "view", "target"], observed=True).size()
    assert per_place.max() <= 4
    assert (per_place > 2).mean() < 0.06


def test_few_mark_texts(demo_run: Run, told: pd.DataFrame) -> None:
    sessions = demo_run.table("sessions").num_rows
    marked = told[(told.kind == "dead_click") & (told.lookalike == "text_selection")].session.nunique()
    assert 0 < marked < 0.08 * sessions


def test_only_some_who_bounce_judge_that_it_is_not_here(demo_run: Run, told: pd.DataFrame) -> None:
    views = demo_run.table("views").to_pandas()
    once = views.groupby("session", observed=True).size()
    bounced = set(once[once == 1].index)
    left = told[(told.kind == "u_turn") & (told.lookalike == "leaves_site")]
    assert 0.03 < len(set(left.session) & bounced) / len(bounced) < 0.4


def test_a_form_is_gone_into_by_a_press(presses_and_entries: pd.DataFrame) -> None:
    first = presses_and_entries[presses_and_entries.target == "#email"].sort_values("time")
    first = first.groupby(["session", "view"], observed=True).first()
    assert len(first) > 30
    assert (first.type == "pointerdown").mean() > 0.97


def test_a_look_comes_before_a_press(demo_run: Run, presses_and_entries: pd.DataFrame) -> None:
    views = demo_run.table("views").to_pandas()[["session", "view", "start"]]
    pressed = presses_and_entries[presses_and_entries.type == "pointerdown"]
    first = pressed.groupby(["session", "view"], observed=True).time.min().reset_index()
    after = first.merge(views, on=["session", "view"])
    # What is left are second presses of a double click, that fell on the next page.
    assert ((after.time - after.start) < pd.Timedelta(seconds=1)).mean() < 0.02


def test_forms_are_given_up_for_all_sorts_of_reasons(told: pd.DataFrame) -> None:
    given_up = told[told.kind == "form_abandonment"]
    assert {"price_check", "outside_cause"} <= set(given_up.lookalike.dropna())
    true = given_up[given_up.role == "true"]
    assert true.cause.isna().any()
    assert true.cause.notna().any()


def test_anger_on_the_side_can_turn_people_back(tmp_path: Path) -> None:
    scenario = load_scenario("shop-demo", sessions=500)
    angry = {"vent_back": 0.95, "vent_rage": 0.0, "vent_thrash": 0.0, "vent_scroll": 0.0}
    people = tuple(persona.model_copy(update=angry) for persona in scenario.personas)
    run = run_scenario(
        scenario.model_copy(update={"personas": people}), resolve(scenario), tmp_path / "run"
    )  # fmt: skip
    turned = Truth.open(run).episodes.to_pandas()
    assert ((turned.kind == "u_turn") & (turned.lookalike == "venting")).sum() >= 5
