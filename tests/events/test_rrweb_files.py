"""What files are taken, and what is said of those that are not."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rrweb_samples import START, imported, log, meta, mouse, page, press, rows, snapshot, unpacked, write

from simbench.errors import BadInput, OutsideFailure
from simbench.events import Run
from simbench.events.codecs import json_stream
from simbench.events.codecs.json_stream import JsonStream
from simbench.events.codecs.rrweb import import_rrweb, importing, recording

EVENTS = [*page(), *press(1000, 42)]


def as_lines(events: Any) -> str:
    return "\n".join(json.dumps(event) for event in events) + "\n"


FORMS = {
    "array": json.dumps(EVENTS),
    "pretty array": json.dumps(EVENTS, indent=2),
    "events": json.dumps({"events": EVENTS}),
    "rrweb_data": json.dumps({"session_guid": "x", "rrweb_data": EVENTS, "metadata": {"a": [1, {"b": None}]}}),
    "lines": as_lines(EVENTS),
    "lines with blank ones": "\n\n" + as_lines(EVENTS).replace("\n", "\r\n\r\n"),
    "one line after the other without a newline": as_lines(EVENTS).replace("\n", " "),
    "byte order mark": "\ufeff" + json.dumps(EVENTS),
    "numbers beside the events": json.dumps({"version": 12, "rate": 0.5, "events": EVENTS, "end": 1.25}),
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_events(tmp_path: Path, form: str, packed: bool) -> None:
    content = FORMS[form].encode()
    file = tmp_path / "recording.dat"  # the name says nothing
    file.write_bytes(gzip.compress(content) if packed else content)
    run = import_rrweb([file], tmp_path / "run").run
    assert [row["type"] for row in rows(run)] == ["pageview", "pointerdown", "pointerup", "click"]
    assert rows(run, "click")[0]["target"].endswith("li:nth-of-type(2)")
    assert log(run)["events_read"] == len(EVENTS)


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_however_little_is_read_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(json_stream, "_CHUNK", size)
    for name, content in FORMS.items():
        file = tmp_path / f"{name}.json"
        file.write_text(content, encoding="utf-8")
        with recording.read_recording(file) as read:
            assert (read.read, read.rejected) == (len(EVENTS), 0), name
            assert [read.event(n) for n in range(len(read))] == EVENTS


BAD = {
    "empty": ("", "is empty"),
    "blank": (" \n\t ", "is empty"),
    "html": ("<!doctype html><p>404", "begins with '<'; give JSON or JSON Lines"),
    "prose": ("Dear reader", "begins with 'D'"),
    "number": ("42", "begins with '4'"),
    "string": ('"events"', "begins with '\"'"),
    "zip": ("PK\x03\x04", "begins with 'P'"),
    "no events": ("[]", "holds no events"),
    "no events in an object": ('{"events": []}', "holds no events"),
    "empty object": ("{}", "an object whose keys are none"),
    "other object": ('{"log": {"entries": []}}', "an object whose keys are 'log'"),
    "events that are no list": ('{"events": {"a": 1}}', "'events' is not one list of events"),
    "two lists": (f'{{"events": {json.dumps(EVENTS)}, "rrweb_data": []}}', "'rrweb_data' is not one list"),
    "numbers": ("[1, 2, 3]", "3 of 3 events are malformed, the first (event 0): the event is not an object"),
    "packed events": ('["x\\u0001", "y", "z"]', "not packed"),
    "other events": (json.dumps([{"event": "click"}] * 5), "5 of 5 events are malformed"),
    "mostly malformed": (json.dumps([*EVENTS, *[None] * 6]), "6 of 11 events are malformed"),
    "no snapshot": (json.dumps([meta(), *press(10, 1)]), "holds no full snapshot"),
    "broken snapshot": (json.dumps([meta(), snapshot(1, "x"), *press(10, 1)]), "a node is not an object"),
    "cut off in an event": (json.dumps(EVENTS)[:-40], "cut off after event 4"),
    "cut off in the snapshot": (json.dumps(EVENTS)[:400], "cut off after event 1"),
    "cut off between events": (json.dumps(EVENTS)[:-1], "cut off after event 5"),
    "cut off in a string": ('[{"type": 4, "data": {"href": "http', "cut off at its start"),
    "cut off in an object": (json.dumps({"rrweb_data": EVENTS})[:-1], "cut off after event 5"),
    "cut off lines": (as_lines(EVENTS)[:-30], "cut off after event 4"),
    "text after the end": (json.dumps(EVENTS) + "[1]", "more text follows"),
    "text after the object": (json.dumps({"events": EVENTS}) + "x", "more text follows"),
    "two arrays": (json.dumps(EVENTS) + "\n" + json.dumps(EVENTS), "more text follows"),
    "trailing comma": (json.dumps(EVENTS)[:-1] + ",]", "not JSON"),
    "missing comma": (json.dumps(EVENTS).replace("}, {", "} {", 1), "not JSON"),
    "single quotes": ("[{'type': 4}]", "not JSON"),
    "key that is no text": ("{1: 2}", "not JSON: an object's key is not text"),
    "NaN": ('[{"type": 4, "timestamp": NaN}]', "NaN is not JSON, at its start; write null"),
    "Infinity": ('[{"type": 4, "timestamp": -Infinity}]', "-Infinity is not JSON"),
    "nested arrays": ("[" * 100_000, "nested more than 5000 deep"),
    "nested objects": ('{"a":' * 100_000, "nested more than 5000 deep"),
    "nested and closed": ("[" + "[" * 50_000 + "]" * 50_000 + "]", "nested more than 5000 deep"),
    "digits": ("[" + "9" * 10_000 + "]", "thousands of digits"),
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", BAD)
def test_what_is_no_recording_is_refused_in_one_line_and_leaves_nothing(
    tmp_path: Path, name: str, packed: bool
) -> None:
    content, message = BAD[name]
    file = tmp_path / "recording.json"
    file.write_bytes(gzip.compress(content.encode()) if packed else content.encode())
    with pytest.raises(BadInput) as caught:
        import_rrweb([file], tmp_path / "run")
    assert str(caught.value).startswith(f"{file}: ")
    assert message in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 600
    assert [p.name for p in tmp_path.iterdir()] == ["recording.json"]


@pytest.mark.parametrize("keep", [10, 100, -9, -1])
def test_a_gzip_that_is_cut_off_says_so(tmp_path: Path, keep: int) -> None:
    file = tmp_path / "recording.json.gz"
    file.write_bytes(gzip.compress(json.dumps(EVENTS).encode())[:keep])
    with pytest.raises(BadInput, match=r"cut off .*\(its gzip ends too early\); copy it whole"):
        import_rrweb([file], tmp_path / "run")


def test_a_damaged_gzip_says_so(tmp_path: Path) -> None:
    content = bytearray(gzip.compress(json.dumps(EVENTS).encode()))
    content[len(content) // 2] ^= 0xFF
    file = tmp_path / "recording.json.gz"
    file.write_bytes(bytes(content))
    with pytest.raises(BadInput, match=r"damaged gzip|not JSON|cut off|not UTF-8"):
        import_rrweb([file], tmp_path / "run")


@pytest.mark.parametrize("content", [b"\xff\xfe[\x00]\x00", b'[{"type": "\xe4"}]', bytes(range(128, 256))])
def test_what_is_not_utf_8_says_so(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "recording.json"
    file.write_bytes(content)
    with pytest.raises(BadInput, match="not UTF-8 text"):
        import_rrweb([file], tmp_path / "run")


@pytest.mark.parametrize("what", ["missing", "folder"])
def test_what_is_no_file_is_named(tmp_path: Path, what: str) -> None:
    file = tmp_path / "recording"
    if what == "folder":
        file.mkdir()
    with pytest.raises(BadInput, match=r"recording: (no such file|cannot be read: Is a directory)"):
        import_rrweb([file], tmp_path / "run")
    with pytest.raises(BadInput, match="no files to import"):
        import_rrweb([], tmp_path / "run")


def test_one_bad_file_among_good_ones_leaves_nothing(tmp_path: Path) -> None:
    good, bad = write(tmp_path / "good.json", EVENTS), write(tmp_path / "bad.json", "?")
    with pytest.raises(BadInput, match=r"bad\.json"):
        import_rrweb([good, bad], tmp_path / "run")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["bad.json", "good.json"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, OutsideFailure])
def test_a_crash_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]) -> None:
    file = write(tmp_path / "recording.json", EVENTS)

    def crash(*_: object) -> None:
        raise error("stop")

    monkeypatch.setattr(importing, "_account", crash)
    with pytest.raises(error):
        import_rrweb([file], tmp_path / "run")
    assert [p.name for p in tmp_path.iterdir()] == ["recording.json"]


def test_a_run_that_stands_there_is_kept_unless_force(tmp_path: Path) -> None:
    file = write(tmp_path / "recording.json", EVENTS)
    import_rrweb([file], tmp_path / "run")
    with pytest.raises(BadInput, match="exists already"):
        import_rrweb([file], tmp_path / "run")
    write(file, "?")
    with pytest.raises(BadInput, match="begins with"):
        import_rrweb([file], tmp_path / "run", force=True)
    assert Run.open(tmp_path / "run").verify() == []


def test_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    events = [*EVENTS, mouse(900, 2, 41), None]
    one, two = imported(tmp_path, events), imported(tmp_path, events)
    assert one.manifest == two.manifest
    for name in one.manifest["files"]:
        assert (one.path / name).read_bytes() == (two.path / name).read_bytes()
    # Neither what the file is called nor how it is written matters, but for the recording itself.
    packed = tmp_path / "other.gz"
    packed.write_bytes(gzip.compress(json.dumps({"events": events}, indent=1).encode()))
    third = import_rrweb([packed], tmp_path / "third", keep_raw=False).run
    assert [row["x"] for row in rows(third)] == [row["x"] for row in rows(one)]


def test_the_recording_is_kept_for_replay(tmp_path: Path) -> None:
    run = imported(tmp_path, [*EVENTS, mouse(900, 2, 41), None, *press(100 * 60_000, 42)])
    first, second = run.table("sessions")["session"].to_pylist()
    index = json.loads((run.path / "raw" / "index.json").read_text())
    assert index[first]["file"] == index[second]["file"] == f"raw/{first}.json.gz"
    assert (index[first]["start_ms"], index[second]["start_ms"]) == (START, START + 100 * 60_000)
    kept = unpacked(run.path / "raw" / f"{first}.json.gz")
    assert [event["timestamp"] for event in kept] == sorted(event["timestamp"] for event in kept)
    expected = sorted(
        [*EVENTS, mouse(900, 2, 41), *press(100 * 60_000, 42)], key=lambda event: float(event["timestamp"])
    )
    assert kept == expected
    header = (run.path / "raw" / f"{first}.json.gz").read_bytes()[:10]
    assert header[4:8] == b"\0\0\0\0"  # no time in it
    assert header[3] == 0  # no file name


def test_without_raw_the_recording_stays_out(tmp_path: Path) -> None:
    run = imported(tmp_path, EVENTS, keep_raw=False)
    assert not (run.path / "raw").exists()
    assert run.verify() == []


def test_the_manifest_says_what_came_from_where(tmp_path: Path) -> None:
    manifest = imported(tmp_path, EVENTS).manifest
    assert (manifest["kind"], manifest["from"]) == ("import", "rrweb")
    assert manifest["counts"]["events_by_type"] == {"pageview": 1, "pointerdown": 1, "pointerup": 1, "click": 1}
    assert (manifest["counts"]["recordings"], manifest["counts"]["sessions"], manifest["counts"]["views"]) == (1, 1, 1)
    assert manifest["recorded_by_type"] == {"FullSnapshot": 1, "Meta": 1, "MouseInteraction": 3}


def test_sessions_lie_whole_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "_PART_SESSIONS", 2)
    files = [write(tmp_path / f"{n}.json", {"id": f"r{n}", "events": EVENTS}) for n in range(5)]
    run = import_rrweb(files, tmp_path / "run").run
    assert run.parts() == ["part-00000", "part-00001", "part-00002"]
    assert [run.table("sessions", part).num_rows for part in run.parts()] == [2, 2, 1]
    for part in run.parts():
        inside = set(run.table("sessions", part)["session"].to_pylist())
        assert set(run.table("events", part)["session"].to_pylist()) == inside
        assert set(run.table("views", part)["session"].to_pylist()) == inside


def test_limits_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path / "recording.json", EVENTS)
    monkeypatch.setattr(json_stream, "_CHUNK", 100)
    monkeypatch.setattr(json_stream, "VALUE_LIMIT", 300)
    with pytest.raises(BadInput, match="one value is longer than 0 MB, after event 1"):
        import_rrweb([file], tmp_path / "run")
    monkeypatch.setattr(json_stream, "TOTAL_LIMIT", 300)
    with pytest.raises(BadInput, match="more than 0 GB of text"):
        import_rrweb([file], tmp_path / "run")


def test_a_disk_without_room_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def __init__(self, **_: object) -> None:
            pass

        def tell(self) -> int:
            return 0

        def write(self, _: bytes) -> int:
            raise OSError(28, "No space left on device")

        def close(self) -> None:
            pass

    monkeypatch.setattr(recording.tempfile, "SpooledTemporaryFile", Full)
    with pytest.raises(OutsideFailure, match="No space left on device; set TMPDIR"):
        import_rrweb([write(tmp_path / "recording.json", EVENTS)], tmp_path / "run")


def test_the_recursion_limit_is_as_it_was(tmp_path: Path) -> None:
    before = sys.getrecursionlimit()
    deep: Any = "x"
    for _ in range(1500):
        deep = [deep]
    file = write(tmp_path / "deep.json", [])
    file.write_text("[" + "[" * 1500 + "]" * 1500 + "]")
    with JsonStream(file) as stream:
        value, text = stream.value()
    assert len(text) == 3002
    assert isinstance(value, list)
    assert sys.getrecursionlimit() == before


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read in Linux's units")
def test_a_hundred_megabytes_in_bounded_memory(tmp_path: Path) -> None:
    """A recording of 100 MB of mutations and moves; the importer's memory grows by far less than the file."""
    file = tmp_path / "long.json"
    moves = [{"x": n, "y": n, "id": 42, "timeOffset": -10 * n} for n in range(50)]
    filler = "x" * 2000
    with file.open("w", encoding="utf-8") as out:
        out.write(json.dumps(page())[:-1])
        number = size = 0
        while size < 100_000_000:
            number += 1
            event = {"type": 3, "timestamp": START + 500 * number}
            event["data"] = (
                {"source": 1, "positions": moves}
                if number % 4 == 0
                else {"source": 0, "adds": [], "removes": [], "texts": [{"id": 45, "value": filler}], "attributes": []}
            )
            size += out.write(", " + json.dumps(event))
        out.write("]")
    program = (
        "import resource, sys; from pathlib import Path; from simbench.events.codecs.rrweb import import_rrweb\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "import_rrweb([Path(sys.argv[1])], Path(sys.argv[2]))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program, str(file), str(tmp_path / "run")],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    )
    assert int(done.stdout) / 1024 < 400  # MB
    assert Run.open(tmp_path / "run").manifest["counts"]["events"] > 500_000
