"""A run appears whole or not at all, and says when it was touched afterwards."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pyarrow as pa
import pytest

from simbench.errors import BadInput, OutsideFailure
from simbench.events import Run, RunWriter
from simbench.events.parquet import conform
from simbench.events.run import RUN_SCHEMA, part_name, read_json, sha256, write_json
from simbench.events.schema import ELEMENTS, EVENTS, SESSIONS, VIEWS


def write_part(writer: RunWriter, index: int, *sessions: str) -> None:
    """One session after the other: a pageview and a click each."""
    name = f"{part_name(index)}.parquet"
    clicks = [(session, kind) for session in sessions for kind in ("pageview", "click")]
    events = pa.table(
        {
            "session": [session for session, _ in clicks],
            "seq": pa.array([n % 2 for n in range(len(clicks))], pa.int32()),
            "type": [kind for _, kind in clicks],
        }
    )
    writer.write_table(f"events/{name}", conform(events, EVENTS))
    writer.write_table(f"views/{name}", conform(pa.table({"session": list(sessions)}), VIEWS))
    writer.write_table(f"sessions/{name}", conform(pa.table({"session": list(sessions)}), SESSIONS))


def write_run(path: Path, *, force: bool = False, note: str = "first") -> Run:
    with RunWriter(path, force=force) as writer:
        write_part(writer, 0, "s1", "s2")
        write_part(writer, 1, "s3")
        writer.write_table("elements.parquet", conform(pa.table({"page": ["/"], "target": ["#a"]}), ELEMENTS))
        writer.write_json("goals.json", {"funnel": [{"name": note}]})
        writer.write_bytes("raw/s1.json.gz", b"\x1f\x8braw")
        return writer.commit({"kind": "test", "note": note}, {"workers": 1})


def files_under(path: Path) -> list[str]:
    return sorted(p.relative_to(path).as_posix() for p in path.rglob("*") if p.is_file())


def test_a_run_reads_back_as_it_was_written(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run")
    assert run.parts() == ["part-00000", "part-00001"]
    assert run.table("events")["session"].to_pylist() == ["s1", "s1", "s2", "s2", "s3", "s3"]
    assert run.table("sessions", "part-00001")["session"].to_pylist() == ["s3"]
    assert run.events("part-00000", ["type"]).column_names == ["type"]
    assert run.elements()["target"].to_pylist() == ["#a"]
    assert run.goals() == {"funnel": [{"name": "first"}]}
    assert not run.has_truth
    observed = run.observed()
    assert (observed.events.schema, observed.views.schema) == (EVENTS, VIEWS)
    assert (observed.sessions.schema, observed.elements.schema) == (SESSIONS, ELEMENTS)
    assert run.observed("part-00000").events.num_rows == 4
    assert list(run.images()) == []


def test_the_manifest_lists_every_file_with_its_hash_and_size(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run")
    listed = run.manifest["files"]
    assert sorted(listed) == [n for n in files_under(run.path) if n not in {"manifest.json", "log.json"}]
    for name, entry in listed.items():
        content = (run.path / name).read_bytes()
        assert entry == {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    assert run.manifest["schema"] == RUN_SCHEMA
    assert json.loads((run.path / "log.json").read_text()) == {"workers": 1}


def test_same_content_gives_the_same_bytes_everywhere(tmp_path: Path) -> None:
    one, two = write_run(tmp_path / "one"), write_run(tmp_path / "two")
    assert files_under(one.path) == files_under(two.path)
    for name in files_under(one.path):
        assert (one.path / name).read_bytes() == (two.path / name).read_bytes(), name


def test_verify_names_files_that_changed_or_went(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run")
    assert run.verify() == []
    (run.path / "goals.json").write_text("{}")
    (run.path / "elements.parquet").unlink()
    (run.path / "analysis").mkdir()
    (run.path / "analysis" / "maps.json").write_text("{}")  # made later: not the run's own
    assert sorted(run.verify()) == ["elements.parquet", "goals.json"]


def test_nothing_stands_there_before_commit(tmp_path: Path) -> None:
    path = tmp_path / "run"
    with RunWriter(path) as writer:
        write_part(writer, 0, "s1")
        assert not path.exists()
        with pytest.raises(BadInput, match="no such folder"):
            Run.open(path)
        writer.commit({}, {})
    assert path.is_dir()
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_bad_input_leaves_nothing_at_all(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="the scenario is wrong"), RunWriter(tmp_path / "run") as writer:
        write_part(writer, 0, "s1")
        raise BadInput("the scenario is wrong")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, OutsideFailure])
def test_a_crash_leaves_no_run_but_what_resume_needs(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "run"
    with pytest.raises(error), RunWriter(path) as writer:
        write_part(writer, 0, "s1")
        raise error("stop")
    assert not path.exists()
    with RunWriter(path, resume=True) as writer:
        assert writer.has("events/part-00000.parquet")
        assert not writer.has("events/part-00001.parquet")
        write_part(writer, 1, "s2")
        run = writer.commit({}, {})
    assert run.table("sessions")["session"].to_pylist() == ["s1", "s2"]
    assert run.verify() == []


def test_without_resume_an_interrupted_run_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "run"
    with pytest.raises(RuntimeError), RunWriter(path) as writer:
        write_part(writer, 7, "old")
        raise RuntimeError
    with RunWriter(path) as writer:
        assert not writer.has("events/part-00007.parquet")
        write_part(writer, 0, "new")
        run = writer.commit({}, {})
    assert run.parts() == ["part-00000"]


def test_a_killed_writer_leaves_no_run(tmp_path: Path) -> None:
    """Killed outright in the middle of its work: no destructor, no ``finally``."""
    program = textwrap.dedent(
        """
        import os, signal, sys
        from simbench.events import RunWriter
        with RunWriter(sys.argv[1]) as writer:
            writer.write_json("goals.json", {})
            writer.write_bytes("raw/s.gz", b"x" * 1000)
            (writer.staging / "raw" / ".s2.gz.1.tmp").write_bytes(b"half")
            os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    path = tmp_path / "run"
    done = subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    assert done.returncode == -9
    with pytest.raises(BadInput, match="no such folder"):
        Run.open(path)
    with RunWriter(path, resume=True) as writer:
        run = writer.commit({}, {})
    assert sorted(run.manifest["files"]) == ["goals.json", "raw/s.gz"]
    assert files_under(path) == ["goals.json", "log.json", "manifest.json", "raw/s.gz"]


