"""Findings as files: JSON Lines for people and other programs, Parquet for size; one table in memory.

A finding says that a detector saw a kind of episode (`session`, `kind`, `t_start` .. `t_end`), or, with `session` null,
that something is wrong with a page (`page`, `finding`). Times are the page's clock: ISO 8601 with ``Z`` or an offset,
in milliseconds. `evidence` is JSON: an object in JSON Lines, its text in the table.
"""

from __future__ import annotations

import difflib
import json
import math
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from simbench.errors import BadInput, OutsideFailure
from simbench.events.parquet import conform, read_table, write_table
from simbench.events.schema import DEVICES, FINDINGS, KINDS, PAGE_FINDINGS

__all__ = ["finding_rows", "findings_table", "parse_findings", "read_findings", "write_findings"]

#: Columns that a line of each sort always shows, null or not; others only where they say something.
_SESSION_COLUMNS: Final = (
    "detector", "session", "view", "page", "kind", "t_start", "t_end", "target", "field", "score", "evidence",
)  # fmt: skip
_PAGE_COLUMNS: Final = ("detector", "page", "device", "finding", "target", "score", "sessions", "text")

_STRINGS: Final = ("detector", "session", "page", "kind", "target", "field", "device", "finding", "text")
_TIMES: Final = ("t_start", "t_end")
_VOCABULARIES: Final = {"kind": KINDS, "finding": PAGE_FINDINGS, "device": DEVICES}
_JSON_LINES: Final = (".jsonl", ".ndjson")
#: More bad lines than these are counted, not listed.
_LISTED_PROBLEMS: Final = 10
#: Instants outside these years are a unit mistake (seconds taken for milliseconds, or the other way round).
_YEARS: Final = (1990, 2200)


