"""Labels are not made by a detector's rule: what makes visitors and their truth cannot even see the core."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import simbench

ROOT = Path(simbench.__file__).parent
MAKERS = sorted(path for room in ("visitor", "engine", "site") for path in (ROOT / room).rglob("*.py"))


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("path", MAKERS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_maker_of_labels_imports_a_detector(path: Path) -> None:
    assert not {name for name in imported(path) if name.startswith(("simbench.core", "simbench.bench"))}


def test_the_guard_looks_at_something() -> None:
    assert len(MAKERS) > 30
    assert any("simbench.events.schema" in imported(path) for path in MAKERS)
