"""The stable CSS selector of an element: from the nearest unique id down, tags with ``:nth-of-type``, no classes.

The same algorithm names elements wherever simbench looks at a page, so that targets of any origin can be compared.
An element inside a shadow root or an iframe's document is named by its host's path, `` >>> ``, and its path within.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from simbench.events.codecs.rrweb.dom import Dom
from simbench.events.codecs.rrweb.names import NodeKind
from simbench.events.codecs.rrweb.tree import Node

__all__ = ["INSIDE", "Selectors", "css_escape"]

#: Stands between a host's path and the path inside it.
INSIDE: Final = " >>> "


def css_escape(identifier: str) -> str:
    r"""Write `identifier` so that CSS reads it as an identifier (CSSOM, "serialize an identifier").

    Examples
    --------
    >>> print(css_escape("total"), css_escape("2nd"), css_escape("a.b"))
    total \32 nd a\.b
    """
    if identifier == "-":
        return "\\-"
    out = []
    for index, character in enumerate(identifier):
        code = ord(character)
        leading = index == 0 or (index == 1 and identifier[0] == "-")
        if code == 0:
            out.append("\ufffd")
        elif code < 0x20 or code == 0x7F or (leading and "0" <= character <= "9"):
            out.append(f"\\{code:x} ")
        elif code >= 0x80 or character in "-_" or character.isalnum():
            out.append(character)
        else:
            out.append("\\" + character)
    return "".join(out)


class Selectors:
    """Selectors of the elements of a `Dom`, remembered for as long as its structure stays."""

    def __init__(self, dom: Dom) -> None:
        self._dom = dom
        self._version = -1
        self._known: dict[int, str] = {}

    def of(self, element: Node) -> str:
        """The selector of `element` in the tree as it now is."""
        if self._version != self._dom.version:
            self._known.clear()
            self._version = self._dom.version
        known = self._known.get(element.id)
        if known is None:
            known = self._known[element.id] = _selector(element)
        return known

    def all(self) -> Iterator[tuple[Node, str]]:
        """Every element with its selector, in document order, in one walk."""
        if self._dom.document is None:
            return
        # (node, its path, what stands before every path in its root)
        stack: list[tuple[Node, str, str]] = [(self._dom.document, "", "")]
        while stack:
            node, path, outside = stack.pop()
            if node.is_element:
                yield node, path
            below = [(node.shadow, path, path + INSIDE)] if node.shadow is not None else []
            seen: Counter[str] = Counter()
            for child in node.children():
                if child.kind == NodeKind.DOCUMENT:
                    below.append((child, path, path + INSIDE))
                elif child.is_element:
                    seen[child.tag] += 1
                    anchor = _anchor(child)
                    if anchor is not None:
                        below.append((child, outside + anchor, outside))
                    elif node.is_element:
                        below.append((child, f"{path} > {_step(child, seen[child.tag])}", outside))
                    elif node.kind == NodeKind.SHADOW_ROOT:
                        below.append((child, outside + _step(child, seen[child.tag]), outside))
                    else:
                        below.append((child, outside + css_escape(child.tag), outside))
            stack.extend(reversed(below))


def _anchor(element: Node) -> str | None:
    """``#id`` where the id is there and unique in its document or shadow root."""
    identity = element.attributes.get("id")
    if not identity or element.root is None or element.root.anchors is None or element.root.anchors[identity] != 1:
        return None
    return "#" + css_escape(identity)


def _step(element: Node, position: int) -> str:
    return f"{css_escape(element.tag)}:nth-of-type({position})"


def _selector(element: Node) -> str:
    paths: list[str] = []  # from the innermost root outwards
    current: Node | None = element
    while current is not None:
        paths.append(_path_within(current))
        current = current.root.parent if current.root is not None else None
    return INSIDE.join(reversed(paths))


def _path_within(element: Node) -> str:
    """The path of `element` inside its document or shadow root."""
    steps: list[str] = []
    node = element
    while True:
        parent = node.parent
        anchor = _anchor(node)
        if anchor is not None:
            steps.append(anchor)
            break
        if parent is None or parent.kind == NodeKind.DOCUMENT:
            steps.append(css_escape(node.tag))
            break
        steps.append(_step(node, _position(node)))
        if parent.kind == NodeKind.SHADOW_ROOT:
            break
        node = parent
    return " > ".join(reversed(steps))


def _position(element: Node) -> int:
    """Its place among the siblings of the same tag, from 1."""
    position = 1
    sibling = element.before
    while sibling is not None:
        position += sibling.is_element and sibling.tag == element.tag
        sibling = sibling.before
    return position
