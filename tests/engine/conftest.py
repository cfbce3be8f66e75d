"""A run on the captured shop, played once for all tests of the engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from simbench.engine.run import run_scenario
from simbench.events.run import Run
from simbench.scenario.loading import load_scenario, resolve
from simbench.scenario.model import Faults, Scenario


@pytest.fixture(scope="session")
def demo_scenario() -> Scenario:
    """The demo on a wire without faults, so that tables can be held to what the page did."""
    return load_scenario("shop-demo", sessions=1100).model_copy(update={"faults": Faults()})


@pytest.fixture(scope="session")
def demo_run(demo_scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """1,100 visits in three shards on one worker."""
    out: Path = tmp_path_factory.mktemp("runs") / "demo"
    return run_scenario(demo_scenario, resolve(demo_scenario), out)
