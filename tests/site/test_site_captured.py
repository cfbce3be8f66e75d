"""Stored differences give back exactly what was captured, and those of several defects add up."""

from __future__ import annotations

import gzip
import json
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simbench.errors import BadInput
from simbench.site.captured import Row, add_delta, effect_from_json, effect_to_json, elements_of, find_delta
from simbench.site.fingerprint import CAPTURE_VERSION, check_capture, fingerprint, sources, sources_of_page, stale_pages
from simbench.site.loading import load_declaration
from simbench.site.model import Site, load_site
from simbench.site.page_model import layout_of
from simbench.site.snapshot import Effect, Request

MINI = Path(__file__).parent / "data" / "mini"


def row(target: str, y: float = 0.0, **more: Any) -> Row:
    return {"target": target, "tag": "p", "x": 0.0, "y": y, "w": 100.0, "h": 20.0, **more}


def by_target(rows: list[Row]) -> dict[str, Row]:
    return {one["target"]: one for one in rows}


@st.composite
def a_row(draw: st.DrawFn) -> Row:
    one = row(draw(st.sampled_from("abcdefgh")), round(draw(st.floats(0, 2000)), 1))
    if draw(st.booleans()):
        one["text"] = draw(st.sampled_from(["one", "two"]))
    if draw(st.booleans()):
        one["hit"] = False
    return one


ROWS = st.lists(a_row(), unique_by=lambda one: one["target"], max_size=8)


@given(ROWS, ROWS)
@settings(max_examples=300, deadline=None)
def test_a_difference_gives_back_what_it_was_found_from(base: list[Row], other: list[Row]) -> None:
    delta = json.loads(json.dumps(find_delta(base, other)))
    assert elements_of(add_delta(base, delta, by_target(base))) == elements_of(other)


@given(ROWS)
@settings(deadline=None)
def test_no_difference_says_nothing(rows: list[Row]) -> None:
    assert find_delta(rows, rows) == {}


def test_two_defects_add_up() -> None:
    base = [row("body"), row("title", 10), row("button", 100), row("foot", 200)]
    # One pushes what is below the title down and lays something over the button; the other does so further down.
    first = find_delta(base, [row("body"), row("title", 10), row("button", 140), row("veil", 135), row("foot", 240)])
    second = find_delta(
        base, [row("body"), row("title", 10), row("button", 100, text="Now"), row("ad", 150), row("foot", 260)]
    )
    both = add_delta(add_delta(base, first, by_target(base)), second, by_target(base))
    assert [(one["target"], one["y"], one.get("text", "")) for one in both] == [
        ("body", 0, ""), ("title", 10, ""), ("button", 140, "Now"), ("ad", 150, ""), ("veil", 135, ""),
        ("foot", 300, ""),
    ]  # fmt: skip


def test_effects_come_back() -> None:
    effect = Effect(
        kind="state", state="sent", mutations=3, first_ms=130.0, error="TypeError",
        requests=(Request(method="POST", url="/api/ask", status=200, ms=120.0),), scroll_y=0.0, focus="#email",
    )  # fmt: skip
    assert effect_from_json(json.loads(json.dumps(effect_to_json(effect)))) == effect
    assert effect_to_json(Effect(kind="change", mutations=1)) == {"kind": "change", "mutations": 1}


# ---------------------------------------------------------------------------------------------------------------------
# A site with a captured model written by hand


