"""Recordings become a run without truth."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

import simbench
from simbench.errors import BadInput
from simbench.events.codecs.rrweb.catalogue import Catalogue
from simbench.events.codecs.rrweb.player import Player
from simbench.events.codecs.rrweb.recording import Recording, read_recording
from simbench.events.codecs.rrweb.tables import Session
from simbench.events.parquet import conform
from simbench.events.run import Run, RunWriter, part_name
from simbench.events.schema import EVENT_TYPES, SESSIONS, VIEWS

__all__ = ["ImportResult", "import_rrweb"]

#: A part is written once it holds so many events or sessions.
_PART_EVENTS: Final = 500_000
_PART_SESSIONS: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """What an import made.

    `counts` is that of the manifest; `files` is the log's account of each file.
    """

    run: Run
    counts: dict[str, Any]
    files: list[dict[str, Any]]


class _Parts:
    """Gathers sessions and writes them in parts."""

    def __init__(self, writer: RunWriter) -> None:
        self.by_type: Counter[str] = Counter()
        self.sessions = 0
        self.views = 0
        self.events = 0
        self._writer = writer
        self._parts = 0
        self._events: list[pa.Table] = []
        self._views: list[dict[str, Any]] = []
        self._sessions: list[dict[str, Any]] = []
        self._held = 0

    def add(self, session: Session, user_agent: str | None) -> None:
        self.by_type.update(session.by_type)
        self.sessions += 1
        self.views += len(session.views)
        self.events += len(session)
        self._held += len(session)
        self._events.append(session.events())
        self._views += session.views
        self._sessions.append(session.row(user_agent))
        if self._held >= _PART_EVENTS or len(self._sessions) >= _PART_SESSIONS:
            self.flush()

    def flush(self) -> None:
        if not self._sessions:
            return
        name = f"{part_name(self._parts)}.parquet"
        events = pa.concat_tables(self._events).unify_dictionaries().combine_chunks()
        self._writer.write_table(f"events/{name}", events)
        self._writer.write_table(f"views/{name}", conform(pa.Table.from_pylist(self._views, schema=VIEWS), VIEWS))
        sessions = conform(pa.Table.from_pylist(self._sessions, schema=SESSIONS), SESSIONS)
        self._writer.write_table(f"sessions/{name}", sessions)
        self._parts += 1
        self._events, self._views, self._sessions, self._held = [], [], [], 0


def import_rrweb(
    files: Sequence[Path],
    path: Path,
    *,
    force: bool = False,
    keep_raw: bool = True,
    tick: Callable[[int, str], None] = lambda _, __: None,
) -> ImportResult:
    """Make a run of rrweb recordings, one recording a file; `docs/import.md` says what becomes what.

    Parameters
    ----------
    files
        See `read_recording`.
    path
        Where the run shall stand.
    force
        Replace a run that stands there.
    keep_raw
        Keep the recordings beside the tables, for replay.
    tick
        Is called with the number of files done and a note on the one at work.

    Raises
    ------
    BadInput
        A file is not a whole rrweb recording, or two are the same; nothing is written.
    OutsideFailure
        The disk refuses.
    """
    if not files:
        raise BadInput("no files to import; name one or more rrweb recordings")
    writer = RunWriter(path, force=force)
    try:
        return _import(files, writer, keep_raw=keep_raw, tick=tick)
    except BaseException:
        # An import begins anew each time, so nothing of an interrupted one is worth keeping.
        shutil.rmtree(writer.staging, ignore_errors=True)
        raise


def _import(
    files: Sequence[Path], writer: RunWriter, *, keep_raw: bool, tick: Callable[[int, str], None]
) -> ImportResult:
    with writer:
        catalogue = Catalogue()
        parts = _Parts(writer)
        accounts: list[dict[str, Any]] = []
        origins: dict[str, Path] = {}
        index: dict[str, dict[str, Any]] = {}
        read: Counter[str] = Counter()
        for done, file in enumerate(files):
            with read_recording(file, tick=partial(_tell, tick, done, file)) as recording:
                _refuse_twice(recording, origins)
                tick(done, f"{file.name}: playing {len(recording):,} events")
                player, sessions = _play(recording, catalogue, parts)
                accounts.append(_account(recording, player, sessions))
                read.update(recording.by_type)
                if keep_raw:
                    name = f"raw/{sessions[0].identity}.json.gz"
                    writer.write_bytes(name, recording.packed())
                    for session in sessions:
                        index[session.identity] = {
                            "file": name,
                            "start_ms": session.start,
                            "end_ms": max(view["end"] for view in session.views),
                        }
            tick(done + 1, "")
        parts.flush()
        writer.write_table("elements.parquet", catalogue.table())
        writer.write_json("goals.json", {})
        if keep_raw:
            writer.write_json("raw/index.json", index)
        counts = {
            "recordings": len(files),
            "sessions": parts.sessions,
            "views": parts.views,
            "events": parts.events,
            "elements": len(catalogue),
            "events_by_type": {kind: parts.by_type[kind] for kind in EVENT_TYPES if parts.by_type[kind]},
        }
        manifest = {
            "kind": "import",
            "from": "rrweb",
            "versions": {"simbench": simbench.__version__},
            "counts": counts,
            "recorded_by_type": dict(sorted(read.items())),
        }
        run = writer.commit(manifest, {"files": accounts})
    return ImportResult(run=run, counts=counts, files=accounts)


def _tell(tick: Callable[[int, str], None], done: int, file: Path, events: int) -> None:
    tick(done, f"{file.name}: {events:,} events")


def _refuse_twice(recording: Recording, origins: dict[str, Path]) -> None:
    before = origins.get(recording.identity)
    if before is None:
        origins[recording.identity] = recording.path
        return
    if recording.named:
        mend = "put the events of one recording into one file (one a line will do), or give each recording its own id"
    else:
        mend = "name each recording once"
    raise BadInput(f"{recording.path}: is the same recording as {before}; {mend}")


def _play(recording: Recording, catalogue: Catalogue, parts: _Parts) -> tuple[Player, list[Session]]:
    finished: list[Session] = []
    player = Player(recording, catalogue, finished.append)
    player.play()
    if recording.rejected * 2 > recording.read or not finished:
        first = recording.rejects[0] if recording.rejects else {"event": 0, "why": "no full snapshot can be read"}
        raise BadInput(
            f"{recording.path}: not an rrweb recording: {recording.rejected} of {recording.read} events are malformed, "
            f"the first (event {first['event']}): {first['why']}; export the recording again"
        )
    for session in finished:
        parts.add(session, recording.user_agent)
    return player, finished


def _account(recording: Recording, player: Player, sessions: list[Session]) -> dict[str, Any]:
    """What became of a file's events."""
    return {
        "file": str(recording.path),
        "sessions": [session.identity for session in sessions],
        "events_read": recording.read,
        "by_type": dict(sorted(recording.by_type.items())),
        "rejected": recording.rejected,
        "rejects": recording.rejects,
        "sorted": recording.out_of_order,
        "before_first_snapshot": player.before_snapshot,
        "while_away": player.idle,
        "about_unknown_nodes": player.unknown_nodes,
        "dom_problems": dict(sorted(player.dom_problems.items())),
        "not_mapped": dict(sorted(player.not_mapped.items())),
    }
