"""What a visitor brings along: what earlier visits taught, and what the link that led here promised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["NOTHING_KNOWN", "Memory", "Promise"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What a visitor knows of the site from earlier visits, and what the browser kept of them.

    It follows from the schedule alone (which visit it is, which defects earlier ones met, what was put off), and from
    the visitor's own luck; how an earlier visit was played makes no difference, for it may be played elsewhere.
    """

    #: How well the way is known: 0 on the first visit, towards 1.
    familiarity: float = 0.0
    #: Elements that let the visitor down on an earlier visit; they are not tried again.
    let_down_by: frozenset[str] = frozenset()
    #: What the site kept in the browser (names of `remembers` and `opens_without` in site.yaml).
    kept: frozenset[str] = frozenset()
    #: Whether the visitor is back to finish a purchase that was put off.
    finishing: bool = False


NOTHING_KNOWN: Final = Memory()


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What an advertisement promised: the words by which it would be known on a page, and the id of the mismatch.

    `words` are in lower case; none at all: something that no page of the site has.
    """

    id: str
    words: tuple[str, ...]

    def kept_by(self, text: str) -> bool:
        """Whether an element that says `text` is what was promised: it holds every word.

        Examples
        --------
        >>> Promise(id="a", words=("glass", "lamp")).kept_by("Svamp, glass table lamp")
        True
        """
        said = text.casefold()
        return bool(self.words) and all(word in said for word in self.words)

    @staticmethod
    def words_of(text: str) -> tuple[str, ...]:
        """The words of a promise as a scenario writes it."""
        return tuple(text.casefold().split())
