"""In real Chromium: selectors, what counts as interactive, and the capture of a whole small site."""

from __future__ import annotations

import asyncio
import gzip
import io
import shutil
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest
from PIL import Image

from simbench.errors import OutsideFailure
from simbench.site.chromium import chromium_flags, find_chromium, need_playwright
from simbench.site.fingerprint import check_capture
from simbench.site.model import Site, load_site

MINI = Path(__file__).parent / "data" / "mini"
ITEM = "/item/:id"
T = TypeVar("T")

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def _missing() -> str | None:
    try:
        need_playwright()
        find_chromium()
    except OutsideFailure as error:
        return str(error)
    return None


if _missing():
    pytest.skip(str(_missing()), allow_module_level=True)

from playwright.async_api import async_playwright  # noqa: E402

from simbench.site.capture import CaptureReport, capture_site  # noqa: E402
from simbench.site.capture.tab import script  # noqa: E402
from simbench.site.capture.trials import same_effect  # noqa: E402

PAGE = """<!doctype html><html><body>
<div id="main"><p>one</p><p>two <b>bold</b></p><span>x</span><P>three</P></div>
<div><i></i><i class="dup"></i></div>
<p id="twice">a</p><p id="twice">b</p>
<p id="9 odd.id">odd</p><p id="">no id</p>
<svg><g><path d="M0 0h9v9z"/><path d="M9 9h9v9z"/></g></svg>
<section id="host"></section><section></section>
<a href="#x">link</a><a>no link</a><button>b</button><input type="hidden"><input><label>l</label>
<div tabindex="0">t0</div><div tabindex="-1">t-1</div><div role="button">r</div><div role="note">n</div>
<div onclick="1">o</div><div contenteditable>c</div><details><summary>s</summary></details><video controls></video>
</body></html>"""

SELECTORS = [
    ("html", "html"),
    ("body", "html > body:nth-of-type(1)"),
    ("#main", "#main"),
    ("#main b", "#main > p:nth-of-type(2) > b:nth-of-type(1)"),
    ("#main span", "#main > span:nth-of-type(1)"),
    ("#main p:last-child", "#main > p:nth-of-type(3)"),
    (".dup", "html > body:nth-of-type(1) > div:nth-of-type(2) > i:nth-of-type(2)"),
    ("[id=twice] ~ [id=twice]", "html > body:nth-of-type(1) > p:nth-of-type(2)"),
    ("[id^='9']", "#\\39 \\ odd\\.id"),
    ("path:last-child", "html > body:nth-of-type(1) > svg:nth-of-type(1) > g:nth-of-type(1) > path:nth-of-type(2)"),
]


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def test_selectors_follow_the_rule_and_lead_back() -> None:
    async def work() -> None:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=find_chromium(), args=chromium_flags())
            page = await browser.new_page()
            await page.set_content(PAGE)
            await page.evaluate(script("selector.js"))
            api = "window[Symbol.for('simbench.selector')]"
            for css, wanted in SELECTORS:
                found = await page.evaluate(f"(css) => {api}.selectorOf(document.querySelector(css))", css)
                assert found == wanted
                assert await page.evaluate(
                    f"([css, target]) => {api}.find(target) === document.querySelector(css)", [css, wanted]
                )
            shadow = await page.evaluate(
                f"""() => {{
                    const made = (host) => {{
                        host.attachShadow({{ mode: "open" }}).innerHTML = '<p></p><p><u></u></p><i id="in"><s></s></i>';
                        return host.shadowRoot;
                    }};
                    const [first, second] = [...document.querySelectorAll("section")].map(made);
                    const inner = second.querySelector("s");
                    return [first.querySelector("u"), inner].map({api}.selectorOf)
                        .concat({api}.find({api}.selectorOf(inner)) === inner);
                }}"""
            )
            assert shadow == [
                "#host >>> p:nth-of-type(2) > u:nth-of-type(1)",
                "html > body:nth-of-type(1) > section:nth-of-type(2) >>> #in > s:nth-of-type(1)",
                True,
            ]
            # Every element has a selector of its own.
            assert await page.evaluate(
                f"""() => {{
                    const all = [...document.querySelectorAll("*")];
                    return new Set(all.map({api}.selectorOf)).size === all.length
                        && all.every((e) => {api}.find({api}.selectorOf(e)) === e);
                }}"""
            )
            said = await page.evaluate(
                f"""() => [...document.querySelectorAll("body *")].filter({api}.interactive)
                    .map((e) => e.textContent || e.localName)"""
            )
            assert said == ["link", "b", "input", "l", "t0", "r", "o", "c", "s", "video"]
            await browser.close()

    run(work())


