"""`simbench heatmap`: one map over a picture of its page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simbench.cli import console
from simbench.errors import BadInput

if TYPE_CHECKING:
    from simbench.core.grid import Place
    from simbench.core.maps import ClickMap, MoveMap, ScrollMap

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add `heatmap`."""
    app.command("heatmap", no_args_is_help=True)(heatmap)


def heatmap(
    run: Annotated[Path, typer.Argument(help="The run; an imported one will do.", show_default=False)],
    kind: Annotated[str, typer.Option("--map", help="click, scroll or move.")] = "click",
    page: Annotated[str | None, typer.Option(help="The page, as in the views table [the most viewed].")] = None,
    device: Annotated[str | None, typer.Option(help="desktop, tablet or mobile [the most used on the page].")] = None,
    layout: Annotated[str | None, typer.Option(help="The layout's hash [the one with most views].")] = None,
    state: Annotated[
        str | None, typer.Option(help="The page's state, or `all` [fresh, or the one with most views].")
    ] = None,
    where: Annotated[str | None, typer.Option(metavar="FILTER", help="Only views that this filter means.")] = None,
    against: Annotated[
        str | None, typer.Option(metavar="FILTER", help="Compare with other views (not there yet).")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The PNG [heatmap-MAP-PAGE-DEVICE.png].")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Draw where people clicked, how far they scrolled, or where the mouse was, on the page itself.

    Example: [bold]simbench heatmap runs/shop --page "/product/:id" --device mobile -o product.png[/bold]

    A filter: [bold]--where 'device = mobile and not converted and rage_click'[/bold]
    """
    from simbench.core.choice import choose_map
    from simbench.core.filter import parse_filter
    from simbench.core.maps import map_run
    from simbench.core.selection import ViewFilter
    from simbench.events.run import Run
    from simbench.report.overlay import draw_map, save_png
    from simbench.report.overlay_backdrop import find_backdrop

    _refuse(kind, against, output)
    opened = Run.open(run)
    views = ViewFilter(parse_filter(where)) if where is not None else None
    # The scroll maps tell how often each place was viewed, so they are always made.
    maps = map_run(opened, kinds={kind, "scroll"}, where=views)
    if not maps.scroll:
        what = f"the filter means no view: {where}" if where else "the run has no page views"
        raise BadInput(f"{run}: {what}; there is nothing to draw")
    choice = choose_map(maps, kind, page=page, device=device, layout=layout, state=state)
    for note in choice.notes:
        console.note(f"[dim]{console.escape(note)}[/dim]")
    found = choice.map
    path = output if output is not None else Path(_file_name(kind, found.place))
    backdrop = find_backdrop(
        opened, found.place, width_px=found.width_px, height_px=found.height_px, deepest_px=_deepest(found)
    )
    save_png(draw_map(found, backdrop, where=where), path)
    if as_json:
        console.emit_json(_document(found, kind, where, path))
    else:
        _show(found, backdrop.labels)
    console.note(f"-> [bold]{console.escape(str(path))}[/bold]")


def _refuse(kind: str, against: str | None, output: Path | None) -> None:
    from simbench.core.maps import MAP_KINDS

    if kind == "attention":
        raise BadInput("--map attention: attention maps are not there yet; there are click, scroll and move")
    if kind not in MAP_KINDS:
        raise BadInput(f"--map {kind}: unknown; there are {', '.join(MAP_KINDS)}")
    if against is not None:
        raise BadInput("--against: comparing two maps is not there yet; draw one map for each filter with --where")
    if output is not None and output.suffix.lower() != ".png":
        raise BadInput(f"-o {output}: maps are written as .png; HTML is not there yet")


def _file_name(kind: str, place: Place) -> str:
    words = (kind, re.sub(r"[^A-Za-z0-9]+", "-", place.page or "page").strip("-") or "home", place.device)
    return "-".join(["heatmap", *(word for word in words if word)]) + ".png"


def _deepest(found: ClickMap | ScrollMap | MoveMap) -> float:
    """How far down the map has anything on it, px."""
    from simbench.core.grid import CELL_PX
    from simbench.core.scroll_map import DEPTH_PX, ScrollMap

    if isinstance(found, ScrollMap):
        return len(found.by_px) * DEPTH_PX
    return (int(found.grid.y.max()) + 1) * CELL_PX if len(found.grid.y) else 0


def _document(found: ClickMap | ScrollMap | MoveMap, kind: str, where: str | None, path: Path) -> dict[str, Any]:
    from dataclasses import asdict

    from simbench.core.click_map import ClickMap
    from simbench.core.scroll_map import ScrollMap

    document: dict[str, Any] = {
        "schema": "simbench.heatmap/1",
        "map": kind,
        **{name: getattr(found.place, name) for name in ("page", "device", "layout", "state")},
        "where": where,
        "file": str(path),
        "sessions": found.sessions,
        "views": found.views,
    }
    if isinstance(found, ClickMap):
        document |= {name: getattr(found, name) for name in ("clicks", "outside", "unplaced")}
        document["elements"] = [asdict(element) for element in found.ranking()]
    elif isinstance(found, ScrollMap):
        document |= {
            "visitors": found.visitors,
            "unsized": found.unsized,
            "average_fold_px": found.average_fold_px if found.sized else None,
            "reach_by_percent": [round(share, 6) for share in found.reach().tolist()],
            "visitor_reach_by_percent": [round(share, 6) for share in found.visitor_reach().tolist()],
        }
    else:
        document |= {"samples": found.samples, "outside": found.outside, "dwell_ms": found.dwell_ms}
    return document


def _show(found: ClickMap | ScrollMap | MoveMap, labels: dict[str, str]) -> None:
    """The numbers behind the picture, as a short table."""
    from simbench.core.click_map import ClickMap
    from simbench.core.scroll_map import ScrollMap
    from simbench.core.targets import shortened

    place = found.place
    named = ", ".join(part for part in (place.device, place.layout, place.state) if part)
    console.show(f"[bold]{console.escape(place.page or '?')}[/bold] ({console.escape(named)}): {found.views:,} views")
    table = console.Table()
    if isinstance(found, ClickMap):
        for name, side in (("", "right"), ("most clicked", "left"), ("clicks", "right"), ("share", "right")):
            table.add_column(name, justify=side)  # type: ignore[arg-type]
        for element in found.ranking()[:10]:
            name = labels.get(element.target) or shortened(element.target)
            table.add_row(str(element.rank), console.escape(name), f"{element.clicks:,}", f"{element.share:.1%}")
    elif isinstance(found, ScrollMap) and not found.sized:
        for name in ("depth", "views"):
            table.add_column(name, justify="right")
        for share in (0.75, 0.5, 0.25):
            px = found.px_of(share)
            table.add_row("unknown" if px is None else f"{px:,} px", f"{share:.0%}")
    elif isinstance(found, ScrollMap):
        for name in ("depth", "views", "visitors"):
            table.add_column(name, justify="right")
        for percent in (10, 25, 50, 75, 90, 100):
            reach, visitors = found.reach()[percent], found.visitor_reach()[percent]
            table.add_row(f"{percent}%", f"{reach:.1%}", f"{visitors:.1%}")
    else:
        table.add_column("mouse time")
        table.add_column("positions", justify="right")
        table.add_row(f"{found.dwell_ms / 1000:,.0f} s", f"{found.samples:,}")
    console.show(table)
