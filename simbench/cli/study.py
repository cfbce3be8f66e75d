"""`simbench study`: remake a result of `results/`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simbench.cli import console
from simbench.errors import BadInput, ExitCode

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add `study`."""
    app.command("study")(study)


def study(
    name: Annotated[str | None, typer.Argument(help="Which study; without a name they are listed.")] = None,
    data: Annotated[
        Path | None, typer.Option(help="Folder of recordings of people, where the study needs them.")
    ] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Folder of the result [results/NAME].")] = None,
    size: Annotated[float, typer.Option(min=0.001, max=100, help="Share of the full effort; .1 is a quick look.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="The study's own seed.")] = 1,
    workers: Annotated[int, typer.Option(min=1, max=256, envvar="SIMBENCH_WORKERS", help="Processes.")] = 1,
    show_people: Annotated[
        bool, typer.Option("--show-people", help="Also draw recordings of people; such pictures must not be published.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Run an experiment over the whole of simbench, and write what it found.

    Example: [bold]simbench study realism --data people -o results/realism[/bold]
    """
    from simbench.study.catalogue import STUDIES, find_study
    from simbench.study.study import Request

    if name is None:
        if as_json:
            console.emit_json(
                {
                    "schema": "simbench.studies/1",
                    "studies": [{"name": n, "about": find_study(n).about} for n in STUDIES],
                }
            )
            return
        listing = console.Table("study", "what it asks", box=None)
        for each in STUDIES:
            listing.add_row(each, console.escape(find_study(each).about))
        console.show(listing)
        return
    wanted = find_study(name)
    if wanted.needs_data and data is None:
        raise BadInput(f"study {name}: needs recordings of people; name their folder with --data DIR")
    if data is not None and not data.is_dir():
        raise BadInput(f"--data {data}: is not a folder")
    with console.progress(f"Study {name}", 1000) as tick:
        request = Request(data=data, size=size, seed=seed, workers=workers, show_people=show_people,
                          tell=lambda what, share: tick(int(1000 * share), what))  # fmt: skip
        outcome = wanted.run(request)
    folder = out if out is not None else Path("results") / name
    wanted.write(outcome, request, _command(name, data, size, seed), folder)
    console.note(f"-> [bold]{console.escape(str(folder))}[/bold]")
    if as_json:
        console.emit_json(wanted.document(outcome, request))
    else:
        for table in outcome.tables:
            shown = console.Table(*table.columns, title=table.title, title_justify="left", caption=table.note or None,
                                  caption_justify="left")  # fmt: skip
            for row in table.rows:
                shown.add_row(*(console.escape(text) for text in row))
            console.show(shown)
    if outcome.held is False:
        raise typer.Exit(ExitCode.FELL_SHORT)


def _command(name: str, data: Path | None, size: float, seed: int) -> str:
    """The command that remakes the result; where the data lies is for whoever remakes it to say."""
    parts = ["simbench study", name]
    parts += ["--data DIR"] if data is not None else []
    parts += [f"--size {size:g}"] if size != 1 else []
    parts += [f"--seed {seed}"] if seed != 1 else []
    return " ".join(parts)
