"""A part's events as NumPy arrays, in one order and on one axis of time, each event with its page view.

Everything in the core begins here. Strings stay codes; columns are gathered only for the rows somebody asks about.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from simbench.events.run import Observed
from simbench.events.schema import EVENT_TYPES, EVENTS

__all__ = ["CORE_COLUMNS", "TYPE", "Bools", "Floats", "Ints", "Stream", "Words", "read_stream"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: Code of each event type in `Stream.type`; an unknown type is -1.
TYPE: Final = {name: code for code, name in enumerate(EVENT_TYPES)}

#: The event columns that the core reads; a run is read part by part with these alone.
CORE_COLUMNS: Final = (
    "session", "seq", "view", "state", "time", "type", "x", "y", "scroll_y", "target", "scroll_container",
    "pointer", "button", "detail", "modifiers", "value", "data",
)  # fmt: skip

#: Sessions lie this far apart on the common axis: farther than any rule looks, so no window reaches over.
_APART_MS: Final = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A string column as codes into `names`; -1 where it is null."""

    codes: Ints
    names: list[str]

    def code(self, name: str) -> int:
        """Code of `name`, or -2, which no row has."""
        return self.names.index(name) if name in self.names else -2

    def strings(self) -> list[str | None]:
        """The strings themselves."""
        return [self.names[code] if code >= 0 else None for code in self.codes.tolist()]

    def among(self, names: Iterable[str]) -> Bools:
        """Which rows hold one of `names`; a null is none of them."""
        wanted = frozenset(names)
        return np.array([*(name in wanted for name in self.names), False], dtype=bool)[self.codes]

    def begins(self, beginnings: tuple[str, ...]) -> Bools:
        """Which rows hold a string that begins with one of `beginnings`."""
        return np.array([*(name.startswith(beginnings) for name in self.names), False], dtype=bool)[self.codes]

    def at(self, rows: Ints) -> Words:
        """The column at these rows; a row of -1 gives null."""
        return Words(codes=np.append(self.codes, -1)[rows], names=self.names)

    def otherwise(self, other: Words) -> Words:
        """Fill this column's nulls from `other`."""
        code = {name: i for i, name in enumerate(self.names)}
        moved = np.array([*(code.setdefault(name, len(code)) for name in other.names), -1], dtype=np.int64)
        return Words(codes=np.where(self.codes >= 0, self.codes, moved[other.codes]), names=list(code))

    def codes_in(self, names: dict[str, int]) -> Ints:
        """Codes by another numbering, which grows by the names that it lacks; null stays -1."""
        return np.array([*(names.setdefault(name, len(names)) for name in self.names), -1], dtype=np.int64)[self.codes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """The events of some sessions, ordered by session, then time, then `seq`, without doubles.

    Attributes
    ----------
    session, session_names
        Index of each event's session in order of first appearance, and the sessions' ids.
    view
        Row of `views` that each event belongs to; -1 where the views table does not know it.
    time_ms
        The page's clock, ms since 1970.
    axis_ms
        The same on one axis that never falls, with sessions far apart, so that one `numpy.searchsorted` finds the
        next event of some sort in every session at once.
    type
        Codes as in `TYPE`.
    acts
        Positions of all events but pointer moves, which are most of a recording and say nothing to a detector.
    """

    session: Ints
    session_names: list[str]
    view: Ints
    time_ms: Ints
    axis_ms: Ints
    type: npt.NDArray[np.int8]
    acts: Ints
    views: pa.Table
    view_session: Ints
    view_device: Words
    _events: pa.Table
    _rows: Ints | None
    _by_type: Ints
    _cuts: Ints

    def __len__(self) -> int:
        return len(self.type)

    def where(self, *types: str) -> Ints:
        """Positions of the events of these types, in order; `mousemove` and `touchmove` are not among `acts`."""
        found = [self._by_type[self._cuts[TYPE[name]] : self._cuts[TYPE[name] + 1]] for name in types]
        return found[0] if len(found) == 1 else np.sort(np.concatenate(found))

    def numbers(self, name: str, at: Ints) -> Floats:
        """A numeric column at the positions `at`; NaN where it is null or infinite."""
        column = self._take(name, at)
        if column is None:
            return np.full(len(at), np.nan)
        values = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
        return np.where(np.isfinite(values), values, np.nan)

    def words(self, name: str, at: Ints) -> Words:
        """A string column at the positions `at`."""
        column = self._take(name, at)
        if column is None:
            return Words(codes=np.full(len(at), -1, dtype=np.int64), names=[])
        return words_of(column)

    def all_words(self, name: str) -> Words:
        """A string column of all events; cheaper than asking for every position."""
        if name not in self._events.column_names:
            return Words(codes=np.full(len(self), -1, dtype=np.int64), names=[])
        words = words_of(self._events.column(name))
        return words if self._rows is None else Words(codes=words.codes[self._rows], names=words.names)

    def _take(self, name: str, at: Ints) -> Any:
        if name not in self._events.column_names:
            return None
        rows = at if self._rows is None else self._rows[at]
        column = self._events.column(name)
        chunk = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
        return chunk.take(pa.array(rows))


def read_stream(observed: Observed) -> Stream:
    """Bring the events of `observed` into order and join them to their views.

    Events may come in any order and with doubles (a collector's retries); rows are the same event when session and
    `seq` agree.
    """
    events = observed.events.select([n for n in CORE_COLUMNS if n in observed.events.column_names])
    events = events.unify_dictionaries().combine_chunks()
    if events.num_rows == 0:
        events = EVENTS.empty_table().select(events.column_names).combine_chunks()
    views = observed.views.unify_dictionaries().combine_chunks()
    session = words_of(events["session"])
    time_ms = _int64(events["time"].cast(pa.timestamp("ms", tz="UTC")).cast(pa.int64()))
    seq = _int64(events["seq"])
    rank, names = _by_appearance(session)
    rows = _order(rank, time_ms, seq)
    if rows is not None:
        rank, time_ms = rank[rows], time_ms[rows]
    kind = _type_codes(events["type"])
    kind = kind if rows is None else kind[rows]
    view_session = _session_of(views["session"], names)
    acts = np.flatnonzero((kind != TYPE["mousemove"]) & (kind != TYPE["touchmove"]))
    by_type = acts[np.argsort(kind[acts], kind="stable")]
    return Stream(
        session=rank,
        session_names=names,
        view=_view_rows(
            rank, _int64(events["view"]) if rows is None else _int64(events["view"])[rows], views, view_session
        ),
        time_ms=time_ms,
        axis_ms=_axis(rank, time_ms),
        type=kind,
        acts=acts,
        views=views,
        view_session=view_session,
        view_device=_view_device(views, observed.sessions),
        _events=events,
        _rows=rows,
        _by_type=by_type,
        _cuts=np.searchsorted(kind[by_type], np.arange(len(EVENT_TYPES) + 1, dtype=np.int8)),
    )


def words_of(column: Any) -> Words:
    """Codes and names of a dictionary-encoded or plain string column."""
    if isinstance(column, pa.ChunkedArray):
        column = column.unify_dictionaries() if pa.types.is_dictionary(column.type) else column
        column = column.combine_chunks()
        if isinstance(column, pa.ChunkedArray):
            column = column.chunk(0) if column.num_chunks else pa.array([], column.type)
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    codes = pc.fill_null(column.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    return Words(codes=codes, names=column.dictionary.to_pylist())


def _int64(column: Any) -> Ints:
    return pc.fill_null(column, -1).to_numpy().astype(np.int64)


def _type_codes(column: Any) -> npt.NDArray[np.int8]:
    words = words_of(column)
    table = np.array([TYPE.get(name, -1) for name in words.names] + [-1], dtype=np.int8)
    return table[words.codes]


def _by_appearance(words: Words) -> tuple[Ints, list[str]]:
    """Renumber codes by first appearance, so that the order of results does not hang on a dictionary's order."""
    codes = words.codes
    if len(codes) == 0:
        return codes, []
    starts = np.concatenate([[0], np.flatnonzero(np.diff(codes)) + 1])
    runs = codes[starts]
    found, first = np.unique(runs, return_index=True)
    appearing = found[np.argsort(first)]
    rank = np.empty(int(found.max()) + 1, dtype=np.int64)
    rank[appearing] = np.arange(len(appearing))
    lengths = np.diff(np.append(starts, len(codes)))
    return np.repeat(rank[runs], lengths), [words.names[code] for code in appearing.tolist()]


def _order(session: Ints, time_ms: Ints, seq: Ints) -> Ints | None:
    """Rows in order and without doubles; None where they are so already, as a healthy recording is."""
    same = session[1:] == session[:-1]
    step = np.diff(time_ms)
    rising = np.where(same, (step > 0) | ((step == 0) & (np.diff(seq) > 0)), np.diff(session) > 0)
    if rising.all():
        return None
    rows = np.lexsort((seq, time_ms, session))
    keep = np.ones(len(rows), dtype=bool)
    keep[1:] = (np.diff(session[rows]) != 0) | (np.diff(seq[rows]) != 0) | (np.diff(time_ms[rows]) != 0)
    return rows[keep]


def _axis(session: Ints, time_ms: Ints) -> Ints:
    if len(session) == 0:
        return time_ms
    first = np.concatenate([[0], np.flatnonzero(np.diff(session)) + 1])
    last = np.append(first[1:], len(session)) - 1
    spans = time_ms[last] - time_ms[first] + _APART_MS
    offset = np.concatenate([[0], np.cumsum(spans)[:-1]])
    return time_ms + np.repeat(offset - time_ms[first], last - first + 1)


def _session_of(column: Any, names: list[str]) -> Ints:
    """Index into `names` of each row's session; -1 for a session without events."""
    words = words_of(column)
    index = {name: i for i, name in enumerate(names)}
    table = np.array([index.get(name, -1) for name in words.names] + [-1], dtype=np.int64)
    return table[words.codes]


def _view_rows(session: Ints, view: Ints, views: pa.Table, view_session: Ints) -> Ints:
    """Row of each event's view; looked up once per run of events in one view."""
    if len(session) == 0 or views.num_rows == 0:
        return np.full(len(session), -1, dtype=np.int64)
    key = session * 2**31 + view
    starts = np.concatenate([[0], np.flatnonzero(np.diff(key)) + 1])
    # A session without events must match nothing: the key of a null view is one below its session's first.
    known = np.where(view_session >= 0, view_session * 2**31 + _int64(views["view"]), -2)
    order = np.argsort(known, kind="stable")
    at = np.minimum(np.searchsorted(known[order], key[starts]), len(known) - 1)
    row = order[at]
    found = np.where((known[row] == key[starts]) & (view[starts] >= 0), row, -1)
    return np.repeat(found, np.diff(np.append(starts, len(session))))


def _view_device(views: pa.Table, sessions: pa.Table) -> Words:
    """The device of each view's session."""
    device = words_of(sessions["device"])
    ids = words_of(sessions["session"])
    by_name = {name: i for i, name in enumerate(ids.names)}
    of_id = np.full(len(ids.names) + 1, -1, dtype=np.int64)
    of_id[ids.codes] = device.codes
    of_id[-1] = -1
    words = words_of(views["session"])
    table = np.array([of_id[by_name.get(name, -1)] for name in words.names] + [-1], dtype=np.int64)
    return Words(codes=table[words.codes], names=device.names)
