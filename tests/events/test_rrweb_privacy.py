"""Nothing that was typed, and no text of the page beyond labels, gets into the tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rrweb_samples import (
    add,
    custom,
    document,
    el,
    imported,
    incremental,
    meta,
    mouse,
    mutation,
    page,
    plugin,
    press,
    rows,
    snapshot,
    unpacked,
    words,
)

from simbench.events import Run
from simbench.events.codecs.rrweb.typed import TypedText

CANARY = "canary word 7f3a"


def strings(run: Run) -> Iterator[tuple[str, str]]:
    tables = {name: run.table(name) for name in ("events", "views", "sessions")} | {"elements": run.elements()}
    for name, table in tables.items():
        for column in table.column_names:
            for value in table[column].to_pylist():
                if isinstance(value, str):
                    yield f"{name}.{column}", value
    for name in ("manifest.json", "log.json"):
        yield name, (run.path / name).read_text(encoding="utf-8")


def leaks(run: Run, *secrets: str) -> list[tuple[str, str]]:
    return [
        (where, value) for where, value in strings(run) if any(secret.lower() in value.lower() for secret in secrets)
    ]


def typing(start: float, identity: int, value: str) -> list[dict[str, Any]]:
    """The input events of somebody who types `value` letter by letter."""
    return [
        incremental(start + 10 * n, 5, id=identity, text=value[: n + 1], isChecked=False) for n in range(len(value))
    ]


def elements(run: Run) -> dict[str, dict[str, Any]]:
    return {row["target"]: row for row in run.elements().to_pylist()}


def label_of(tmp_path: Path, node: dict[str, Any]) -> str | None:
    """The label of an element that is clicked."""
    run = imported(tmp_path, [meta(), snapshot(1, document(node)), mouse(100, 2, node["id"])])
    text: str | None = elements(run)[rows(run, "click")[0]["target"]]["text"]
    return text


class TestTyped:
    def test_a_field_leaves_only_its_length(self, tmp_path: Path) -> None:
        run = imported(tmp_path, [*page(), *typing(1000, 51, CANARY), *typing(3000, 56, CANARY), *press(9000, 51)])
        assert leaks(run, CANARY) == []
        assert rows(run, "input")[-1]["value"] == len(CANARY)
        # The control: it was in the recording, and is in what is kept for replay.
        assert CANARY in str(unpacked(next((run.path / "raw").glob("*.gz"))))

    def test_where_the_page_shows_it_again_it_is_masked(self, tmp_path: Path) -> None:
        echo = [
            mutation(3000, adds=[add(40, el("li", 60, words(f"Do: {CANARY.upper()}!", 61)))]),
            mutation(3010, attributes=[{"id": 42, "attributes": {"title": CANARY, "aria-label": f"for {CANARY}"}}]),
        ]
        run = imported(tmp_path, [*page(), *typing(1000, 51, CANARY), *echo, *press(4000, 60), *press(5000, 42)])
        assert leaks(run, CANARY) == []
        texts = {row["tag"] + row["target"][-2:-1]: row["text"] for row in elements(run).values() if row["tag"] == "li"}
        assert texts == {"li4": f"Do: {'*' * 16}!", "li2": f"for {'*' * 16}"}

    def test_what_is_typed_later_is_masked_in_earlier_labels_too(self, tmp_path: Path) -> None:
        shown = mutation(500, adds=[add(40, el("li", 60, words("x " * 35 + CANARY, 61)))])
        run = imported(tmp_path, [*page(), shown, *press(1000, 60), *typing(2000, 51, CANARY)])
        assert leaks(run, "canary") == []
        (label,) = [row["text"] for row in elements(run).values() if (row["text"] or "").startswith("x x")]
        assert label == "x " * 35 + "*" * 10

    def test_the_control_without_the_mask_it_would_be_found(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(TypedText, "mask", lambda _, text: text)
        echo = mutation(3000, adds=[add(40, el("li", 60, words(f"Do: {CANARY}!", 61)))])
        run = imported(tmp_path, [*page(), *typing(1000, 51, CANARY), echo, *press(4000, 60)])
        assert leaks(run, CANARY) == [("elements.text", f"Do: {CANARY}!")]

    def test_a_long_text_is_known_by_its_beginning(self, tmp_path: Path) -> None:
        story = "Once upon a time there was a " + "very " * 60 + "long story"
        echo = mutation(3000, adds=[add(40, el("li", 60, words("Posted: " + story, 61)))])
        run = imported(
            tmp_path, [*page(), incremental(1000, 5, id=56, text=story, isChecked=False), echo, *press(4000, 60)]
        )
        assert leaks(run, "once upon", "very very") == []

    def test_an_editable_element_is_a_field(self, tmp_path: Path) -> None:
        body = [el("div", 10, el("p", 11, words("", 12)), contenteditable="true"), el("h1", 13, words("", 14))]
        run = imported(
            tmp_path,
            [
                meta(),
                snapshot(1, document(*body)),
                mutation(500, texts=[{"id": 12, "value": CANARY}]),
                mutation(600, adds=[add(10, el("p", 20, words("another canary 99", 21)))]),
                mutation(700, texts=[{"id": 14, "value": f"{CANARY} and another canary 99"}]),
                *(event for identity in (10, 11, 20, 13) for event in press(1000 + identity, identity)),
            ],
        )
        assert leaks(run, CANARY, "canary 99") == []
        assert elements(run)["html > body:nth-of-type(1) > h1:nth-of-type(1)"]["text"] == f"{'*' * 16} and {'*' * 17}"

    def test_a_search_that_shows_in_the_address_is_hidden(self, tmp_path: Path) -> None:
        run = imported(
            tmp_path,
            [
                *page(),
                *typing(1000, 51, CANARY),
                custom(3000, "url-change", {"href": "https://shop.example/search/canary%20word%207f3a/list"}),
                plugin(3100, "rrweb/network@1", {"requests": [{"name": "/api/canary-word-7f3a?x", "status": 200}]}),
                mutation(3200, adds=[add(5, el("a", 70, "next", href="/search/canary+word+7f3a?page=2"))]),
                *press(4000, 70),
            ],
        )
        assert leaks(run, "canary") == []
        assert run.table("views")["page"].to_pylist() == ["/product/:id", "/search/:id/list"]
        assert rows(run, "response")[0]["data"] == "https://shop.example/api/:id"

    def test_an_address_that_the_site_offered_before_is_its_own(self) -> None:
        typed = TypedText()
        assert not typed.hides("returns")
        typed.note(1, "returns")
        typed.note(2, "lamp")
        typed.note(3, "a longer search")
        assert not typed.hides("returns")
        assert [typed.hides(segment) for segment in ("lamp", "Lamp", "aalto-lamp", "for-a-longer-search", "cart")] == [
            True,
            True,
            False,
            True,
            False,
        ]

    def test_what_was_typed_on_one_page_stays_known_on_the_next(self, tmp_path: Path) -> None:
        after = document(el("h1", 10, words(f"Results for {CANARY}", 11)))
        run = imported(
            tmp_path,
            [
                *page(),
                *typing(1000, 51, CANARY),
                meta(5000, "https://shop.example/find"),
                snapshot(5010, after),
                *press(6000, 10),
            ],
        )
        assert leaks(run, CANARY) == []

    def test_what_was_deleted_again_stays_known(self) -> None:
        typed = TypedText()
        for value in ("secret", "secr", "", "other"):
            typed.note(1, value)
        assert typed.mask("a secret and another") == "a ****** and an*****"

    def test_short_texts_are_masked_only_alone(self) -> None:
        typed = TypedText()
        typed.note(1, "on")
        assert typed.mask("On") == "**"
        assert typed.mask("Continue") == "Continue"

    def test_the_beginnings_of_a_word_mask_no_others(self) -> None:
        typed = TypedText()
        for end in range(1, 9):
            typed.note(1, "searching"[:end])
        typed.note(1, "searching")
        assert typed.mask("Search") == "Search"
        assert typed.mask("searching for") == "********* for"

    def test_masked_values_teach_nothing(self) -> None:
        typed = TypedText()
        typed.note(1, "****")
        assert typed.mask("**** rating") == "**** rating"

    def test_memory_is_bounded(self) -> None:
        typed = TypedText()
        for number in range(5000):
            typed.note(1, f"text number {number}")
        assert typed.mask("text number 4999") == "*" * 16
        assert len(typed._before) <= 2000


class TestLabels:
    @pytest.mark.parametrize(
        ("node", "label"),
        [
            (el("button", 10, "  Add \n to ", el("b", None, "cart")), "Add to cart"),
            (el("button", 10, "un", el("b", None, "done")), "undone"),
            (el("button", 10, el("div", None, "Title"), el("div", None, "Price")), "Title Price"),
            (el("button", 10, el("img", None, alt="Search")), "Search"),
            (el("button", 10, "x", aria__label="Close"), "Close"),
            (el("button", 10, el("span", None, "seen"), el("span", None, "unseen", hidden="")), "seen"),
            (el("button", 10, el("script", None, "code()"), "Go"), "Go"),
            (el("a", 10, "Delivery", href="/d"), "Delivery"),
            (el("a", 10, "Delivery"), "Delivery"),
            (el("img", 10, alt="A lamp"), "A lamp"),
            (el("div", 10, "own", el("p", None, "inner")), "own"),
            (el("div", 10, el("p", None, "inner")), None),
            (el("h2", 10, "Two ", el("em", None, "words")), "Two words"),
            (el("div", 10, el("p", None, "inner"), role="button"), "inner"),
            (el("input", 10, value="Anna", placeholder="Your name"), "Your name"),
            (el("input", 10, value="Anna"), None),
            (el("input", 10, type="email", value="a@b.example", aria__label="Mail"), "Mail"),
            (el("input", 10, type="submit", value="Buy now"), "Buy now"),
            (el("input", 10, type="checkbox", value="yes", title="Gift"), "Gift"),
            (el("textarea", 10, "Dear shop", placeholder="Message"), "Message"),
            (el("select", 10, el("option", None, "small"), title="Size"), "Size"),
            (el("label", 10, "Name ", el("input", None, value="Anna")), "Name"),
            (el("label", 10, "Note ", el("textarea", None, "Dear shop")), "Note"),
            (el("label", 10, "Say ", el("div", None, "Dear shop", contenteditable="")), "Say"),
            (el("div", 10, "Dear shop", contenteditable="true"), None),
            (el("button", 10, "Dear ", el("i", None, "x"), contenteditable="false"), "Dear x"),
            (el("button", 10, "*** ** **** 4242"), "*** ** **** 4242"),
            (el("button", 10, "word " * 40), ("word " * 16).strip()),
            (el("button", 10, "a\u202eb\x00c\u200b"), "a b c"),
            (el("button", 10, "half \ud83d pair"), "half \ufffd pair"),
        ],
    )  # fmt: skip
    def test_labels(self, tmp_path: Path, node: dict[str, Any], label: str | None) -> None:
        assert label_of(tmp_path, node) == label

    def test_the_innermost_element_has_its_own_label_and_its_ancestor_another(self, tmp_path: Path) -> None:
        found = elements(imported(tmp_path, [*page(), *press(1000, 21)]))
        inner = found["#buy > span:nth-of-type(1)"]
        assert (inner["text"], inner["interactive_ancestor"], inner["role"]) == ("Add to cart", "#buy", None)
        assert (found["#buy"]["text"], found["#buy"]["interactive_ancestor"]) == ("Add to cart", "#buy")
        assert (found["#buy"]["role"], found["#buy"]["focusable"]) == ("button", True)

    def test_everything_interactive_is_listed_whether_hit_or_not(self, tmp_path: Path) -> None:
        run = imported(tmp_path, [*page(), mutation(500, adds=[add(5, el("button", 60, "Late", id="late"))])])
        link = "html > body:nth-of-type(1) > a:nth-of-type(1)"
        form = [f"#form > {tag}" for tag in ("input:nth-of-type(1)", "input:nth-of-type(2)", "select:nth-of-type(1)")]
        assert {*form, "#form > textarea:nth-of-type(1)", "#buy", "#late", link} <= set(elements(run))
        assert elements(run)[link]["href"] == "https://shop.example/delivery"
        assert all(row["page"] == "/product/:id" for row in elements(run).values())
        empty = ("x", "y", "w", "h", "z", "fixed", "cursor", "state", "layout")
        assert all(row[column] is None for row in elements(run).values() for column in empty)

    @pytest.mark.parametrize(
        ("node", "interactive"),
        [
            (el("a", 10, href="/"), True), (el("a", 10), False), (el("input", 10), True),
            (el("input", 10, type="HIDDEN"), False), (el("summary", 10), True), (el("label", 10), True),
            (el("div", 10, onclick="x()"), True), (el("div", 10, tabindex="0"), True),
            (el("div", 10, tabindex="-1"), False), (el("div", 10, tabindex="x"), False),
            (el("div", 10, role="Tab"), True), (el("div", 10, role="presentation"), False),
            (el("div", 10, contenteditable=""), True), (el("div", 10, contenteditable="false"), False),
            (el("video", 10, controls=True), True), (el("video", 10), False), (el("option", 10), False),
        ],
    )  # fmt: skip
    def test_interactive_or_not(self, tmp_path: Path, node: dict[str, Any], interactive: bool) -> None:
        run = imported(tmp_path, [meta(), snapshot(1, document(node)), mouse(100, 2, 10)])
        target = rows(run, "click")[0]["target"]
        assert elements(run)[target]["interactive_ancestor"] == (target if interactive else None)

    @pytest.mark.parametrize(
        ("node", "role", "focusable"),
        [
            (el("input", 10), "textbox", True), (el("input", 10, type="search"), "searchbox", True),
            (el("input", 10, type="range"), "slider", True), (el("input", 10, type="submit"), "button", True),
            (el("input", 10, type="hidden"), None, False), (el("select", 10), "combobox", True),
            (el("select", 10, multiple=True), "listbox", True), (el("button", 10, disabled=""), "button", False),
            (el("h3", 10), "heading", False), (el("div", 10, role="Menuitem x"), "menuitem", False),
            (el("div", 10, tabindex="-1"), None, True), (el("a", 10, href="x"), "link", True),
        ],
    )  # fmt: skip
    def test_roles_and_focus(self, tmp_path: Path, node: dict[str, Any], role: str | None, focusable: bool) -> None:
        run = imported(tmp_path, [meta(), snapshot(1, document(node)), mouse(100, 2, 10)])
        row = elements(run)[rows(run, "click")[0]["target"]]
        assert (row["role"], row["focusable"]) == (role, focusable)

    def test_the_way_to_an_interactive_ancestor_leads_out_of_a_shadow_root(self, tmp_path: Path) -> None:
        node = el("my-button", 10, el("span", 11, "x", shadow=True), tabindex="0", id="mine")
        run = imported(tmp_path, [meta(), snapshot(1, document(node)), mouse(100, 2, 11)])
        assert elements(run)["#mine >>> span:nth-of-type(1)"]["interactive_ancestor"] == "#mine"

    def test_but_not_out_of_an_iframe(self, tmp_path: Path) -> None:
        frame = el("button", 9, el("iframe", 10))
        inside = mutation(50, adds=[add(10, document(el("p", 110), identity=101))])
        run = imported(tmp_path, [meta(), snapshot(1, document(frame)), inside, mouse(100, 2, 110)])
        assert elements(run)[rows(run, "click")[0]["target"]]["interactive_ancestor"] is None

    def test_error_messages_and_queries_stay_out(self, tmp_path: Path) -> None:
        run = imported(
            tmp_path,
            [
                *page(),
                plugin(500, "rrweb/console@1", {"level": "error", "payload": [f'"TypeError: {CANARY}"']}),
                custom(600, "js-error", {"name": "Error", "message": CANARY, "stack": CANARY}),
                custom(700, "url-change", {"href": f"https://u:{CANARY}@shop.example/x?{CANARY}#{CANARY}"}),
                plugin(800, "rrweb/network@1", {"requests": [{"name": f"https://x.example/a?{CANARY}"}]}),
                custom(900, "note", {"text": CANARY}),
            ],
        )
        assert leaks(run, CANARY, "q=secret") == []
