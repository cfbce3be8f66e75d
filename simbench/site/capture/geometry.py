"""What a page looks like: its elements in the browser's own paint order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from simbench.site.capture.tab import Tab
from simbench.site.captured import Row, element_row

__all__ = ["Agreement", "Look", "agreement_of", "look_at"]

#: Distance in px between the points at which the boxes are compared with the browser's own hit-testing.
GRID_PX: Final = 23


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A measured page: rows in paint order, and what each element listens to (by target)."""

    rows: list[Row]
    doc_h: float
    #: By target: the whole record, with what is not stored (`listens`, `heard`, `between`, `ears`).
    records: dict[str, dict[str, Any]]

    @property
    def ears(self) -> dict[str, str]:
        """Who listens to what on the way from each element to the window, by target."""
        return {target: record["ears"] for target, record in self.records.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How often boxes in paint order and the browser's hit-testing agree.

    `points` of a grid were compared: `same` gave the same element, `alike` the same interactive ancestor.
    `controls` are the middles of interactive elements, of which `controls_same` gave the same interactive ancestor.
    """

    points: int
    same: int
    alike: int
    controls: int
    controls_same: int
    odd: list[Any]


async def look_at(tab: Tab) -> Look:
    """Measure the page as it is."""
    for _ in range(3):
        told = await tab.page.evaluate("() => window[Symbol.for('simbench.measure')].measure()")
        order = await _paint_order(tab, told["tags"])
        if order is not None:
            break
        await tab.rest()
    else:
        order = [(0, 0)] * len(told["tags"])
    # What a stretched link lays over its surroundings lies where its pseudo-element is painted.
    records = sorted(told["records"], key=lambda r: (order[r["place"]][r["stretched"]], r["place"]))
    return Look(
        rows=[element_row(record) for record in records],
        doc_h=float(told["docH"]),
        records={record["target"]: record for record in records},
    )


async def _paint_order(tab: Tab, tags: list[str]) -> list[tuple[int, int]] | None:
    """Blink's paint order of every element of the page, in the order of the tree; None where the page moved on.

    Elements of one layer share a number; within it, the order of the tree decides. The second number is that of the
    element's uppermost pseudo-element, which counts where the page's script finds that it is stretched over its host
    and more (Blink gives no bounds for positioned pseudo-elements here).
    """
    told = await tab.cdp.send("DOMSnapshot.captureSnapshot", {"computedStyles": [], "includePaintOrder": True})
    document = told["documents"][0]
    names = told["strings"]
    nodes, layout = document["nodes"], document["layout"]
    painted = dict(zip(layout["nodeIndex"], layout["paintOrders"], strict=True))
    pseudo = set(nodes["pseudoType"]["index"])
    order: list[tuple[int, int]] = []
    place: dict[int, int] = {}
    for i, (kind, name) in enumerate(zip(nodes["nodeType"], nodes["nodeName"], strict=True)):
        if i in pseudo:
            host = place.get(nodes["parentIndex"][i])
            if host is not None:
                order[host] = (order[host][0], max(order[host][1], painted.get(i, 0)))
            continue
        if kind != 1:
            continue
        if len(order) >= len(tags) or names[name].lower() != tags[len(order)].lower():
            return None
        place[i] = len(order)
        order.append((painted.get(i, 0), painted.get(i, 0)))
    return order if len(order) == len(tags) else None


async def agreement_of(tab: Tab, look: Look) -> Agreement:
    """Compare the boxes with the browser's hit-testing, on a grid and at the middle of every control."""
    keys = ("target", "x", "y", "w", "h", "fixed", "hit", "interactive", "interactive_ancestor", "container")
    elements = [{key: record[key] for key in keys} for record in look.records.values()]
    told = await tab.page.evaluate(
        "([elements, step]) => window[Symbol.for('simbench.measure')].agree(elements, step)", [elements, GRID_PX]
    )
    return Agreement(**told)
