"""Weighted choices: what a scenario may write wherever a name stands, `mobile` or `{mobile: 0.7, desktop: 0.3}`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import Field
from pydantic_core import core_schema

from simbench.events.yaml_source import show_value
from simbench.visitor.persona.strict_model import wrong

__all__ = ["SHARE_TOLERANCE", "Finite", "Weights", "draw_weights", "pick", "shares_problem"]

Floats = npt.NDArray[np.float64]
#: A number that is one.
Finite = Annotated[float, Field(strict=True, allow_inf_nan=False)]

#: How far shares may add up from 1.
SHARE_TOLERANCE: Final = 1e-6

NameT = TypeVar("NameT", bound=str)


def shares_problem(shares: Mapping[str, float]) -> str | None:
    """What is wrong with `shares` (name to share), or None when each is in 0..1 and they add up to 1."""
    if not shares:
        return "is empty; name at least one choice"
    for name, share in shares.items():
        if not 0 <= share <= 1:
            return f"the share of {show_value(name)} must lie between 0 and 1, but is {share:g}; change it"
    total = math.fsum(shares.values())
    if abs(total - 1) > SHARE_TOLERANCE * (1 + 1e-9):
        return f"the shares add up to {total:.6g}, not 1; change them so that they do"
    return None


def _read_weights(value: object) -> object:
    """`mobile` and `{choice: {...}}` to the plain mapping of names to shares."""
    if isinstance(value, str):
        return {value: 1.0}
    if isinstance(value, Mapping):
        return value["choice"] if set(value) == {"choice"} and isinstance(value["choice"], Mapping) else value
    raise wrong(
        f"needs a name or shares by name, but is {show_value(value)}; write mobile, or {{mobile: 0.7, ...: 0.3}}"
    )


class _AddUp:
    """Annotation of a mapping of names to shares: they lie in 0..1 and add up to 1; a lone name stands for all."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        checked = core_schema.no_info_after_validator_function(cls._check, handler(source))
        return core_schema.no_info_before_validator_function(_read_weights, checked)

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> dict[str, Any]:
        shares = dict(handler(core))
        for pattern, number in shares.pop("patternProperties", {}).items():  # pydantic's way to bound keys by a pattern
            shares |= {"propertyNames": {"type": "string", "pattern": pattern}, "additionalProperties": number}
        name = shares.get("propertyNames", {"type": "string"})
        choice = {"type": "object", "properties": {"choice": shares}, "required": ["choice"]}
        return {"anyOf": [name, shares, {**choice, "additionalProperties": False}]}

    @staticmethod
    def _check(shares: dict[str, float]) -> dict[str, float]:
        problem = shares_problem(shares)
        if problem:
            raise wrong(problem)
        return shares


#: Names with their shares, which add up to 1; a lone name has the share 1.
Weights = Annotated[dict[NameT, Finite], _AddUp]


def draw_weights(weights: Mapping[str, float], n: int, source: np.random.Generator | Floats) -> npt.NDArray[np.intp]:
    """Draw `n` names by their shares.

    Returns
    -------
    ndarray of int, shape (n,): indices into `list(weights)`.

    Examples
    --------
    >>> draw_weights({"desktop": 0.7, "mobile": 0.3}, 2, np.array([0.1, 0.9]))
    array([0, 1])
    """
    uniforms = source.random(n) if isinstance(source, np.random.Generator) else np.asarray(source, dtype=np.float64)
    if uniforms.shape != (n,):
        raise ValueError(f"uniforms have the shape {uniforms.shape}, not ({n},)")
    return pick(list(weights.values()), uniforms)


def pick(shares: Sequence[float], u: Floats) -> npt.NDArray[np.intp]:
    """Which share each of `u` falls into: indices, of the shape of `u`."""
    edges = np.cumsum(np.asarray(shares, dtype=np.float64))
    edges[-1] = np.inf  # shares add up to 1 within the tolerance; the last takes the rest
    return np.searchsorted(edges, u, side="right")
