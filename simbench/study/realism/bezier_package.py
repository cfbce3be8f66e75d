"""A generator of "human-like" pointer movements from PyPI: cursor-humanizer, random Bezier curves with an easing.

Chosen because it makes paths without a display or a browser running. It is asked for a curve between two points; when
each of its points is reached it does not say, so they are spread evenly over the time that a person took. Its luck is
Python's global `random`, which is seeded for the purpose and put back.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Final

import numpy as np

from simbench.study.realism.groups import Floats

__all__ = ["PACKAGE", "bezier_paths"]

PACKAGE: Final = "cursor-humanizer"


def bezier_paths(dx: Floats, dy: Floats, seed: int) -> Sequence[Floats] | str:
    """A path from (0, 0) to each (`dx`, `dy`), shape (points, 2); or why there is none."""
    try:
        from human_cursor import Vector, generate_random_curve_parameters  # noqa: PLC0415 - an optional extra
        from human_cursor.curve import HumanCurveOptions, HumanizeMouseTrajectory  # noqa: PLC0415
    except Exception as error:
        return f"{PACKAGE} cannot be used ({type(error).__name__}); pip install 'simbench[study]'"
    before = random.getstate()
    random.seed(seed)
    try:
        paths = []
        for x, y in zip(dx.tolist(), dy.tolist(), strict=True):
            start, end = Vector(0.0, 0.0), Vector(x, y)
            drawn = generate_random_curve_parameters(start, end)
            options = HumanCurveOptions(
                offset_boundary_x=drawn.offset_boundary_x, offset_boundary_y=drawn.offset_boundary_y,
                knots_count=drawn.knots_count, distortion_mean=drawn.distortion_mean,
                distortion_std_dev=drawn.distortion_std_dev, distortion_frequency=drawn.distortion_frequency,
                tweening=drawn.tween, target_points=drawn.target_points,
            )  # fmt: skip
            points = HumanizeMouseTrajectory(start, end, options).points
            paths.append(np.array([(p.x, p.y) for p in points]))
    finally:
        random.setstate(before)
    return paths
