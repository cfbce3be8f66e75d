"""The page's DOM as a recording tells it: a full snapshot, then mutations."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from simbench.events.codecs.rrweb.checks import Malformed, items, node_id, record, text
from simbench.events.codecs.rrweb.names import NodeKind
from simbench.events.codecs.rrweb.tree import DEPTH_LIMIT, Node, Subtree, read_attributes

__all__ = ["Changes", "Dom"]

#: A second look at a document has at least so many of its ids and tags, and of its texts besides.
_SAME_NUMBERS: Final = 0.5
_SAME_WORDS: Final = 0.9
#: So many inner documents may wait for their iframe.
_EARLY_KEPT: Final = 100


@dataclass(slots=True, kw_only=True)
class Changes:
    """What a mutation event changed."""

    #: Nodes added (with all below), removed, with another text or another attribute; each counts once.
    count: int = 0
    #: Changed nodes that are in the tree now, and parents that lost a child.
    touched: list[Node] = field(default_factory=list)
    #: Text nodes that are new or have another text, with the whole text.
    texts: list[tuple[Node, str]] = field(default_factory=list)
    #: What the change is most of all, in the words of the DOM's MutationRecord.
    kind: str = "attributes"


class Dom:
    """The tree, and its nodes by id."""

    def __init__(self) -> None:
        #: The page's document; None before the first snapshot.
        self.document: Node | None = None
        #: Parts of mutations that did not fit the tree, counted by what is wrong with them.
        self.problems: Counter[str] = Counter()
        #: Grows whenever a selector may have changed.
        self.version = 0
        self._nodes: dict[int, Node] = {}
        #: Inner documents that were recorded before their iframe.
        self._early_documents: list[_Add] = []

    def node(self, identity: int) -> Node | None:
        """The node with that id, if it is in the tree."""
        return self._nodes.get(identity)

    def __len__(self) -> int:
        return len(self._nodes)

    def is_seen_again(self, snapshot: Subtree, *, moved: bool) -> bool:
        """Whether a snapshot is of the document that the tree follows: a recorder takes such second looks.

        A recorder keeps the ids that it has given, and gives new ones in document order: a snapshot that is not in that
        order is a second look. One that is may be a new document's, even where the ids agree (two pages of one
        template), so that texts, ids and links must agree too: all if the address has changed, else nearly all.

        Parameters
        ----------
        moved
            Whether the address has changed.
        """
        if self.document is None:
            return False
        if not snapshot.is_numbered_afresh():
            return self._likeness(snapshot, _numbered) >= _SAME_NUMBERS
        return self._likeness(snapshot, _written) >= (1.0 if moved else _SAME_WORDS)

    def _likeness(self, snapshot: Subtree, key: Callable[[Node], tuple[Any, ...]]) -> float:
        """Nodes in both by `key`, over those in either; inner documents, which no snapshot holds, do not count."""
        there = {key(node) for node in snapshot.nodes.values()}
        here = set()
        stack = [self.document] if self.document is not None else []
        while stack:
            node = stack.pop()
            if node.kind != NodeKind.SHADOW_ROOT:
                here.add(key(node))
            stack.extend(child for child in node.children() if child.kind != NodeKind.DOCUMENT)
            if node.shadow is not None:
                stack.append(node.shadow)
        return len(here & there) / len(here | there)

    def replace(self, snapshot: Subtree) -> None:
        """Begin anew with a full snapshot.

        Raises
        ------
        Malformed
            It is not of a document; the tree is left as it was.
        """
        if snapshot.top.kind != NodeKind.DOCUMENT:
            raise Malformed("node is not a document")
        snapshot.top.settle()
        self.document = snapshot.top
        self._nodes = dict(snapshot.nodes)
        self._early_documents = []
        self.version += 1

    def mutate(self, data: dict[str, Any]) -> Changes:
        """Apply a mutation event, in rrweb's order: removes, adds, texts, attributes.

        What does not fit the tree (an unknown node, a cycle) is left out and counted in `problems`.

        Raises
        ------
        Malformed
            The event is not a mutation; nothing of it is applied.
        """
        removes = [_remove(entry) for entry in items(data.get("removes"), "removes")]
        adds = [_Add.read(entry) for entry in items(data.get("adds"), "adds")]
        texts = [_text_change(entry) for entry in items(data.get("texts"), "texts")]
        attributes = [_attribute_change(entry) for entry in items(data.get("attributes"), "attributes")]
        changed: set[int] = set()
        changes = Changes(kind="childList" if removes or adds else "characterData" if texts else "attributes")
        for identity in removes:
            node = self._nodes.get(identity)
            if node is None or node.parent is None:
                self.problems["a removed node is not there"] += 1
                continue
            changed.add(identity)
            changes.touched.append(node.parent)
            self._take_out(node)
        for add in self._add_all(adds):
            changed.update(add.subtree.nodes)
            changes.touched.append(add.subtree.top)
            changes.texts += add.subtree.texts
        for identity, value in texts:
            node = self._nodes.get(identity)
            if node is None:
                self.problems["a changed text is not there"] += 1
                continue
            node.set_text(value)
            changed.add(identity)
            changes.touched.append(node)
            changes.texts.append((node, value))
        for identity, values in attributes:
            node = self._nodes.get(identity)
            if node is None or not node.is_element:
                self.problems["an element with a changed attribute is not there"] += 1
                continue
            node.set_attributes(values)
            self.version += "id" in values
            changed.add(identity)
            changes.touched.append(node)
        changes.touched = list(self._still_here(changes.touched))
        changes.count = len(changed)
        return changes

    def _still_here(self, nodes: list[Node]) -> Iterator[Node]:
        for touched in nodes:
            node = touched.parent if touched.kind == NodeKind.SHADOW_ROOT else touched
            if node is not None and self._nodes.get(node.id) is node:
                yield node

    def _add_all(self, adds: list[_Add]) -> list[_Add]:
        """Put nodes in; one whose parent or next sibling comes later in the list waits for it."""
        placed: list[_Add] = []
        for_parent: dict[int, list[_Add]] = {}
        for_sibling: dict[int, list[_Add]] = {}

        def place(add: _Add) -> None:
            if self._place(add):
                placed.append(add)
                for waiting in (for_sibling, for_parent):
                    for identity in add.subtree.nodes if waiting else ():
                        queue.extendleft(reversed(waiting.pop(identity, [])))

        queue = deque([*self._early_documents, *adds])
        self._early_documents = []
        while queue or for_sibling:
            if not queue:
                # A next sibling that never comes: the end of the parent is as near as can be known.
                for add in for_sibling.pop(next(iter(for_sibling))):
                    self.problems["the next sibling of an added node is not there"] += 1
                    place(add)
                continue
            add = queue.popleft()
            if add.parent not in self._nodes:
                for_parent.setdefault(add.parent, []).append(add)
            elif add.next is not None and add.next not in self._nodes:
                for_sibling.setdefault(add.next, []).append(add)
            else:
                place(add)
        for add in (late for group in for_parent.values() for late in group):
            if add.subtree.top.kind == NodeKind.DOCUMENT and len(self._early_documents) < _EARLY_KEPT:
                self._early_documents.append(add)
            else:
                self.problems["the parent of an added node is not there"] += 1
        return placed

    def _place(self, add: _Add) -> bool:
        """Put one in; False where it cannot be."""
        parent = self._nodes.get(add.parent)
        node = add.subtree.top
        if parent is None:
            self.problems["the parent of an added node is not there"] += 1
            return False
        if not (parent.is_element or parent.kind == NodeKind.DOCUMENT):
            self.problems["the parent of an added node cannot have children"] += 1
            return False
        if parent.depth + add.subtree.height > DEPTH_LIMIT:
            self.problems[f"an added node would lie more than {DEPTH_LIMIT} deep"] += 1
            return False
        known = [identity for identity in add.subtree.nodes if identity in self._nodes]
        if known:
            lineage = set()
            above: Node | None = parent
            while above is not None:
                lineage.add(above.id)
                above = above.parent
            if not lineage.isdisjoint(known):
                self.problems["an added node would lie inside itself"] += 1
                return False
        for identity in known:
            if identity in self._nodes:
                self._take_out(self._nodes[identity])
        if node.kind == NodeKind.DOCUMENT or (parent.kind == NodeKind.DOCUMENT and node.kind != NodeKind.COMMENT):
            # One document an iframe, one doctype and one root element a document: the new one takes the place.
            for child in parent.children():
                if child.kind == node.kind:
                    self._take_out(child)
        if add.is_shadow and parent.is_element:
            parent = parent.shadow_root()
        following = self._nodes.get(add.next) if add.next is not None else None
        previous = self._nodes.get(add.previous) if add.previous is not None else None
        if previous is not None and previous.parent is parent:
            following = previous.after
        parent.link(node, following if following is not None and following.parent is parent else None)
        node.settle()
        self._nodes.update(add.subtree.nodes)
        self.version += 1
        return True

    def _take_out(self, node: Node) -> None:
        for below in node.subtree():
            if self._nodes.get(below.id) is below:
                del self._nodes[below.id]
            if below.is_element:
                below.count_anchor(-1)
        node.unlink()
        self.version += 1


def _numbered(node: Node) -> tuple[Any, ...]:
    return (node.id, node.tag)


def _written(node: Node) -> tuple[Any, ...]:
    # Recorders write style sheets now here, now there.
    told = node.parent is None or node.parent.tag not in ("style", "script", "textarea", "noscript")
    return (node.id, node.tag, node.text if told else "", node.attributes.get("id"), node.attributes.get("href"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Add:
    """An entry of `adds`, its subtree read but not yet in the tree."""

    parent: int
    next: int | None
    previous: int | None
    is_shadow: bool
    subtree: Subtree

    @classmethod
    def read(cls, entry: Any) -> _Add:
        entry = record(entry, "an entry of adds")
        serialised = record(entry.get("node"), "node")
        return cls(
            parent=node_id(entry.get("parentId"), "parentId"),
            next=_sibling(entry.get("nextId"), "nextId"),
            previous=_sibling(entry.get("previousId"), "previousId"),
            is_shadow=bool(serialised.get("isShadow")),
            subtree=Subtree.read(serialised),
        )


def _sibling(value: Any, name: str) -> int | None:
    """A neighbour's id; 0, -1 and null mean that there is none."""
    identity = 0 if value is None else node_id(value, name)
    return identity if identity > 0 else None


def _remove(entry: Any) -> int:
    return node_id(record(entry, "an entry of removes").get("id"))


def _text_change(entry: Any) -> tuple[int, str]:
    entry = record(entry, "an entry of texts")
    value = entry.get("value")
    return node_id(entry.get("id")), "" if value is None else text(value, "value")


def _attribute_change(entry: Any) -> tuple[int, dict[str, str | None]]:
    entry = record(entry, "an entry of attributes")
    return node_id(entry.get("id")), read_attributes(entry.get("attributes"))
