"""A recording file: its events one by one, in the order of time, whatever its size.

The text of every event goes to a spool (in memory while small, else a temporary file), and only where it lies, when it
was and of what type it is stays in memory.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tempfile
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from simbench.errors import OutsideFailure
from simbench.events.codecs.json_stream import JsonStream, deep_json
from simbench.events.codecs.rrweb.checks import Malformed, items, node_id, number, record, whole
from simbench.events.codecs.rrweb.names import EventType, Interaction, Source, kind_name

__all__ = ["MOVES", "Recording", "read_recording"]

#: Sources whose events hold many positions, each with its own time.
MOVES: Final = frozenset({Source.MOUSE_MOVE, Source.TOUCH_MOVE, Source.DRAG})

#: Keys under which programs keep the list of events.
_LISTS: Final = ("events", "rrweb_data")
_IDENTITY_KEYS: Final = ("session_guid", "session_id", "sessionId", "recording_id", "recordingId", "guid", "uuid", "id")
_AGENT_KEYS: Final = ("userAgent", "user_agent", "ua")
_CONTEXT_KEYS: Final = ("metadata", "meta", "device", "context", "client")

_SPOOL_IN_MEMORY: Final = 32 * 1024 * 1024
#: The end of the year 9999, ms since 1970: what dates can hold.
_LAST_MS: Final = 253_402_300_799_999
#: Positions were sampled within this time before they were sent.
_LONGEST_BATCH_MS: Final = 3_600_000
#: A full snapshot follows the Meta event that it belongs to within this time.
_SNAPSHOT_AFTER_META_MS: Final = 10_000
_PRESSES: Final = (Interaction.MOUSE_DOWN, Interaction.TOUCH_START)
_TICK_EVERY: Final = 2000
#: More rejected events than these are counted, not listed.
_REJECTS_LISTED: Final = 100


class Recording:
    """The accepted events of one file.

    Attributes
    ----------
    identity
        What the recording calls itself, or else a hash of its content.
    named
        Whether it calls itself something.
    user_agent
        As far as the file says.
    by_type
        Accepted events by the names of `kind_name`.
    read, rejected, out_of_order
        Events in the file; those that are malformed; those older than one before them.
    rejects
        The first of the malformed ones: their index in the file and why.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.identity = ""
        self.named = False
        self.user_agent: str | None = None
        self.by_type: Counter[str] = Counter()
        self.read = 0
        self.rejected = 0
        self.out_of_order = 0
        self.has_presses = False
        self.rejects: list[dict[str, Any]] = []
        self._spool = tempfile.SpooledTemporaryFile(max_size=_SPOOL_IN_MEMORY)  # noqa: SIM115 (closed by `close`)
        self._digest = hashlib.sha256()
        self._latest = -1
        # One entry an accepted event.
        self._index = array("q")
        self._time = array("q")
        self._type = array("q")
        self._offset = array("q")
        self._length = array("q")
        # One entry an event, or a position of a batch.
        self._atom_time = array("q")
        self._atom_event = array("q")
        self._atom_position = array("q")

    def __enter__(self) -> Recording:
        return self

    def __exit__(self, *_: object) -> None:
        self._spool.close()

    def __len__(self) -> int:
        return len(self._time)

    def reject(self, index: int, why: str) -> None:
        """Count the event at `index` of the file as malformed."""
        self.rejected += 1
        if len(self.rejects) < _REJECTS_LISTED:
            self.rejects.append({"event": index, "why": why})

    def reject_event(self, event: int, why: str) -> None:
        """Count an accepted event as malformed after all."""
        self.reject(self._index[event], why)

    def add(self, value: Any, text: str) -> None:
        """Take an event in: what it is, and its text."""
        index = self.read
        self.read += 1
        try:
            time, kind, source, offsets = _envelope(value)
        except Malformed as problem:
            self.reject(index, str(problem))
            return
        self.out_of_order += time < self._latest
        self._latest = max(self._latest, time)
        self.by_type[kind_name(kind, source)] += 1
        if source == Source.MOUSE_INTERACTION and value["data"].get("type") in _PRESSES:
            self.has_presses = True
        data = text.encode("utf-8")
        self._digest.update(data)
        event = len(self._time)
        self._index.append(index)
        self._time.append(time)
        self._type.append(kind)
        self._length.append(len(data))
        try:
            self._offset.append(self._spool.tell())
            self._spool.write(data)
        except OSError as error:
            raise OutsideFailure(
                f"{tempfile.gettempdir()}: no room for the events of {self.path}: {error.strerror or error}; "
                "set TMPDIR to a folder with more"
            ) from error
        for position, offset in enumerate(offsets) if offsets is not None else [(-1, 0)]:
            self._atom_time.append(max(0, time + offset))
            self._atom_event.append(event)
            self._atom_position.append(position)

    def close_reading(self, extras: dict[str, Any]) -> None:
        """The file is read; `extras` is what stood beside the list of events."""
        named = [str(extras[key]) for key in _IDENTITY_KEYS if isinstance(extras.get(key), str | int) and extras[key]]
        self.named = bool(named)
        self.identity = named[0] if named else self._digest.hexdigest()
        for place in (extras, *(extras.get(key) for key in _CONTEXT_KEYS)):
            self.note_agent(place)

    def note_agent(self, place: Any) -> None:
        """Take the user agent from an object that may name it."""
        for key in _AGENT_KEYS if isinstance(place, dict) and self.user_agent is None else ():
            if isinstance(place.get(key), str) and place[key].strip():
                self.user_agent = "".join(c for c in place[key][:500] if c.isascii() and c.isprintable()).strip()

    def event(self, event: int) -> dict[str, Any]:
        """An accepted event."""
        with deep_json():
            return json.loads(self._text(event))

    def _text(self, event: int) -> bytes:
        self._spool.seek(self._offset[event])
        return self._spool.read(self._length[event])

    def atoms(self) -> Iterator[tuple[int, int, int, dict[str, Any]]]:
        """Times, events and positions in the order of time; what has one time keeps its order in the file.

        Yields
        ------
        time
            ms since 1970.
        event
            The event's number among the accepted ones.
        position
            Which of the event's positions this is; -1 where the event has none.
        content
            The event.
        """
        batches: dict[int, tuple[dict[str, Any], int]] = {}
        for atom in _in_order(self._atom_time):
            event, position = self._atom_event[atom], self._atom_position[atom]
            if position < 0:
                yield self._atom_time[atom], event, position, self.event(event)
                continue
            content, left = batches.get(event) or (self.event(event), 0)
            left = (left or len(content["data"]["positions"])) - 1
            if left:
                batches[event] = (content, left)
            else:
                batches.pop(event, None)
            yield self._atom_time[atom], event, position, content

    def metas_with_snapshot(self) -> frozenset[int]:
        """The Meta events that a full snapshot follows."""
        found = set()
        meta: int | None = None
        for event in _in_order(self._time):
            if self._type[event] == EventType.META:
                meta = int(event)
            elif self._type[event] == EventType.FULL_SNAPSHOT and meta is not None:
                if self._time[event] - self._time[meta] <= _SNAPSHOT_AFTER_META_MS:
                    found.add(meta)
                meta = None
        return frozenset(found)

    def packed(self) -> bytes:
        """The accepted events as they came, in the order of time: a JSON array in gzip."""
        packed = io.BytesIO()
        with gzip.GzipFile(filename="", fileobj=packed, mode="wb", mtime=0) as file:
            file.write(b"[")
            for number_, event in enumerate(_in_order(self._time)):
                file.write((b",\n" if number_ else b"") + self._text(event))
            file.write(b"]\n")
        return packed.getvalue()


