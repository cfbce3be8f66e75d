"""What really happened: episodes, written down by the visitor that lives through them (``docs/episodes.md``).

Times are on the true clock, ms since the visit began. Nothing here reads a count, a gap or a distance: an entry says
what the visitor wanted and felt.
"""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Entry", "Journal"]


@dataclass(slots=True, kw_only=True)
class Entry:
    """One episode; the columns are those of `simbench.events.schema.EPISODES`."""

    kind: str
    view: int
    t_start: float
    t_end: float
    target: str | None = None
    field: str | None = None
    cause: str | None = None
    role: str = "true"
    lookalike: str | None = None
    intensity: float = 1.0
    #: Whether it lasts until the page is left, whenever that will be.
    until_left: bool = False


@dataclass(slots=True)
class Journal:
    """The episodes of one visit, and how it ended."""

    entries: list[Entry] = field(default_factory=list)
    outcome: str = "left"
    converted: bool = False
    #: What the visitor answered when asked how it went, as JSON; None where nobody asked or answered.
    survey: str | None = None

    def left(self, view: int, now_ms: float) -> None:
        """The page of `view` is left: what lasted until then ends."""
        for entry in self.entries:
            if entry.until_left and entry.view == view:
                entry.t_end = now_ms
                entry.until_left = False

    def true(self, kind: str, view: int, t_start: float, t_end: float, *, target: str | None = None,
             cause: str | None = None, field: str | None = None, intensity: float = 1.0) -> Entry:  # fmt: skip
        """An episode that is what it looks like."""
        entry = Entry(kind=kind, view=view, t_start=t_start, t_end=t_end, target=target, cause=cause, field=field,
                      intensity=intensity)  # fmt: skip
        self.entries.append(entry)
        return entry

    def lookalike(self, kind: str, name: str, view: int, t_start: float, t_end: float, *,
                  target: str | None = None, field: str | None = None) -> Entry:  # fmt: skip
        """Benign behaviour that resembles `kind`; `name` is from the closed list of look-alikes."""
        entry = Entry(kind=kind, view=view, t_start=t_start, t_end=t_end, target=target, field=field,
                      role="lookalike", lookalike=name)  # fmt: skip
        self.entries.append(entry)
        return entry

    def ambiguous(self, kind: str, reason: str, view: int, t_start: float, t_end: float, *,
                  target: str | None = None, cause: str | None = None, field: str | None = None) -> Entry:  # fmt: skip
        """What nobody could tell; `reason` is from the closed list of reasons."""
        entry = Entry(kind=kind, view=view, t_start=t_start, t_end=t_end, target=target, cause=cause, field=field,
                      role="ambiguous", lookalike=reason)  # fmt: skip
        self.entries.append(entry)
        return entry
