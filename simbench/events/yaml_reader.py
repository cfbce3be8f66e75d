"""YAML to plain values and line numbers, bounded in size and depth, without running anything.

The scalars are those of YAML 1.2's core schema, as in editors that check against a JSON Schema: `true` and `false` are
booleans while `yes`, `no` and `on` are text (the country code of Norway is one), and dates stay text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from simbench.errors import BadInput
from simbench.events.problems import KeyPath, Problem, printable, raise_problems, show_path

__all__ = ["MAX_BYTES", "MAX_DEPTH", "MAX_NODES", "NUMBER", "parse_tree"]

MAX_BYTES: Final = 1_000_000
#: Nodes (keys, values, mappings, lists) after every alias is written out: a bound on alias bombs.
MAX_NODES: Final = 100_000
MAX_DEPTH: Final = 40


def parse_tree(data: bytes, file: str) -> tuple[dict[str, Any], dict[KeyPath, int]]:
    """Parse YAML that holds one mapping: its plain values, and the line (from 1) of every key and list item.

    Raises
    ------
    BadInput
        See `simbench.events.yaml_source.read_yaml`.
    """
    if len(data) > MAX_BYTES:
        raise BadInput(f"{file}: is over 1 MB, too large for a file that people write; is it the right file?")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadInput(
            f"{file}:{line}: is not UTF-8 text; save it as UTF-8, or check that it is the right file"
        ) from None
    if not text.strip():
        raise BadInput(f"{file}: is empty; it needs one mapping of keys to values")
    root = _Composer(file).compose(text)
    if not isinstance(root, _Mapping):
        raise BadInput(
            f"{file}:{root.line}: the file holds {_kind(root)} at its top; it needs a mapping (lines of `key: value`)"
        )
    builder = _Builder()
    tree = builder.build(root, ())
    raise_problems(file, builder.problems)
    return tree, builder.lines


@dataclass(slots=True)
class _Scalar:
    line: int
    text: str
    plain: bool  # written without quotes, so that it may be a number, a boolean or null
    size: int = 1
    height: int = 1


@dataclass(slots=True)
class _List:
    line: int
    items: list[_Node] = field(default_factory=list)
    size: int = 1
    height: int = 1


@dataclass(slots=True)
class _Mapping:
    line: int
    pairs: list[tuple[_Node, _Node]] = field(default_factory=list)
    size: int = 1
    height: int = 1


_Node = _Scalar | _List | _Mapping
_CORE_TAGS: Final = {"tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq", "!"}


def _kind(node: _Node) -> str:
    if isinstance(node, _Scalar):
        return "a single value"
    return "a list" if isinstance(node, _List) else "a mapping"


class _Composer:
    """Events to nodes, without recursion; sizes count what aliases stand for, so that no bomb is ever written out."""

    def __init__(self, file: str) -> None:
        self._file = file
        #: What each anchor stands for; None while it is still open.
        self._anchors: dict[str, _Node | None] = {}
        #: Lists and mappings that are open, from the outside in: node, anchor, and the key that waits for its value.
        self._open: list[tuple[_List | _Mapping, str | None, list[_Node]]] = []
        self._documents: list[_Node] = []

    def _fail(self, line: int, text: str) -> BadInput:
        return BadInput(Problem(line, "", text).say(self._file))

    def compose(self, text: str) -> _Node:
        """The one document of `text`."""
        # libyaml, where it is there, is fast; PyYAML's own parser has the words for errors.
        fast = getattr(yaml, "CSafeLoader", None)
        try:
            return self._read(yaml.parse(text, Loader=fast or yaml.SafeLoader))
        except (yaml.YAMLError, UnicodeError):
            pass
        try:
            return self._read(yaml.parse(text, Loader=yaml.SafeLoader))
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1 if isinstance(error.position, int) else 1
            said = "holds a control character that text may not hold; is it really a YAML file?"
            raise self._fail(line, said) from None
        except yaml.MarkedYAMLError as error:
            raise self._fail(*_syntax(error)) from None
        except (yaml.YAMLError, ValueError, OverflowError):
            raise self._fail(1, "cannot be parsed as YAML; check it with an editor") from None

    def _read(self, events: Iterator[Any]) -> _Node:
        self._anchors.clear()
        self._open.clear()
        self._documents.clear()
        for event in events:
            line = event.start_mark.line + 1
            if isinstance(event, yaml.AliasEvent):
                self._place(self._alias(event.anchor, line), line)
            elif isinstance(event, yaml.ScalarEvent):
                self._check_tag(event.tag, line)
                text = self._whole(event.value, line)
                scalar = _Scalar(line, text, plain=event.style in (None, "") and event.tag is None)
                if event.anchor:
                    self._anchors[event.anchor] = scalar
                self._place(scalar, line)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._begin(event, line)
            elif isinstance(event, yaml.CollectionEndEvent):
                closed, anchor, _ = self._open.pop()
                if anchor:
                    self._anchors[anchor] = closed
                self._place(closed, line)
        if not self._documents:
            raise BadInput(f"{self._file}: is empty; it needs one mapping of keys to values")
        if len(self._documents) > 1:
            raise self._fail(self._documents[1].line, "a second document begins here (`---`); keep one document a file")
        return self._documents[0]

    def _whole(self, text: str, line: int) -> str:
        """`text` with surrogate pairs, which JSON writes as two escapes, put together."""
        if not any("\ud800" <= character <= "\udfff" for character in text):
            return text
        try:
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeError:
            said = "holds half a character (a lone surrogate); write the character itself"
            raise self._fail(line, said) from None

    def _begin(self, event: Any, line: int) -> None:
        self._check_tag(event.tag, line)
        if event.anchor:
            self._anchors[event.anchor] = None
        opened = _List(line) if isinstance(event, yaml.SequenceStartEvent) else _Mapping(line)
        self._open.append((opened, event.anchor, []))
        if len(self._open) > MAX_DEPTH:
            raise self._fail(line, f"is nested more than {MAX_DEPTH} levels deep; flatten it")

    def _place(self, node: _Node, line: int) -> None:
        """Put a finished node where it belongs."""
        if not self._open:
            self._documents.append(node)
            return
        parent, _, key = self._open[-1]
        parent.size += node.size
        parent.height = max(parent.height, node.height + 1)
        if parent.size > MAX_NODES:
            raise self._fail(line, f"grows to more than {MAX_NODES:,} values (aliases written out); make it smaller")
        if parent.height + len(self._open) - 1 > MAX_DEPTH:
            raise self._fail(line, f"is nested more than {MAX_DEPTH} levels deep; flatten it")
        if isinstance(parent, _List):
            parent.items.append(node)
        elif key:
            parent.pairs.append((key.pop(), node))
        else:
            key.append(node)

    def _alias(self, name: str | None, line: int) -> _Node:
        if name is None or name not in self._anchors:
            raise self._fail(line, f"the alias *{name} stands for nothing; define &{name} above it, or quote the text")
        node = self._anchors[name]
        if node is None:
            raise self._fail(line, f"the alias *{name} stands inside what it stands for; write the values out")
        return node

    def _check_tag(self, tag: str | None, line: int) -> None:
        if tag is not None and tag not in _CORE_TAGS:
            shown = printable(tag.replace("tag:yaml.org,2002:", "!!"))
            raise self._fail(line, f"the tag {shown} is not allowed; take it out and write the plain value")


#: What a parser complains about, in plain words: a part of its problem or context, and what to say. The first that
#: fits is taken.
_COMPLAINTS: Final = (
    ("'\\t'", "a tab is used as indentation; YAML wants spaces"),
    ("mapping values are not allowed", "a colon stands where no key can; check the indentation, or quote the value"),
    ("could not find expected ':'", "a key lacks its colon; write `key: value` (or check the quotes above)"),
    ("flow sequence", "the bracket opened on line {opened} is not closed; add a comma or `]`"),
    ("flow mapping", "the bracket opened on line {opened} is not closed; add a comma or `}}`"),
    ("block collection", "the indentation does not fit the lines above; align it with its neighbours"),
    ("block mapping", "the indentation does not fit the lines above; align it with its neighbours"),
    ("expected the node content", "a value is missing here; write one, or quote the text that stands here"),
    ("unknown escape", "a backslash in double quotes begins an escape, and this is none; use single quotes"),
    ("cannot start any token", "{character} cannot begin a value; put the value in quotes"),
)


def _syntax(error: yaml.MarkedYAMLError) -> tuple[int, str]:
    """Where a parser gave up, and why, in plain words: (line, text)."""
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark is not None else 1
    opened = error.context_mark.line + 1 if error.context_mark is not None else line
    problem, context = error.problem or "", error.context or ""
    if "end of stream" in problem and "quoted scalar" in context:
        return opened, "a quote is opened here and never closed; close it"
    found = re.search(r"found character ['\"](.+?)['\"] ", problem)
    for part, text in _COMPLAINTS:
        if part in problem or part in context:
            return line, text.format(opened=opened, character=f"`{found[1]}`" if found else "this character")
    return line, f"is not well-formed YAML ({printable(problem)}); check this line and the one above"


# ---------------------------------------------------------------------------------------------------------------------
# Nodes to plain values

_INT: Final = re.compile(r"[-+]?[0-9]+|0x[0-9a-fA-F]+|0o[0-7]+")
#: A decimal number.
NUMBER: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_ODD_NUMBER: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_CONSTANTS: Final = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class _Builder:
    """Nodes to plain values; collects the line of each key, and what is wrong with keys and numbers."""

    def __init__(self) -> None:
        self.lines: dict[KeyPath, int] = {(): 1}
        self.problems: list[Problem] = []

    def build(self, node: _Node, path: KeyPath) -> Any:
        if isinstance(node, _Scalar):
            return self._scalar(node, path)
        if isinstance(node, _List):
            values = []
            for index, item in enumerate(node.items):
                self.lines[(*path, index)] = item.line
                values.append(self.build(item, (*path, index)))
            return values
        built: dict[str, Any] = {}
        first: dict[str, int] = {}
        for key, value in self._merged(node, path):
            if not isinstance(key, _Scalar):
                self._complain(key.line, path, f"a key is {_kind(key)}; a key is a single word")
            elif key.plain and key.text == "":
                self._complain(key.line, path, "a key is missing before the colon; write `key: value`")
            elif key.text in first:
                self._complain(
                    key.line, (*path, key.text), f"stands here twice, first on line {first[key.text]}; keep one of them"
                )
            else:
                first[key.text] = key.line
                self.lines[(*path, key.text)] = key.line
                built[key.text] = self.build(value, (*path, key.text))
        return built

    def _merged(self, node: _Mapping, path: KeyPath) -> Iterator[tuple[_Node, _Node]]:
        """The pairs of `node`, with `<<: *other` written out; keys of its own win."""
        own = {key.text for key, _ in node.pairs if isinstance(key, _Scalar)}
        for key, value in node.pairs:
            if not (isinstance(key, _Scalar) and key.plain and key.text == "<<"):
                yield key, value
                continue
            for other in value.items if isinstance(value, _List) else [value]:
                if not isinstance(other, _Mapping):
                    self._complain(key.line, (*path, "<<"), "`<<` takes in a mapping (an alias); write the keys out")
                    continue
                for name, inner in other.pairs:
                    if isinstance(name, _Scalar) and name.text not in own:
                        own.add(name.text)
                        yield name, inner

    def _scalar(self, node: _Scalar, path: KeyPath) -> Any:
        text = node.text
        if not node.plain:
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if len(text) <= 40 and _INT.fullmatch(text):
            return int(text, 0) if text[:2] in ("0x", "0o") else int(text)
        number = NUMBER.fullmatch(text)
        if number is not None and len(text) <= 40 and math.isfinite(float(text)):
            return float(text)
        if number is not None or _ODD_NUMBER.fullmatch(text):
            self._complain(node.line, path, f"{printable(text)} is not a usable number; write a finite one")
            return 0
        return text

    def _complain(self, line: int, path: KeyPath, text: str) -> None:
        self.problems.append(Problem(line, show_path(path), text))
