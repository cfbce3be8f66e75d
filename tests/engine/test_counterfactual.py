"""Causes are settled by counterfactual: the same visitors, with the same luck and the fault removed, would not have."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from simbench.engine.run import run_scenario
from simbench.events.truth import Truth
from simbench.scenario.loading import load_scenario, resolve
from simbench.scenario.model import Faults, PlantedDefect, Scenario

#: Defects that are met together; two that sit on the same element are not (`cta-below-fold` has a run of its own).
TOGETHER = ("photo-no-zoom", "covered-continue", "coupon-error", "zip-lookup", "password-rules-hidden", "cta-like-ad",
            "tiny-menu")  # fmt: skip


def with_defects(*names: str, sessions: int = 900) -> Scenario:
    """The clean shop with these defects; clocks and wires without faults, so that times can be compared."""
    scenario = load_scenario("shop-clean", sessions=sessions)
    return scenario.model_copy(update={"defects": tuple(PlantedDefect(id=name) for name in names), "faults": Faults()})


def episodes(scenario: Scenario, out: Path) -> pd.DataFrame:
    run = run_scenario(scenario, resolve(scenario), out)
    frame = Truth.open(run).episodes.to_pandas()
    return frame.astype({name: object for name in frame.columns if frame[name].dtype == "category"})


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    return episodes(with_defects(), tmp_path_factory.mktemp("clean") / "run")


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    return episodes(with_defects(*TOGETHER), tmp_path_factory.mktemp("faulty") / "run")


def vanished(caused: pd.DataFrame, without: pd.DataFrame) -> int:
    """How many of the episodes `caused` have no counterpart of their kind, at their place and time, in `without`."""
    keys = ["session", "kind", "role", "view", "t_start"]
    return len(caused) - len(caused.merge(without[keys], on=keys))


def before(frame: pd.DataFrame, session: str, at: pd.Timestamp) -> pd.DataFrame:
    rows = frame[(frame.session == session) & (frame.t_end < at)]
    return rows[["kind", "role", "lookalike", "t_start", "t_end", "target"]].reset_index(drop=True)


@pytest.mark.parametrize(
    ("defect", "kinds"),
    [
        ("photo-no-zoom", {"dead_click": 60, "rage_click": 8, "thrashed_cursor": 3}),
        ("covered-continue", {"dead_click": 30, "rage_click": 5}),
        ("coupon-error", {"error_click": 20, "dead_click": 20, "rage_click": 3}),
        ("zip-lookup", {"field_struggle": 8, "form_abandonment": 5}),
        ("password-rules-hidden", {"field_struggle": 5}),
        ("cta-like-ad", {"missed_cta": 30}),
        ("tiny-menu", {"u_turn": 3}),
    ],
)
def test_a_fault_causes_what_would_not_have_been(
    faulty: pd.DataFrame, tmp_path: Path, defect: str, kinds: dict[str, int]
) -> None:
    """The same visitors, with that one fault removed and all others left, have nothing of the kind there and then."""
    without = episodes(with_defects(*(name for name in TOGETHER if name != defect)), tmp_path / "run")
    assert not (without.cause == defect).any()
    caused = faulty[faulty.cause == defect]
    met = caused.groupby("session").t_start.min()
    # Until the fault is met the visit is the same, to the millisecond.
    for session, at in met.items():
        assert before(faulty, session, at).equals(before(without, session, at)), session
    for kind, least in kinds.items():
        of_kind = caused[caused.kind == kind]
        assert len(of_kind) >= least, f"{kind}: {len(of_kind)}"
        assert vanished(of_kind, without) == len(of_kind), kind


def test_a_call_to_action_out_of_sight_is_missed_or_hunted_for_because_of_it(
    clean: pd.DataFrame, tmp_path: Path
) -> None:  # fmt: skip
    hidden = episodes(with_defects("cta-below-fold"), tmp_path / "run")
    caused = hidden[hidden.cause == "cta-below-fold"]
    assert set(caused.kind) >= {"missed_cta", "scroll_hunt"}
    assert vanished(caused, clean) == len(caused)


def test_without_a_defect_nothing_is_blamed_on_one(clean: pd.DataFrame) -> None:
    assert clean.cause.isna().all()
    # And a site without fault lets hardly anybody down.
    true = clean[clean.role == "true"]
    assert (true.kind == "error_click").sum() == 0
    # What is left are taps that missed.
    assert (true.kind == "dead_click").sum() <= 0.08 * 900


def impatient(patience_s: float, sessions: int = 500) -> Scenario:
    scenario = with_defects(sessions=sessions)
    personas = tuple(persona.model_copy(update={"patience_s": patience_s}) for persona in scenario.personas)
    return scenario.model_copy(update={"personas": personas})


def test_who_left_for_a_slow_load_stays_where_it_is_inside_patience(tmp_path: Path) -> None:
    hasty = episodes(impatient(0.4), tmp_path / "hasty")
    patient = episodes(impatient(60.0), tmp_path / "patient")
    left = hasty[(hasty.kind == "slow_load_exit") & (hasty.role == "true")]
    assert len(left) >= 20
    assert not ((patient.kind == "slow_load_exit") & (patient.role == "true")).any()
    # They come to the page that they did not wait for.
    ends = patient.groupby("session").t_end.max()
    stayed = left[left.session.isin(ends.index)]
    assert (ends.loc[stayed.session].to_numpy() > stayed.t_end.to_numpy()).mean() > 0.9
