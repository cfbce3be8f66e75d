"""The library of personas: `personas.yaml`, where every number has its source, or a range because it is assumed."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from simbench.errors import BadInput
from simbench.events.yaml_source import YamlSource, read_yaml, validation_problems
from simbench.visitor.persona.spec import PersonaPatch, PersonaSpec

__all__ = ["DEFAULT", "PersonaLibrary", "SourcedValue", "default_library", "merge", "read_library"]

#: The persona that the others take their unsaid dials from.
DEFAULT: Final = "default"
_SCHEMA: Final = "simbench.personas/1"
#: Keys of a persona that are plain: no number, so no source.
_PLAIN: Final = ("about", "bot")
#: Keys of a persona that hold further dials.
_NESTED: Final = ("frustration", "interests")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcedValue:
    """A value of the library, as written in YAML, and where it comes from."""

    persona: str
    #: Where it stands in the persona: ("frustration", "slow").
    path: tuple[str, ...]
    value: Any
    #: The citation in full; None when the value is assumed.
    source: str | None
    #: The range in which an assumption is to be varied.
    assumed: tuple[float, float] | None
    note: str

    @property
    def name(self) -> str:
        """Its name as `DIALS` has it: `frustration_slow`."""
        return "_".join(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonaLibrary:
    """Personas by name: as they are written (`patches`), and with every dial filled in (`persona`)."""

    patches: Mapping[str, Mapping[str, Any]]
    values: tuple[SourcedValue, ...]
    sources: Mapping[str, str]

    @property
    def names(self) -> list[str]:
        """Names of the personas, `default` last."""
        return [name for name in self.patches if name != DEFAULT] + [DEFAULT]

    def persona(self, name: str) -> PersonaSpec:
        """The persona `name` with every dial filled in.

        Raises
        ------
        KeyError
            The library has no such persona.
        """
        return PersonaSpec.model_validate({"name": name, **self.filled(self.patches[name])})

    def filled(self, *patches: Mapping[str, Any]) -> dict[str, Any]:
        """`patches`, later ones over earlier ones, over the default persona's dials: plain values."""
        base = {key: value for key, value in self.patches[DEFAULT].items() if key != "about"}
        return merge(base, *patches)

    def values_of(self, persona: str) -> dict[str, SourcedValue]:
        """The values that hold for `persona`, its own and the default's, by name."""
        own = {value.name: value for value in self.values if value.persona == DEFAULT}
        return own | {value.name: value for value in self.values if value.persona == persona}


def merge(*layers: Mapping[str, Any]) -> dict[str, Any]:
    """Personas as plain values, later ones over earlier ones; groups of dials are merged dial by dial."""
    merged: dict[str, Any] = {}
    for layer in layers:
        for key, value in copy.deepcopy(dict(layer)).items():
            merged[key] = {**merged.get(key, {}), **value} if key in _NESTED else value
    return merged


@cache
def default_library() -> PersonaLibrary:
    """The library that the package brings along."""
    return read_library(Path(__file__).with_name("personas.yaml"))


def read_library(path: Path) -> PersonaLibrary:
    """Read a library.

    Raises
    ------
    BadInput
        A number has neither a source nor a range, a key is unknown, or a value is impossible.
    """
    source = read_yaml(path)
    tree = source.tree
    if tree.get("schema") != _SCHEMA or not isinstance(tree.get("personas"), dict):
        raise BadInput(f"{path}:1: is not a library of personas; it begins with `schema: {_SCHEMA}`")
    cited: Mapping[str, str] = tree.get("sources", {})
    patches: dict[str, dict[str, Any]] = {}
    values: list[SourcedValue] = []
    problems = []
    for name, written in tree["personas"].items():
        patch: dict[str, Any] = {key: written[key] for key in _PLAIN if key in written}
        for at, entry in _entries(written):
            where = ("personas", name, *at)
            lacks = _lacks(entry, cited)
            if lacks:
                problems.append(source.problem(where, lacks))
                continue
            assumed = entry.get("assumed")
            values.append(
                SourcedValue(
                    persona=name,
                    path=at,
                    value=entry["value"],
                    source=cited[entry["source"]] if "source" in entry else None,
                    assumed=(float(assumed[0]), float(assumed[1])) if assumed else None,
                    note=entry.get("note", ""),
                )
            )
            group = patch
            for step in at[:-1]:
                group = group.setdefault(step, {})
            group[at[-1]] = entry["value"]
        try:
            PersonaPatch.model_validate(patch)
        except ValidationError as error:
            problems += validation_problems(error, _without_entries(source), PersonaPatch, prefix=("personas", name))
        patches[name] = patch
    source.fail(problems)
    return PersonaLibrary(patches=patches, values=tuple(values), sources=cited)


def _entries(written: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, entry in written.items():
        if key in _NESTED:
            yield from (((key, inner), deeper) for inner, deeper in entry.items())
        elif key not in _PLAIN:
            yield (key,), entry


def _lacks(entry: Any, cited: Mapping[str, str]) -> str:
    """What an entry lacks, or the empty string."""
    if not isinstance(entry, dict) or "value" not in entry:
        return "is not an entry; write {value: ..., source: ..., assumed: [low, high]}"
    unknown = set(entry) - {"value", "source", "assumed", "note"}
    if unknown:
        return f"has unknown keys ({', '.join(sorted(unknown))}); take them out"
    if "source" not in entry and "assumed" not in entry:
        return "has neither a source nor an assumed range; add one"
    if "source" in entry and entry["source"] not in cited:
        return f'names the source "{entry["source"]}", which `sources` lacks; add it there'
    assumed = entry.get("assumed", [0, 1])
    if not (isinstance(assumed, list) and len(assumed) == 2 and assumed[0] < assumed[1]):
        return "has a range that is none; write assumed: [low, high]"
    return ""


def _without_entries(source: YamlSource) -> YamlSource:
    """`source` with the lines of `personas.x.dial.value...` also known under `personas.x.dial...`."""
    lines = dict(source.lines)
    for path, line in source.lines.items():
        if "value" in path:
            at = path.index("value")
            lines.setdefault(path[:at] + path[at + 1 :], line)
    return YamlSource(file=source.file, tree=source.tree, lines=lines)
