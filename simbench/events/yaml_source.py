"""YAML files that people write: read safely, with the line of every key, so that each error can say where."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import EllipsisType
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from simbench.errors import BadInput
from simbench.events.problems import (
    KeyPath,
    Problem,
    did_you_mean,
    printable,
    raise_problems,
    show_path,
    show_value,
)
from simbench.events.yaml_reader import MAX_BYTES, NUMBER, parse_tree

__all__ = [
    "KeyPath",
    "Problem",
    "YamlSource",
    "did_you_mean",
    "known_keys",
    "load_model",
    "parse_yaml",
    "raise_problems",
    "read_yaml",
    "show_path",
    "show_value",
    "validation_problems",
]

ModelT = TypeVar("ModelT", bound=BaseModel)


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

    def every(self, *pattern: str | int | EllipsisType) -> Iterator[tuple[KeyPath, Any]]:
        """The values at `pattern`, a path in which `...` stands for each item of a list, with their paths.

        What is not there, or has another shape, is passed over: for checks that go on where a file is wrong elsewhere.
        """
        found: list[tuple[KeyPath, Any]] = [((), self.tree)]
        for step in pattern:
            below: list[tuple[KeyPath, Any]] = []
            for path, value in found:
                if isinstance(step, str):
                    if isinstance(value, dict) and step in value:
                        below.append(((*path, step), value[step]))
                elif isinstance(value, list):
                    chosen = range(len(value)) if step is ... else [step]
                    below += [((*path, index), value[index]) for index in chosen if index < len(value)]
            found = below
        yield from found

    def problem(self, path: KeyPath, text: str) -> Problem:
        """A problem at `path`."""
        return Problem(self.line(path), show_path(path), text)

    def fail(self, problems: Iterable[Problem]) -> None:
        """Raise `BadInput` with all `problems`, sorted by line; does nothing when there are none."""
        raise_problems(self.file, problems)


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
        raise BadInput(f"{printable(str(path))}: cannot be read ({reason}); check the name and the rights") from None
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
    tree, lines = parse_tree(data, file)
    return YamlSource(file=file, tree=tree, lines=lines)


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
    schema = _schema_of(model)
    found: dict[KeyPath, str] = {}
    misspelt: set[KeyPath] = set()
    for item in error.errors(include_url=False):
        kind, given, context = item["type"], item.get("input"), item.get("ctx", {})
        path = _path_in_file(item["loc"], source, prefix)
        if kind == "extra_forbidden":
            mend = did_you_mean(str(path[-1]), known_keys(schema, path[:-1]))
            misspelt |= {(*path[:-1], meant) for meant in re.findall(r'did you mean "(.+)"', mend)}
            text = f"unknown key; {mend}"
        elif kind == "missing":
            examples = [example for node in _nodes_at(schema, path) for example in node.get("examples", [])]
            text = f"is required and missing; add it{_such_as(path[-1], examples)}"
        else:
            while path and (*prefix, *path) not in source.lines:
                path = path[:-1]
            text = _plain(kind, given, context, item["msg"])
        if kind == "too_short" and any(other[: len(path)] == path for other in found):
            continue  # the list is short of its wrong items, which are told on their own
        found.setdefault(path, text)
    return [
        source.problem((*prefix, *path), text)
        for path, text in found.items()
        # Who wrote `sede` need not hear that `seed` is missing.
        if not (path in misspelt and text.startswith("is required"))
    ]


def _such_as(key: str | int, examples: list[Any]) -> str:
    if not examples:
        return ""
    example = examples[0] if isinstance(examples[0], str) else json.dumps(examples[0])
    return f", such as `{key}: {example}`"


def _path_in_file(loc: tuple[str | int, ...], source: YamlSource, prefix: KeyPath) -> KeyPath:
    """`loc` without the tags of unions, and without pydantic's mark for "the key, not its value"."""
    path: KeyPath = ()
    for step in loc:
        here = (*prefix, *path, step) in source.lines
        if here or not (isinstance(step, str) and _NO_STEP.fullmatch(step)):
            path = (*path, step)
    return path


_NO_STEP: Final = re.compile(r"<.*>|\[key\]")


def _plain(kind: str, given: object, context: Mapping[str, Any], message: str) -> str:
    """One pydantic error in plain words."""
    shown = show_value(given)
    if kind in _WANTED:
        if isinstance(given, str):
            shown = f"the text {shown}" + (" (take the quotes off)" if NUMBER.fullmatch(given) else "")
        said = f"needs {_WANTED[kind]}, but is {shown}; {_MENDS.get(kind, 'write ' + _WANTED[kind])}"
    elif kind == "literal_error":
        choices = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        said = f"{shown} is not one of the choices; {did_you_mean(str(given), choices)}"
    elif kind in _LIMITS:
        words, key = _LIMITS[kind]
        limit = float(context.get(key, 0))
        said = f"must be {words} {f'{limit:,.0f}' if limit.is_integer() else f'{limit:g}'}, but is {shown}; change it"
    elif kind in ("too_short", "string_too_short"):
        said = f"needs at least {_counted(kind, context.get('min_length'))}; add to it"
    elif kind in ("too_long", "string_too_long"):
        said = f"may have at most {_counted(kind, context.get('max_length'))}; shorten it"
    elif kind == "string_pattern_mismatch":
        said = f"{shown} does not have the form wanted here ({context.get('pattern')}); rewrite it"
    else:
        # A validator of the model speaks for itself; pydantic puts "Value error, " before it.
        own = str(context.get("error", message)) if kind in ("value_error", "assertion_error") else message
        said = own if ";" in own else f"{own}; change it"
    return said


def _counted(kind: str, count: object) -> str:
    one, many = ("character", "characters") if kind.startswith("string") else ("entry", "entries")
    return f"{count} {one if count == 1 else many}"


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


@cache
def _schema_of(model: type[BaseModel]) -> Mapping[str, Any]:
    return model.model_json_schema(by_alias=True)


def known_keys(schema: Mapping[str, Any], path: KeyPath) -> list[str]:
    """The keys that a JSON Schema knows at `path` (of every branch where it branches)."""
    return [key for node in _nodes_at(schema, path) for key in node.get("properties", {})]


def _nodes_at(schema: Mapping[str, Any], path: KeyPath) -> list[Mapping[str, Any]]:
    """The parts of a JSON Schema that speak about `path`."""
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
    return nodes


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
