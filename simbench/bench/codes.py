"""String columns as whole numbers, so that everything after runs on arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from simbench.events.schema import KINDS

__all__ = ["Words", "equals", "flags", "kind_codes", "whole_numbers"]

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


class Words:
    """The strings of some columns and their codes, in alphabetical order, whatever the order of rows."""

    def __init__(self, *columns: Any) -> None:
        words: set[str] = set()
        for column in columns:
            words.update(word for word in _dictionary(column)[0].to_pylist() if word is not None)
        self.names = tuple(sorted(words))
        self._set = pa.array(self.names, pa.string())

    def codes(self, column: Any) -> IntArray:
        """Codes of a string column; -1 for null and for words that are not here."""
        return _codes_among(column, self._set)


def kind_codes(column: Any) -> IntArray:
    """Indexes into `KINDS`; -1 for anything else."""
    return _codes_among(column, pa.array(KINDS, pa.string()))


def equals(column: Any, word: str) -> BoolArray:
    """Which rows of a string column hold `word`."""
    return _codes_among(column, pa.array([word], pa.string())) == 0


def whole_numbers(column: Any, null: int) -> IntArray:
    """A column of integers, or of times in their own unit, with `null` where it has none."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    return np.asarray(column.cast(pa.int64()).fill_null(null).to_numpy(zero_copy_only=False), dtype=np.int64)


def flags(column: Any, null: bool) -> BoolArray:
    """A column of booleans, with `null` where it has none."""
    return np.asarray(column.fill_null(null).to_numpy(zero_copy_only=False), dtype=np.bool_)


def _codes_among(column: Any, words: Any) -> IntArray:
    dictionary, indices = _dictionary(column)
    code = whole_numbers(pc.index_in(dictionary, value_set=words), -1)
    return code if indices is None else np.append(code, -1)[whole_numbers(indices, len(code))]


def _dictionary(column: Any) -> tuple[Any, Any]:
    """The distinct words of a column (perhaps more than it uses) and where they stand (None: one by one)."""
    if isinstance(column, pa.ChunkedArray):
        if pa.types.is_dictionary(column.type):
            column = column.unify_dictionaries()
        column = column.combine_chunks()
    if not pa.types.is_dictionary(column.type):
        return column.cast(pa.string()), None
    return column.dictionary.cast(pa.string()), column.indices
