"""Fits `keyboard.yaml` to people who typed sentences (Aalto 136M keystrokes, Dhakal et al. 2018).

    python -m simbench.study.calibration.typing --data DIR

Only the people of the calibration half are used (`simbench.study.realism.halves`). Keys that only modify others (Shift,
Ctrl, Alt, CapsLock) are left out before anything is measured. Printed is the parameter file.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simbench.study.calibration.fitting import folder_asked_for, knots, rounded, show
from simbench.study.realism.halves import calibration_half
from simbench.study.realism.typing import KIND_BACKSPACE, KIND_SPACE, KeyTable, read_typing

__all__ = ["fit"]

Floats = NDArray[np.float64]
_INTERVALS = ("inside", "word_start", "space", "backspace", "backspace_again", "after_backspace")


def fit(data: Path) -> dict[str, object]:
    """The parameters, from the calibration half of `data`."""
    keys = read_typing(data)
    keys = keys.only(calibration_half(keys.person))
    return fit_table(keys)


def fit_table(keys: KeyTable) -> dict[str, object]:
    """The parameters of one table of strokes."""
    which = _which(keys)
    told = ~np.isnan(keys.interval) & (keys.interval > 0) & (keys.hold > 0)
    log_interval = np.log(np.where(told, keys.interval, 1.0))
    log_hold = np.log(np.where(keys.hold > 0, keys.hold, 1.0))
    people = np.unique(keys.person)
    median = np.array([np.median(log_interval[told & (keys.person == p)]) for p in people])
    centre = float(median.mean())
    relative = log_interval - median[np.searchsorted(people, keys.person)]
    ease = median - centre

    of_class = np.full((people.size, len(_INTERVALS)), np.nan)
    for i, p in enumerate(people):
        for c in range(len(_INTERVALS)):
            here = told & (keys.person == p) & (which == c)
            if here.sum() >= 8:
                of_class[i, c] = np.median(relative[here])
    spread = np.array([_spread(relative[told & (keys.person == p) & (which == 0)]) for p in people])
    spread_sd = 0.8 * float(np.std(np.log(spread)))
    intervals: dict[str, object] = {}
    residual = relative.copy()
    person_of = np.searchsorted(people, keys.person)
    for c, name in enumerate(_INTERVALS):
        known = ~np.isnan(of_class[:, c])
        slope, offset = np.polyfit(ease[known], of_class[known, c], 1)
        own = of_class[:, c] - slope * ease
        left = own[known] - offset
        usual = np.where(np.isnan(of_class[:, c]), offset + slope * ease, of_class[:, c])
        here = told & (which == c)
        around = (relative[here] - usual[person_of[here]]) * (spread.mean() / spread[person_of[here]])
        residual[here] = around
        table = offset + knots(around)
        intervals[name] = {
            "slope": rounded(slope), "person_sd": rounded(0.9 * float(np.std(left))),
            "quantiles": rounded(table),
        }  # fmt: skip

    hold_median = np.array([np.median(log_hold[told & (keys.person == p)]) for p in people])
    relative_hold = log_hold - hold_median[person_of]
    of_kind, with_interval = {}, {}
    for c, name in enumerate(_INTERVALS):
        here = told & (which == c)
        of_kind[name] = rounded(float(np.median(relative_hold[here])))
        with_interval[name] = rounded(_rank_correlation(residual[here], relative_hold[here]))
    centred = relative_hold - np.array([of_kind[_INTERVALS[c]] for c in which])
    hold_spread = np.array([_spread(centred[told & (keys.person == p)]) for p in people])
    table = knots(centred[told] * (hold_spread.mean() / hold_spread[person_of[told]]))
    words = _word_lengths(keys)
    return {
        "median_ms": rounded(float(np.exp(centre))),
        "spread_sd": rounded(spread_sd),
        "intervals": intervals,
        "hold": {
            "median_ms": rounded(float(np.exp(hold_median.mean()))),
            "person_sd": rounded(float(hold_median.std())),
            "spread_sd": rounded(float(np.std(np.log(hold_spread)))),
            "quantiles": rounded(table),
            "of": of_kind,
            "with_interval": with_interval,
        },
        "word_lengths": {"shares": rounded(words)},
        "backspace_run_goes_on": rounded(_goes_on(keys)),
    }


def _which(keys: KeyTable) -> NDArray[np.int64]:
    """Which of `_INTERVALS` each stroke's interval is of."""
    back, space = keys.kind == KIND_BACKSPACE, keys.kind == KIND_SPACE
    before_back, before_space = keys.before(back), keys.before(space)
    return np.select(
        [back & before_back, back, before_back, space, before_space | keys.opens],
        [4, 3, 5, 2, 1],
        0,
    ).astype(np.int64)


def _spread(values: Floats) -> float:
    low, high = np.quantile(values, (0.16, 0.84))
    return max(float(high - low) / 2.0, 0.05)


def _rank_correlation(a: Floats, b: Floats) -> float:
    ranks = [np.argsort(np.argsort(v, kind="stable"), kind="stable") for v in (a, b)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def _word_lengths(keys: KeyTable) -> Floats:
    """Shares of words of 1, 2, ... 14 characters."""
    stays = keys.kind != KIND_BACKSPACE
    entry, space = keys.entry[stays], keys.kind[stays] == KIND_SPACE
    place = np.flatnonzero(space)
    same = entry[place[1:]] == entry[place[:-1]]
    lengths = np.diff(place)[same] - 1
    return np.bincount(lengths[(lengths >= 1) & (lengths <= 14)], minlength=15)[1:] / max(lengths.size, 1)


def _goes_on(keys: KeyTable) -> float:
    """How often a backspace is followed by another one."""
    back = keys.kind == KIND_BACKSPACE
    again = back & keys.before(back)
    return float(again.sum() / max(back.sum(), 1))


if __name__ == "__main__":
    show(fit(folder_asked_for(__doc__)))
