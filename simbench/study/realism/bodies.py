"""How scrolling, typing, dwell and finger strokes compare with people who were not used for calibration.

    python -m simbench.study.realism.bodies --data DIR [--seed 1]

Each preset's visitors are told from the judging half of the people by `two_sample_auc`, and so is the calibration half:
what people cannot be told from people by is what can be asked of visitors.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simbench.study.realism import dwell, scrolls, touches, typing
from simbench.study.realism.halves import calibration_half
from simbench.study.realism.two_sample import TwoSample, two_sample_auc

__all__ = ["compare_bodies"]

_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
#: Features of a table and the person of each row.
_Featured = tuple[dict[str, Any], NDArray[np.int64]]


def compare_bodies(data: Path, *, seed: int = 1) -> Iterator[tuple[str, TwoSample, TwoSample, list[tuple[str, ...]]]]:
    """Name, visitors against people, people against people, and quantiles (measure, calibration, judging, visitors)."""
    keys = typing.read_typing(data)
    yield _judge("typing", keys, typing.simulate_typing(100, seed=seed), typing.typing_features, typing.FEATURES, {
        "press to press, ms": lambda t: t.interval[~np.isnan(t.interval)], "hold, ms": lambda t: t.hold,
    })  # fmt: skip
    read = scrolls.read_scrolls(data)
    yield _judge("scroll", read, scrolls.simulate_scrolls(150, seed=seed), scrolls.scroll_features, scrolls.FEATURES, {
        "gap, ms": lambda t: np.concatenate([np.diff(at) for _, at, _ in t.readings()]),
        "step, px": lambda t: np.abs(np.concatenate([np.diff(y) for _, _, y in t.readings()])),
    })  # fmt: skip
    views = dwell.read_news(data)
    yield _judge("dwell", views, dwell.simulate_news(22, seed=seed), dwell.dwell_features, dwell.FEATURES, {
        "dwell, s": lambda t: t.seconds, "depth, %": lambda t: t.depth,
    })  # fmt: skip
    strokes = touches.read_strokes(data)
    made = touches.simulate_strokes(20, strokes=150, seed=seed)
    yield _judge("strokes", strokes, made, touches.stroke_features, touches.FEATURES, {
        "duration, s": lambda t: t.duration_s, "length, px": lambda t: t.length_px,
        "since the one before, s": lambda t: t.since_before_s,
    })  # fmt: skip


def _judge(
    name: str, people: Any, visitors: Any, features: Callable[[Any], _Featured], columns: Sequence[str],
    measures: dict[str, Callable[[Any], NDArray[np.float64]]],
) -> tuple[str, TwoSample, TwoSample, list[tuple[str, ...]]]:  # fmt: skip
    half = calibration_half(people.person)
    tables = (people.only(half), people.only(~half), visitors)
    (fitted, who_fitted), (judged, who_judged), (made, who_made) = (features(table) for table in tables)
    ours = two_sample_auc(judged, made, columns, groups_people=who_judged, groups_other=who_made)
    theirs = two_sample_auc(judged, fitted, columns, groups_people=who_judged, groups_other=who_fitted)
    rows = [(measure, *(_quantiles(of(table)) for table in tables)) for measure, of in measures.items()]
    return name, ours, theirs, rows


def _quantiles(values: NDArray[np.float64]) -> str:
    return " / ".join(f"{value:.3g}" if value < 100 else f"{value:.0f}" for value in np.quantile(values, _LEVELS))


def _main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True, help="folder of recordings of people")
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    for name, ours, theirs, rows in compare_bodies(chosen.data, seed=chosen.seed):
        sys.stdout.write(f"{name}: AUC {ours.auc:.3f} ({ours.low:.3f} to {ours.high:.3f}); "
                         f"people against people {theirs.auc:.3f}\n")  # fmt: skip
        sys.stdout.write("  " + ", ".join(f"{key} {auc:.3f}" for key, auc in ours.per_feature.items()) + "\n")
        for measure, fitted, judged, made in rows:
            sys.stdout.write(f"  {measure}: calibration {fitted} | judging {judged} | visitors {made}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _main()
