"""The shop's pages as people see them: nothing sticks out, nothing is illegible, all products are laid out alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from shop_visit import SIZES, Shop, open_shop

pytestmark = pytest.mark.browser

PRODUCTS = ["mane", "kotte", "klocka", "svamp", "fyr", "vik", "kvist", "trana", "bage", "strand", "dimma", "tre"]


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with open_shop() as opened:
        yield opened


@pytest.mark.parametrize("size", list(SIZES))
def test_no_page_scrolls_sideways(shop: Shop, size: str) -> None:
    with shop.visit(size, cart=True) as visit:
        for page in visit.site.pages:
            visit.open(page.url)
            width, room = visit.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
            assert width <= room, page.url
            wide = visit.page.evaluate(
                """() => [...document.querySelectorAll('main *, header *, footer *')]
                    .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.unseen')
                        && getComputedStyle(e).position !== 'absolute').map((e) => e.id || e.className)"""
            )
            assert wide == [], page.url
        assert visit.errors == visit.complaints == visit.outside() == []


BOXES = """() => [...document.querySelectorAll('main [id], footer, #header')].map((e) => {
    const box = e.getBoundingClientRect();
    const solid = e.matches('img, button, input, section, fieldset, ul, ol, dl, li, h2, .button, .card-link');
    return [e.id.replace(/^card-[a-z]+/, 'card'), Math.round(box.top + scrollY), Math.round(box.height),
        ...(solid ? [Math.round(box.left), Math.round(box.width)] : [])].join(' ');
})"""


@pytest.mark.parametrize("size", list(SIZES))
def test_all_products_are_laid_out_alike(shop: Shop, size: str) -> None:
    with shop.visit(size) as visit:
        visit.open("/product/mane")
        expected = visit.page.evaluate(BOXES)
        for slug in PRODUCTS[1:]:
            visit.open(f"/product/{slug}")
            assert visit.page.evaluate(BOXES) == expected, slug


@pytest.mark.parametrize("size", list(SIZES))
def test_no_text_of_a_product_is_cut_off(shop: Shop, size: str) -> None:
    with shop.visit(size) as visit:
        for slug in PRODUCTS:
            visit.open(f"/product/{slug}")
            cut = visit.page.evaluate(
                """() => [...document.querySelectorAll('main p, main dd, main h3, .card-kind')]
                    .filter((e) => e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1)
                    .map((e) => e.id)"""
            )
            assert cut == [], slug


@pytest.mark.parametrize("size", list(SIZES))
def test_the_main_call_to_action_shows_at_once(shop: Shop, size: str) -> None:
    with shop.visit(size, cart=True) as visit:
        for url, target in (("/", "#hero-cta"), ("/product/dimma", "#add-to-cart")):
            visit.open(url)
            bottom = visit.page.evaluate("(t) => document.querySelector(t).getBoundingClientRect().bottom", target)
            assert bottom <= SIZES[size][1], url


@pytest.mark.parametrize("size", ["1440", "390"])
def test_nothing_moves_by_itself(shop: Shop, size: str) -> None:
    with shop.visit(size, still=True) as visit:
        for page in visit.site.pages:
            visit.open(page.url)
            assert visit.page.evaluate("document.getAnimations().length") == 0
            assert visit.page.evaluate(
                """() => [...document.querySelectorAll('*')].every((e) => {
                    const style = getComputedStyle(e);
                    return style.animationName === 'none' && style.transitionDuration === '0s';
                })"""
            )


#: Text whose contrast with what lies behind it is below 4.5 (3 for large text); over pictures nobody can say.
FAINT = """() => {
    const light = (c) => { const v = c / 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
    const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
    const luminance = ([r, g, b]) => 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b);
    const behind = (e) => {
        for (let at = e; at; at = at.parentElement) {
            const colour = parse(getComputedStyle(at).backgroundColor);
            if (colour.length === 3 || colour[3] > 0.7) return colour;
        }
        return [255, 255, 255];
    };
    const found = [];
    for (const e of document.querySelectorAll('body *')) {
        const words = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
        if (!words || !e.checkVisibility() || e.closest('.room, [aria-hidden], :disabled, script, .unseen')) continue;
        const style = getComputedStyle(e);
        const pair = [luminance(parse(style.color)), luminance(behind(e))].sort((a, b) => b - a);
        const contrast = (pair[0] + 0.05) / (pair[1] + 0.05);
        const size = parseFloat(style.fontSize);
        const large = size >= 24 || (size >= 18.6 && style.fontWeight >= 700);
        if (contrast < (large ? 3 : 4.5)) found.push(`${e.id || e.className} ${contrast.toFixed(2)}`);
    }
    return found;
}"""


def _states(visit: Any) -> Iterator[str]:
    """Open every page, and some of their other states."""
    for page in visit.site.pages:
        visit.open(page.url)
        yield page.url
    visit.open("/checkout")
    visit.page.click("#contact-next")
    yield "contact, all missing"
    visit.open("/product/mane")
    visit.page.click("#add-to-cart")
    yield "added"
    visit.open("/category")
    visit.page.click("#type-floor")
    visit.page.click("#filter-dimmable")
    yield "filtered"


def test_contrast(shop: Shop) -> None:
    with shop.visit(cart=True, still=True) as visit:
        for where in _states(visit):
            assert visit.page.evaluate(FAINT) == [], where


def test_names_labels_and_ids(shop: Shop) -> None:
    with shop.visit("390", cart=True) as visit:
        for where in _states(visit):
            assert (
                visit.page.evaluate(
                    """() => [...document.querySelectorAll('input, select, button, a[href]')].filter((e) =>
                    !(e.labels && e.labels.length) && !e.ariaLabel && !e.textContent.trim()).map((e) => e.id)"""
                )
                == []
            ), where
            assert visit.page.evaluate("[...document.images].filter((i) => !i.hasAttribute('alt')).length") == 0, where
            assert (
                visit.page.evaluate(
                    """() => [...document.querySelectorAll('a[href], button, input, select, label')]
                        .filter((e) => !e.id && e.checkVisibility()).map((e) => e.outerHTML)"""
                )
                == []
            ), where
            ids = visit.page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
            assert len(ids) == len(set(ids)), where
            assert visit.page.locator("h1").count() == 1, where


def test_every_picture_is_there(shop: Shop) -> None:
    with shop.visit("820", cart=True) as visit:
        for page in visit.site.pages:
            visit.open(page.url)
            broken = visit.page.evaluate(
                "[...document.images].filter((i) => i.getAttribute('src') && !i.naturalWidth).map((i) => i.src)"
            )
            assert broken == [], page.url


def test_menu_and_buttons_are_large_enough_for_thumbs(shop: Shop) -> None:
    with shop.visit("360") as visit:
        for url in ("/", "/category", "/product/mane", "/cart", "/checkout"):
            visit.open(url)
            if visit.page.locator("#menu-open").count():
                visit.page.click("#menu-open")
            small = visit.page.evaluate(
                """() => [...document.querySelectorAll('button:not(.text-button), .button, .drawer li a, select')]
                    .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 40
                        && !e.matches('.thumb')).map((e) => e.id)"""
            )
            assert small == [], url


def test_whatever_the_declaration_names_is_there(shop: Shop) -> None:
    site = shop.site
    added = {"#principles"}  # brought by the defect itself
    wanted: dict[str, set[str]] = {}
    for cta in site.ctas:
        wanted.setdefault(cta.page, set()).add(cta.target)
    for interest in site.interests:
        wanted.setdefault(interest.page, set()).update({interest.target, interest.field or interest.target})
    for defect in site.defects:
        wanted.setdefault(defect.page, set()).add(defect.target)
    for form in site.forms:
        wanted.setdefault(form.page, set()).update({form.form, form.submit, *(f.target for f in form.fields)})
    for goal in site.goals.values():
        for step in goal.steps:
            wanted.setdefault(step.page, set()).update(t for t in (step.target, step.form, step.content) if t)
    with shop.visit("390", cart=True) as visit:
        for path, targets in wanted.items():
            visit.open(site.page(path).url)
            missing = [t for t in sorted(targets - added) if visit.page.locator(t).count() != 1]
            assert missing == [], path
