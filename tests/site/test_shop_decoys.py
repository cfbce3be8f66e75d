"""The shop's benign look-alikes in a real browser: each does what `site.yaml` promises, and no more than that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from shop_visit import Shop, open_shop

pytestmark = pytest.mark.browser

#: Notes what a recorder of the document would see: changed nodes, and what fields tell of; and what it would not.
EARS = """() => {
    const seen = (window.seen = { mutations: 0, input: 0, change: 0, sounds: 0, copied: [], clicks: 0 });
    new MutationObserver((records) => { seen.mutations += records.length; })
        .observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    for (const type of ["input", "change"]) addEventListener(type, () => { seen[type] += 1; }, true);
    addEventListener("click", () => { seen.clicks += 1; }, true);
    const { start } = AudioScheduledSourceNode.prototype;
    AudioScheduledSourceNode.prototype.start = function (...args) { seen.sounds += 1; return start.apply(this, args); };
    Clipboard.prototype.writeText = async (text) => { seen.copied.push(text); };
}"""

UNTOUCHED = {"mutations": 0, "input": 0, "change": 0}


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with open_shop() as opened:
        yield opened


@pytest.fixture
def page(shop: Shop) -> Iterator[Any]:
    """The planner, listened to."""
    with shop.visit(still=True) as visit:
        visit.open("/planner")
        visit.page.evaluate(EARS)
        yield visit.page
        assert visit.errors == visit.complaints == visit.outside() == []


@pytest.fixture
def product(shop: Shop) -> Iterator[Any]:
    """A product's page, listened to."""
    with shop.visit(still=True) as visit:
        visit.open("/product/mane")
        visit.page.evaluate(EARS)
        yield visit.page
        assert visit.errors == visit.complaints == visit.outside() == []


def told(page: Any) -> dict[str, int]:
    """What a recorder was told of: the keys of UNTOUCHED."""
    page.wait_for_timeout(60)
    seen = page.evaluate("seen")
    return {name: seen[name] for name in UNTOUCHED}


def picture(page: Any, target: str) -> bytes:
    """What an element looks like; the driver's own marks on the document do not count."""
    before = told(page)["mutations"]
    taken = bytes(page.locator(target).screenshot())
    told(page)
    page.evaluate("(before) => { seen.mutations = before; }", before)
    return taken


def drag(page: Any, target: str, *shares: tuple[float, float]) -> None:
    """Drag over an element from the first to the last point (shares of its box)."""
    page.locator(target).scroll_into_view_if_needed()
    box = page.locator(target).bounding_box()
    points = [(box["x"] + u * box["width"], box["y"] + v * box["height"]) for u, v in shares]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=5)
    page.mouse.up()


def test_every_kind_of_decoy_is_declared(shop: Shop) -> None:
    kinds = {interest.kind for interest in shop.site.interests}
    assert kinds >= {
        "stepper", "carousel", "toggle", "calendar", "paginate", "sort", "draw", "game", "select_text", "drag_select",
        "double_click", "download", "new_tab", "file", "date_button", "css_toggle", "copy_text", "audio", "off_screen",
        "disabled", "detour",
    }  # fmt: skip


def test_the_data_sheet_is_a_download(product: Any) -> None:
    with product.expect_download() as download:
        product.click("#sheet-link svg")  # an icon inside the link
    assert download.value.suggested_filename == "skymra-data-sheet.pdf"
    assert told(product) == UNTOUCHED
    assert "/product/mane" in product.url


def test_care_advice_opens_in_a_new_tab(product: Any) -> None:
    with product.expect_popup() as popup:
        product.click("#care-link")
    assert popup.value.inner_text("h1") == "Care advice"
    assert told(product) == UNTOUCHED
    popup.value.close()


def test_the_switch_is_only_heard(product: Any) -> None:
    before = picture(product, "#papers")
    for _ in range(2):
        product.click("#hear-switch")
    assert product.evaluate("seen.sounds") == 4
    assert told(product) == UNTOUCHED
    product.mouse.move(5, 5)
    assert picture(product, "#papers") == before


def test_the_number_is_copied_and_the_document_stays(product: Any) -> None:
    product.click("#sku-copy")
    assert product.evaluate("seen.copied") == ["SK-1107-OP"]
    assert product.evaluate("document.getAnimations().length") == 1
    assert told(product) == UNTOUCHED


def test_beside_the_enlarged_picture_a_click_closes_it(product: Any) -> None:
    product.click("#photo-zoom")
    assert product.is_visible("dialog#zoom[open]")
    product.mouse.click(30, 450)
    assert not product.is_visible("dialog#zoom[open]")


@pytest.mark.parametrize(("place", "target"), [("page", "#visit-text"), ("product", "#description-text")])
def test_dragging_marks_a_text(place: str, target: str, request: pytest.FixtureRequest) -> None:
    page = request.getfixturevalue(place)
    drag(page, target, (0.01, 0.2), (0.5, 0.8))
    assert len(page.evaluate("String(getSelection())")) > 20
    assert told(page) == UNTOUCHED
    assert page.evaluate("seen.clicks") == 1  # which does nothing


