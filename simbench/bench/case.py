"""One case to judge: a run's tables, its truth and somebody's findings, in one set of codes and on one clock.

The page's clock runs ahead of the true one by the session's ``clock_skew_ms``. Findings and events carry the page's
clock, episodes the true one, so a finding's time less the skew (rounded to whole milliseconds) is its true time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from simbench.bench.codes import Words, equals, flags, kind_codes, whole_numbers
from simbench.bench.matching import Spans, pairs_in_time
from simbench.bench.targets import TargetAgreement
from simbench.errors import BadInput
from simbench.events.run import Observed
from simbench.events.schema import FINDINGS, KINDS
from simbench.events.truth import Truth

__all__ = ["UNNAMED", "UNRECORDED", "Case", "Clicks", "Episodes", "Findings", "Sessions", "Unjudged", "open_case"]

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]

#: What stands for device and source of a session that no recorder saw.
UNRECORDED: Final = "unrecorded"

#: What a detector is called that does not say its name.
UNNAMED: Final = "unnamed"

_DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """All sessions, recorded or not; arrays have one entry a session, codes index the tuples of names.

    `page_views` counts the recorded views of each.
    """

    names: tuple[str, ...]
    visitor: IntArray
    recorded: BoolArray
    skew_ms: IntArray
    device: IntArray
    persona: IntArray
    source: IntArray
    device_names: tuple[str, ...]
    persona_names: tuple[str, ...]
    source_names: tuple[str, ...]
    page_views: IntArray

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Episodes:
    """Truth: `role` is 0 for true, 1 for a look-alike, 2 for ambiguous; `cause` and `lookalike` are -1 for null."""

    spans: Spans
    role: IntArray
    lookalike: IntArray
    lookalike_names: tuple[str, ...]
    cause: IntArray
    cause_names: tuple[str, ...]
    observable: BoolArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Findings in sessions of the run, on the true clock; `score` is nan where there is none."""

    spans: Spans
    score: FloatArray
    detector: IntArray
    detector_names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clicks:
    """Recorded primary clicks by pointer, each once, on the true clock."""

    session: IntArray
    view: IntArray
    time_ms: IntArray
    page: IntArray
    target: IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Unjudged:
    """Findings that stay outside the score: in sessions that the run does not have, and about pages."""

    unknown_session_findings: int
    unknown_sessions: int
    page_findings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Vocabularies:
    session: Words
    page: Words
    target: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything that a judgement needs."""

    sessions: Sessions
    episodes: Episodes
    findings: Findings
    clicks: Clicks
    agreement: TargetAgreement
    page_names: tuple[str, ...]
    unjudged: Unjudged


def open_case(observed: Observed, truth: Truth, findings: pa.Table, *, source: str = "findings") -> Case:
    """Bring tables into one set of codes and on one clock.

    Parameters
    ----------
    observed
        Of its events only primary clicks are read; a table of these alone will do.
    truth
        Of the same run.
    findings
        With the schema `FINDINGS`.
    source
        What errors call the findings, such as the file's path.

    Raises
    ------
    BadInput
        Not one of the findings' sessions is in the run, or a finding lacks what it needs.
    """
    click_rows = _click_rows(observed.events)
    elements = observed.elements
    words = _Vocabularies(
        session=Words(truth.sessions["session"], observed.sessions["session"]),
        page=Words(observed.views["page"], elements["page"], findings["page"]),
        target=Words(
            truth.episodes["target"],
            findings["target"],
            click_rows["target"],
            elements["target"],
            elements["interactive_ancestor"],
        ),
    )
    agreement = TargetAgreement(
        words.page.codes(elements["page"]),
        words.target.codes(elements["target"]),
        words.target.codes(elements["interactive_ancestor"]),
        targets=len(words.target.names),
    )
    views = _Views(observed.views, words)
    sessions = _sessions(observed, truth, words.session, views)
    judged, unjudged = _in_the_run(findings, words.session, source)
    return Case(
        sessions=sessions,
        episodes=_episodes(truth.episodes, words, views),
        findings=_findings(judged, words, views, sessions.skew_ms),
        clicks=_clicks(click_rows, words, views, sessions.skew_ms),
        agreement=agreement,
        page_names=words.page.names,
        unjudged=unjudged,
    )


class _Views:
    """Recorded page views by session and number."""

    def __init__(self, views: pa.Table, words: _Vocabularies) -> None:
        session, view = words.session.codes(views["session"]), whole_numbers(views["view"], -1)
        order = np.lexsort((view, session))
        self.session, self.view = session[order], view[order]
        self._page = words.page.codes(views["page"])[order]
        self._start = whole_numbers(views["start"], 0)[order]
        self._end = np.maximum(whole_numbers(views["end"], 0)[order], self._start)
        # A view that nobody saw end is taken to last for a day; the next one in its session takes over.
        self._end[self._end == self._start] += _DAY_MS
        self._width = int(max(self.view.max(initial=0), 0)) + 2
        self._key = self.session * self._width + self.view + 1

    def page(self, session: IntArray, view: IntArray) -> IntArray:
        """Pages of views; -1 where unknown."""
        if not len(self._key):
            return np.full(len(session), -1, dtype=np.int64)
        key = np.where((view >= 0) & (view < self._width - 1), session * self._width + view + 1, -1)
        at = np.minimum(np.searchsorted(self._key, key), len(self._key) - 1)
        return np.where(self._key[at] == key, self._page[at], -1)

    def at(self, session: IntArray, time_ms: IntArray) -> IntArray:
        """The view that began last of those open at a time of the page's clock; -1 where none was."""
        row, view = pairs_in_time(
            session, (time_ms, time_ms), np.zeros_like(time_ms), self.session, (self._start, self._end)
        )
        order = np.lexsort((self.view[view], self._start[view], row))
        found = np.full(len(session), -1, dtype=np.int64)
        found[row[order]] = self.view[view[order]]
        return found


