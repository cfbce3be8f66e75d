"""Whatever is in a file, loading it gives a scenario or `BadInput`, and never anything else."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from scenario_mistakes import SOUND

from simbench.errors import BadInput
from simbench.events.yaml_source import parse_yaml
from simbench.scenario.json_schema import scenario_schema
from simbench.scenario.loading import resolve, scenario_of
from simbench.scenario.model import Scenario
from simbench.scenario.summary import summarize
from simbench.visitor.persona.spec import DIALS

TREE: dict[str, Any] = parse_yaml(SOUND, file="sound").tree


def _keys(part: Any) -> set[str]:
    if isinstance(part, dict):
        inner = set(part.get("properties", {}))
        return inner.union(*(_keys(value) for value in part.values())) if part else inner
    return set().union(*(_keys(value) for value in part)) if isinstance(part, list) else set()


#: Names that mean something in the language, so that the fuzz goes deep.
WORDS = sorted(
    _keys(scenario_schema())
    | {"shop", "reader", "buy", "mobile", "all", "coupon-error", "rage_click", "/category", "/"}
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**25), 10**25),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        [0, 1, 0.5, -1, 1e300, "2026-03-02T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59Z"]
    ),
    st.sampled_from(WORDS),
    st.text(max_size=12),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, part in inner for place in _places(part, (*path, key)))]


PLACES = [place for place in _places(TREE) if place]


def _load(text: str) -> None:
    """Load and sum up; anything but `BadInput` fails the test by itself."""
    try:
        scenario = scenario_of(parse_yaml(text, file="f.yaml"), folder=Path("/nowhere"))
    except BadInput as error:
        assert error.problems
        for problem in error.problems:
            assert problem.startswith("f.yaml")
            assert "\n" not in problem
        return
    summarize(scenario).lines()
    assert Scenario.model_validate(json.loads(json.dumps(resolve(scenario), allow_nan=False))) == scenario


@given(st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=6), VALUES, max_size=6))
@settings(max_examples=80, deadline=None)
def test_any_tree(tree: dict[str, Any]) -> None:
    _load(json.dumps(tree))


@given(st.lists(st.tuples(st.sampled_from(PLACES), VALUES), min_size=1, max_size=3))
@settings(max_examples=120, deadline=None)
def test_a_sound_scenario_with_anything_in_some_places(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    tree = copy.deepcopy(TREE)
    for path, value in changes:
        part: Any = tree
        for step in path[:-1]:
            part = part[step] if _has(part, step) else None
        if _has(part, path[-1]):
            part[path[-1]] = value
    _load(json.dumps(tree))


def _has(part: Any, step: Any) -> bool:
    if isinstance(part, dict):
        return step in part
    return isinstance(part, list) and isinstance(step, int) and step < len(part)


@given(st.sampled_from(sorted(DIALS)), VALUES)
@settings(max_examples=80, deadline=None)
def test_anything_as_a_dial(dial: str, value: Any) -> None:
    tree = copy.deepcopy(TREE)
    patch: Any = value
    for step in reversed(DIALS[dial].path):
        patch = {step: patch}
    tree["personas"][0]["with"] = patch
    _load(json.dumps(tree))


@given(st.text(max_size=300), st.integers(0, len(SOUND)))
@settings(max_examples=80, deadline=None)
def test_any_text_in_the_middle_of_a_sound_scenario(text: str, at: int) -> None:
    _load((SOUND[:at] + text + SOUND[at:]).encode("utf-8", "replace").decode())


@given(st.binary(max_size=300))
@settings(max_examples=80, deadline=None)
def test_any_bytes(data: bytes) -> None:
    try:
        scenario_of(parse_yaml(data, file="f.yaml"), folder=Path("/nowhere"))
    except BadInput as error:
        assert all(problem.startswith("f.yaml") for problem in error.problems)