def read_recording(path: Path, tick: Callable[[int], None] = lambda _: None) -> Recording:
    """Read a recording: a JSON array of rrweb events, ``{"events": [...]}``, ``{"rrweb_data": [...]}`` or JSON Lines.

    Parameters
    ----------
    path
        The file, plain or gzip.
    tick
        Is called now and then with the number of events read.

    Raises
    ------
    BadInput
        The file is missing, cut off, not JSON, or not an rrweb recording.
    """
    recording = Recording(path)
    try:
        with JsonStream(path) as stream:
            _read(stream, recording, tick)
        if not recording.read:
            raise stream.error("holds no events; record from the page's start")
        if recording.rejected * 2 > recording.read:
            first = recording.rejects[0]
            raise stream.error(
                f"not an rrweb recording: {recording.rejected} of {recording.read} events are malformed, the first "
                f"(event {first['event']}): {first['why']}; give events as rrweb's `emit` gets them, not packed"
            )
        if not recording.by_type["FullSnapshot"]:
            raise stream.error(
                "holds no full snapshot (type 2), so nobody can tell what was clicked; record from the page's start"
            )
    except BaseException:
        recording.__exit__()
        raise
    return recording


def _read(stream: JsonStream, recording: Recording, tick: Callable[[int], None]) -> None:
    extras: dict[str, Any] = {}
    first = stream.peek()
    if first == "[":
        _read_list(stream, recording, tick)
    elif first == "{":
        lists = 0
        stream.need("{")
        more = not stream.take("}")
        while more:
            key, _ = stream.value()
            if not isinstance(key, str):
                raise stream.error("not JSON: an object's key is not text")
            stream.need(":")
            if key in _LISTS:
                if stream.peek() != "[" or lists:
                    raise stream.error(f"{key!r} is not one list of events; give one list a recording")
                _read_list(stream, recording, tick)
                lists += 1
            else:
                extras[key], _ = stream.value()
            more = stream.take(",")
            if not more:
                stream.need("}")
        if not lists:
            if not {"type", "timestamp"} <= extras.keys():
                keys = ", ".join(repr(key[:40]) for key in list(extras)[:5]) or "none"
                raise stream.error(
                    f"not an rrweb recording: an object whose keys are {keys}; give a list of events, "
                    '{"events": [...]}, {"rrweb_data": [...]}, or one event a line'
                )
            with deep_json():
                recording.add(extras, json.dumps(extras))
            extras = {}
            _read_lines(stream, recording, tick)
    elif first:
        raise stream.error(f"not an rrweb recording: begins with {first!r}; give JSON or JSON Lines, plain or in gzip")
    else:
        raise stream.error("is empty; export the recording again")
    if stream.peek():
        raise stream.error("more text follows the end of the recording; give one recording a file")
    recording.close_reading(extras)


