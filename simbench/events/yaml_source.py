"""YAML files that people write: read safely, with the line of every key, so that each error can say where.

The scalars are those of YAML 1.2's core schema, as in editors that check against a JSON Schema: `true` and `false` are
booleans while `yes`, `no` and `on` are text (the country code of Norway is one), and dates stay text.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from simbench.errors import BadInput

__all__ = [
    "KeyPath",
    "Problem",
    "YamlSource",
    "did_you_mean",
    "load_model",
    "parse_yaml",
    "raise_problems",
    "read_yaml",
    "show_path",
    "show_value",
    "validation_problems",
]

#: Where a value stands: keys of mappings and indices of lists, from the root.
KeyPath = tuple[str | int, ...]
ModelT = TypeVar("ModelT", bound=BaseModel)

MAX_BYTES: Final = 1_000_000
#: Nodes (keys, values, mappings, lists) after every alias is written out: a bound on alias bombs.
MAX_NODES: Final = 100_000
MAX_DEPTH: Final = 40
#: More problems than these in one file help nobody.
MAX_PROBLEMS: Final = 100


# ---------------------------------------------------------------------------------------------------------------------
# Problems, and how they read


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong in a file.

    `line` counts from 1 (0: the file as a whole), `path` is the key's path, `text` says what is wrong and how to mend it
    (`what; mend`).
    """

    line: int
    path: str
    text: str

    def say(self, file: str) -> str:
        """One line for people: `file:line: key.path: what is wrong; mend`."""
        where = f"{file}:{self.line}" if self.line else file
        return f"{where}: {self.path}: {self.text}" if self.path else f"{where}: {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlSource:
    """A YAML mapping as plain Python values (dict, list, str, int, float, bool, None), and the line of each key."""

    #: The file's name as messages show it.
    file: str
    tree: dict[str, Any]
    #: The line (from 1) of each key of a mapping and each item of a list.
    lines: Mapping[KeyPath, int] = field(repr=False)

    def line(self, path: KeyPath) -> int:
        """The line of `path`, or of the nearest place above it that the file has."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return 1

    def problem(self, path: KeyPath, text: str) -> Problem:
        """A problem at `path`."""
        return Problem(self.line(path), show_path(path), text)

    def fail(self, problems: Iterable[Problem]) -> None:
        """Raise `BadInput` with all `problems`, sorted by line; does nothing when there are none."""
        raise_problems(self.file, problems)


def raise_problems(file: str, problems: Iterable[Problem]) -> None:
    """Raise `BadInput` with all `problems` of `file`, sorted by line; do nothing when there are none."""
    found = sorted(set(problems))
    if not found:
        return
    said = [problem.say(file) for problem in found[:MAX_PROBLEMS]]
    if len(found) > MAX_PROBLEMS:
        said.append(f"{file}: and {len(found) - MAX_PROBLEMS} more problems; mend these first")
    raise BadInput(*said)


def show_path(path: Sequence[str | int]) -> str:
    """A key's path as people read it.

    Examples
    --------
    >>> show_path(("personas", 1, "with", "patience_s"))
    'personas[1].with.patience_s'
    """
    shown = ""
    for step in path:
        shown += f"[{step}]" if isinstance(step, int) else f".{_printable(step)}" if shown else _printable(step)
    return shown


def show_value(value: object) -> str:
    """A value as a message quotes it, with its type where that matters.

    Examples
    --------
    >>> show_value("5"), show_value(5), show_value([1, 2])
    ('the text "5"', '5', 'a list')
    """
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    return f'the text "{_printable(str(value))}"'


def _printable(text: str) -> str:
    """`text` on one line and of bearable length, with control characters made visible."""
    clean = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
    return clean if len(clean) <= 60 else clean[:57] + "..."


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """The mend for an unknown name: the nearest known one, or the list of them.

    Examples
    --------
    >>> did_you_mean("sesions", ["seed", "sessions"])
    'did you mean "sessions"?'
    >>> did_you_mean("xyz", ["a", "b"])
    'it is one of: a, b'
    """
    names = list(dict.fromkeys(known))
    folded = {name.casefold().replace("-", "_"): name for name in names}
    near = difflib.get_close_matches(wrong.casefold().replace("-", "_"), folded, n=1, cutoff=0.6)
    if near:
        return f'did you mean "{folded[near[0]]}"?'
    if not names:
        return "there are none to choose from"
    shown = ", ".join(names[:30])
    return f"it is one of: {shown}{', ...' if len(names) > 30 else ''}"


# ---------------------------------------------------------------------------------------------------------------------
# Reading


def read_yaml(path: Path | str) -> YamlSource:
    """Read a YAML file that holds one mapping.

    Raises
    ------
    BadInput
        The file cannot be read, is over 1 MB, is not UTF-8 text, is not well-formed YAML, repeats a key, is nested too
        deeply, grows too large when its aliases are written out, or holds anything but one mapping.
    """
    path = Path(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise BadInput(f"{path}: there is no such file; check the name and the folder") from None
    except IsADirectoryError:
        raise BadInput(f"{path}: is a folder, not a file; name the YAML file in it") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise BadInput(f"{_printable(str(path))}: cannot be read ({reason}); check the name and the rights") from None
    return parse_yaml(data, file=str(path))


def parse_yaml(data: bytes | str, *, file: str) -> YamlSource:
    """Parse YAML that holds one mapping; `file` is its name in messages.

    Raises
    ------
    BadInput
        As `read_yaml`.
    """
    if isinstance(data, str):
        data = data.encode("utf-8", errors="surrogatepass")
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
    return YamlSource(file=file, tree=tree, lines=builder.lines)


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
    return {_Scalar: "a single value", _List: "a list", _Mapping: "a mapping"}[type(node)]


def _events(text: str) -> list[Any]:
    """Parse `text` into YAML events: with libyaml where it is there, and with PyYAML's own parser for its messages."""
    fast = getattr(yaml, "CSafeLoader", None)
    if fast is not None:
        try:
            return list(yaml.parse(text, Loader=fast))
        except yaml.YAMLError:
            pass
    return list(yaml.parse(text, Loader=yaml.SafeLoader))


