"""`simbench picture`: what a session did, and its picture."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from report_run import write_run
from typer.testing import CliRunner

from simbench.cli import app
from simbench.errors import BadInput
from simbench.events.run import Run
from simbench.report.session_picture import WIDTH_PX, draw_session
from simbench.report.session_trace import random_sessions, trace_sessions

RUN = CliRunner()
VERMILION = (213, 94, 0)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return write_run(tmp_path_factory.mktemp("pictures") / "run")


def test_presses_know_what_the_truth_calls_them(run: Run) -> None:
    names = random_sessions(run, 10, 1)
    traces = {trace.session: trace for trace in trace_sessions(run, names)}
    rage = [click for trace in traces.values() for view in trace.views for click in view.clicks
            if "rage_click" in click.truths]  # fmt: skip
    assert len(rage) >= 2
    assert all(click.x == 80.0 for click in rage)
    view = next(iter(traces.values())).views[0]
    assert view.move_t[0] == pytest.approx(0.5)
    assert view.end - view.start == pytest.approx(20.0)


def test_a_true_rage_press_is_ringed_in_its_colour(run: Run) -> None:
    traces = trace_sessions(run, random_sessions(run, 10, 1))
    for trace in traces:
        picture = draw_session(run, trace)
        assert picture.width == WIDTH_PX
        pixels = np.asarray(picture)[150:]  # beneath the key
        ringed = bool((pixels == VERMILION).all(axis=-1).any())
        assert ringed == any("rage_click" in c.truths for v in trace.views for c in v.clicks)


def test_a_run_without_truth_is_drawn_too(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", truth=False)
    (trace,) = trace_sessions(run, random_sessions(run, 1, 1))
    assert "no truth" in trace.facts
    assert draw_session(run, trace).width == WIDTH_PX


def test_the_command_draws_what_is_asked_for(run: Run, tmp_path: Path) -> None:
    done = RUN.invoke(app, ["picture", str(run.path), "--random", "2", "-o", str(tmp_path / "p"), "--json"])
    assert done.exit_code == 0, done.output
    made = json.loads(done.stdout)["pictures"]
    assert len(made) == 2
    for entry in made:
        with Image.open(entry["picture"]) as picture:
            assert picture.width == WIDTH_PX
    again = RUN.invoke(app, ["picture", str(run.path), "--random", "2", "-o", str(tmp_path / "q"), "--json"])
    assert [e["session"] for e in json.loads(again.stdout)["pictures"]] == [e["session"] for e in made]


def test_bad_input_is_told(run: Run, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no recorded session nobody"):
        RUN.invoke(app, ["picture", str(run.path), "--session", "nobody", "-o", str(tmp_path)], catch_exceptions=False)
    for wrong in ([], ["--session", "a", "--random", "1"]):
        with pytest.raises(BadInput, match="--random N"):
            RUN.invoke(app, ["picture", str(run.path), *wrong], catch_exceptions=False)
