"""Labels are not made by a detector's rule: what makes visitors and their truth cannot even see one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import simbench

ROOT = Path(simbench.__file__).parent
MAKERS = sorted(path for room in ("visitor", "engine", "site") for path in (ROOT / room).rglob("*.py"))
#: Rooms in which detectors, their rules, or copies of these stand.
DETECTING = ("simbench.core", "simbench.bench", "simbench.study", "simbench.report", "simbench.cli")
#: Makers of detectors. A number about people that comes from one of them would be a rule in disguise.
VENDORS = re.compile(
    r"posthog|mixpanel|datadog|amplitude|sentry|splunk|new ?relic|openreplay|fullstory|hotjar|clarity|logrocket",
    re.IGNORECASE,
)
#: Comparisons that labels do hang on, each with the reason why it is no threshold of a detector.
ALLOWED = {
    ("forms.py", "attempt >= 3"): "nobody sends a form a fifth time: the visitor gives up, and the label follows that",
    ("frustration.py", "strokes < 2"): "docs/episodes.md: cut short before one cycle is ambiguous",
    (
        "loops.py",
        "returns",
    ): "docs/episodes.md: a loop is two returns to the hub with one wish unmet, or items compared",
}


def imported(path: Path) -> set[str]:
    """Names of modules that a file imports, also by `importlib` or ``__import__`` with a literal name."""
    names: set[str] = set()
    package = ["simbench", *path.relative_to(ROOT).parent.parts]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            names.update({module, *(f"{module}.{alias.name}" for alias in node.names)})
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("simbench."):
            names.add(node.value)
    return names


@pytest.mark.parametrize("path", MAKERS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_maker_of_labels_imports_a_detector(path: Path) -> None:
    assert not {name for name in imported(path) if name.startswith(DETECTING)}


def test_the_guard_looks_at_something() -> None:
    assert len(MAKERS) > 30
    assert any("simbench.events.schema" in imported(path) for path in MAKERS)


@pytest.mark.parametrize(
    "line", ["import simbench.core.rage_click", "from simbench.core import rage_click", "from simbench import core",
             "from ..core import presses", "import_module('simbench.study.rage_rates')"],
)  # fmt: skip
def test_the_guard_sees_every_way_of_importing(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = ROOT / "visitor" / "nobody.py"
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: line)
    assert any(name.startswith(DETECTING) for name in imported(path))


def sources(tree: object) -> Iterator[str]:
    """Every citation in a table of behaviour."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            if key == "source" and isinstance(value, str):
                yield value
            elif key == "sources" and isinstance(value, dict):
                yield from (str(text) for text in value.values())
            else:
                yield from sources(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from sources(value)


@pytest.mark.parametrize("path", sorted((ROOT / "visitor").rglob("*.yaml")), ids=lambda path: path.name)
def test_no_number_about_people_is_taken_from_a_detector(path: Path) -> None:
    cited = list(sources(yaml.safe_load(path.read_text(encoding="utf-8"))))
    assert [text for text in cited if VENDORS.search(text)] == []


# -- labels read no count, gap, distance or dwell ---------------------------------------------------------------------


def guarded_labels(path: Path) -> Iterator[tuple[int, str]]:
    """Every ``journal.true`` and ``journal.lookalike`` under a test that compares something with a number above 1.

    Yields line and condition. Such a test would be a threshold on a count or an amount; chances are compared with
    names, and 0 and 1 stand for "none" and "any".
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    above: dict[ast.AST, ast.AST] = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        owner = node.func.value
        if node.func.attr not in {"true", "lookalike"} or "journal" not in ast.unparse(owner):
            continue
        inner: ast.AST = node
        while inner in above and not isinstance(above[inner], ast.FunctionDef):
            outer = above[inner]
            if isinstance(outer, ast.If) and inner is not outer.test and _is_threshold(outer.test):
                yield node.lineno, ast.unparse(outer.test)
            inner = outer


def _is_threshold(test: ast.expr) -> bool:
    for part in ast.walk(test):
        if isinstance(part, ast.Compare) and any(
            isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for op in part.ops
        ):
            numbers = [
                side.value
                for side in (part.left, *part.comparators)
                if isinstance(side, ast.Constant) and isinstance(side.value, int | float)
            ]
            if any(abs(number) > 1 for number in numbers):
                return True
    return False


@pytest.mark.parametrize("path", MAKERS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_label_hangs_on_a_threshold(path: Path) -> None:
    found = [
        (line, test)
        for line, test in guarded_labels(path)
        if not any(path.name == name and part in test for name, part in ALLOWED)
    ]
    assert found == []


def test_the_guard_knows_a_threshold_when_it_sees_one(tmp_path: Path) -> None:
    path = tmp_path / "mind.py"
    path.write_text(
        "def f(me, presses, u):\n"
        "    if presses >= 3:\n"
        "        me.journal.true('rage_click')\n"
        "    if u < B.chance and presses > 0:\n"
        "        me.journal.lookalike('rage_click', 'stepper')\n"
    )
    assert list(guarded_labels(path)) == [(3, "presses >= 3")]
