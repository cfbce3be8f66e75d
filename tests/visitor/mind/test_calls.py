"""What becomes of a page's main call to action is told by whether it serves, was noticed, and was followed."""

from __future__ import annotations

import pytest
from lone_visitor import Seen, visitor

from simbench.visitor.mind.calls import end_calls, turn_page
from simbench.visitor.person import Call


def call(**changes: object) -> Call:
    plain = {"view": 0, "target": "#buy", "serves": True, "began_ms": 0.0, "noticed_ms": 1000.0, "lag_ms": 700.0,
             "depth": 100.0}  # fmt: skip
    return Call(**{**plain, **changes})  # type: ignore[arg-type]


def settled(one: Call, end_ms: float = 5000.0, *later: Call) -> list[tuple[str, str, str | None]]:
    me = visitor(0.5)
    for number, each in enumerate((one, *later)):
        each.view = number
        me.call = each
        over = Seen(view=number + 1, arrived_ms=end_ms + number, deepest_before=900.0,
                    scene=Seen(notes={"call": None}))  # fmt: skip
        turn_page(me, over)  # type: ignore[arg-type]
    end_calls(me, Seen(now_ms=9e9, view=9, deepest=900.0, deepest_before=900.0))  # type: ignore[arg-type]
    return [(entry.kind, entry.role, entry.lookalike) for entry in me.journal.entries]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"used": True}, []),
        ({"missed": True, "noticed_ms": None, "lag_ms": None}, [("missed_cta", "true", None)]),
        ({"declined": True}, [("skipped_cta", "true", None)]),
        ({"serves": False}, [("skipped_cta", "lookalike", "not_needed")]),
        ({"serves": False, "noticed_ms": None, "lag_ms": None}, [("missed_cta", "lookalike", "not_needed")]),
        ({"other_way": True}, [("skipped_cta", "ambiguous", "goal_other_way")]),
        ({"other_way": True, "noticed_ms": 9000.0}, [("missed_cta", "ambiguous", "goal_other_way")]),
        ({"noticed_ms": None, "lag_ms": None}, [("missed_cta", "ambiguous", "view_cut")]),
        ({"noticed_ms": 4800.0}, [("skipped_cta", "ambiguous", "noticed_late")]),
        ({"noticed_ms": 4600.0, "declined": True}, [("skipped_cta", "true", None)]),
        ({}, [("skipped_cta", "ambiguous", "view_cut")]),
    ],
)
def test_a_view_that_is_over_is_told(changes: dict[str, object], said: list[tuple[str, str, str | None]]) -> None:
    assert settled(call(**changes)) == said


def test_what_is_used_later_was_only_put_off() -> None:
    assert settled(call(declined=True), 5000.0, call(used=True)) == [("skipped_cta", "lookalike", "postponed")]
    assert settled(call(), 5000.0, call(used=True)) == [("skipped_cta", "lookalike", "postponed")]


def test_what_never_came_on_screen_was_not_noticed() -> None:
    assert settled(call(noticed_ms=None, depth=2000.0)) == [("missed_cta", "ambiguous", "view_cut")]
