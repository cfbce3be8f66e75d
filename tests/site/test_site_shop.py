"""The committed capture of the shop: whole, current, small, and true to what each defect is meant to break."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from simbench.events.run import read_json
from simbench.site.fingerprint import check_capture
from simbench.site.model import Site, load_site
from simbench.site.places import find_site
from simbench.site.snapshot import Element, Snapshot
from simbench.site.viewports import VIEWPORTS, viewports_of


@pytest.fixture(scope="module")
def shop() -> Site:
    return load_site("shop")


@pytest.fixture(scope="module")
def index() -> dict[str, Any]:
    document: dict[str, Any] = read_json(find_site("shop") / "captured" / "index.json")
    return document


def everything(site: Site) -> Iterator[Snapshot]:
    for page in site.pages:
        for viewport in VIEWPORTS:
            for state in page.state_names:
                declared = page.state(state)
                if declared is None or viewport.device in declared.devices:
                    yield site.snapshot(page.page, state, viewport.name)


def at(snapshot: Snapshot, target: str) -> Element:
    return next(element for element in snapshot.elements if element.target == target)


def test_it_was_made_from_the_shop_as_it_is() -> None:
    assert check_capture(find_site("shop")).changes == ()


def test_it_is_small() -> None:
    folder = find_site("shop") / "captured"
    assert sum(path.stat().st_size for path in folder.iterdir()) < 3_600_000


def test_boxes_agree_with_the_browser(index: dict[str, Any]) -> None:
    assert index["problems"] == []
    for page, agreement in index["agreement"].items():
        assert agreement["controls"] >= 0.99, page
        assert agreement["grid"] >= 0.98, page


def test_every_state_was_captured(shop: Site) -> None:
    snapshots = list(everything(shop))
    assert len(snapshots) > 150
    for snapshot in snapshots:
        assert snapshot.elements[0].target == "html"
        assert snapshot.doc_h >= snapshot.viewport_h
        targets = [element.target for element in snapshot.elements]
        assert len(targets) == len(set(targets))
        assert set(snapshot.effects) <= set(targets) | _elsewhere(shop, snapshot)
        for element in snapshot.elements:
            assert element.w >= 0
            assert element.h >= 0
            assert element.interactive == (element.interactive_ancestor == element.target)


def _elsewhere(site: Site, snapshot: Snapshot) -> set[str]:
    """Targets of the same state in the other viewports of the same class of device, which share the effects."""
    device = next(viewport.device for viewport in VIEWPORTS if viewport.name == snapshot.viewport)
    others = (site.snapshot(snapshot.page, snapshot.state, viewport.name) for viewport in viewports_of(device))
    return {element.target for other in others for element in other.elements}


def test_links_lead_to_pages_that_exist(shop: Site) -> None:
    for snapshot in everything(shop):
        for target, effect in snapshot.effects.items():
            if effect.kind == "navigate":
                assert effect.url is not None
                assert shop.page_of(effect.url), (snapshot.page, target, effect.url)
            if effect.state is not None:
                assert effect.state in shop.page(snapshot.page).state_names


def test_the_way_to_buy_is_open(shop: Site) -> None:
    for viewport in VIEWPORTS:
        for state, form in [("fresh", "#contact-form"), ("delivery", "#delivery-form"), ("payment", "#payment-form")]:
            submit = shop.snapshot("/checkout", state, viewport.name).forms[form].submit
            leads_to = next(f.leads_to for f in shop.forms if f.form == form)
            assert leads_to is not None
            reached = (shop.page_of(submit.url), "fresh") if submit.url else ("/checkout", submit.state)
            assert reached == (leads_to.page, leads_to.state), (viewport.name, form)
        product = shop.snapshot("/product/:id", "fresh", viewport.name)
        assert product.effects["#add-to-cart"].state == "added"
        assert product.effects["#photo"].state == "zoom"
        cart = shop.snapshot("/cart", "item", viewport.name)
        assert shop.page_of(cart.effects["#to-checkout"].url or "") == "/checkout"
        assert cart.typed["coupon that works"].state == "coupon_applied"


def test_answers_that_no_document_shows_were_found(shop: Site) -> None:
    for viewport in VIEWPORTS:
        product = shop.snapshot("/product/:id", "fresh", viewport.name).effects
        assert (product["#sheet-link"].open, product["#sheet-link"].url) == ("download", None)
        assert (product["#care-link"].open, product["#care-link"].url) == ("window", "/assets/papers/care.html")
        assert (product["#hear-switch"].kind, product["#hear-switch"].sounds) == ("sound", True)
        copied = product["#sku-copy"]
        assert (copied.kind, copied.mutations, copied.copies) == ("change", 0, True)
        snapshot = shop.snapshot("/planner", "fresh", viewport.name)
        planner = snapshot.effects
        for target, ticked in {
            "#visit-soonest": None, "#sketch": None, "#sketch-example": None, "#game": None, "#game-new": None,
            "#mood-dusk-label": "#mood-dusk", "#mood-clear-label": "#mood-clear",
        }.items():  # fmt: skip
            effect = planner[target]
            assert (effect.kind, effect.mutations, effect.ticked) == ("change", 0, ticked), (viewport.name, target)
        assert planner["#room-photo"].open == "file_chooser"
        assert "#photo-send" not in planner
        assert at(snapshot, "#photo-send").disabled
        for target in ("#page-on", "#month-on", "#sort-price", "#question-height-line", "#bulb-candle-add"):
            assert planner[target].mutations > 0, (viewport.name, target)
        # What was last pointed at is no answer to the press after it.
        for target in ("#planner-title", "#mood-title", "#visit-text", "#mood-day-picture"):
            assert target not in planner, (viewport.name, target)
        zoom = shop.snapshot("/product/:id", "zoom", viewport.name).effects
        assert zoom["#zoom"].state == "fresh"


def test_every_defect_shows(shop: Site) -> None:
    for defect in shop.defects:
        if not (defect.css or defect.js):
            continue
        for device in defect.devices:
            viewport = viewports_of(device)[0].name
            plain = shop.snapshot(defect.page, defect.state, viewport)
            broken = shop.snapshot(defect.page, defect.state, viewport, frozenset({defect.id}))
            same = (
                plain.elements == broken.elements
                and plain.effects == broken.effects
                and plain.forms == broken.forms
                and plain.typed == broken.typed
                and plain.late == broken.late
            )
            assert not same, (defect.id, device)


def test_defects_break_what_they_name(shop: Site) -> None:
    for viewport in VIEWPORTS:
        name = viewport.name
        covered = shop.snapshot("/checkout", "fresh", name, frozenset({"covered-continue"}))
        button = at(covered, "#contact-next")
        x, y = button.x + button.w / 2, button.y + button.h / 2
        over = [e for e in covered.elements if e.hit and e.x <= x < e.x + e.w and e.y <= y < e.y + e.h]
        assert over[-1].target.startswith("#news-strip"), name
        assert not any(e.target in covered.effects for e in over if e.target.startswith("#news-strip"))
        assert "#photo" not in shop.snapshot("/product/:id", "fresh", name, frozenset({"photo-no-zoom"})).effects
        coupon = shop.snapshot("/cart", "item", name, frozenset({"coupon-error"})).typed["coupon that works"]
        assert (coupon.kind, coupon.error) == ("error", "TypeError")
        late = shop.snapshot("/", "fresh", name, frozenset({"late-section"})).late
        assert any(entry.ms > 3000 and "#card-kotte" in entry.targets for entry in late), name
        field = shop.snapshot("/checkout", "fresh", name, frozenset({"email-late"})).forms["#contact-form"].fields
        assert field["#email"].blur is None
        assert field["#email"].submit.state == "contact_invalid"
    small = shop.snapshot("/", "menu", "mobile-390", frozenset({"tiny-menu"}))
    assert at(small, "#menu-all").h < at(shop.snapshot("/", "menu", "mobile-390"), "#menu-all").h / 1.5
    below = shop.snapshot("/product/:id", "fresh", "mobile-390", frozenset({"cta-below-fold"}))
    assert at(below, "#add-to-cart").y > below.viewport_h


def test_pictures_are_there_for_every_page_and_viewport(shop: Site) -> None:
    fresh = {(p.page, p.viewport, p.layout) for p in shop.pictures() if p.state == "fresh"}
    for page in shop.pages:
        for viewport in VIEWPORTS:
            assert (page.page, viewport.name, shop.snapshot(page.page, "fresh", viewport.name).layout) in fresh
    for picture in shop.pictures():
        assert picture.screenshot is not None
        assert picture.screenshot.is_file()
