"""What visitors answer at the end: from what they went through, and noisily."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from simbench.events.schema import SURVEY_REASONS
from simbench.visitor.behaviour import BEHAVIOUR
from simbench.visitor.journal import Journal
from simbench.visitor.mind.survey import answer_survey

GRID = [(k + 0.5) / 200 for k in range(200)]


def visitor(outcome: str, *kinds: str, luck: tuple[float, float, float, float] = (0.0, 0.5, 0.5, 0.0)) -> Any:
    journal = Journal(outcome=outcome)
    for kind in kinds:
        journal.true(kind, 0, 0.0, 1.0)
    return SimpleNamespace(
        journal=journal, survey_luck=luck, anger=0.0, trait=SimpleNamespace(answers_survey=0.1)
    )  # fmt: skip


def answer(me: Any) -> dict[str, Any]:
    said = answer_survey(me)
    assert said is not None
    return json.loads(said)


def test_only_so_many_answer() -> None:
    answered = [answer_survey(visitor("done", luck=(u, 0.5, 0.5, 0.5))) is not None for u in GRID]
    assert sum(answered) == 20


@pytest.mark.parametrize(
    ("outcome", "kinds", "reason"),
    [
        ("done", (), "nothing"),
        ("done", ("rage_click",), "did_not_work"),
        ("enough", ("error_click",), "error_message"),
        ("enough", (), "only_looking"),
        ("misled", ("scroll_hunt",), "not_as_promised"),
        ("slow", ("slow_load_exit",), "too_slow"),
        ("postponed", (), "not_now"),
        ("form", ("form_abandonment",), "form_trouble"),
    ],
)
def test_the_reason_is_what_the_visitor_went_through(outcome: str, kinds: tuple[str, ...], reason: str) -> None:
    assert answer(visitor(outcome, *kinds))["reason"] == reason


def test_it_is_right_as_often_as_stated_and_else_another_or_none() -> None:
    given = [answer(visitor("form", luck=(0.0, 0.5, 0.5, u)))["reason"] for u in GRID]
    assert given.count("form_trouble") / len(GRID) == pytest.approx(BEHAVIOUR.survey_right, abs=0.01)
    none = (1 - BEHAVIOUR.survey_right) * BEHAVIOUR.survey_none
    assert given.count("nothing") / len(GRID) == pytest.approx(none, abs=0.01)
    assert set(given) == set(SURVEY_REASONS)


def test_scores_lie_on_the_scale_and_follow_the_visit() -> None:
    def mean(outcome: str, *kinds: str) -> float:
        scores = [
            answer(visitor(outcome, *kinds, luck=(0.0, u, v, 0.0)))["score"] for u in GRID[::7] for v in GRID[::7]
        ]
        assert set(scores) <= {1, 2, 3, 4, 5}
        assert len(set(scores)) > 1
        return sum(scores) / len(scores)

    assert mean("done") > mean("done", "rage_click") > mean("misled")
    assert mean("done") > mean("bounced")
