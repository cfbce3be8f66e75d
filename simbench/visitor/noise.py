"""Random numbers by address, computed anywhere: in bulk for a shard, or one by one for a browser, with the same result.

An act of a visitor is expanded into pointer samples, scroll events and key strokes long after it was made, for many
visitors at once. So the numbers that shape it are not drawn in turn from a generator; they are a function of the act's
64-bit key and of a salt. The function is SplitMix64's finaliser (Steele, Lea & Flood 2014, "Fast splittable
pseudorandom number generators", OOPSLA), which passes BigCrush as a counter-based generator.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

__all__ = ["act_key", "act_keys", "bits", "normal", "normal_of", "sway", "uniform", "uniform_of"]

Keys = NDArray[np.uint64]

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX_1: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2: Final = np.uint64(0x94D049BB133111EB)
_TO_UNIT: Final = 2.0**-53


def _mix(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    z = z ^ (z >> np.uint64(30))
    z *= _MIX_1
    z ^= z >> np.uint64(27)
    z *= _MIX_2
    z ^= z >> np.uint64(31)
    return z


def act_keys(session_keys: Keys, acts: NDArray[np.int64]) -> Keys:
    """Key of each act from its session's key and its number in the session; arrays of equal length."""
    return _mix(session_keys + acts.astype(np.uint64) * _GOLDEN)


def uniform(keys: NDArray[np.uint64], salt: int) -> NDArray[np.float64]:
    """One number in (0, 1) for each key; another `salt` gives another, independent number for the same key."""
    bits = _mix(keys + np.uint64((salt * int(_GOLDEN)) & 0xFFFFFFFFFFFFFFFF))
    return ((bits >> np.uint64(11)).astype(np.float64) + 0.5) * _TO_UNIT


def normal(keys: NDArray[np.uint64], salt: int) -> NDArray[np.float64]:
    """One standard normal number for each key."""
    return ndtri(uniform(keys, salt))


def bits(keys: Keys, salt: int) -> Keys:
    """64 random bits for each key, of which several small numbers may be cut; the same that `uniform` is made of."""
    return _mix(keys + np.uint64((salt * int(_GOLDEN)) & 0xFFFFFFFFFFFFFFFF))


def sway(keys: NDArray[np.uint64], salt: int) -> NDArray[np.float64]:
    """One number of mean 0 and variance 1 for each key: a triangle up to ±2.45, where a normal would cost too much."""
    drawn = bits(keys, salt)
    halves = (drawn >> np.uint64(32)).astype(np.float64) + (drawn & np.uint64(0xFFFFFFFF)).astype(np.float64)
    return (halves * 2.0**-32 - 1.0) * 6.0**0.5


_ALL: Final = 0xFFFFFFFFFFFFFFFF
_inverse_normal: Final = NormalDist().inv_cdf


def _mixed(z: int) -> int:
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _ALL
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _ALL
    return z ^ (z >> 31)


def act_key(session_key: int, act: int) -> int:
    """`act_keys` for one act, without arrays."""
    return _mixed((session_key + act * 0x9E3779B97F4A7C15) & _ALL)


def uniform_of(key: int, salt: int) -> float:
    """`uniform` for one key."""
    return ((_mixed((key + salt * 0x9E3779B97F4A7C15) & _ALL) >> 11) + 0.5) * _TO_UNIT


def normal_of(key: int, salt: int) -> float:
    """`normal` for one key, to about 1e-9."""
    return _inverse_normal(uniform_of(key, salt))
