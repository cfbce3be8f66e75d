"""Whatever is done to a recording, the outcome is one clear error or a whole, valid run."""

from __future__ import annotations

import copy
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rrweb_samples import add, custom, document, el, incremental, mouse, mutation, page, plugin, press, words

from simbench.errors import BadInput
from simbench.events import Run
from simbench.events.codecs.rrweb import import_rrweb
from simbench.events.schema import EVENT_TYPES, EVENTS

#: A recording that holds every kind of event.
WHOLE: list[Any] = [
    {"type": 0, "timestamp": 1_772_400_000_000, "data": {}},
    *page(),
    incremental(900, 1, positions=[{"x": n, "y": n, "id": 42, "timeOffset": -100 * n} for n in range(4)]),
    *press(1000, 21),
    mouse(1300, 5, 51, None),
    incremental(1400, 5, id=51, text="Anna", isChecked=False),
    incremental(1500, 3, id=1, x=0, y=100),
    incremental(1600, 3, id=40, x=0, y=50),
    mutation(1700, adds=[add(40, el("li", 60, words("new", 61)), 41), add(60, el("b", 62))], removes=[{"id": 43}]),
    mutation(1800, texts=[{"id": 45, "value": "x"}], attributes=[{"id": 42, "attributes": {"id": "x", "style": {}}}]),
    mutation(1850, adds=[add(5, el("iframe", 70)), add(5, el("x-y", 71, el("p", 72, shadow=True)))]),
    mutation(1860, adds=[add(70, document(el("p", 110), identity=101))], isAttachIframe=True),
    mouse(1900, 2, 110),
    incremental(2000, 14, ranges=[{"start": 44, "startOffset": 1, "end": 45, "endOffset": 1}]),
    incremental(2100, 4, width=400, height=800),
    incremental(2200, 8, id=10, adds=[{"rule": "a{}"}]),
    incremental(2300, 7, id=10, type=0),
    custom(2400, "url-change", {"href": "/cart"}),
    custom(2500, "error", {"message": "TypeError"}),
    plugin(2600, "rrweb/console@1", {"level": "error", "payload": ['"x"']}),
    plugin(2700, "rrweb/network@1", {"requests": [{"name": "/x", "duration": 5, "status": 200}]}),
    incremental(2800, 6, positions=[{"x": 1, "y": 1, "id": 42, "timeOffset": 0}]),
    *press(2_000_000, 42),
    {"type": 4, "timestamp": 1_772_402_100_000, "data": {"href": "https://shop.example/b", "width": 1, "height": 1}},
    {"type": 2, "timestamp": 1_772_402_100_010, "data": {"node": document(el("p", 10)), "initialOffset": {}}},
]

