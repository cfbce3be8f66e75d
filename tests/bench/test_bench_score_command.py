"""`simbench score`, as people and programs call it."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simbench import cli
from simbench.bench.codes import equals
from simbench.bench.reading import read_for_scoring
from simbench.events import Run
from simbench.events.findings import write_findings

Make = Callable[..., Any]

SESSIONS = [{"session": f"s{n}"} for n in range(4)]
EPISODES = [
    {"session": "s0", "kind": "rage_click", "t_start": 1000, "target": "#x", "cause": "photo"},
    {"session": "s1", "kind": "rage_click", "t_start": 1000, "target": "#x", "cause": "photo"},
    {
        "session": "s2",
        "kind": "rage_click",
        "t_start": 1000,
        "target": "#x",
        "role": "lookalike",
        "lookalike": "stepper",
    },
    {"session": "s3", "kind": "hesitation", "t_start": 1000, "target": "#x"},
]
CLICKS = [{"session": f"s{n}", "time": 1000 * k, "target": "#x"} for n in range(4) for k in (1, 2, 3)]
FOUND = [{"session": f"s{n}", "t_start": 1000, "target": "#x", "score": 0.5} for n in (0, 2)]


@pytest.fixture
def simbench(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run the command line; its exit code, stdout and stderr."""

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["simbench", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "100")
        with pytest.raises(SystemExit) as left:
            cli.main()
        captured = capsys.readouterr()
        return int(left.value.code or 0), captured.out, captured.err

    return call


@pytest.fixture
def run(make_run: Make) -> Run:
    return make_run(sessions=SESSIONS, episodes=EPISODES, clicks=CLICKS)


@pytest.fixture
def found(tmp_path: Path, make_findings: Make) -> Path:
    write_findings(make_findings(*FOUND), tmp_path / "my tool.jsonl")
    return tmp_path / "my tool.jsonl"


def test_anybodys_findings_are_scored_and_stay_beside_the_built_in_ones(run: Run, found: Path, simbench: Make) -> None:
    code, out, err = simbench("score", run.path, "--findings", found, "--json")
    assert code == 0
    document = json.loads(out)
    (row,) = [r for r in document["results"] if r["row"] == "detector"]
    assert (row["detector"], row["matched"], row["false_positives"]) == ("mine", 1, {"lookalike:stepper": 1})
    assert document["kinds_without_detector"] == {"hesitation": 1}
    assert "nothing here looks for: hesitation 1" in err
    folder = run.path / "scores" / "my-tool"
    assert json.loads((folder / "score.json").read_text()) == document
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["files"]["score.json"]["sha256"] == hashlib.sha256((folder / "score.json").read_bytes()).hexdigest()
    assert manifest["findings"]["name"] == "my tool.jsonl"
    assert not (run.path / "scores" / "score.json").exists()


def test_the_table_is_for_people(run: Run, found: Path, simbench: Make) -> None:
    code, out, err = simbench("score", run.path, "--findings", found, "--by", "cause")
    assert code == 0
    lines = [line.split() for line in out.splitlines()]
    assert ["rage_click", "by"] not in lines
    for label in ("random", "null", "perfect"):
        assert [words[0] for words in lines if words].count(label) == 1
    assert ["perfect", "2/2", *["100", "[16,100]"] * 4, "0.0"] in lines
    assert any("stepper 1" in line for line in out.splitlines())
    assert any(words[:2] == ["by", "mine"] or "photo" in words for words in lines)
    assert "score.json" in err


