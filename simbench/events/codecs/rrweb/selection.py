"""How much text a selection holds."""

from __future__ import annotations

from typing import Final

from simbench.events.codecs.rrweb.dom import Dom
from simbench.events.codecs.rrweb.names import NodeKind
from simbench.events.codecs.rrweb.tree import Node

__all__ = ["selected_length"]

#: So many nodes are looked at; a longer selection has no known length.
_NODES_READ: Final = 20_000


def selected_length(dom: Dom, start: int, start_offset: int, end: int, end_offset: int) -> int | None:
    """Characters (UTF-16 units) of text nodes between two points of the DOM; null where an end is not known.

    Parameters
    ----------
    start, end
        Node ids of a DOM range's containers.
    start_offset, end_offset
        Characters into a text node, or children of an element.
    """
    first, last = dom.node(start), dom.node(end)
    if first is None or last is None:
        return None
    if first.kind == NodeKind.TEXT and first is last:
        return max(0, min(end_offset, first.length) - min(start_offset, first.length))
    begin, finish = _boundary(first, start_offset), _boundary(last, end_offset)
    length = 0
    if first.kind == NodeKind.TEXT:
        length -= min(start_offset, first.length)
    if last.kind == NodeKind.TEXT:
        length += min(end_offset, last.length)
    node: Node | None = begin
    for _ in range(_NODES_READ):
        if node is finish:
            return max(0, length)
        if node is None:
            return None
        if node.kind == NodeKind.TEXT and not (node.parent is not None and node.parent.tag in ("script", "style")):
            length += node.length
        node = _next(node)
    return None


def _boundary(container: Node, offset: int) -> Node | None:
    """The first node in document order that lies wholly behind a point; for a text node, itself."""
    if container.kind == NodeKind.TEXT:
        return container
    child = container.first
    for _ in range(min(max(offset, 0), _NODES_READ)):
        if child is None:
            break
        child = child.after
    return child if child is not None else _after(container)


def _next(node: Node) -> Node | None:
    return node.first if node.first is not None else _after(node)


def _after(node: Node) -> Node | None:
    """The next node that is not inside `node`."""
    current: Node | None = node
    while current is not None:
        if current.after is not None:
            return current.after
        current = current.parent
        if current is None or current.anchors is not None:
            return None
    return None
