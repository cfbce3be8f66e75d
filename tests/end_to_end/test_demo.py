"""`simbench demo`, from the command to the page, on the site and scenario that come with simbench."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simbench.cli import app
from simbench.errors import BadInput
from simbench.events.run import Run
from simbench.report.making import is_report

runner = CliRunner()
SMALL = ["demo", "--sessions", "25", "--workers", "1"]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A finished demo's folder, and what it printed."""
    out = tmp_path_factory.mktemp("demo") / "demo"
    result = runner.invoke(app, [*SMALL, "--out", str(out)])
    assert result.exit_code == 0, result.output
    return out, result.stdout


def test_it_leaves_a_run_and_a_report_and_says_what_next(done: tuple[Path, str]) -> None:
    out, said = done
    run = Run.open(out / "run")
    assert run.verify() == []
    assert run.manifest["counts"]["sessions"] == 25
    page = out / "report.html"
    assert is_report(page)
    assert page.stat().st_size < 6_000_000
    text = page.read_text("utf-8")
    assert "visits to Skymra" in text
    assert text.count('<article class="key">') == 3
    assert 'class="page" src="data:image/webp;base64,' in text
    assert "no picture at hand" not in text
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    assert sum(line.startswith(("Rage clicks:", "Dead clicks:", "Error clicks:")) for line in lines) == 3
    assert sum(line.startswith("simbench ") for line in lines) == 3
    assert str(page) in said.replace("\n", "")


def test_it_replaces_its_own_and_leaves_other_files_alone(done: tuple[Path, str]) -> None:
    out, _ = done
    (out / "notes.txt").write_text("mine")
    result = runner.invoke(
        app, ["demo", "--sessions", "5", "--workers", "1", "--seed", "12", "--out", str(out), "--json"]
    )
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["schema"] == "simbench.demo/1"
    assert document["run"] == str(out / "run")
    assert len(document["findings"]) == 3
    assert Run.open(out / "run").manifest["seed"] == 12
    assert (out / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("name", ["run", "report.html"])
def test_what_is_not_a_demo_s_is_not_replaced(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir() if name == "run" else (tmp_path / name).write_text("mine")
    result = runner.invoke(app, [*SMALL, "--out", str(tmp_path)])
    assert isinstance(result.exception, BadInput)
    assert "is not a demo's" in str(result.exception)
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


def test_a_file_of_mine_in_the_run_stops_it(done: tuple[Path, str]) -> None:
    out, _ = done
    mine = out / "run" / "thoughts.txt"
    mine.write_text("mine")
    try:
        result = runner.invoke(app, [*SMALL, "--out", str(out)])
        assert isinstance(result.exception, BadInput)
        assert "thoughts.txt" in str(result.exception)
        assert mine.read_text() == "mine"
    finally:
        mine.unlink()


def test_a_page_of_mine_in_the_report_s_place_stops_it(done: tuple[Path, str]) -> None:
    out, _ = done
    page = out / "report.html"
    before = page.read_bytes()
    page.write_text("mine")
    try:
        result = runner.invoke(app, [*SMALL, "--out", str(out)])
        assert isinstance(result.exception, BadInput)
        assert page.read_text() == "mine"
    finally:
        page.write_bytes(before)


def test_a_file_in_the_folder_s_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("mine")
    result = runner.invoke(app, [*SMALL, "--out", str(tmp_path / "demo")])
    assert isinstance(result.exception, BadInput)
    assert "is a file" in str(result.exception)


def test_a_demo_that_was_interrupted_can_be_had_again(tmp_path: Path) -> None:
    # What Ctrl-C in the middle of the run leaves: the mark, and the staging folder of the run.
    (tmp_path / "demo.json").write_text('{"schema": "simbench.demo/1"}')
    (tmp_path / ".run.partial" / "events").mkdir(parents=True)
    result = runner.invoke(app, ["demo", "--sessions", "5", "--workers", "1", "--out", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo.json", "report.html", "run"]


def test_a_browser_opens_only_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" >"{tmp_path}/opened"\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    options = ["demo", "--sessions", "5", "--workers", "1", "--out", str(tmp_path / "out")]
    assert runner.invoke(app, options).exit_code == 0
    assert not (tmp_path / "opened").exists()
    # In a process of its own: Python asks for the browser's name once.
    program = "from simbench.cli import main; main()"
    subprocess.run([sys.executable, "-c", program, *options, "--open"], check=True, capture_output=True)
    deadline = time.monotonic() + 5
    while not (tmp_path / "opened").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (tmp_path / "opened").read_text() == (tmp_path / "out" / "report.html").resolve().as_uri()