def test_double_and_triple_clicks_mark_text(product: Any) -> None:
    product.dblclick("#spec-1-value", position={"x": 15, "y": 10})
    assert product.evaluate("String(getSelection()).trim()") == "Opal"
    product.click("#description-text", click_count=3)
    assert len(product.evaluate("String(getSelection())")) > 100
    assert told(product) == UNTOUCHED


@pytest.mark.parametrize(("target", "text"), [("#page-on", "#ideas-count"), ("#month-on", "#month")])
def test_leafing_on_answers_every_press(page: Any, target: str, text: str) -> None:
    seen = []
    for _ in range(4):
        before = told(page)["mutations"]
        page.click(target)
        assert told(page)["mutations"] > before
        seen.append(page.inner_text(text))
    assert len(set(seen)) == 4


def test_a_column_is_sorted_to_and_fro(page: Any) -> None:
    def prices() -> list[int]:
        return [int(text.strip("€")) for text in page.locator("#bulb-rows td:nth-child(4)").all_inner_texts()]

    page.click("#sort-price")
    assert prices() == sorted(prices())
    page.click("#sort-price")
    assert prices() == sorted(prices(), reverse=True)
    assert page.get_attribute("th:has(#sort-price)", "aria-sort") == "descending"


def test_a_button_fills_in_the_date_and_tells_nobody(page: Any) -> None:
    days = []
    for _ in range(3):
        page.click("#visit-soonest")
        days.append(page.input_value("#visit-date"))
    assert days == ["2026-03-04", "2026-03-05", "2026-03-06"]
    assert told(page) == UNTOUCHED


def test_evening_is_a_matter_of_style(page: Any) -> None:
    before = picture(page, ".mood-scene")
    page.click("#mood-dusk-label")
    assert picture(page, ".mood-scene") != before
    # The box tells of its new value; the document does not change.
    assert told(page) == {"mutations": 0, "input": 1, "change": 1}
    page.click("#mood-clear-label")
    page.click("#mood-dusk-label")
    assert told(page) == {"mutations": 0, "input": 3, "change": 3}


def test_drawing_is_pixels_alone(page: Any) -> None:
    before = page.evaluate("sketch.toDataURL()")
    drag(page, "#sketch", (0.2, 0.2), (0.8, 0.25), (0.75, 0.8))
    drawn = page.evaluate("sketch.toDataURL()")
    assert drawn != before
    page.click("#sketch-example")
    assert page.evaluate("sketch.toDataURL()") not in (before, drawn)
    assert told(page) == UNTOUCHED
    assert page.evaluate("seen.clicks") == 2  # one where the pencil was lifted


def test_every_press_of_the_game_changes_it(page: Any) -> None:
    seen = {page.evaluate("game.toDataURL()")}
    for x, y in [(60, 60), (300, 190), (300, 190), (500, 330)]:
        page.click("#game", position={"x": x * 0.98, "y": y * 0.98})
        seen.add(page.evaluate("game.toDataURL()"))
    assert len(seen) == 4  # the third press took the second back
    assert told(page) == UNTOUCHED


def test_the_boards_answer_to_keys(page: Any) -> None:
    for target, keys in (("sketch", ["ArrowRight"]), ("game", ["ArrowLeft", " "])):
        before = page.evaluate(f"{target}.toDataURL()")
        page.focus(f"#{target}")
        for key in keys:
            page.keyboard.press(key)
        assert page.evaluate(f"{target}.toDataURL()") != before


def test_a_photo_is_chosen_in_the_system_s_own_window(page: Any) -> None:
    with page.expect_file_chooser() as chooser:
        page.click("#room-photo")
    assert told(page) == UNTOUCHED
    chooser.value.set_files({"name": "room.png", "mimeType": "image/png", "buffer": b"\x89PNG"})
    assert page.is_enabled("#photo-send")


def test_what_is_switched_off_does_nothing(page: Any) -> None:
    page.locator("#photo-send").scroll_into_view_if_needed()
    box = page.locator("#photo-send").bounding_box()
    page.mouse.click(box["x"] + 20, box["y"] + 20)
    assert told(page) == UNTOUCHED


@pytest.mark.parametrize("size", ["1440", "820", "390"])
def test_the_list_answers_off_screen(shop: Shop, size: str) -> None:
    with shop.visit(size, still=True) as visit:
        visit.open("/planner")
        page = visit.page
        page.evaluate("document.getElementById('bulb-candle-add').scrollIntoView({ block: 'center' })")
        page.click("#bulb-candle-add")
        assert page.inner_text("#list-text") == "1 × candle, clear"
        assert page.evaluate("document.getElementById('list-text').getBoundingClientRect().top >= innerHeight")
