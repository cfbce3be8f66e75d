"""A node of a recorded page, and how a serialised tree becomes nodes.

Node ids are rrweb's. A shadow root is a node of its own here (rrweb only marks its children); the document inside an
``iframe`` is that element's child. Everything is iterative and bounded, for a recording may come from anywhere.

Format: https://github.com/rrweb-io/rrweb/blob/master/docs/serialization.md and the node types of ``@rrweb/types``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from simbench.events.codecs.rrweb.checks import Malformed, items, node_id, record, text
from simbench.events.codecs.rrweb.names import NodeKind

__all__ = ["DEPTH_LIMIT", "Node", "Subtree", "read_attributes"]

#: Elements may lie this deep in one another.
DEPTH_LIMIT: Final = 2000
#: Of a text or attribute no more than this is kept: enough for a label.
_TEXT_KEPT: Final = 200
_VALUE_KEPT: Final = 1000

#: Attributes that selectors, roles and labels are made of; the others stay in the recording.
_KEPT: Final = frozenset(
    {
        *("id", "href", "role", "tabindex", "type", "onclick", "contenteditable", "controls", "aria-label", "title"),
        *("alt", "placeholder", "value", "hidden", "disabled", "multiple", "size"),
    }
)
_TAG: Final = re.compile(r"[A-Za-z][^\s/>\x00]{0,99}\Z")
_SPACES: Final = re.compile(r"\s+")


class Node:
    """A node of the tree; siblings are linked, so that taking one out costs nothing."""

    __slots__ = (
        "after", "anchors", "attributes", "before", "depth", "first", "id", "kind", "last", "length", "parent", "root",
        "shadow", "tag", "text",
    )  # fmt: skip

    def __init__(self, identity: int, kind: NodeKind) -> None:
        self.id = identity
        self.kind = kind
        #: Lower-case tag of an element.
        self.tag = ""
        self.attributes: dict[str, str] = {}
        #: The beginning of a text node's text, with runs of white space as one space.
        self.text = ""
        #: Length of a text node's text in UTF-16 units, as the DOM counts.
        self.length = 0
        self.parent: Node | None = None
        self.first: Node | None = None
        self.last: Node | None = None
        self.before: Node | None = None
        self.after: Node | None = None
        self.shadow: Node | None = None
        #: The document or shadow root that it lies in (a document lies in that of its iframe).
        self.root: Node | None = None
        #: Of a document or shadow root: how often each id attribute occurs in it.
        self.anchors: Counter[str] | None = None
        #: How many nodes lie above it.
        self.depth = 0

    @property
    def is_element(self) -> bool:
        """Whether it is an element."""
        return self.kind == NodeKind.ELEMENT

    def children(self) -> Iterator[Node]:
        """The children, without what a shadow root holds."""
        child = self.first
        while child is not None:
            after = child.after
            yield child
            child = after

    def subtree(self) -> Iterator[Node]:
        """The node and all below it in document order, shadow roots and inner documents too."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            below = node.last
            while below is not None:
                stack.append(below)
                below = below.before
            if node.shadow is not None:
                stack.append(node.shadow)

    def above(self) -> Node | None:
        """The element around it, out of shadow roots to their host; None above a document's root element."""
        node = self.parent
        while node is not None and not node.is_element:
            if node.kind == NodeKind.DOCUMENT:
                return None
            node = node.parent
        return node

    def element(self) -> Node | None:
        """The element that it is, or is in; None for a document."""
        return self if self.is_element else None if self.kind == NodeKind.DOCUMENT else self.above()

    def set_text(self, value: str) -> None:
        """Give a text node its text."""
        self.length = len(value) if value.isascii() else len(value.encode("utf-16-le", "replace")) // 2
        self.text = _SPACES.sub(" ", value[: 4 * _TEXT_KEPT])[:_TEXT_KEPT]

    def set_attributes(self, values: dict[str, str | None]) -> None:
        """Set attributes; null takes one away. Ids are counted in the root."""
        if "id" in values:
            self.count_anchor(-1)
        for name, value in values.items():
            if value is None:
                self.attributes.pop(name, None)
            else:
                self.attributes[name] = value
        if "id" in values:
            self.count_anchor(+1)

    def count_anchor(self, by: int) -> None:
        """Count its id attribute in or out of its root."""
        anchor = self.attributes.get("id")
        if anchor and self.root is not None and self.root.anchors is not None:
            self.root.anchors[anchor] += by

    def shadow_root(self) -> Node:
        """Its shadow root, made if there is none yet."""
        if self.shadow is None:
            self.shadow = Node(0, NodeKind.SHADOW_ROOT)
            self.shadow.anchors = Counter()
            self.shadow.parent = self
            self.shadow.root = self.root
            self.shadow.depth = self.depth + 1
        return self.shadow

    def link(self, node: Node, following: Node | None) -> None:
        """Put `node` in before its child `following`, or at the end."""
        node.parent = self
        node.after = following
        node.before = following.before if following is not None else self.last
        if node.before is not None:
            node.before.after = node
        else:
            self.first = node
        if following is not None:
            following.before = node
        else:
            self.last = node

    def unlink(self) -> None:
        """Take it out of its parent."""
        parent = self.parent
        if parent is None:
            return
        if self.before is not None:
            self.before.after = self.after
        else:
            parent.first = self.after
        if self.after is not None:
            self.after.before = self.before
        else:
            parent.last = self.before
        self.parent = self.before = self.after = None

    def settle(self) -> None:
        """Give root and depth to it and all below, and count their ids, once it is linked in."""
        for node in self.subtree():
            parent = node.parent
            if parent is None:
                continue
            node.root = parent if parent.anchors is not None else parent.root
            node.depth = parent.depth + 1
            if node.is_element:
                node.count_anchor(+1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtree:
    """A serialised tree, read and not yet anywhere."""

    top: Node
    #: Every node by its id.
    nodes: dict[int, Node]
    #: How many nodes lie on the longest way down, `top` included.
    height: int
    #: Text nodes with their whole text.
    texts: list[tuple[Node, str]]

    def is_numbered_afresh(self) -> bool:
        """Whether ids rise in the order in which rrweb gives them: document order, shadow roots after the children."""
        last = 0
        stack = [self.top]
        while stack:
            node = stack.pop()
            if node.kind != NodeKind.SHADOW_ROOT:
                if node.id <= last:
                    return False
                last = node.id
            if node.shadow is not None:
                stack.append(node.shadow)
            stack.extend(reversed(list(node.children())))
        return True

    @classmethod
    def read(cls, serialised: Any) -> Subtree:
        """Read a serialised node with all below it.

        Raises
        ------
        Malformed
            It is not one, two nodes share an id, or it is deeper than `DEPTH_LIMIT`.
        """
        top = _read_node(serialised)
        nodes = {top.id: top}
        texts: list[tuple[Node, str]] = []
        height = 1
        stack: list[tuple[dict[str, Any], Node, int]] = [(serialised, top, 1)]
        while stack:
            source, node, depth = stack.pop()
            height = max(height, depth)
            if node.kind == NodeKind.TEXT:
                texts.append((node, text(source.get("textContent") or "", "textContent")))
            children = items(source.get("childNodes"), "childNodes")
            if children and not (node.is_element or node.kind == NodeKind.DOCUMENT):
                raise Malformed("a node that cannot have children has some")
            if children and depth >= DEPTH_LIMIT:
                raise Malformed(f"nodes lie more than {DEPTH_LIMIT} deep")
            for child in children:
                below = _read_node(child)
                if below.id in nodes:
                    raise Malformed("two nodes share an id")
                nodes[below.id] = below
                shadowed = node.is_element and bool(child.get("isShadow"))
                (node.shadow_root() if shadowed else node).link(below, None)
                stack.append((child, below, depth + 1))
        return cls(top=top, nodes=nodes, height=height, texts=texts)


def read_attributes(value: Any) -> dict[str, str | None]:
    """The attributes that matter here, as the DOM would give them; null where one is taken away."""
    kept: dict[str, str | None] = {}
    for name, given in record({} if value is None else value, "attributes").items():
        key = name.lower()
        if key not in _KEPT:
            continue
        if given is None or given is False:
            kept[key] = None
        elif given is True:
            kept[key] = ""
        elif isinstance(given, str):
            kept[key] = text(given, name)[:_VALUE_KEPT]
        elif isinstance(given, int | float):
            kept[key] = str(given)[:_VALUE_KEPT]
        else:
            raise Malformed(f"attribute {name} is not text")
    return kept


def _read_node(value: Any) -> Node:
    """One serialised node, without its children."""
    value = record(value, "a node")
    identity = node_id(value.get("id"))
    if identity <= 0:
        raise Malformed("a node's id is not positive")
    kind = value.get("type")
    if isinstance(kind, bool) or not isinstance(kind, int) or not NodeKind.DOCUMENT <= kind <= NodeKind.COMMENT:
        raise Malformed("a node's type is not 0 to 5")
    node = Node(identity, NodeKind(kind))
    if kind == NodeKind.ELEMENT:
        node.tag = text(value.get("tagName"), "tagName").lower()
        if not _TAG.match(node.tag):
            raise Malformed("tagName is not a tag")
        given = read_attributes(value.get("attributes"))
        node.attributes = {name: held for name, held in given.items() if held is not None}
    elif kind == NodeKind.TEXT:
        node.set_text(text(value.get("textContent") or "", "textContent"))
    elif kind == NodeKind.DOCUMENT:
        node.anchors = Counter()
    return node