def findings_table(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Make a table with the schema `FINDINGS` from dicts.

    Parameters
    ----------
    rows
        One dict a finding, with any of the schema's columns. Times may be ISO 8601 strings, aware datetimes or
        integers (ms since 1970, UTC); `t_end` defaults to `t_start`; `evidence` may be anything that JSON can hold.

    Raises
    ------
    BadInput
        A row breaks the contract; the message names the row, counted from 1.

    Examples
    --------
    >>> table = findings_table([{"detector": "mine", "session": "s1", "kind": "rage_click",
    ...                          "t_start": "2026-03-02T08:00:00.250Z", "score": 0.8}])
    >>> table.num_rows, table["t_end"][0].as_py().isoformat()
    (1, '2026-03-02T08:00:00.250000+00:00')
    """
    return _build(((f"finding {number}", row) for number, row in enumerate(rows, start=1)), integer_times=True)


def parse_findings(lines: Iterable[str], source: str) -> pa.Table:
    """Make a table from lines of JSON, one finding each; blank lines are skipped.

    Parameters
    ----------
    lines
        What a file holds, or a program printed.
    source
        The name that errors begin with, such as the file's path.

    Raises
    ------
    BadInput
        One line per bad line (``source:7: kind 'rageclick' is unknown; did you mean 'rage_click'?``).
    """
    problems: list[str] = []

    def rows() -> Iterable[tuple[str, Mapping[str, Any]]]:
        for number, line in enumerate(lines, start=1):
            text = line.removeprefix("\ufeff").strip() if number == 1 else line.strip()
            if not text:
                continue
            where = f"{source}:{number}"
            try:
                row = json.loads(text)
            except (json.JSONDecodeError, RecursionError) as error:
                problems.append(f"{where}: not valid JSON ({error}); write one finding a line")
                continue
            if not isinstance(row, dict):
                problems.append(f"{where}: a finding is a JSON object, this is a {_json_type(row)}")
                continue
            yield where, row

    return _build(rows(), integer_times=False, problems=problems)


def read_findings(path: str | Path) -> pa.Table:
    """Read findings from ``.jsonl``, ``.ndjson`` or ``.parquet``.

    Raises
    ------
    BadInput
        The file is missing, cut off or of another type, or findings in it break the contract (with file:line, or
        file:row for Parquet, counted from 1).
    """
    path = Path(path)
    if path.suffix == ".parquet":
        table = read_table(path)
        if not {"kind", "finding"} & set(table.column_names):
            raise BadInput(f"{path}: has neither a column 'kind' nor 'finding', so it holds no findings")
        try:
            table = conform(_whole_milliseconds(table), FINDINGS)
        except BadInput as error:
            raise BadInput(*(f"{path}: {problem}" for problem in error.problems)) from error
        _check_table(table, str(path))
        return table
    if path.suffix not in _JSON_LINES:
        raise BadInput(f"{path}: findings are read from .jsonl, .ndjson or .parquet; rename the file or convert it")
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise BadInput(f"{path}: no such file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read as UTF-8 text: {error}") from error
    # Only a newline ends a line: str.splitlines would also cut at U+2028, which JSON allows inside a string.
    return parse_findings(text.split("\n"), str(path))


def write_findings(table: pa.Table, path: str | Path) -> None:
    """Write findings to ``.jsonl``, ``.ndjson`` or ``.parquet``, whole or not at all; same rows, same bytes.

    Raises
    ------
    BadInput
        The suffix names no known format.
    OutsideFailure
        The disk refuses.
    """
    path = Path(path)
    if path.suffix == ".parquet":
        write_table(conform(table, FINDINGS), path)
        return
    if path.suffix not in _JSON_LINES:
        raise BadInput(f"{path}: findings are written as .jsonl, .ndjson or .parquet; choose one of these suffixes")
    partial = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("w", encoding="utf-8", newline="\n") as file:
            for row in finding_rows(table):
                file.write(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n")
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise OutsideFailure(f"{path}: cannot be written: {error.strerror or error}") from error


def finding_rows(table: pa.Table) -> Iterable[dict[str, Any]]:
    """Findings as dicts that JSON can hold, as they stand in JSON Lines: ISO times, `evidence` as an object."""
    for batch in conform(table, FINDINGS).to_batches(max_chunksize=10_000):
        for row in batch.to_pylist():
            always = _SESSION_COLUMNS if row["session"] is not None else _PAGE_COLUMNS
            out: dict[str, Any] = {}
            for name in FINDINGS.names:
                value = row[name]
                if value is None and name not in always:
                    continue
                if name in _TIMES and value is not None:
                    value = f"{value:%Y-%m-%dT%H:%M:%S}.{value.microsecond // 1000:03d}Z"
                elif name == "evidence" and value is not None:
                    value = _loaded(value)
                out[name] = value
            yield out


def _build(
    rows: Iterable[tuple[str, Mapping[str, Any]]], *, integer_times: bool, problems: list[str] | None = None
) -> pa.Table:
    problems = [] if problems is None else problems
    columns: dict[str, list[Any]] = {name: [] for name in FINDINGS.names}
    for where, row in rows:
        try:
            clean = _clean(row, integer_times=integer_times)
        except ValueError as error:
            problems.append(f"{where}: {error}")
            continue
        for name, values in columns.items():
            values.append(clean.get(name))
    if problems:
        more = len(problems) - _LISTED_PROBLEMS
        raise BadInput(*problems[:_LISTED_PROBLEMS], *([f"... and {more} more bad findings"] if more > 0 else []))
    arrays = []
    for field in FINDINGS:
        if pa.types.is_dictionary(field.type):
            array = pa.array(columns[field.name], field.type.value_type).dictionary_encode().cast(field.type)
        else:
            array = pa.array(columns[field.name], field.type)
        arrays.append(array)
    return pa.Table.from_arrays(arrays, schema=FINDINGS)


def _clean(row: Mapping[str, Any], *, integer_times: bool) -> dict[str, Any]:
    """One finding, checked and in the table's types; a ValueError says what is wrong."""
    for name in row:
        if name not in FINDINGS.names:
            raise ValueError(f"unknown key {name!r}{_meant(name, FINDINGS.names)}; put more into 'evidence'")
    clean: dict[str, Any] = {name: value for name, value in row.items() if value is not None}
    _check_words(clean)
    _check_numbers(clean)
    for name in _TIMES:
        if name in clean:
            clean[name] = _instant(name, clean[name], integer=integer_times)
    if "evidence" in clean:
        clean["evidence"] = _evidence(clean["evidence"])
    if "session" in clean:
        missing = [name for name in ("kind", "t_start") if name not in clean]
        if missing:
            raise ValueError(f"{' and '.join(missing)} missing: a finding in a session needs session, kind and t_start")
        clean.setdefault("t_end", clean["t_start"])
        if clean["t_end"] < clean["t_start"]:
            raise ValueError(f"t_end {_iso(clean['t_end'])} lies before t_start {_iso(clean['t_start'])}")
    elif not {"page", "finding"} <= clean.keys():
        raise ValueError(
            "neither a finding in a session (session, kind, t_start) nor one about a page (page, finding; no session)"
        )
    return clean


def _check_words(row: Mapping[str, Any]) -> None:
    for name in _STRINGS:
        value = row.get(name)
        if value is not None and (not isinstance(value, str) or not value):
            raise ValueError(f"{name} must be a non-empty string or null, this is {_shown(value)}")
    for name, words in _VOCABULARIES.items():
        if name in row and row[name] not in words:
            raise ValueError(f"{name} {_shown(row[name])} is unknown{_meant(row[name], words)}")


def _check_numbers(row: Mapping[str, Any]) -> None:
    for name, most in (("view", 2**31), ("sessions", 2**63)):
        value = row.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < most):
            raise ValueError(f"{name} must be a whole number from 0 or null, this is {_shown(value)}")
    score = row.get("score")
    if score is not None:
        number = not isinstance(score, bool) and isinstance(score, int | float) and math.isfinite(score)
        if not number or not 0 <= score <= 1:
            raise ValueError(f"score must be a number from 0 to 1 or null, this is {_shown(score)}")


