"""A run played for a study, as plain arrays: sessions are numbered, names are codes, times are ms of the true clock."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from simbench.engine.backend import make_backend
from simbench.engine.run import run_scenario
from simbench.engine.schedule import make_schedule, shards
from simbench.engine.shard import play_shard
from simbench.engine.stage import Stage
from simbench.engine.waiting import Waiting
from simbench.events.run import Run
from simbench.events.schema import ELEMENTS
from simbench.events.truth import Truth
from simbench.scenario.loading import load_scenario, resolve
from simbench.scenario.model import Faults, Recorder, Scenario, ScenarioPersona
from simbench.site.model import load_site
from simbench.visitor.persona.library import DEFAULT, default_library

__all__ = ["Names", "Played", "Rehearsal", "Table", "clean_scenario", "crowd", "enriched_scenario", "play", "tables_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """A column of names: `codes` into `names`, -1 where there is none."""

    codes: npt.NDArray[np.int64]
    names: Sequence[str]

    def where(self, wanted: Callable[[str], bool]) -> npt.NDArray[np.bool_]:
        """Which rows hold a name that is `wanted`."""
        chosen = np.array([*(wanted(name) for name in self.names), False])
        return np.asarray(chosen[self.codes])

    def is_(self, *wanted: str) -> npt.NDArray[np.bool_]:
        """Which rows hold one of these names."""
        return self.where(lambda name: name in wanted)

    def text(self, row: int) -> str | None:
        """The name in one row."""
        code = int(self.codes[row])
        return self.names[code] if code >= 0 else None


class Table:
    """A table by columns: numbers as float64 (NaN where there is none), times in ms, names as `Names`."""

    def __init__(self, table: pa.Table) -> None:
        self.rows = table.num_rows
        self._numbers: dict[str, npt.NDArray[np.float64]] = {}
        self._names: dict[str, Names] = {}
        self._table = table

    def number(self, column: str) -> npt.NDArray[np.float64]:
        """A column of numbers, truths or times."""
        if column not in self._numbers:
            values = self._table[column].combine_chunks()
            if pa.types.is_timestamp(values.type):
                values = values.cast(pa.int64())
            elif pa.types.is_boolean(values.type):
                values = values.cast(pa.int8())
            self._numbers[column] = np.asarray(values.cast(pa.float64()).to_numpy(zero_copy_only=False))
        return self._numbers[column]

    def name(self, column: str) -> Names:
        """A column of names."""
        if column not in self._names:
            values = self._table[column].combine_chunks()
            if not pa.types.is_dictionary(values.type):
                values = values.dictionary_encode()
            codes = pc.fill_null(values.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
            self._names[column] = Names(codes=codes, names=values.dictionary.to_pylist())
        return self._names[column]

    def take(self, rows: npt.NDArray[np.bool_]) -> Table:
        """Only some rows."""
        return Table(self._table.filter(pa.array(rows)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A run's tables with sessions numbered as in `truth_sessions`.

    Attributes
    ----------
    session
        By table name ("events", "views", "sessions", "episodes", "truth_views"): the number of each row's session.
    visitor
        Number of the visitor of each session.
    """

    events: Table
    views: Table
    sessions: Table
    episodes: Table
    truth_sessions: Table
    truth_views: Table
    goals: Mapping[str, Any]
    elements: pa.Table
    session: Mapping[str, npt.NDArray[np.int64]]
    visitor: npt.NDArray[np.int64]

    @property
    def count(self) -> int:
        """Visits, recorded or not."""
        return self.truth_sessions.rows


def tables_of(run: Run, events: Sequence[str] | None = None) -> Played:
    """The tables of `run`; of `events` only these columns besides those that everyone needs."""
    truth = Truth.open(run)
    columns = None if events is None else ["session", "view", "time", "type", *events]
    parts = [run.events(part, columns) for part in run.parts()]
    tables = {
        "events": pa.concat_tables(parts).unify_dictionaries(),
        "views": run.table("views"),
        "sessions": run.table("sessions"),
        "episodes": truth.episodes,
        "truth_sessions": truth.sessions,
        "truth_views": truth.views,
    }
    return _numbered(tables, run.goals(), run.elements())


