"""The page in a real Chromium: nothing of the run comes to life, nothing leaves the house, and everything fits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from report_run import write_run
from test_report_page import HOSTILE

from simbench.report.making import make_report
from simbench.site.chromium import chromium_flags, find_chromium

pytestmark = pytest.mark.browser

#: What sticks out of the page: elements that end beyond the window, but for those that scroll or are cut by themselves.
STICKING_OUT = """() => [...document.querySelectorAll("body *")].filter((element) => {
  const box = element.getBoundingClientRect();
  return box.width > 0 && box.right > innerWidth + 1 && !element.closest(".frame, nav, .ranking, select, .unseen");
}).map((element) => element.outerHTML.slice(0, 120))"""


@dataclass
class Opened:
    """A page, and all that it did besides standing there."""

    page: Any
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=find_chromium(), args=chromium_flags())
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    runs = {
        "calm": write_run(folder / "calm"),
        "hostile": write_run(folder / "hostile", HOSTILE),
        "import": write_run(folder / "import", truth=False),
        "empty": write_run(folder / "empty", visits=False),
    }
    paths = {}
    for name, run in runs.items():
        paths[name] = folder / f"{name}.html"
        paths[name].write_text(make_report(run).html, encoding="utf-8")
    return paths


def open_page(browser: Any, path: Path, **context: Any) -> Opened:
    page = browser.new_page(**context)
    opened = Opened(page=page)
    page.on("console", lambda message: opened.said.append(message.text))
    page.on("pageerror", lambda error: opened.said.append(str(error)))
    page.on("dialog", lambda dialog: (opened.said.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: opened.asked.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_timeout(150)
    return opened


def left_the_house(opened: Opened) -> list[str]:
    return [url for url in opened.asked if not url.startswith(("file:", "data:"))]


@pytest.mark.parametrize("name", ["hostile", "calm", "import", "empty"])
def test_nothing_comes_to_life_nothing_leaves_and_nobody_complains(
    browser: Any, pages: dict[str, Path], name: str
) -> None:
    opened = open_page(browser, pages[name])
    # Everything that can be pressed is pressed: a handler or an address that slipped in would now run.
    opened.page.evaluate("""() => {
      document.querySelectorAll("button, input, option, .ranking li, bdi, img, svg").forEach((element) => {
        for (const type of ["pointerenter", "pointerleave", "mouseover", "focus", "error", "load", "click"]) {
          element.dispatchEvent(new Event(type, {bubbles: true}));
        }
      });
    }""")
    opened.page.wait_for_timeout(150)
    assert opened.page.evaluate("window.pwned") is None
    assert opened.page.url.split("#")[0] == pages[name].as_uri()
    assert opened.page.evaluate("document.querySelectorAll('script, iframe, object, embed, base, form').length") == 1
    assert left_the_house(opened) == []
    assert len([url for url in opened.asked if url.startswith("file:")]) == 1
    assert opened.said == []


def test_the_policy_holds_where_escaping_would_fail(browser: Any, pages: dict[str, Path], tmp_path: Path) -> None:
    broken = tmp_path / "broken.html"
    evil = (
        "<script>window.pwned=1</script><img src=x onerror='window.pwned=1'>"
        "<img src='https://example.invalid/x.png'><style>@import 'https://example.invalid/x.css'</style>"
    )
    broken.write_text(pages["calm"].read_text("utf-8").replace("</main>", f"{evil}</main>"), encoding="utf-8")
    opened = open_page(browser, broken)
    assert opened.page.evaluate("window.pwned") is None
    # A browser reports what it refused as a request that never left; none may have been answered.
    assert any("Content Security Policy" in line for line in opened.said)
    assert all("example.invalid" in url for url in left_the_house(opened))


@pytest.mark.parametrize("width", [360, 390, 820, 1440])
@pytest.mark.parametrize("name", ["calm", "hostile", "import"])
def test_everything_fits(browser: Any, pages: dict[str, Path], name: str, width: int) -> None:
    opened = open_page(browser, pages[name], viewport={"width": width, "height": 900})
    for kind in ("click", "scroll", "move"):
        opened.page.evaluate(f"document.getElementById('maps').dataset.map = '{kind}'")
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
        assert opened.page.evaluate(STICKING_OUT) == []


def test_maps_are_switched_without_a_network(browser: Any, pages: dict[str, Path]) -> None:
    opened = open_page(browser, pages["calm"], viewport={"width": 1440, "height": 900})
    page = opened.page

    def shown(selector: str) -> int:
        count: int = page.locator(f".sheet:not([hidden]) {selector}").evaluate_all(
            "found => found.filter((one) => one.checkVisibility()).length"
        )
        return count

    assert (shown(".layer.click"), shown(".layer.scroll"), shown(".layer.move"), shown(".rank")) == (1, 0, 0, 2)
    assert (shown(".broken"), shown(".of.click"), shown(".of.scroll")) == (1, 1, 0)
    # A phone's screen on a desk: both pictures are drawn, neither is a broken image.
    assert page.eval_on_selector_all(".stage img", "all => all.every((one) => one.complete && one.naturalWidth > 0)")
    page.locator("#map-kinds label", has_text="Scrolling").click()
    assert (shown(".layer.click"), shown(".layer.scroll"), shown(".rank"), shown(".of.scroll")) == (0, 1, 0, 1)
    page.locator("#map-kinds label", has_text="Mouse").click()
    assert (shown(".layer.scroll"), shown(".layer.move"), shown(".of.move")) == (0, 1, 1)
    page.locator("#map-planted").uncheck()
    assert shown(".broken") == 0
    page.locator("#map-kinds label", has_text="Clicks").click()
    page.locator(".ranking li").first.hover()
    assert page.locator(".rank.lit").get_attribute("data-rank") == "1"
    assert left_the_house(opened) == []


@pytest.mark.parametrize(("system", "other"), [("light", "Dark"), ("dark", "Light")])
def test_light_and_dark_follow_the_system_until_somebody_chooses(
    browser: Any, pages: dict[str, Path], system: str, other: str
) -> None:
    page = open_page(browser, pages["calm"], color_scheme=system).page
    ground = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(ground)
    assert page.locator("#theme .label").text_content() == other
    page.locator("#theme").click()
    after = page.evaluate(ground)
    assert {before, after} == {"rgb(250, 249, 247)", "rgb(19, 21, 27)"}
    page.locator("#theme").click()
    assert page.evaluate(ground) == before
    # On paper it is always light.
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(27, 31, 42)"


def test_without_scripts_all_maps_stand_there(browser: Any, pages: dict[str, Path]) -> None:
    page = open_page(browser, pages["calm"], java_script_enabled=False).page
    assert page.locator(".sheet").first.is_visible()
    assert not page.locator(".tools").is_visible()
    assert not page.locator("#theme").is_visible()


@pytest.mark.parametrize("system", ["light", "dark"])
def test_words_stand_out_from_their_ground(browser: Any, pages: dict[str, Path], system: str) -> None:
    """Contrast of text as WCAG 2.2 (1.4.3, level AA) asks: 4.5, or 3 for large text."""
    page = open_page(browser, pages["calm"], color_scheme=system, viewport={"width": 1440, "height": 900}).page
    poor = page.evaluate("""() => {
      const parse = (text) => text.match(/[\\d.]+/g).map(Number);
      const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
        .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
      const ground = (element) => {
        for (let at = element; at; at = at.parentElement) {
          const colour = parse(getComputedStyle(at).backgroundColor);
          if (colour.length === 3 || colour[3] > 0) return colour;
        }
        return [255, 255, 255];
      };
      const poor = [];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
        if (element.closest("script, style, option")) continue;
        const style = getComputedStyle(element);
        const [a, b] = [light(parse(style.color)), light(ground(element))].sort((x, y) => y - x);
        const size = parseFloat(style.fontSize);
        const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
        const contrast = (a + 0.05) / (b + 0.05);
        if (contrast < (large ? 3 : 4.5)) poor.push([element.outerHTML.slice(0, 90), contrast]);
      }
      return poor;
    }""")
    assert poor == []