def put(folder: Path, name: str, document: dict[str, Any]) -> None:
    (folder / "captured" / name).write_bytes(gzip.compress(json.dumps(document).encode(), mtime=0))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "mini"
    shutil.copytree(MINI, folder)
    (folder / "captured").mkdir()
    # Here every defect but one can show on the desktop.
    text = (folder / "site.yaml").read_text()
    for devices in ("[tablet, mobile]", "[mobile]"):
        text = text.replace(f"    devices: {devices}\n", "")
    (folder / "site.yaml").write_text(text)
    fresh = [row("html", w=1440.0, h=900.0), row("#photo", 100, kind="image"), row("#send", 300, interactive=True)]
    item: dict[str, Any] = {
        "schema": "simbench.captured-page/1",
        "page": "/item/:id",
        "looks": [
            {"viewport": "desktop-1440", "state": "fresh", "doc_h": 900.0, "elements": fresh},
            {
                "viewport": "desktop-1440", "state": "added", "doc_h": 920.0,
                "delta": find_delta(fresh, [*fresh[:2], row("#send", 320, interactive=True), row("#added", 280)]),
            },
            {
                "viewport": "desktop-1440", "state": "fresh", "defects": ["tall-title"], "doc_h": 980.0,
                "delta": find_delta(fresh, [fresh[0], row("#offer", 60), row("#photo", 180, kind="image"),
                                            row("#send", 380, interactive=True)]),
            },
            {
                "viewport": "desktop-1440", "state": "fresh", "defects": ["covered-send"], "doc_h": 900.0,
                "delta": find_delta(fresh, [*fresh, row("#veil", 290)]),
            },
            {
                "viewport": "desktop-1440", "state": "fresh", "defects": ["covered-send", "tall-title"], "doc_h": 980.0,
                "delta": find_delta(fresh, [fresh[0], row("#offer", 60), row("#photo", 180, kind="image"),
                                            row("#send", 380, interactive=True), row("#veil", 370)]),
            },
        ],
        "effects": [
            effect_to_json(Effect(kind="state", state="zoom", mutations=1)),
            effect_to_json(Effect(kind="error", error="TypeError")),
            effect_to_json(Effect(kind="change", mutations=2)),
        ],
        "acts": [
            {"device": "desktop", "state": "fresh", "effects": {"#photo": 0, "#add": 2}},
            {"device": "desktop", "state": "fresh", "defects": ["dead-photo"], "effects": {"#photo": None}},
            {"device": "desktop", "state": "fresh", "defects": ["broken-add"], "effects": {"#add": 1}},
        ],
        "typed": [],
        "forms": [
            {"device": "desktop", "state": "fresh", "forms": {"#ask": {
                "submit": {"kind": "state", "state": "sent"},
                "fields": {"#email": {"blur": {"kind": "change"}, "submit": {"kind": "change"}}},
            }}},
            {"device": "desktop", "state": "fresh", "defects": ["dead-photo"], "forms": {"#ask": {
                "submit": {"kind": "state", "state": "sent"},
                "fields": {"#email": {"blur": None, "submit": {"kind": "change"}}},
            }}},
        ],
        "loads": [
            {"device": "desktop", "lcp_ms": 40.0, "load_ms": 60.0, "late": []},
            {"device": "desktop", "defects": ["tall-title"], "lcp_ms": 40.0, "load_ms": 60.0,
             "late": [{"ms": 440.0, "targets": ["#offer"]}]},
        ],
    }  # fmt: skip
    put(folder, "item-id.json.gz", item)
    files = sources(folder, load_declaration(folder))
    index = {
        "schema": "simbench.captured/1", "fingerprint": fingerprint(files), "sources": files,
        "viewports": ["desktop-1440"], "pages": {"/item/:id": "item-id.json.gz"}, "pictures": [],
    }  # fmt: skip
    (folder / "captured" / "index.json").write_text(json.dumps(index))
    return folder


@pytest.fixture
def site(folder: Path) -> Site:
    return load_site(folder)


def ys(site: Site, state: str, *defects: str) -> dict[str, float]:
    snapshot = site.snapshot("/item/:id", state, "desktop-1440", frozenset(defects))
    return {element.target: element.y for element in snapshot.elements}


def test_page_of_ignores_what_does_not_matter(site: Site) -> None:
    for url in ("/item/one", "/item/two?x=1", "http://127.0.0.1:8000/item/x#y", "/item/one/"):
        assert site.page_of(url) == "/item/:id"
    assert site.page_of("/") == site.page_of("?x=1") == "/"
    assert site.page_of("/item") == site.page_of("/item/a/b") == site.page_of("/other") == ""


def test_the_opening_state_follows_what_is_remembered(site: Site) -> None:
    assert site.opening_state("/item/:id", frozenset()) == "consent"
    assert site.opening_state("/item/:id", frozenset({"cart"})) == "consent"
    assert site.opening_state("/item/:id", frozenset({"consent"})) == "fresh"
    assert site.opening_state("/item/:id", frozenset({"consent", "cart"})) == "full"


def test_a_state_is_the_fresh_one_and_its_difference(site: Site) -> None:
    assert ys(site, "added") == {"html": 0, "#photo": 100, "#added": 280, "#send": 320}
    snapshot = site.snapshot("/item/:id", "added", "desktop-1440", frozenset())
    assert snapshot.doc_h == 920
    assert [element.z for element in snapshot.elements] == [0, 1, 2, 3]
    assert snapshot.elements[1].kind == "image"
    # The layout is the fresh state's, whatever the state.
    assert snapshot.layout == site.snapshot("/item/:id", "fresh", "desktop-1440", frozenset()).layout


def test_one_defect_is_as_captured_and_moves_the_layout(site: Site) -> None:
    assert ys(site, "fresh", "tall-title") == {"html": 0, "#offer": 60, "#photo": 180, "#send": 380}
    plain = site.snapshot("/item/:id", "fresh", "desktop-1440", frozenset())
    moved = site.snapshot("/item/:id", "fresh", "desktop-1440", frozenset({"tall-title"}))
    assert moved.layout != plain.layout
    assert moved.late[0].targets == ("#offer",)
    assert plain.late == ()


def test_defects_captured_together_are_as_captured(site: Site) -> None:
    # Added up, the veil would stay where it lies alone.
    assert ys(site, "fresh", "tall-title", "covered-send")["#veil"] == 370


