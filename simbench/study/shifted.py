"""A persona's dial turned by standard deviations of its own distribution, with every random number kept."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel
from scipy import special

from simbench.scenario.model import Scenario
from simbench.visitor.persona.distribution import Value, quantile
from simbench.visitor.persona.library import default_library
from simbench.visitor.persona.spec import DIALS, PersonaSpec, dial_value

__all__ = ["Shifted", "turned"]

#: Uniform numbers are kept this far from 0 and 1.
_EDGE = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Shifted:
    """`base` with everybody moved by `by` standard deviations: to where a normal score greater by `by` would stand.

    Of a normal distribution this is the distribution moved by `by` sd, of a lognormal one its median times
    ``exp(by sigma)``; shares stay between 0 and 1. It stands wherever `quantile` takes a distribution, and is never
    written down.
    """

    base: Value
    by: float
    min: float | None = None
    max: float | None = None

    def inverse(self, u: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The quantile function."""
        score = special.ndtri(np.clip(u, _EDGE, 1 - _EDGE)) + self.by
        return quantile(self.base, special.ndtr(score))


def turned(scenario: Scenario, dial: str, by: float) -> Scenario:
    """`scenario` with `dial` of all personas turned by `by` standard deviations.

    A dial that a persona holds at one number has no spread of its own: its step is the standard deviation of a uniform
    distribution over the range in which the library's assumption is to be varied.
    """
    low, high = DIALS[dial].low, DIALS[dial].high
    library = default_library()
    people = []
    for persona in scenario.personas:
        value = dial_value(persona, dial)
        new: Any
        if isinstance(value, int | float):
            known = library.values_of(persona.name).get(dial) if persona.name in library.patches else None
            assumed = known.assumed if known is not None else None
            step = (assumed[1] - assumed[0]) / sqrt(12) if assumed else 0.1 * abs(value)
            new = float(min(max(value + by * step, low), high))
        else:
            new = Shifted(base=value, by=by)
        people.append(_with(persona, DIALS[dial].path, new))
    return scenario.model_copy(update={"personas": tuple(people)})


def _with(model: BaseModel, path: tuple[str, ...], value: Any) -> PersonaSpec:
    if len(path) == 1:
        return model.model_copy(update={path[0]: value})  # type: ignore[return-value]
    inner = _with(getattr(model, path[0]), path[1:], value)
    return model.model_copy(update={path[0]: inner})  # type: ignore[return-value]
