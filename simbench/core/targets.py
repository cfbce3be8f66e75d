"""What is known about the element that was hit: its interactive ancestor, cursor, tag, role, box.

The elements table is asked first, ever less exactly (the page in this state and layout, in any state, in any layout);
where it knows nothing, as on most imported runs, the selector itself tells the tags on the path.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbench.core.stream import Bools, Floats, Ints, Words, words_of

__all__ = ["ElementIndex", "Facts", "Places", "selector_root", "selector_tag", "shortened"]

#: Tags that are interactive by themselves (HTML, interactive content).
_INTERACTIVE_TAGS: Final = frozenset(
    {"a", "button", "input", "select", "textarea", "summary", "label", "option", "video", "audio"}
)
_STEP: Final = re.compile(r"^([a-z][a-z0-9-]*)(?::nth-of-type\(\d+\))?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where some events happened, as parallel columns: page, state, layout and the element hit."""

    page: Words
    state: Words
    layout: Words
    target: Words

    def __len__(self) -> int:
        return len(self.target.codes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of each place's element; parallel to the places.

    Attributes
    ----------
    known
        Whether the elements table has a row for it.
    root
        The nearest interactive element, itself included, as codes; -1 where there is none or nobody knows.
    row
        The elements' row; -1 where unknown.
    tag, role, cursor
        Of the element itself; a tag may come from the selector.
    root_tag, root_role, root_href
        Of the interactive ancestor.
    fixed
        Whether it keeps its place in the viewport while the page scrolls.
    """

    known: Bools
    root: Words
    row: Ints
    tag: Words
    role: Words
    cursor: Words
    root_tag: Words
    root_role: Words
    root_href: Words
    fixed: Bools

    def name(self, target: Words) -> Words:
        """What a finding names: the interactive element where one is known, else the element hit."""
        return self.root.otherwise(target)


class ElementIndex:
    """Looks elements up by page, state, layout and target, many at once.

    Parameters
    ----------
    elements
        A table with the schema `ELEMENTS`; may be empty.
    """

    def __init__(self, elements: pa.Table) -> None:
        self._table = elements.unify_dictionaries().combine_chunks()
        self._words = {name: words_of(self._table[name]) for name in _COLUMNS}
        self._index = {
            name: {string: code for code, string in enumerate(self._words[name].names)} for name in _LEVELS[0]
        }
        self._size = {name: len(words.names) + 1 for name, words in self._words.items()}
        own = {name: words.codes for name, words in self._words.items()}
        self._levels = [_Level(self._key(own, names)) for names in _LEVELS]
        self._boxes = np.column_stack([self.numbers(name) for name in ("x", "y", "w", "h")])

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def rows(self, places: Places) -> Ints:
        """Row of each place's element; -1 where the table does not know it."""
        if len(self) == 0 or len(places) == 0:
            return np.full(len(places), -1, dtype=np.int64)
        asked = {
            name: self._own_codes(name, words)
            for name, words in (
                ("page", places.page), ("state", places.state), ("layout", places.layout), ("target", places.target),
            )
        }  # fmt: skip
        row = np.full(len(places), -1, dtype=np.int64)
        for level, names in zip(self._levels, _LEVELS, strict=True):
            still = (row < 0) & (asked["target"] >= 0)
            for name in names:
                still &= asked[name] != _STRANGER
            open_ = np.flatnonzero(still)
            row[open_] = level.find(self._key({name: asked[name][open_] for name in names}, names))
        return row

    def facts(self, places: Places) -> Facts:
        """Everything that the rules ask about the elements at `places`."""
        row = self.rows(places)
        known = row >= 0
        derived_root, derived_tag = _derived(places.target)
        root = self._at("interactive_ancestor", row)
        # Where the table knows the element, "no interactive ancestor" is an answer; elsewhere the selector is asked.
        root = root.otherwise(Words(codes=np.where(known, -1, derived_root.codes), names=derived_root.names))
        root_row = self.rows(Places(page=places.page, state=places.state, layout=places.layout, target=root))
        return Facts(
            known=known,
            root=root,
            row=row,
            tag=self._at("tag", row).otherwise(derived_tag),
            role=self._at("role", row),
            cursor=self._at("cursor", row),
            root_tag=self._at("tag", root_row).otherwise(_derived(root)[1]),
            root_role=self._at("role", root_row),
            root_href=self._at("href", root_row),
            fixed=self._flags("fixed", row),
        )

    def words(self, name: str) -> Words:
        """A string column of the table, for rules that look at all elements of a page."""
        return self._words[name]

    def numbers(self, name: str) -> Floats:
        """A numeric column of the table; NaN where an import holds none."""
        return self._table[name].cast(pa.float64()).to_numpy()

    @property
    def fixed(self) -> Bools:
        """Which elements keep their place in the viewport while the page scrolls."""
        return pc.fill_null(self._table["fixed"], False).to_numpy().astype(bool)

    @property
    def boxes(self) -> Floats:
        """x, y, w, h of every element, one row each; NaN where an import holds none."""
        return self._boxes

    def _key(self, codes: dict[str, Ints], names: tuple[str, ...]) -> Ints:
        key: Ints = np.zeros(len(codes["target"]), dtype=np.int64)
        for name in names:
            key = key * self._size[name] + codes[name] + 1
        return key

    def _own_codes(self, name: str, words: Words) -> Ints:
        """Codes of another dictionary as codes of the table's; null stays null, strangers match nothing."""
        index = self._index[name]
        table = np.array([index.get(string, _STRANGER) for string in words.names] + [-1], dtype=np.int64)
        return table[words.codes]

    def _at(self, name: str, row: Ints) -> Words:
        return self._words[name].at(row)

    def _flags(self, name: str, row: Ints) -> Bools:
        column = pc.fill_null(self._table[name], False).to_numpy().astype(bool)
        return np.append(column, False)[row]


#: Code of a string that the table does not hold; a null has -1.
_STRANGER: Final = -2
_COLUMNS: Final = ("page", "state", "layout", "target", "tag", "role", "href", "cursor", "text", "interactive_ancestor")
#: Ever less exact ways to name an element.
_LEVELS: Final = (("page", "state", "layout", "target"), ("page", "layout", "target"), ("page", "target"))


class _Level:
    """First row of each key; several rows may share one when fewer columns make the key."""

    def __init__(self, keys: Ints) -> None:
        self._keys, self._rows = np.unique(keys, return_index=True)

    def find(self, keys: Ints) -> Ints:
        if len(self._keys) == 0:
            return np.full(len(keys), -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return np.where(self._keys[at] == keys, self._rows[at], -1)


def selector_tag(selector: str) -> str | None:
    """Tag of the element that a selector names, where the selector says it.

    Examples
    --------
    >>> selector_tag("#nav > a:nth-of-type(2)"), selector_tag("#buy"), selector_tag("html")
    ('a', None, 'html')
    """
    match = _STEP.match(_steps(selector)[-1])
    return match[1] if match else None


def selector_root(selector: str) -> str | None:
    """The nearest ancestor-or-self on a selector's own path that is interactive by its tag.

    Examples
    --------
    >>> selector_root("#bar > button:nth-of-type(1) > svg:nth-of-type(1)")
    '#bar > button:nth-of-type(1)'
    >>> selector_root("#bar > div:nth-of-type(1)") is None
    True
    """
    # A path is cut only between its steps, so that what stays is a selector again.
    ends = [match.start() for match in re.finditer(r" >>> | > ", selector)] + [len(selector)]
    for end in reversed(ends):
        if selector_tag(selector[:end]) in _INTERACTIVE_TAGS:
            return selector[:end]
    return None


def shortened(selector: str, most: int = 48) -> str:
    """A selector for a narrow column: its last steps, which tell most.

    Examples
    --------
    >>> shortened("#root > div:nth-of-type(1) > div:nth-of-type(4) > button:nth-of-type(2)", most=40)
    '… > button:nth-of-type(2)'
    """
    if len(selector) <= most:
        return selector
    cuts = [match.start() for match in re.finditer(r" >>> | > ", selector)]
    fits = [cut for cut in cuts if len(selector) - cut < most]
    return f"…{selector[fits[0] :]}" if fits else f"…{selector[1 - most :]}"


def _steps(selector: str) -> list[str]:
    return re.split(r" >>> | > ", selector)


def _derived(target: Words) -> tuple[Words, Words]:
    """Root and tag by the selectors alone; one look a distinct selector."""
    roots = words_of(pa.array([*map(selector_root, target.names), None], pa.string()))
    tags = words_of(pa.array([*map(selector_tag, target.names), None], pa.string()))
    return roots.at(target.codes), tags.at(target.codes)
