"""`simbench study realism` from end to end, on people who never were and on broken files."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simbench.cli import app
from simbench.errors import BadInput
from simbench.study.realism import study, visits
from simbench.study.realism.groups import Effort, everybody
from simbench.study.realism.people import PeopleFolder
from simbench.study.realism.study import GROUPS
from simbench.study.realism.trials import read_trials
from simbench.study.study import Request

RUN = CliRunner()
REAL = os.environ.get("SIMBENCH_PEOPLE")


@pytest.fixture(scope="module")
def played() -> visits.Visits:
    return visits.play_visits("shop-clean", 40, 1)


@pytest.fixture(autouse=True)
def few_visits(played: visits.Visits, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole visits cost time: a few dozen will do."""
    monkeypatch.setattr(visits, "_played", lambda *_: played)


@pytest.mark.usefixtures("small_forests")
def test_the_study_writes_tables_pictures_and_one_document(people: Path, tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="the study extra is not installed")
    out = tmp_path / "found"
    done = RUN.invoke(app, ["study", "realism", "--data", str(people), "--size", ".01", "-o", str(out), "--json"])
    assert done.exit_code == 1, done.output  # made-up people are not like our visitors
    document = json.loads(done.stdout)
    assert document == json.loads((out / "realism.json").read_text())
    assert (document["schema"], document["held"]) == ("simbench.study/1", False)
    for table in ("quantiles", "two_sample", "features", "trials"):
        for row in document[table]["rows"]:
            assert {"value", "target", "held"} <= set(row)
    found = {(row["features"], row["who"]): row for row in document["two_sample"]["rows"]
             if row["group"] == "movement kinematics"}  # fmt: skip
    assert found["A", "straight minimum jerk"]["held"]
    assert found["A", "people (other half)"]["value"] is not None
    assert "bots, simple" in {who for _, who in found}
    assert any("typing.csv.gz is not there" in line for line in document["skipped"])
    assert document["judged_on"]["movement kinematics"] == "everybody in the file; nothing was fitted on them"
    assert {path.name for path in out.glob("*.png")} >= {"realism-quantiles.png", "realism-auc.png"}
    assert not list(out.glob("PRIVATE*"))
    assert "Quantiles side by side" in (out / "realism.md").read_text()


@pytest.mark.parametrize("name", ["web_mouse", "desktop_mouse", "shop_sessions", "typing"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x1f\x8b broken",
        gzip.compress(b"a,b\n1,2\n"),
        gzip.compress(b"session,t_ms,x,y,ev,user,button,state\na,1,1,1,m,u,NoButton,Move\n"),
        gzip.compress(b"participant,section,press,release,keycode\n1,1,0,5,65\n"),
        gzip.compress(
            b"Administrative,Informational,ProductRelated,ProductRelated_Duration,Revenue\nmany,0,0,0,False\n"
        ),
    ],
    ids=["empty", "not gzip", "other columns", "mice", "keys", "words"],
)
def test_a_broken_file_is_bad_input(
    name: str, content: bytes, write_people: Callable[[str, bytes], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(study, "_need_sklearn", lambda: None)
    root = write_people(f"{name}.csv.gz", content)
    with pytest.raises(BadInput, match=rf"{name}\.csv\.gz") as raised:
        study.STUDY.run(Request(data=root, size=0.01))
    assert "\n" not in str(raised.value)


def test_without_scikit_learn_one_line_says_what_to_install(people: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(BadInput, match=r"needs scikit-learn; pip install 'simbench\[study\]'"):
        study.STUDY.run(Request(data=people, size=0.01))


def test_the_log_of_trials_is_whole() -> None:
    trials = read_trials()
    assert all(len(digest) == 64 for digest in trials.calibrated_files)
    names = {group.name for group in GROUPS}
    assert {row.group for row in trials.rows} <= names


@pytest.mark.slow
@pytest.mark.skipif(REAL is None, reason="SIMBENCH_PEOPLE does not name a folder of recordings (docs/studies.md)")
def test_real_people_are_read_and_are_not_told_from_each_other(tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="the study extra is not installed")
    assert REAL is not None
    folder = PeopleFolder.open(Path(REAL))
    for group in GROUPS:
        if group.file in folder.files:
            side = group.people(folder.files[group.file], everybody)
            assert {measure.name for measure in group.measures} <= set(side.numbers)
            assert set(group.sets) <= set(side.samples)
    shutil.copy(folder.files["web_mouse"], tmp_path)
    outcome = study.STUDY.run(Request(data=tmp_path, size=0.1))
    rows = {(row["group"], row["features"], row["who"]): row for row in outcome.document["two_sample"]["rows"]}
    assert 0.4 < rows["movement kinematics", "A", "people (other half)"]["value"] < 0.65
    assert rows["movement kinematics", "A", "straight minimum jerk"]["held"]
    assert Effort(size=0.1, seed=1).count(10) == 1
