"""The built-in detectors, by name and in a fixed order."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import pyarrow as pa

from simbench.core.dead_click import dead_click
from simbench.core.detector import Detector
from simbench.core.error_click import error_click
from simbench.core.rage_click import rage_click
from simbench.core.recording import Recording, read_recording
from simbench.core.stream import CORE_COLUMNS
from simbench.errors import BadInput
from simbench.events.run import Observed, Run
from simbench.events.schema import FINDINGS

__all__ = ["DETECTORS", "Detector", "chosen", "detect", "observe"]

#: The built-in detectors, in the order in which their findings stand.
DETECTORS: Final = {detector.name: detector for detector in (rage_click, dead_click, error_click)}


def chosen(names: Iterable[str] | None = None) -> tuple[Detector, ...]:
    """The detectors of these names, all where none is given; in the registry's order, whatever the order asked.

    Raises
    ------
    BadInput
        A name is unknown.
    """
    asked = list(DETECTORS if names is None else names)
    for name in asked:
        if name not in DETECTORS:
            close = difflib.get_close_matches(name, DETECTORS, n=1)
            meant = f"; did you mean {close[0]!r}?" if close else f"; there are {', '.join(DETECTORS)}"
            raise BadInput(f"detector {name!r} is unknown{meant}")
    return tuple(detector for name, detector in DETECTORS.items() if name in asked)


def detect(
    run: Run | Observed | Recording, names: Iterable[str] | None = None, *, detectors: Sequence[Detector] | None = None
) -> pa.Table:
    """Findings of the built-in detectors, of the first one first, each in the order of sessions and time.

    Parameters
    ----------
    run
        A run, which is read part by part, or tables in memory.
    names
        Names of the detectors; all where not given.
    detectors
        Detectors themselves (with other rules, for example) in place of names.
    """
    use = chosen(names) if detectors is None else tuple(detectors)
    if isinstance(run, Run):
        recordings: Iterator[Recording] = (read_recording(observe(run, part)) for part in run.parts())
    else:
        recordings = iter([run if isinstance(run, Recording) else read_recording(run)])
    tables: list[list[pa.Table]] = [[] for _ in use]
    for recording in recordings:
        for found, detector in zip(tables, use, strict=True):
            found.append(detector(recording))
    flat = [table for found in tables for table in found]
    return pa.concat_tables(flat).unify_dictionaries() if flat else FINDINGS.empty_table()


def observe(run: Run, part: str) -> Observed:
    """What an analyzer may see of one part, with only those columns of the events that the core reads."""
    return Observed(
        events=run.events(part, list(CORE_COLUMNS)),
        views=run.table("views", part),
        sessions=run.table("sessions", part),
        elements=run.elements(),
        goals=run.goals(),
    )
