"""Readers of single fields in JSON that nobody has vouched for."""

from __future__ import annotations

import math
from typing import Any, Final

__all__ = ["Malformed", "items", "node_id", "number", "record", "text", "whole"]

#: Longer ids than these are not rrweb's, and would not fit where they go.
_LARGEST_ID: Final = 2**53
#: No page is this long, in CSS px.
_LARGEST_PX: Final = 1e8


class Malformed(ValueError):
    """An event is not what its type says; the message says which field."""


def record(value: Any, name: str) -> dict[str, Any]:
    """`value` as an object."""
    if not isinstance(value, dict):
        raise Malformed(f"{name} is not an object")
    return value


def items(value: Any, name: str) -> list[Any]:
    """`value` as a list; a missing one is empty."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise Malformed(f"{name} is not a list")
    return value


def number(value: Any, name: str, *, limit: float = _LARGEST_PX) -> float:
    """`value` as a finite number of at most `limit`, by size."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Malformed(f"{name} is not a number")
    if isinstance(value, float) and not math.isfinite(value):
        raise Malformed(f"{name} is not finite")
    if abs(value) > limit:
        raise Malformed(f"{name} is beyond {limit:g}")
    return float(value)


def whole(value: Any, name: str) -> int:
    """`value` as an integer."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _LARGEST_ID:
        raise Malformed(f"{name} is not a whole number")
    return value


def node_id(value: Any, name: str = "id") -> int:
    """`value` as a node's id; rrweb writes -1 for a node that it does not know."""
    return whole(value, name)


def text(value: Any, name: str) -> str:
    """`value` as text; halves of surrogate pairs, which no file can hold, become U+FFFD."""
    if not isinstance(value, str):
        raise Malformed(f"{name} is not text")
    return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
