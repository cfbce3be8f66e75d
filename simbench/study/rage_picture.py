"""Firings of rage rules as a dot plot: real clicks as a band, made ones as a dot."""

from __future__ import annotations

import io
from collections.abc import Mapping

import matplotlib
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

__all__ = ["draw_rage_rates"]

_INK, _MUTED, _BAND, _MADE, _HERE = "#1b1f2a", "#686e7c", "#b9d6ea", "#8c3307", "#0b3c6f"
Rate = tuple[float, float, float]


def draw_rage_rates(points: Mapping[str, tuple[Rate, Rate, Rate | None]]) -> bytes:
    """PNG bytes. `points` holds by rule: real (value, low, high), made (value, low, high), and a second real one."""
    with matplotlib.rc_context({"font.family": "DejaVu Sans", "font.size": 9}):
        figure = Figure(figsize=(8.2, 0.42 * len(points) + 1.5), dpi=130, facecolor="white")
        axes = figure.add_axes((0.19, 0.2, 0.77, 0.66))
        some_here = False
        for row, (real, made, here) in enumerate(points.values()):
            axes.barh(row, real[2] - real[1], left=real[1], height=0.62, color=_BAND)
            axes.plot([real[0]] * 2, [row - 0.31, row + 0.31], color=_HERE, linewidth=1.6)
            axes.plot([made[1], made[2]], [row, row], color=_MADE, linewidth=1.4)
            axes.plot(made[0], row, marker="o", markersize=6, color=_MADE)
            if here is not None:
                some_here = True
                axes.plot(here[0], row, marker="D", markersize=4.5, markerfacecolor="white", markeredgecolor=_HERE)
        axes.set_yticks(range(len(points)), list(points))
        axes.set_ylim(len(points) - 0.4, -0.6)
        axes.set_xlim(left=0)
        axes.set_xlabel("firings per 1,000 clicks of office work", color=_INK)
        axes.grid(axis="x", color="#e3e6eb", linewidth=0.7)
        axes.set_axisbelow(True)
        axes.tick_params(length=0, colors=_INK)
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.spines["bottom"].set_color(_MUTED)
        handles = [
            Patch(color=_BAND, label="ten people, range"),
            Line2D([], [], color=_HERE, linewidth=1.6, label="ten people"),
            Line2D([], [], color=_MADE, marker="o", markersize=6, linewidth=1.4, label="made here, 95 %"),
        ]
        if some_here:
            handles.append(
                Line2D([], [], marker="D", markersize=4.5, markerfacecolor="white", markeredgecolor=_HERE,
                       linestyle="", label="two of them, counted here")
            )  # fmt: skip
        figure.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.18, 1.0), ncols=4, frameon=False,
                      fontsize=8, handlelength=1.6, columnspacing=1.4)  # fmt: skip
        out = io.BytesIO()
        figure.savefig(out, format="png")
    return out.getvalue()
