"""`simbench import`: real recordings become a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from simbench.cli import console
from simbench.errors import BadInput

__all__ = ["register"]

#: What `--from` takes now, and what is still to come.
_WORKING = ("rrweb",)
_TO_COME = ("posthog", "ga4", "jsonl", "csv")


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command(name="import")(import_recordings)


def import_recordings(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Recordings, one a file; plain or gzip.")],
    source: Annotated[str, typer.Option("--from", metavar="FORMAT", help="What wrote them: rrweb.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="RUN", help="Folder of the run to make.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a run that stands there.")] = False,
    raw: Annotated[
        bool, typer.Option("--raw/--no-raw", help="Keep the recordings in RUN/raw, as they came, for replay.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Make a run of real recordings: detectors, maps and reports then work on them; there is no truth to score against.

    Nothing that was typed, and no text of the page beyond labels of elements, reaches the tables. RUN/raw holds the
    recordings with all that they show: leave it out with --no-raw.

    Example: [bold]simbench import visits/*.json.gz --from rrweb -o runs/visits[/bold]
    """
    if source not in _WORKING:
        hint = f"{source} is still to come" if source in _TO_COME else f"{source!r} is not known"
        raise BadInput(f"--from: {hint}; what works now: {', '.join(_WORKING)}")
    from simbench.events.codecs.rrweb import import_rrweb

    with console.progress("import", total=len(files)) as tick:
        result = import_rrweb(
            files, output, force=force, keep_raw=raw, tick=lambda done, note: tick(done, console.escape(note))
        )
    if as_json:
        console.emit_json(
            {"schema": "simbench.import/1", "run": str(output), "counts": result.counts, "files": result.files}
        )
        return
    for account in result.files:
        for line in _remarks(account):
            console.note(f"[yellow]{console.escape(account['file'])}: {console.escape(line)}[/yellow]")
    console.show(_summary(result.counts))
    console.show(f"\n[bold]{console.escape(str(output))}[/bold] is a run without truth: try")
    console.show(f"  simbench detect {console.escape(str(output))}")


def _remarks(account: dict[str, Any]) -> list[str]:
    """What a person should know of a file that did not go in whole."""
    lines = []
    if account["rejected"]:
        first = account["rejects"][0]
        lines.append(
            f"left out as malformed: {account['rejected']:,} of {account['events_read']:,} events, the first "
            f"(event {first['event']}): {first['why']}"
        )
    if account["sorted"]:
        lines.append(f"out of order, so sorted by time: {account['sorted']:,} of {account['events_read']:,} events")
    if account["before_first_snapshot"]:
        lines.append(
            f"left out, for they come before the snapshot of their page: {account['before_first_snapshot']:,} events"
        )
    if account["while_away"]:
        lines.append(f"in no session, for the visitor was away: {account['while_away']:,} changes of the page")
    if account["dom_problems"]:
        parts = sum(account["dom_problems"].values())
        lines.append(f"left out, for they do not fit the page (see log.json): {parts:,} parts of mutations")
    return lines


def _summary(counts: dict[str, Any]) -> console.Table:
    table = console.Table(title=None, show_header=False, box=None, pad_edge=False)
    table.add_column()
    table.add_column(justify="right")
    for name in ("recordings", "sessions", "views", "elements", "events"):
        table.add_row(name, f"{counts[name]:,}")
    for kind, count in counts["events_by_type"].items():
        table.add_row(f"  {kind}", f"{count:,}", style="dim")
    return table
