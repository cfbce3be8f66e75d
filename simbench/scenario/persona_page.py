"""The library of personas as people read it: values in words, and the page `docs/personas.md`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from simbench.visitor.persona.library import DEFAULT, PersonaLibrary, SourcedValue
from simbench.visitor.persona.spec import DIALS

__all__ = ["meaning", "origin", "personas_markdown", "say_value", "unit"]

_WEIGHTS: Final = {
    "device": "Device of a visit.",
    "source": "Where a visit comes from.",
    "visitor_type": "Whether the visitor was there before.",
    "goal": "What the visitor comes for; a goal of the site.",
    "country": "Where the visitor lives.",
}


def say_value(value: Any) -> str:
    """A value as written in YAML, in words.

    Examples
    --------
    >>> say_value({"lognormal": {"median": 3, "sigma": 0.5}, "min": 1})
    'lognormal, median 3, sigma 0.5; at least 1'
    >>> say_value({"mobile": 0.64, "desktop": 0.36})
    'mobile 64 %, desktop 36 %'
    """
    if not isinstance(value, Mapping):
        return f"{value:g}" if isinstance(value, int | float) else str(value)
    kind = next(iter(value))
    if isinstance(value[kind], Mapping):
        text = f"{kind}, " + ", ".join(f"{name} {number:g}" for name, number in value[kind].items())
        limits = [f"at least {value['min']:g}"] if "min" in value else []
        limits += [f"at most {value['max']:g}"] if "max" in value else []
        return "; ".join([text, *limits])
    return ", ".join(f"{name} {share * 100:g} %" for name, share in value.items())


def unit(name: str) -> str:
    """The unit of a value of the library."""
    return DIALS[name].unit if name in DIALS else "shares"


def meaning(name: str) -> str:
    """What a value of the library means, in a line."""
    return DIALS[name].about if name in DIALS else _WEIGHTS[name]


def origin(value: SourcedValue) -> str:
    """Where a value comes from: its source, the range of an assumption, and what there is to note."""
    parts = [value.source] if value.source else []
    if value.assumed:
        low, high = value.assumed
        parts.append(f"{'varied within' if value.source else 'assumed, range'} {low:g} to {high:g}")
    return "; ".join(parts) + (f" ({value.note})" if value.note else "")


def personas_markdown(library: PersonaLibrary) -> str:
    """The page `docs/personas.md`."""
    numbers = {citation: index for index, citation in enumerate(library.sources.values(), start=1)}
    lines = [
        "# Personas",
        "",
        "<!-- Made by `simbench personas --markdown > docs/personas.md`; the numbers stand in personas.yaml. -->",
        "",
        "Who comes to the site. A persona is a set of dials, each a number or a distribution; every visitor draws",
        "their own dials from it, once, and keeps them from visit to visit. A scenario takes personas from this",
        "library by name, changes some dials with `with:`, or writes a persona out; what it leaves unsaid comes from",
        "`default` (see [scenario.md](scenario.md#personas)).",
        "",
        "Every number has a source, in square brackets, or is marked as assumed, with the range in which it ought to",
        "be varied before a conclusion is drawn from it: the range of the median or mean, for shares that of the first",
        "one named. A number with both was read from a source that measured something near to it.",
        "",
        "| persona | who it is |",
        "| --- | --- |",
    ]
    lines += [f"| [{name}](#{name}) | {library.patches[name]['about']} |" for name in library.names]
    order = [DEFAULT, *(name for name in library.names if name != DEFAULT)]
    for name in order:
        lines += ["", f"## {name}", "", library.patches[name]["about"]]
        own = [value for value in library.values if value.persona == name]
        if name == DEFAULT:
            lines += [
                "",
                "| dial | what it is | unit | limits | value | from |",
                "| --- | --- | --- | --- | --- | --- |",
            ]
            lines += [_whole_row(value, numbers) for value in own]
        else:
            lines += [
                "",
                "Differs from `default` in:",
                "",
                "| dial | unit | value | from |",
                "| --- | --- | --- | --- |",
            ]
            lines += [
                f"| `{'.'.join(v.path)}` | {unit(v.name)} | {say_value(v.value)} | {_short_origin(v, numbers)} |"
                for v in own
            ]
    lines += ["", "## Sources", ""]
    lines += [f"{index}. {citation}" for citation, index in numbers.items()]
    return "\n".join(lines) + "\n"


def _whole_row(value: SourcedValue, numbers: Mapping[str, int]) -> str:
    dial = DIALS.get(value.name)
    limits = f"{dial.low:g} to {dial.high:g}" if dial else "add up to 1"
    cells = [f"`{'.'.join(value.path)}`", meaning(value.name), unit(value.name), limits, say_value(value.value)]
    return f"| {' | '.join(cells)} | {_short_origin(value, numbers)} |"


def _short_origin(value: SourcedValue, numbers: Mapping[str, int]) -> str:
    parts = [f"[{numbers[value.source]}]"] if value.source else []
    if value.assumed:
        parts.append(f"{'range' if value.source else 'assumed,'} {value.assumed[0]:g} to {value.assumed[1]:g}")
    return " ".join(parts) + (f" ({value.note})" if value.note else "")
