"""The fitted numbers of pointer movement, read from ``pointer_model.json``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from simbench.visitor.body.halving import PARTS, SHARES, Network

__all__ = ["PointerModel", "network_name", "pointer_model"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PointerModel:
    """Networks by name: ``path`` (how long a path is) and those that halve a piece, `network_name`."""

    networks: dict[str, Network]

    @property
    def outputs(self) -> int:
        """Outputs of a network that halves: side, weights of the mixture, means and log spreads."""
        return 1 + PARTS + 2 * PARTS * len(SHARES)

    @property
    def numbers(self) -> int:
        """How many fitted numbers there are."""
        return sum(a.size for net in self.networks.values() for a in (net.w1, net.b1, net.w2, net.b2))


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


def read_model(document: dict[str, Any]) -> PointerModel:
    """The model of a document as ``simbench study calibration-pointer`` writes it."""
    return PointerModel(networks={
        name: Network(**{part: np.array(values, dtype=np.float32) for part, values in parts.items()})
        for name, parts in document["networks"].items()
    })  # fmt: skip
