"""The shop by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from shop_visit import Shop, open_shop

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with open_shop() as opened:
        yield opened


def _tab_to(page: Any, target: str, most: int = 60) -> None:
    """Press Tab until `target` has the focus; its focus must be seen."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("`#${document.activeElement.id}`") == target:
            ring = page.evaluate(
                """() => {
                    const at = document.activeElement;
                    return [at, at.parentElement, at.nextElementSibling]
                        .some((e) => e && getComputedStyle(e).outlineStyle !== 'none');
                }"""
            )
            assert ring, f"{target}: the focus cannot be seen"
            return
    raise AssertionError(f"{target} is not reached by Tab")


def test_checkout_by_keyboard(shop: Shop) -> None:
    with shop.visit(cart=True) as visit:
        page = visit.page
        visit.open("/cart")
        _tab_to(page, "#to-checkout")
        page.keyboard.press("Enter")
        page.wait_for_url("**/checkout")
        for form in ("#contact-form", "#delivery-form", "#payment-form"):
            for one in visit.form(form).fields:
                _tab_to(page, one.target)
                if one.kind == "checkbox":
                    page.keyboard.press("Space")
                elif one.kind != "radio":
                    page.keyboard.type(one.good)
            _tab_to(page, visit.form(form).submit)
            page.keyboard.press("Enter")
        page.wait_for_url("**/confirmation?order=*")
        assert visit.errors == []


def test_the_arrow_keys_choose_the_delivery(shop: Shop) -> None:
    with shop.visit() as visit:
        visit.open("/checkout?item=tre")
        visit.send("#contact-form")
        _tab_to(visit.page, "#way-standard")
        visit.page.keyboard.press("ArrowDown")
        assert visit.page.is_checked("#way-pickup")
        assert visit.page.inner_text("#order-delivery") == "€4"


def test_a_product_by_keyboard(shop: Shop) -> None:
    with shop.visit() as visit:
        page = visit.page
        visit.open("/product/vik")
        _tab_to(page, "#photo-zoom")
        page.keyboard.press("Enter")
        assert page.is_visible("dialog#zoom[open]")
        page.keyboard.press("Escape")
        assert not page.is_visible("#zoom")
        assert page.evaluate("document.activeElement.id") == "photo-zoom"
        _tab_to(page, "#finish-1")
        page.keyboard.press("ArrowRight")
        assert page.inner_text("#finish-name") == "Butter"
        _tab_to(page, "#add-to-cart")
        page.keyboard.press("Space")
        assert visit.state() == "added"
        page.keyboard.press("Escape")
        assert visit.state() == "fresh"


def test_the_drawer_by_keyboard(shop: Shop) -> None:
    with shop.visit("390") as visit:
        page = visit.page
        visit.open("/")
        _tab_to(page, "#menu-open")
        page.keyboard.press("Enter")
        assert page.is_visible("dialog#drawer[open]")
        _tab_to(page, "#menu-returns", most=12)
        page.keyboard.press("Escape")
        assert not page.is_visible("#drawer")
        assert page.evaluate("document.activeElement.id") == "menu-open"


def test_skipping_to_the_content(shop: Shop) -> None:
    with shop.visit() as visit:
        visit.open("/category")
        visit.page.keyboard.press("Tab")
        assert visit.page.evaluate("document.activeElement.id") == "skip"
        visit.page.keyboard.press("Enter")
        visit.page.keyboard.press("Tab")
        assert visit.page.evaluate("document.activeElement.id") == "type-all"
