"""A value of a scenario: a number, or a distribution that one is drawn from.

`Value` is what a scenario may write wherever a number stands: `3`, or `{lognormal: {median: 3, sigma: 0.5}}`, with an
optional `min` and `max` beside the kind, which cut the distribution off (it is truncated, with no heap at the edge).

Draws go through the quantile function, one uniform number a draw, so that the same uniforms give draws that move
together when a parameter moves (common random numbers).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final

import numpy as np
import numpy.typing as npt
from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator
from pydantic_core import core_schema
from scipy import special

from simbench.events.yaml_source import did_you_mean, show_value
from simbench.visitor.persona.strict_model import StrictModel, wrong
from simbench.visitor.persona.weights import SHARE_TOLERANCE, Finite, Weights, draw_weights, pick, shares_problem

__all__ = [
    "DISTRIBUTIONS",
    "SHARE_TOLERANCE",
    "Beta",
    "Bounds",
    "Choice",
    "Distribution",
    "Gamma",
    "Lognormal",
    "Normal",
    "StrictModel",
    "Uniform",
    "Value",
    "Weibull",
    "Weights",
    "draw",
    "draw_weights",
    "mean",
    "quantile",
    "shares_problem",
    "wrong",
]

Floats = npt.NDArray[np.float64]

#: Uniform numbers are kept this far from 0 and 1, so that no quantile is infinite.
_EDGE: Final = 2.0**-53


# ---------------------------------------------------------------------------------------------------------------------
# Distributions


class Distribution(StrictModel):
    """What all distributions share; `min` and `max` cut a distribution off."""

    kind: ClassVar[str]
    min: float | None = Field(default=None, description="No draw is below this.")
    max: float | None = Field(default=None, description="No draw is above this.")

    def centre(self) -> float:
        """The parameter that says where the distribution lies (its mean, or its median)."""
        raise NotImplementedError

    def inverse(self, u: Floats) -> Floats:
        """The quantile function without `min` and `max`; `u` in (0, 1)."""
        raise NotImplementedError

    def below(self, x: float) -> float:
        """The distribution function without `min` and `max`: the probability of at most `x`."""
        raise NotImplementedError

    def whole_mean(self) -> float:
        """The mean without `min` and `max`."""
        raise NotImplementedError

    @model_validator(mode="after")
    def _check_cut(self) -> Distribution:
        low, high = self.min, self.max
        if low is not None and high is not None and low >= high:
            raise wrong(f"min ({low:g}) must be less than max ({high:g}); swap or change them")
        if low is not None or high is not None:
            mass = (1.0 if high is None else self.below(high)) - (0.0 if low is None else self.below(low))
            if mass < 1e-6:
                raise wrong("min and max leave nothing of the distribution; move them nearer to its centre")
        return self


class _NormalParameters(StrictModel):
    mean: float
    sd: float = Field(ge=0)


class Normal(Distribution):
    """Gaussian with `mean` and standard deviation `sd`."""

    kind = "normal"
    normal: _NormalParameters

    def centre(self) -> float:  # noqa: D102
        return self.normal.mean

    def inverse(self, u: Floats) -> Floats:  # noqa: D102
        return self.normal.mean + self.normal.sd * special.ndtri(u)

    def below(self, x: float) -> float:  # noqa: D102
        if self.normal.sd == 0:
            return float(x >= self.normal.mean)
        return float(special.ndtr((x - self.normal.mean) / self.normal.sd))

    def whole_mean(self) -> float:  # noqa: D102
        return self.normal.mean


class _LognormalParameters(StrictModel):
    median: float = Field(gt=0)
    sigma: float = Field(ge=0, le=10)


class Lognormal(Distribution):
    """The exponential of a Gaussian: `median`, and the standard deviation `sigma` of the logarithm."""

    kind = "lognormal"
    lognormal: _LognormalParameters

    def centre(self) -> float:  # noqa: D102
        return self.lognormal.median

    def inverse(self, u: Floats) -> Floats:  # noqa: D102
        return self.lognormal.median * np.exp(self.lognormal.sigma * special.ndtri(u))

    def below(self, x: float) -> float:  # noqa: D102
        if x <= 0:
            return 0.0
        if self.lognormal.sigma == 0:
            return float(x >= self.lognormal.median)
        return float(special.ndtr(math.log(x / self.lognormal.median) / self.lognormal.sigma))

    def whole_mean(self) -> float:  # noqa: D102
        return self.lognormal.median * math.exp(self.lognormal.sigma**2 / 2)


class _BetaParameters(StrictModel):
    mean: float = Field(gt=0, lt=1)
    concentration: float = Field(gt=0, le=1e6)


class Beta(Distribution):
    """A share between 0 and 1: `mean`, and `concentration` = alpha + beta (the larger, the narrower)."""

    kind = "beta"
    beta: _BetaParameters

    def _alpha_beta(self) -> tuple[float, float]:
        alpha = self.beta.mean * self.beta.concentration
        return alpha, self.beta.concentration - alpha

    def centre(self) -> float:  # noqa: D102
        return self.beta.mean

    def inverse(self, u: Floats) -> Floats:  # noqa: D102
        return np.asarray(special.betaincinv(*self._alpha_beta(), u), dtype=np.float64)

    def below(self, x: float) -> float:  # noqa: D102
        return float(special.betainc(*self._alpha_beta(), min(max(x, 0.0), 1.0)))

    def whole_mean(self) -> float:  # noqa: D102
        return self.beta.mean


class _UniformParameters(StrictModel):
    low: float
    high: float

    @model_validator(mode="after")
    def _check(self) -> _UniformParameters:
        if self.low > self.high:
            raise wrong(f"low ({self.low:g}) is above high ({self.high:g}); swap them")
        return self


class Uniform(Distribution):
    """Every number between `low` and `high` alike."""

    kind = "uniform"
    uniform: _UniformParameters

    def centre(self) -> float:  # noqa: D102
        return (self.uniform.low + self.uniform.high) / 2

    def inverse(self, u: Floats) -> Floats:  # noqa: D102
        return self.uniform.low + (self.uniform.high - self.uniform.low) * u

    def below(self, x: float) -> float:  # noqa: D102
        if self.uniform.low == self.uniform.high:
            return float(x >= self.uniform.low)
        return min(max((x - self.uniform.low) / (self.uniform.high - self.uniform.low), 0.0), 1.0)

    def whole_mean(self) -> float:  # noqa: D102
        return self.centre()


class _GammaParameters(StrictModel):
    mean: float = Field(gt=0)
    shape: float = Field(gt=0, le=1e6)


class Gamma(Distribution):
    """Gamma with `mean` and `shape` (1 is the exponential; the variance is mean² / shape)."""

    kind = "gamma"
    gamma: _GammaParameters

    def centre(self) -> float:  # noqa: D102
        return self.gamma.mean

    def inverse(self, u: Floats) -> Floats:  # noqa: D102
        return np.asarray(special.gammaincinv(self.gamma.shape, u), dtype=np.float64) * (
            self.gamma.mean / self.gamma.shape
        )

    def below(self, x: float) -> float:  # noqa: D102
        return float(special.gammainc(self.gamma.shape, max(x, 0.0) * self.gamma.shape / self.gamma.mean))

    def whole_mean(self) -> float:  # noqa: D102
        return self.gamma.mean


class _WeibullParameters(StrictModel):
    median: float = Field(gt=0)
    shape: float = Field(ge=0.05, le=100)


class Weibull(Distribution):
    """Weibull with `median` and `shape` (below 1: the longer it has lasted, the longer it will still last)."""

    kind = "weibull"
    weibull: _WeibullParameters

    def _scale(self) -> float:
        return self.weibull.median / math.log(2) ** (1 / self.weibull.shape)

    def centre(self) -> float:  # noqa: D102
        return self.weibull.median

    def inverse(self, u: Floats) -> Floats:  # noqa: D102
        return self._scale() * (-np.log1p(-u)) ** (1 / self.weibull.shape)

    def below(self, x: float) -> float:  # noqa: D102
        return float(-math.expm1(-((max(x, 0.0) / self._scale()) ** self.weibull.shape)))

    def whole_mean(self) -> float:  # noqa: D102
        return self._scale() * math.gamma(1 + 1 / self.weibull.shape)


class Choice(StrictModel):
    """One of some numbers, each with its probability: `{choice: {1: 0.7, 2: 0.3}}`."""

    kind: ClassVar[str] = "choice"
    choice: dict[str, float]

    @model_validator(mode="after")
    def _check(self) -> Choice:
        for name in self.choice:
            try:
                usable = math.isfinite(float(name))
            except ValueError:
                usable = False
            if not usable:
                raise wrong(f"the choice {show_value(name)} is not a number, but a number is needed here; change it")
        problem = shares_problem(self.choice)
        if problem:
            raise wrong(problem)
        return self

    def centre(self) -> float:
        """The mean."""
        return sum(float(name) * share for name, share in self.choice.items())

    def options(self) -> Floats:
        """The numbers to choose from."""
        return np.array([float(name) for name in self.choice])


DISTRIBUTIONS: Final = (Normal, Lognormal, Beta, Uniform, Gamma, Weibull, Choice)
_KINDS: Final = {each.kind: each for each in DISTRIBUTIONS}


def _tag(value: object) -> str:
    if isinstance(value, Mapping):
        return next((f"<{kind}>" for kind in _KINDS if kind in value), "<number>")
    kind = getattr(type(value), "kind", None)
    return f"<{kind}>" if kind in _KINDS else "<number>"


def _check_shape(value: object) -> object:
    """Refuse what is neither a number nor exactly one distribution, in words that name the mend."""
    if isinstance(value, Mapping):
        named = [key for key in value if key in _KINDS]
        if len(named) > 1:
            raise wrong(f"names two distributions ({' and '.join(named)}); keep one")
        if not named:
            others = [str(key) for key in value if key not in ("min", "max")]
            if not others:
                raise wrong(f"names no distribution; it is one of: {', '.join(_KINDS)}")
            raise wrong(f"unknown distribution {show_value(others[0])}; {did_you_mean(others[0], _KINDS)}")
        return value
    if isinstance(value, StrictModel) or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    raise wrong(
        f"needs a number or a distribution, but is {show_value(value)}; "
        "write 3, or {lognormal: {median: 3, sigma: 0.5}}"
    )


#: A number, or a distribution that one is drawn from.
Value = Annotated[
    Annotated[Finite, Tag("<number>")]
    | Annotated[Normal, Tag("<normal>")]
    | Annotated[Lognormal, Tag("<lognormal>")]
    | Annotated[Beta, Tag("<beta>")]
    | Annotated[Uniform, Tag("<uniform>")]
    | Annotated[Gamma, Tag("<gamma>")]
    | Annotated[Weibull, Tag("<weibull>")]
    | Annotated[Choice, Tag("<choice>")],
    Discriminator(_tag),
    BeforeValidator(_check_shape),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Annotation of a number or a `Value`: refuse what lies outside `low` to `high`.

    Of a distribution, the centre, and a uniform one's ends, must lie inside; draws outside are set to the limits.
    """

    low: float
    high: float
    unit: str = ""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        schema = dict(handler(core))
        for branch in (schema, *schema.get("anyOf", []), *schema.get("oneOf", [])):
            if branch.get("type") in ("number", "integer"):
                branch |= {"minimum": self.low, "maximum": self.high}
        return schema

    def check(self, value: Value) -> Value:
        """Return `value`, or say what lies outside."""
        points: dict[str, float | None]
        if isinstance(value, int | float):
            points = {"": float(value)}
        elif isinstance(value, Choice):
            points = {f"the choice {name} ": float(name) for name in value.choice}
        elif isinstance(value, Uniform):
            points = {"low ": value.uniform.low, "high ": value.uniform.high, "min ": value.min, "max ": value.max}
        else:
            points = {f"the centre of {value.kind} ": value.centre(), "min ": value.min, "max ": value.max}
        for name, number in points.items():
            if number is not None and not self.low <= number <= self.high:
                unit = f" {self.unit}" if self.unit not in ("", "share", "weight") else ""
                raise wrong(
                    f"{name}must lie between {_plain(self.low)} and {_plain(self.high)}{unit}, "
                    f"but is {_plain(number)}; change it"
                )
        return value


