"""Real recordings of a real application, where they are at hand: they are not committed.

What was clicked is read from the file a second time, by a few lines that share nothing with the importer.
"""

from __future__ import annotations

import gzip
import itertools
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from rrweb_samples import log, rows

from simbench.events.codecs.rrweb import import_rrweb

SHARED = Path(os.environ.get("SIMBENCH_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
FILES = sorted((SHARED / "recordings").glob("chalk_*.json.gz"))
pytestmark = pytest.mark.skipif(not FILES, reason=f"no real recordings in {SHARED} (set SIMBENCH_SHARED_DATA)")


def raw_events(file: Path) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = json.loads(gzip.decompress(file.read_bytes()))["rrweb_data"]
    return events


def tags_by_id(events: list[dict[str, Any]]) -> dict[int, str]:
    """The tag of every element that the recording ever holds, by its id."""
    found: dict[int, str] = {}
    stack: list[Any] = [event["data"] for event in events]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            if "tagName" in value:
                found[value["id"]] = value["tagName"]
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name[:14])
def test_clicks_are_those_of_the_file(file: Path, tmp_path: Path) -> None:
    run = import_rrweb([file], tmp_path / "run").run
    raw = raw_events(file)
    tags = tags_by_id(raw)
    clicked = [e for e in raw if e["type"] == 3 and e["data"]["source"] == 2 and e["data"]["type"] == 2]
    clicks = rows(run, "click")
    assert len(clicks) == len(clicked) > 0
    for event, click in zip(clicked, clicks, strict=True):
        assert round(click["time"].timestamp() * 1000) == event["timestamp"]
        assert (click["x"], click["y"]) == (event["data"]["x"], event["data"]["y"])  # these pages do not scroll
        last_step = click["target"].split(" > ")[-1]
        assert last_step.split(":nth-of-type")[0] == tags[event["data"]["id"]]
    elements = {row["target"]: row["tag"] for row in run.elements().to_pylist()}
    assert Counter(elements[click["target"]] for click in clicks) == Counter(tags[e["data"]["id"]] for e in clicked)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name[:14])
def test_nothing_is_lost_on_the_way(file: Path, tmp_path: Path) -> None:
    run = import_rrweb([file], tmp_path / "run").run
    raw = raw_events(file)
    account = log(run)
    assert account["events_read"] == len(raw)
    assert account["rejected"] == account["about_unknown_nodes"] == account["before_first_snapshot"] == 0
    assert account["dom_problems"] == {}
    sources = Counter(e["data"]["source"] for e in raw if e["type"] == 3)
    counts = Counter(row["type"] for row in rows(run))
    positions = sum(len(e["data"]["positions"]) for e in raw if e["type"] == 3 and e["data"]["source"] == 1)
    assert counts["mousemove"] == positions
    assert counts["mutation"] + account["while_away"] == sources[0]
    assert (counts["scroll"], counts["input"]) == (sources[3], sources[5])
    presses = sum(counts[kind] for kind in ("pointerdown", "pointerup", "click", "focus", "blur"))
    assert presses == sources[2]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name[:14])
def test_what_was_typed_is_nowhere(file: Path, tmp_path: Path) -> None:
    run = import_rrweb([file], tmp_path / "run").run
    typed = {e["data"]["text"] for e in raw_events(file) if e["type"] == 3 and e["data"]["source"] == 5}
    final = {
        text for text in typed if len(text) > 8 and not any(other != text and other.startswith(text) for other in typed)
    }
    shown = [row["text"] for row in run.elements().to_pylist() if row["text"]]
    shown += [value for row in rows(run) for value in row.values() if isinstance(value, str)]
    assert not [(secret, text) for secret in final for text in shown if secret.lower() in text.lower()]


def test_a_gap_of_an_hour_and_a_half_makes_two_sessions(tmp_path: Path) -> None:
    file = next((file for file in FILES if "30497eae" in file.name), None)
    if file is None:
        pytest.skip("that recording is not there")
    run = import_rrweb([file], tmp_path / "run").run
    times = [event["timestamp"] for event in raw_events(file)]
    assert max(b - a for a, b in itertools.pairwise(times)) > 90 * 60_000
    assert run.table("sessions").num_rows == run.table("views").num_rows == 2
