"""What visitors bring along: promises are kept by words."""

from __future__ import annotations

from simbench.visitor.memory import NOTHING_KNOWN, Promise


def test_a_promise_is_kept_by_an_element_that_says_all_of_its_words() -> None:
    promise = Promise(id="a", words=Promise.words_of("  Glass LAMP "))
    assert promise.words == ("glass", "lamp")
    assert promise.kept_by("New Svamp €149 Glass table lamp")
    assert not promise.kept_by("Glass vase")


def test_what_no_page_has_is_kept_by_nothing() -> None:
    assert not Promise(id="a", words=()).kept_by("Glass table lamp")


def test_on_the_first_visit_nothing_is_known() -> None:
    assert NOTHING_KNOWN.familiarity == 0
    assert not NOTHING_KNOWN.let_down_by
    assert not NOTHING_KNOWN.kept
