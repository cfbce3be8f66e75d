"""`simbench report` as people call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from report_run import write_run
from typer.testing import CliRunner

from simbench.cli import app
from simbench.errors import BadInput
from simbench.report.making import is_report

runner = CliRunner()


def test_the_page_lies_in_the_run_and_is_replaced(tmp_path: Path) -> None:
    write_run(tmp_path / "run")
    for _ in range(2):
        result = runner.invoke(app, ["report", str(tmp_path / "run")])
        assert result.exit_code == 0, result.output
    page = tmp_path / "run" / "report.html"
    assert is_report(page)
    assert "Rage clicks: found 50 %" in result.stdout
    assert not list((tmp_path / "run").glob(".*"))


def test_json_is_one_document_on_stdout(tmp_path: Path) -> None:
    write_run(tmp_path / "run")
    result = runner.invoke(app, ["report", str(tmp_path / "run"), "-o", str(tmp_path / "deep" / "r.html"), "--json"])
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["schema"] == "simbench.report/1"
    assert document["bytes"] == (tmp_path / "deep" / "r.html").stat().st_size
    assert document["findings"][0] | {"text": ""} == {
        "kind": "rage_click", "text": "", "truth": 2, "findings": 2, "recall": 0.5, "precision": 0.5,
    }  # fmt: skip
    assert document["defects"] == [{"id": "dead-pay", "caused": 3, "looked_for": 3, "found": 2}]
    assert document["screens"] == [{"page": "/cart", "name": "Cart", "views": 3, "devices": ["desktop"]}]


def test_a_run_without_truth_gets_a_page_that_says_why_there_is_no_score(tmp_path: Path) -> None:
    write_run(tmp_path / "run", truth=False)
    result = runner.invoke(app, ["report", str(tmp_path / "run")])
    assert result.exit_code == 0, result.output
    html = (tmp_path / "run" / "report.html").read_text()
    assert "<h2>No score</h2>" in html
    assert "recorded from real people" in html
    assert 'id="planted"' not in html


@pytest.mark.parametrize("content", ["<html>a page of my own</html>", ""])
def test_a_file_that_is_no_report_is_not_replaced(tmp_path: Path, content: str) -> None:
    write_run(tmp_path / "run")
    mine = tmp_path / "mine.html"
    mine.write_text(content)
    result = runner.invoke(app, ["report", str(tmp_path / "run"), "-o", str(mine)])
    assert isinstance(result.exception, BadInput)
    assert "is not a report" in str(result.exception)
    assert mine.read_text() == content


def test_a_folder_in_the_page_s_place_is_refused(tmp_path: Path) -> None:
    write_run(tmp_path / "run")
    result = runner.invoke(app, ["report", str(tmp_path / "run"), "-o", str(tmp_path)])
    assert isinstance(result.exception, BadInput)
    assert "is a folder" in str(result.exception)


def test_no_run_is_one_clear_error(tmp_path: Path) -> None:
    result = runner.invoke(app, ["report", str(tmp_path / "none")])
    assert isinstance(result.exception, BadInput)
    assert "no such folder" in str(result.exception)
