"""The strongest check: a page in real Chromium, recorded by the real rrweb, against what the page itself saw.

The recorder comes from npm (``npm install`` beside `package.json`), the truth from `recorded_pages/truth.js`, which
names elements with the browser's own selector engine.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from simbench.events import Run
from simbench.events.codecs.rrweb import import_rrweb
from simbench.events.codecs.rrweb.dom import Dom
from simbench.events.codecs.rrweb.selector import Selectors
from simbench.events.codecs.rrweb.tree import Subtree
from simbench.events.codecs.rrweb.typed import TypedText

HERE = Path(__file__).parent
RECORDER = HERE.parents[1] / "node_modules" / "rrweb" / "dist" / "rrweb.umd.cjs"
CHROMIUM = os.environ.get("SIMBENCH_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
#: Typed into fields, an editable element and, by the page, shown again: none of it may come out.
CANARIES = ("zebra quartz 7f3a", "hunter2-canary", "long note canary 51", "editable canary 88")

SCROLL_LAG_MS = 120

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium on PATH"),
    pytest.mark.skipif(not RECORDER.is_file(), reason="needs the recorder from npm: run `npm install`"),
]


@dataclass
class Seen:
    """What the recorder sent, and what the page saw."""

    events: list[dict[str, Any]] = field(default_factory=list)
    truth: list[dict[str, Any]] = field(default_factory=list)

    def tell_event(self, event: dict[str, Any]) -> None:
        self.events.append(event)

    def tell_truth(self, act: dict[str, Any]) -> None:
        self.truth.append(act)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [act for act in self.truth if act["type"] == kind]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    handler = functools.partial(_Quiet, directory=str(HERE / "recorded_pages"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def seen(address: str) -> Seen:
    """A visit that meets everything that makes selectors hard."""
    from playwright.sync_api import sync_playwright

    seen = Seen()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(viewport={"width": 1000, "height": 700})
        context.expose_function("tellEvent", seen.tell_event)
        context.expose_function("tellTruth", seen.tell_truth)
        context.add_init_script(path=RECORDER)
        context.add_init_script(path=HERE / "recorded_pages" / "truth.js")
        page = context.new_page()
        page.goto(f"{address}/first.html?utm_source=letter&utm_medium=email&secret=1")
        page.wait_for_load_state("networkidle")
        _visit(page)
        page.wait_for_timeout(700)  # the last batch of moves is on its way for half a second
        browser.close()
    return seen


def _visit(page: Any) -> None:
    def click(selector: str, **options: Any) -> None:
        # rrweb tells of a scroll up to 100 ms late.
        page.locator(selector).scroll_into_view_if_needed()
        page.wait_for_timeout(SCROLL_LAG_MS)
        page.locator(selector).click(**options)

    page.mouse.move(40, 40)
    for step in range(12):
        page.mouse.move(40 + 37.25 * step, 40 + 21.5 * step)
        page.wait_for_timeout(60)
    click("text=Plain")
    click("text=Two of two")
    click("text=Odd id")
    click("text=Digit id")
    click("text=beta", position={"x": 8, "y": 8})
    click("b")
    # New elements before, between and behind move everybody's place; an id becomes unique, another is taken away.
    page.evaluate(
        """() => {
          const list = document.getElementById('list');
          const fresh = (text) => Object.assign(document.createElement('li'), {textContent: text});
          list.prepend(fresh('zero'), fresh('half'));
          list.insertBefore(fresh('between'), list.children[3]);
          list.append(fresh('omega'));
        }"""
    )
    click("text=beta", position={"x": 8, "y": 8})
    click("text=omega")
    click("text=between")
    page.evaluate("document.querySelectorAll('#twice')[0].remove()")
    click("text=Two of two")
    page.evaluate("document.getElementById('list').removeAttribute('id')")
    click("text=gamma")
    page.evaluate(
        """() => {
          const list = document.querySelector('ul');
          list.append(list.children[0]);
          list.prepend(list.lastElementChild.previousElementSibling);
        }"""
    )
    click("text=zero")
    click("text=omega")
    page.evaluate(
        """() => {
          const wrap = document.createElement('section');
          wrap.id = 'wrap';
          const list = document.querySelector('ul');
          list.replaceWith(wrap);
          wrap.append(document.createElement('div'), list);
          list.children[1].innerHTML = '<i>new</i><i>inner</i>';
        }"""
    )
    click("text=inner")
    click("rect >> nth=1")
    click("text=Shadow one")
    click("text=Shadow two")
    page.evaluate(
        """() => {
          const section = document.querySelector('shadow-card').shadowRoot.querySelector('section');
          section.prepend(document.createElement('button'));
        }"""
    )
    click("text=Shadow one")
    frame = page.frame_locator("iframe")
    frame.locator("text=In the frame").click()
    frame.locator("#framed").click()
    click("text=Plain", click_count=3, delay=30)
    click("text=Plain", button="right")
    page.locator("[name=name]").click()
    page.keyboard.type(CANARIES[0], delay=5)
    click("text=Hello")
    page.locator("[name=secret]").click()
    page.keyboard.type(CANARIES[1])
    page.locator("[name=note]").click()
    page.keyboard.type(CANARIES[2])
    page.locator("[name=gift]").click()
    page.locator("[name=size]").select_option("large")
    page.locator("#editable").click()
    page.keyboard.type(CANARIES[3])
    page.locator("#editable").click(position={"x": 5, "y": 5})
    quote = page.locator(".quote")
    quote.evaluate("(q) => getSelection().setBaseAndExtent(q.firstChild, 2, q.firstChild, 10)")
    page.wait_for_timeout(100)
    box = page.locator(".box").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.wheel(0, 150)
    page.wait_for_timeout(400)
    click("text=Deep")
    click("#fail")
    click("#route")
    click("text=Odd id")
    page.mouse.move(500, 400)
    page.mouse.wheel(0, 1200)
    page.wait_for_timeout(500)
    page.mouse.wheel(0, 3000)
    page.wait_for_timeout(500)
    click("text=Bottom")
    page.wait_for_timeout(600)
    click("#away")
    page.wait_for_url("**/second.html*")
    page.wait_for_load_state("networkidle")
    click("text=Only here")


@pytest.fixture(scope="module")
def recording(seen: Seen, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recorded") / "visit.json"
    path.write_text(json.dumps(seen.events), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def run(recording: Path) -> Run:
    return import_rrweb([recording], recording.parent / "run").run


@pytest.fixture(scope="module")
def events(run: Run) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = run.table("events").to_pylist()
    return rows


def of(events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event for event in events if event["type"] == kind]


def milliseconds(event: dict[str, Any]) -> float:
    return float(event["time"].timestamp() * 1000)


@pytest.mark.parametrize("kind", ["click", "pointerdown", "pointerup", "dblclick", "contextmenu"])
def test_every_press_and_click_has_the_true_target_time_and_place(
    seen: Seen, events: list[dict[str, Any]], kind: str
) -> None:
    truth, found = seen.of(kind), of(events, kind)
    assert len(truth) >= {"click": 34, "pointerdown": 34, "pointerup": 34}.get(kind, 1)
    assert [event["target"] for event in found] == [act["target"] for act in truth]
    for act, event in zip(truth, found, strict=True):
        assert act["time"] - 3 <= milliseconds(event) <= act["until"] + 3
        if act["framed"]:
            assert event["x"] is None
            assert event["y"] is None
        else:
            assert abs(event["x"] - act["x"]) <= 1
            assert abs(event["y"] - act["y"]) <= 1


def test_click_counts_are_those_of_the_browser(seen: Seen, events: list[dict[str, Any]]) -> None:
    assert [event["detail"] for event in of(events, "click")] == [act["detail"] for act in seen.of("click")]
    assert {act["detail"] for act in seen.of("click")} >= {1, 2, 3}
    assert {event["pointer"] for event in of(events, "click") if event["detail"]} == {"mouse"}


def test_every_recorded_move_is_one_that_the_page_saw(seen: Seen, events: list[dict[str, Any]]) -> None:
    moves = of(events, "mousemove")
    assert len(moves) >= 30
    assert any(event["x"] is None for event in moves)  # inside the iframe
    assert of(events, "touchmove") == []
    late = []
    for event in moves:
        same = [
            milliseconds(event) - min(max(milliseconds(event), act["time"]), act["until"])
            for act in seen.of("mousemove")
            if act["target"] == event["target"]
            and (act["framed"] or (abs(act["x"] - event["x"]) <= 1 and abs(act["y"] - event["y"]) <= 1))
        ]
        assert same, event
        late.append(min(map(abs, same)))
    # The recorder reads the clock twice for a batch; a busy machine may stop it in between.
    assert sorted(late)[int(0.9 * len(late))] <= 3
    assert max(late) <= 250


def test_selectors_met_every_hard_case(events: list[dict[str, Any]]) -> None:
    """Guards the visit itself: were these gone, the comparison above would prove less."""
    targets = {event["target"] for event in of(events, "click")}
    assert {"#a\\.b\\:c", "#\\32 nd", "#twice", "#list > li:nth-of-type(2)", "#list > li:nth-of-type(5)"} <= targets
    assert any(" >>> #inner" in target for target in targets)
    assert any(" >>> html > body:nth-of-type(1) >" in target for target in targets)
    assert any(" >>> section:nth-of-type(1) > button:nth-of-type(2)" in target for target in targets)
    assert any("rect:nth-of-type(2)" in target for target in targets)
    assert any(target.startswith("#wrap > ul:nth-of-type(1)") for target in targets)


def test_views_follow_the_address(run: Run, address: str) -> None:
    views = run.table("views").to_pylist()
    assert [view["page"] for view in views] == ["/first.html", "/orders/:id/step", "/second.html"]
    assert [view["nav"] for view in views] == [None, "spa", "link"]
    assert [view["url"] for view in views] == [
        f"{address}/first.html",
        f"{address}/orders/4711/step",
        f"{address}/second.html",
    ]
    assert views[2]["referrer"] == f"{address}/orders/4711/step"
    assert {(view["viewport_w"], view["viewport_h"]) for view in views} == {(1000.0, 700.0)}
    (session,) = run.table("sessions").to_pylist()
    assert (session["source"], session["utm_source"], session["device"]) == ("email", "letter", "desktop")


def test_fields_scrolls_selection_and_errors_come_through(events: list[dict[str, Any]]) -> None:
    inputs = of(events, "input")
    last = {event["target"]: event["value"] for event in inputs}
    lengths = [value for target, value in last.items() if target.startswith("#form")]
    assert lengths == [float(len(text)) for text in CANARIES[:3]]
    checkbox, choice = of(events, "change")
    assert checkbox["value"] == 1.0
    assert choice["value"] is None
    assert choice["target"].endswith("select:nth-of-type(1)")
    assert [event["value"] for event in of(events, "selection")][-1] in (8.0, 0.0)
    assert 8.0 in [event["value"] for event in of(events, "selection")]
    assert [event["data"] for event in of(events, "error")] == ["TypeError"]
    inner = [event for event in of(events, "scroll") if event["scroll_container"]]
    outer = [event for event in of(events, "scroll") if not event["scroll_container"]]
    assert inner[-1]["scroll_container"].endswith("div:nth-of-type(2)")
    assert inner[0]["scroll_y"] > 0
    assert max(event["scroll_y"] for event in outer) > 1500


def test_every_target_stands_in_the_elements_with_its_interactive_ancestor(
    run: Run, events: list[dict[str, Any]]
) -> None:
    views = {view["view"]: view["page"] for view in run.table("views").to_pylist()}
    elements = {(row["page"], row["target"]): row for row in run.elements().to_pylist()}
    for event in events:
        if event["target"] is not None:
            assert (views[event["view"]], event["target"]) in elements
    bold = elements["/first.html", "#list > li:nth-of-type(2) > b:nth-of-type(1)"]
    assert (bold["tag"], bold["text"], bold["interactive_ancestor"]) == ("b", "bold", None)
    odd = elements["/first.html", "#a\\.b\\:c"]
    assert (odd["role"], odd["text"], odd["interactive_ancestor"]) == ("button", "Odd id", "#a\\.b\\:c")


def test_the_dom_follows_a_page_that_changes_at_random(address: str) -> None:
    """Hundreds of random changes; after each, every element of the page has its true selector in ours."""
    from playwright.sync_api import sync_playwright

    seen = Seen()
    steps: list[tuple[int, dict[str, Any]]] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context()
        context.expose_function("tellEvent", seen.tell_event)
        context.expose_function("tellTruth", seen.tell_truth)
        context.add_init_script(path=RECORDER)
        context.add_init_script(path=HERE / "recorded_pages" / "truth.js")
        page = context.new_page()

        def tell_step(step: dict[str, Any]) -> None:
            steps.append((len(seen.events), step))

        page.expose_function("tellStep", tell_step)
        page.goto(f"{address}/second.html")
        page.evaluate((HERE / "recorded_pages" / "shuffle.js").read_text(encoding="utf-8"), 200)
        browser.close()
    dom = Dom()
    selectors = Selectors(dom)
    played = compared = 0
    for events_so_far, step in steps:
        for event in seen.events[played:events_so_far]:
            if event["type"] == 2:
                dom.replace(Subtree.read(event["data"]["node"]))
            elif event["type"] == 3 and event["data"]["source"] == 0:
                dom.mutate(event["data"])
        played = events_so_far
        ours = {str(element.id): selector for element, selector in selectors.all()}
        wrong = {
            identity: (selector, ours.get(identity))
            for identity, selector in step["selectors"].items()
            if ours.get(identity) != selector
        }
        assert not wrong, step["names"]
        for identity, selector in step["selectors"].items():
            node = dom.node(int(identity))
            assert node is not None
            assert selectors.of(node) == selector
        compared += len(step["selectors"])
    assert compared > 5000
    assert not dom.problems


def strings_of(run: Run) -> Iterator[tuple[str, str]]:
    """Every string in the run's tables and JSON files, with where it stands."""
    tables = {name: run.table(name) for name in ("events", "views", "sessions")} | {"elements": run.elements()}
    for name, table in tables.items():
        for column in table.column_names:
            for value in table[column].to_pylist():
                if isinstance(value, str):
                    yield f"{name}.{column}", value
    for name in ("manifest.json", "log.json", "goals.json"):
        yield name, (run.path / name).read_text(encoding="utf-8")


def leaks(run: Run) -> list[tuple[str, str]]:
    words = [*CANARIES, "secret-in-message", "token=abc", "secret=1"]
    return [(where, value) for where, value in strings_of(run) if any(word in value for word in words)]


def test_nothing_typed_reaches_the_tables(run: Run, seen: Seen) -> None:
    text = json.dumps(seen.events)
    # The recorder masked the password and nothing else, so there is something to find.
    assert all(canary in text for canary in (CANARIES[0], CANARIES[2], CANARIES[3]))
    assert leaks(run) == []


def test_the_canary_would_be_found(recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the same recording, imported without the mask, shows what was typed."""
    monkeypatch.setattr(TypedText, "mask", lambda _, text: text)
    bare = import_rrweb([recording], tmp_path / "bare").run
    assert ("elements.text", f"Hello {CANARIES[0]}!") in leaks(bare)


def test_importing_twice_gives_the_same_bytes(recording: Path, run: Run, tmp_path: Path) -> None:
    again = import_rrweb([recording], tmp_path / "again").run
    assert again.manifest["files"] == run.manifest["files"]
    assert run.verify() == []
