"""What a click does beyond changing the document, noticed in real Chromium; and what is no answer at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from simbench.site.capture.tab import script

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html><head><style>
  button:hover { background: red; transition: background 100ms }
  button:focus-visible { outline: 3px solid }
  #name:focus { border-color: red } .around:focus-within { background: yellow }
  #night:checked ~ #room { background: black } #room { width: 50px; height: 20px }
  #turned { width: 40px; height: 20px; transition: opacity 150ms } #night:checked ~ #turned { opacity: 0.2 }
</style></head><body>
<p id="text">Text that nothing listens to.</p>
<div class="around"><input id="name"></div>
<button id="plain">Nothing</button>
<input id="night" type="checkbox"><label id="switch" for="night">Night</label>
<div id="room"></div><div id="turned"></div>
<canvas id="board" width="40" height="30" tabindex="0"></canvas>
<button id="hear">Hear</button><button id="copy">Copy</button><button id="blink">Blink</button>
<input id="day" type="date"><button id="soon">Soon</button>
<script>
  const on = (id, act) => document.getElementById(id).addEventListener("click", act);
  on("board", () => document.getElementById("board").getContext("2d").fillRect(5, 5, 9, 9));
  on("hear", () => {
    const sound = new AudioContext();
    const tone = sound.createOscillator();
    tone.connect(sound.destination);
    tone.start();
    tone.stop();
  });
  on("copy", () => navigator.clipboard.writeText("x"));
  on("blink", () => document.getElementById("text").animate([{ opacity: 0 }, { opacity: 1 }], 50));
  on("soon", () => { document.getElementById("day").value = "2026-03-04"; });
</script></body></html>"""

#: By target of a click: what must be told, of `KEYS`; everything else is false.
ANSWERS: dict[str, set[str]] = {
    "#text": set(),
    "#plain": set(),
    "#switch": {"repainted", "valuesChanged", "ticked"},
    "#board": {"repainted"},
    "#hear": {"sound"},
    "#copy": {"copied"},
    "#blink": {"animated"},
    "#soon": {"valuesChanged"},
}
KEYS = (
    "repainted", "valuesChanged", "ticked", "sound", "copied", "animated", "looksChanged", "mutations", "open", "url",
)  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the extra `browser`")
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs Chromium on the PATH")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    context = browser.new_context()
    for name in ("probe.js", "selector.js"):
        context.add_init_script(script(name))
    # The clipboard is there on secure addresses only.
    context.route("**/*", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
    opened = context.new_page()
    opened.goto("https://shop.example/")
    yield opened
    context.close()


def told_of(page: Any, target: str) -> set[str]:
    """Click, and say which of KEYS the probe tells of."""
    probe = "window[Symbol.for('simbench.probe')]"
    page.hover(target)
    page.evaluate(f"{probe}.arm()")
    page.click(target)
    told = page.evaluate(f"async () => ({{ ...(await {probe}.settled(40, 3000, null)), focus: null }})")
    told["repainted"] = page.evaluate(f"{probe}.repainted()")
    return {key for key in KEYS if told[key]}


@pytest.mark.parametrize("target", list(ANSWERS))
def test_what_a_click_does_is_told(page: Any, target: str) -> None:
    assert told_of(page, target) == ANSWERS[target]


def test_leaving_a_field_is_no_answer(page: Any) -> None:
    page.click("#name")
    assert told_of(page, "#text") == set()


def test_pointing_at_something_else_is_no_answer(page: Any) -> None:
    page.hover("#blink")
    probe = "window[Symbol.for('simbench.probe')]"
    page.evaluate(f"{probe}.arm()")
    page.click("#plain")
    page.evaluate(f"async () => {{ await {probe}.settled(40, 3000, null); }}")
    assert page.evaluate(f"{probe}.repainted()") is False


def test_the_look_of_what_is_pointed_at_is_no_answer(page: Any) -> None:
    page.hover("#blink")
    assert told_of(page, "#plain") == set()
