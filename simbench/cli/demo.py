"""`simbench demo`: the main job on what comes with simbench."""

from __future__ import annotations

import os
import shlex
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simbench.cli import console
from simbench.errors import BadInput

if TYPE_CHECKING:
    from simbench.report.making import Made

__all__ = ["register"]

_SCENARIO = "shop-demo"
_MARK = "demo.json"
_MARK_SCHEMA = "simbench.demo/1"


def register(app: typer.Typer) -> None:
    """Add `demo`."""
    app.command("demo")(demo)


def demo(
    sessions: Annotated[int, typer.Option(min=1, help="Visits.")] = 1500,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the run and the report.")] = Path("demo"),
    seed: Annotated[int | None, typer.Option(min=0, help="Another seed than the scenario's.")] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=256, envvar="SIMBENCH_WORKERS", help="Processes; the cores, at most 4.")
    ] = None,
    show: Annotated[bool, typer.Option("--open/--no-open", help="Open the report in a browser.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Simulate visits to a shop in which much is broken, detect, score against the truth, and report.

    Takes about half a minute, and needs no browser and no network. What an earlier demo left in the folder is replaced.

    For example: [bold]simbench demo --sessions 500 --out /tmp/demo[/bold]
    """
    from simbench.cli.report import summary
    from simbench.cli.run import play
    from simbench.report.making import make_report, write_report

    began = time.monotonic()
    run_folder, page = out / "run", out / "report.html"
    _make_room(out, run_folder, page)
    _say(1, "Playing visits to a shop in which much is broken on purpose")
    run = play(_SCENARIO, run_folder, sessions=sessions, seed=seed, workers=workers or _cores(), force=True)
    _say(2, "Detecting, laying the findings beside the truth, and drawing")
    made = make_report(run)
    write_report(made, page)
    took = time.monotonic() - began
    if json:
        console.emit_json({**summary(made, page), "schema": _MARK_SCHEMA, "run": str(run_folder)})
    else:
        _tell(made, run_folder, page, took)
    if show:
        import webbrowser

        webbrowser.open(page.resolve().as_uri())


def _cores() -> int:
    return min(os.cpu_count() or 1, 4)


def _say(step: int, what: str) -> None:
    console.note(f"[dim]{step}/2[/dim] {what}")


def _tell(made: Made, run_folder: Path, page: Path, took: float) -> None:
    """Where the report is, what matters most in it, and what to do next."""
    console.show("")
    for line in sorted(made.report.key_findings, key=lambda line: -line.truth)[:3]:
        console.show(f"  {console.escape(line.sentence)}")
    console.show(f"\nThe report: [bold]{console.escape(str(page))}[/bold] [dim](made in {took:.0f} s)[/dim]\n")
    folder = shlex.quote(str(run_folder))
    console.show("Next:")
    for command, what in (
        (f"simbench score {folder} --by device", "where each detector is good, and where not"),
        (f"simbench score {folder} --findings mine.jsonl", "judge your own detector's findings"),
        ("simbench run shop-demo --seed 12 -o runs/other", "the same shop, other visitors"),
    ):
        console.show(f"  [bold]{console.escape(command)}[/bold]\n    [dim]{what}[/dim]")


# -- room for the output ----------------------------------------------------------------------------------------------


def _make_room(out: Path, run_folder: Path, page: Path) -> None:
    """See that nothing but an earlier demo's output is replaced.

    Raises
    ------
    BadInput
        Something else stands there.
    """
    from simbench.events.run import write_json
    from simbench.report.making import check_replaceable

    if out.exists() and not out.is_dir():
        raise BadInput(f"{out}: is a file; choose another folder with --out")
    if not _is_marked(out):
        for path in (run_folder, page):
            if path.exists():
                raise BadInput(f"{path}: stands there already and is not a demo's; choose another folder with --out")
    check_replaceable(page)
    foreign = _foreign_file(run_folder)
    if foreign is not None:
        raise BadInput(f"{foreign}: is not the demo's and would be lost; move it, or choose another folder with --out")
    # Written first: a demo that was interrupted is known as one.
    write_json(out / _MARK, {"schema": _MARK_SCHEMA, "about": "simbench demo replaces run/ and report.html here"})


def _is_marked(out: Path) -> bool:
    from simbench.events.run import read_json

    try:
        mark: Any = read_json(out / _MARK)
    except BadInput:
        return False
    return isinstance(mark, dict) and mark.get("schema") == _MARK_SCHEMA


def _foreign_file(run_folder: Path) -> Path | None:
    """A file in the run's folder that no command of ours put there."""
    from simbench.events.run import Run

    if not run_folder.exists():
        return None
    known = set(Run.open(run_folder).manifest.get("files", {})) | {"manifest.json", "log.json", "report.html"}
    for path in sorted(run_folder.rglob("*")):
        name = path.relative_to(run_folder)
        if path.is_file() and name.as_posix() not in known and name.parts[0] not in {"analysis", "scores"}:
            return path
    return None
