"""Each planted defect of the shop does what it says, and the shop without it does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from shop_visit import FOLDER, SIZES, Shop, open_shop

pytestmark = pytest.mark.browser

DEFECTS = [
    "covered-continue", "photo-no-zoom", "cta-like-ad", "cta-below-fold", "coupon-error", "email-late", "tiny-menu",
    "late-section", "dull-section", "zip-lookup", "password-rules-hidden",
]  # fmt: skip


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with open_shop() as opened:
        yield opened


def _box(page: Any, target: str) -> dict[str, float]:
    box: dict[str, float] = page.evaluate(
        """(target) => {
            const box = document.querySelector(target).getBoundingClientRect();
            return {top: box.top + scrollY, height: box.height, width: box.width};
        }""",
        target,
    )
    return box


#: Of a grid of points over an element: the share at which it would take the click.
REACHED = """(target) => {
    const element = document.querySelector(target);
    element.scrollIntoView({ block: 'center' });
    const box = element.getBoundingClientRect();
    const parts = [0.02, 0.25, 0.5, 0.75, 0.98];
    const points = parts.flatMap((fx) => parts.map((fy) => [box.left + box.width * fx, box.top + box.height * fy]));
    return points.filter(([x, y]) => element.contains(document.elementFromPoint(x, y))).length / points.length;
}"""


@pytest.mark.parametrize("size", list(SIZES))
def test_the_continue_button_is_covered(shop: Shop, size: str) -> None:
    with shop.visit(size) as visit:
        visit.open("/checkout?item=mane")
        assert visit.page.evaluate(REACHED, "#contact-next") == 1
    with shop.visit(size, defects="covered-continue") as visit:
        visit.open("/checkout?item=mane")
        visit.fill("#contact-form")
        assert visit.page.evaluate(REACHED, "#contact-next") == 0
        box = visit.page.locator("#contact-next").bounding_box()
        visit.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        assert visit.state() == "fresh"
        assert visit.errors == []


@pytest.mark.parametrize("size", ["1440", "390"])
def test_the_picture_does_not_enlarge(shop: Shop, size: str) -> None:
    for defects, opens in (("", True), ("photo-no-zoom", False)):
        with shop.visit(size, defects=defects) as visit:
            visit.open("/product/mane")
            assert visit.page.evaluate("getComputedStyle(document.querySelector('#photo')).cursor") == "zoom-in"
            before = visit.page.content()
            visit.page.click("#photo")
            assert visit.page.is_visible("#zoom") is opens
            assert (visit.page.content() == before) is not opens


@pytest.mark.parametrize("size", ["1440", "820", "390"])
def test_the_button_looks_like_an_advertisement_but_works(shop: Shop, size: str) -> None:
    label = "getComputedStyle(document.querySelector('#buy-row'), '::before').content"
    with shop.visit(size) as visit:
        visit.open("/product/mane")
        assert visit.page.evaluate(label) == "none"
        assert visit.page.inner_text("#add-to-cart") == "Add to cart"
    with shop.visit(size, defects="cta-like-ad") as visit:
        visit.open("/product/mane")
        assert visit.page.evaluate(label) == '"Advertisement"'
        assert "deal" in visit.page.inner_text("#add-to-cart").lower()
        bottom = visit.page.evaluate("document.querySelector('#add-to-cart').getBoundingClientRect().bottom")
        assert bottom <= SIZES[size][1], "an advertisement is overlooked, but it must have been in sight"
        visit.page.click("#add-to-cart")
        assert visit.state() == "added"
        assert visit.page.inner_text("#cart-count") == "1"


def test_the_button_stands_far_below_the_fold_on_phones_only(shop: Shop) -> None:
    for size in SIZES:
        tops = []
        for defects in ("", "cta-below-fold"):
            with shop.visit(size, defects=defects) as visit:
                visit.open("/product/mane")
                tops.append(_box(visit.page, "#add-to-cart")["top"])
                assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        if size in ("390", "360"):
            assert tops[0] < SIZES[size][1]
            assert tops[1] > 2.4 * SIZES[size][1]
        else:
            assert tops[0] == tops[1]


def test_applying_a_coupon_throws(shop: Shop) -> None:
    with shop.visit(cart=True, defects="coupon-error") as visit:
        visit.open("/cart")
        visit.page.fill("#coupon", "SPRING10")
        before = visit.page.inner_text("#summary")
        visit.page.click("#coupon-apply")
        visit.page.wait_for_timeout(400)
        assert visit.errors == ["TypeError"]
        assert visit.page.inner_text("#summary") == before
        assert visit.state() == "item"
        assert not any("coupons" in url for url in visit.requests)
        visit.page.click("#to-checkout")
        assert visit.page.inner_text("#order-total") == "€219"


def test_the_email_is_looked_at_late(shop: Shop) -> None:
    for defects, at_once in (("", True), ("email-late", False)):
        with shop.visit(defects=defects) as visit:
            page = visit.page
            visit.open("/checkout?item=mane")
            visit.fill("#contact-form", bad="#email")
            page.focus("#email")
            page.keyboard.press("Tab")
            assert (page.get_attribute("#email", "aria-invalid") == "true") is at_once
            page.fill("#zip", "1")
            page.focus("#city")
            assert page.get_attribute("#zip", "aria-invalid") == "true"
            page.fill("#zip", "10405")
            page.click("#contact-next")
            assert page.get_attribute("#email", "aria-invalid") == "true"
            assert visit.state() == "fresh"


def test_the_menu_is_tiny_on_phones_only(shop: Shop) -> None:
    heights = {}
    for size in ("390", "820"):
        for defects in ("", "tiny-menu"):
            with shop.visit(size, defects=defects) as visit:
                visit.open("/")
                visit.page.click("#menu-open")
                links = visit.page.locator("#menu a").all()
                heights[size, defects] = [link.bounding_box()["height"] for link in links]
    assert len(heights["390", ""]) == 9  # with the planner
    assert min(heights["390", ""]) >= 40
    assert max(heights["390", "tiny-menu"]) < 16
    assert heights["820", "tiny-menu"] == heights["820", ""]


@pytest.mark.parametrize("size", ["1440", "390"])
def test_the_late_section_holds_back_all_that_follows(shop: Shop, size: str) -> None:
    parts = ["#featured-grid", "#story", "#promises", "#footer"]
    with shop.visit(size) as visit:
        visit.open("/")
        assert all(visit.page.is_visible(part) for part in parts)
        whole = visit.page.evaluate("document.documentElement.scrollHeight")
    with shop.visit(size, defects="late-section") as visit:
        visit.open("/")
        assert not any(visit.page.is_visible(part) for part in parts)
        assert visit.page.is_visible("#categories")
        assert visit.page.evaluate("document.documentElement.scrollHeight") < 0.6 * whole
        visit.page.wait_for_selector("#featured-grid", state="visible")
        assert 3000 < visit.page.evaluate("performance.now()") < 5000
        assert all(visit.page.is_visible(part) for part in parts)
        assert visit.page.evaluate("document.documentElement.scrollHeight") == whole


@pytest.mark.parametrize("size", list(SIZES))
def test_the_dull_section_is_very_long(shop: Shop, size: str) -> None:
    with shop.visit(size) as visit:
        visit.open("/")
        assert visit.page.locator("#principles").count() == 0
        before = _box(visit.page, "#featured")["top"]
    with shop.visit(size, defects="dull-section") as visit:
        visit.open("/")
        section = _box(visit.page, "#principles")
        assert section["height"] > 2 * SIZES[size][1]
        assert _box(visit.page, "#featured")["top"] == pytest.approx(before + section["height"], abs=2)
        assert len(visit.page.inner_text("#principles").split()) > 700


def test_the_postal_code_became_one_that_nobody_knows(shop: Shop) -> None:
    with shop.visit() as visit:
        visit.open("/checkout?item=mane")
        assert visit.page.inner_text("#zip-label") == "Postal code"
    with shop.visit(defects="zip-lookup") as visit:
        visit.open("/checkout?item=mane")
        assert visit.page.inner_text("#zip-label") == "Delivery point code"
        assert not any(c.isdigit() for c in visit.page.inner_text("#zip-note"))
        visit.fill("#contact-form", bad="#zip")
        visit.page.click("#contact-next")
        assert visit.page.get_attribute("#zip", "aria-invalid") == "true"
        visit.page.fill("#zip", "BER-10405")
        visit.page.click("#contact-next")
        assert visit.state() == "delivery"


def test_the_rules_of_the_password_come_after_the_failure(shop: Shop) -> None:
    with shop.visit() as visit:
        visit.open("/checkout?item=mane")
        assert "8 characters" in visit.page.inner_text("#password-note")
        visit.fill("#contact-form")
        visit.page.fill("#password", "")
        visit.page.click("#contact-next")
        assert visit.state() == "delivery"
    with shop.visit(defects="password-rules-hidden") as visit:
        visit.open("/checkout?item=mane")
        assert "optional" not in visit.page.inner_text("#password-label")
        assert "8 characters" not in visit.page.inner_text("#contact")
        visit.fill("#contact-form")
        visit.page.fill("#password", "")
        visit.page.click("#contact-next")
        assert visit.state() == "fresh"
        assert "8 characters" not in visit.page.inner_text("#contact")
        visit.page.fill("#password", "lamp")
        visit.page.click("#contact-next")
        assert "8 characters" in visit.page.inner_text("#password-note")
        visit.page.fill("#password", "dusk-lamp-88")
        visit.page.click("#contact-next")
        assert visit.state() == "delivery"


@pytest.mark.parametrize("size", ["1440", "360"])
def test_all_defects_together_leave_pages_that_open(shop: Shop, size: str) -> None:
    with shop.visit(size, cart=True, defects=".".join(DEFECTS)) as visit:
        for page in visit.site.pages:
            visit.open(page.url)
            assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
            html = visit.page.content()
            assert not [defect for defect in DEFECTS if defect in html], page.url
        assert visit.errors == visit.complaints == []


def test_every_declared_defect_is_tested_here(shop: Shop) -> None:
    assert sorted(defect.id for defect in shop.site.defects) == sorted(DEFECTS)
    files = {path.stem for path in (FOLDER / "defects").iterdir()}
    assert files == set(DEFECTS)