def test_an_existing_run_is_kept_unless_force(tmp_path: Path) -> None:
    path = tmp_path / "run"
    write_run(path)
    with pytest.raises(BadInput, match=r"run: exists already; .*--force"):
        RunWriter(path)
    assert Run.open(path).manifest["note"] == "first"
    assert write_run(path, force=True, note="second").manifest["note"] == "second"
    assert Run.open(path).verify() == []
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_force_keeps_the_old_run_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "run"
    write_run(path)
    with pytest.raises(BadInput), RunWriter(path, force=True) as writer:
        write_part(writer, 0, "new")
        raise BadInput("halfway")
    assert Run.open(path).manifest["note"] == "first"
    assert Run.open(path).verify() == []


def test_force_replaces_a_run_and_only_a_run(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "holiday.jpg").write_bytes(b"precious")
    with pytest.raises(BadInput, match="is not a run"):
        RunWriter(folder, force=True)
    assert (folder / "holiday.jpg").read_bytes() == b"precious"
    (tmp_path / "empty").mkdir()
    assert write_run(tmp_path / "empty", force=True).path.name == "empty"


@pytest.mark.parametrize("force", [False, True])
def test_a_file_in_the_way_is_bad_input(tmp_path: Path, force: bool) -> None:
    path = tmp_path / "run"
    path.write_text("a letter")
    with pytest.raises(BadInput, match="run: "):
        RunWriter(path, force=force)
    assert path.read_text() == "a letter"


