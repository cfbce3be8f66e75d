"""How long scoring takes: a million events, some twenty thousand findings of three detectors.

    python benchmarks/bench_score.py [EVENTS]

Prints seconds, the best of three, and their ratio to reading the same run's events from disk once. The sessions are
thrown by dice, not simulated: nothing here says how good a detector is.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from simbench.bench.reading import read_for_scoring
from simbench.bench.score import score
from simbench.events import Run, RunWriter
from simbench.events.parquet import conform
from simbench.events.schema import ELEMENTS, EPISODES, EVENTS, FINDINGS, SESSIONS, TRUTH_SESSIONS, TRUTH_VIEWS, VIEWS
from simbench.events.truth import Truth

KINDS = ("rage_click", "dead_click", "error_click")
LOOKALIKES = ("stepper", "carousel", "double_click")
EVENTS_PER_SESSION = 200
DAWN_MS = 1_772_409_600_000


def build(folder: Path, events: int, seed: int = 1) -> tuple[Run, pa.Table]:
    """A run with random clicks, episodes and findings: two in three findings lie on an episode or a look-alike."""
    rng = np.random.default_rng(seed)
    sessions = max(events // EVENTS_PER_SESSION, 10)
    names = np.array([f"s{n:07d}" for n in range(sessions)])
    visitors = np.array([f"v{n:07d}" for n in rng.integers(0, sessions * 3 // 4, sessions)])
    targets = np.array([f"#main > div:nth-of-type({n})" for n in range(1, 80)])
    skew = np.round(rng.normal(0, 200, sessions), 1)

    def table(schema: pa.Schema, **columns: object) -> pa.Table:
        return conform(pa.table({name: pa.array(values) for name, values in columns.items()}), schema)

    who = np.sort(rng.integers(0, sessions, events))
    seq = np.arange(events) - np.searchsorted(who, who)
    writer = RunWriter(folder)
    writer.write_table(
        "events/part-00000.parquet",
        table(
            EVENTS,
            session=names[who],
            seq=seq.astype(np.int32),
            view=np.zeros(events, np.int32),
            time=DAWN_MS + seq * 500 + rng.integers(0, 500, events),
            type=rng.choice(["mousemove", "click", "scroll"], events, p=[0.8, 0.1, 0.1]),
            button=np.zeros(events, np.int8),
            detail=np.ones(events, np.int8),
            target=rng.choice(targets, events),
        ),
    )
    starts = np.full(sessions, DAWN_MS)
    writer.write_table(
        "views/part-00000.parquet",
        table(VIEWS, session=names, view=np.zeros(sessions, np.int32), page=rng.choice(["/", "/a", "/b"], sessions),
              start=starts, end=starts + 10**6),
    )  # fmt: skip
    writer.write_table(
        "sessions/part-00000.parquet",
        table(SESSIONS, session=names, visitor=visitors, device=rng.choice(["desktop", "mobile"], sessions),
              source=rng.choice(["direct", "organic"], sessions)),
    )  # fmt: skip
    writer.write_table(
        "elements.parquet",
        table(ELEMENTS, page=np.repeat(["/", "/a", "/b"], len(targets)), target=np.tile(targets, 3),
              interactive_ancestor=np.tile(np.roll(targets, 1), 3)),
    )  # fmt: skip
    count = events // 30
    at, length = rng.integers(0, sessions, count), rng.integers(0, 3000, count)
    start = DAWN_MS + rng.integers(0, EVENTS_PER_SESSION * 500, count)
    kind, role = rng.choice(KINDS, count), rng.choice(["true", "lookalike", "ambiguous"], count, p=[0.45, 0.5, 0.05])
    target = rng.choice(targets, count)
    names_of = np.where(role == "lookalike", rng.choice(LOOKALIKES, count), "one_press")
    writer.write_table(
        "truth/episodes/part-00000.parquet",
        table(EPISODES, session=names[at], view=np.zeros(count, np.int32), kind=kind, t_start=start,
              t_end=start + length, target=target, role=role, lookalike=names_of,
              cause=rng.choice(["covered-continue", "photo-no-zoom", "coupon-error"], count),
              observable=rng.random(count) < 0.95),
    )  # fmt: skip
    writer.write_table(
        "truth/sessions/part-00000.parquet",
        table(TRUTH_SESSIONS, session=names, visitor=visitors, recorded=np.ones(sessions, bool),
              persona=rng.choice(["reader", "impatient", "comparer"], sessions), clock_skew_ms=skew),
    )  # fmt: skip
    writer.write_table("truth/views/part-00000.parquet", TRUTH_VIEWS.empty_table())
    writer.write_json("truth/defects.json", [])
    run = writer.commit({"scenario": {"name": "dice"}}, {})

    wanted = events // 50
    on = rng.random(wanted) < 0.67
    pick = rng.integers(0, count, wanted)
    session = np.where(on, at[pick], rng.integers(0, sessions, wanted))
    begin = np.where(on, start[pick] + rng.integers(-300, 300, wanted), DAWN_MS + rng.integers(0, 100_000, wanted))
    begin += np.rint(skew[session]).astype(np.int64)
    kinds = np.where(on, kind[pick], rng.choice(KINDS, wanted))
    findings = table(
        FINDINGS, detector=kinds, session=names[session], kind=kinds, t_start=begin, t_end=begin + length[pick],
        target=np.where(on, target[pick], rng.choice(targets, wanted)), score=np.round(rng.random(wanted), 3),
    )  # fmt: skip
    return run, findings


def main() -> None:
    """Build, score three times, print."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        run, findings = build(Path(folder) / "run", events)
        truth = Truth.open(run)
        seconds, reading = [], []
        for _ in range(3):
            began = time.perf_counter()
            run.table("events")
            reading.append(time.perf_counter() - began)
            began = time.perf_counter()
            card = score(read_for_scoring(run), truth, findings)
            seconds.append(time.perf_counter() - began)
    print(
        json.dumps(
            {
                "events": events,
                "findings": findings.num_rows,
                "rows": len(card.results),
                "score_s": round(min(seconds), 3),
                "times_reading_the_events": round(min(seconds) / min(reading), 2),
            }
        )
    )


if __name__ == "__main__":
    main()
