"""Fits `scrolling.yaml` to people who read texts at a desk (Gooding et al. 2021).

    python -m simbench.study.calibration.scrolling --data DIR

Only the people of the calibration half are used. Each is taken for somebody with a wheel, a trackpad or arrow keys by
the steps that their scrolls have in common. Printed are the sections of the parameter file that hang on these data.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from simbench.study.calibration.fitting import folder_asked_for, knots, normal_scores, rounded, show
from simbench.study.realism.halves import calibration_half
from simbench.study.realism.scrolls import ScrollTable, legs, read_scrolls

__all__ = ["fit"]

Floats = NDArray[np.float64]
#: Scrolls no further apart than this belong to one burst (between the two modes, .35 s and 3 to 25 s).
BURST_MS = 1200.0
_NOTCHES = (100.0, 111.1, 125.0, 66.7, 80.0, 133.3, 120.0)


def fit(data: Path) -> dict[str, object]:
    """The parameters, from the calibration half of `data`."""
    table = read_scrolls(data)
    return fit_table(table.only(calibration_half(table.person)))


def fit_table(scrolls: ScrollTable) -> dict[str, object]:
    """The parameters of one table of readings."""
    device = _devices(scrolls)
    shares: dict[str, float] = {}
    notches: dict[float, int] = {}
    for kind, notch in device.values():
        shares[kind] = shares.get(kind, 0) + 1
        if kind == "wheel":
            notches[notch] = notches.get(notch, 0) + 1
    total = sum(shares.values())
    fitted: dict[str, object] = {
        "device_shares": {kind: rounded(count / total) for kind, count in sorted(shares.items())},
        "notch_px": {k: rounded(v / sum(notches.values())) for k, v in sorted(notches.items())},
    }
    for kind in ("wheel", "trackpad", "keys"):
        fitted[kind] = _fit_device(scrolls, device, kind)
    fitted["reading_task"] = _fit_task(scrolls)
    return fitted


def _devices(scrolls: ScrollTable) -> dict[int, tuple[str, float]]:
    """What each person scrolls with, and the px of a wheel's notch."""
    steps: dict[int, list[Floats]] = {}
    for person, _, y in scrolls.readings():
        steps.setdefault(person, []).append(np.abs(np.diff(y)))
    found = {}
    for person, parts in steps.items():
        step = np.concatenate(parts)
        step = step[step > 1]
        if step.size < 4:
            continue

        def share(notch: float, step: Floats = step) -> float:
            return float(np.mean((np.abs(step - np.rint(step / notch) * notch) < 1.01) & (step > 0.5 * notch)))

        notch = max(_NOTCHES, key=lambda k: share(k) - 0.03 * (k != 100.0))
        if np.mean(np.abs(step - 40.0) < 1.01) > 0.5:
            found[person] = ("keys", 40.0)
        elif share(notch) > 0.6 or np.mean(step < 45.0) < 0.1:
            found[person] = ("wheel", notch)
        else:
            found[person] = ("trackpad", 1.0)
    return found


def _flicks(scrolls: ScrollTable, device: dict[int, tuple[str, float]], kind: str) -> dict[str, Floats]:
    """Scrolls of people with `kind`, as columns; one leg after another."""
    names = ("person", "leg", "nth", "speed", "gap", "step", "against", "last")
    columns: dict[str, list[Floats]] = {name: [] for name in names}
    number = 0
    for person, t, y in scrolls.readings():
        if device.get(person, ("", 0.0))[0] != kind:
            continue
        notch = device[person][1]
        for a, b in legs(y):
            gap, step = np.diff(t[a : b + 1]), np.diff(y[a : b + 1])
            way = y[b] - y[a]
            if way == 0:
                continue
            moved = step != 0
            gap, step = gap[moved], step[moved] / (notch if kind == "wheel" else 1.0)
            n = step.size
            for name, values in zip(names, (
                np.full(n, person), np.full(n, number), np.arange(n), np.full(n, abs(way) / (t[b] - t[a]) * 1000.0),
                gap, np.abs(step), (np.sign(step) != np.sign(way)), np.arange(n) == n - 1,
            ), strict=True):  # fmt: skip
                columns[name].append(np.asarray(values, dtype=np.float64))
            number += 1
    return {name: np.concatenate(parts) for name, parts in columns.items()}


