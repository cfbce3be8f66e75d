"""YAML that people write is read safely, with lines, and refused in plain words."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from simbench.errors import BadInput
from simbench.events.yaml_source import did_you_mean, load_model, parse_yaml, read_yaml, show_path

BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def test_values_are_those_of_yaml_1_2() -> None:
    tree = parse_yaml(
        "a: 1\nb: 010\nc: 0x1f\nd: 1e3\ne: -.5\nf: no\ng: true\nh:\ni: ~\n"
        "j: '5'\nk: 1:30\nl: 2026-03-02\nm: 1_000\nn: !!str 5\n",
        file="f",
    ).tree
    assert tree == {
        "a": 1, "b": 10, "c": 31, "d": 1000.0, "e": -0.5, "f": "no", "g": True, "h": None, "i": None, "j": "5",
        "k": "1:30", "l": "2026-03-02", "m": "1_000", "n": "5",
    }  # fmt: skip
    assert isinstance(tree["a"], int)
    assert isinstance(tree["d"], float)


def test_every_key_and_item_has_its_line() -> None:
    source = parse_yaml("a: 1\nb:\n  - x\n  - c: 2\n    d: {e: 3,\n        f: 4}\n", file="f")
    assert source.lines == {
        (): 1, ("a",): 1, ("b",): 2, ("b", 0): 3, ("b", 1): 4, ("b", 1, "c"): 4, ("b", 1, "d"): 5,
        ("b", 1, "d", "e"): 5, ("b", 1, "d", "f"): 6,
    }  # fmt: skip
    assert source.line(("b", 1, "nowhere", "at all")) == 4
    assert source.problem(("b", 1, "c"), "is wrong; mend it").say("f") == "f:4: b[1].c: is wrong; mend it"


def test_characters_that_json_writes_as_two_escapes_are_one() -> None:
    assert parse_yaml('a: "\\ud83d\\ude00"\n', file="f").tree == {"a": "\U0001f600"}


def test_aliases_and_merge_keys_are_written_out() -> None:
    source = parse_yaml("base: &b {x: 1, y: 2}\nmine:\n  <<: *b\n  y: 3\nlist: [*b, *b]\n", file="f")
    assert source.tree == {"base": {"x": 1, "y": 2}, "mine": {"x": 1, "y": 3}, "list": [{"x": 1, "y": 2}] * 2}
    assert source.tree["list"][0] is not source.tree["list"][1]


def test_values_at_a_pattern() -> None:
    source = parse_yaml("a: [{b: 1}, {c: 2}, 3, {b: [4, 5]}]\n", file="f")
    assert list(source.every("a", ..., "b")) == [(("a", 0, "b"), 1), (("a", 3, "b"), [4, 5])]
    assert list(source.every("a", 3, "b", ...)) == [(("a", 3, "b", 0), 4), (("a", 3, "b", 1), 5)]
    assert list(source.every("a", 9)) == []
    assert list(source.every("z", ..., "b")) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "f: is empty; it needs one mapping"),
        ("# only a comment\n", "f: is empty;"),
        ("- 1\n", "f:1: the file holds a list at its top;"),
        ("just text\n", "f:1: the file holds a single value at its top;"),
        ("a: 1\na: 2\n", "f:2: a: stands here twice, first on line 1;"),
        ("x:\n  a: 1\n  'a': 2\n", "f:3: x.a: stands here twice, first on line 2;"),
        ("a: 1\n---\nb: 1\n", "f:3: a second document begins here"),
        ("a:\n\t- 1\n", "f:2: a tab is used as indentation;"),
        ("a: 1\n b: 2\n", "f:2: a colon stands where no key can;"),
        ("a: b: c\n", "f:1: a colon stands where no key can;"),
        ("a: [1,\nb: 2\n", "f:3: the bracket opened on line 1 is not closed;"),
        ("a: {x: 1\n", "the bracket opened on line 1 is not closed;"),
        ("a: 'x\nb: 1\n", "f:1: a quote is opened here and never closed;"),
        ("a: |\n  foo\n bar: 1\n", "f:3: the indentation does not fit the lines above;"),
        ("a: @x\n", "f:1: `@` cannot begin a value;"),
        ("a: [1,,2]\n", "f:1: a value is missing here;"),
        ('a: "\\q"\n', "f:1: a backslash in double quotes begins an escape,"),
        ('a: 1\nb: "\\ud83d"\n', "f:2: holds half a character"),
        ("? [a]\n: 1\n", "f:1: a key is a list;"),
        ("{? : 1}\n", "f:1: a key is missing before the colon;"),
        ("a: &x [*x]\n", "f:1: the alias *x stands inside what it stands for;"),
        ("a: *y\n", "f:1: the alias *y stands for nothing;"),
        ("a: !!python/object/apply:os.system [ls]\n", "f:1: the tag !!python/object/apply:os.system is not allowed;"),
        ("a: !mine 3\n", "f:1: the tag !mine is not allowed;"),
        ("a: .nan\n", "f:1: a: .nan is not a usable number;"),
        ("a: 1e999\n", "f:1: a: 1e999 is not a usable number;"),
        ("a: " + "9" * 5000 + "\n", "is not a usable number;"),
        ("a: 1\nb: \x01\n", "f:2: holds a control character"),
        ("a: " + "{a: " * 60, "f:1: is nested more than 40 levels deep;"),
        ("[" * 900_000, "f:1: is nested more than 40 levels deep;"),
        (BOMB, "grows to more than 100,000 values (aliases written out);"),
        ("a: 1 #" + "x" * 1_000_001, "f: is over 1 MB,"),
    ],
)
def test_bad_yaml_is_refused_in_plain_words(text: str, says: str) -> None:
    begun = time.process_time()
    with pytest.raises(BadInput) as caught:
        parse_yaml(text, file="f")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert time.process_time() - begun < 3


def test_deep_aliases_are_refused_though_each_line_is_flat() -> None:
    text = "a: &l0 [x]\n" + "".join(f"k{i}: &l{i + 1} [*l{i}]\n" for i in range(60))
    with pytest.raises(BadInput, match="more than 40 levels deep"):
        parse_yaml(text, file="f")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="f:2: is not UTF-8 text"):
        parse_yaml(b"a: 1\nb: \xff\xfe\n", file="f")
    picture = tmp_path / "picture.yaml"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    with pytest.raises(BadInput, match="is not UTF-8 text"):
        read_yaml(picture)
    assert parse_yaml(b"\xef\xbb\xbfa: 1\n", file="f").tree == {"a": 1}, "a byte order mark is no harm"


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.yaml: there is no such file"):
        read_yaml(tmp_path / "none.yaml")
    with pytest.raises(BadInput, match="is a folder, not a file"):
        read_yaml(tmp_path)
    with pytest.raises(BadInput, match="cannot be read"):
        read_yaml(tmp_path / ("x" * 300))
    with pytest.raises(BadInput, match="cannot be read"):
        read_yaml("a\0b")


def test_at_most_a_hundred_problems_are_told() -> None:
    text = "".join(f"k{i}: 1\nk{i}: 2\n" for i in range(130))
    with pytest.raises(BadInput) as caught:
        parse_yaml(text, file="f")
    assert len(caught.value.problems) == 101
    assert caught.value.problems[-1] == "f: and 30 more problems; mend these first"


# ---------------------------------------------------------------------------------------------------------------------
# Models


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    depth: Annotated[int, Field(ge=1, le=9)]
    kind: Literal["round", "square"] = "round"


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    name: str = Field(examples=["x"])
    inner: Inner
    others: list[Inner] = []
    table: dict[str, float] = {}
    tags: Annotated[list[str], Field(min_length=1)] = ["a"]


def test_a_model_is_loaded_with_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text("name: x\ninner: {depth: 3}\n")
    model, source = load_model(path, Outer)
    assert model.inner.depth == 3
    assert source.line(("inner", "depth")) == 2


def test_problems_of_a_model_come_all_at_once_sorted_and_in_plain_words(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(
        "naem: x\n"
        "inner:\n"
        "  depth: 12\n"
        "  knid: square\n"
        "others:\n"
        "  - {depth: 1, kind: sqare}\n"
        "  - {kind: round}\n"
        "  - 5\n"
        "table: {a: one, b: '2'}\n"
        "tags: []\n"
    )
    with pytest.raises(BadInput) as caught:
        load_model(path, Outer)
    assert [problem.removeprefix(str(path)) for problem in caught.value.problems] == [
        ':1: naem: unknown key; did you mean "name"?',
        ":3: inner.depth: must be at most 9, but is 12; change it",
        ':4: inner.knid: unknown key; did you mean "kind"?',
        ':6: others[0].kind: "sqare" is not one of the choices; did you mean "square"?',
        ":7: others[1].depth: is required and missing; add it",
        ":8: others[2]: needs a mapping, but is 5; write {key: value} or indented lines of `key: value`",
        ':9: table.a: needs a number, but is the text "one"; write a number',
        ':9: table.b: needs a number, but is the text "2" (take the quotes off); write a number',
        ":10: tags: needs at least 1 entry; add to it",
    ]


def test_keys_that_look_like_pydantic_s_own_marks_are_told_too(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text('name: x\ninner: {depth: 1}\n"<tag>": 1\n"[key]": 2\n')
    with pytest.raises(BadInput) as caught:
        load_model(path, Outer)
    assert [line.split(": ")[1] for line in caught.value.problems] == ["<tag>", "[key]"]


@pytest.mark.parametrize(
    ("wrong", "known", "says"),
    [
        ("Sesions", ["seed", "sessions"], 'did you mean "sessions"?'),
        ("rage-click", ["rage_click"], 'did you mean "rage_click"?'),
        ("x", [], "there are none to choose from"),
        ("x", ["alpha", "beta"], "it is one of: alpha, beta"),
    ],
)
def test_did_you_mean(wrong: str, known: list[str], says: str) -> None:
    assert did_you_mean(wrong, known) == says


def test_paths_read_as_people_write_them() -> None:
    assert show_path(()) == ""
    assert show_path(("a", 0, "b c", "d")) == "a[0].b c.d"
    assert show_path(("a\nb",)) == "a\\x0ab"


# ---------------------------------------------------------------------------------------------------------------------
# Nothing else ever comes out


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))))
@settings(max_examples=300, deadline=None)
def test_any_bytes_give_a_tree_or_one_clear_line(data: bytes) -> None:
    try:
        assert isinstance(parse_yaml(data, file="f").tree, dict)
    except BadInput as error:
        for problem in error.problems:
            assert problem.startswith("f")
            assert "\n" not in problem


#: No digits: PyYAML leaves `0E0` unquoted, a text in YAML 1.1 and a number in 1.2. No line separators: it loses them.
_TEXT = st.text(st.characters(categories=("L", "P", "S", "Zs")), max_size=8)
_LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-(10**6), 10**6), _TEXT)
_TREES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_TEXT, inner)),
    max_leaves=15,
)


@given(st.dictionaries(_TEXT, _TREES, min_size=1, max_size=5))
@settings(max_examples=80, deadline=None)
def test_what_pyyaml_writes_is_read_back_the_same(tree: dict[str, Any]) -> None:
    text = yaml.safe_dump(tree, allow_unicode=True)
    assert parse_yaml(text, file="f").tree == tree
