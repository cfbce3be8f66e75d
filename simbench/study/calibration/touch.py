"""Fits `touch.yaml` and the finger's section of `scrolling.yaml` to strokes on phones (Frank et al. 2013).

    python -m simbench.study.calibration.touch --data DIR

Only vertical strokes of Touchalytics' reading tasks are used, of the people of the calibration half. Lengths are told
in mm there; a CSS px is taken for 1/6.3 mm (160 to the inch).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from simbench.study.calibration.fitting import folder_asked_for, knots, normal_scores, rounded, show
from simbench.study.calibration.scrolling import BURST_MS, _shared
from simbench.study.realism.halves import calibration_half
from simbench.study.realism.touches import read_strokes

__all__ = ["fit"]

#: Time constant of a glide that is assumed for a stroke whose platform is not known, s.
_GLIDE_S = 0.35


def fit(data: Path) -> dict[str, object]:
    """The parameters, from the calibration half of `data`."""
    strokes = read_strokes(data)
    strokes = strokes.only(calibration_half(strokes.person))
    rng = np.random.default_rng(5)
    duration, length = 1000.0 * strokes.duration_s, strokes.length_px
    mean_speed = length / strokes.duration_s
    leaving = np.clip(strokes.leaving_px_s / mean_speed, 0.0, 3.0)
    glide = np.where(strokes.leaving_px_s > 50.0, strokes.leaving_px_s * _GLIDE_S, 0.0)
    way = length + glide
    z = normal_scores(np.log(duration) + 1e-9 * rng.standard_normal(duration.size))
    log_way = np.log(way)
    slope = float(np.polyfit(log_way - 4.3, z, 1)[0])
    left = z - slope * (log_way - 4.3)
    leaving_z = normal_scores(leaving + 1e-9 * rng.random(leaving.size))
    gap = np.log(np.maximum(strokes.since_before_s * 1000.0, 80.0))
    burst = np.exp(gap) <= BURST_MS
    step_z = normal_scores(log_way)
    person = strokes.person.astype(float)
    gap_z = normal_scores(gap[burst])
    pauses = gap[~burst]
    return {
        "touch": {
            "duration": {
                "quantiles": rounded(knots(np.log(duration))), "with_length": rounded(slope),
                "person": rounded(np.sqrt(_shared(left, person))),
            },
            "leaving": {
                "quantiles": rounded(knots(leaving)),
                "with_duration": rounded(np.corrcoef(z, leaving_z)[0, 1]),
            },
            "sideways": {"quantiles": rounded(knots(strokes.sideways))},
            "bow": {"quantiles": rounded(knots(strokes.bow))},
        },
        "finger": {
            "speed_px_s": rounded(np.median(way) / np.median(np.exp(gap)) * 1000.0),
            "share_in_bursts": rounded(burst.mean()),
            "back": rounded(strokes.back.mean()),
            "step": {
                "quantiles": rounded(knots(log_way)), "person": rounded(np.sqrt(_shared(step_z, person))),
            },
            "gap": {
                "quantiles": rounded(knots(gap[burst])), "person": rounded(np.sqrt(_shared(gap_z, person[burst]))),
                "with_step": rounded(np.corrcoef(gap_z, step_z[burst])[0, 1]),
            },
            "pause": rounded(knots(np.minimum(pauses, np.log(60_000.0)))),
        },
    }  # fmt: skip


if __name__ == "__main__":
    show(fit(folder_asked_for(__doc__)))