def _fit_device(scrolls: ScrollTable, device: dict[int, tuple[str, float]], kind: str) -> dict[str, object]:
    flicks = _flicks(scrolls, device, kind)
    # A handful of readers make most of a trackpad's scrolls: nobody counts for more than 60.
    person, weight = flicks["person"], np.ones(flicks["person"].size)
    rng = np.random.default_rng(3)
    for p in np.unique(person):
        here = np.flatnonzero(person == p)
        if here.size > 60:
            weight[rng.permutation(here)[60:]] = 0.0
    used = weight > 0
    burst = (flicks["gap"] <= BURST_MS) & (flicks["nth"] > 0)
    log_speed = np.log(flicks["speed"])
    later = used & (flicks["nth"] > 0)
    # The last flick of a leg is cut short by the end of the text, unless it is the only one: then it is a leap.
    inner = used & ((flicks["last"] == 0) | (flicks["nth"] == 0))
    step = np.log(np.maximum(flicks["step"], 0.5))
    if kind == "wheel":
        # Whole notches, spread evenly about each, so that a table of a continuous number gives them back.
        step = np.log(np.maximum(np.rint(flicks["step"]), 1.0) + rng.uniform(-0.49, 0.49, step.size))
    score = np.full(step.size, np.nan)
    score[inner] = normal_scores(step[inner] + 1e-9 * rng.standard_normal(int(inner.sum())))
    centre = float(log_speed[inner].mean())
    opens = (~burst).astype(np.float64)
    design = np.stack([np.ones(step.size), log_speed - centre, opens], axis=1)
    several = inner & (flicks["last"] == 0)
    slope, opening = np.linalg.lstsq(design[several], score[several], rcond=None)[0][1:]
    left = score - slope * (log_speed - centre) - opening * (opens - opens[inner].mean())
    burst_id = np.cumsum(~burst)
    # What steps have in common within a leg beyond its speed is taken for the person's: within a leg is where it shows.
    of_leg, of_burst = (_shared(score[several], group[several]) for group in (flicks["leg"], burst_id))
    of_speed = float(np.var(slope * log_speed[several]))
    of_person = max(of_leg - of_speed, 0.02)
    of_burst = max(of_burst - of_leg, 0.0)
    rest = max(1.0 - of_speed - of_person - of_burst, 0.05)
    pairs = several[1:] & several[:-1] & burst[1:]
    next_like = float(np.corrcoef(score[1:][pairs], score[:-1][pairs])[0, 1])
    lag = np.clip((next_like - (1.0 - rest)) / rest, 0.0, 0.49)
    code = np.unique(flicks["leg"], return_inverse=True)[1]
    usual = np.bincount(code, np.where(several, left, 0.0)) / np.maximum(np.bincount(code, several), 1)
    goes_on = _logistic(np.stack([log_speed[later], usual[code][later]], axis=1), burst[later])
    short = inner & burst
    gap = np.log(flicks["gap"])
    gap_score = np.full(gap.size, np.nan)
    gap_score[short] = normal_scores(gap[short])
    gap_person = _shared(gap_score[short], person[short])
    with_step = float(np.corrcoef(gap_score[short], score[short])[0, 1])
    pause = used & ~burst & (flicks["nth"] > 0)
    before = np.concatenate([[0.0], flicks["against"][:-1]])
    after_pause = used & ~burst & (flicks["nth"] > 0) & inner
    return {
        "speed_px_s": rounded(np.exp(centre)),
        "goes_on": [rounded(v) for v in goes_on],
        "against_after_pause": [rounded(v) for v in _logistic(gap[after_pause], flicks["against"][after_pause] > 0)],
        "turns_in_burst": [rounded(v) for v in _logistic(gap[short], (flicks["against"] != before)[short])],
        "step": {
            "quantiles": rounded(knots(step[inner])), "with_speed": rounded(slope),
            "person": rounded(np.sqrt(of_person)), "burst": rounded(np.sqrt(of_burst)), "rest": rounded(np.sqrt(rest)),
            "next": rounded(lag),
            "opening": rounded(opening),
        },
        "gap": {
            "quantiles": rounded(knots(gap[short])), "person": rounded(np.sqrt(gap_person)),
            "with_step": rounded(with_step),
            "narrows": rounded(np.polyfit(score[short], np.abs(gap_score[short]), 1)[0] / -0.8),
        },
        "pause": rounded(knots(np.minimum(gap[pause], np.log(120_000.0)))),
        "readers": int(np.unique(person).size), "scrolls": int(used.sum()),
    }  # fmt: skip


