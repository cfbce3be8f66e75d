"""What all visitors have in common: the numbers of `behaviour.yaml`, checked once and read as attributes."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import yaml

__all__ = ["BEHAVIOUR", "Behaviour", "behaviour_table", "behaviour_version"]


@cache
def _document() -> dict[str, Any]:
    text = files("simbench.visitor").joinpath("behaviour.yaml").read_text(encoding="utf-8")
    document: dict[str, Any] = yaml.safe_load(text)
    return document


def behaviour_table() -> dict[str, dict[str, Any]]:
    """Every number by name: ``value``, ``unit``, ``about``, and ``source`` or ``assumed`` (a range)."""
    return dict(_document()["numbers"])


def behaviour_version() -> int:
    """Version of the behaviour: results made under different versions are not comparable."""
    return int(_document()["behaviour_version"])


class Behaviour:
    """The numbers as attributes, such as ``BEHAVIOUR.expect_ms``; units are in `behaviour_table`."""

    def __init__(self) -> None:
        for name, entry in behaviour_table().items():
            if "source" not in entry and "assumed" not in entry:
                raise ValueError(f"behaviour.yaml: {name} has neither a source nor an assumed range")
            setattr(self, name, float(entry["value"]))

    if TYPE_CHECKING:
        # For the type checker alone: a class that has this at run time pays for it at every attribute that exists.
        def __getattr__(self, name: str) -> float: ...


BEHAVIOUR: Final = Behaviour()