def _read_list(stream: JsonStream, recording: Recording, tick: Callable[[int], None]) -> None:
    stream.need("[")
    more = not stream.take("]")
    while more:
        _read_event(stream, recording, tick)
        more = stream.take(",")
        if not more:
            stream.need("]")


def _read_lines(stream: JsonStream, recording: Recording, tick: Callable[[int], None]) -> None:
    stream.where = "after event 1"
    while stream.peek():
        _read_event(stream, recording, tick)


def _read_event(stream: JsonStream, recording: Recording, tick: Callable[[int], None]) -> None:
    value, text = stream.value()
    recording.add(value, text)
    stream.where = f"after event {recording.read}"
    if recording.read % _TICK_EVERY == 0:
        tick(recording.read)


def _envelope(value: Any) -> tuple[int, int, int | None, list[int] | None]:
    """Time, type, source and, for a batch of positions, their offsets in ms."""
    event = record(value, "the event")
    time = number(event.get("timestamp"), "timestamp", limit=_LAST_MS)
    if time < 0:
        raise Malformed("timestamp is negative")
    kind = whole(event.get("type"), "type")
    if kind < 0:
        raise Malformed("type is negative")
    if kind not in (
        EventType.FULL_SNAPSHOT, EventType.INCREMENTAL, EventType.META, EventType.CUSTOM, EventType.PLUGIN,
    ):  # fmt: skip
        return round(time), kind, None, None
    data = record(event.get("data"), "data")
    if kind != EventType.INCREMENTAL:
        return round(time), kind, None, None
    source = whole(data.get("source"), "source")
    if source not in MOVES:
        return round(time), kind, source, None
    offsets = []
    for entry in items(data.get("positions"), "positions"):
        position = record(entry, "a position")
        number(position.get("x"), "x")
        number(position.get("y"), "y")
        node_id(position.get("id"))
        offsets.append(round(number(position.get("timeOffset", 0), "timeOffset", limit=_LONGEST_BATCH_MS)))
    return round(time), kind, source, offsets


def _in_order(times: array[int]) -> list[int]:
    """Indices in the order of time; equal times keep their order."""
    found: list[int] = np.argsort(np.asarray(times, dtype=np.int64), kind="stable").tolist()
    return found
