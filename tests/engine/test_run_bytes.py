"""Same scenario and seed: same bytes, whatever the workers, and whatever happened on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from simbench.engine.run import run_scenario
from simbench.errors import BadInput
from simbench.events.run import Run, sha256
from simbench.scenario.loading import load_scenario, resolve
from simbench.scenario.model import Scenario


def digests(run: Run) -> dict[str, str]:
    return {
        path.relative_to(run.path).as_posix(): sha256(path)
        for path in sorted(run.path.rglob("*"))
        if path.is_file() and path.name != "log.json"
    }


@pytest.mark.parametrize("workers", [2, 3])
def test_same_bytes_for_any_number_of_workers(
    demo_run: Run, demo_scenario: Scenario, tmp_path: Path, workers: int
) -> None:
    other = run_scenario(demo_scenario, resolve(demo_scenario), tmp_path / "run", workers=workers)
    assert digests(other) == digests(demo_run)
    assert other.verify() == []


def test_another_seed_gives_other_bytes(demo_run: Run, tmp_path: Path) -> None:
    scenario = load_scenario("shop-demo", sessions=1100, seed=12345)
    other = run_scenario(scenario, resolve(scenario), tmp_path / "run")
    name = "events/part-00000.parquet"
    assert digests(other)[name] != digests(demo_run)[name]


def test_an_interrupted_run_is_not_there_and_goes_on_to_the_same_bytes(
    demo_run: Run, demo_scenario: Scenario, tmp_path: Path
) -> None:
    out = tmp_path / "run"

    def stop_after_the_first_shard(done: int) -> None:
        if 0 < done < demo_scenario.sessions:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_scenario(demo_scenario, resolve(demo_scenario), out, progress=stop_after_the_first_shard)
    assert not out.exists()
    with pytest.raises(BadInput):
        Run.open(out)
    seen: list[int] = []
    resumed = run_scenario(demo_scenario, resolve(demo_scenario), out, resume=True, progress=seen.append)
    assert seen[0] == 500, "the first shard was not played again"
    assert digests(resumed) == digests(demo_run)
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_what_was_begun_with_another_scenario_is_not_taken_up(demo_scenario: Scenario, tmp_path: Path) -> None:
    def stop(done: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_scenario(demo_scenario, resolve(demo_scenario), tmp_path / "run", progress=stop)
    other = load_scenario("shop-demo", sessions=1100, seed=12345)
    with pytest.raises(BadInput, match="another scenario"):
        run_scenario(other, resolve(other), tmp_path / "run", resume=True)


def test_a_run_that_stands_there_is_not_overwritten_unasked(demo_run: Run, demo_scenario: Scenario) -> None:
    with pytest.raises(BadInput, match="exists already"):
        run_scenario(demo_scenario, resolve(demo_scenario), demo_run.path)


def test_only_some_types_are_written_and_the_rest_stays_as_it_is(tmp_path: Path) -> None:
    scenario = load_scenario("shop-demo", sessions=400)
    every = run_scenario(scenario, resolve(scenario), tmp_path / "all")
    some = run_scenario(scenario, resolve(scenario), tmp_path / "some", only=frozenset({"click", "pageview"}))
    counts = every.manifest["counts"]["events_by_type"]
    assert some.manifest["counts"]["events_by_type"] == {name: counts[name] for name in ("click", "pageview")}
    assert some.manifest["counts"]["episodes"] == every.manifest["counts"]["episodes"]
