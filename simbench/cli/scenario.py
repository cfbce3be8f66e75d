"""`validate`, `schema` and `personas`: what a scenario says, what it may say, and who may come."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from simbench.cli import console

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(validate)
    app.command()(schema)
    app.command()(personas)


AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def validate(
    scenario: Annotated[str, typer.Argument(help="A scenario's file, or the name of one that simbench brings along.")],
    as_json: AsJson = False,
) -> None:
    """Check a scenario and say what it amounts to; nothing is run.

    Every problem is told at once, with file, line, key and mend, and the exit code is 2.

    Example: [bold]simbench validate scenarios/shop-baseline.yaml[/bold]
    """
    from simbench.errors import BadInput
    from simbench.scenario.loading import find_scenario, load_scenario
    from simbench.scenario.summary import SCHEMA, summarize

    try:
        file = str(find_scenario(scenario))
        summary = summarize(load_scenario(file))
    except BadInput as error:
        if as_json:
            console.emit_json({"schema": SCHEMA, "file": scenario, "valid": False, "problems": list(error.problems)})
        raise
    for note in summary.notes:
        console.note(f"[yellow]note[/yellow]: {console.escape(note)}")
    if as_json:
        console.emit_json(summary.to_json(file))
        return
    table = console.Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    for heading, text in summary.lines():
        table.add_row(heading, console.escape(text))
    console.show(f"[bold]{console.escape(summary.scenario.name)}[/bold] is a valid scenario")
    console.show(table)


def schema(
    vocabulary: Annotated[
        bool, typer.Option("--vocabulary", help="The closed vocabularies instead: kinds, look-alikes, findings, ...")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print the JSON Schema of the scenario language, or the closed vocabularies.

    Example: [bold]simbench schema > scenario.schema.json[/bold]
    """
    from simbench.scenario.json_schema import scenario_schema
    from simbench.scenario.json_schema import vocabulary as words

    if not vocabulary:
        console.emit_json(scenario_schema())
    elif as_json:
        console.emit_json({"schema": "simbench.vocabulary/1", **words()})
    else:
        for name, entries in words().items():
            console.show(f"[bold]{name}[/bold]")
            console.show("  " + ", ".join(entries))


def personas(
    name: Annotated[str | None, typer.Argument(help="One persona, with all its dials.")] = None,
    as_json: AsJson = False,
    markdown: Annotated[bool, typer.Option("--markdown", hidden=True, help="Print docs/personas.md.")] = False,
) -> None:
    """List the personas that may come, or one of them with every dial and where its number is from.

    Example: [bold]simbench personas impatient[/bold]
    """
    from simbench.errors import BadInput
    from simbench.events.yaml_source import did_you_mean
    from simbench.scenario.persona_page import personas_markdown
    from simbench.visitor.persona.library import default_library

    library = default_library()
    if markdown:
        typer.echo(personas_markdown(library), nl=False)
        return
    if name is not None and name not in library.patches:
        raise BadInput(f"{name}: the library has no such persona; {did_you_mean(name, library.names)}")
    if as_json:
        names = library.names if name is None else [name]
        console.emit_json({"schema": "simbench.personas/1", "personas": [_persona_json(library, n) for n in names]})
    elif name is None:
        _show_all(library)
    else:
        _show_one(library, name)


def _persona_json(library: Any, name: str) -> dict[str, Any]:
    from simbench.scenario.persona_page import meaning, unit

    values = [
        {
            "name": value.name,
            "about": meaning(value.name),
            "unit": unit(value.name),
            "value": value.value,
            "source": value.source,
            "assumed": list(value.assumed) if value.assumed else None,
            "note": value.note or None,
            "own": value.persona == name,
            "persona": value.persona,
        }
        for value in library.values_of(name).values()
    ]
    return {
        "name": name,
        "about": library.patches[name]["about"],
        "bot": library.bot(name),
        "extends": library.parents.get(name),
        "values": values,
    }


def _show_all(library: Any) -> None:
    table = console.Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("persona", "who it is", "devices", "comes to", "waits"):
        table.add_column(heading, no_wrap=heading == "persona", overflow="fold")
    for name in library.names:
        table.add_row(f"[bold]{name}[/bold]", library.patches[name]["about"], *_in_short(library, name))
    console.show(table)
    console.note("[dim]simbench personas NAME shows every dial and where its number is from[/dim]")


def _in_short(library: Any, name: str) -> tuple[str, str, str]:
    """Devices, goals and patience of a persona; programs have no goals and no patience."""
    from simbench.scenario.persona_page import say_value
    from simbench.visitor.persona.spec import dial_value

    values = library.values_of(name)
    devices = say_value(values["device"].value)
    if library.bot(name):
        return devices, "[dim]a program[/dim]", ""
    patience = dial_value(library.persona(name), "patience_s")
    waits = patience if isinstance(patience, int | float) else patience.centre()
    return devices, say_value(values["goal"].value), f"{waits:g} s"


def _show_one(library: Any, name: str) -> None:
    from simbench.scenario.persona_page import meaning, origin, say_value, unit

    parent = library.parents.get(name)
    console.show(
        f"[bold]{name}[/bold]  {console.escape(library.patches[name]['about'])}"
        + (f" [dim]Extends {parent}.[/dim]" if parent else "")
    )
    table = console.Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("dial", ratio=4)
    table.add_column("value", ratio=4)
    table.add_column("from", ratio=5)
    for value in library.values_of(name).values():
        own = value.persona == name
        units = "" if unit(value.name) in ("share", "shares", "weight") else f" {unit(value.name)}"
        table.add_row(
            (f"[bold]{value.name}[/bold]" if own else value.name)
            + f"\n[dim]{console.escape(meaning(value.name))}[/dim]",
            console.escape(say_value(value.value) + units),
            console.escape(origin(value)),
        )
    console.show(table)
    if name != "default":
        rest = f"{parent} and default" if parent else "default"
        console.note(f"[dim]bold: its own; the rest comes from {rest}[/dim]")
