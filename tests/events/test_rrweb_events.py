"""What each kind of rrweb event becomes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rrweb_samples import (
    START,
    add,
    custom,
    document,
    el,
    imported,
    incremental,
    log,
    meta,
    mouse,
    mutation,
    page,
    plugin,
    press,
    rows,
    snapshot,
    words,
)

from simbench.events.schema import ELEMENTS, EVENTS, SESSIONS, VIEWS

ITEM_2 = "html > body:nth-of-type(1) > ul:nth-of-type(1) > li:nth-of-type(2)"
LINK = "html > body:nth-of-type(1) > a:nth-of-type(1)"


def only(tmp_path: Path, *events: Any, kind: str) -> list[dict[str, Any]]:
    """The rows of one type that the sample page with these events gives."""
    return rows(imported(tmp_path, [*page(), *events]), kind)


def one(tmp_path: Path, *events: Any, kind: str) -> dict[str, Any]:
    (row,) = only(tmp_path, *events, kind=kind)
    return row


def at(time: float) -> datetime:
    return datetime.fromtimestamp((START + time) / 1000, tz=UTC)


def test_the_tables_are_those_of_the_contract(tmp_path: Path) -> None:
    run = imported(tmp_path, [*page(), *press(1000, 42)])
    observed = run.observed()
    assert observed.events.schema == EVENTS
    assert observed.views.schema == VIEWS
    assert observed.sessions.schema == SESSIONS
    assert observed.elements.schema == ELEMENTS
    assert not run.has_truth
    assert run.verify() == []
    assert run.goals() == {}
    events = rows(run)
    assert [event["seq"] for event in events] == list(range(len(events)))
    assert all(event["time"] == event["received"] for event in events)


def test_a_view_opens_with_a_pageview(tmp_path: Path) -> None:
    row = one(tmp_path, kind="pageview")
    assert (row["view"], row["time"], row["target"], row["scroll_y"]) == (0, at(0), None, 0.0)


class TestPointer:
    def test_moves_have_each_their_own_time(self, tmp_path: Path) -> None:
        positions = [
            {"x": 5, "y": 6, "id": 42, "timeOffset": -400},
            {"x": 7.5, "y": 8, "id": 20, "timeOffset": -50},
            {"x": 9, "y": 9, "id": -1, "timeOffset": 0},
        ]
        moves = only(tmp_path, incremental(2000, 1, positions=positions), kind="mousemove")
        assert [(m["time"], m["x"], m["y"], m["target"], m["pointer"]) for m in moves] == [
            (at(1600), 5.0, 6.0, ITEM_2, "mouse"),
            (at(1950), 7.5, 8.0, "#buy", "mouse"),
            (at(2000), 9.0, 9.0, None, "mouse"),
        ]

    def test_moves_go_before_events_told_earlier_that_came_later(self, tmp_path: Path) -> None:
        run = imported(
            tmp_path,
            [
                *page(),
                mouse(1900, 2, 20),
                incremental(2000, 1, positions=[{"x": 5, "y": 6, "id": 42, "timeOffset": -300}]),
            ],
        )
        assert [row["type"] for row in rows(run)] == ["pageview", "mousemove", "click"]
        assert log(run)["sorted"] == 0

    def test_moves_meet_the_dom_of_their_own_time(self, tmp_path: Path) -> None:
        gone = mutation(1900, removes=[{"parentId": 40, "id": 41}])
        moves = only(
            tmp_path,
            gone,
            incremental(2000, 1, positions=[{"x": 1, "y": 1, "id": 42, "timeOffset": o} for o in (-200, -50)]),
            kind="mousemove",
        )
        assert [move["target"] for move in moves] == [ITEM_2, ITEM_2.replace("(2)", "(1)")]

    @pytest.mark.parametrize(
        ("source", "kind", "pointer", "data"), [(6, "touchmove", "touch", None), (12, "mousemove", "mouse", "drag")]
    )
    def test_touch_moves_and_drags(
        self, tmp_path: Path, source: int, kind: str, pointer: str, data: str | None
    ) -> None:
        row = one(
            tmp_path, incremental(500, source, positions=[{"x": 1, "y": 2, "id": 42, "timeOffset": 0}]), kind=kind
        )
        assert (row["pointer"], row["data"], row["target"]) == (pointer, data, ITEM_2)

    @pytest.mark.parametrize(
        ("code", "kind", "pointer", "button", "detail"),
        [
            (0, "pointerup", "mouse", None, None),
            (1, "pointerdown", "mouse", None, None),
            (3, "contextmenu", None, None, None),
            (4, "dblclick", None, 0, 2),
            (5, "focus", None, None, None),
            (6, "blur", None, None, None),
            (7, "touchstart", "touch", None, None),
            (8, "touchmove", "touch", None, None),
            (9, "touchend", "touch", None, None),
        ],
    )
    def test_interactions_by_their_dom_names(
        self, tmp_path: Path, code: int, kind: str, pointer: str | None, button: int | None, detail: int | None
    ) -> None:
        row = one(tmp_path, mouse(1000, code, 42, 33, 44), kind=kind)
        assert (row["time"], row["x"], row["y"], row["target"]) == (at(1000), 33.0, 44.0, ITEM_2)
        assert (row["pointer"], row["button"], row["detail"]) == (pointer, button, detail)

    def test_a_cancelled_touch_ends_and_says_so(self, tmp_path: Path) -> None:
        assert one(tmp_path, mouse(1000, 10, 42), kind="touchend")["data"] == "cancel"

    def test_focus_without_a_place(self, tmp_path: Path) -> None:
        row = one(tmp_path, mouse(1000, 5, 51, None), kind="focus")
        assert (row["x"], row["y"], row["target"]) == (None, None, "#form > input:nth-of-type(1)")

    def test_a_click_has_button_and_pointer(self, tmp_path: Path) -> None:
        row = one(tmp_path, *press(1000, 21), kind="click")
        assert (row["button"], row["detail"], row["pointer"]) == (0, 1, "mouse")
        assert row["target"] == "#buy > span:nth-of-type(1)"

    @pytest.mark.parametrize(("code", "name"), [(0, "mouse"), (1, "pen"), (2, "touch")])
    def test_the_pointer_of_a_click_where_recorded(self, tmp_path: Path, code: int, name: str) -> None:
        assert one(tmp_path, mouse(1000, 2, 42, pointerType=code), kind="click")["pointer"] == name

    def test_page_coordinates_add_the_scroll_of_the_time(self, tmp_path: Path) -> None:
        run = imported(
            tmp_path,
            [
                meta(),
                snapshot(1, document(el("p", 10)), left=5, top=300),
                mouse(100, 2, 10, 20, 30),
                incremental(200, 3, id=1, x=0, y=900),
                mouse(300, 2, 10, 20, 30),
            ],
        )
        clicks = rows(run, "click")
        assert [(c["x"], c["y"], c["scroll_y"]) for c in clicks] == [(25.0, 330.0, 300.0), (20.0, 930.0, 900.0)]

    def test_inside_an_iframe_the_place_on_the_page_is_not_known(self, tmp_path: Path) -> None:
        inner = document(el("button", 110), identity=101)
        run = imported(
            tmp_path,
            [
                meta(),
                snapshot(1, document(el("iframe", 10))),
                mutation(50, adds=[add(10, inner)], isAttachIframe=True),
                mouse(100, 2, 110, 20, 30),
            ],
        )
        (click,) = rows(run, "click")
        assert (click["x"], click["y"]) == (None, None)
        assert click["target"].endswith(" >>> html > body:nth-of-type(1) > button:nth-of-type(1)")

    def test_a_mouse_in_an_iframe_that_the_recorder_takes_for_a_finger(self, tmp_path: Path) -> None:
        def move(at: float, node: int) -> dict[str, Any]:
            return incremental(at, 6, positions=[{"x": 1, "y": 1, "id": node, "timeOffset": 0}])

        inner = document(el("button", 110), identity=101)
        run = imported(
            tmp_path,
            [
                meta(),
                snapshot(1, document(el("iframe", 10), el("p", 11))),
                mutation(50, adds=[add(10, inner)], isAttachIframe=True),
                *(move(100, 110), move(200, 11)),
                *(mouse(300, 7, 110), move(400, 110), mouse(500, 9, 110), move(600, 110)),
            ],
        )
        moves = [row for row in rows(run) if row["type"] in ("mousemove", "touchmove")]
        assert [row["pointer"] for row in moves] == ["mouse", "touch", "touch", "mouse"]
        assert [row["type"] for row in moves] == ["mousemove", "touchmove", "touchmove", "mousemove"]

    def test_a_node_that_nobody_knows_is_no_target(self, tmp_path: Path) -> None:
        run = imported(tmp_path, [*page(), mouse(1000, 2, 777, 20, 30)])
        (click,) = rows(run, "click")
        assert (click["target"], click["x"]) == (None, 20.0)
        assert log(run)["about_unknown_nodes"] == 1

    def test_a_text_node_counts_as_its_element(self, tmp_path: Path) -> None:
        assert one(tmp_path, mouse(1000, 2, 45), kind="click")["target"] == ITEM_2


class TestClickCount:
    def details(self, tmp_path: Path, *events: Any) -> list[int]:
        return [row["detail"] for row in only(tmp_path, *events, kind="click")]

    def test_fast_clicks_on_one_spot_count_up(self, tmp_path: Path) -> None:
        events = [event for start in (1000, 1200, 1400) for event in press(start, 42)]
        assert self.details(tmp_path, *events) == [1, 2, 3]

    @pytest.mark.parametrize(("gap", "expected"), [(500, [1, 2]), (501, [1, 1])])
    def test_five_hundred_milliseconds_from_press_to_press(self, tmp_path: Path, gap: int, expected: list[int]) -> None:
        assert self.details(tmp_path, *press(1000, 42, hold=400), *press(1000 + gap, 42, hold=10)) == expected

    def test_another_element_or_spot_begins_anew(self, tmp_path: Path) -> None:
        events = [*press(1000, 42), *press(1100, 41), *press(1200, 41, x=15), *press(1300, 41, x=15, y=15.5)]
        assert self.details(tmp_path, *events) == [1, 1, 2, 1]

    def test_a_click_without_a_press_was_not_made_by_a_pointer(self, tmp_path: Path) -> None:
        clicks = only(tmp_path, *press(1000, 42), mouse(1100, 2, 20, 0, 0), *press(1200, 42), kind="click")
        assert [(click["detail"], click["pointer"]) for click in clicks] == [(1, "mouse"), (0, None), (1, "mouse")]

    def test_where_presses_are_not_recorded_clicks_count_by_themselves(self, tmp_path: Path) -> None:
        clicks = only(tmp_path, mouse(1000, 2, 42), mouse(1300, 2, 42), mouse(2000, 2, 42), kind="click")
        assert [(click["detail"], click["pointer"]) for click in clicks] == [(1, None), (2, None), (1, None)]

    def test_a_hundred_and_fifty_clicks_fit(self, tmp_path: Path) -> None:
        events = [event for n in range(150) for event in press(1000 + 100 * n, 42)]
        assert max(self.details(tmp_path, *events)) == 127

    def test_the_mouse_that_old_browsers_emulate_after_a_touch_is_a_touch(self, tmp_path: Path) -> None:
        events = [mouse(1000, 7, 42), mouse(1080, 9, 42), mouse(1380, 1, 42), mouse(1381, 0, 42), mouse(1382, 2, 42)]
        run = imported(tmp_path, [*page(), *events, *press(9000, 42)])
        assert [row["pointer"] for row in rows(run, "pointerdown")] == ["touch", "mouse"]
        assert [row["pointer"] for row in rows(run, "pointerup")] == ["touch", "mouse"]
        assert [row["pointer"] for row in rows(run, "click")] == ["touch", "mouse"]


class TestScroll:
    def test_the_page_itself(self, tmp_path: Path) -> None:
        row = one(tmp_path, incremental(500, 3, id=1, x=0, y=640.5), kind="scroll")
        assert (row["scroll_y"], row["scroll_container"], row["target"]) == (640.5, None, None)
        assert (row["x"], row["y"]) == (None, None)

    def test_an_inner_scroller_leaves_the_page_where_it_was(self, tmp_path: Path) -> None:
        run = imported(tmp_path, [*page(), incremental(500, 3, id=40, x=0, y=90), mouse(600, 2, 42, 1, 2)])
        (row,) = rows(run, "scroll")
        container = ITEM_2.rpartition(" > ")[0]
        assert (row["scroll_y"], row["scroll_container"], row["target"]) == (90.0, container, container)
        assert rows(run, "click")[0]["y"] == 2.0

    def test_a_document_in_an_iframe_scrolls_inside_the_iframe(self, tmp_path: Path) -> None:
        run = imported(
            tmp_path,
            [
                meta(),
                snapshot(1, document(el("iframe", 10, id="frame"))),
                mutation(50, adds=[add(10, document(identity=101))]),
                incremental(100, 3, id=101, x=0, y=77),
            ],
        )
        (row,) = rows(run, "scroll")
        assert (row["scroll_container"], row["scroll_y"]) == ("#frame", 77.0)

    def test_an_unknown_scroller(self, tmp_path: Path) -> None:
        row = one(tmp_path, incremental(500, 3, id=999, x=0, y=90), kind="scroll")
        assert (row["scroll_container"], row["scroll_y"]) == (None, None)


class TestFields:
    def test_input_gives_the_length_and_never_the_text(self, tmp_path: Path) -> None:
        row = one(tmp_path, incremental(500, 5, id=51, text="Anna \U0001f600", isChecked=False), kind="input")
        assert (row["value"], row["data"]) == (7.0, None)  # the DOM counts UTF-16 units
        assert row["target"] == "#form > input:nth-of-type(1)"

    def test_masked_text_has_its_length(self, tmp_path: Path) -> None:
        assert one(tmp_path, incremental(500, 5, id=51, text="*" * 12, isChecked=False), kind="input")["value"] == 12.0

    @pytest.mark.parametrize("checked", [True, False])
    def test_a_checkbox_changes(self, tmp_path: Path, checked: bool) -> None:
        row = one(tmp_path, incremental(500, 5, id=52, text="on", isChecked=checked), kind="change")
        assert row["value"] == float(checked)

    def test_a_choice_changes_without_a_value(self, tmp_path: Path) -> None:
        assert one(tmp_path, incremental(500, 5, id=53, text="large", isChecked=False), kind="change")["value"] is None

    def test_what_a_script_sets_is_a_change_of_the_page(self, tmp_path: Path) -> None:
        event = incremental(500, 5, id=51, text="x", isChecked=False, userTriggered=False)
        assert one(tmp_path, event, kind="mutation")["data"] == "value"
        assert only(tmp_path, event, kind="input") == []

    def test_an_unknown_field_counts_as_text(self, tmp_path: Path) -> None:
        row = one(tmp_path, incremental(500, 5, id=777, text="abc", isChecked=False), kind="input")
        assert (row["value"], row["target"]) == (3.0, None)


class TestChangesOfThePage:
    def test_a_mutation_counts_nodes_once_an_event(self, tmp_path: Path) -> None:
        event = mutation(
            500,
            removes=[{"parentId": 40, "id": 43}],
            adds=[add(40, el("li", 47, el("b", 48, words("four", 49))))],
            texts=[{"id": 45, "value": "zwei"}],
            attributes=[{"id": 42, "attributes": {"class": "on"}}, {"id": 47, "attributes": {"class": "on"}}],
        )
        row = one(tmp_path, event, kind="mutation")
        assert (row["value"], row["data"]) == (6.0, "childList")
        assert row["target"] == ITEM_2.rpartition(" > ")[0]

    @pytest.mark.parametrize(
        ("change", "data", "target"),
        [
            ({"texts": [{"id": 45, "value": "2"}]}, "characterData", ITEM_2),
            ({"attributes": [{"id": 42, "attributes": {"class": "x"}}]}, "attributes", ITEM_2),
            (
                {"attributes": [{"id": i, "attributes": {}} for i in (42, 21)]},
                "attributes",
                "html > body:nth-of-type(1)",
            ),
            ({"adds": [add(42, words("!", 60))]}, "childList", ITEM_2),
        ],
    )
    def test_its_kind_and_the_element_around_it(self, tmp_path: Path, change: Any, data: str, target: str) -> None:
        row = one(tmp_path, mutation(500, **change), kind="mutation")
        assert (row["data"], row["target"]) == (data, target)

    def test_one_that_changes_nothing_is_none(self, tmp_path: Path) -> None:
        assert only(tmp_path, mutation(500), mutation(600, texts=[{"id": 999, "value": "x"}]), kind="mutation") == []

    @pytest.mark.parametrize(
        ("event", "data", "value"),
        [
            (incremental(500, 8, id=10, adds=[{"rule": "a{}"}], removes=[{"index": 0}]), "style", 2.0),
            (incremental(500, 8, styleId=1, replaceSync="a{}"), "style", 1.0),
            (incremental(500, 13, id=10, index=[0], set={"property": "color", "value": "red"}), "style", 1.0),
            (incremental(500, 15, id=1, styleIds=[1], styles=[{"styleId": 1, "rules": []}]), "style", 1.0),
            (incremental(500, 7, id=10, type=0, currentTime=3.5), "media", 1.0),
            (incremental(500, 9, id=10, type=0, commands=[{"property": "fill", "args": []}] * 3), "canvas", 3.0),
            (incremental(500, 9, id=10, type=0, property="fill", args=[]), "canvas", 1.0),
        ],
    )
    def test_styles_media_and_canvas_change_the_page_too(
        self, tmp_path: Path, event: Any, data: str, value: float
    ) -> None:
        row = one(tmp_path, event, kind="mutation")
        assert (row["data"], row["value"]) == (data, value)

    def test_what_has_no_counterpart_is_counted(self, tmp_path: Path) -> None:
        run = imported(
            tmp_path,
            [
                *page(),
                incremental(500, 10, family="Lato"),
                incremental(510, 16, define={"name": "my-card"}),
                incremental(520, 42),
                {"type": 7, "timestamp": START + 530, "data": {"url": "x"}},
                {"type": 12, "timestamp": START + 540},
                custom(550, "ab-test", {"arm": "b"}),
                plugin(560, "rrweb/sequential-id@1", {"id": 3}),
            ],
        )
        assert log(run)["not_mapped"] == {
            "Asset": 1,
            "Custom ab-test": 1,
            "CustomElement": 1,
            "Font": 1,
            "Incremental 42": 1,
            "Plugin rrweb/sequential-id@1": 1,
            "type 12": 1,
        }
        assert [row["type"] for row in rows(run)] == ["pageview"]


def test_a_resize_gives_the_new_size(tmp_path: Path) -> None:
    assert one(tmp_path, incremental(500, 4, width=800, height=600.4), kind="resize")["data"] == "800x600"


class TestSelection:
    def length(self, tmp_path: Path, start: int, start_offset: int, end: int, end_offset: int) -> float | None:
        points = {"start": start, "startOffset": start_offset, "end": end, "endOffset": end_offset}
        value: float | None = one(tmp_path, incremental(500, 14, ranges=[points]), kind="selection")["value"]
        return value

    @pytest.mark.parametrize(
        ("points", "length"),
        [
            ((11, 0, 11, 5), 5.0),
            ((11, 2, 11, 99), 9.0),
            ((11, 3, 11, 3), 0.0),
            ((44, 1, 46, 2), 2.0 + 3.0 + 2.0),  # on(e), two, th
            ((40, 0, 40, 3), 3.0 + 3.0 + 5.0),
            ((40, 1, 46, 0), 3.0),
            ((42, 0, 42, 1), 3.0),
            ((45, 0, 44, 2), None),  # the end lies before the start
            ((44, 0, 999, 2), None),
        ],
    )
    def test_lengths(self, tmp_path: Path, points: tuple[int, int, int, int], length: float | None) -> None:
        assert self.length(tmp_path, *points) == length

    def test_target_and_several_ranges(self, tmp_path: Path) -> None:
        ranges = [
            {"start": 45, "startOffset": 0, "end": 45, "endOffset": 2},
            {"start": 46, "startOffset": 0, "end": 46, "endOffset": 2},
        ]
        row = one(tmp_path, incremental(500, 14, ranges=ranges), kind="selection")
        assert (row["value"], row["target"]) == (4.0, ITEM_2)
        empty = one(tmp_path, incremental(500, 14, ranges=[]), kind="selection")
        assert (empty["value"], empty["target"]) == (0.0, None)


class TestSignals:
    @pytest.mark.parametrize(
        ("payload", "name"),
        [
            ({"level": "error", "trace": [], "payload": ['"Uncaught TypeError: anna is not a function"']}, "TypeError"),
            ({"level": "error", "payload": ['"Uncaught (in promise)"', '"ChunkLoadError: chunk 7"']}, "ChunkLoadError"),
            ({"level": "assert", "payload": ['"nope"']}, "Error"),
            ({"level": "error", "payload": []}, "Error"),
        ],
    )
    def test_an_error_on_the_console_is_its_class(self, tmp_path: Path, payload: Any, name: str) -> None:
        assert one(tmp_path, plugin(500, "rrweb/console@1", payload), kind="error")["data"] == name

    @pytest.mark.parametrize("level", ["log", "warn", "info"])
    def test_other_levels_are_no_errors(self, tmp_path: Path, level: str) -> None:
        assert only(tmp_path, plugin(500, "rrweb/console@1", {"level": level, "payload": []}), kind="error") == []

    @pytest.mark.parametrize(
        ("tag", "payload", "name"),
        [
            ("js-error", {"name": "RangeError", "message": "secret"}, "RangeError"),
            ("$exception", {"message": "ReferenceError: x"}, "ReferenceError"),
            ("Error", "SyntaxError: bad", "SyntaxError"),
            ("error", {"error": {"type": "TypeError"}}, "TypeError"),
            ("app_error", None, "Error"),
            ("error", {"name": "AnnaBergError"}, "Error"),  # classes are a closed list
        ],
    )
    def test_custom_events_that_tell_of_errors(self, tmp_path: Path, tag: str, payload: Any, name: str) -> None:
        assert one(tmp_path, custom(500, tag, payload), kind="error")["data"] == name

    def test_requests_are_told_when_they_are_answered(self, tmp_path: Path) -> None:
        payload = {
            "requests": [
                {"name": "https://api.example/cart?id=9#x", "initiatorType": "fetch", "duration": 250.4, "status": 201},
                {"url": "/a/b?c", "initiatorType": "xmlhttprequest", "startTime": 100, "endTime": 200.0, "status": 0},
                {"name": "https://cdn.example/x.png", "initiatorType": "img", "duration": 10},
                {"name": "https://api.example/early", "initiatorType": "fetch", "isInitial": True},
            ]
        }
        run = imported(tmp_path, [*page(), plugin(2000, "rrweb/network@1", payload)])
        assert [(row["time"], row["data"]) for row in rows(run, "request")] == [
            (at(1750), "https://api.example/cart"),
            (at(1900), "https://shop.example/a/b"),
        ]
        assert [(row["time"], row["data"], row["value"]) for row in rows(run, "response")] == [
            (at(2000), "https://api.example/cart", 201.0),
            (at(2000), "https://shop.example/a/b", None),
        ]

    def test_a_request_belongs_to_the_view_of_its_time(self, tmp_path: Path) -> None:
        payload = {"requests": [{"name": "/x", "initiatorType": "fetch", "duration": 1500}]}
        run = imported(
            tmp_path, [*page(), custom(1000, "url-change", {"href": "/cart"}), plugin(2000, "rrweb/network@1", payload)]
        )
        assert [(row["type"], row["view"]) for row in rows(run)] == [
            ("pageview", 0),
            ("request", 0),
            ("pageview", 1),
            ("response", 1),
        ]

    @pytest.mark.parametrize(
        ("tag", "payload", "state"),
        [
            ("visibilitychange", "hidden", "hidden"),
            ("visibilitychange", {"state": "visible"}, "visible"),
            ("TabHidden", True, "hidden"),
            ("window visible", None, "visible"),
        ],
    )
    def test_visibility(self, tmp_path: Path, tag: str, payload: Any, state: str) -> None:
        assert one(tmp_path, custom(500, tag, payload), kind="visibility")["data"] == state

    @pytest.mark.parametrize(("tag", "kind"), [("$pageleave", "pagehide"), ("popstate", "popstate")])
    def test_page_hide_and_history(self, tmp_path: Path, tag: str, kind: str) -> None:
        assert one(tmp_path, custom(500, tag), kind=kind)["time"] == at(500)


class TestRejects:
    @pytest.mark.parametrize(
        ("event", "why"),
        [
            ("text", "the event is not an object"),
            (None, "the event is not an object"),
            ({"type": 3, "data": {"source": 1}}, "timestamp is not a number"),
            ({"type": 3, "timestamp": -5, "data": {"source": 1}}, "timestamp is negative"),
            ({"type": 3, "timestamp": 1e300, "data": {}}, "timestamp is beyond"),
            ({"type": 3, "timestamp": True, "data": {}}, "timestamp is not a number"),
            ({"type": "3", "timestamp": START}, "type is not a whole number"),
            ({"type": -1, "timestamp": START}, "type is negative"),
            ({"type": 3, "timestamp": START}, "data is not an object"),
            ({"type": 3, "timestamp": START, "data": {"source": "x"}}, "source is not a whole number"),
            (incremental(500, 1, positions=[{"x": "1", "y": 1, "id": 1, "timeOffset": 0}]), "x is not a number"),
            (incremental(500, 1, positions=[{"x": 1, "y": 1, "id": 1, "timeOffset": 1e9}]), "timeOffset is beyond"),
            (incremental(500, 1, positions="many"), "positions is not a list"),
            (incremental(500, 2, id=42, type=99), "data.type 99 is no mouse interaction"),
            (incremental(500, 2, id="42", type=2), "id is not a whole number"),
            (mouse(500, 2, 42, 1e12, 0), "x is beyond"),
            (mouse(500, 2, 42, pointerType="mouse"), "pointerType is not a whole number"),
            (incremental(500, 3, id=1, x=0), "y is not a number"),
            (incremental(500, 4, width=1e9, height=3), "width is beyond"),
            (incremental(500, 4, width=10, height=-3), "height is negative"),
            (incremental(500, 5, id=51, text=None), "text is not text"),
            (incremental(500, 5, id=51, text="x", isChecked="yes"), "isChecked is not true or false"),
            (incremental(500, 14, ranges=[{"start": 1}]), "startOffset is not a whole number"),
            (incremental(500, 14, ranges=[7]), "a range is not an object"),
            (incremental(500, 0, adds=[{}]), "node is not an object"),
            (incremental(500, 8, adds="x"), "adds is not a list"),
            (meta(500, href=None), "href is not text"),
            (meta(500, width="wide"), "width is not a number"),
            (snapshot(500, None), "a node is not an object"),
            (snapshot(500, el("html", 3)), "node is not a document"),
            (plugin(500, "rrweb/console@1", "x"), "payload is not an object"),
            (plugin(500, "rrweb/network@1", {"requests": [1]}), "a request is not an object"),
            (custom(500, "url-change", {"href": "https://[broken"}), "href is not an address"),
        ],
    )  # fmt: skip
    def test_a_malformed_event_is_left_out_counted_and_reported(self, tmp_path: Path, event: Any, why: str) -> None:
        good = press(1000, 42)
        run = imported(tmp_path, [*page(), event, *good])
        assert [row["type"] for row in rows(run)] == ["pageview", "pointerdown", "pointerup", "click"]
        account = log(run)
        assert account["rejected"] == 1
        (reject,) = account["rejects"]
        assert reject["event"] == 2
        assert why in reject["why"]

    def test_events_that_are_only_odd_stay(self, tmp_path: Path) -> None:
        run = imported(tmp_path, [*page(), custom(500, None), custom(510, 7, {}), plugin(520, None, None)])
        assert log(run)["rejected"] == 0

    def test_the_list_of_rejects_is_short_and_the_count_is_whole(self, tmp_path: Path) -> None:
        events = [*page(), *([None] * 150), *(mouse(1000 + n, 2, 42) for n in range(200))]
        account = log(imported(tmp_path, events))
        assert (account["rejected"], len(account["rejects"]), account["events_read"]) == (150, 100, 352)
