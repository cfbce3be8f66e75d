"""Truth stands beside a run's events, and an import has none."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from simbench.errors import BadInput
from simbench.events import RunWriter
from simbench.events.parquet import conform
from simbench.events.schema import EPISODES, TRUTH_SESSIONS, TRUTH_VIEWS
from simbench.events.truth import Truth


def test_a_run_without_truth_says_so(tmp_path: Path) -> None:
    with RunWriter(tmp_path / "run") as writer:
        run = writer.commit({}, {})
    with pytest.raises(BadInput, match=r"has no truth \(imported runs have none\)"):
        Truth.open(run)


def test_truth_of_several_parts_is_one_table_each(tmp_path: Path) -> None:
    with RunWriter(tmp_path / "run") as writer:
        for part, session in enumerate(("s1", "s2")):
            name = f"part-{part:05d}.parquet"
            episodes = pa.table({"episode": [f"e{part}"], "session": [session], "kind": ["rage_click"]})
            writer.write_table(f"truth/episodes/{name}", conform(episodes, EPISODES))
            writer.write_table(f"truth/sessions/{name}", conform(pa.table({"session": [session]}), TRUTH_SESSIONS))
            views = pa.table({"session": [session], "bands": pa.array([[0.5] * 20], pa.list_(pa.float32()))})
            writer.write_table(f"truth/views/{name}", conform(views, TRUTH_VIEWS))
        writer.write_json("truth/defects.json", [{"id": "d1"}])
        run = writer.commit({}, {})
    truth = Truth.open(run)
    assert run.has_truth
    assert truth.episodes["session"].to_pylist() == ["s1", "s2"]
    assert truth.episodes.schema == EPISODES
    assert truth.views["bands"].to_pylist() == [[0.5] * 20] * 2
    assert truth.defects == [{"id": "d1"}]


def test_truth_without_its_defects_is_named(tmp_path: Path) -> None:
    with RunWriter(tmp_path / "run") as writer:
        writer.write_json("truth/note.json", {})
        run = writer.commit({}, {})
    with pytest.raises(BadInput, match=r"defects\.json: no such file"):
        Truth.open(run)
