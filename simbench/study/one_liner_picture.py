"""Contests of one-line rules as a dot plot, the ceiling beside them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import matplotlib
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

if TYPE_CHECKING:
    from simbench.study.one_liners import Contest

__all__ = ["draw_one_liners"]

_INK, _MUTED, _RULE, _TOP = "#1b1f2a", "#686e7c", "#8c3307", "#0b3c6f"
_ONE_LINE, _CEILING = 0.9, 0.8


def draw_one_liners(contests: Sequence[Contest]) -> bytes:
    """PNG bytes: a row a contest, pooled ones in bold."""
    high = 0.235 * len(contests) + 1.5
    with matplotlib.rc_context({"font.family": "DejaVu Sans", "font.size": 8.5}):
        figure = Figure(figsize=(8.6, high), dpi=130, facecolor="white")
        axes = figure.add_axes((0.3, 0.62 / high, 0.66, (high - 1.3) / high))
        axes.axvspan(_ONE_LINE, 1.0, color="#f6cfb3", alpha=0.55, linewidth=0)
        axes.axvline(_CEILING, color=_TOP, linewidth=0.9, linestyle=(0, (4, 3)))
        for row, contest in enumerate(contests):
            if not contest.lookalike and row:
                axes.axhline(row - 0.5, color="#d5d9e0", linewidth=0.8)
            rule = contest.rule
            axes.plot([rule.low, rule.high], [row - 0.13] * 2, color=_RULE, linewidth=1.2)
            axes.plot(rule.value, row - 0.13, marker="o", markersize=5.5, color=_RULE)
            if contest.ceiling is not None:
                top = contest.ceiling
                axes.plot([top.low, top.high], [row + 0.15] * 2, color=_TOP, linewidth=1.2)
                axes.plot(top.value, row + 0.15, marker="D", markersize=4.5, markerfacecolor="white",
                          markeredgecolor=_TOP, markeredgewidth=1.3)  # fmt: skip
        axes.set_yticks(range(len(contests)), [c.lookalike or c.kind for c in contests])
        for label, contest in zip(axes.get_yticklabels(), contests, strict=True):
            label.set_fontweight("bold" if not contest.lookalike else "normal")
        axes.set_ylim(len(contests) - 0.5, -0.5)
        axes.set_xlim(0.42, 1.0)
        axes.set_xlabel("balanced accuracy (0.5: by chance)", color=_INK)
        axes.grid(axis="x", color="#eceef2", linewidth=0.7)
        axes.set_axisbelow(True)
        axes.tick_params(length=0, colors=_INK)
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.spines["bottom"].set_color(_MUTED)
        handles = [
            Line2D([], [], color=_RULE, marker="o", markersize=5.5, linewidth=1.2, label="best one-line rule"),
            Line2D([], [], color=_TOP, marker="D", markersize=4.5, markerfacecolor="white", linewidth=1.2,
                   label="classifier that sees everything"),
            Line2D([], [], color="#f6cfb3", linewidth=7, label="no rule may stand here"),
            Line2D([], [], color=_TOP, linewidth=0.9, linestyle=(0, (4, 3)), label="ceiling at least here"),
        ]  # fmt: skip
        figure.legend(handles=handles, loc="upper left", bbox_to_anchor=(0.02, 1.0), ncols=4, frameon=False, fontsize=8)
        out = io.BytesIO()
        figure.savefig(out, format="png")
    return out.getvalue()
