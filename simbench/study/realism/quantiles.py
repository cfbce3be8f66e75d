"""Quantiles side by side, and the rule by which a row of them passes.

A middle quantile (25, 50, 75 %) passes within 25 % of the people's, or where that cannot be told from chance: it fails
only if even the bootstrap interval over people, of the ratio visitors to people, lies wholly outside .75 to 1.25. An
outer one (5, 95 %) passes between half and twice. Whole people are drawn in the bootstrap, not single values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from simbench.study.realism.groups import Floats, Measure, Numbers

__all__ = ["OUTER", "Cell", "QuantileRow", "compare_numbers"]

#: The quantiles that are compared.
_LEVELS: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
#: Those that are held to half and twice only.
OUTER: Final = (0.05, 0.95)
_MIDDLE_BAND: Final = (0.75, 1.25)
_OUTER_BAND: Final = (0.5, 2.0)
#: With fewer people than this a bootstrap over them says nothing.
_FEW: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One quantile (or share): people, with the interval of a bootstrap over them, and visitors.

    `ratio` is visitors to people (of 1 - value for a complement). None: cannot be told.
    """

    level: float | None
    people: float
    low: float | None
    high: float | None
    visitors: float | None
    ratio: float | None
    passed: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantileRow:
    """One measure's row: its `cells`, and how many values and people stand behind it."""

    measure: Measure
    cells: tuple[Cell, ...]
    values: int
    persons: int
    simulated: int

    @property
    def passed(self) -> bool | None:
        """Whether every cell passed; None where nothing was compared."""
        told = [cell.passed for cell in self.cells if cell.passed is not None]
        return all(told) if told else None

    def document(self, group: str) -> list[dict[str, Any]]:
        """The row as JSON, one entry a cell."""
        return [
            {
                "group": group, "measure": self.measure.name, "unit": self.measure.unit, "quantile": cell.level,
                "people": _round(cell.people), "people_low": _round(cell.low), "people_high": _round(cell.high),
                "value": _round(cell.visitors), "ratio": _round(cell.ratio),
                "target": list(_OUTER_BAND if cell.level in OUTER else _MIDDLE_BAND),
                "judged": self.measure.judged, "held": cell.passed,
                "values": self.values, "persons": self.persons, "simulated": self.simulated,
            }
            for cell in self.cells
        ]  # fmt: skip


def compare_numbers(
    measure: Measure, people: Numbers, visitors: Numbers | None, *, seed: int, resamples: int = 400
) -> QuantileRow:
    """Lay visitors beside people by `measure`."""
    levels: tuple[float | None, ...] = {"quantiles": _LEVELS, "median": (0.5,), "share": (None,)}[measure.kind]
    ours = _statistics(visitors.values, levels) if visitors is not None and visitors.values.size else None
    theirs = _statistics(people.values, levels)
    persons = np.unique(people.person).size
    drawn = _bootstrap(people, levels, seed, resamples) if persons >= _FEW else None
    cells = []
    for i, level in enumerate(levels):
        low, high = (None, None) if drawn is None else (float(v) for v in np.quantile(drawn[:, i], (0.025, 0.975)))
        value = None if ours is None else float(ours[i])
        ratio, passed = None, None
        if value is not None:
            ratio, passed = _judge(float(theirs[i]), low, high, value, level=level, complement=measure.complement)
        cells.append(Cell(level=level, people=float(theirs[i]), low=low, high=high, visitors=value, ratio=ratio,
                          passed=passed))  # fmt: skip
    return QuantileRow(measure=measure, cells=tuple(cells), values=people.values.size, persons=persons,
                       simulated=0 if visitors is None else visitors.values.size)  # fmt: skip


def _judge(
    people: float, low: float | None, high: float | None, value: float, *, level: float | None, complement: bool
) -> tuple[float | None, bool]:
    """The ratio of visitors to people, and whether it passes."""
    if complement:
        people, value = 1.0 - people, 1.0 - value
        low, high = (None, None) if low is None or high is None else (1.0 - high, 1.0 - low)
    floor, ceiling = _OUTER_BAND if level in OUTER else _MIDDLE_BAND
    if people <= 0.0:
        # A quantile of zero has no ratio: only zero is like it.
        return None, value <= 0.0 or (high is not None and low is not None and low <= value <= high)
    ratio = value / people
    if floor <= ratio <= ceiling:
        return ratio, True
    if level in OUTER or low is None or high is None:
        return ratio, False
    # The ratio's own interval reaches from value / high to value / low.
    return ratio, value <= ceiling * high and value >= floor * low


def _statistics(values: Floats, levels: tuple[float | None, ...]) -> Floats:
    return np.array([values.mean() if level is None else np.quantile(values, level) for level in levels])


def _bootstrap(people: Numbers, levels: tuple[float | None, ...], seed: int, resamples: int) -> Floats:
    """Statistics of `resamples` draws of whole people, shape (resamples, levels)."""
    random = np.random.default_rng([seed, 7])
    person = np.unique(people.person, return_inverse=True)[1]
    persons = int(person.max()) + 1
    order = np.argsort(people.values, kind="stable")
    values, owner = people.values[order], person[order]
    found = np.empty((resamples, len(levels)))
    for draw in range(resamples):
        times = np.bincount(random.integers(0, persons, persons), minlength=persons)[owner]
        running = np.cumsum(times)
        total = running[-1]
        if not total:
            found[draw] = np.nan
            continue
        for i, level in enumerate(levels):
            if level is None:
                found[draw, i] = float(values @ times) / total
            else:
                found[draw, i] = values[np.searchsorted(running, level * total, side="left").clip(0, values.size - 1)]
    return found[~np.isnan(found[:, 0])]


def _round(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.6g}")