def test_a_place_that_cannot_be_written_is_an_outside_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutsideFailure, match="cannot be made"):
        RunWriter(tmp_path / "file" / "run")


def test_bytes_that_cannot_be_written_are_an_outside_failure(tmp_path: Path) -> None:
    with RunWriter(tmp_path / "run") as writer:
        writer.write_json("raw", {})
        with pytest.raises(OutsideFailure, match="cannot be written"):
            writer.write_bytes("raw/s.gz", b"")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such folder"),
        ("", "not valid JSON"),
        ("[]", "schema is 'list'"),
        ("{}", "schema is None"),
        ('{"schema": "simbench.run/99"}', "schema is 'simbench.run/99', this version reads 'simbench.run/1'"),
        ('{"schema": "simbench.run/1"', "not valid JSON"),
        ("\xff\xfe", "not valid JSON|cannot be read as text"),
        ("[" * 100_000, "not valid JSON"),
    ],
)
def test_what_is_not_a_run_is_refused_in_one_line(tmp_path: Path, content: str | None, message: str) -> None:
    path = tmp_path / "run"
    if content is not None:
        path.mkdir()
        (path / "manifest.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(BadInput, match=message) as caught:
        Run.open(path)
    assert str(path) in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_folder_without_manifest_says_how_to_make_a_run(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"not a run \(it has no manifest\.json\); make one with `simbench run"):
        Run.open(tmp_path)


def test_a_run_without_parts_has_empty_tables(tmp_path: Path) -> None:
    with RunWriter(tmp_path / "run") as writer:
        run = writer.commit({}, {})
    assert run.table("events").schema == EVENTS
    assert run.table("views").num_rows == 0
    assert run.goals() == {}


def test_a_damaged_part_is_named(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run")
    part = run.path / "events" / "part-00001.parquet"
    part.write_bytes(part.read_bytes()[:100])
    with pytest.raises(BadInput, match=r"part-00001\.parquet: not a readable Parquet file"):
        run.table("events")


def test_images_name_page_state_layout_and_files(tmp_path: Path) -> None:
    row = {
        "page": "/",
        "state": "fresh",
        "layout": "0a1b2c3d",
        "viewport_w": 1440.0,
        "viewport_h": 900.0,
        "doc_h": 2000.0,
    }
    with RunWriter(tmp_path / "run") as writer:
        writer.write_bytes("pages/home.webp", b"picture")
        writer.write_json("pages/index.json", [{**row, "screenshot": "home.webp", "dom": None}])
        run = writer.commit({}, {})
    (image,) = run.images()
    assert (image.page, image.state, image.doc_h) == ("/", "fresh", 2000.0)
    assert image.screenshot is not None
    assert image.screenshot.read_bytes() == b"picture"
    assert image.dom is None


def test_json_is_written_whole_sorted_and_free_of_what_json_lacks(tmp_path: Path) -> None:
    path = tmp_path / "a" / "x.json"
    write_json(path, {"b": "ü", "a": [1]})
    assert path.read_text(encoding="utf-8") == '{\n  "a": [\n    1\n  ],\n  "b": "ü"\n}\n'
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(path, {"a": float("nan")})
    assert read_json(path) == {"a": [1], "b": "ü"}
    assert [p.name for p in path.parent.iterdir()] == ["x.json"]


def test_json_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such file"):
        read_json(tmp_path / "none.json")
    with pytest.raises(BadInput, match="cannot be read"):
        read_json(tmp_path)


def test_sha256_is_that_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"abc")
    assert sha256(tmp_path / "x") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert part_name(3) == "part-00003"


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_temporary_names_never_reach_the_manifest(tmp_path: Path) -> None:
    with RunWriter(tmp_path / "run") as writer:
        (writer.staging / "events").mkdir()
        (writer.staging / "events" / ".part-00000.parquet.99.tmp").write_bytes(b"half")
        run = writer.commit({}, {})
    assert run.manifest["files"] == {}
    assert files_under(run.path) == ["log.json", "manifest.json"]
