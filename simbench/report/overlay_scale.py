"""From amounts to colours, and back to the numbers that a legend names."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Scale", "short_number"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Which amount gets which colour.

    Attributes
    ----------
    most
        The amount that gets the strongest colour.
    power
        .5 colours by the square root, for what gathers in points: one dominant button must not paint everything else
        pale. 1 colours by the amount itself, for what spreads over the page.
    """

    most: float
    power: float = 0.5

    def share(self, amount: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Place on the ramp, 0..1."""
        return np.clip(np.asarray(amount, dtype=np.float64) / self.most, 0, 1) ** self.power

    def times(self, factor: float) -> Scale:
        """The same colours in another unit."""
        return Scale(most=self.most * factor, power=self.power)

    def ticks(self, apart: float = 0.15) -> list[float]:
        """Round numbers (1, 2, 5, 10 ...) to name on a legend, at least `apart` on the ramp; the last is `most`.

        Examples
        --------
        >>> Scale(most=214.0).ticks()
        [5.0, 20.0, 50.0, 100.0, 214.0]
        """
        chosen = [self.most]
        top = math.floor(math.log10(self.most)) if self.most > 0 else 0
        for exponent in range(top, top - 5, -1):
            for digit in (5, 2, 1):
                value = digit * 10.0**exponent
                place, last = (float(self.share(v)) for v in (value, chosen[-1]))
                if value < chosen[-1] and last - place >= apart and place >= 0.12:
                    chosen.append(value)
        return chosen[::-1]


def short_number(value: float) -> str:
    """A number as a legend shows it: three figures at most.

    Examples
    --------
    >>> [short_number(v) for v in (0.05, 0.372, 2.0, 21.4, 214.3, 12_345.0)]
    ['0.05', '0.37', '2', '21', '214', '12,345']
    """
    if value >= 10:
        return f"{value:,.0f}"
    return f"{value:.2g}"
