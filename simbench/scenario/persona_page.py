"""The library of personas as people read it: values in words, and the page `docs/personas.md`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    people = [name for name in library.names if library.bot(name) is None]
    bots = [name for name in library.names if library.bot(name) is not None]
    lines = [
        "# Personas",
        "",
        "<!-- Made by `simbench personas --markdown > docs/personas.md`; the numbers stand in personas.yaml. -->",
        "",
        "Who comes to the site. A persona is a set of dials, each a number or a distribution; every visitor draws",
        "their own dials from it, once, and keeps them from visit to visit. A scenario takes personas from this",
        "library by name, changes some dials with `with:`, extends one with `extends:`, or writes one out; what it",
        "leaves unsaid comes from `default` (see [scenario.md](scenario.md#personas)).",
        "",
        "Every number has a source, in square brackets, or is marked as assumed, with the range in which it ought to",
        "be varied before a conclusion is drawn from it: the range of the median or mean, for shares that of the first",
        "one named. A number with both was read from a source that measured something near to it.",
        "",
        "- [People](#people)",
        "- [Bots](#bots)",
        "- [What each differs in](#what-each-differs-in)",
        "- [default: every dial](#default)",
        "- [Sources](#sources)",
        "",
        "## People",
        "",
        *_overview(library, people),
        "",
        "## Bots",
        "",
        "Programs, which want nothing and are never cross: what they set off in a detector is written down as the",
        "look-alike `bot`, and `truth/sessions.bot` is true. They use device, source, country, `depth`, `decision_s`",
        "(their pace) and `consent`, and no other dial. They answer no banner: the share `consent` of them comes with",
        "the cookie set; where a recorder needs consent, the others are not recorded. What each does:",
        "`simbench/visitor/mind/bots.py`.",
        "",
        *_overview(library, bots),
        "",
        "## What each differs in",
        "",
        "From `default`, or from the persona that it extends.",
    ]
    for name in (*people, *bots):
        if name == DEFAULT:
            continue
        parent = library.parents.get(name)
        lines += [
            "",
            f"### {name}",
            "",
            library.patches[name]["about"] + (f" Extends [{parent}](#{parent})." if parent else ""),
            "",
            "| dial | unit | value | from |",
            "| --- | --- | --- | --- |",
        ]
        own = [value for value in library.values if value.persona == name]
        lines += [
            f"| `{'.'.join(v.path)}` | {unit(v.name)} | {say_value(v.value)} | {_short_origin(v, numbers)} |"
            for v in own
        ]
    lines += [
        "",
        f"## {DEFAULT}",
        "",
        library.patches[DEFAULT]["about"],
        "",
        "| dial | what it is | unit | limits | value | from |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    lines += [_whole_row(value, numbers) for value in library.values if value.persona == DEFAULT]
    lines += ["", "## Sources", ""]
    lines += [f"{index}. {citation}" for citation, index in numbers.items()]
    return "\n".join(lines) + "\n"


def _overview(library: PersonaLibrary, names: Sequence[str]) -> list[str]:
    rows = ["| persona | who it is | devices | comes to |", "| --- | --- | --- | --- |"]
    for name in names:
        values = library.values_of(name)
        devices, goals = (say_value(values[key].value) for key in ("device", "goal"))
        goals = "-" if library.bot(name) else goals
        rows.append(f"| [{name}](#{name}) | {library.patches[name]['about']} | {devices} | {goals} |")
    return rows


def _short_cells(value: SourcedValue, numbers: Mapping[str, int]) -> list[str]:
    where = f"`{'.'.join(value.path)}`"
    return [where, unit(value.name), say_value(value.value), _short_origin(value, numbers)]


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
