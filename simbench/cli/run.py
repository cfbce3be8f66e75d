"""`simbench run`: play a scenario."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simbench.cli import console
from simbench.errors import BadInput

if TYPE_CHECKING:
    from simbench.events.run import Run

__all__ = ["play", "register", "summary"]


def register(app: typer.Typer) -> None:
    """Add `run`."""
    app.command("run")(run)


def run(
    scenario: Annotated[str, typer.Argument(help="A scenario file, or the name of one that comes with simbench.")],
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Folder of the run [runs/NAME].")] = None,
    engine: Annotated[str | None, typer.Option(help="model or browser; overrides the scenario.")] = None,
    sessions: Annotated[int | None, typer.Option(min=1, help="Visits; overrides the scenario.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Overrides the scenario's.")] = None,
    only: Annotated[str | None, typer.Option(help="Event types to write, separated by commas.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=256, envvar="SIMBENCH_WORKERS", help="Processes.")] = 1,
    real_time: Annotated[bool, typer.Option("--real-time", help="Browser engine: as long as it takes.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run that was interrupted.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a run that stands there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Play a scenario: visitors against a site; events, and the truth beside them.

    Example: [bold]simbench run shop-demo -o runs/demo --workers 2[/bold]
    """
    whole = play(scenario, out, engine=engine, sessions=sessions, seed=seed, only=only, workers=workers,
                 resume=resume, force=force, real_time=real_time)  # fmt: skip
    if as_json:
        console.emit_json(summary(whole))


def play(
    scenario: str, out: Path | None, *, engine: str | None = None, sessions: int | None = None, seed: int | None = None,
    only: str | None = None, workers: int = 1, resume: bool = False, force: bool = False,
    real_time: bool = False,
) -> Run:  # fmt: skip
    """Load, override and play a scenario, with progress on stderr."""
    from simbench.engine.run import run_scenario
    from simbench.events.schema import EVENT_TYPES
    from simbench.scenario.loading import find_scenario, load_scenario, resolve

    loaded = load_scenario(find_scenario(scenario), engine=engine, sessions=sessions, seed=seed)
    wanted: frozenset[str] | None = None
    if only is not None:
        wanted = frozenset(name.strip() for name in only.split(",") if name.strip())
        unknown = sorted(wanted - set(EVENT_TYPES))
        if unknown or not wanted:
            raise BadInput(f"--only: unknown event type {', '.join(unknown)}; there are: {', '.join(EVENT_TYPES)}")
    folder = out if out is not None else Path("runs") / loaded.name
    began = time.monotonic()
    with console.progress(f"Playing {loaded.name}", loaded.sessions) as tick:
        whole = run_scenario(
            loaded, resolve(loaded), folder, workers=workers, force=force, resume=resume, only=wanted,
            real_time=real_time,
            progress=lambda done: tick(done, f"{done / max(time.monotonic() - began, 1e-3):,.0f} sessions/s"),
        )  # fmt: skip
    counts = whole.manifest["counts"]
    took = time.monotonic() - began
    visits = f"[bold]{counts['sessions']:,}[/bold] visits ({counts['recorded']:,} recorded)"
    events = f"{counts['views']:,} page views, [bold]{counts['events']:,}[/bold] events in {took:.1f} s"
    console.note(f"{visits}, {events} -> [bold]{console.escape(str(folder))}[/bold]")
    return whole


def summary(run: Run) -> dict[str, Any]:
    """What `--json` prints of a run."""
    manifest = run.manifest
    return {"schema": manifest["schema"], "run": str(run.path), "name": manifest["name"], "seed": manifest["seed"],
            "engine": manifest["engine"], "counts": manifest["counts"]}  # fmt: skip