def _numbered(tables: Mapping[str, pa.Table], goals: Mapping[str, Any], elements: pa.Table) -> Played:
    held = {name: Table(table) for name, table in tables.items()}
    order = held["truth_sessions"].name("session")
    number = {order.names[code]: place for place, code in enumerate(order.codes.tolist())}
    session = {}
    for name in ("events", "views", "sessions", "episodes", "truth_views"):
        column = held[name].name("session")
        known = np.array([*(number.get(text, -1) for text in column.names), -1], dtype=np.int64)
        session[name] = known[column.codes]
    return Played(
        **held,
        goals=goals,
        elements=elements,
        session=session,
        visitor=held["truth_sessions"].name("visitor").codes,
    )


def play(scenario: Scenario, *, workers: int = 1, events: Sequence[str] | None = None) -> Played:
    """Play `scenario` in a folder that is thrown away, and return its tables."""
    with tempfile.TemporaryDirectory(prefix="simbench-study-") as folder:
        run = run_scenario(scenario, resolve(scenario), Path(folder) / "run", workers=workers)
        return tables_of(run, events)


class Rehearsal:
    """Plays one site again and again without a disk: what its runs share is made once.

    For scenarios that cannot be written down (dials that are turned), and many small runs. There are no elements.
    """

    def __init__(self, site_address: Path | str) -> None:
        self.site = load_site(site_address)
        self._stage = Stage(self.site)

    def play(self, scenario: Scenario, *, delay_ms: float = 0.0) -> Played:
        """Play `scenario`, which must be of this site; every answer of its server comes later by `delay_ms`."""
        schedule = make_schedule(scenario, self.site)
        busy = Waiting(make_backend(scenario, self.site, schedule))

        def waiting(at_ms: float, z: float) -> float:
            return busy(at_ms, z) + delay_ms

        parts = [
            play_shard(scenario, self._stage, schedule.take(part), number, waiting)
            for number, part in enumerate(shards(schedule))
        ]
        names = ("events", "views", "sessions", "episodes", "truth_sessions", "truth_views")
        tables = {
            name: pa.concat_tables([getattr(part, name) for part in parts]).unify_dictionaries() for name in names
        }
        forms = [
            {"form": form.form, "page": form.page, "fields": [{"target": field.target} for field in form.fields]}
            for form in self.site.forms
        ]
        return _numbered(tables, {"forms": forms}, ELEMENTS.empty_table())


# -- what is played ---------------------------------------------------------------------------------------------------

#: The line is perfect and the clock true, so that an event's time is the act's; moves come at a screen's rate.
_TRUE_LINE: Final = Faults()
_FINE: Final = Recorder(mousemove_hz=60, scroll_ms=16)


def crowd(*, bots: bool = False) -> tuple[ScenarioPersona, ...]:
    """Every persona of the library in equal shares; bots only if asked for."""
    library = default_library()
    people = [library.persona(name) for name in library.names if name != DEFAULT]
    people = [one for one in people if bots or not one.bot]
    share = 1.0 / len(people)
    return tuple(ScenarioPersona.model_validate({**one.model_dump(), "share": share}) for one in people)


def enriched_scenario(sessions: int, seed: int) -> Scenario:
    """The shop with nearly all of its defects, everybody in it, and nothing that changes from day to day."""
    scenario = load_scenario("shop-demo", sessions=sessions, seed=seed)
    lasting = tuple(one.model_copy(update={"from_": None, "until": None}) for one in scenario.defects)
    return scenario.model_copy(
        update={
            "faults": _TRUE_LINE, "recorder": _FINE, "personas": crowd(), "campaigns": (), "defects": lasting,
            "expect": (),
        }
    )  # fmt: skip


def clean_scenario(sessions: int, seed: int) -> Scenario:
    """The shop without defects, everybody in it."""
    scenario = load_scenario("shop-clean", sessions=sessions, seed=seed)
    return scenario.model_copy(update={"faults": _TRUE_LINE, "recorder": _FINE, "personas": crowd(), "expect": ()})
