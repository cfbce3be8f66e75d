"""Speed of the model engine on the fixed benchmark scenario, beside the bare Parquet write of the same rows.

    .venv/bin/python benchmarks/bench_engine.py [--sessions 20000] [--workers 1]

Everything is CPU time of this machine in one run, so that ratios can be compared between machines. The event mix is
printed beside the result: an event of a mouse that moves costs less than one of a form that is filled in.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from simbench.events.parquet import read_table, write_table

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
    chosen = options.parse_args()
    folder = Path(tempfile.mkdtemp())
    try:
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
