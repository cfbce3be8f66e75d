"""Speed of the core: events per CPU second through the detectors and the maps.

Run with ``pytest benchmarks/bench_core.py --benchmark-only`` (add ``-s`` for the CPU figures). The recording is made of
random numbers in the proportions of a real one; what matters here is its size.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from simbench.core.detectors import DETECTORS, detect
from simbench.core.maps import map_part
from simbench.core.recording import read_recording
from simbench.events.parquet import conform
from simbench.events.run import Observed
from simbench.events.schema import ELEMENTS, EVENTS, SESSIONS, VIEWS

EVENTS_N = 2_000_000
PER_SESSION = 500
VIEWS_PER_SESSION = 5
#: Shares of event types in the model engine's shop runs, about.
MIX = {
    "mousemove": 0.74, "scroll": 0.08, "mutation": 0.04, "press": 0.02, "keydown": 0.03, "focus": 0.01, "blur": 0.01,
    "input": 0.02, "request": 0.01, "response": 0.01, "touchmove": 0.03,
}  # fmt: skip


def _words(codes: np.ndarray[Any, Any], names: list[str]) -> Any:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(names))


def recording(n: int = EVENTS_N) -> Observed:
    """About `n` events of people who look, scroll and press; 12 pages, 60 elements each."""
    rng = np.random.default_rng(7)
    names = list(MIX)
    drawn = rng.choice(len(names), size=n, p=np.array(list(MIX.values())) / sum(MIX.values()))
    # A press is three events.
    repeat = np.where(drawn == names.index("press"), 3, 1)
    of = np.repeat(np.arange(n), repeat)[:n]
    within = np.arange(len(of)) - np.concatenate([[0], np.cumsum(repeat)])[of]
    types = [*names, "pointerdown", "pointerup", "click", "pageview"]
    kind = np.where(drawn[of] == names.index("press"), len(names) + within, drawn[of])
    session = np.arange(n) // PER_SESSION
    sessions = int(session.max()) + 1
    inside = np.arange(n) % PER_SESSION
    view = inside * VIEWS_PER_SESSION // PER_SESSION
    new = (inside * VIEWS_PER_SESSION % PER_SESSION < VIEWS_PER_SESSION) & (
        inside % (PER_SESSION // VIEWS_PER_SESSION) == 0
    )
    kind = np.where(new, types.index("pageview"), kind)
    gap = rng.exponential(120, n).astype(np.int64)
    start = 1_772_438_400_000 + np.arange(sessions) * 60_000
    spent = np.cumsum(gap)
    time_ms = start[session] + spent - spent[session * PER_SESSION]
    pages = [f"/page/{i}" for i in range(12)]
    targets = [f"#main > div:nth-of-type({i})" if i % 2 else f"#b{i}" for i in range(60)]
    page_of = rng.integers(0, len(pages), sessions * VIEWS_PER_SESSION)
    scroll = rng.integers(0, 2000, n).astype(np.float32)
    placed = ~np.isin(kind, [types.index(t) for t in ("mutation", "request", "response")])
    events = {
        "session": _words(session, [f"s{i}" for i in range(sessions)]),
        "seq": pa.array(inside.astype(np.int32)),
        "view": pa.array(view.astype(np.int32)),
        "state": _words(np.zeros(n), ["fresh"]),
        "time": pa.array(time_ms).cast(pa.timestamp("ms", tz="UTC")),
        "type": _words(kind, types),
        "x": pa.array(rng.uniform(0, 1440, n).astype(np.float32), mask=~placed),
        "y": pa.array(rng.uniform(0, 3000, n).astype(np.float32), mask=~placed),
        "scroll_y": pa.array(scroll),
        "target": _words(rng.integers(0, len(targets), n), targets),
        "button": pa.array(np.zeros(n, dtype=np.int8)),
        "detail": pa.array(np.ones(n, dtype=np.int8)),
        "value": pa.array(np.full(n, 3, dtype=np.float32)),
        "data": _words(rng.integers(0, 5, n), ["a", "b", "c", "d", "e"]),
    }
    rows = sessions * VIEWS_PER_SESSION
    views = {
        "session": _words(np.arange(rows) // VIEWS_PER_SESSION, [f"s{i}" for i in range(sessions)]),
        "view": pa.array((np.arange(rows) % VIEWS_PER_SESSION).astype(np.int32)),
        "page": _words(page_of, pages),
        "layout": _words(np.zeros(rows), ["l1"]),
        "nav": _words(np.zeros(rows), ["link"]),
        "viewport_w": pa.array(np.full(rows, 1440, dtype=np.float32)),
        "viewport_h": pa.array(np.full(rows, 900, dtype=np.float32)),
        "doc_h": pa.array(np.full(rows, 3000, dtype=np.float32)),
    }
    who = {"session": [f"s{i}" for i in range(sessions)], "visitor": [f"v{i}" for i in range(sessions)],
           "device": ["desktop"] * sessions}  # fmt: skip
    elements = [
        {"page": page, "state": "fresh", "layout": "l1", "target": target, "tag": "div" if i % 2 else "button",
         "x": 0.0, "y": 50.0 * i, "w": 200.0, "h": 40.0, "z": i, "cursor": "pointer" if i % 3 else "auto",
         "interactive_ancestor": None if i % 2 else target}
        for page in pages for i, target in enumerate(targets)
    ]  # fmt: skip
    return Observed(
        events=conform(pa.table(events), EVENTS),
        views=conform(pa.table(views), VIEWS),
        sessions=conform(pa.table(who), SESSIONS),
        elements=conform(pa.Table.from_pylist(elements), ELEMENTS),
        goals={},
    )


@pytest.fixture(scope="module")
def big() -> Observed:
    return recording()


def _rate(name: str, n: int, work: Callable[[], object]) -> float:
    """Events per CPU second, the best of three."""
    best = float("inf")
    for _ in range(3):
        before = time.process_time()
        work()
        best = min(best, time.process_time() - before)
    print(f"{name}: {n / best / 1e6:.2f} M events per CPU s ({best:.2f} s for {n / 1e6:.1f} M)")
    return n / best


def test_prepare(benchmark: Any, big: Observed) -> None:
    _rate("prepare", big.events.num_rows, lambda: read_recording(big))
    benchmark.pedantic(read_recording, args=(big,), rounds=2)


@pytest.mark.parametrize("name", list(DETECTORS))
def test_detector(benchmark: Any, big: Observed, name: str) -> None:
    ready = read_recording(big)
    _rate(name, big.events.num_rows, lambda: DETECTORS[name](ready))
    benchmark.pedantic(DETECTORS[name], args=(ready,), rounds=2)


def test_detect_all(benchmark: Any, big: Observed) -> None:
    rate = _rate("all detectors with preparation", big.events.num_rows, lambda: detect(big))
    benchmark.pedantic(detect, args=(big,), rounds=2)
    assert rate > 2_000_000


def test_maps(benchmark: Any, big: Observed) -> None:
    ready = read_recording(big)
    rate = _rate("all maps", big.events.num_rows, lambda: map_part(big, recording=ready))
    benchmark.pedantic(lambda: map_part(big, recording=ready), rounds=2)
    assert rate > 2_000_000