def test_defects_not_captured_together_add_up(site: Site) -> None:
    names = frozenset({"dead-photo", "broken-add", "tall-title"})
    snapshot = site.snapshot("/item/:id", "fresh", "desktop-1440", names)
    assert snapshot.defects == names
    assert "#photo" not in snapshot.effects
    assert snapshot.effects["#add"].error == "TypeError"
    assert snapshot.doc_h == 980
    assert snapshot.forms["#ask"].fields["#email"].blur is None
    assert site.snapshot("/item/:id", "added", "desktop-1440", frozenset({"tall-title"})).doc_h == 920


def test_defects_of_other_pages_and_devices_do_not_count(site: Site) -> None:
    plain = site.snapshot("/item/:id", "fresh", "desktop-1440", frozenset())
    assert site.snapshot("/item/:id", "fresh", "desktop-1440", frozenset({"slow-price", "no-such"})) is plain
    assert site.effective_defects("/item/:id", "mobile", ["covered-send", "dead-photo"]) == {"dead-photo"}
    assert set(plain.effects) == {"#photo", "#add"}


def test_what_was_not_captured_is_told(site: Site) -> None:
    with pytest.raises(BadInput, match="zoom was not captured in viewport desktop-1440"):
        site.snapshot("/item/:id", "zoom", "desktop-1440", frozenset())
    with pytest.raises(BadInput, match="simbench site capture"):
        site.snapshot("/", "fresh", "desktop-1440", frozenset())


@pytest.mark.parametrize("content", [b"", b"nonsense", gzip.compress(b"{}"), gzip.compress(b"[" * 10), b"\x1f\x8b\x08"])
def test_a_damaged_model_is_told(folder: Path, content: bytes) -> None:
    (folder / "captured" / "item-id.json.gz").write_bytes(content)
    with pytest.raises(BadInput, match=r"item-id\.json\.gz.*simbench site capture"):
        load_site(folder).snapshot("/item/:id", "fresh", "desktop-1440", frozenset())


def test_another_version_of_the_model_is_told(folder: Path) -> None:
    (folder / "captured" / "index.json").write_text('{"schema": "simbench.captured/9"}')
    with pytest.raises(BadInput, match=r"simbench\.captured/9.*simbench site capture"):
        load_site(folder)


def test_layouts_are_of_the_geometry_only() -> None:
    assert layout_of([row("a", 1.2)]) == layout_of([row("a", 1.4, text="x")])
    assert layout_of([row("a", 1)]) != layout_of([row("a", 2)])
    assert len(layout_of([])) == 8


def test_the_shop_loads_fast() -> None:
    load_site("shop")  # imports and the file cache are not what is measured
    start = time.perf_counter()
    site = load_site("shop")
    assert time.perf_counter() - start < 0.5
    assert site.page_of("/product/aalto-lamp") == "/product/:id"


def test_check_tells_what_changed(folder: Path) -> None:
    assert check_capture(folder).up_to_date
    # What people came for is no matter of the browser's.
    text = (folder / "site.yaml").read_text()
    (folder / "site.yaml").write_text(text.replace("words: [item]", "words: [thing]"))
    (folder / "README.md").write_text("about the site")
    assert check_capture(folder).up_to_date
    (folder / "style.css").write_text("p { color: red }")
    (folder / "more.js").write_text("")
    (folder / "sheet.txt").unlink()
    assert check_capture(folder).changes == ("changed: style.css", "gone: sheet.txt", "new: more.js")
    (folder / "captured" / "item-id.json.gz").unlink()
    assert "missing: captured/item-id.json.gz" in check_capture(folder).changes
    assert check_capture(MINI).changes == ("never captured",)


def test_only_what_depends_on_a_change_is_captured_anew(folder: Path) -> None:
    def index() -> dict[str, Any]:
        site = load_declaration(folder)
        files = sources(folder, site)
        # Every page but the item's asked for the sheet.
        used = {page.page: [] if page.page == "/item/:id" else ["/sheet.txt", "/nothing"] for page in site.pages}
        return {
            "schema": "simbench.captured/1",
            "version": CAPTURE_VERSION,
            "pages": {page.page: "x" for page in site.pages},
            "uses": {page.page: sources_of_page(site, page, files, used[page.page]) for page in site.pages},
        }  # fmt: skip

    def stale(old: dict[str, Any]) -> list[str]:
        site = load_declaration(folder)
        return stale_pages(site, sources(folder, site), old)

    everything = [page.page for page in load_declaration(folder).pages]
    old = index()
    assert stale(old) == []
    assert stale({**old, "version": 0}) == stale({}) == everything
    (folder / "sheet.txt").write_text("another")
    assert stale(old) == [page for page in everything if page != "/item/:id"]
    old = index()
    # A page's part of the declaration counts for that page alone.
    text = (folder / "site.yaml").read_text()
    (folder / "site.yaml").write_text(text.replace("words: [item]", "words: [thing]"))
    assert stale(old) == []
    (folder / "site.yaml").write_text(
        text.replace("name: zoom", "name: larger").replace("state: zoom", "state: larger")
    )
    assert stale(old) == ["/item/:id"]
