"""Moves the parameters of scrolling until visitors who read scroll as the readers did: fitting by simulation.

What a reader's scrolls show is not what a hand does: steps are cut by the ends of the text, gaps are stretched or
squeezed by how long a leg takes, and who takes small steps takes many. So the numbers that were read off the scrolls
(`scrolling.py`) are only where it begins: visitors are given the same task, described by the same numbers as the
readers, and each parameter is moved by what its number lacks (indirect inference, Gourieroux, Monfort & Renault 1993).
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simbench.study.calibration.fitting import knots, rounded
from simbench.study.calibration.shared_variance import BURST_MS, shared_variance
from simbench.study.realism.scrolls import ScrollTable, simulate_scrolls

__all__ = ["matched"]

Floats = NDArray[np.float64]
#: What each person's scrolls are made with, and the px of a notch.
Devices = Callable[[ScrollTable], dict[int, tuple[str, float]]]

_ROUNDS: Final = 10
_PEOPLE: Final = 500
#: How much of what is lacking a parameter is moved by at the first round, and at the last.
_FIRST, _LAST = 0.8, 0.25
#: Nobody counts for more than so many scrolls, as in the test.
_MOST: Final = 40
#: From knot to knot a table rises by this at least.
_LEAST_RISE: Final = 0.03


def matched(told: dict[str, Any], people: ScrollTable, devices: Devices) -> dict[str, Any]:
    """`told` (all of `scrolling.yaml`) with the wheel's and the trackpad's numbers moved until they match `people`."""
    told = deepcopy(told)
    kinds = ("wheel", "trackpad")
    wanted = {kind: _described(people, devices(people), kind) for kind in kinds}
    for turn in range(_ROUNDS):
        share = _FIRST + (_LAST - _FIRST) * turn / (_ROUNDS - 1)
        made = simulate_scrolls(_PEOPLE, seed=100 + turn, told=told)
        of = devices(made)
        for kind in kinds:
            _move(told[kind], wanted[kind], _described(made, of, kind), share)
    for kind in kinds:
        told[kind] = _rounded(told[kind])
    return told


def _move(hand: dict[str, Any], wanted: dict[str, Any], made: dict[str, Any], share: float) -> None:
    def lacking(name: str) -> Any:
        return share * (wanted[name] - made[name])

    step, gap = hand["step"], hand["gap"]
    step["quantiles"] = _rising(np.array(step["quantiles"]) + np.clip(lacking("step"), -0.4, 0.4))
    gap["quantiles"] = _rising(np.array(gap["quantiles"]) + np.clip(lacking("gap"), -0.4, 0.4))
    # How long rests are hangs on the time that a leg has left: only their spread can be moved.
    pause = lacking("pause")
    hand["pause"] = _rising(np.array(hand["pause"]) + np.clip(pause - pause[6], -0.4, 0.4))
    hand["goes_on"][0] += lacking("goes_on")
    hand["turns_in_burst"][0] += lacking("turns_in_burst")
    hand["against_after_pause"][0] += lacking("against_after_pause")
    step["repeats"] = float(np.clip(step["repeats"] + lacking("repeats"), 0.0, 0.6))
    step["person"] = float(np.clip(step["person"] + 0.5 * lacking("step_person"), 0.05, 1.2))
    step["burst"] = float(np.clip(step["burst"] + 0.5 * lacking("step_burst"), 0.05, 1.0))
    gap["person"] = float(np.clip(gap["person"] + 0.5 * lacking("gap_person"), 0.05, 0.75))
    gap["with_step"] = float(np.clip(gap["with_step"] + lacking("gap_step"), -0.5, 0.7))
    gap["burst"] = float(np.clip(gap["burst"] + lacking("gap_gap"), 0.0, 0.95))
    hand["goes_on"][3] = float(np.clip(hand["goes_on"][3] + lacking("slows"), 0.0, 1.0))


def _rising(table: Floats) -> Floats:
    """The nearest table that rises from knot to knot: where one is flat, many draws give the very same number."""
    upper, lower = np.maximum.accumulate(table), np.minimum.accumulate(table[::-1])[::-1]
    least = _LEAST_RISE * np.arange(table.size)
    return np.asarray(np.maximum.accumulate((upper + lower) / 2.0 - least) + least)


def _rounded(hand: Any) -> Any:
    if isinstance(hand, dict):
        return {name: _rounded(value) for name, value in hand.items()}
    return [rounded(v) for v in hand] if isinstance(hand, list | np.ndarray) else rounded(hand)


def _described(scrolls: ScrollTable, devices: dict[int, tuple[str, float]], kind: str) -> dict[str, Any]:
    """The numbers of one kind of device's scrolls."""
    rng = np.random.default_rng(7)
    columns: dict[str, list[Floats]] = {
        name: [] for name in ("person", "gap", "gap_before", "step", "before", "turn", "inner")
    }
    for person, t, y in scrolls.readings():
        found, notch = devices.get(person, ("", 1.0))
        if found != kind:
            continue
        gap, step = np.diff(t), np.diff(y)
        moved = step != 0
        gap, step, end = gap[moved], step[moved], y[1:][moved]
        if step.size < 2:
            continue
        size = np.abs(step) / (notch if kind == "wheel" else 1.0)
        inner = (end != 0) & (end != y.max())
        for name, values in (
            ("person", np.full(step.size - 1, person)), ("gap", gap[1:]), ("gap_before", gap[:-1]),
            ("step", size[1:]), ("before", size[:-1]),
            ("turn", np.sign(step[1:]) != np.sign(step[:-1])), ("inner", inner[1:]),
        ):  # fmt: skip
            columns[name].append(np.asarray(values, dtype=np.float64))
    table = {name: np.concatenate(parts) for name, parts in columns.items()}
    shuffled = rng.permutation(table["person"].size)
    order = shuffled[np.argsort(table["person"][shuffled], kind="stable")]
    who = table["person"][order]
    chosen = order[np.arange(order.size) - np.searchsorted(who, who) < _MOST]
    table = {name: values[chosen] for name, values in table.items()}
    gap, inner, turn = np.log(np.maximum(table["gap"], 1.0)), table["inner"] > 0, table["turn"] > 0
    step = _log_size(table["step"], kind, rng)
    short = table["gap"] <= BURST_MS
    before, gap_before = _log_size(table["before"], kind, rng), np.log(np.maximum(table["gap_before"], 1.0))
    follows, twice = short & inner & ~turn, short & (gap_before < np.log(BURST_MS))
    return {
        "step": knots(step[inner]), "gap": knots(gap[short]), "pause": knots(np.minimum(gap[~short], np.log(120e3))),
        "goes_on": _odds(short), "turns_in_burst": _odds(turn[short]), "against_after_pause": _odds(turn[~short]),
        "repeats": float(np.mean(table["step"][follows] == table["before"][follows])),
        "step_person": float(np.sqrt(shared_variance(step[inner], table["person"][inner]))),
        "step_burst": _correlation(step[follows], before[follows]),
        "gap_person": float(np.sqrt(shared_variance(gap[short], table["person"][short]))),
        "gap_gap": _correlation(gap[twice], gap_before[twice]),
        "slows": _odds(short[gap_before < np.log(600.0)])
        - _odds(short[(gap_before > np.log(600.0)) & (gap_before < np.log(BURST_MS))]),
        "gap_step": _correlation(gap[short & inner], step[short & inner]),
    }  # fmt: skip


def _log_size(size: Floats, kind: str, rng: np.random.Generator) -> Floats:
    """Logarithms of sizes; whole notches are spread evenly about each, as a table of a continuous number has them."""
    if kind == "wheel":
        return np.asarray(np.log(np.maximum(np.rint(size), 1.0) + rng.uniform(-0.49, 0.49, size.size)))
    return np.asarray(np.log(np.maximum(size, 0.5)))


def _odds(mark: NDArray[np.bool_]) -> float:
    share = (mark.sum() + 0.5) / (mark.size + 1.0)
    return float(np.log(share / (1.0 - share)))


def _correlation(a: Floats, b: Floats) -> float:
    return float(np.corrcoef(a, b)[0, 1])
