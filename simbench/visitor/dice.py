"""A visitor's luck: one stream of numbers for every purpose, so that a draw added here never moves a draw there.

Numbers are drawn as whole arrays, one a purpose and shard (`Luck`); each visitor gets a row of each (`Dice`), and a row
that is used up goes on with numbers of its own address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from math import exp
from typing import Final

import numpy as np

__all__ = ["NORMAL_PURPOSES", "UNIFORM_PURPOSES", "Dice", "Luck", "StreamFactory"]

#: Purposes with uniform numbers: what is decided, where eyes and hands land, how forms go, how anger is vented, what
#: fate sends.
UNIFORM_PURPOSES: Final = ("mind", "eye", "aim", "form", "vent", "fate")
#: Purposes with standard normal numbers: how long things take, where hands land, and what network and server do.
NORMAL_PURPOSES: Final = ("time", "hand", "world")

#: ``stream(purpose, *key)`` gives the generator of a purpose and key.
StreamFactory = Callable[..., np.random.Generator]

#: Numbers drawn ahead for each visitor by purpose: about what nine visits in ten use.
_AHEAD: Final = {
    "mind": 96, "eye": 64, "aim": 64, "form": 16, "vent": 24, "fate": 48, "time": 128, "hand": 64, "world": 48,
}  # fmt: skip


class Luck:
    """The numbers of one shard.

    Parameters
    ----------
    stream
        Gives a generator for a purpose and an integer key.
    shard
        The shard's number.
    visitors
        How many visitors it has.
    """

    def __init__(self, stream: StreamFactory, shard: int, visitors: int) -> None:
        self._stream = stream
        self._shard = shard
        self._rows = {
            **{p: stream(f"visitor.{p}", shard).random((visitors, _AHEAD[p])) for p in UNIFORM_PURPOSES},
            **{p: stream(f"visitor.{p}", shard).standard_normal((visitors, _AHEAD[p])) for p in NORMAL_PURPOSES},
        }

    def numbers(self, purpose: str, visitor: int) -> Callable[[], float]:
        """The next number of `purpose` for `visitor` (its place in the shard), each time it is called."""
        row: list[float] = self._rows[purpose][visitor].tolist()
        return chain(row, self._more(purpose, visitor)).__next__

    def _more(self, purpose: str, visitor: int) -> Iterator[float]:
        generator = self._stream(f"visitor.{purpose}.more", self._shard, visitor)
        while True:
            uniform = purpose in UNIFORM_PURPOSES
            yield from (generator.random(64) if uniform else generator.standard_normal(64)).tolist()


class Dice:
    """One visitor's luck: ``dice.mind()`` and the like give the next number of that purpose."""

    __slots__ = (*UNIFORM_PURPOSES, *NORMAL_PURPOSES)

    mind: Callable[[], float]
    eye: Callable[[], float]
    aim: Callable[[], float]
    form: Callable[[], float]
    vent: Callable[[], float]
    fate: Callable[[], float]
    time: Callable[[], float]
    hand: Callable[[], float]
    world: Callable[[], float]

    def __init__(self, luck: Luck, visitor: int) -> None:
        for purpose in (*UNIFORM_PURPOSES, *NORMAL_PURPOSES):
            setattr(self, purpose, luck.numbers(purpose, visitor))

    def lognormal(self, median: float, sigma: float) -> float:
        """A lognormal time: median `median` and standard deviation `sigma` of its logarithm."""
        return median * exp(sigma * self.time())

    def poisson(self, mean: float, u: float) -> int:
        """A Poisson number from one uniform number `u`, by inversion; `mean` up to about 20."""
        k, p = 0, exp(-mean)
        total = p
        while u > total and k < 60:
            k += 1
            p *= mean / k
            total += p
        return k
