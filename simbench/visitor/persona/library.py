"""The library of personas: `personas.yaml`, where every number has its source, or a range because it is assumed."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from simbench.errors import BadInput
from simbench.events.yaml_source import YamlSource, did_you_mean, read_yaml, show_value, validation_problems
from simbench.visitor.persona.spec import PersonaPatch, PersonaSpec

__all__ = [
    "DEFAULT", "PersonaLibrary", "SourcedValue", "default_library", "extends_problems", "merge", "read_library",
]  # fmt: skip

#: The persona that the others take their unsaid dials from.
DEFAULT: Final = "default"
_SCHEMA: Final = "simbench.personas/1"
#: Keys of a persona that are plain: no number, so no source.
_PLAIN: Final = ("about", "bot", "extends")
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
    """Personas by name: what sets them apart from `default` (`patches`), and with every dial filled in (`persona`).

    `parents` names the persona that one extends, where it extends one: a patch holds what comes from there too.
    """

    patches: Mapping[str, Mapping[str, Any]]
    parents: Mapping[str, str]
    values: tuple[SourcedValue, ...]
    sources: Mapping[str, str]

    @property
    def names(self) -> list[str]:
        """Names of the personas: people in the order of the file, then programs, `default` last."""
        named = [name for name in self.patches if name != DEFAULT]
        return [*sorted(named, key=lambda name: self.bot(name) is not None), DEFAULT]

    def bot(self, name: str) -> str | None:
        """Which program the persona `name` is; None for people."""
        program: str | None = self.patches[name].get("bot")
        return program

    def ancestry(self, name: str) -> list[str]:
        """`name`, what it extends, and so on, up to `default`."""
        line = [name]
        while line[-1] in self.parents:
            line.append(self.parents[line[-1]])
        return line if line[-1] == DEFAULT else [*line, DEFAULT]

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
        """The values that hold for `persona`, its own and those that it takes from others, by name."""
        found: dict[str, SourcedValue] = {}
        for name in reversed(self.ancestry(persona)):
            found |= {value.name: value for value in self.values if value.persona == name}
        return found


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
        patch: dict[str, Any] = {key: written[key] for key in _PLAIN if key in written and key != "extends"}
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
    parents = {name: written["extends"] for name, written in tree["personas"].items() if "extends" in written}
    for name, problem in extends_problems(parents, patches).items():
        problems.append(source.problem(("personas", name, "extends"), problem))
    source.fail(problems)
    library = PersonaLibrary(patches=patches, parents=parents, values=tuple(values), sources=cited)
    whole = {
        name: merge(*(patches[step] for step in reversed(library.ancestry(name)) if step != DEFAULT or name == DEFAULT))
        for name in patches
    }
    return replace(library, patches=whole)


def extends_problems(parents: Mapping[str, Any], known: Iterable[str]) -> dict[str, str]:
    """What is wrong with the parents of personas, by persona: unknown names, and circles (told once each)."""
    names = list(known)
    problems: dict[str, str] = {}
    told: set[str] = set()
    for name, parent in parents.items():
        if not isinstance(parent, str) or parent not in names:
            problems[name] = f"there is no persona {show_value(parent)} to extend; {did_you_mean(str(parent), names)}"
            continue
        line = [name]
        while isinstance(parents.get(line[-1]), str) and parents[line[-1]] not in line:
            line.append(parents[line[-1]])
        if parents.get(line[-1]) == name and not told & set(line):
            told |= set(line)
            by_way_of = f", by way of {', '.join(line[1:])}" if len(line) > 1 else ""
            problems[name] = f"{name} would extend itself{by_way_of}; let one of them extend another persona"
    return problems


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