@pytest.fixture(scope="module")
def captured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, CaptureReport, list[str]]:
    folder = tmp_path_factory.mktemp("sites") / "mini"
    shutil.copytree(MINI, folder, ignore=shutil.ignore_patterns("captured"))
    notes: list[str] = []
    report = capture_site(folder, progress=lambda done, total, note: notes.append(f"{done}/{total} {note}"))
    return load_site(folder), report, notes


@pytest.fixture(scope="module")
def site(captured: tuple[Site, CaptureReport, list[str]]) -> Site:
    return captured[0]


def effects(site: Site, page: str, state: str, viewport: str, *defects: str) -> dict[str, Any]:
    return dict(site.snapshot(page, state, viewport, frozenset(defects)).effects)


def test_the_report_and_the_check(captured: tuple[Site, CaptureReport, list[str]]) -> None:
    site, report, notes = captured
    assert report.problems == ()
    assert report.pages == 2
    assert report.control_agreement > 0.99
    assert report.grid_agreement > 0.98
    assert notes[0].startswith("1/")
    assert check_capture(site.folder).up_to_date
    assert not (site.folder / ".captured.partial").exists()


def test_every_state_is_there_in_every_viewport(site: Site) -> None:
    assert len(site.viewports) == 5
    for page in site.pages:
        for viewport in site.viewports:
            for state in page.states:
                if viewport.device in state.devices:
                    assert len(site.snapshot(page.page, state.name, viewport.name).elements) > 10


def test_elements_say_what_they_are(site: Site) -> None:
    home = {e.target: e for e in site.snapshot("/", "fresh", "desktop-1440").elements}
    assert home["#home"].kind == "control"
    assert home["#home"].href == "/"
    assert home["#home"].fixed, "a bar that sticks from the start is fixed"
    assert home["#bar"].fixed
    assert home["#far"].container is None
    assert home["#far"].y > 1400
    assert home["#inner-end"].container == "#scroller"
    assert home["#news"].kind == "field"
    assert home["#news-label"].interactive
    assert "#menu" not in home, "a closed dialog is not rendered"
    item = {e.target: e for e in site.snapshot(ITEM, "fresh", "mobile-390").elements}
    assert item["#photo"].kind == "image"
    assert item["#photo"].text == "The item"
    assert item["#photo"].cursor == "zoom-in"
    assert (item["#email"].text, item["#email"].role, item["#email"].kind) == ("E-mail", "textbox", "field")
    assert not item["#never"].focusable
    assert item["#never"].interactive


def test_a_stretched_link_covers_its_card(site: Site) -> None:
    home = site.snapshot("/", "fresh", "desktop-1440")
    link = next(e for e in home.elements if e.href == "/item/two")
    card = next(e for e in home.elements if e.tag == "li" and abs(e.x - link.x) < 3)
    text = next(e for e in home.elements if e.text == "Large and square.")
    assert link.w >= card.w - 2.5
    assert link.h >= card.h - 2.5
    assert link.z > text.z


def test_a_modal_dialog_takes_every_click(site: Site) -> None:
    zoom = site.snapshot(ITEM, "zoom", "desktop-1440")
    dialog = next(e for e in zoom.elements if e.target == "#zoom")
    assert (dialog.x, dialog.y, dialog.w, dialog.h, dialog.fixed) == (0, 0, 1440, 900, True)
    assert {e.target for e in zoom.elements if e.hit} == {
        "#zoom", "#zoom > p:nth-of-type(1)", "#zoom-close",
    }  # fmt: skip
    assert zoom.effects["#zoom-close"].state == "fresh"


def test_effects_of_clicks(site: Site) -> None:
    home = effects(site, "/", "fresh", "desktop-1440")
    cards = {e.url for t, e in home.items() if "li:nth-of-type" in t}
    assert cards == {"/item/one", "/item/two"}
    assert home["#home"].kind == "navigate"
    assert home["#jump"].kind == "scroll"
    assert home["#jump"].scroll_y is not None
    assert home["#away"].open == "window"
    assert home["#away"].url == "https://example.org/"
    assert home["#sheet"].open == "download"
    assert home["#more > summary:nth-of-type(1)"].kind == "change"
    assert home["#news"].kind == home["#news-label"].kind == "change"
    price = home["#price-check"]
    assert [(r.method, r.url, r.status, r.ms) for r in price.requests] == [("GET", "/api/price.json", 200, 120.0)]
    assert price.kind == "change"
    assert 120 <= price.first_ms < 600
    assert "html > body:nth-of-type(1) > main:nth-of-type(1) > h1:nth-of-type(1)" not in home
    item = effects(site, ITEM, "fresh", "mobile-390")
    assert (item["#photo"].kind, item["#photo"].state) == ("state", "zoom")
    assert (item["#add"].kind, item["#add"].state) == ("state", "added")
    assert item["#email"].focus == "#email"
    assert "#never" not in item
    consent = effects(site, ITEM, "consent", "tablet-820")
    assert consent["#yes"].state == consent["#later"].state == "fresh"
    assert effects(site, "/", "menu", "mobile-360")["#menu-item"].url == "/item/two"


