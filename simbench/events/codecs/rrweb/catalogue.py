"""The elements that a run knows of: what was hit, and what could have been."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa

from simbench.events.codecs.rrweb.address import clean_url
from simbench.events.codecs.rrweb.elements import LABEL_LENGTH, interactive_ancestor, is_focusable, is_interactive
from simbench.events.codecs.rrweb.elements import label as label_of
from simbench.events.codecs.rrweb.elements import role as role_of
from simbench.events.codecs.rrweb.selector import Selectors
from simbench.events.codecs.rrweb.tree import Node
from simbench.events.codecs.rrweb.typed import TypedText
from simbench.events.schema import ELEMENTS

__all__ = ["Catalogue"]


class Catalogue:
    """Rows of the elements table, one a page and selector: as it was when it was first seen."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], dict[str, Any]] = {}
        #: Labels that wait for `seal`.
        self._labels: dict[tuple[str, str], str] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def note(
        self,
        page: str | None,
        target: str,
        element: Node,
        *,
        selectors: Selectors,
        url: str | None,
        hides: Callable[[str], bool],
    ) -> None:
        """Take in an element, and its nearest interactive ancestor.

        Parameters
        ----------
        url
            That of the page.
        hides
            Says whether a segment of a link's path is to be hidden, see `clean_url`.
        """
        key = (page or "", target)
        if key in self._rows:
            return
        ancestor = interactive_ancestor(element)
        above = None if ancestor is None else target if ancestor is element else selectors.of(ancestor)
        href = element.attributes.get("href") if element.tag == "a" else None
        self._labels[key] = label_of(element)
        self._rows[key] = {
            "page": page,
            "target": target,
            "tag": element.tag,
            "role": role_of(element),
            "href": clean_url(href, typed=hides, within=url) if href is not None else None,
            "focusable": is_focusable(element),
            "interactive_ancestor": above,
        }
        if ancestor is not None and ancestor is not element and above is not None:
            self.note(page, above, ancestor, selectors=selectors, url=url, hides=hides)

    def seal(self, typed: TypedText) -> None:
        """A recording is over: what was typed in it, at whatever time, goes out of its labels, and they are cut."""
        for key, label in self._labels.items():
            self._rows[key]["text"] = typed.mask(label)[:LABEL_LENGTH].strip() or None
        self._labels.clear()

    def scan(self, page: str | None, *, selectors: Selectors, url: str | None, hides: Callable[[str], bool]) -> None:
        """Take in every interactive element that the page has now."""
        for element, target in selectors.all():
            if (page or "", target) not in self._rows and is_interactive(element):
                self.note(page, target, element, selectors=selectors, url=url, hides=hides)

    def table(self) -> pa.Table:
        """The rows with the schema `ELEMENTS`, by page and target."""
        rows = [self._rows[key] for key in sorted(self._rows)]
        return pa.Table.from_pylist(rows, schema=ELEMENTS)
