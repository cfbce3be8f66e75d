"""What visitors typed, remembered only to keep it out of labels and addresses."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

__all__ = ["TypedText"]

#: Shorter texts than this stand in too many words to be masked inside them; alone they are masked as well.
_SHORTEST: Final = 4
#: A longer text is known by its beginning, for labels are cut.
_NEEDLE: Final = 40
#: In addresses, shorter texts than this must stand alone.
_LONG: Final = 8
_OFFERED_KEPT: Final = 100_000
#: More texts than these are not kept: the oldest go first.
_KEPT: Final = 2000


class TypedText:
    """Masks typed texts where the page shows them again (a list entry, a greeting, a search term in a URL).

    Only what a recorder did not mask itself can be known. Letters become asterisks, as rrweb writes masked text.
    """

    def __init__(self) -> None:
        self._now: dict[int, str] = {}
        self._before: dict[str, None] = {}
        #: Segments of paths that the site itself brought up.
        self._offered: set[str] = set()

    def note(self, field: int, value: str) -> None:
        """A field with the node id `field` holds `value` now."""
        value = " ".join(value.split())
        old = self._now.get(field, "")
        if not value.replace("*", "").strip():
            value = ""
        # While somebody types or deletes, only the longest text is worth keeping.
        if old and not value.startswith(old) and not any(kept.startswith(old) for kept in self._before):
            self._before.pop(old, None)
            self._before[old] = None
            if len(self._before) > _KEPT:
                del self._before[next(iter(self._before))]
        self._now[field] = value

    def new_page(self) -> None:
        """Node ids begin anew; what was typed stays known."""
        for field in list(self._now):
            self.note(field, "")
        self._now.clear()

    def mask(self, text: str) -> str:
        """`text` with every typed text in it as asterisks."""
        lower = text.lower()
        for typed in [*self._now.values(), *self._before]:
            needle = typed[:_NEEDLE]
            if len(needle) < _SHORTEST:
                if needle and lower == needle.lower():
                    return "*" * len(text)
                continue
            if needle.lower() not in lower:
                continue
            tail = ".*" if len(typed) > _NEEDLE else ""
            pattern = re.escape(needle) + tail
            text = re.sub(pattern, lambda found: "*" * len(found[0]), text, flags=re.IGNORECASE | re.DOTALL)
            lower = text.lower()
        return text

    def hides(self, segment: str) -> bool:
        """Whether a segment of a URL's path shows a typed text, and no address or link showed it before.

        A longer text may be part of the segment; a short one must be all of it, or `lamp` would hide every lamp.
        """
        if segment in self._offered:
            return False
        plain = _words(unquote(segment, errors="replace"))
        for typed in (*self._now.values(), *self._before):
            needle = _words(typed[:_NEEDLE])
            if (len(needle) >= _LONG and needle in plain) or (len(needle) >= _SHORTEST and needle == plain):
                return True
        if len(self._offered) < _OFFERED_KEPT:
            self._offered.add(segment)
        return False


def _words(text: str) -> str:
    return " ".join(re.split(r"[\s+_-]+", text)).strip().lower()
