"""Rows that every score table needs beside it: what nothing, chance and the truth itself would score."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from simbench.bench.case import Case, Clicks
from simbench.bench.matching import Spans
from simbench.bench.verdicts import Reference
from simbench.events.schema import CLICK_KINDS, KINDS

__all__ = ["REPETITIONS", "perfect_findings", "random_findings"]

IntArray = npt.NDArray[np.int64]

#: How often chance is asked.
REPETITIONS: Final = 20

_CLICK_KINDS: Final = np.array([kind in CLICK_KINDS for kind in KINDS])


def perfect_findings(case: Case, reference: Reference) -> Spans:
    """Every true episode that the recordings could show, as a finding: the ceiling."""
    observable = ~reference.ambiguous & case.episodes.observable[reference.rows]
    observable &= case.sessions.recorded[reference.judged.session]
    return reference.judged.take(observable)


def random_findings(clicks: Clicks, counts: IntArray, *, seed: int, name: str) -> Iterator[Spans]:
    """As many findings of each kind as `counts` says, at random clicks of random sessions: the floor.

    A session that has clicks is drawn, then one of its clicks. A finding of a click kind names the element clicked; one
    of another kind names none, which agrees with any.

    Parameters
    ----------
    clicks
        Where findings may be placed; none, and nothing is yielded.
    counts
        How many, by kind.
    seed, name
        The same pair gives the same findings; `name` keeps detectors apart.

    Yields
    ------
    Spans
        `REPETITIONS` times, in canonical order.
    """
    if not len(clicks.session):
        return
    key = np.frombuffer(hashlib.blake2b(f"{seed}/random row/{name}".encode(), digest_size=16).digest(), np.uint64)
    rng = np.random.Generator(np.random.Philox(key=key))
    order = np.lexsort((clicks.target, clicks.time_ms, clicks.session))
    _, first, size = np.unique(clicks.session[order], return_index=True, return_counts=True)
    kind = np.repeat(np.arange(len(KINDS)), counts)
    for _ in range(REPETITIONS):
        session = rng.integers(0, len(first), len(kind))
        at = order[first[session] + np.floor(rng.random(len(kind)) * size[session]).astype(np.int64)]
        spans = Spans(
            kind=kind,
            session=clicks.session[at],
            view=clicks.view[at],
            start_ms=clicks.time_ms[at],
            end_ms=clicks.time_ms[at],
            page=clicks.page[at],
            target=np.where(_CLICK_KINDS[kind], clicks.target[at], -1),
        )
        yield spans.take(spans.canonical_order())
