"""`simbench site`: capture a site with a real browser, serve it, and say whether its capture is up to date."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from simbench.cli import console
from simbench.errors import BadInput, ExitCode

__all__ = ["register"]

SiteArgument = Annotated[str, typer.Argument(metavar="SITE|FOLDER", help="Name of a fixture site, or a folder.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    group = typer.Typer(no_args_is_help=True, help="Capture a site with a real browser, serve it, check its capture.")
    group.command("capture")(capture)
    group.command("serve")(serve)
    group.command("check")(check)
    app.add_typer(group, name="site")


def _folder(site: str) -> Path:
    from simbench.site.places import find_site

    if re.match(r"^[a-z][a-z0-9+.-]*://", site, re.IGNORECASE):
        raise BadInput(
            f"{site}: sites on the web cannot be captured yet; save the pages in a folder with a site.yaml "
            "(see docs/site.md) and give that folder"
        )
    return find_site(site)


def capture(
    site: SiteArgument,
    workers: Annotated[int, typer.Option(min=1, max=16, help="Pages captured at once.")] = 3,
    changed: Annotated[
        bool, typer.Option("--changed", help="Only pages that depend on something that changed; keep the others.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Measure every page of a site, in every state and viewport, with and without its defects.

    Writes `captured/` in the site's folder, whole or not at all. Needs Chromium and the extra `browser`.

    Example: simbench site capture shop
    """
    from simbench.site.chromium import need_playwright

    folder = _folder(site)
    need_playwright()
    from simbench.site.capture import capture_site

    with console.progress(f"capture {folder.name}", total=100) as tick:
        report = capture_site(
            folder,
            progress=lambda done, total, note: tick(100 * done // max(1, total), note),
            workers=workers,
            changed_only=changed,
        )
    for problem in report.problems:
        console.note(f"[yellow]{console.escape(problem)}[/yellow]")
    if as_json:
        console.emit_json(
            {
                "schema": "simbench.site-capture/1",
                "folder": str(report.folder),
                "pages": report.pages,
                "looks": report.states,
                "effects": report.effects,
                "agreement": {"grid": report.grid_agreement, "controls": report.control_agreement},
                "bytes": report.size_bytes,
                "problems": list(report.problems),
            }
        )
        return
    console.show(
        f"{console.escape(str(report.folder))}: {report.pages} pages, {report.states} looks, {report.effects} effects, "
        f"{report.size_bytes / 1e6:.1f} MB\n"
        f"boxes agree with the browser's hit-testing at {report.control_agreement:.1%} of controls and "
        f"{report.grid_agreement:.1%} of a grid"
    )


def serve(
    site: SiteArgument,
    defects: Annotated[str, typer.Option(help="Ids of defects to switch on, with commas between.")] = "",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 for any free one.")] = 0,
    latency: Annotated[bool, typer.Option(help="Play the declared latencies.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Serve a site on 127.0.0.1 until Ctrl-C, with or without some of its defects.

    Example: simbench site serve shop --defects covered-continue,coupon-error
    """
    import threading

    from simbench.events.yaml_source import did_you_mean
    from simbench.site.loading import load_declaration
    from simbench.site.server import FixtureServer, LatencyMode

    folder = _folder(site)
    declaration = load_declaration(folder)
    wanted = [name.strip() for name in defects.split(",") if name.strip()]
    known = [defect.id for defect in declaration.defects]
    problems = [
        f'--defects: {folder.name} has no defect "{name}"; {did_you_mean(name, known)}'
        for name in wanted
        if name not in known
    ]
    if problems:
        raise BadInput(*problems)
    mode: LatencyMode = "all" if latency else "off"
    with FixtureServer(folder, declaration, port=port, latency=mode, defects=tuple(wanted)) as server:
        if as_json:
            console.emit_json({"schema": "simbench.site-serve/1", "url": server.url, "defects": wanted})
        else:
            console.show(f"{server.url}/")
        # Whoever started us through a pipe waits for the URL.
        sys.stdout.flush()
        shown = ", ".join(wanted) if wanted else "none"
        console.note(f"serving {console.escape(declaration.name)}, defects: {shown}; Ctrl-C ends it")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            console.note("stopped")


def check(site: SiteArgument, as_json: JsonOption = False) -> None:
    """Say whether a site's capture was made from the site as it is; exit 1 when it was not.

    Example: simbench site check shop
    """
    from simbench.site.fingerprint import check_capture

    result = check_capture(_folder(site))
    if as_json:
        console.emit_json(
            {"schema": "simbench.site-check/1", "up_to_date": result.up_to_date, "changes": list(result.changes)}
        )
    elif result.up_to_date:
        console.show("up to date")
    else:
        console.show("out of date; run [bold]simbench site capture[/bold]")
        for line in result.changes:
            console.show(f"  {console.escape(line)}")
    if not result.up_to_date:
        raise typer.Exit(ExitCode.FELL_SHORT)