def _instant(name: str, value: Any, *, integer: bool) -> int:
    """Milliseconds since 1970, UTC."""
    if integer and isinstance(value, int) and not isinstance(value, bool):
        instant = value
    else:
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                raise ValueError(f"{name} {_shown(value)} is not ISO 8601, such as 2026-03-02T08:00:00.250Z") from None
        if not isinstance(value, datetime):
            raise ValueError(f"{name} must be ISO 8601 text, such as 2026-03-02T08:00:00.250Z, this is {_shown(value)}")
        if value.tzinfo is None:
            raise ValueError(f"{name} {value.isoformat()} has no time zone; write it in UTC, with a Z at the end")
        apart = value.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
        instant = (apart.days * 86_400_000) + apart.seconds * 1000 + (apart.microseconds + 500) // 1000
    if not _YEARS[0] <= 1970 + instant / 31_556_952_000 < _YEARS[1]:
        raise ValueError(f"{name} is {instant} ms since 1970, which lies outside {_YEARS[0]} to {_YEARS[1]}")
    return instant


def _iso(instant_ms: int) -> str:
    return f"{datetime.fromtimestamp(instant_ms / 1000, UTC).isoformat(timespec='milliseconds')[:-6]}Z"


def _evidence(value: Any) -> str:
    if isinstance(value, str):
        try:
            json.loads(value)
        except ValueError:
            return json.dumps(value, ensure_ascii=False)
        return value
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True)
    except (TypeError, ValueError) as error:
        raise ValueError(f"evidence is not JSON: {error}") from None


def _loaded(evidence: str) -> Any:
    try:
        return json.loads(evidence)
    except ValueError:
        return evidence


def _whole_milliseconds(table: pa.Table) -> pa.Table:
    """Round finer timestamps, which pandas writes, so that the strict cast of `conform` takes them."""
    for name in _TIMES:
        index = table.schema.get_field_index(name)
        if index >= 0 and pa.types.is_timestamp(table.schema.field(index).type):
            column = table.column(index)
            rounded = pc.round_temporal(column, unit="millisecond")
            table = table.set_column(index, name, rounded.cast(FINDINGS.field(name).type, safe=False))
    return table


def _check_table(table: pa.Table, source: str) -> None:
    """Raise on the first row that breaks the contract, found with whole-column tests."""
    has_session = pc.is_valid(table["session"])
    score = pc.fill_null(table["score"], 0.0)
    of_session = pc.and_(pc.is_valid(table["kind"]), pc.is_valid(table["t_start"]))
    of_page = pc.and_(pc.is_valid(table["page"]), pc.is_valid(table["finding"]))
    good = [
        (pc.and_(pc.greater_equal(score, 0.0), pc.less_equal(score, 1.0)), "score must be from 0 to 1 or null"),
        (pc.if_else(has_session, of_session, True), "a finding in a session needs session, kind and t_start"),
        (pc.if_else(has_session, True, of_page), "a finding about a page needs page and finding"),
        (pc.fill_null(pc.greater_equal(table["t_end"], table["t_start"]), True), "t_end lies before t_start"),
    ]
    for name, words in _VOCABULARIES.items():
        known = pc.is_in(table[name].cast(pa.string()), value_set=pa.array(words))
        good.append((pc.or_(pc.is_null(table[name]), known), f"{name} is none of the known words"))
    problems = []
    for test, message in good:
        row = pc.index(test, False).as_py()
        if row >= 0:
            problems.append(f"{source}:{row + 1}: {message}; see `simbench schema` for the contract")
    if problems:
        raise BadInput(*problems)


def _meant(word: str, words: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(words), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _json_type(value: Any) -> str:
    names = {str: "string", list: "list", bool: "boolean", type(None): "null"}
    return names.get(type(value), "number")
