"""`simbench import`, as a person or a program calls it."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from rrweb_samples import mouse, page, press, write

from simbench.cli import main
from simbench.events import Run


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


Call = Callable[..., Done]


@pytest.fixture
def simbench(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """The command line in this process."""

    def call(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["simbench", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        return Done(int(left.value.code or 0), said.out, said.err)

    return call


def test_as_a_process_of_its_own(tmp_path: Path) -> None:
    file = write(tmp_path / "visit.json", page())
    program = [sys.executable, "-c", "from simbench.cli import main; main()"]
    arguments = ["import", str(file), "--from", "rrweb", "-o", str(tmp_path / "run"), "--json"]
    done = subprocess.run([*program, *arguments], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["counts"]["sessions"] == 1


def test_an_import_says_what_it_made(tmp_path: Path, simbench: Call) -> None:
    file = tmp_path / "visit.json.gz"
    file.write_bytes(gzip.compress(json.dumps([*page(), *press(1000, 42)]).encode()))
    done = simbench("import", file, "--from", "rrweb", "-o", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    words = done.stdout.split()
    assert words[words.index("sessions") + 1] == "1"
    assert words[words.index("click") + 1] == "1"
    assert "simbench detect" in done.stdout
    assert Run.open(tmp_path / "run").verify() == []


def test_json_is_one_document_on_stdout(tmp_path: Path, simbench: Call) -> None:
    file = write(tmp_path / "visit.json", [*page(), None, mouse(2000, 2, 42), mouse(1000, 2, 42)])
    done = simbench("import", file, "--from", "rrweb", "-o", tmp_path / "run", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["schema"] == "simbench.import/1"
    assert document["run"] == str(tmp_path / "run")
    assert document["counts"]["events_by_type"] == {"pageview": 1, "click": 2}
    (account,) = document["files"]
    assert (account["rejected"], account["sorted"], account["events_read"]) == (1, 1, 5)


def test_what_did_not_go_in_whole_is_said_on_stderr(tmp_path: Path, simbench: Call) -> None:
    file = write(tmp_path / "visit.json", [*page(), None, mouse(2000, 2, 42), mouse(1000, 2, 42)])
    done = simbench("import", file, "--from", "rrweb", "-o", tmp_path / "run")
    said = " ".join(done.stderr.split())
    assert "left out as malformed: 1 of 5 events, the first (event 2): the event is not an object" in said
    assert "out of order, so sorted by time: 1 of 5 events" in said


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("posthog", "--from: posthog is still to come; what works now: rrweb"),
        ("csv", "--from: csv is still to come; what works now: rrweb"),
        ("hotjar", "--from: 'hotjar' is not known; what works now: rrweb"),
    ],
)
def test_other_formats_are_refused_naming_what_works(tmp_path: Path, simbench: Call, source: str, message: str) -> None:
    done = simbench("import", write(tmp_path / "x.json", page()), "--from", source, "-o", tmp_path / "run")
    assert (done.returncode, done.stdout, done.stderr.strip()) == (2, "", message)
    assert not (tmp_path / "run").exists()


def test_a_bad_file_is_one_line_and_exit_code_two(tmp_path: Path, simbench: Call) -> None:
    file = write(tmp_path / "visit.json", page())
    file.write_text(file.read_text()[:-5])
    done = simbench("import", file, "--from", "rrweb", "-o", tmp_path / "run")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.strip() == f"{file}: cut off after event 1; export the recording again, or copy it whole"
    assert [p.name for p in tmp_path.iterdir()] == ["visit.json"]


def test_force_and_no_raw(tmp_path: Path, simbench: Call) -> None:
    file = write(tmp_path / "visit.json", page())
    arguments = ("import", file, "--from", "rrweb", "-o", tmp_path / "run")
    assert simbench(*arguments).returncode == 0
    again = simbench(*arguments)
    assert again.returncode == 2
    assert "--force" in again.stderr
    assert simbench(*arguments, "--force", "--no-raw").returncode == 0
    assert not (tmp_path / "run" / "raw").exists()


def test_markup_in_names_and_messages_is_shown_as_it_is(tmp_path: Path, simbench: Call) -> None:
    folder = tmp_path / "[red]x[/nope]"
    folder.mkdir(parents=True)
    file = write(folder / "visit.json", [*page(), None, *press(1000, 42)])
    done = simbench("import", file, "--from", "rrweb", "-o", folder / "run")
    assert done.returncode == 0, done.stderr
    assert "[red]x[/nope]" in done.stdout.replace("\n", "")


def test_help_shows_an_example(simbench: Call) -> None:
    done = simbench("import", "--help")
    assert done.returncode == 0
    assert "simbench import visits/*.json.gz --from rrweb -o runs/visits" in " ".join(done.stdout.split())
