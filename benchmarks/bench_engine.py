"""Speed of the model engine on the fixed benchmark scenario, beside the bare Parquet write of the same rows.

    .venv/bin/python benchmarks/bench_engine.py [--sessions 20000] [--workers 1] [--profile]

Everything is CPU time of this machine in one run, so that ratios can be compared between machines. The event mix is
printed beside the result: an event of a mouse that moves costs less than one of a form that is filled in.

`--profile` also says where the time goes, stage by stage; it plays in this process, and clocks are read at the stages'
doors only, so that the sum stays what it is without.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from simbench.engine.run import run_scenario
from simbench.events.parquet import read_table, write_table
from simbench.scenario.loading import load_scenario, resolve

SCENARIO = Path(__file__).parent / "shop.yaml"


def play(sessions: int, workers: int, out: Path) -> dict:
    """Play the scenario in a process of its own, and tell what it cost."""
    code = (
        "import json, resource, sys, time\n"
        "from pathlib import Path\n"
        "from simbench.engine.run import run_scenario\n"
        "from simbench.scenario.loading import load_scenario, resolve\n"
        "scenario = load_scenario(sys.argv[1], sessions=int(sys.argv[2]))\n"
        "began = time.time(); cpu = time.process_time()\n"
        "run = run_scenario(scenario, resolve(scenario), Path(sys.argv[4]), workers=int(sys.argv[3]), force=True)\n"
        "me, kids = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))\n"
        "print(json.dumps({'counts': run.manifest['counts'], 'wall_s': time.time() - began,\n"
        "    'cpu_s': time.process_time() - cpu + kids.ru_utime + kids.ru_stime,\n"
        "    'peak_mib': max(me.ru_maxrss, kids.ru_maxrss) / 1024}))\n"
    )
    arguments = [sys.executable, "-c", code, str(SCENARIO), str(sessions), str(workers), str(out)]
    done = subprocess.run(arguments, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


#: The stages of a run: module, function (or class and method) and what it does. Time spent in a stage inside another is
#: told of the inner one alone.
STAGES = (
    ("simbench.engine.run", "make_schedule", "schedule: who comes when"),
    ("simbench.engine.run", "make_backend", "backend: the queue"),
    ("simbench.engine.run", "load_site", "site: loading"),
    ("simbench.engine.run", "play_shard", "shard: the rest"),
    ("simbench.engine.run", "write_table", "Parquet"),
    ("simbench.engine.run", "write_pages", "pages and elements"),
    ("simbench.engine.run", "_tally", "counts for the manifest"),
    ("simbench.events.run", "sha256", "checksums"),
    ("simbench.engine.stage", "Stage.scene", "scenes: compiled once"),
    ("simbench.engine.shard", "Cast", "cast: dials and luck drawn"),
    ("simbench.engine.shard", "_play", "playing: minds and world, act by act"),
    ("simbench.engine.tape", "Tape.pack", "tape packed"),
    ("simbench.engine.shard", "expand", "expansion: sorting and throttling"),
    ("simbench.engine.expand", "expand_moves", "expansion: pointer paths"),
    ("simbench.engine.expand", "wander_moves", "expansion: idle mouse"),
    ("simbench.engine.expand", "expand_scrolls", "expansion: scrolling"),
    ("simbench.engine.expand", "expand_keys", "expansion: keys"),
    ("simbench.engine.hits", "HitTables.find", "events: what was hit"),
    ("simbench.engine.event_table", "transmit", "events: the wire"),
    ("simbench.engine.shard", "events_table", "events: columns"),
    ("simbench.engine.shard", "_views_table", "tables: views"),
    ("simbench.engine.shard", "sessions_table", "tables: sessions"),
    ("simbench.engine.shard", "_episodes_table", "truth: episodes"),
    ("simbench.engine.shard", "_truth_sessions", "truth: sessions"),
    ("simbench.engine.shard", "views_seen", "truth: gaze"),
    ("simbench.engine.shard", "motor_table", "truth: motor"),
)


class Stopwatch:
    """CPU seconds by stage, each without what is spent in stages inside it."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self._inside: list[float] = []

    def watch(self, module: str, name: str, label: str) -> None:
        """Measure a function from now on, wherever its module calls it by this name."""
        owner: Any = importlib.import_module(module)
        *path, name = name.split(".")
        for part in path:
            owner = getattr(owner, part)
        plain = getattr(owner, name)

        @functools.wraps(plain, updated=())
        def timed(*args: Any, **kwargs: Any) -> Any:
            began = time.process_time()
            self._inside.append(0.0)
            try:
                return plain(*args, **kwargs)
            finally:
                took = time.process_time() - began
                self.spent[label] = self.spent.get(label, 0.0) + took - self._inside.pop()
                if self._inside:
                    self._inside[-1] += took

        setattr(owner, name, timed)


def profile(sessions: int, out: Path) -> None:
    """Play the scenario here, and print where the time goes."""
    scenario = load_scenario(str(SCENARIO), sessions=sessions)
    watch = Stopwatch()
    for stage in STAGES:
        watch.watch(*stage)
    began = time.process_time()
    run = run_scenario(scenario, resolve(scenario), out, force=True)
    total = time.process_time() - began
    events = run.manifest["counts"]["events"]
    watch.spent["between stages"] = total - sum(watch.spent.values())
    print(f"{total / events * 1e6:.3f} us an event, by stage:")
    for label, spent in sorted(watch.spent.items(), key=lambda item: -item[1]):
        print(f"{label:40s} {spent / events * 1e6:>8.4f} us an event {spent / total:>7.1%}")


def bare_write(run: Path) -> tuple[float, int]:
    """CPU seconds to write the run's own Parquet files again from memory, and how many bytes they have."""
    spent, size = 0.0, 0
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted(run.rglob("*.parquet")):
            table = read_table(path)
            began = time.process_time()
            write_table(table, Path(folder) / "again.parquet")
            spent += time.process_time() - began
            size += path.stat().st_size
    return spent, size


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sessions", type=int, default=20_000)
    options.add_argument("--workers", type=int, default=1)
    options.add_argument("--profile", action="store_true", help="say where the time goes")
    chosen = options.parse_args()
    folder = Path(tempfile.mkdtemp())
    try:
        if chosen.profile:
            profile(chosen.sessions, folder / "run")
            return
        told = play(chosen.sessions, chosen.workers, folder / "run")
        write_s, size = bare_write(folder / "run")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    counts = told["counts"]
    events, acts, sessions = counts["events"], counts["acts"], counts["sessions"]
    print(f"{sessions:,} sessions, {counts['views']:,} views, {acts:,} acts, {events:,} events, {size / 1e6:.1f} MB")
    print(
        "event mix: "
        + ", ".join(
            f"{name} {count / events:.1%}"
            for name, count in sorted(counts["events_by_type"].items(), key=lambda item: -item[1])[:10]
        )
    )
    print(f"CPU {told['cpu_s']:.1f} s, wall {told['wall_s']:.1f} s with {chosen.workers} worker(s)")
    print(f"sessions per CPU-second   {sessions / told['cpu_s']:>12,.0f}")
    print(f"events per CPU-second     {events / told['cpu_s']:>12,.0f}")
    print(f"microseconds per act      {told['cpu_s'] / acts * 1e6:>12.1f}")
    print(f"peak memory, MiB          {told['peak_mib']:>12.0f}")
    print(f"bare Parquet write        {write_s:>12.2f} s  (the run costs {told['cpu_s'] / write_s:.1f} times that)")


if __name__ == "__main__":
    main()
