"""Causes are settled by counterfactual: the same visitors, with the same luck and the fault removed, would not have."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from simbench.engine.run import run_scenario
from simbench.events.truth import Truth
from simbench.scenario.loading import load_scenario, resolve
from simbench.scenario.model import PlantedDefect, Scenario


def with_defects(*names: str, sessions: int = 900) -> Scenario:
    scenario = load_scenario("shop-clean", sessions=sessions)
    return scenario.model_copy(update={"defects": tuple(PlantedDefect(id=name) for name in names)})


def episodes(scenario: Scenario, out: Path) -> pd.DataFrame:
    run = run_scenario(scenario, resolve(scenario), out)
    frame = Truth.open(run).episodes.to_pandas()
    return frame.astype({name: object for name in frame.columns if frame[name].dtype == "category"})


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    return episodes(with_defects(), tmp_path_factory.mktemp("clean") / "run")


@pytest.mark.parametrize(
    ("defect", "kind"),
    [
        ("photo-no-zoom", "dead_click"),
        ("covered-continue", "dead_click"),
        ("coupon-error", "error_click"),
        ("zip-lookup", "field_struggle"),
        ("password-rules-hidden", "field_struggle"),
    ],
)
def test_a_fault_causes_what_would_not_have_been(clean: pd.DataFrame, tmp_path: Path, defect: str, kind: str) -> None:
    faulty = episodes(with_defects(defect), tmp_path / "run")
    caused = faulty[(faulty.kind == kind) & (faulty.cause == defect) & (faulty.role == "true")]
    assert len(caused) >= 3, "the defect is met"
    # Without the fault, the same visitors do not have such an episode at that place.
    same = clean[(clean.kind == kind) & (clean.role == "true") & clean.target.isin(caused.target)]
    before = set(zip(caused.session, caused.target, strict=True))
    after = set(zip(same.session, same.target, strict=True))
    assert len(before & after) <= 0.02 * len(before)


def test_until_the_fault_is_met_the_visit_is_the_same(clean: pd.DataFrame, tmp_path: Path) -> None:
    faulty = episodes(with_defects("coupon-error"), tmp_path / "run")
    met = faulty[faulty.cause == "coupon-error"].groupby("session").t_start.min()
    assert len(met) >= 3
    for session, at in met.items():
        mine, theirs = (
            frame[(frame.session == session) & (frame.t_end < at)][["kind", "role", "t_start", "target"]]
            for frame in (faulty, clean)
        )
        assert mine.reset_index(drop=True).equals(theirs.reset_index(drop=True))


def test_without_a_defect_nothing_is_blamed_on_one(clean: pd.DataFrame) -> None:
    assert clean.cause.isna().all()
    # And a site without fault lets hardly anybody down.
    true = clean[clean.role == "true"]
    assert (true.kind == "error_click").sum() == 0
    # What is left are taps that missed.
    assert (true.kind == "dead_click").sum() <= 0.08 * 900
