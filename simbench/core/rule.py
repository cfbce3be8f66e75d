"""Rules as data: a threshold, its unit, what it decides, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from simbench.errors import BadInput

__all__ = ["Rule", "replaced", "values"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One number that a detector decides by.

    Attributes
    ----------
    name
        The rule's name; it ends in the unit where there is one.
    value, unit
        The number in use, and what it counts.
    about
        What is decided by it.
    source
        A study, a specification or a measurement; or "judgement", with the reason.
    """

    name: str
    value: float
    unit: str
    about: str
    source: str

    def to_json(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {name: getattr(self, name) for name in ("name", "value", "unit", "about", "source")}


def values(rules: Iterable[Rule]) -> dict[str, float]:
    """The numbers by name."""
    return {rule.name: rule.value for rule in rules}


def replaced(rules: tuple[Rule, ...], changes: dict[str, float]) -> tuple[Rule, ...]:
    """The rules with other numbers, for a study of thresholds.

    Raises
    ------
    BadInput
        A name is no rule's.
    """
    strangers = sorted(changes.keys() - {rule.name for rule in rules})
    if strangers:
        raise BadInput(f"no rule is called {strangers[0]!r}; the rules are {', '.join(rule.name for rule in rules)}")
    return tuple(
        replace(rule, value=float(changes[rule.name]), source="set by the caller") if rule.name in changes else rule
        for rule in rules
    )
