"""A detector: observed tables in, findings out, with the numbers it decides by laid open."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from simbench.core.presses import Presses
from simbench.core.recording import Recording, read_recording
from simbench.core.rule import Rule, replaced, values
from simbench.core.stream import Floats, Ints, Words
from simbench.events.run import Observed
from simbench.events.schema import FINDINGS

__all__ = ["Detector", "press_findings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """A named rule for one or more kinds of episode; call it with observed tables.

    What it finds in a session hangs on that session alone, so a run gives the same findings whole or part by part.

    Attributes
    ----------
    name, kinds
        What it is called, and the kinds of its findings.
    about
        What it looks for, in a sentence or two.
    rules
        The numbers that it decides by, each with its source.
    find
        The work: a prepared recording and the rules' numbers in, findings out.
    """

    name: str
    kinds: tuple[str, ...]
    about: str
    rules: tuple[Rule, ...]
    find: Callable[[Recording, dict[str, float]], pa.Table]

    def __call__(self, run: Observed | Recording) -> pa.Table:
        """Find what there is, in the order of sessions and time, as a table with the schema `FINDINGS`."""
        recording = run if isinstance(run, Recording) else read_recording(run)
        return self.find(recording, values(self.rules))

    def with_rules(self, **changes: float) -> Detector:
        """The same detector with other numbers, such as ``rage_click.with_rules(least_presses=4)``.

        Raises
        ------
        BadInput
            A name is no rule's.
        """
        return replace(self, rules=replaced(self.rules, changes))

    def to_json(self) -> dict[str, Any]:
        """Name, kinds and rules, as JSON holds them."""
        return {
            "name": self.name,
            "kinds": list(self.kinds),
            "about": self.about,
            "rules": [rule.to_json() for rule in self.rules],
        }


def press_findings(
    recording: Recording,
    *,
    detector: str,
    kind: str,
    first: Ints,
    last: Ints,
    score: Floats,
    evidence: Sequence[dict[str, Any]],
    end_ms: Ints | None = None,
) -> pa.Table:
    """Findings about runs of presses, as a table with the schema `FINDINGS`.

    Parameters
    ----------
    first, last
        Indices of each run's first and last press.
    score
        0..1, rounded to three digits here.
    evidence
        What was seen, one dict a finding.
    end_ms
        Where the findings end, on the stream's axis; at the last release where not given.
    """
    stream, presses = recording.stream, recording.presses
    start_ms = presses.down_ms[first]
    stop_ms = presses.up_ms[last] if end_ms is None else end_ms
    shift = stream.time_ms[presses.begin[first]] - start_ms
    view = _views(presses, recording, first)
    columns: dict[str, Any] = {
        "detector": pa.array([detector] * len(first), pa.string()),
        "session": _strings(Words(codes=presses.session[first], names=stream.session_names)),
        "view": view,
        "page": _strings(presses.page.at(first)),
        "kind": pa.array([kind] * len(first), pa.string()),
        "t_start": pa.array(start_ms + shift).cast(FINDINGS.field("t_start").type),
        "t_end": pa.array(stop_ms + shift).cast(FINDINGS.field("t_end").type),
        "target": _strings(presses.names.at(first)),
        "score": pa.array(np.round(score, 3)),
        "evidence": pa.array([json.dumps(item, sort_keys=True) for item in evidence], pa.string()),
    }
    arrays = []
    for field in FINDINGS:
        column = columns.get(field.name, pa.nulls(len(first), field.type))
        if pa.types.is_dictionary(field.type) and not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        arrays.append(column.cast(field.type))
    return pa.Table.from_arrays(arrays, schema=FINDINGS)


def _strings(words: Words) -> Any:
    return pa.array(words.strings(), pa.string())


def _views(presses: Presses, recording: Recording, first: Ints) -> Any:
    number = recording.stream.numbers("view", presses.begin[first])
    return pa.array(np.nan_to_num(number).astype(np.int32), mask=np.isnan(number))
