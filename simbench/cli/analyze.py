"""`simbench analyze`: findings and maps of a whole run, kept beside it."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simbench.cli import console

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from contextlib import AbstractContextManager

__all__ = ["register"]

_SHOWN_PAGES = 15


def register(app: typer.Typer) -> None:
    """Add `analyze`."""
    app.command("analyze", no_args_is_help=True)(analyze)


def analyze(
    run: Annotated[Path, typer.Argument(help="The run; an imported one will do.", show_default=False)],
    workers: Annotated[int, typer.Option(min=1, max=256, envvar="SIMBENCH_WORKERS", help="Processes.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print analysis.json on stdout.")] = False,
) -> None:
    """Compute all findings and maps of a run into RUN/analysis, for reports and other programs.

    Example: [bold]simbench analyze runs/shop --workers 2[/bold]
    """
    from simbench.core.analysis import analyze as compute
    from simbench.core.analysis import write_analysis
    from simbench.events.run import Run

    opened = Run.open(run)
    parts = len(opened.parts())
    with console.progress(f"Analyzing {opened.path.name}", parts) as tick, _pool(min(workers, parts)) as pool:
        found = compute(opened, executor=pool, done=tick)
    folder = write_analysis(opened, found)
    if as_json:
        console.emit_json(found.summary)
    else:
        _show(found.summary, opened.path.name)
    console.note(f"findings, maps and analysis.json -> [bold]{console.escape(str(folder))}[/bold]")


def _pool(workers: int) -> AbstractContextManager[Executor | None]:
    if workers <= 1:
        return nullcontext(None)
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Spawned, not forked: a fork of a process with Arrow's threads may hang.
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"))


def _show(summary: dict[str, Any], title: str) -> None:
    kinds = [kind for detector in summary["detectors"] for kind in detector["kinds"]]
    console.show(
        f"[bold]{console.escape(title)}[/bold]: {summary['sessions']:,} sessions, {summary['views']:,} views, "
        f"{summary['clicks']:,} clicks"
    )
    table = console.Table(caption_justify="left")
    columns = ["views", "clicks", "depth", *(kind.replace("_", "\n") for kind in kinds)]
    table.add_column("page", overflow="fold", min_width=12)
    table.add_column("device", no_wrap=True)
    for name in columns:
        table.add_column(name, justify="right")
    for page in summary["pages"][:_SHOWN_PAGES]:
        depth = page["median_depth_percent"]
        table.add_row(
            console.escape(page["page"] or "?"), page["device"] or "?", f"{page['views']:,}", f"{page['clicks']:,}",
            "-" if depth is None else f"{depth}%", *(f"{page['findings'].get(kind, 0):,}" for kind in kinds),
        )  # fmt: skip
    more = len(summary["pages"]) - _SHOWN_PAGES
    table.caption = "depth: what half of the views reached" + (
        f"; {more} more pages in analysis.json" if more > 0 else ""
    )
    totals = (summary["findings"].get(kind, {"findings": 0})["findings"] for kind in kinds)
    table.add_section()
    table.add_row("all", "", f"{summary['views']:,}", f"{summary['clicks']:,}", "", *(f"{total:,}" for total in totals))
    console.show(table)