ALIEN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**25), 10**25),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        [-1, 0, 1, 3, 5, 10, 42, 60, 101, 1e308, 2**31, 2**63, "", "id", "\ud800", "\x00", "a" * 300, "[", "#"]
    ),
    st.text(max_size=8),
    st.lists(st.integers(-3, 60), max_size=3),
    st.dictionaries(st.sampled_from(["id", "type", "node", "href", "x"]), st.integers(-3, 60), max_size=3),
    st.just({"type": 2, "id": 5, "tagName": "p", "attributes": {}, "childNodes": []}),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of everything inside a JSON value."""
    found = [path] if path else []
    if isinstance(value, dict):
        for key in value:
            found += places(value[key], (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += places(item, (*path, index))
    return found


PLACES = places(WHOLE)


@st.composite
def mutated(draw: st.DrawFn) -> list[Any]:
    """The whole recording with a few places replaced, removed, doubled or swapped."""
    events = copy.deepcopy(WHOLE)
    for _ in range(draw(st.integers(1, 6))):
        path = draw(st.sampled_from(PLACES))
        parent: Any = events
        try:
            for key in path[:-1]:
                parent = parent[key]
            parent[path[-1]]
        except (KeyError, IndexError, TypeError):
            continue
        if not isinstance(parent, dict | list):
            continue
        act = draw(st.sampled_from(["replace", "remove", "double", "swap"]))
        if act == "replace":
            parent[path[-1]] = draw(ALIEN)
        elif act == "remove":
            del parent[path[-1]]
        elif act == "double" and isinstance(parent, list):
            parent.insert(path[-1], copy.deepcopy(parent[path[-1]]))
        elif act == "swap" and isinstance(parent, list):
            other = draw(st.integers(0, len(parent) - 1))
            parent[path[-1]], parent[other] = parent[other], parent[path[-1]]
    return events


def check(run: Run) -> None:
    """Everything that may be relied on of an imported run."""
    assert run.verify() == []
    observed = run.observed()
    assert observed.events.schema == EVENTS
    events = observed.events.to_pylist()
    views = {(row["session"], row["view"]): row for row in observed.views.to_pylist()}
    sessions = [row["session"] for row in observed.sessions.to_pylist()]
    elements = {(row["page"], row["target"]): row for row in observed.elements.to_pylist()}
    assert len(set(sessions)) == len(sessions) > 0
    assert len(elements) == observed.elements.num_rows
    for session in sessions:
        mine = [event for event in events if event["session"] == session]
        assert [event["seq"] for event in mine] == list(range(len(mine)))
        assert [event["time"] for event in mine] == sorted(event["time"] for event in mine)
        assert [event["view"] for event in mine] == sorted(event["view"] for event in mine)
        own = sorted(view for name, view in views if name == session)
        assert own == list(range(len(own)))
        assert mine[0]["type"] == "pageview"
    for event in events:
        assert event["type"] in EVENT_TYPES
        view = views[event["session"], event["view"]]
        assert view["start"] <= event["time"] <= view["end"]
        assert (event["x"] is None) == (event["y"] is None)
        if event["target"] is not None:
            ancestor = elements[view["page"], event["target"]]["interactive_ancestor"]
            assert ancestor is None or (view["page"], ancestor) in elements
    assert all(len(row["text"]) <= 80 for row in elements.values() if row["text"] is not None)


def outcome(content: bytes) -> str:
    """Import, and check what comes of it."""
    folder = Path(tempfile.mkdtemp(prefix="simbench-fuzz-"))
    try:
        file = folder / "recording.json"
        file.write_bytes(content)
        try:
            run = import_rrweb([file], folder / "run").run
        except BadInput as error:
            assert str(error).startswith(f"{file}: ")
            assert len(str(error).splitlines()) == 1
            assert [p.name for p in folder.iterdir()] == ["recording.json"]
            return "refused"
        check(run)
        return "imported"
    finally:
        shutil.rmtree(folder)


FUZZ = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


def test_the_whole_recording_is_imported_and_holds_every_type() -> None:
    assert outcome(json.dumps(WHOLE).encode()) == "imported"


@given(mutated())
@FUZZ
def test_mutated_events(events: list[Any]) -> None:
    outcome(json.dumps(events).encode())


@given(st.data())
@FUZZ
def test_mutated_bytes(data: st.DataObject) -> None:
    content = bytearray(json.dumps(WHOLE).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        act = data.draw(st.sampled_from(["flip", "cut", "drop", "insert"]))
        if act == "flip":
            content[at] = data.draw(st.integers(0, 255))
        elif act == "cut":
            del content[at:]
            content += b" "
        elif act == "drop":
            del content[at : at + data.draw(st.integers(1, 30))]
            content += b" "
        else:
            content[at:at] = data.draw(
                st.sampled_from([b"[", b"}", b'"', b"NaN", b"1e999", b",", b"\\u", b"null", b"-"])
            )
    outcome(bytes(content))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from(["events", "rrweb_data", "type", "timestamp", "data"]), inner, max_size=4)
        ),
        max_leaves=12,
    )
)
@FUZZ
def test_any_json_is_refused(value: Any) -> None:
    assert outcome(json.dumps(value).encode()) == "refused"


@given(st.binary(max_size=200))
@FUZZ
def test_any_bytes_are_refused(content: bytes) -> None:
    assert outcome(content) == "refused"


@given(st.lists(st.tuples(st.integers(20, 30), st.integers(18, 32), st.integers(18, 32), st.booleans()), max_size=25))
@FUZZ
def test_hostile_adds_never_break_the_tree(adds: list[tuple[int, int, int, bool]]) -> None:
    """Adds with few ids at random: cycles, moves without removes, siblings elsewhere, shadow roots."""
    entries = [
        add(parent if parent > 19 else 5, el("p", identity, shadow=shadow), before if before > 19 else None)
        for identity, parent, before, shadow in adds
    ]
    events = [*page()[:2], *(mutation(100 + n, adds=entries[n : n + 3]) for n in range(0, len(entries), 2))]
    events += [mouse(1000 + identity, 2, identity) for identity in range(20, 31)]
    assert outcome(json.dumps(events).encode()) == "imported"
