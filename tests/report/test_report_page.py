"""The page: nothing in it comes from outside, and nothing that a run holds becomes a part of it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from report_run import Texts, write_run

from simbench.report.making import make_report
from simbench.report.page import plain, short_selector

EVIL = "<script>window.pwned=1</script>"
#: Markup, quotes, template and style syntax, addresses, and characters that hide or turn text.
HOSTILE = Texts(
    session='"><img src=x onerror=window.pwned=1>',
    page="/<script>window.pwned=1</script>/\u202egnp.exe",
    state="'-window.pwned=1-'",
    target="div[class=\"\u200b\u202e</style><svg onload='window.pwned=1'>\"]",
    other="a[href='javascript:window.pwned=1']",
    label="</script><script>window.pwned=1</script> {{ 7 * 191 }} \u05d0\u05d1\u05d2",
    layout="</title><base href=//evil.example/>",
    device='"><iframe src=//evil.example></iframe>',
    persona="<a href=javascript:window.pwned=1>persona</a>",
    lookalike="<img/src=//evil.example/x onerror=window.pwned=1>",
    cause="<svg/onload=window.pwned=1>",
    about="]]><!-- {% raw %} <style>@import '//evil.example/x.css'</style> \u2066\ud7ff",
    variant="'\"`><form action=//evil.example><input autofocus onfocus=window.pwned=1>",
    name="<title>\u202e</title><meta http-equiv=refresh content='0;url=//evil.example'>",
    site="../../../<script>window.pwned=1</script>",
    timezone="../../../../etc",
)


class Reader(HTMLParser):
    """Collects tags with their attributes, and texts outside of style and script."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.scripts: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag if tag in {"script", "style"} else ""

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts.append(data)
        elif not self._inside:
            self.text.append(data)

    def names(self) -> set[str]:
        return {tag for tag, _ in self.tags}


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


@pytest.fixture(scope="module")
def hostile_html(tmp_path_factory: pytest.TempPathFactory) -> str:
    return make_report(write_run(tmp_path_factory.mktemp("hostile") / "run", HOSTILE)).html


@pytest.fixture(scope="module")
def calm_html(tmp_path_factory: pytest.TempPathFactory) -> str:
    return make_report(write_run(tmp_path_factory.mktemp("calm") / "run")).html


def test_hostile_texts_add_no_element_and_no_attribute(hostile_html: str, calm_html: str) -> None:
    hostile, calm = read(hostile_html), read(calm_html)
    assert hostile.names() <= calm.names() | {"table"}
    known = {(tag, name) for tag, attributes in calm.tags for name in attributes}
    new = {(tag, name) for tag, attributes in hostile.tags for name in attributes} - known
    assert new <= {("span", "title")}
    assert not any(name.startswith("on") for _, attributes in hostile.tags for name in attributes)


def test_the_only_script_is_our_own(hostile_html: str) -> None:
    reader = read(hostile_html)
    assert sum(tag == "script" for tag, _ in reader.tags) == 1
    assert len(reader.scripts) == 1
    assert reader.scripts[0].startswith('"use strict"')
    assert "pwned" not in reader.scripts[0]


def test_every_address_is_within_the_page(hostile_html: str) -> None:
    addresses = [
        value
        for _, attributes in read(hostile_html).tags
        for name, value in attributes.items()
        if name in {"href", "src", "action", "srcset", "poster", "xlink:href", "data"}
    ]
    assert addresses
    assert all(
        re.match(r"#[a-z]+$|data:(image/(png|webp);base64,[A-Za-z0-9+/=]+|,)$", value or "") for value in addresses
    )
    styles = [attributes.get("style") or "" for _, attributes in read(hostile_html).tags]
    assert all(re.fullmatch(r"(?:(left|top|width|height|--w|--h):[\d.]+%?;?)*", style) for style in styles)


def test_hostile_texts_are_there_to_be_read(hostile_html: str) -> None:
    text = " ".join(read(hostile_html).text)
    assert EVIL in text
    assert "<img/src=//evil.example/x onerror=window.pwned=1>" in text
    # Not a template's business: what stands in a label stays as it is.
    assert "{{ 7 * 191 }}" in text
    assert "1337" not in text


def test_characters_that_hide_or_turn_text_are_shown(hostile_html: str) -> None:
    assert not set("\u202e\u200b\u2066\u0000") & set(hostile_html)
    assert "⟨U+202E⟩" in hostile_html
    assert "⟨U+200B⟩" in hostile_html


def test_the_policy_allows_the_page_itself_and_nothing_else(calm_html: str) -> None:
    reader = read(calm_html)
    (policy,) = [a["content"] for tag, a in reader.tags if tag == "meta" and a.get("http-equiv")]
    assert policy is not None
    assert policy.startswith("default-src 'none'; img-src data:;")
    script = re.search(r"script-src ([^;]+)", policy)
    assert script is not None
    assert re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", script[1])


def test_nothing_is_left_open(calm_html: str) -> None:
    void = {"meta", "link", "img", "input", "br"}
    depth: list[str] = []

    class Nesting(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
            if tag not in void:
                depth.append(tag)

        def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            pass

        def handle_endtag(self, tag: str) -> None:
            assert depth, f"</{tag}> closes nothing"
            assert depth.pop() == tag

    parser = Nesting()
    parser.feed(calm_html)
    assert depth == []
    ids = [a["id"] for tag, a in read(calm_html).tags if "id" in a]
    assert len(ids) == len(set(ids))
    links = {(a["href"] or "")[1:] for tag, a in read(calm_html).tags if tag == "a"}
    assert links <= set(ids)


def test_the_same_run_gives_the_same_page(tmp_path: Path) -> None:
    first = make_report(write_run(tmp_path / "a" / "run")).html
    second = make_report(write_run(tmp_path / "b" / "run")).html
    assert first == second


def test_long_texts_are_cut_and_lone_surrogates_do_no_harm() -> None:
    assert len(plain("x" * 5000)) == 601
    assert plain("a\ud800b") == "a⟨U+D800⟩b"
    assert plain("one\n\n  two\tthree") == "one two three"
    assert plain("82 % of 12") == "82\u00a0% of 12"


def test_a_selector_keeps_its_end() -> None:
    assert short_selector("#pay") == "#pay"
    assert len(short_selector("#list > " + " > ".join(["div:nth-of-type(1)"] * 9))) <= 46
    assert short_selector("x" * 500).endswith("x" * 40)
