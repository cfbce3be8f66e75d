"""Two-sample tests on people who never were: what is not like them is caught, and they themselves are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simbench.study.realism.comparing import PEOPLE, VISITORS, SetRow, compare_feature_sets
from simbench.study.realism.groups import Effort, Group, Sample, Side, everybody
from simbench.study.realism.pointing import MOVEMENTS

pytest.importorskip("sklearn", reason="the study extra is not installed")
pytestmark = pytest.mark.usefixtures("small_forests")
QUICK = Effort(size=0.1, seed=1)


def silent(_: str) -> None:
    """Tell nobody."""


def rows_of(visitors: Side | str, people: Side, **more: object) -> dict[str, SetRow]:
    group = Group(name="g", title="G", file="web_mouse", sets={"f": 0.65}, measures=(), people=lambda _, __: people,
                  visitors=lambda _, __: visitors)  # fmt: skip
    rows, _ = compare_feature_sets(group, people, visitors, [], QUICK, silent)
    return {row.who: row for row in rows}


def side(seed: int, shift: float = 0.0, persons: int = 20, rows: int = 400) -> Side:
    random = np.random.default_rng(seed)
    values = np.column_stack([random.normal(shift, 1, rows), random.normal(0, 1, rows)])
    return Side(samples={"f": Sample(columns=("a", "b"), values=values, person=np.arange(rows) % persons)})


def test_the_same_is_not_told_apart_and_the_different_is() -> None:
    same = rows_of(side(1), side(2))
    # 400 a class: the sd of an AUC is about .02, so .1 off is five of them.
    assert same[VISITORS].auc == pytest.approx(0.5, abs=0.1)
    assert same[PEOPLE].auc == pytest.approx(0.5, abs=0.12)
    assert same[VISITORS].held
    apart = rows_of(side(1, shift=3.0), side(2))
    assert apart[VISITORS].auc is not None
    assert apart[VISITORS].auc > 0.9
    assert apart[VISITORS].held is False


def test_the_upper_bound_is_judged_not_the_mean() -> None:
    row = SetRow(group="g", features="f", who=VISITORS, auc=0.7, low=0.62, high=0.78, target=0.75)
    assert row.held is False
    assert row.document()["judged_by"] == "high at most"
    control = SetRow(group="g", features="f", who="c", auc=0.98, low=0.96, high=0.99, target=0.97, control=True)
    assert control.held
    assert SetRow(group="g", features="f", who="x", reason="none").held is None


def test_the_feature_that_gives_away_most_comes_first() -> None:
    group = Group(name="g", title="G", file="web_mouse", sets={"f": None}, measures=(), people=lambda _, __: side(2),
                  visitors=lambda _, __: side(1))  # fmt: skip
    _, features = compare_feature_sets(group, side(2), side(1, shift=2.0), [], QUICK, silent)
    assert [row.feature for row in features] == ["a", "b"]
    assert features[0].ks > 0.5
    assert features[0].auc > 0.85


def test_too_few_people_are_said_so() -> None:
    rows = rows_of(side(1), side(2, persons=3))
    assert rows[VISITORS].reason == "needs 5 people, there are 3"
    assert rows[PEOPLE].reason == "needs 10 people, there are 3"
    assert rows_of("no preset", side(2))[VISITORS].reason == "no preset"


def test_straight_minimum_jerk_is_caught_and_people_are_not(people: Path) -> None:
    made = MOVEMENTS.people(people / "human" / "web_mouse.csv.gz", everybody)
    rivals = [(rival, rival.make(made, QUICK)) for rival in MOVEMENTS.rivals if "shop" not in rival.name]
    rows, _ = compare_feature_sets(MOVEMENTS, made, "none", rivals, QUICK, silent)
    found = {(row.features, row.who): row for row in rows}
    control = found["A", "straight minimum jerk"]
    assert control.control
    assert control.held
    # 180 movements a half: the sd of an AUC is about .03.
    assert found["A", PEOPLE].auc == pytest.approx(0.5, abs=0.12)
