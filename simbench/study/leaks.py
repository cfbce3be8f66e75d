"""Whether anything that carries no behaviour tells where the truth lies: ids, order, and the grid of times.

A classifier is given, of each recorded session, its ids letter by letter, its places in the files and in their
dictionaries, and how its times fall on the clock's grid; it learns on half of the visitors which sessions hold a true
episode of a kind, and must be at chance on the other half. One session a visitor counts, labels are compared within a
device class, and what chance gives is found by dealing the labels anew.

How long a session is tells something, as it should: people who are let down act otherwise. That is reported apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simbench.events.schema import KINDS
from simbench.scenario.model import Recorder, Scenario
from simbench.study.learning import leak_scores
from simbench.study.played import Names, Played, clean_scenario, enriched_scenario, play
from simbench.study.statistics import PermutationAuc, auc, halves, holm, permutation_auc
from simbench.study.study import Outcome, Request, Study, StudyTable

__all__ = ["ALPHA", "STUDY", "Leak", "find_leaks", "metadata_features", "study_leaks"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: Chance of any false alarm in one run of the study, over all kinds and scenarios (Holm).
ALPHA: Final = 0.05
#: True episodes that a half must hold at least.
_LEAST: Final = 15
#: Visits of either scenario at size 1.
_SESSIONS: Final = 8000
#: Events of a session whose times are looked at: always as many, so that their number tells nothing of its length.
_TIMES: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """One kind in one scenario: the AUC of metadata, and for information those of a session's length and start."""

    scenario: str
    kind: str
    found: PermutationAuc
    length: float
    start: float


def metadata_features(played: Played, seed: int) -> tuple[npt.NDArray[np.int64], Floats]:
    """Sessions (numbers as in `played`) with enough events, and their features, shape (sessions, features)."""
    events = played.events
    owner = played.session["events"]
    counts = np.bincount(owner, minlength=played.count)
    first_row = np.full(played.count, -1, dtype=np.int64)
    first_row[owner[::-1]] = np.arange(events.rows)[::-1]
    chosen = np.flatnonzero(counts >= _TIMES)
    place_in_table = np.full(played.count, -1.0)
    place_in_table[played.session["sessions"]] = np.arange(played.sessions.rows)
    start = np.full(played.count, np.nan)
    start[played.session["sessions"]] = played.sessions.number("start")
    order = np.lexsort((events.number("seq"), owner))
    begins = np.searchsorted(owner[order], chosen)
    generator = np.random.default_rng(seed)
    picks = np.sort(np.argsort(generator.random((len(chosen), 64)), axis=1)[:, :_TIMES], axis=1)
    picks = begins[:, None] + picks * np.minimum(counts[chosen], 64)[:, None] // 64
    time, received, seq = (events.number(column)[order] for column in ("time", "received", "seq"))
    at, got = time[picks], received[picks]
    columns = [
        _letters(played.truth_sessions.name("session"), chosen),
        _letters(played.truth_sessions.name("visitor"), chosen),
        np.stack(
            [
                first_row[chosen] / max(events.rows, 1),
                place_in_table[chosen] / max(played.sessions.rows, 1),
                _place_in_dictionary(events.name("session"), owner, played.count)[chosen],
                _place_in_dictionary(played.sessions.name("visitor"), played.session["sessions"], played.count)[chosen],
                seq[begins],
                *(start[chosen] % step for step in (10, 100, 1000, 60_000, 3_600_000, 86_400_000)),
            ],
            axis=1,
        ),
        at % 10, at % 100, at % 16, got % 10, got % 100,
        (at % 10 == 0).mean(axis=1, keepdims=True),
        (at % 50 == 0).mean(axis=1, keepdims=True),
        (got % 10 == 0).mean(axis=1, keepdims=True),
    ]  # fmt: skip
    return chosen, np.concatenate(columns, axis=1)


def _letters(names: Names, rows: npt.NDArray[np.int64]) -> Floats:
    width = max((len(name) for name in names.names), default=1)
    table = np.array([[ord(letter) for letter in name.ljust(width)] for name in names.names], dtype=np.float64)
    return table.reshape(len(names.names), width)[names.codes[rows]]


def _place_in_dictionary(names: Names, session: npt.NDArray[np.int64], count: int) -> Floats:
    places = np.full(count, -1.0)
    places[session] = names.codes / max(len(names.names), 1)
    return places


