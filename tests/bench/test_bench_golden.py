"""Golden triples: reference, estimate, and the score that follows, worked out by hand; one file each."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simbench.bench.score import score

FILES = sorted((Path(__file__).parent / "golden").glob("*.json"))


def test_there_are_golden_triples() -> None:
    assert len(FILES) >= 10


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_golden(file: Path, make_tables: Callable[..., Any], make_findings: Callable[..., Any]) -> None:
    case = json.loads(file.read_text(encoding="utf-8"))
    content = {name: case[name] for name in ("sessions", "views", "elements", "clicks") if name in case}
    observed, truth = make_tables(episodes=case["reference"], **content)
    declared = {"mine": case["declared"]} if "declared" in case else None
    card = score(observed, truth, make_findings(*case["estimate"]), declared=declared)
    for kind, expected in case["expected"].items():
        (row,) = [r.to_json() for r in card.results if r.row == "detector" and r.kind == kind]
        assert row["findings"] == row["matched"] + row["ambiguous"] + sum(row["false_positives"].values())
        assert row["truth"] == row["matched"] + sum(row["missed"].values())
        for name, value in expected.items():
            assert _values(row[name]) == value, name


def _values(found: Any) -> Any:
    """Estimates stand for their value."""
    if isinstance(found, dict) and "value" in found:
        return found["value"]
    return {name: _values(entry) for name, entry in found.items()} if isinstance(found, dict) else found
