"""Whole visits to compare with: a shop in which nothing is broken, seen by a recorder that misses nothing.

What only a whole visit has (the time between clicks, rests between movements, how many pages and how long) cannot come
from a preset of single movements. The pointer is kept at 60 Hz, on a line without faults.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simbench.engine.run import run_scenario
from simbench.events.run import Run
from simbench.events.truth import Truth
from simbench.scenario.loading import load_scenario, resolve
from simbench.study.realism.groups import Effort, Floats, Ints

__all__ = ["Visits", "play_shop", "play_visits"]

_SCENARIO: Final = "shop-clean"
_VISITS: Final = 1500
_EVENTS: Final = frozenset({"mousemove", "pointerdown", "pointerup", "click"})
_POINTER_HZ: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """Pointer events of visits with a mouse, session by session in order of time, and all visits' pages.

    `t_ms` since the session's first event; `x`, `y` client px; `type` an event's name. `page_*` are the page views of
    all visits by people, on any device: whose, which page, and seconds on it; `bought` says of each such session
    (by its code) whether it converted.
    """

    session: Ints
    t_ms: Floats
    x: Floats
    y: Floats
    type: NDArray[Any]
    page_session: Ints
    page: NDArray[Any]
    page_s: Floats
    bought: NDArray[np.bool_]


def play_shop(effort: Effort) -> Visits:
    """Visits to the clean shop; played once a process for the same effort."""
    return _played(effort.count(_VISITS, least=150), effort.seed)


@lru_cache(maxsize=2)
def _played(visits: int, seed: int) -> Visits:
    return play_visits(_SCENARIO, visits, seed)


def play_visits(scenario: str | Path, visits: int, seed: int) -> Visits:
    """Play `visits` of a scenario with its recorder set to see every frame."""
    loaded = load_scenario(scenario, sessions=visits, seed=seed)
    recorder = loaded.recorder.model_copy(
        update={"mousemove_hz": _POINTER_HZ, "require_consent": False, "sample": 1.0, "daily_cap": None}
    )
    loaded = loaded.model_copy(update={"recorder": recorder})
    with tempfile.TemporaryDirectory(prefix="simbench-") as folder:
        run = run_scenario(loaded, resolve(loaded), Path(folder) / "run", only=_EVENTS)
        return _taken(run)


def _taken(run: Run) -> Visits:
    sessions = run.table("sessions")
    truth = Truth.open(run).sessions
    ids = {name: code for code, name in enumerate(truth["session"].to_pylist())}
    bot = truth["bot"].to_numpy(zero_copy_only=False).astype(bool)
    device = dict(zip(sessions["session"].to_pylist(), sessions["device"].to_pylist(), strict=True))
    mouse = np.array([device.get(name) == "desktop" for name in ids], dtype=bool) & ~bot

    columns: dict[str, list[NDArray[Any]]] = {name: [] for name in ("session", "t", "x", "y", "type")}
    for part in run.parts():
        events = run.events(part, ["session", "time", "type", "x", "y", "scroll_y"])
        code = _coded(events["session"], ids)
        keep = mouse[code]
        for name, values in (
            ("session", code),
            ("t", _ms(events["time"])),
            ("x", events["x"].to_numpy(zero_copy_only=False).astype(np.float64)),
            ("y", _floats(events["y"]) - _floats(events["scroll_y"])),
            ("type", np.array(events["type"].to_pylist())),
        ):
            columns[name].append(values[keep])
    event = {name: np.concatenate(parts) for name, parts in columns.items()}
    order = np.lexsort((event["t"], event["session"]))
    event = {name: values[order] for name, values in event.items()}

    views = run.table("views")
    view_session = _coded(views["session"], ids)
    people = ~bot[view_session]
    return Visits(
        session=event["session"], t_ms=event["t"], x=event["x"], y=event["y"], type=event["type"],
        page_session=view_session[people], page=np.array(views["page"].to_pylist())[people],
        page_s=((_ms(views["end"]) - _ms(views["start"])) / 1000.0)[people],
        bought=truth["converted"].to_numpy(zero_copy_only=False).astype(bool),
    )  # fmt: skip


def _coded(column: pa.ChunkedArray, ids: dict[str, int]) -> Ints:
    return np.array([ids[name] for name in column.to_pylist()], dtype=np.int64)


def _ms(column: pa.ChunkedArray) -> Floats:
    return column.cast(pa.int64()).to_numpy(zero_copy_only=False).astype(np.float64)


def _floats(column: pa.ChunkedArray) -> Floats:
    return column.to_numpy(zero_copy_only=False).astype(np.float64)