def find_leaks(played: Played, name: str, seed: int) -> list[Leak]:
    """Every kind of which both halves of the visitors hold enough true episodes."""
    sessions, features = metadata_features(played, seed)
    # One session a visitor, so that labels may be dealt anew.
    _, once = np.unique(played.visitor[sessions], return_index=True)
    once = once[np.argsort(_shuffled(len(once), seed))]
    sessions, features = sessions[once], features[once]
    train = ~halves(played.visitor[sessions], seed)
    device = np.full(played.count, -1, dtype=np.int64)
    device[played.session["sessions"]] = played.sessions.name("device").codes
    counts = np.bincount(played.session["events"], minlength=played.count).astype(np.float64)
    start = np.full(played.count, np.nan)
    start[played.session["sessions"]] = played.sessions.number("start")
    episodes = played.episodes
    true = episodes.name("role").is_("true")
    found = []
    for number, kind in enumerate(KINDS):
        rows = true & episodes.name("kind").is_(kind)
        has = np.zeros(played.count, dtype=np.bool_)
        has[played.session["episodes"][rows]] = True
        positive = has[sessions]
        if min(positive[train].sum(), positive[~train].sum()) < _LEAST:
            continue
        scores = leak_scores(features, positive, train, seed)
        test = sessions[~train]
        found.append(
            Leak(
                scenario=name,
                kind=kind,
                found=permutation_auc(scores, positive[~train], device[test], seed + number),
                length=auc(counts[sessions], positive),
                start=auc(start[sessions], positive),
            )
        )
    return found


def _shuffled(n: int, seed: int) -> npt.NDArray[np.int64]:
    """A shuffled order, so that halves do not follow the files."""
    return np.random.default_rng(seed).permutation(n)


def study_leaks(request: Request) -> Outcome:
    """Look for leaks in the clean and the enriched shop."""
    sessions = max(300, round(_SESSIONS * request.size))
    makers: Mapping[str, Any] = {"clean": clean_scenario, "enriched": enriched_scenario}
    leaks: list[Leak] = []
    for number, (name, make) in enumerate(makers.items()):
        request.tell(f"the {name} shop", number / 2)
        scenario: Scenario = make(sessions, request.seed).model_copy(update={"recorder": Recorder()})
        leaks += find_leaks(play(scenario, workers=request.workers, events=["seq", "received"]), name, request.seed)
    adjusted = holm([leak.found.p for leak in leaks])
    held = bool((adjusted >= ALPHA).all()) if leaks else None
    table = StudyTable(
        title="Does metadata tell which sessions hold a true episode?",
        columns=["shop", "kind", "sessions with one", "AUC of metadata", "chance gives", "p (Holm)", "",
                 "AUC of length", "AUC of start"],
        rows=[
            [leak.scenario, leak.kind, str(leak.found.positives), f"{leak.found.value:.3f}",
             f"{leak.found.null_low:.3f} to {leak.found.null_high:.3f}", f"{p:.3f}",
             "at chance" if p >= ALPHA else "LEAK",
             f"{leak.length:.2f}", f"{leak.start:.2f}"]
            for leak, p in zip(leaks, adjusted, strict=True)
        ],
        note=f"{sessions} visits of either shop; judged on the half of the visitors that was not learned on. Chance of "
        f"any false alarm: {ALPHA:g}. Length (events a session) is for information: who is let down acts otherwise, "
        "and a longer visit has more occasions; a start of .5 says that episodes come neither early nor late.",
    )  # fmt: skip
    document = {
        "sessions": sessions,
        "alpha": ALPHA,
        "kinds": [
            {
                "scenario": leak.scenario, "kind": leak.kind, "positives": leak.found.positives,
                "auc": round(leak.found.value, 4),
                "chance": [round(leak.found.null_low, 4), round(leak.found.null_high, 4)],
                "p": round(leak.found.p, 5), "p_holm": round(float(p), 5),
                "auc_of_length": round(leak.length, 4), "auc_of_start": round(leak.start, 4),
            }
            for leak, p in zip(leaks, adjusted, strict=True)
        ],
    }  # fmt: skip
    return Outcome(document=document, tables=[table], held=held)


STUDY: Final = Study(
    name="leaks",
    about="Whether ids, order and the grid of times tell where true episodes are.",
    run=study_leaks,
)