class _Composer:
    """Events to nodes, without recursion; sizes count what the aliases stand for, so that no bomb is ever written out."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._anchors: dict[str, _Node | None] = {}

    def _fail(self, line: int, text: str) -> BadInput:
        return BadInput(Problem(line, "", text).say(self._file))

    def compose(self, text: str) -> _Node:
        try:
            events = _events(text)
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1 if isinstance(error.position, int) else 1
            raise self._fail(
                line, "holds a control character that text may not hold; is it really a YAML file?"
            ) from None
        except yaml.MarkedYAMLError as error:
            raise self._fail(*_syntax(error)) from None
        except (yaml.YAMLError, ValueError, RecursionError):
            raise self._fail(1, "cannot be parsed as YAML; check it with an editor") from None

        documents: list[_Node] = []
        stack: list[tuple[_Node, str | None]] = []
        pending: list[_Node | None] = []  # for each open mapping, the key that waits for its value
        for event in events:
            line = event.start_mark.line + 1
            if isinstance(event, yaml.AliasEvent):
                done = self._alias(event.anchor, line)
            elif isinstance(event, yaml.ScalarEvent):
                self._check_tag(event.tag, line)
                plain = event.style in (None, "") and event.tag is None
                done = _Scalar(line, event.value, plain)
                if event.anchor:
                    self._anchors[event.anchor] = done
            elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
                self._check_tag(event.tag, line)
                if len(stack) >= MAX_DEPTH:
                    raise self._fail(line, f"is nested more than {MAX_DEPTH} levels deep; flatten it")
                opened: _Node = _List(line) if isinstance(event, yaml.SequenceStartEvent) else _Mapping(line)
                if event.anchor:
                    self._anchors[event.anchor] = None  # open: an alias to it from within would be endless
                stack.append((opened, event.anchor))
                pending.append(None)
                continue
            elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
                done, anchor = stack.pop()
                pending.pop()
                if anchor:
                    self._anchors[anchor] = done
            else:
                continue
            if not stack:
                documents.append(done)
                continue
            parent = stack[-1][0]
            parent.size += done.size
            parent.height = max(parent.height, done.height + 1)
            if parent.size > MAX_NODES:
                raise self._fail(
                    line, f"grows to more than {MAX_NODES:,} values (aliases written out); make it smaller"
                )
            if parent.height + len(stack) - 1 > MAX_DEPTH:
                raise self._fail(line, f"is nested more than {MAX_DEPTH} levels deep; flatten it")
            if isinstance(parent, _List):
                parent.items.append(done)
            elif isinstance(parent, _Mapping):
                key = pending[-1]
                if key is None:
                    pending[-1] = done
                else:
                    parent.pairs.append((key, done))
                    pending[-1] = None
        if not documents:
            raise BadInput(f"{self._file}: is empty; it needs one mapping of keys to values")
        if len(documents) > 1:
            raise self._fail(documents[1].line, "a second document begins here (`---`); keep one document a file")
        return documents[0]

    def _alias(self, name: str | None, line: int) -> _Node:
        if name is None or name not in self._anchors:
            raise self._fail(line, f"the alias *{name} stands for nothing; define &{name} above it, or quote the text")
        node = self._anchors[name]
        if node is None:
            raise self._fail(line, f"the alias *{name} stands inside what it stands for; write the values out")
        return node

    def _check_tag(self, tag: str | None, line: int) -> None:
        if tag is not None and tag not in _CORE_TAGS:
            shown = _printable(tag.replace("tag:yaml.org,2002:", "!!"))
            raise self._fail(line, f"the tag {shown} is not allowed; take it out and write the plain value")


def _syntax(error: yaml.MarkedYAMLError) -> tuple[int, str]:
    """What a parser complains about, in plain words: (line, text)."""
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark is not None else 1
    problem = error.problem or ""
    context = error.context or ""
    opened = error.context_mark.line + 1 if error.context_mark is not None else line
    if "'\\t'" in problem or "tab" in problem:
        return line, "a tab is used as indentation; YAML wants spaces"
    if "cannot start any token" in problem:
        found = re.search(r"found character ['\"](.+?)['\"] ", problem)
        shown = f"`{found[1]}`" if found else "this character"
        return line, f"{shown} cannot begin a value; put the value in quotes"
    if "mapping values are not allowed" in problem:
        return line, "a colon stands where no key can; check the indentation, or put the value in quotes"
    if "could not find expected ':'" in problem:
        return line, "a key lacks its colon; write `key: value` (or check the quotes above)"
    if "end of stream" in problem and "quoted scalar" in context:
        return opened, "a quote is opened here and never closed; close it"
    if "flow sequence" in context or "flow mapping" in context:
        bracket = "]" if "sequence" in context else "}"
        return line, f"the bracket opened on line {opened} is not closed here; add a comma or `{bracket}`"
    if "<block end>" in problem or "block collection" in context or "block mapping" in context:
        return line, "the indentation does not fit the lines above; align it with its neighbours"
    return line, f"is not well-formed YAML ({_printable(problem)}); check this line and the one above"


# ---------------------------------------------------------------------------------------------------------------------
# Nodes to plain values

_INT: Final = re.compile(r"[-+]?[0-9]+|0x[0-9a-fA-F]+|0o[0-7]+")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
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
        number = _FLOAT.fullmatch(text)
        if number is not None and len(text) <= 40 and math.isfinite(float(text)):
            return float(text)
        if number is not None or _ODD_NUMBER.fullmatch(text):
            self._complain(node.line, path, f"{_printable(text)} is not a usable number; write a finite one")
            return 0
        return text

    def _complain(self, line: int, path: KeyPath, text: str) -> None:
        self.problems.append(Problem(line, show_path(path), text))


# ---------------------------------------------------------------------------------------------------------------------
# From pydantic's words to plain ones


def load_model(path: Path | str, model: type[ModelT]) -> tuple[ModelT, YamlSource]:
    """Read a YAML file and validate it as `model`.

    Raises
    ------
    BadInput
        With all problems of the file, one line each: `file:line: key.path: what is wrong; mend`.
    """
    source = read_yaml(path)
    try:
        return model.model_validate(source.tree), source
    except ValidationError as error:
        source.fail(validation_problems(error, source, model))
        raise  # unreachable: a ValidationError holds at least one problem


def validation_problems(
    error: ValidationError, source: YamlSource, model: type[BaseModel], *, prefix: KeyPath = ()
) -> list[Problem]:
    """What pydantic found wrong, in plain words, with lines and a "did you mean" for unknown keys and choices.

    `prefix` is where in the file the validated part stands. Validators of the model speak for themselves: the text of a
    `ValueError` or `PydanticCustomError` is taken as it is (write `what is wrong; mend`). Tags of discriminated unions
    are left out of paths when they are written `<tag>`.
    """
    schema = model.model_json_schema(by_alias=True)
    problems: list[Problem] = []
    for item in error.errors(include_url=False):
        kind, given, context = item["type"], item.get("input"), item.get("ctx", {})
        # Tags of unions and pydantic's mark for "the key, not its value" are no part of the file.
        path = tuple(
            step for step in item["loc"] if not (isinstance(step, str) and re.fullmatch(r"<.*>|\[key\]", step))
        )
        if kind not in ("missing", "extra_forbidden"):
            while path and (*prefix, *path) not in source.lines:
                path = path[:-1]
        if kind == "extra_forbidden":
            text = f"unknown key; {did_you_mean(str(path[-1]), known_keys(schema, path[:-1]))}"
        elif kind == "missing":
            text = "is required and missing; add it"
        else:
            text = _plain(kind, given, context, item["msg"])
        problems.append(source.problem((*prefix, *path), text))
    return problems


def _plain(kind: str, given: object, context: Mapping[str, Any], message: str) -> str:
    """One pydantic error in plain words."""
    shown = show_value(given)
    if kind in ("value_error", "assertion_error"):
        return str(context.get("error", message))
    if kind in _WANTED:
        quoted = " (take the quotes off)" if isinstance(given, str) and _FLOAT.fullmatch(given) else ""
        return f"needs {_WANTED[kind]}, but is {shown}{quoted}; {_MENDS.get(kind, 'write ' + _WANTED[kind])}"
    if kind == "literal_error":
        choices = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        return f"{shown} is not one of the choices; {did_you_mean(str(given), choices)}"
    if kind in _LIMITS:
        words, key = _LIMITS[kind]
        return f"must be {words} {context.get(key):g}, but is {shown}; change it"
    if kind in ("too_short", "string_too_short"):
        return f"needs at least {context.get('min_length')} {_counted(kind)}; add to it"
    if kind in ("too_long", "string_too_long"):
        return f"may have at most {context.get('max_length')} {_counted(kind)}; shorten it"
    if kind == "string_pattern_mismatch":
        return f"{shown} does not have the form wanted here ({context.get('pattern')}); rewrite it"
    return message if ";" in message else f"{message}; change it"


def _counted(kind: str) -> str:
    return "characters" if kind.startswith("string") else "entries"


_WANTED: Final = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_type": "a text",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "mapping_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "dataclass_type": "a mapping",
    "none_required": "null",
}
_MENDS: Final = {
    "list_type": "write [a, b] or lines that begin with `- `",
    "tuple_type": "write [a, b] or lines that begin with `- `",
    "dict_type": "write {key: value} or indented lines of `key: value`",
    "mapping_type": "write {key: value} or indented lines of `key: value`",
    "model_type": "write {key: value} or indented lines of `key: value`",
    "model_attributes_type": "write {key: value} or indented lines of `key: value`",
    "dataclass_type": "write {key: value} or indented lines of `key: value`",
    "string_type": "put it in quotes",
}
_LIMITS: Final = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}


def known_keys(schema: Mapping[str, Any], path: KeyPath) -> list[str]:
    """The keys that a JSON Schema knows at `path` (of every branch where it branches)."""
    nodes = _branches(schema, schema)
    for step in path:
        below: list[Mapping[str, Any]] = []
        for node in nodes:
            if isinstance(step, int):
                inner = node.get("items")
            else:
                inner = node.get("properties", {}).get(step, node.get("additionalProperties"))
            if isinstance(inner, Mapping):
                below += _branches(schema, inner)
        nodes = below
    return [key for node in nodes for key in node.get("properties", {})]


def _branches(schema: Mapping[str, Any], node: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """`node` with references followed and alternatives spread out."""
    found: list[Mapping[str, Any]] = []
    waiting = [node]
    while waiting:
        current = waiting.pop(0)
        if "$ref" in current:
            waiting.insert(0, schema.get("$defs", {})[str(current["$ref"]).rsplit("/", 1)[-1]])
            continue
        found.append(current)
        for word in ("anyOf", "oneOf", "allOf"):
            waiting += current.get(word, [])
    return found
