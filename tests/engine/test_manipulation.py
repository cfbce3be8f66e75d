"""Manipulation checks: turn one dial, and what hangs on it moves, in the direction that it should."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from simbench.engine.run import run_scenario
from simbench.events.run import Run
from simbench.events.truth import Truth
from simbench.scenario.loading import load_scenario, resolve
from simbench.scenario.model import Scenario


def turned(changes: dict[str, Any], name: str, sessions: int = 600) -> Scenario:
    """A scenario with dials of all personas set to fixed values."""
    scenario = load_scenario(name, sessions=sessions)
    personas = tuple(persona.model_copy(update=changes) for persona in scenario.personas)
    return scenario.model_copy(update={"personas": personas})


def played(changes: dict[str, Any], out: Path, name: str = "shop-clean") -> tuple[Run, pd.DataFrame]:
    scenario = turned(changes, name)
    run = run_scenario(scenario, resolve(scenario), out)
    return run, Truth.open(run).episodes.to_pandas()


def true_episodes(episodes: pd.DataFrame, kind: str) -> int:
    return int(((episodes.kind == kind) & (episodes.role == "true")).sum())


@pytest.mark.parametrize(
    ("dial", "low", "high", "kind", "scenario"),
    [
        ("vent_rage", 0.02, 0.9, "rage_click", "shop-demo"),
        ("hesitancy", 0.02, 0.9, "hesitation", "shop-clean"),
        ("form_wary", 0.0, 0.95, "form_abandonment", "shop-clean"),
        ("patience_s", 30.0, 0.4, "slow_load_exit", "shop-clean"),
    ],
)
def test_a_dial_moves_what_it_is_for(
    tmp_path: Path, dial: str, low: float, high: float, kind: str, scenario: str
) -> None:
    _, calm = played({dial: low}, tmp_path / "low", scenario)
    _, wild = played({dial: high}, tmp_path / "high", scenario)
    assert true_episodes(wild, kind) > 1.3 * true_episodes(calm, kind) + 2


def test_who_likes_to_scroll_sees_more_of_pages(tmp_path: Path) -> None:
    shy, _ = played({"scroll_propensity": 0.1}, tmp_path / "low")
    keen, _ = played({"scroll_propensity": 0.9}, tmp_path / "high")
    depth = [Truth.open(run).views.to_pandas().depth_seen.mean() for run in (shy, keen)]
    assert depth[1] > depth[0] + 0.1