def test_defects_break_what_they_break_and_nothing_else(site: Site) -> None:
    plain = effects(site, ITEM, "fresh", "mobile-390")
    dead = effects(site, ITEM, "fresh", "mobile-390", "dead-photo")
    assert {t for t in plain if plain[t] != dead.get(t)} == {
        t for t in plain if t.startswith("#photo")
    }  # fmt: skip
    broken = effects(site, ITEM, "fresh", "mobile-390", "broken-add")["#add"]
    assert (broken.kind, broken.error, broken.state) == ("error", "TypeError", None)
    slow = effects(site, "/", "fresh", "desktop-1440", "slow-price")["#price-check"]
    assert 1400 <= slow.first_ms < 2500
    covered = site.snapshot(ITEM, "fresh", "desktop-1440", frozenset({"covered-send"}))
    order = {e.target: e.z for e in covered.elements}
    assert order["#veil"] > order["#send"]
    assert "#veil" not in covered.effects
    assert covered.effects.get("#send") is None
    assert "#veil" not in {
        e.target for e in site.snapshot(ITEM, "fresh", "mobile-390", frozenset({"covered-send"})).elements
    }


def test_what_comes_late_is_known_with_its_time(site: Site) -> None:
    late = site.snapshot(ITEM, "fresh", "desktop-1440", frozenset({"tall-title"})).late
    assert late[0].targets == ("#offer",)
    assert 400 <= late[0].ms < 1500
    assert site.snapshot(ITEM, "fresh", "desktop-1440").late == ()


def test_defects_together_are_as_seen_together(site: Site) -> None:
    both = site.snapshot(ITEM, "fresh", "desktop-1440", frozenset({"tall-title", "covered-send"}))
    boxes = {e.target: e for e in both.elements}
    assert boxes["#veil"].y < boxes["#send"].y < boxes["#veil"].y + boxes["#veil"].h
    alone = site.snapshot(ITEM, "fresh", "desktop-1440", frozenset({"covered-send"}))
    assert boxes["#send"].y == pytest.approx(next(e.y for e in alone.elements if e.target == "#send") + 80, abs=1)
    assert both.layout != alone.layout


def test_forms_are_tried(site: Site) -> None:
    trial = site.snapshot(ITEM, "fresh", "tablet-820").forms["#ask"]
    assert (trial.submit.kind, trial.submit.state) == ("state", "sent")
    assert set(trial.fields) == {"#email"}
    email = trial.fields["#email"]
    assert email.blur is not None
    assert email.blur.state == email.submit.state == "rejected"


def test_pictures_show_the_page(site: Site) -> None:
    pictures = site.pictures()
    fresh = [p for p in pictures if (p.page, p.state) == ("/", "fresh")]
    assert {p.viewport for p in fresh} == {viewport.name for viewport in site.viewports}
    for picture in fresh:
        assert picture.screenshot is not None
        image = Image.open(io.BytesIO(picture.screenshot.read_bytes()))
        assert image.size == (picture.viewport_w, picture.doc_h)
        assert image.convert("RGB").getpixel((200, 5)) == pytest.approx((0x22, 0x44, 0x66), abs=8)
        assert picture.layout == site.snapshot("/", "fresh", picture.viewport).layout
    dom = next(p.dom for p in fresh if p.dom is not None)
    html = gzip.decompress(dom.read_bytes()).decode()
    assert html.startswith("<!doctype html>")
    assert "Two things" in html
    assert "simbench" not in html


def test_a_second_capture_finds_the_same(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "mini"
    shutil.copytree(MINI, folder, ignore=shutil.ignore_patterns("captured"))
    # Without defects, for time's sake.
    text = (folder / "site.yaml").read_text()
    (folder / "site.yaml").write_text(text[: text.index("defects:")])
    capture_site(folder)
    again = load_site(folder)
    for page in site.pages:
        for viewport in site.viewports:
            for state in page.state_names:
                declared = page.state(state)
                if declared is not None and viewport.device not in declared.devices:
                    continue
                one, other = (s.snapshot(page.page, state, viewport.name) for s in (site, again))
                assert one.elements == other.elements
                assert set(one.effects) == set(other.effects)
                for target, effect in one.effects.items():
                    assert same_effect(effect, other.effects[target]), target
                assert set(one.forms) == set(other.forms)
