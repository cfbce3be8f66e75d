"""What a filter's words stand for in some observed tables, one value a page view."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbench.core.stream import Bools, Ints, Words, words_of
from simbench.errors import BadInput
from simbench.events.run import Observed

__all__ = ["FilterScope"]


class FilterScope:
    """Looks fields, kinds and `converted` up for every row of the views table."""

    def __init__(self, observed: Observed, findings: pa.Table | None) -> None:
        self._observed = observed
        self._findings = findings
        self._session = words_of(observed.views["session"])

    def compare(self, field: str, operator: str, values: tuple[Any, ...]) -> Bools:
        """Whether a field compares so with one of `values`; false where it is null."""
        column = self._column(field)
        if isinstance(column, Words):
            return column.among(values)
        test = {"=": pc.equal, "<": pc.less, "<=": pc.less_equal, ">": pc.greater, ">=": pc.greater_equal}[operator]
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.int64())
        mask = np.zeros(len(column), dtype=bool)
        for value in values:
            mask |= pc.fill_null(test(column, pa.scalar(value)), False).to_numpy(zero_copy_only=False)
        return mask

    def kind(self, kind: str) -> Bools:
        """Whether the view's session has a finding of this kind."""
        assert self._findings is not None
        session = words_of(self._findings["session"])
        has = np.unique(session.codes[words_of(self._findings["kind"]).among([kind])])
        return self._session.among(session.names[code] for code in has.tolist() if code >= 0)

    def converted(self) -> Bools:
        """Whether the last step of the funnel was observed in the view's session.

        Raises
        ------
        BadInput
            Nobody declared a funnel.
        """
        funnel = self._observed.goals.get("funnel") or []
        if not funnel:
            raise BadInput("filter: 'converted' needs a funnel, and this run's goals.json declares none")
        step = funnel[-1]
        views = self._observed.views
        there = words_of(views["page"]).among([step["page"]])
        if step.get("state") is not None:
            there &= self._was_in(step["state"])
        return self._session.among(self._session.at(np.flatnonzero(there)).strings())  # type: ignore[arg-type]

    def _was_in(self, state: str) -> Bools:
        """Whether each view was in this state at some time."""
        events = self._observed.events
        inside = words_of(events["state"]).among([state])
        seen = events.select(["session", "view"]).filter(pa.array(inside))
        pairs = set(zip(seen["session"].to_pylist(), seen["view"].to_pylist(), strict=True))
        views = self._observed.views
        own = zip(views["session"].to_pylist(), views["view"].to_pylist(), strict=True)
        return np.array([pair in pairs for pair in own], dtype=bool)

    def _column(self, field: str) -> Any:
        views, sessions = self._observed.views, self._observed.sessions
        if field in views.column_names:
            column = views[field]
            return words_of(column) if _is_text(column.type) else column.combine_chunks()
        column = sessions[field]
        if _is_text(column.type):
            return words_of(column).at(self._session_row())
        row = self._session_row()
        return column.combine_chunks().take(pa.array(row, mask=row < 0))

    def _session_row(self) -> Ints:
        """Row of the sessions table of each view; -1 where it has none."""
        row = {name: i for i, name in enumerate(self._observed.sessions["session"].to_pylist())}
        return np.array([*(row.get(name, -1) for name in self._session.names), -1], dtype=np.int64)[self._session.codes]


def _is_text(kind: Any) -> bool:
    return bool(pa.types.is_dictionary(kind) or pa.types.is_string(kind))
