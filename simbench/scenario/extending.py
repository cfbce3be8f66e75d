"""Personas of a scenario that extend others, of the same scenario or of the library.

A name means the scenario's own persona first, then the library's. A persona that extends its own name extends the
library's of that name, so that one of the library can be changed under its old name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from simbench.events.yaml_source import KeyPath, YamlSource
from simbench.visitor.persona.library import PersonaLibrary, extends_problems

__all__ = ["called", "extending_problems", "resolved_patch"]

#: Keys of an entry that are no part of the persona.
_ABOUT_THE_ENTRY = ("use", "with", "extends", "share", "name")


def called(entry: Mapping[str, Any]) -> Any:
    """The name of a scenario's persona: its own, or that of the library's that it uses."""
    return entry.get("name") or entry.get("use")


def extending_problems(source: YamlSource, library: PersonaLibrary) -> Iterator[tuple[KeyPath, str]]:
    """Names that nothing has, and circles, with the places in the file; whatever has the wrong shape is passed over."""
    at: dict[str, KeyPath] = {}
    parents: dict[str, str] = {}
    own: list[str] = []
    for path, entry in source.every("personas", ...):
        if not isinstance(entry, dict) or not isinstance(called(entry), str):
            continue
        name = called(entry)
        own.append(name)
        parent = entry.get("extends")
        if "use" not in entry and isinstance(parent, str) and name not in at:
            at[name] = (*path, "extends")
            # Its own name is the library's: no circle.
            parents[name] = f"the library's {name}" if parent == name and name in library.patches else parent
    known = [*own, *library.names, *(f"the library's {name}" for name in library.names)]
    for name, problem in extends_problems(parents, known).items():
        yield at[name], problem


def resolved_patch(
    entry: Mapping[str, Any], entries: Sequence[Mapping[str, Any]], library: PersonaLibrary
) -> list[Mapping[str, Any]]:
    """What an entry of `personas` says, as layers over the default persona: the most distant first."""
    if "use" in entry:
        return [library.patches[entry["use"]], entry.get("with") or {}]
    own = {key: value for key, value in entry.items() if key not in _ABOUT_THE_ENTRY}
    parent = entry.get("extends")
    if parent is None:
        return [own]
    other = next((each for each in entries if called(each) == parent and parent != called(entry)), None)
    if other is not None:
        return [*resolved_patch(other, entries, library), own]
    return [library.patches[parent], own]
