"""Tables on disk: whole or not at all, same rows same bytes, in exactly the schema's columns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simbench.errors import BadInput, OutsideFailure
from simbench.events import parquet
from simbench.events.parquet import conform, read_table, write_table
from simbench.events.schema import EVENTS, SESSIONS, VIEWS

WORDS = pa.dictionary(pa.int32(), pa.string())
SMALL = pa.schema([("name", WORDS), ("count", pa.int32()), ("share", pa.float32())])


def small(**columns: Any) -> pa.Table:
    return conform(pa.table(columns), SMALL)


def test_conform_orders_columns_adds_missing_ones_as_null_and_drops_unknown_ones() -> None:
    table = conform(pa.table({"extra": [1, 2], "count": [3, None], "name": ["a", "b"]}), SMALL)
    assert table.schema == SMALL
    assert table.to_pydict() == {"name": ["a", "b"], "count": [3, None], "share": [None, None]}


@pytest.mark.parametrize("schema", [EVENTS, VIEWS, SESSIONS])
def test_conform_gives_an_empty_table_every_column(schema: pa.Schema) -> None:
    table = conform(pa.table({}), schema)
    assert table.schema == schema
    assert table.num_rows == 0


def test_conform_changes_dictionary_widths_and_decodes_where_plain_text_is_wanted() -> None:
    narrow = pa.table(
        {"name": pa.array(["x", "y", None]).dictionary_encode().cast(pa.dictionary(pa.int8(), pa.string()))}
    )
    assert conform(narrow, SMALL).column("name").type == WORDS
    assert conform(narrow, SMALL)["name"].to_pylist() == ["x", "y", None]
    plain = pa.schema([("name", pa.string())])
    assert conform(narrow, plain)["name"].to_pylist() == ["x", "y", None]
    assert conform(narrow, plain).schema == plain


def test_conform_leaves_what_fits_alone() -> None:
    table = small(name=["a"], count=[1], share=[0.5])
    assert conform(table, SMALL).equals(table)


@pytest.mark.parametrize(
    ("column", "values"), [("count", ["many"]), ("count", [2**40]), ("count", [1.5]), ("share", ["half"])]
)
def test_conform_names_the_column_that_cannot_be_cast(column: str, values: list[Any]) -> None:
    with pytest.raises(BadInput, match=rf"column '{column}': .*expected (int32|float)"):
        conform(pa.table({column: values}), SMALL)


def test_conform_refuses_a_column_of_another_shape() -> None:
    with pytest.raises(BadInput, match="column 'count'"):
        conform(pa.table({"count": [[1], [2]]}), SMALL)


def test_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    rows = {"name": ["a", "b", "a"] * 100, "count": list(range(300)), "share": [0.25] * 300}
    write_table(small(**rows), tmp_path / "one.parquet")
    write_table(small(**rows), tmp_path / "two.parquet")
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()
    rows["count"][0] = -1
    write_table(small(**rows), tmp_path / "three.parquet")
    assert (tmp_path / "one.parquet").read_bytes() != (tmp_path / "three.parquet").read_bytes()


def test_round_trip_keeps_schema_values_and_nulls(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "folder" / "t.parquet"
    table = small(name=["ä", None, "\U0001f600"], count=[1, None, -(2**31)], share=[0.1, None, 3.0])
    write_table(table, path)
    back = read_table(path, SMALL)
    assert back.schema == SMALL
    assert back.to_pydict() == table.to_pydict()
    assert [p.name for p in path.parent.iterdir()] == ["t.parquet"]


def test_only_the_columns_asked_for_are_read(tmp_path: Path) -> None:
    write_table(small(name=["a"], count=[1], share=[0.5]), tmp_path / "t.parquet")
    back = read_table(tmp_path / "t.parquet", SMALL, ["share", "name"])
    assert back.column_names == ["share", "name"]


def test_an_older_file_without_a_column_reads_as_null(tmp_path: Path) -> None:
    pq.write_table(pa.table({"name": ["a"]}), tmp_path / "old.parquet")
    assert read_table(tmp_path / "old.parquet", SMALL).to_pydict() == {"name": ["a"], "count": [None], "share": [None]}


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.parquet"
    write_table(small(name=["old"], count=[1], share=[0.5]), path)
    before = path.read_bytes()

    def full_disk(_: Any, where: Path, **__: Any) -> None:
        Path(where).write_bytes(b"PAR1 half of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(parquet.pq, "write_table", full_disk)
    with pytest.raises(OutsideFailure, match=r"t\.parquet: cannot be written: No space left on device"):
        write_table(small(name=["new"], count=[2], share=[0.5]), path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["t.parquet"]


def test_a_folder_that_cannot_be_made_is_an_outside_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutsideFailure, match="cannot be written"):
        write_table(small(name=["a"], count=[1], share=[0.5]), tmp_path / "file" / "t.parquet")


@pytest.mark.parametrize("damage", ["missing", "empty", "alien", "cut off", "folder"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "t.parquet"
    write_table(small(name=["a"] * 50, count=[1] * 50, share=[0.5] * 50), path)
    whole = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "alien":
        path.write_text("name,count\na,1\n" * 10)
    elif damage == "cut off":
        path.write_bytes(whole[: len(whole) // 2])
    else:
        path.unlink()
        path.mkdir()
        (path / "inner.txt").write_text("no table")
    with pytest.raises(BadInput, match=r"t\.parquet") as caught:
        read_table(path, SMALL)
    assert len(str(caught.value).splitlines()) == 1


def test_a_file_of_other_types_says_which_column(tmp_path: Path) -> None:
    pq.write_table(pa.table({"count": ["three"]}), tmp_path / "t.parquet")
    with pytest.raises(BadInput, match="column 'count'"):
        read_table(tmp_path / "t.parquet", SMALL)
