"""`simbench study`: what is asked, what is written, and what bad input gets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simbench.cli import app
from simbench.errors import BadInput
from simbench.study import catalogue
from simbench.study.study import Outcome, Request, Study, StudyTable

RUN = CliRunner()


@pytest.fixture(autouse=True)
def a_study(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(request: Request) -> Outcome:
        request.tell("counting", 0.5)
        return Outcome(document={"found": 3}, tables=[StudyTable(title="T", columns=["a|b"], rows=[["[x] 1|2"]])],
                       pictures={"p.png": b"png"}, held=request.seed == 1)  # fmt: skip

    study = Study(name="tiny", about="Is it so?", run=run)
    monkeypatch.setitem(catalogue.STUDIES, "tiny", "tiny")
    found = catalogue.importlib.import_module

    def importing(name: str, package: str | None = None) -> object:
        return type("M", (), {"STUDY": study}) if name == "tiny" else found(name, package)

    monkeypatch.setattr(catalogue.importlib, "import_module", importing)


def test_a_study_writes_a_document_a_page_and_pictures(tmp_path: Path) -> None:
    done = RUN.invoke(app, ["study", "tiny", "-o", str(tmp_path / "r"), "--json"])
    assert done.exit_code == 0, done.output
    document = json.loads((tmp_path / "r" / "tiny.json").read_text())
    assert document == json.loads(done.stdout)
    assert document["schema"] == "simbench.study/1"
    assert document["found"] == 3
    page = (tmp_path / "r" / "tiny.md").read_text()
    assert "`simbench study tiny`" in page
    assert "[x] 1\\|2" in page
    assert (tmp_path / "r" / "p.png").read_bytes() == b"png"


def test_a_study_whose_targets_do_not_hold_exits_with_1(tmp_path: Path) -> None:
    assert RUN.invoke(app, ["study", "tiny", "--seed", "2", "-o", str(tmp_path)]).exit_code == 1


def test_unknown_studies_and_missing_data_are_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no study 'tinny'"):
        RUN.invoke(app, ["study", "tinny"], catch_exceptions=False)
    with pytest.raises(BadInput, match="is not a folder"):
        RUN.invoke(app, ["study", "tiny", "--data", str(tmp_path / "none")], catch_exceptions=False)


def test_studies_are_listed() -> None:
    listed = RUN.invoke(app, ["study", "--json"])
    assert "tiny" in [study["name"] for study in json.loads(listed.stdout)["studies"]]
