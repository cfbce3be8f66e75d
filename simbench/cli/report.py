"""`simbench report`: one page about a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simbench.cli import console

if TYPE_CHECKING:
    from simbench.report.making import Made

__all__ = ["register", "summary"]

_HELP = (
    "Make one self-contained page about a run: maps, what was found against what was planted, precision and recall "
    "with intervals, what fooled the detectors, and what the numbers mean.\n\n"
    "The page needs no network and can be sent as it is. Analysis and scores are made first where they are missing. "
    "A run without truth (an import) gets a page without a score.\n\n"
    "For example: [bold]simbench report runs/shop -o shop.html[/bold]"
)


def register(app: typer.Typer) -> None:
    """Add `report`."""
    app.command("report", no_args_is_help=True, help=_HELP)(report)


def report(
    run: Annotated[Path, typer.Argument(help="The run.", show_default=False)],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The page; RUN/report.html if not given.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    from simbench.events.run import Run
    from simbench.report.making import check_replaceable, make_report, write_report

    opened = Run.open(run)
    path = output if output is not None else opened.path / "report.html"
    check_replaceable(path)
    made = make_report(opened, tell=lambda what: console.note(f"[dim]{console.escape(what)}[/dim]"))
    write_report(made, path)
    if json:
        console.emit_json(summary(made, path))
        return
    for line in made.report.key_findings:
        console.show(console.escape(line.sentence))
    console.show(f"\n[bold]{console.escape(str(path))}[/bold] ({len(made.html) / 1e6:.1f} MB)")


def summary(made: Made, path: Path) -> dict[str, Any]:
    """What `--json` prints of a report."""
    content = made.report
    return {
        "schema": "simbench.report/1",
        "report": str(path),
        "bytes": path.stat().st_size,
        "name": content.name,
        "has_truth": content.has_truth,
        "screens": [
            {"page": screen.page, "name": screen.name, "views": screen.views,
             "devices": [sheet.device for sheet in screen.sheets]}
            for screen in content.screens
        ],
        "findings": [
            {
                "kind": line.kind, "text": line.sentence, "truth": line.truth if content.has_truth else None,
                "findings": line.findings, "recall": line.recall.value, "precision": line.precision.value,
            }
            for line in content.key_findings
        ],
        "defects": [
            {"id": defect.id, "caused": defect.caused, "looked_for": defect.looked_for, "found": defect.found}
            for defect in content.defects
        ],
    }  # fmt: skip
