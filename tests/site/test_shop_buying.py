"""The shop without defects: what people come for works."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from shop_visit import Shop, open_shop

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with open_shop() as opened:
        yield opened


@pytest.mark.parametrize("size", ["1440", "360"])
def test_a_lamp_can_be_bought(shop: Shop, size: str) -> None:
    with shop.visit(size, answered=False) as visit:
        page = visit.page
        visit.open("/")
        page.click("#consent-accept")
        assert page.locator("#consent").count() == 0
        page.click("#hero-cta")
        page.click("#card-kotte-link")
        assert page.inner_text("#name") == "Kotte"

        page.click("#photo")
        assert page.is_visible("dialog#zoom[open]")
        page.click("#zoom-close")
        assert visit.state() == "fresh"
        page.click("#gallery-next")
        assert page.inner_text("#gallery-count") == "2 / 4"
        page.click("#gallery-prev")
        page.click("#gallery-prev")
        assert page.inner_text("#gallery-count") == "4 / 4"
        page.click("#thumb-3")
        page.click("#finish-2-label")
        assert page.inner_text("#finish-name") == "Spruce"
        assert page.get_attribute("#photo", "src") == "/assets/art/kotte.svg#close-2"
        page.click("#qty-plus")

        page.click("#add-to-cart")
        assert visit.state() == "added"
        assert page.inner_text("#added-text") == "2 × Kotte, spruce, €658"
        assert page.inner_text("#cart-count") == "2"
        page.click("#added-cart")
        page.wait_for_url("**/cart")
        assert visit.state() == "item"
        page.click("#line-1-minus")
        assert page.inner_text("#sum-total") == "€329"
        page.click("#to-checkout")

        visit.send("#contact-form")
        assert visit.state() == "delivery"
        visit.send("#delivery-form")
        assert visit.state() == "payment"
        assert page.inner_text("#pay") == "Pay €329"
        visit.send("#payment-form")
        page.wait_for_url("**/confirmation?order=*")
        assert page.inner_text("#order-number") == "SK-20481"
        assert page.inner_text("#order-paid") == "€329"
        assert page.text_content("#cart-count") == "0"
        assert visit.errors == []
        assert visit.complaints == []
        assert visit.outside() == []


@pytest.mark.parametrize("answer", ["#consent-accept", "#consent-necessary"])
def test_cookies_are_asked_about_once(shop: Shop, answer: str) -> None:
    with shop.visit("390", answered=False) as visit:
        visit.open("/returns")
        assert visit.page.is_visible("dialog#consent[open]")
        visit.page.click(answer)
        visit.open("/product/fyr")
        assert visit.page.locator("#consent").count() == 0


def test_filters_combine_and_can_be_cleared(shop: Shop) -> None:
    with shop.visit() as visit:
        page = visit.page
        cards = page.locator("#products .card")
        visit.open("/category")
        assert cards.count() == 12
        page.click("#type-table")
        assert cards.count() == 3
        page.click("#filter-under")
        assert [card.get_attribute("id") for card in cards.all()] == ["card-svamp", "card-fyr"]
        assert visit.state() == "filtered"
        page.click("#filters-clear")
        assert cards.count() == 12
        assert visit.state() == "fresh"
        page.click("#type-home")
        page.click("#filter-dimmable")
        assert cards.count() == 0
        assert page.is_visible("#no-match")


def test_sorting_runs_across_the_rooms(shop: Shop) -> None:
    with shop.visit() as visit:
        visit.open("/category")
        visit.page.select_option("#sort", "low")
        prices = [int(text.lstrip("€")) for text in visit.page.locator("#products .card-price").all_inner_texts()]
        assert len(prices) == 12
        assert prices == sorted(prices)


def test_a_link_to_a_room_shows_the_room(shop: Shop) -> None:
    with shop.visit("390") as visit:
        visit.open("/category#floor")
        assert -5 < visit.page.evaluate("document.getElementById('floor').getBoundingClientRect().top") < 140


def test_search_finds_by_name_material_and_colour(shop: Shop) -> None:
    with shop.visit() as visit:
        page = visit.page
        visit.open("/")
        page.fill("#search-field", "glass")
        page.click("#search-go")
        page.wait_for_url("**/search?q=glass")
        ids = [card.get_attribute("id") for card in page.locator("#results .card").all()]
        assert "card-mane" in ids
        assert "card-tre" not in ids
        page.fill("#q", "måne")
        assert page.locator("#results .card").first.get_attribute("id") == "card-mane"
        assert visit.state() == "results"
        page.fill("#q", "carpet")
        assert page.is_visible("#no-results")
        assert visit.state() == "none"


@pytest.mark.parametrize(
    ("code", "state", "total"),
    [
        ("SPRING10", "coupon_applied", "€197.10"),
        ("hemma20", "coupon_applied", "€199"),
        ("WINTER25", "coupon_rejected", "€219"),
        ("LAMPS4ME", "coupon_rejected", "€219"),
    ],
)
def test_coupons(shop: Shop, code: str, state: str, total: str) -> None:
    with shop.visit(cart=True) as visit:
        page = visit.page
        visit.open("/cart")
        page.fill("#coupon", code)
        page.click("#coupon-apply")
        page.wait_for_selector(f'#cart[data-state="{state}"]')
        assert page.inner_text("#sum-total") == total
        assert code.upper() in page.inner_text("#coupon-note")


def test_a_coupon_stays_until_the_order_is_paid(shop: Shop) -> None:
    with shop.visit(cart=True) as visit:
        page = visit.page
        visit.open("/cart")
        page.fill("#coupon", "SPRING10")
        page.click("#coupon-apply")
        page.wait_for_selector('#cart[data-state="coupon_applied"]')
        visit.open("/cart")
        assert visit.state() == "item"
        assert page.inner_text("#sum-total") == "€197.10"
        page.click("#to-checkout")
        assert page.inner_text("#order-total") == "€197.10"


def test_a_removed_line_leaves_an_empty_cart(shop: Shop) -> None:
    with shop.visit(cart=True) as visit:
        visit.open("/cart")
        visit.page.click("#line-1-remove")
        assert visit.state() == "fresh"
        assert visit.page.is_visible("#empty-shop")
        assert not visit.page.is_visible("#to-checkout")


def test_nothing_is_charged_for_an_empty_cart(shop: Shop) -> None:
    with shop.visit() as visit:
        visit.open("/checkout")
        for form in ("#contact-form", "#delivery-form", "#payment-form"):
            visit.send(form)
        assert "empty" in visit.page.inner_text("#payment-form-note")
        assert not any("payment.json" in url for url in visit.requests)


def test_express_costs_more_and_done_steps_can_be_opened_again(shop: Shop) -> None:
    with shop.visit() as visit:
        page = visit.page
        visit.open("/checkout?item=kotte")
        visit.send("#contact-form")
        page.click("#way-express-label")
        assert page.inner_text("#order-total") == "€343"
        page.click("#contact-edit")
        assert visit.state() == "fresh"
        assert page.input_value("#email") == "anna.berg@example.org"


@pytest.mark.parametrize(
    ("form", "before"),
    [
        ("#contact-form", []),
        ("#delivery-form", ["#contact-form"]),
        ("#payment-form", ["#contact-form", "#delivery-form"]),
    ],
)
def test_each_mistake_is_told_on_leaving_the_field_and_stops_the_form(shop: Shop, form: str, before: list[str]) -> None:
    with shop.visit("390") as visit:
        page = visit.page
        visit.open("/checkout?item=mane")
        for earlier in before:
            visit.send(earlier)
        state = visit.state()
        height = page.evaluate("document.documentElement.scrollHeight")
        visit.fill(form)
        for one in visit.form(form).fields:
            if one.bad is None:
                continue
            page.fill(one.target, one.bad)
            page.locator(one.target).blur()
            assert page.get_attribute(one.target, "aria-invalid") == "true"
            note = page.get_attribute(one.target, "aria-describedby")
            assert page.get_attribute(f"#{note}", "data-kind") == "bad"
            assert page.evaluate("document.documentElement.scrollHeight") == height, "the message moves the page"
            page.click(visit.form(form).submit)
            assert visit.state() == state
            assert page.inner_text(f"{form}-note") == "One answer needs a look."
            assert page.evaluate("`#${document.activeElement.id}`") == one.target
            page.fill(one.target, one.good)
            assert page.get_attribute(one.target, "aria-invalid") is None


#: Where a control is pressed, and what the visitor needs before.
CONTROLS = [
    ("/category", "#filter-dimmable", []),
    ("/product/mane", "#gallery-next", []),
    ("/product/mane", "#qty-plus", []),
    ("/product/mane", "#photo", []),
    ("/product/mane", "#add-to-cart", []),
    ("/cart", "#line-1-plus", []),
    ("/cart", "#coupon-apply", ["#coupon"]),
    ("/checkout", "#contact-next", ["#contact-form"]),
]


@pytest.mark.parametrize(("url", "control", "filled"), CONTROLS)
def test_controls_answer_at_once(shop: Shop, url: str, control: str, filled: list[str]) -> None:
    with shop.visit(cart=True) as visit:
        page = visit.page
        visit.open(url)
        for target in filled:
            if target == "#coupon":
                page.fill(target, "SPRING10")
            else:
                visit.fill(target)
        waited = page.evaluate(
            """(control) => new Promise((done) => {
                const start = performance.now();
                new MutationObserver(() => done(performance.now() - start)).observe(document, {
                    subtree: true, childList: true, attributes: true, characterData: true });
                document.querySelector(control).click();
                setTimeout(() => done(Infinity), 1000);
            })""",
            control,
        )
        assert waited < 100
