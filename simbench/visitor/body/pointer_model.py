"""The fitted numbers of pointer movement, read from ``pointer_model.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simbench.visitor.body.halving import PARTS, SHARES, Network

__all__ = ["PointerModel", "network_name", "pointer_model", "read_model"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PointerModel:
    """Networks by name, and quantiles by name.

    networks
        ``pace``: how long a wandering or aimed movement lasts given its chord; ``path``: how long its path is given
        both; and those that halve a piece, `network_name`.
    quantiles
        At equal shares from 0 to 1: ``chord`` (px, from rest to rest), ``heading`` (rad from horizontal), ``pause``
        (ms).
    """

    networks: Mapping[str, Network]
    quantiles: Mapping[str, NDArray[np.float64]]

    @property
    def outputs(self) -> int:
        """Outputs of a network that halves: side, weights of the mixture, means and log spreads."""
        return 1 + PARTS + 2 * PARTS * len(SHARES)

    @property
    def numbers(self) -> int:
        """How many fitted numbers there are."""
        weights = sum(a.size for net in self.networks.values() for a in (net.w1, net.b1, net.w2, net.b2))
        return weights + sum(a.size for a in self.quantiles.values())

    def quantile(self, name: str, share: NDArray[np.float64]) -> NDArray[np.float64]:
        """The quantile at each `share` (0 to 1)."""
        table = self.quantiles[name]
        return np.interp(share, np.linspace(0.0, 1.0, table.size), table)


def network_name(level: int, fine: bool, parity: int) -> str:
    """Which network halves a piece: at this level, for the last time or not, of even or odd number."""
    if level == 0:
        return "whole"
    return f"{'fine' if fine else 'coarse'}-{'odd' if parity else 'even'}"


@cache
def pointer_model() -> PointerModel:
    """The model that ships."""
    file = resources.files("simbench.visitor.body") / "pointer_model.json"
    return read_model(json.loads(file.read_text(encoding="utf-8")))


def read_model(document: Mapping[str, Any]) -> PointerModel:
    """The model of a document as ``simbench study calibration-pointer`` makes it."""
    networks = {
        name: Network(**{part: np.array(values, dtype=np.float32) for part, values in parts.items()})
        for name, parts in document["networks"].items()
    }
    quantiles = {name: np.array(values, dtype=np.float64) for name, values in document["quantiles"].items()}
    return PointerModel(networks=networks, quantiles=quantiles)