def test_same_input_same_bytes(run: Run, found: Path, simbench: Make, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert simbench("score", run.path, "--findings", found, "-o", tmp_path / name)[0] == 0
    for file in ("score.json", "manifest.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_the_analysis_is_scored_when_there_is_one(run: Run, simbench: Make, make_findings: Make) -> None:
    own = make_findings(*({**row, "detector": "rage_click"} for row in FOUND))
    write_findings(own, run.path / "analysis" / "findings.parquet")
    code, out, _ = simbench("score", run.path, "--json")
    assert code == 0
    rows = [r for r in json.loads(out)["results"] if r["row"] == "detector"]
    # All that the built-in detectors declare is scored, found or not.
    assert {(r["detector"], r["kind"]) for r in rows} >= {("rage_click", "rage_click"), ("dead_click", "dead_click")}
    assert (run.path / "scores" / "score.json").is_file()


def test_the_detectors_run_where_there_is_no_analysis(run: Run, simbench: Make) -> None:
    code, out, err = simbench("score", run.path, "--json")
    assert code == 0
    assert "running the built-in detectors" in err
    assert "rage_click" in {r["kind"] for r in json.loads(out)["results"]}


@pytest.mark.parametrize(
    ("bar", "code", "says"),
    [
        ({"measure": "recall", "at_least": 0.5}, 0, ""),
        ({"measure": "recall", "at_least": 0.51}, 1, "recall is 0.500 ["),
        ({"measure": "precision", "at_most": 0.4}, 1, "expected at most 0.4"),
        ({"measure": "f1", "at_least": 0.1, "at_most": 0.9, "kind": "rage_click"}, 0, ""),
    ],
)
def test_expectations_decide_the_exit_code(
    make_run: Make, found: Path, simbench: Make, bar: dict[str, Any], code: int, says: str
) -> None:
    scenario = {"expect": [{"detector": "mine", "kind": None, "at_least": None, "at_most": None, **bar}]}
    run = make_run(scenario, sessions=SESSIONS, episodes=EPISODES)
    left, out, err = simbench("score", run.path, "--findings", found, "--json")
    assert left == code
    (verdict,) = json.loads(out)["expectations"]
    assert verdict["met"] is (code == 0)
    assert ("not met: mine on rage_click: " in err) is (code == 1)
    assert says in err


def test_a_value_that_cannot_be_told_meets_nothing(
    make_run: Make, simbench: Make, tmp_path: Path, make_findings: Make
) -> None:
    scenario = {"expect": [{"detector": "mine", "kind": "dead_click", "measure": "precision", "at_most": 1.0}]}
    run = make_run(scenario, sessions=SESSIONS, episodes=EPISODES)
    write_findings(make_findings(*FOUND), tmp_path / "found.jsonl")
    code, _, err = simbench("score", run.path, "--findings", tmp_path / "found.jsonl", "--kind", "dead_click")
    assert code == 1
    assert "precision cannot be told (nothing was found)" in err
    assert "left out: findings of mine of kinds that it does not declare (rage_click 2)" in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--against", "old.jsonl"], "--against: comparing two sets of findings is not there yet"),
        (["--findings", "missing.jsonl"], "missing.jsonl: no such file"),
        (["--kind", "rage_click"], "--kind: goes with --findings"),
        (["--findings", "x.jsonl", "--kind", "rage"], "--kind rage: no such kind; one of rage_click"),
        (["--by", "moon"], "--by moon: no such breakdown"),
    ],
)
def test_bad_input_is_one_clear_line(run: Run, simbench: Make, arguments: list[str], says: str) -> None:
    code, out, err = simbench("score", run.path, *arguments)
    assert code == 2
    assert says in err
    assert "Traceback" not in err
    assert out == ""


def test_a_run_without_truth_cannot_be_scored(run: Run, simbench: Make, tmp_path: Path) -> None:
    (run.path / "truth").rename(tmp_path / "elsewhere")
    code, _, err = simbench("score", run.path)
    assert code == 2
    assert "has no truth" in err


def test_an_expectation_of_an_unknown_detector_is_bad_input(make_run: Make, simbench: Make) -> None:
    scenario = {"expect": [{"detector": "rageclick", "measure": "recall", "at_least": 0.5}]}
    run = make_run(scenario, sessions=SESSIONS, episodes=EPISODES)
    code, _, err = simbench("score", run.path)
    assert code == 2
    assert "expect, entry 1: detector 'rageclick' was not scored; scored were: " in err


def test_findings_in_unknown_sessions_are_said_not_crashed_on(
    run: Run, simbench: Make, make_findings: Make, tmp_path: Path
) -> None:
    write_findings(make_findings(*FOUND, {"session": "zz", "t_start": 1}), tmp_path / "found.parquet")
    code, _, err = simbench("score", run.path, "--findings", tmp_path / "found.parquet")
    assert code == 0
    assert "left out: findings in sessions that the run does not have (1 in 1)" in err.replace("\n", " ")


def test_only_clicks_are_read_of_the_events(make_run: Make) -> None:
    moves = [{"session": "s0", "time": 10 * k, "type": "mousemove"} for k in range(50)]
    observed = read_for_scoring(make_run(sessions=SESSIONS, clicks=[*CLICKS, *moves]))
    assert observed.events.num_rows == len(CLICKS)
    assert equals(observed.events["type"], "click").all()
