"""`simbench picture`: sessions drawn over the pages that they saw."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simbench.cli import console
from simbench.errors import BadInput, OutsideFailure

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add `picture`."""
    app.command("picture", no_args_is_help=True)(picture)


def picture(
    run: Annotated[Path, typer.Argument(help="The run.", show_default=False)],
    session: Annotated[list[str] | None, typer.Option(help="A session to draw; may be given several times.")] = None,
    random: Annotated[int | None, typer.Option(min=1, max=1000, help="Draw so many at random.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="For --random.")] = 1,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Folder of the pictures [RUN/pictures].")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Draw sessions over their pages: the pointer's way, presses, scrolling, gaze, and what the truth says.

    Example: [bold]simbench picture runs/demo --random 10 -o pictures[/bold]
    """
    from simbench.events.run import Run
    from simbench.report.session_picture import draw_session
    from simbench.report.session_trace import random_sessions, trace_sessions

    if (session is None) == (random is None):
        raise BadInput("name sessions with --session ID, or draw some with --random N")
    opened = Run.open(run)
    names = random_sessions(opened, random, seed) if random is not None else list(session or ())
    folder = out if out is not None else opened.path / "pictures"
    made = []
    with console.progress("Drawing", len(names)) as tick:
        for done, trace in enumerate(trace_sessions(opened, names)):
            path = folder / f"{trace.session}.png"
            try:
                folder.mkdir(parents=True, exist_ok=True)
                draw_session(opened, trace).save(path, optimize=True)
            except OSError as error:
                raise OutsideFailure(f"{path}: cannot be written ({error.strerror or error})") from error
            made.append({"session": trace.session, "picture": str(path), "title": trace.title, "facts": trace.facts})
            tick(done + 1, trace.session)
    console.note(f"{len(made)} pictures -> [bold]{console.escape(str(folder))}[/bold]")
    if as_json:
        console.emit_json({"schema": "simbench.pictures/1", "pictures": made})