def _sessions(observed: Observed, truth: Truth, words: Words, views: _Views) -> Sessions:
    count = len(words.names)

    def by_session(table: pa.Table, values: IntArray, missing: int) -> IntArray:
        out = np.full(count, missing, dtype=np.int64)
        rows = words.codes(table["session"])
        out[rows[rows >= 0]] = values[rows >= 0]
        return out

    visitor_words = Words(truth.sessions["visitor"], observed.sessions["visitor"])
    visitor = by_session(observed.sessions, visitor_words.codes(observed.sessions["visitor"]), -1)
    visitor_true = by_session(truth.sessions, visitor_words.codes(truth.sessions["visitor"]), -1)
    visitor = np.where(visitor_true >= 0, visitor_true, visitor)
    # Who nobody knows is a visitor of their own.
    visitor = np.where(visitor >= 0, visitor, len(visitor_words.names) + np.arange(count))

    recorded = by_session(observed.sessions, np.ones(observed.sessions.num_rows, dtype=np.int64), 0) == 1
    skew = np.rint(truth.sessions["clock_skew_ms"].fill_null(0.0).to_numpy()).astype(np.int64)
    personas = Words(truth.sessions["persona"])
    devices, sources = Words(observed.sessions["device"]), Words(observed.sessions["source"])

    def seen(words_of: Words, name: str) -> tuple[IntArray, tuple[str, ...]]:
        codes = by_session(observed.sessions, words_of.codes(observed.sessions[name]), -1)
        return np.where(recorded, codes, len(words_of.names)), (*words_of.names, UNRECORDED)

    device, device_names = seen(devices, "device")
    traffic, traffic_names = seen(sources, "source")
    return Sessions(
        names=words.names,
        visitor=visitor,
        recorded=recorded,
        skew_ms=by_session(truth.sessions, skew, 0),
        device=device,
        persona=by_session(truth.sessions, personas.codes(truth.sessions["persona"]), -1),
        source=traffic,
        device_names=device_names,
        persona_names=personas.names,
        source_names=traffic_names,
        page_views=np.bincount(views.session[views.session >= 0], minlength=count).astype(np.int64),
    )


