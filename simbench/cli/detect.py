"""`simbench detect`: findings of the built-in detectors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simbench.cli import console

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add `detect`."""
    app.command("detect", no_args_is_help=True)(detect)


def detect(
    run: Annotated[Path, typer.Argument(help="The run; an imported one will do.", show_default=False)],
    detector: Annotated[
        list[str] | None, typer.Option("--detector", metavar="NAME", help="Only this one; may be repeated [all].")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the findings here: .parquet or .jsonl.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Find rage clicks, dead clicks and error clicks in a run, from what its recording shows alone.

    Example: [bold]simbench detect runs/shop --detector rage_click -o rage.jsonl[/bold]
    """
    from simbench.core.detectors import chosen
    from simbench.core.detectors import detect as find
    from simbench.events.findings import finding_rows, write_findings
    from simbench.events.run import Run

    opened = Run.open(run)
    use = chosen(detector)
    findings = find(opened, detectors=use)
    if output is not None:
        write_findings(findings, output)
    if as_json:
        document = {
            "schema": "simbench.findings/1",
            "run": str(run),
            "detectors": [one.to_json() for one in use],
            "count": findings.num_rows,
        }
        named = {"file": str(output)} if output is not None else {"findings": list(finding_rows(findings))}
        console.emit_json({**document, **named})
    else:
        _show(findings, [kind for one in use for kind in one.kinds], opened.path.name)
    if output is not None:
        console.note(f"{findings.num_rows:,} findings -> [bold]{console.escape(str(output))}[/bold]")
    elif not as_json:
        console.note("[dim]write them with -o FINDINGS.jsonl, judge them with `simbench score`[/dim]")


def _show(findings: pa.Table, kinds: list[str], title: str) -> None:
    """Findings, sessions and the elements most concerned, one row a kind."""
    from collections import Counter

    from simbench.core.targets import shortened

    rows = findings.select(["kind", "session", "page", "target"]).to_pylist()
    console.show(f"[bold]{console.escape(title)}[/bold]: {len(rows):,} findings")
    table = console.Table()
    for name, side in (("kind", "left"), ("findings", "right"), ("sessions", "right"), ("most on", "left")):
        table.add_column(name, justify=side)  # type: ignore[arg-type]
    for kind in kinds:
        mine = [row for row in rows if row["kind"] == kind]
        most = Counter((row["page"] or "?", row["target"] or "?") for row in mine).most_common(3)
        where = "\n".join(console.escape(f"{page}  {shortened(target)}  ({count:,})") for (page, target), count in most)
        table.add_row(kind, f"{len(mine):,}", f"{len({row['session'] for row in mine}):,}", where)
    console.show(table)
