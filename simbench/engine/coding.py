"""Arrow columns from NumPy arrays without copies, and dictionaries that depend on a part's own rows only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

__all__ = ["Validity", "coded", "numbers", "texts", "times"]


class Validity:
    """Which rows of a column hold a value: made once, and shared by all columns that it holds for."""

    def __init__(self, known: NDArray[np.bool_]) -> None:
        self.missing = int(known.size - np.count_nonzero(known))
        self.bitmap: Any = pa.py_buffer(np.packbits(known, bitorder="little")) if self.missing else None


def numbers(values: NDArray[Any], valid: Validity | None = None) -> pa.Array:
    """A column of `values` as they lie in memory; null where `valid` says so."""
    kind = pa.from_numpy_dtype(values.dtype)
    data = pa.py_buffer(np.ascontiguousarray(values))
    if valid is None:
        return pa.Array.from_buffers(kind, values.size, [None, data], 0)
    return pa.Array.from_buffers(kind, values.size, [valid.bitmap, data], valid.missing)


def coded(codes: NDArray[np.integer], values: Sequence[str], valid: Validity | None = None) -> pa.DictionaryArray:
    """A dictionary column from `codes` into `values`; null where `valid` says so, or without it where a code is -1.

    The dictionary holds the strings that occur, sorted: two processes that numbered their strings differently write the
    same bytes.
    """
    codes = np.asarray(codes)
    occurs = np.zeros(len(values) + 1, dtype=bool)
    occurs[codes] = True
    if valid is None and occurs[-1]:
        valid = Validity(codes >= 0)
    used = sorted((values[code], code) for code in np.flatnonzero(occurs[:-1]).tolist())
    # The last place is that of code -1; what stands under a null does not matter, but shall lie inside the dictionary.
    place = np.zeros(len(values) + 1, dtype=np.int32)
    place[[code for _, code in used]] = np.arange(len(used), dtype=np.int32)
    dictionary = pa.array([text for text, _ in used], type=pa.string())
    return pa.DictionaryArray.from_arrays(numbers(place[codes], valid), dictionary, safe=False)


def texts(values: Sequence[str | None]) -> pa.DictionaryArray:
    """A dictionary column from strings, with a sorted dictionary."""
    met = pa.array(values, type=pa.string()).dictionary_encode()
    return coded(met.indices.fill_null(-1).to_numpy(), met.dictionary.to_pylist())


def times(ms: NDArray[np.int64]) -> pa.Array:
    """A timestamp column (UTC, ms) from epoch ms."""
    data = pa.py_buffer(np.ascontiguousarray(ms, dtype=np.int64))
    return pa.Array.from_buffers(pa.timestamp("ms", tz="UTC"), ms.size, [None, data], 0)
