"""The dial matrix as one picture: colour says how far, marks say whether it had to."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

if TYPE_CHECKING:
    from simbench.study.dials import Cell

__all__ = ["draw_dials_picture"]

#: Blue falls, vermilion rises: told apart by all common kinds of colour vision (Okabe & Ito).
_COLOURS: Final = LinearSegmentedColormap.from_list(
    "turns", ["#0b3c6f", "#3f83bd", "#b9d6ea", "#ffffff", "#f6cfb3", "#dd7a3c", "#8c3307"]
)
_INK: Final = "#1b1f2a"
_MUTED: Final = "#686e7c"
_ALARM: Final = "#000000"
#: Slopes are shown on this scale: its square root, so that small ones can still be seen.
_MOST: Final = 1.0


def _shade(slope: float) -> float:
    return 0.5 + 0.5 * float(np.sign(slope)) * min(abs(slope) / _MOST, 1.0) ** 0.5


def draw_dials_picture(dials: Sequence[str], measures: Sequence[str], cells: Mapping[tuple[str, str], Cell]) -> bytes:
    """The matrix as PNG bytes: one row a dial, one column a measure."""
    with matplotlib.rc_context({"font.family": "DejaVu Sans", "font.size": 8}):
        wide, high = 2.6 + 0.2 * len(measures), 2.6 + 0.2 * len(dials)
        figure = Figure(figsize=(wide, high), dpi=120, facecolor="white")
        left, bottom = 1.7 / wide, 0.95 / high
        axes = figure.add_axes((left, bottom, 0.2 * len(measures) / wide, 0.2 * len(dials) / high))
        for row, dial in enumerate(dials):
            for column, name in enumerate(measures):
                cell = cells.get((dial, name))
                if cell is None:
                    continue
                slope = cell.slope.slope if np.isfinite(cell.slope.slope) else 0.0
                sure = cell.slope.error == 0 or abs(slope) > 2.5 * cell.slope.error
                axes.add_patch(
                    Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=_COLOURS(_shade(slope if sure else 0.0)),
                              edgecolor="#e3e6eb", linewidth=0.4)
                )  # fmt: skip
                _mark(axes, row, column, cell)
        axes.set_xlim(-0.5, len(measures) - 0.5)
        axes.set_ylim(len(dials) - 0.5, -0.5)
        axes.set_xticks(range(len(measures)), measures, rotation=60, ha="left", rotation_mode="anchor")
        axes.set_yticks(range(len(dials)), dials)
        axes.xaxis.tick_top()
        axes.tick_params(length=0, colors=_INK, pad=3)
        for spine in axes.spines.values():
            spine.set_visible(False)
        _legend(figure, wide, high)
        out = io.BytesIO()
        figure.savefig(out, format="png")
    return out.getvalue()


def _mark(axes: Axes, row: int, column: int, cell: Cell) -> None:
    if cell.role == "must":
        axes.add_patch(Rectangle((column - 0.42, row - 0.42), 0.84, 0.84, fill=False, edgecolor=_INK, linewidth=1.3))
        if cell.verdict == "unproven":
            axes.text(column, row, "?", ha="center", va="center", color=_ALARM, fontsize=9, fontweight="bold")
    elif cell.role == "may":
        axes.plot(column, row, marker=".", markersize=2.2, color=_MUTED)
    elif cell.verdict == "leaks":
        axes.plot(column, row, marker="x", markersize=7, markeredgewidth=2, color=_ALARM)
    elif cell.verdict == "open":
        axes.plot(column, row, marker="_", markersize=5, markeredgewidth=1, color=_MUTED)


def _legend(figure: Figure, wide: float, high: float) -> None:
    bar = figure.add_axes((1.7 / wide, 0.62 / high, 2.6 / wide, 0.13 / high))
    steps = np.linspace(-_MOST, _MOST, 240)
    bar.imshow(np.array([[_COLOURS(_shade(float(s))) for s in steps]]), aspect="auto",
               extent=(-_MOST, _MOST, 0, 1))  # fmt: skip
    bar.set_yticks([])
    bar.set_xticks([-1, -0.5, -0.1, 0.1, 0.5, 1])
    bar.tick_params(length=2, labelsize=7, colors=_INK)
    bar.set_xlabel("change, sd of one opportunity per sd of the dial", fontsize=7.5, color=_INK, labelpad=2)
    keys = figure.add_axes((1.7 / wide + 3.1 / wide, 0.28 / high, 8.2 / wide, 0.5 / high))
    keys.set_xlim(0, 8.2)
    keys.set_ylim(0, 0.5)
    keys.axis("off")
    entries = [("must", "must move"), ("unproven", "must move, not shown"), ("may", "may move"),
               ("still", "must not move, and is still"), ("open", "must not move, undecided"),
               ("leaks", "must not move, and does")]  # fmt: skip
    for place, (kind, text) in enumerate(entries):
        x, y = 0.12 + 2.75 * (place // 2), 0.37 - 0.25 * (place % 2)
        keys.add_patch(Rectangle((x - 0.1, y - 0.1), 0.2, 0.2, facecolor="white", edgecolor="#e3e6eb", linewidth=0.6))
        if kind in ("must", "unproven"):
            keys.add_patch(Rectangle((x - 0.085, y - 0.085), 0.17, 0.17, fill=False, edgecolor=_INK, linewidth=1.3))
        if kind == "unproven":
            keys.text(x, y, "?", ha="center", va="center", fontsize=9, fontweight="bold")
        if kind == "may":
            keys.plot(x, y, marker=".", markersize=2.2, color=_MUTED)
        if kind == "open":
            keys.plot(x, y, marker="_", markersize=5, markeredgewidth=1, color=_MUTED)
        if kind == "leaks":
            keys.plot(x, y, marker="x", markersize=7, markeredgewidth=2, color=_ALARM)
        keys.text(x + 0.2, y, text, ha="left", va="center", fontsize=8, color=_INK)
