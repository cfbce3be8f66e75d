"""The findings codec: both formats hold the same, and every bad line is named."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simbench.errors import BadInput
from simbench.events.findings import findings_table, parse_findings, read_findings, write_findings
from simbench.events.schema import FINDINGS

RAGE: dict[str, Any] = {
    "detector": "mine",
    "session": "s1",
    "view": 0,
    "page": "/cart",
    "kind": "rage_click",
    "t_start": "2026-03-02T08:00:00.250Z",
    "t_end": "2026-03-02T09:00:01.007+01:00",
    "target": "#pay",
    "score": 0.75,
    "evidence": {"presses": 5, "note": "Zürich \u2028"},
}
PAGE: dict[str, Any] = {
    "detector": "mine", "page": "/", "device": "mobile", "finding": "cta_unseen",
    "score": 1, "sessions": 40, "text": "x",
}  # fmt: skip


@pytest.mark.parametrize("name", ["f.jsonl", "f.ndjson", "f.parquet"])
def test_what_is_written_is_read_back(tmp_path: Path, name: str) -> None:
    table = findings_table([RAGE, PAGE])
    write_findings(table, tmp_path / "deep" / name)
    again = read_findings(tmp_path / "deep" / name)
    assert again.schema == FINDINGS
    assert again.to_pylist() == table.to_pylist()
    assert table["t_end"][0].as_py() == datetime(2026, 3, 2, 8, 0, 1, 7000, tzinfo=UTC)
    assert json.loads(table["evidence"][0].as_py()) == RAGE["evidence"]


def test_json_lines_are_for_people(tmp_path: Path) -> None:
    write_findings(findings_table([RAGE, PAGE]), tmp_path / "f.jsonl")
    first, second = map(json.loads, (tmp_path / "f.jsonl").read_text(encoding="utf-8").split("\n")[:2])
    assert first["t_start"] == "2026-03-02T08:00:00.250Z"
    assert first["t_end"] == "2026-03-02T08:00:01.007Z"
    assert first["evidence"] == RAGE["evidence"]
    assert first["field"] is None
    assert "finding" not in first
    assert "session" not in second
    assert second["finding"] == "cta_unseen"


def test_times_as_numbers_and_datetimes_agree() -> None:
    instant = datetime(2026, 3, 2, 8, 0, 0, 250_000, tzinfo=UTC)
    rows = [{**RAGE, "t_start": t, "t_end": None} for t in (instant, int(instant.timestamp() * 1000), RAGE["t_start"])]
    starts = findings_table(rows)["t_start"].to_pylist()
    assert starts == [instant] * 3
    assert findings_table(rows)["t_end"].to_pylist() == [instant] * 3


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not valid JSON"),
        ("[1]", "a finding is a JSON object, this is a list"),
        (json.dumps({**RAGE, "kind": "rageclick"}), "kind 'rageclick' is unknown; did you mean 'rage_click'?"),
        (json.dumps({**RAGE, "traget": "#a"}), "unknown key 'traget'; did you mean 'target'?"),
        (json.dumps({**RAGE, "score": 1.5}), "score must be a number from 0 to 1 or null, this is 1.5"),
        (json.dumps({**RAGE, "score": True}), "score must be"),
        (json.dumps({**RAGE, "score": float("nan")}), "score must be"),
        (json.dumps({**RAGE, "view": -1}), "view must be a whole number"),
        (json.dumps({**RAGE, "t_start": "2026-03-02T08:00:00"}), "has no time zone"),
        (json.dumps({**RAGE, "t_start": 1772438400000}), "t_start must be ISO 8601 text"),
        (json.dumps({**RAGE, "t_start": "yesterday"}), "not ISO 8601"),
        (json.dumps({**RAGE, "t_end": "2026-03-02T07:59:59Z"}), "lies before t_start"),
        (json.dumps({**RAGE, "t_start": None}), "t_start missing"),
        (json.dumps({**RAGE, "session": None}), "neither a finding in a session"),
        (json.dumps({**RAGE, "session": 7}), "session must be a non-empty string or null, this is 7"),
        (json.dumps({**PAGE, "finding": "cta_unsen"}), "did you mean 'cta_unseen'?"),
    ],
)
def test_a_bad_line_is_named(line: str, message: str) -> None:
    with pytest.raises(BadInput) as error:
        parse_findings([json.dumps(RAGE), "", line], "out.jsonl")
    assert str(error.value).startswith("out.jsonl:3: ")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_all_bad_lines_are_told_together_and_many_are_counted() -> None:
    with pytest.raises(BadInput) as error:
        parse_findings(["x"] * 25, "f")
    assert len(error.value.problems) == 11
    assert error.value.problems[-1] == "... and 15 more bad findings"


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such file"):
        read_findings(tmp_path / "no.jsonl")
    with pytest.raises(BadInput, match=r"\.jsonl, \.ndjson or \.parquet"):
        read_findings(tmp_path / "f.csv")
    with pytest.raises(BadInput, match=r"\.jsonl, \.ndjson or \.parquet"):
        write_findings(FINDINGS.empty_table(), tmp_path / "f.csv")
    (tmp_path / "cut.parquet").write_bytes(b"PAR1")
    with pytest.raises(BadInput, match=r"cut\.parquet: not a readable Parquet file"):
        read_findings(tmp_path / "cut.parquet")
    (tmp_path / "latin.jsonl").write_bytes(b'{"a": "\xe9"}')
    with pytest.raises(BadInput, match="UTF-8"):
        read_findings(tmp_path / "latin.jsonl")
    (tmp_path / "empty.jsonl").write_text("", encoding="utf-8")
    assert read_findings(tmp_path / "empty.jsonl").num_rows == 0


def test_a_byte_order_mark_and_windows_line_ends_are_fine() -> None:
    assert parse_findings(["\ufeff" + json.dumps(RAGE) + "\r", "\r"], "f").num_rows == 1


def test_parquet_of_another_hand(tmp_path: Path) -> None:
    """Microseconds, plain strings and extra columns, as pandas writes them; then a row that breaks the contract."""
    path = tmp_path / "f.parquet"
    time = pa.array([datetime(2026, 3, 2, 8, 0, 0, 250_400, tzinfo=UTC)], pa.timestamp("us", tz="UTC"))
    columns = {"session": ["s1"], "kind": ["dead_click"], "t_start": time, "t_end": time, "extra": [1]}
    pq.write_table(pa.table(columns), path)
    assert read_findings(path)["t_start"][0].as_py().microsecond == 250_000
    pq.write_table(pa.table({**columns, "kind": ["dead"], "score": [2.0]}), path)
    with pytest.raises(BadInput) as error:
        read_findings(path)
    assert len(error.value.problems) == 2
    assert all(problem.startswith(f"{path}:1: ") for problem in error.value.problems)
    pq.write_table(pa.table({"a": [1]}), path)
    with pytest.raises(BadInput, match="holds no findings"):
        read_findings(path)


def test_same_rows_same_bytes(tmp_path: Path) -> None:
    for name in ("a.parquet", "b.parquet", "a.jsonl", "b.jsonl"):
        write_findings(findings_table([RAGE, PAGE]), tmp_path / name)
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()
