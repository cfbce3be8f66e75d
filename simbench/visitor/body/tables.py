"""Measured distributions as data: quantiles at the normal scores -3 to 3, read between by straight lines.

A parameter file beside the code holds, for each distribution, the quantiles at Phi(-3), Phi(-2.5), ... Phi(3): evenly
spaced normal scores, so that tails are resolved and a look-up is one multiplication. What is correlated is drawn as
correlated normal numbers and put through the tables (a Gaussian copula).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
import yaml
from numpy.typing import NDArray

__all__ = ["KNOTS", "parameters", "quantile", "quantile_of"]

#: Normal scores at which a table holds quantiles.
KNOTS: Final[tuple[float, ...]] = tuple(-3.0 + 0.5 * i for i in range(13))
_PER_SCORE: Final = 2.0


@cache
def parameters(name: str) -> dict[str, Any]:
    """The parameter file ``NAME.yaml`` of this folder."""
    document: dict[str, Any] = yaml.safe_load(files(__package__).joinpath(f"{name}.yaml").read_text(encoding="utf-8"))
    return document


def quantile(table: NDArray[np.float64], z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values of one table of `len(KNOTS)` quantiles at normal scores `z`; beyond the last knots the last values."""
    place = np.clip((z - KNOTS[0]) * _PER_SCORE, 0.0, len(KNOTS) - 1.000001)
    left = place.astype(np.int64)
    share = place - left
    return table[left] * (1.0 - share) + table[left + 1] * share


def quantile_of(
    tables: NDArray[np.float64], which: NDArray[np.int64], z: NDArray[np.float64]
) -> NDArray[np.float64]:  # fmt: skip
    """The same from several tables, shape (tables, knots): number `which` for each score."""
    place = np.clip((z - KNOTS[0]) * _PER_SCORE, 0.0, len(KNOTS) - 1.000001)
    left = place.astype(np.int64)
    share = place - left
    flat = tables.ravel()
    left += which * len(KNOTS)
    return flat[left] * (1.0 - share) + flat[left + 1] * share