def _logistic(x: Floats, y: NDArray[np.bool_]) -> Floats:
    """Intercept and slopes of a logistic regression of `y` on the columns of `x`."""
    columns = x.reshape(x.shape[0], -1)

    def loss(b: Floats) -> float:
        z = b[0] + columns @ b[1:]
        return float(np.mean(np.logaddexp(0.0, z) - y * z))

    return np.asarray(minimize(loss, np.zeros(1 + columns.shape[1])).x)


def _shared(score: Floats, group: Floats) -> float:
    """Share of the variance that members of a group have in common: mean product of pairs in it."""
    score = score - score.mean()
    _, code = np.unique(group, return_inverse=True)
    n = np.bincount(code)
    total = np.bincount(code, score)
    squares = np.bincount(code, score**2)
    # Pairs, each group weighing as its members do.
    several = n > 1
    pairs = (total**2 - squares)[several] / (n[several] - 1)
    return float(np.clip(pairs.sum() / n[several].sum() / score.var(), 0.0, 0.95))


def _fit_task(scrolls: ScrollTable) -> dict[str, object]:
    """How often, how far and how long: what the reading task asks of the mind."""
    count, heights = [], []
    ms: dict[str, list[float]] = {"first_ms": [], "up_ms": [], "again_ms": []}
    ends: list[bool] = []
    tops: list[bool] = []
    scores: list[tuple[int, str, float]] = []
    scrolled = set()
    for person, t, y in scrolls.readings():
        cut = legs(y)
        count.append(len(cut))
        heights.append(y.max())
        scrolled.add(person)
        for nth, (a, b) in enumerate(cut):
            down = y[b] > y[a]
            name = "first_ms" if nth == 0 else "again_ms" if down else "up_ms"
            ms[name].append(float(np.log(max(t[b] - t[a], 150.0))))
            scores.append((person, name, ms[name][-1]))
            (ends if down else tops).append(y[b] >= 0.97 * y.max() if down else y[b] <= 0.03 * y.max())
    unscrolled = np.unique(scrolls.reading).size - len(count)
    counts = np.bincount(np.minimum(count, 9), minlength=10).astype(float)
    counts[0] += unscrolled
    z = np.empty(len(scores))
    for name in ms:
        rows = [i for i, s in enumerate(scores) if s[1] == name]
        z[rows] = normal_scores(np.array([scores[i][2] for i in rows]))
    share = _shared(z, np.array([s[0] for s in scores], dtype=float))
    return {
        "legs": rounded(counts / counts.sum()),
        "to_the_end": rounded(np.mean(ends)), "to_the_top": rounded(np.mean(tops)),
        "person_share": rounded(np.sqrt(share)),
        "scrollable_px": rounded(knots(np.log(np.array(heights)))),
        **{name: rounded(knots(np.array(values))) for name, values in ms.items()},
    }  # fmt: skip


if __name__ == "__main__":
    show(fit(folder_asked_for(__doc__)))
