"""A loop is one wish and failed attempts; comparing is none, and a wish that changed is nobody's to tell."""

from __future__ import annotations

from lone_visitor import Seen, visitor

from simbench.visitor.mind.loops import came_back, compared, end_loop, set_out
from simbench.visitor.person import Visitor


def at(page: str, view: int, now_ms: float) -> Seen:
    return Seen(scene=Seen(page=page), view=view, now_ms=now_ms)


def played(u: float, *backs: str) -> Visitor:
    me = visitor(u)
    for number, back in enumerate(backs):
        set_out(me, at("/category", 2 * number, 1000.0 * number))  # type: ignore[arg-type]
        (came_back if back == "failed" else compared)(me, at("/category", 2 * number + 2, 1000.0 * number + 600.0))  # type: ignore[arg-type]
    end_loop(me)
    return me


def test_two_failed_attempts_are_a_loop_from_the_first_departure_to_the_last_return() -> None:
    (entry,) = played(0.9, "failed", "failed").journal.entries
    assert (entry.kind, entry.role, entry.view) == ("back_loop", "true", 0)
    assert (entry.t_start, entry.t_end) == (0.0, 1600.0)


def test_one_failed_attempt_is_none() -> None:
    assert played(0.9, "failed").journal.entries == []


def test_comparing_is_a_lookalike_once_whatever_the_number() -> None:
    (entry,) = played(0.9, "looked", "looked", "looked", "looked").journal.entries
    assert (entry.role, entry.lookalike) == ("lookalike", "comparing")


def test_another_wish_midway_is_ambiguous() -> None:
    (entry,) = played(0.01, "failed", "failed").journal.entries
    assert (entry.role, entry.lookalike) == ("ambiguous", "subgoal_changed")


def test_another_hub_is_another_loop() -> None:
    me = visitor(0.9)
    for page in ("/category", "/search"):
        set_out(me, at(page, 0, 0.0))  # type: ignore[arg-type]
        came_back(me, at(page, 1, 10.0))  # type: ignore[arg-type]
    end_loop(me)
    assert me.journal.entries == []
