"""docs/core.md says the numbers that the code has, and its filters are understood."""

from __future__ import annotations

import re
from pathlib import Path

from simbench.core.detectors import DETECTORS
from simbench.core.filter import parse_filter
from simbench.core.grid import CELL_PX
from simbench.core.move_map import REST_MS
from simbench.core.presses import PRESS_RULES
from simbench.core.scroll_map import DEPTH_PX
from simbench.report.overlay import BLUR_PX, SQUARE_PX

TEXT = (Path(__file__).parents[2] / "docs" / "core.md").read_text(encoding="utf-8")


def test_every_rule_stands_in_the_documentation_as_it_is() -> None:
    rules = [*PRESS_RULES, *(rule for detector in DETECTORS.values() for rule in detector.rules)]
    for rule in rules:
        row = f"| `{rule.name}` | {rule.value:g} {rule.unit} | {rule.about} | {rule.source} |"
        assert row in TEXT, row


def test_its_other_numbers_hold() -> None:
    words = " ".join(TEXT.split())
    assert f"cells of {CELL_PX} px" in words
    assert f"each {DEPTH_PX} px" in words
    assert f"{SQUARE_PX} x {SQUARE_PX} px square" in words
    assert f"Gaussian blur of {BLUR_PX} px" in words
    assert f"at most {REST_MS // 1000} s" in words


def test_its_filters_are_understood() -> None:
    (block,) = re.findall(r"## Filters\n\n```\n(.*?)```", TEXT, flags=re.DOTALL)
    lines = block.strip().splitlines()
    assert len(lines) >= 3
    for line in lines:
        parse_filter(line)
