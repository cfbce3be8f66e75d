"""Streams, elements and presses: the ground that everything else in the core stands on."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from core_builder import START_MS, Visit, element, observed

from simbench.core.recording import read_recording
from simbench.core.runs import linked_runs
from simbench.core.stream import Words, read_stream
from simbench.core.targets import ElementIndex, Places, selector_root, selector_tag
from simbench.events.run import Observed


def test_sessions_never_touch_on_the_axis() -> None:
    stream = read_stream(observed(Visit("a").page("/").stay(900), Visit("b").page("/").stay(400)))
    assert (np.diff(stream.axis_ms) >= 0).all()
    between = stream.axis_ms[stream.session == 1].min() - stream.axis_ms[stream.session == 0].max()
    assert between >= 3_600_000
    assert stream.session_names == ["a", "b"]
    assert stream.time_ms.min() == START_MS


def test_events_without_a_view_have_none() -> None:
    seen = observed(Visit("a").page("/").page("/next", at=5), Visit("b").page("/"))
    lost = Observed(events=seen.events, views=seen.views.slice(1, 1), sessions=seen.sessions, elements=seen.elements,
                    goals={})  # fmt: skip
    assert read_stream(lost).view.tolist() == [-1, 0, -1]


def test_chunks_with_dictionaries_of_their_own() -> None:
    one, two = observed(Visit("a").page("/x")), observed(Visit("b").page("/y"))
    both = Observed(
        events=pa.concat_tables([one.events, two.events]),
        views=pa.concat_tables([one.views, two.views]),
        sessions=pa.concat_tables([one.sessions, two.sessions]),
        elements=one.elements,
        goals={},
    )
    stream = read_stream(both)
    assert stream.session_names == ["a", "b"]
    assert stream.view.tolist() == [0, 1]


def test_words() -> None:
    words = Words(codes=np.array([0, -1, 1]), names=["a", "b"])
    assert words.strings() == ["a", None, "b"]
    assert words.among(["b", "z"]).tolist() == [False, False, True]
    assert words.otherwise(Words(codes=np.array([1, 0, 1]), names=["c", "a"])).strings() == ["a", "c", "b"]
    assert words.at(np.array([2, -1])).strings() == ["b", None]
    assert words.begins(("a",)).tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("selector", "tag", "root"),
    [
        ("#buy", None, None),
        ("html", "html", None),
        ("#a > button:nth-of-type(1) > span:nth-of-type(2)", "span", "#a > button:nth-of-type(1)"),
        ("html > body:nth-of-type(1) > a:nth-of-type(3)", "a", "html > body:nth-of-type(1) > a:nth-of-type(3)"),
        ("#host >>> button:nth-of-type(1) > b:nth-of-type(1)", "b", "#host >>> button:nth-of-type(1)"),
        ("#summary > div:nth-of-type(1)", "div", None),
        ("#a\\:b > my-button:nth-of-type(1)", "my-button", None),
    ],
)
def test_selectors_tell_tags(selector: str, tag: str | None, root: str | None) -> None:
    assert selector_tag(selector) == tag
    assert selector_root(selector) == root


def test_elements_are_found_ever_less_exactly() -> None:
    rows = [
        element("/", "#a", tag="div", state="fresh", layout="l1"),
        element("/", "#a", tag="button", state="menu", layout="l1"),
        element("/", "#a", tag="a", state="fresh", layout="l2"),
        element("/other", "#a", tag="p"),
    ]
    index = ElementIndex(observed(elements=rows).elements)

    def words(*values: str | None) -> Words:
        names = sorted({v for v in values if v is not None})
        return Words(codes=np.array([names.index(v) if v is not None else -1 for v in values]), names=names)

    asked = Places(
        page=words("/", "/", "/", "/", "/", "/nowhere", None),
        state=words("fresh", "menu", "zoom", "fresh", None, "fresh", "fresh"),
        layout=words("l1", "l1", "l2", "l9", None, "l1", "l1"),
        target=words("#a", "#a", "#a", "#a", "#a", "#a", "#a"),
    )
    assert index.rows(asked).tolist() == [0, 1, 2, 0, 0, -1, -1]


def test_a_press_is_made_of_its_events() -> None:
    a = Visit().page("/").press("#a", at=1000, hold=120).add("click", at=1121, target="#field", detail=1)
    a.press("#b", at=3000, click=False).press("#c", at=5000, to=(400, 100))
    presses = read_recording(observed(a)).presses
    assert presses.target.strings() == ["#a", "#b", "#c"]
    assert (presses.up_ms - presses.down_ms).tolist() == [120, 90, 90]
    assert presses.clicked.tolist() == [True, False, True]
    assert presses.dragged.tolist() == [False, False, True]


def test_long_or_dragged_presses_without_a_click_are_none() -> None:
    a = Visit().page("/").press("#a", at=1000, click=False, hold=3000).press("#b", at=9000, click=False, to=(300, 300))
    assert len(read_recording(observed(a)).presses) == 0


def test_linked_runs() -> None:
    first, last = linked_runs(np.array([False, True, True, False, False, True]))
    assert list(zip(first.tolist(), last.tolist(), strict=True)) == [(0, 2), (3, 3), (4, 5)]
    assert linked_runs(np.array([], dtype=bool))[0].tolist() == []