def _plain(number: float) -> str:
    return f"{number:,.6g}" if abs(number) < 1e7 else f"{number:,.0f}"


# ---------------------------------------------------------------------------------------------------------------------
# Drawing


def draw(value: Value, n: int, source: np.random.Generator | Floats) -> Floats:
    """Draw `n` numbers.

    Parameters
    ----------
    value
        A number (all draws are it) or a distribution.
    n
        How many.
    source
        A generator, from which `n` uniform numbers are taken (also for a constant, so that what is drawn later does
        not depend on whether a value is one), or those numbers: shape (n,), in [0, 1].

    Returns
    -------
    ndarray of float64, shape (n,), in the unit of `value`.

    Examples
    --------
    >>> draw(Uniform.model_validate({"uniform": {"low": 0, "high": 10}}), 2, np.array([0.1, 0.5]))
    array([1., 5.])
    """
    uniforms = source.random(n) if isinstance(source, np.random.Generator) else np.asarray(source, dtype=np.float64)
    if uniforms.shape != (n,):
        raise ValueError(f"uniforms have the shape {uniforms.shape}, not ({n},)")
    return quantile(value, uniforms)


def quantile(value: Value, u: Floats) -> Floats:
    """The quantile function of `value` at `u` (any shape, in [0, 1]); 0 and 1 give the outermost finite quantiles."""
    if isinstance(value, int | float):
        return np.full(np.shape(u), float(value))
    if isinstance(value, Choice):
        return value.options()[pick(list(value.choice.values()), u)]
    low = 0.0 if value.min is None else value.below(value.min)
    high = 1.0 if value.max is None else value.below(value.max)
    found = value.inverse(np.clip(low + (high - low) * u, _EDGE, 1 - _EDGE))
    if value.min is not None or value.max is not None:
        found = np.clip(found, value.min, value.max)  # rounding in `below` and `inverse` may step over the edge
    return found


def mean(value: Value) -> float:
    """The mean of `value`: analytic, or by 20,000 midpoints of the quantile function where it is cut off."""
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, Choice):
        return value.centre()
    if value.min is None and value.max is None:
        return value.whole_mean()
    return float(quantile(value, (np.arange(20_000) + 0.5) / 20_000).mean())
