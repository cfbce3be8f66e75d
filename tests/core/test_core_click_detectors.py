"""The three click detectors on hand-written streams: what must fire, and every look-alike that must not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
from core_builder import START_MS, Visit, element, observed

from simbench.core.detectors import DETECTORS, detect
from simbench.events.schema import FINDINGS

SHOP = [
    element("/", "#pay", tag="button", cursor="pointer"),
    element("/", "#plus", tag="button", cursor="pointer"),
    element("/", "#next", tag="button", cursor="pointer"),
    element("/", "#link", tag="a", href="/more", cursor="pointer"),
    element("/", "#file", tag="a", href="/price.pdf", cursor="pointer"),
    element("/", "#mail", tag="a", href="mailto:a@example.org", cursor="pointer"),
    element("/", "#icon", tag="svg", interactive_ancestor="#link", cursor="pointer"),
    element("/", "#card", tag="div", cursor="pointer", text="Looks like a button"),
    element("/", "#photo", tag="img", cursor="zoom-in", box=(3000, 0, 400, 300)),
    element("/", "#picture", tag="img", box=(3000, 0, 400, 300)),
    element("/", "#dot", tag="img", box=(3000, 0, 16, 16)),
    element("/", "#text", tag="p", text="Lorem ipsum dolor"),
    element("/", "#name", tag="input", role="textbox", cursor="text"),
    element("/", "#size", tag="select", role="combobox"),
    element("/", "#terms", tag="input", role="checkbox", cursor="pointer"),
    element("/", "#send", tag="input", role="button"),
    element("/", "#tick", tag="div", role="checkbox", interactive_ancestor="#tick"),
    element("/", "#game", tag="canvas", cursor="pointer"),
    element("/", "#switch", tag="button", role="switch", cursor="pointer"),
    element("/", "#under", tag="button", z=2, box=(600, 600, 200, 50)),
    element("/", "#cover", tag="div", z=9, box=(580, 580, 260, 100)),
    element("/", "#backdrop", tag="div", z=9, box=(0, 0, 1440, 900)),
]


def visit() -> Visit:
    return Visit().page("/")


def found(a_visit: Visit, elements: list[dict[str, Any]] | None = None) -> list[tuple[str, str | None]]:
    table = detect(observed(a_visit, elements=SHOP if elements is None else elements))
    assert table.schema == FINDINGS
    return [(row["kind"], row["target"]) for row in table.to_pylist()]


def one(a_visit: Visit, kind: str) -> dict[str, Any]:
    rows = [row for row in detect(observed(a_visit, elements=SHOP)).to_pylist() if row["kind"] == kind]
    assert len(rows) == 1
    return rows[0]


# -- rage ------------------------------------------------------------------------------------------------------------


def test_striking_a_button_that_does_nothing_is_rage_and_dead() -> None:
    row = one(visit().presses("#pay", 1000, 1250, 1480, 1700, 1950).stay(9000), "rage_click")
    assert row["session"] == "s1"
    assert row["view"] == 0
    assert row["page"] == "/"
    assert row["target"] == "#pay"
    assert row["t_start"].timestamp() * 1000 == START_MS + 1000
    assert row["t_end"].timestamp() * 1000 == START_MS + 1950 + 90
    evidence = json.loads(row["evidence"])
    assert evidence["presses"] == 5
    assert evidence["gaps_ms"] == [250, 230, 220, 250]
    assert evidence["answered"] == 0
    assert ("dead_click", "#pay") in found(visit().presses("#pay", 1000, 1250, 1480).stay(9000))


def test_rage_is_surer_with_more_and_quicker_presses() -> None:
    def score(*times: float) -> float:
        return float(one(visit().presses("#pay", *times).stay(9000), "rage_click")["score"])

    assert 0 < score(1000, 1250, 1500) < score(1000, 1250, 1500, 1750) < score(*range(1000, 3000, 200)) <= 1
    assert score(1000, 1800, 2600) < score(1000, 1250, 1500)


def test_rage_scatters_over_neighbouring_elements() -> None:
    a = visit().press("#card", at=1000, x=100).press("#text", at=1200, x=120).press("#card", at=1400, x=96)
    assert found(a.press("#text", at=1600, x=110).stay(6000))[0] == ("rage_click", "#card")


def test_rage_on_a_slow_page_that_answers_once() -> None:
    a = visit().presses("#link", 1000, 1200, 1400, 1600, 1800).page("/more", at=4000).stay(9000)
    assert found(a) == [("rage_click", "#link")]


def test_requests_nobody_sees_do_not_excuse_rage() -> None:
    a = visit()
    for at in (1000, 1250, 1500, 1750):
        a.press("#pay", at=at).add("request", at=at + 95, data="/api/pay")
    assert found(a.stay(8000)) == [("rage_click", "#pay")]


@pytest.mark.parametrize("delay", [15, 120, 300, 480])
@pytest.mark.parametrize("target", ["#plus", "#next", "#switch"])
def test_steppers_carousels_calendars_and_toggles_answer_each_press(target: str, delay: int) -> None:
    a = visit()
    for at in range(1000, 3000, 220):
        a.press(target, at=at).mutation(at=at + 90 + delay)
    assert found(a.stay(9000)) == []


def test_a_carousel_that_swallows_presses_while_it_slides() -> None:
    a = visit().presses("#next", 1000, 1300, 1600, 1900, 2200, 2500)
    for at in (1100, 1700, 2300):
        a.mutation(at=at)
    assert found(a.stay(9000)) == []


def test_pagination_is_no_rage() -> None:
    a = visit()
    for n, at in enumerate(range(1000, 4000, 700)):
        a.press("#next", at=at).page(f"/list/{n}", at=at + 200)
    assert found(a.stay(9000), [*SHOP, *(element(f"/list/{n}", "#next", tag="button") for n in range(5))]) == []


def test_double_click_is_no_rage() -> None:
    assert found(visit().presses("#text", 1000, 1200).stay(6000)) == []
    assert found(visit().presses("#card", 1000, 1200).mutation(1300).stay(6000)) == []


@pytest.mark.parametrize("seen", [True, False])
def test_triple_click_that_selects_a_paragraph(seen: bool) -> None:
    a = visit().presses("#text", 1000, 1180, 1350)
    if seen:
        a.add("selection", at=1290, value=11).add("selection", at=1460, value=80)
    assert found(a.stay(6000)) == []


def test_three_quick_taps_of_a_finger_select_nothing() -> None:
    where = {"y": 900.0, "pointer": "touch"}
    assert found(visit().presses("#text", 1000, 1180, 1350, **where).stay(6000)) == [("rage_click", "#text")]


def test_calm_retries_are_no_rage() -> None:
    kinds = [kind for kind, _ in found(visit().presses("#pay", 1000, 2900, 5000).stay(12000))]
    assert "rage_click" not in kinds


def test_a_game_on_a_canvas_is_no_rage() -> None:
    assert found(visit().presses("#game", *range(1000, 4000, 180)).stay(9000)) == []


def test_clicks_into_a_text_field_are_neither() -> None:
    assert found(visit().presses("#name", 1000, 1200, 1400, 1600).stay(9000)) == []


def test_presses_on_two_pages_are_no_run() -> None:
    a = visit().presses("#pay", 1000, 1200).mutation(1250).page("/", at=1300).presses("#pay", 1400, 1600).mutation(1700)
    assert found(a.stay(9000)) == []


# -- dead ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["#pay", "#link", "#card", "#photo", "#picture", "#switch", "#send", "#tick"])
def test_a_press_that_nothing_comes_of(target: str) -> None:
    row = one(visit().press(target, at=1000).stay(6000), "dead_click")
    assert row["target"] == target
    assert row["t_start"].timestamp() * 1000 == START_MS + 1000
    assert row["t_end"].timestamp() * 1000 == START_MS + 1090


def test_a_plain_picture_is_a_weaker_promise_than_a_control() -> None:
    scores = [one(visit().press(t, at=1000).stay(6000), "dead_click")["score"] for t in ("#picture", "#card", "#pay")]
    assert scores == sorted(scores)
    assert len(set(scores)) == 3


def test_an_icon_in_a_link_is_the_link() -> None:
    assert found(visit().press("#icon", at=1000).stay(6000)) == [("dead_click", "#link")]


def test_one_finding_a_run_of_presses() -> None:
    row = one(visit().presses("#pay", 1000, 2400, 4200).stay(9000), "dead_click")
    assert json.loads(row["evidence"])["presses"] == 3
    assert row["t_end"].timestamp() * 1000 == START_MS + 4290
    twice = visit().press("#pay", at=1000).press("#text", at=2000, y=700).press("#pay", at=3000).stay(9000)
    assert found(twice) == [("dead_click", "#pay")] * 2


def test_a_control_beneath_a_cover_was_meant() -> None:
    row = one(visit().press("#cover", at=1000, x=650, y=620).stay(6000), "dead_click")
    assert row["target"] == "#cover"
    assert json.loads(row["evidence"])["promise"] == "covered"
    assert json.loads(row["evidence"])["meant"] == "#under"
    assert found(visit().press("#cover", at=1000, x=585, y=585).stay(6000)) == []
    assert found(visit().press("#backdrop", at=1000, x=650, y=620).stay(6000)) == []


def test_a_bar_that_stays_covers_what_scrolls_under_it() -> None:
    under = element("/", "#far", tag="button", z=2, box=(600, 2600, 200, 50))
    bar = element("/", "#bar", tag="div", z=9, fixed=True, text="Spring sale", box=(0, 780, 1440, 120))
    page = [under, bar]
    covered = visit().press("#bar", at=1000, x=650, y=2620, scroll_y=1800.0).stay(6000)
    assert found(covered, page) == [("dead_click", "#bar")]
    assert found(visit().press("#bar", at=1000, x=650, y=2620 - 900, scroll_y=900.0).stay(6000), page) == []


def test_a_badge_on_a_picture_covers_nothing() -> None:
    picture = element("/", "#zoom", tag="button", z=1, box=(600, 600, 500, 500))
    label = element("/", "#count", tag="span", z=5, text="1 / 4", box=(1000, 1060, 60, 24))
    page = [picture, label, *(e for e in SHOP if e["target"] not in {"#cover", "#backdrop", "#under"})]
    assert found(visit().press("#count", at=1000, x=1030, y=1070).stay(6000), page) == []


def test_what_lies_beneath_a_dialog_was_not_meant() -> None:
    dialog = element("/", "#dialog", tag="dialog", z=20, box=(500, 500, 500, 300))
    words = element("/", "#dialog > p:nth-of-type(1)", tag="p", z=21, box=(590, 590, 300, 80), text="Cookies?")
    inside = visit().press("#dialog > p:nth-of-type(1)", at=1000, x=650, y=620).stay(6000)
    assert found(inside, [*SHOP, dialog, words]) == []
    beside = visit().press("#dialog", at=1000, x=20, y=20).stay(6000)
    assert found(beside, [*SHOP, dialog]) == []


@pytest.mark.parametrize(
    ("pointer", "apart", "hits"), [("touch", 9, 1), ("touch", 14, 0), ("mouse", 3, 1), ("mouse", 9, 0)]
)
def test_a_miss_beside_a_control(pointer: str, apart: float, hits: int) -> None:
    where = {"x": 650.0, "y": 650.0 + apart, "pointer": pointer}
    floor = element("/", "#floor", tag="main", z=1, box=(0, 0, 1440, 3000))
    page = [floor, *(e for e in SHOP if e["target"] not in {"#cover", "#backdrop"})]
    alone = visit().press("#floor", at=1000, **where).stay(6000)
    assert found(alone, page) == [("dead_click", "#floor")] * hits
    mended = visit().press("#floor", at=1000, **where).press("#under", at=1350, x=650, y=640).mutation(1500)
    table = detect(observed(mended.stay(6000), elements=page)).to_pylist()
    assert [row["target"] for row in table] == ["#floor"] * hits
    if hits:
        (lone,) = detect(observed(alone, elements=page)).to_pylist()
        assert table[0]["score"] > lone["score"]
        assert json.loads(table[0]["evidence"])["meant"] == "#under"


def test_a_disabled_control_whose_click_the_browser_swallows() -> None:
    row = one(visit().press("#pay", at=1000, click=False).stay(6000), "dead_click")
    assert json.loads(row["evidence"])["click_event"] is False


def test_what_the_person_does_next_does_not_excuse_a_dead_press() -> None:
    scrolls_on = visit().press("#pay", at=1000).add("scroll", at=1900, scroll_y=400.0).stay(6000)
    assert found(scrolls_on) == [("dead_click", "#pay")]
    elsewhere = visit().press("#pay", at=1000).press("#plus", at=2200).mutation(2310).stay(6000)
    assert found(elsewhere) == [("dead_click", "#pay")]
    goes_back = visit().press("#card", at=1000).page("/", at=2800, nav="back").stay(6000)
    assert found(goes_back) == [("dead_click", "#card")]


def test_background_churn_does_not_excuse_a_dead_press() -> None:
    """A clock that ticks every 400 ms: dead presses are found at most phases, and live ones are never called dead."""

    def ticking(until: int = 30_000) -> Visit:
        a = visit()
        for at in range(400, until, 400):
            a.mutation(at, nodes=1)
        return a

    phases = range(0, 400, 20)
    dead = [found(ticking().press("#pay", at=10_000 + phase)) == [("dead_click", "#pay")] for phase in phases]
    assert sum(dead) >= 0.7 * len(dead)
    alive = [found(ticking().press("#pay", at=10_000 + phase).mutation(10_500 + phase, nodes=12)) for phase in phases]
    assert alive == [[]] * len(alive)


ALIVE = {
    "a change at once": lambda a: a.mutation(1100),
    "a change before the click event": lambda a: a.mutation(1050),
    "opens on mousedown": lambda a: a.mutation(1005),
    "slow but alive": lambda a: a.mutation(3800),
    "asks the server, which takes long": lambda a: a.add("request", at=1100, data="/api").mutation(8000),
    "followed link to a slow page": lambda a: a.page("/more", at=9000),
    "download": lambda a: a.add("open", at=1200, data="download"),
    "new tab": lambda a: a.add("open", at=1110, data="window").add("visibility", at=1200, data="hidden"),
    "file chooser": lambda a: a.add("open", at=1150, data="file_chooser"),
    "jumps down the page": lambda a: a.add("scroll", at=1150, scroll_y=900.0),
    "puts the focus into a field": lambda a: a.add("focus", at=1100, target="#name"),
    "fills a field": lambda a: a.add("input", at=1100, target="#name").add("change", at=1100, target="#name"),
    "rejected form": lambda a: a.add("invalid", at=1100, target="#name"),
    "marks a code to copy": lambda a: a.add("selection", at=1100, value=12),
    "leaves the site": lambda a: a.add("pagehide", at=1900),
    "fragment link": lambda a: a.add("popstate", at=1100),
}


@pytest.mark.parametrize("name", ALIVE)
def test_answers_that_a_recording_shows(name: str) -> None:
    answer = ALIVE[name]
    assert found(answer(visit().press("#link", at=1000)).stay(30_000)) == []


NO_ANSWER = {
    "the button takes the focus itself": lambda a: a.add("focus", at=1005, target="#pay"),
    "a field left reports its change": lambda a: a.add("change", at=1003, target="#name").add(
        "blur", at=1004, target="#name"
    ),
    "the page was rolling already": lambda a: a.add("scroll", at=920, scroll_y=10.0).add(
        "scroll", at=1060, scroll_y=40.0
    ),
    "an error": lambda a: a.add("error", at=2900, data="TypeError"),
    "a selection is cleared": lambda a: a.add("selection", at=1004, value=0),
    "submit, and nothing else": lambda a: a.add("submit", at=1092, target="#form"),
    "types an address later": lambda a: a.page("/", at=5500, nav="navigate"),
    "goes back later": lambda a: a.page("/", at=3500, nav="back"),
}


@pytest.mark.parametrize("name", NO_ANSWER)
def test_what_is_no_answer(name: str) -> None:
    answer = NO_ANSWER[name]
    assert found(answer(visit().press("#pay", at=1000)).stay(9000)) == [("dead_click", "#pay")]


BENIGN = {
    "idle click on text": lambda a: a.press("#text", at=1000, y=900),
    "small picture": lambda a: a.press("#dot", at=1000),
    "text field that has the focus": lambda a: a.press("#name", at=1000),
    "tick box of the browser's own": lambda a: a.press("#terms", at=1000),
    "native list": lambda a: a.press("#size", at=1000),
    "mail link": lambda a: a.press("#mail", at=1000),
    "control-click": lambda a: a.press("#link", at=1000, modifiers=2),
    "drag over text": lambda a: a.press("#text", at=1000, to=(300, 120)),
    "drag of a card": lambda a: a.press("#card", at=1000, to=(300, 120)),
    "click that wakes the window": lambda a: a.add("visibility", at=900, data="visible").press("#pay", at=1000),
    "other button": lambda a: a.press("#pay", at=1000, button=2),
    "keyboard": lambda a: a.add("click", at=1000, target="#pay", detail=0, button=0),
    "click outside a modal": lambda a: a.press("#backdrop", at=1000).mutation(1100),
    "unknown element": lambda a: a.press("#nowhere > div:nth-of-type(3)", at=1000),
    "label passes its click on": lambda a: a.press("#label", at=1000).add("click", at=1091, target="#name", detail=1),
}


@pytest.mark.parametrize("name", BENIGN)
def test_what_promises_nothing(name: str) -> None:
    act = BENIGN[name]
    label = element("/", "#label", tag="label")
    assert found(act(visit()).stay(9000), [*SHOP, label]) == []


def test_a_watch_cut_short_decides_nothing() -> None:
    assert found(visit().press("#pay", at=1000).stay(1300)) == []
    assert found(visit().press("#pay", at=1000).press("#plus", at=1400).mutation(1500).stay(9000)) == []


# -- errors ----------------------------------------------------------------------------------------------------------


def test_a_press_that_raises_an_error() -> None:
    row = one(visit().press("#pay", at=1000).add("error", at=1093, data="TypeError").stay(9000), "error_click")
    assert row["target"] == "#pay"
    assert row["t_end"].timestamp() * 1000 == START_MS + 1093
    assert json.loads(row["evidence"])["error"] == "TypeError"
    assert row["score"] == 1


def test_one_finding_a_run_of_failing_presses() -> None:
    a = visit()
    for at in (1000, 1300, 1600, 4000, 20_000):
        a.press("#pay", at=at).add("error", at=at + 93, data="TypeError")
    rows = [r for r in detect(observed(a.stay(30_000), elements=SHOP)).to_pylist() if r["kind"] == "error_click"]
    assert [json.loads(row["evidence"])["presses"] for row in rows] == [4, 1]
    assert rows[0]["t_end"].timestamp() * 1000 == START_MS + 4093


def test_an_error_by_way_of_the_response() -> None:
    a = (
        visit()
        .press("#pay", at=1000)
        .add("request", at=1095, data="/api/pay")
        .add("response", at=5000, data="/api/pay")
    )
    a.add("error", at=5004, data="SyntaxError").stay(9000)
    assert one(a, "error_click")["score"] < 1
    other = visit().press("#pay", at=1000).add("request", at=1095, data="/api/pay")
    other.add("response", at=5000, data="/api/else").add("error", at=5004, data="SyntaxError").stay(9000)
    assert found(other) == []


ERRORS_OF_NOBODY = {
    "effect all the same": lambda a: a.add("error", at=1093, data="TypeError").mutation(1100),
    "page all the same": lambda a: a.add("error", at=1093, data="TypeError").page("/more", at=1500),
    "too late": lambda a: a.add("error", at=2500, data="TypeError").mutation(3000),
    "before the press": lambda a: a.add("error", at=990, data="TypeError").mutation(1100),
    "comes without presses too": lambda a: (
        a.mutation(4000).add("error", at=1900, data="TypeError").add("error", at=12_000, data="TypeError")
    ),
    "on the next page": lambda a: a.page("/more", at=1300).add("error", at=1400, data="TypeError"),
}


@pytest.mark.parametrize("name", ERRORS_OF_NOBODY)
def test_errors_that_no_press_raised(name: str) -> None:
    act = ERRORS_OF_NOBODY[name]
    assert found(act(visit().press("#pay", at=1000)).stay(20_000)) == []


# -- imported recordings ---------------------------------------------------------------------------------------------


def bare(a_visit: Visit) -> Visit:
    """As an import leaves it: clicks alone, no state, no page sizes, nothing but what is always there."""
    keep = ("session", "time", "type", "view", "target", "x", "y", "value", "data")
    a_visit.events = [
        {name: event[name] for name in keep if name in event}
        for event in a_visit.events
        if event["type"] not in {"pointerdown", "pointerup"}
    ]
    a_visit.views = [{name: view[name] for name in ("session", "view", "page")} for view in a_visit.views]
    a_visit.about = {"session": a_visit.session}
    return a_visit


def test_recordings_without_elements_or_pointers() -> None:
    button, text = "#bar > button:nth-of-type(1) > svg:nth-of-type(1)", "#bar > p:nth-of-type(1)"
    a = visit().presses(button, 1000, 1200, 1400, 1600).press(text, at=9000).mutation(14_000).stay(15_000)
    assert found(bare(a), []) == [
        ("rage_click", "#bar > button:nth-of-type(1)"),
        ("dead_click", "#bar > button:nth-of-type(1)"),
    ]


def test_a_log_of_clicks_cannot_show_that_nothing_happened() -> None:
    a, b = (visit().presses("#pay", 1000, 1200, 1400, 1600).stay(9000) for _ in range(2))
    (row,) = detect(observed(bare(a), elements=SHOP)).to_pylist()
    assert row["kind"] == "rage_click"
    assert json.loads(row["evidence"])["answered"] is None
    assert row["score"] == pytest.approx(one(b, "rage_click")["score"] / 2, abs=1e-3)


def test_only_the_columns_that_are_always_there() -> None:
    a = visit().press("#pay", at=1000).stay(5000)
    a.events = [{name: event[name] for name in ("session", "time", "type")} for event in a.events]
    a.views = []
    assert found(a, []) == []


def test_nothing_at_all() -> None:
    assert detect(observed()).num_rows == 0


def test_unknown_event_types_are_passed_over() -> None:
    assert found(visit().press("#pay", at=1000).add("hover", at=1100).stay(6000)) == [("dead_click", "#pay")]


# -- what holds for every detector -----------------------------------------------------------------------------------


def crowd() -> Iterator[Visit]:
    for n in range(6):
        a = Visit(f"s{n}", device=("desktop", "mobile")[n % 2]).page("/")
        a.presses("#pay", 1000 + 7 * n, 1300, 1600, 1900).add("error", at=1993, data="TypeError").stay(8000)
        a.press("#card", at=8100).press("#plus", at=9000).mutation(9100).stay(15_000)
        yield a


def test_order_of_arrival_and_doubles_change_nothing() -> None:
    clean = observed(*crowd(), elements=SHOP)
    events = clean.events
    shuffled = pa.concat_tables([events, events.slice(5, 40)]).take(pa.array([*range(events.num_rows + 39, -1, -1)]))
    messy = observed(elements=SHOP)
    messy = type(messy)(events=shuffled, views=clean.views, sessions=clean.sessions, elements=clean.elements, goals={})

    def key(row: dict[str, Any]) -> tuple[Any, ...]:
        return row["detector"], row["session"], row["t_start"], row["target"]

    assert detect(clean).num_rows >= 18
    assert sorted(detect(messy).to_pylist(), key=key) == sorted(detect(clean).to_pylist(), key=key)


def test_a_session_is_judged_by_itself() -> None:
    whole = detect(observed(*crowd(), elements=SHOP)).to_pylist()
    alone = [row for a in crowd() for row in detect(observed(a, elements=SHOP)).to_pylist()]
    assert sorted(map(str, alone)) == sorted(map(str, whole))


def test_a_skewed_clock_shifts_findings_and_changes_nothing_else() -> None:
    a, b = visit().presses("#pay", 1000, 1250, 1500).stay(9000), visit().presses("#pay", 1000, 1250, 1500).stay(9000)
    for event in b.events:
        event["time"] += 1234
    first, second = (detect(observed(v, elements=SHOP)) for v in (a, b))
    assert first.drop_columns(["t_start", "t_end"]).equals(second.drop_columns(["t_start", "t_end"]))
    shift = second["t_start"][0].as_py() - first["t_start"][0].as_py()
    assert shift.total_seconds() == 1.234


def test_every_detector_is_documented_and_stands_alone() -> None:
    seen = observed(*crowd(), elements=SHOP)
    every = detect(seen)
    for name, detector in DETECTORS.items():
        assert detector.name == name
        assert detector.about.endswith(".")
        for rule in detector.rules:
            assert rule.about.endswith(".")
            assert rule.source
        alone = detector(seen)
        assert set(alone["kind"].to_pylist()) <= set(detector.kinds)
        assert alone.to_pylist() == [row for row in every.to_pylist() if row["detector"] == name]
        scores = alone["score"].to_pylist()
        assert scores
        assert all(0 < score <= 1 for score in scores)


def test_rules_can_be_changed_for_a_study() -> None:
    from simbench.errors import BadInput

    strict = DETECTORS["rage_click"].with_rules(least_presses=6)
    seen = observed(visit().presses("#pay", 1000, 1250, 1500, 1750).stay(9000), elements=SHOP)
    assert DETECTORS["rage_click"](seen).num_rows == 1
    assert strict(seen).num_rows == 0
    with pytest.raises(BadInput, match="no rule is called 'least'"):
        strict.with_rules(least=6)
    with pytest.raises(BadInput, match="did you mean 'rage_click'"):
        detect(seen, ["rage_clik"])
