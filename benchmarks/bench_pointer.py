"""Speed of pointer movements in bulk: ``python benchmarks/bench_pointer.py``; one process, CPU time, best of five.

The floor is what NumPy needs to make as many samples along straight lines: an index, two products, two roundings.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import time
from collections.abc import Callable

import numpy as np

from simbench.visitor.body.pointer import expand_moves
from simbench.visitor.body.samples import FRAME_MS, Moves
from simbench.visitor.noise import act_keys

N = 20_000


def best(what: Callable[[], object]) -> float:
    taken = []
    for _ in range(5):
        began = time.process_time()
        what()
        taken.append(time.process_time() - began)
    return min(taken)


def main() -> None:
    rng = np.random.default_rng(1)
    t0 = rng.uniform(0, 1000, N)
    length = np.clip(950 * np.exp(0.77 * rng.standard_normal(N)), 190, 4000)
    moves = Moves(
        x0=np.rint(rng.uniform(0, 1400, N)), y0=np.rint(rng.uniform(0, 800, N)), x1=np.rint(rng.uniform(0, 1400, N)),
        y1=np.rint(rng.uniform(0, 800, N)), t0=t0, t1=t0 + length, key=act_keys(np.full(N, 5, np.uint64), np.arange(N)),
        wandering=np.ones(N, dtype=bool),
    )  # fmt: skip
    print(f"{'Hz':>3} {'movements/s':>12} {'samples/s':>12} {'us a sample':>12} {'times the floor':>16}")
    for interval in (FRAME_MS, 50.0):
        samples = expand_moves(moves, interval)
        row = samples.row
        share = (samples.t - moves.t0[row]) / (moves.t1 - moves.t0)[row]

        def floor(row: np.ndarray = row, share: np.ndarray = share) -> object:
            x = np.rint(moves.x0[row] + (moves.x1 - moves.x0)[row] * share)
            return x, np.rint(moves.y0[row] + (moves.y1 - moves.y0)[row] * share)

        taken, least = best(lambda interval=interval: expand_moves(moves, interval)), best(floor)
        print(
            f"{1000 / interval:3.0f} {N / taken:12,.0f} {row.size / taken:12,.0f} {taken / row.size * 1e6:12.3f}"
            f" {taken / least:16.1f}"
        )


if __name__ == "__main__":
    main()