def _episodes(table: pa.Table, words: _Vocabularies, views: _Views) -> Episodes:
    session, view = words.session.codes(table["session"]), whole_numbers(table["view"], -1)
    causes, lookalikes, roles = Words(table["cause"]), Words(table["lookalike"]), Words(table["role"])
    role_of_word = np.array([*({"true": 0, "lookalike": 1}.get(word, 2) for word in roles.names), 2], dtype=np.int64)
    start = whole_numbers(table["t_start"], 0)
    return Episodes(
        spans=Spans(
            kind=kind_codes(table["kind"]),
            session=session,
            view=view,
            start_ms=start,
            end_ms=np.maximum(whole_numbers(table["t_end"], 0), start),
            page=views.page(session, view),
            target=words.target.codes(table["target"]),
        ),
        role=role_of_word[roles.codes(table["role"])],
        lookalike=lookalikes.codes(table["lookalike"]),
        lookalike_names=lookalikes.names,
        cause=causes.codes(table["cause"]),
        cause_names=causes.names,
        observable=flags(table["observable"], True),
    )


def _in_the_run(table: pa.Table, session_words: Words, source: str) -> tuple[pa.Table, Unjudged]:
    """Findings that can be judged, and how many of the others there are."""
    has_session = flags(pc.is_valid(table["session"]), False)
    known = session_words.codes(table["session"]) >= 0
    unknown = has_session & ~known
    judged = table.filter(pa.array(known))
    if unknown.any() and not known.any():
        example = table["session"].take(pa.array(np.flatnonzero(unknown)[:1])).to_pylist()[0]
        raise BadInput(
            f"{source}: none of its sessions (such as {example!r}) is among the run's {len(session_words.names):,}; "
            "are these findings of another run?"
        )
    if judged["kind"].null_count or judged["t_start"].null_count or (kind_codes(judged["kind"]) < 0).any():
        raise BadInput(f"{source}: a finding in a session needs t_start and one of the kinds {', '.join(KINDS)}")
    unjudged = Unjudged(
        unknown_session_findings=int(unknown.sum()),
        unknown_sessions=len(pc.unique(table["session"].filter(pa.array(unknown)))),
        page_findings=int((~has_session).sum()),
    )
    return judged, unjudged


def _findings(table: pa.Table, words: _Vocabularies, views: _Views, skew_ms: IntArray) -> Findings:
    table = table.select([name for name in FINDINGS.names if name != "evidence"])
    session, view = words.session.codes(table["session"]), whole_numbers(table["view"], -1)
    start = whole_numbers(table["t_start"], 0)
    end = np.maximum(whole_numbers(table["t_end"], -(2**62)), start)
    view = np.where(view >= 0, view, views.at(session, start))
    page = views.page(session, view)
    detectors = Words(table["detector"])
    detector = detectors.codes(table["detector"])
    return Findings(
        spans=Spans(
            kind=kind_codes(table["kind"]),
            session=session,
            view=view,
            start_ms=start - skew_ms[session],
            end_ms=end - skew_ms[session],
            page=np.where(page >= 0, page, words.page.codes(table["page"])),
            target=words.target.codes(table["target"]),
        ),
        score=np.asarray(table["score"].cast(pa.float64()).fill_null(np.nan).to_numpy(), dtype=np.float64),
        # A file of one tool's findings may leave out the tool's name.
        detector=np.where(detector >= 0, detector, len(detectors.names)),
        detector_names=(*detectors.names, UNNAMED),
    )


def _clicks(rows: pa.Table, words: _Vocabularies, views: _Views, skew_ms: IntArray) -> Clicks:
    known = words.session.codes(rows["session"]) >= 0
    rows = rows.filter(pa.array(known))
    session, view = words.session.codes(rows["session"]), whole_numbers(rows["view"], -1)
    return Clicks(
        session=session,
        view=view,
        time_ms=whole_numbers(rows["time"], 0) - skew_ms[session],
        page=views.page(session, view),
        target=words.target.codes(rows["target"]),
    )


def _click_rows(events: pa.Table) -> pa.Table:
    """Primary clicks made with a pointer, each physical click once (a collector may hold an event twice)."""
    events = events.select(["session", "seq", "view", "time", "type", "button", "detail", "target"])
    wanted = equals(events["type"], "click")
    rows = events.filter(pa.array(wanted))
    # `detail` 0 is a click made by the keyboard or a script.
    rows = rows.filter(pa.array((whole_numbers(rows["button"], 0) == 0) & (whole_numbers(rows["detail"], 1) != 0)))
    seq = whole_numbers(rows["seq"], 0)
    session = Words(rows["session"]).codes(rows["session"])
    _, first = np.unique(session * (seq.max(initial=0) + 1) + seq, return_index=True)
    return rows.take(pa.array(first))
