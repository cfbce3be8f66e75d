"""Arrow columns from codes: dictionaries that depend on a part's own rows only, never on what was played before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

__all__ = ["coded", "texts", "times"]


def coded(codes: NDArray[np.integer], values: Sequence[str]) -> pa.DictionaryArray:
    """A dictionary column from `codes` into `values`; -1 is null.

    The dictionary holds the strings that occur, sorted: two processes that numbered their strings differently write the
    same bytes.
    """
    codes = np.asarray(codes, dtype=np.int32)
    occurs = np.zeros(len(values) + 1, dtype=bool)
    occurs[codes] = True
    used = sorted((values[code], code) for code in np.flatnonzero(occurs[:-1]).tolist())
    place = np.full(len(values) + 1, -1, dtype=np.int32)
    place[[code for _, code in used]] = np.arange(len(used), dtype=np.int32)
    indices = place[codes]
    missing = codes < 0
    array = pa.array(indices, mask=missing) if missing.any() else pa.array(indices)
    return pa.DictionaryArray.from_arrays(array, pa.array([text for text, _ in used], type=pa.string()))


def texts(values: Sequence[str | None]) -> pa.DictionaryArray:
    """A dictionary column from strings, with a sorted dictionary."""
    names = sorted({value for value in values if value is not None})
    code = {name: i for i, name in enumerate(names)}
    return coded(np.array([-1 if value is None else code[value] for value in values], dtype=np.int32), names)


def times(ms: NDArray[np.int64]) -> pa.Array:
    """A timestamp column (UTC, ms) from epoch ms."""
    return pa.array(np.asarray(ms, dtype=np.int64), type=pa.int64()).cast(pa.timestamp("ms", tz="UTC"))
