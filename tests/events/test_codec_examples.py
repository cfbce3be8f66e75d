"""The examples in the codecs' docstrings are run."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

from simbench.events import codecs

MODULES = [info.name for info in pkgutil.walk_packages(codecs.__path__, codecs.__name__ + ".")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples() -> None:
    assert len(MODULES) > 10
    assert sum(doctest.testmod(importlib.import_module(name)).attempted for name in MODULES) >= 8
