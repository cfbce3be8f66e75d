"""Pictures of the realism study: quantiles as ratios, AUCs with their intervals, and movements drawn side by side.

Colours are told apart by lightness as well as hue (blue and vermilion of Okabe & Ito's palette, greys), and whatever
colour says a shape says too.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from simbench.study.realism.comparing import PEOPLE, VISITORS, SetRow
from simbench.study.realism.groups import Floats, Side
from simbench.study.realism.movements import FRAME_MS, Movements, frames_of
from simbench.study.realism.quantiles import OUTER, Cell, QuantileRow

__all__ = ["auc_chart", "movement_gallery", "quantile_chart"]

_INK: Final = "#1b1f2a"
_MUTED: Final = "#686e7c"
_LINE: Final = "#dee1e7"
_BAND: Final = "#eef0f4"
_PEOPLE: Final = "#0072b2"
_VISITORS: Final = "#d55e00"
_OTHER: Final = "#7a8090"
_RATIOS: Final = (0.25, 0.5, 1.0, 2.0, 4.0)


def _png(figure: Figure) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=130, facecolor="white", metadata={"Software": None})
    return out.getvalue()


def _figure(width: float, height: float) -> Figure:
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure


def _bare(axes: Axes) -> None:
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(_LINE)
    axes.tick_params(colors=_MUTED, labelsize=8, length=0)


def quantile_chart(groups: Sequence[tuple[str, Sequence[QuantileRow]]]) -> bytes:
    """One panel a measure: each quantile of the visitors as a multiple of the people's."""
    panels: list[tuple[str, str, list[tuple[str, Cell, bool]]]] = []
    for title, rows in groups:
        single = []
        for row in rows:
            if len(row.cells) == 1:
                single.append((row.measure.name, row.cells[0], row.measure.judged))
                continue
            middle = row.cells[2]
            said = f"median {_short(middle.people, row.measure.unit)}"
            if middle.visitors is not None:
                said += f", visitors {_short(middle.visitors, row.measure.unit)}"
            entries = [(f"{100 * (cell.level or 0):.0f} %", cell, row.measure.judged) for cell in reversed(row.cells)]
            name = row.measure.name + (" (1 - it)" if row.measure.complement else "")
            panels.append((f"{name}\n", f"{title}; {said}", entries))
        if single:
            panels.append((f"{title}\n", "one number each", single))
    if not panels:
        panels = [("nothing to compare\n", "", [])]
    columns = 3
    lines = -(-len(panels) // columns)
    figure = _figure(15.0, 1.2 + 2.25 * lines)
    grid = figure.add_gridspec(lines, columns, left=0.125, right=0.985, top=1 - 1.25 / (1.2 + 2.25 * lines),
                               bottom=0.45 / (1.2 + 2.25 * lines), hspace=0.72, wspace=0.62)  # fmt: skip
    for number, (name, said, entries) in enumerate(panels):
        axes = figure.add_subplot(grid[number // columns, number % columns])
        _ratio_panel(axes, entries)
        axes.set_title(name, loc="left", fontsize=10.5, color=_INK, fontweight="bold", pad=4)
        axes.text(0, 1.04, said, transform=axes.transAxes, fontsize=8, color=_MUTED, va="bottom")
    figure.text(0.02, 1 - 0.36 / (1.2 + 2.25 * lines), "Visitors beside people: quantiles as a ratio", fontsize=15,
                color=_INK, fontweight="bold", va="center")  # fmt: skip
    key = figure.add_axes((0.02, 1 - 0.78 / (1.2 + 2.25 * lines), 0.96, 0.3 / (1.2 + 2.25 * lines)))
    _quantile_key(key)
    return _png(figure)


def _ratio_panel(axes: Axes, entries: Sequence[tuple[str, Cell, bool]]) -> None:
    _bare(axes)
    axes.set_xscale("log", base=2)
    axes.set_xlim(0.22, 4.6)
    axes.set_xticks(_RATIOS, ["1/4", "1/2", "1", "2", "4"])
    axes.minorticks_off()
    axes.set_ylim(-0.6, max(len(entries), 1) - 0.4)
    axes.set_yticks(range(len(entries)), [label for label, _, _ in entries])
    axes.tick_params(axis="y", colors=_INK)
    for y, (_, cell, judged) in enumerate(entries):
        low, high = (0.5, 2.0) if cell.level in OUTER else (0.75, 1.25)
        axes.fill_betweenx([y - 0.42, y + 0.42], low, high, color=_BAND, lw=0, zorder=1)
        if cell.low is not None and cell.high is not None and cell.people > 0:
            # Of a complement the interval turns round with the value; as a ratio it stays where it belongs.
            flip = cell.visitors is not None and cell.ratio is not None and cell.people not in (0.0, 1.0) and not (
                np.isclose(cell.visitors / cell.people, cell.ratio))  # fmt: skip
            ends = ((1 - cell.high) / (1 - cell.people), (1 - cell.low) / (1 - cell.people)) if flip else (
                cell.low / cell.people, cell.high / cell.people)  # fmt: skip
            axes.plot(np.clip(ends, 0.23, 4.4), [y, y], color=_PEOPLE, lw=5, alpha=0.45, solid_capstyle="butt")
        if cell.ratio is None:
            continue
        shown = float(np.clip(cell.ratio, 0.245, 4.1))
        marker = "o" if cell.passed else "X"
        if shown != cell.ratio:
            marker = "<" if cell.ratio < 1 else ">"
        axes.plot(shown, y, marker, ms=7.5, mfc=_VISITORS if judged else "white", mec=_VISITORS, mew=1.3, clip_on=False)
    axes.axvline(1.0, color=_PEOPLE, lw=1.1, zorder=1.5)


def _quantile_key(axes: Axes) -> None:
    axes.set_axis_off()
    axes.set_xlim(0, 100)
    axes.set_ylim(0, 1)
    at = 0.0
    for marker, words in (
        ("line", "people, 95 % bootstrap"), ("band", "target"), ("o", "visitors, within"), ("X", "visitors, missed"),
        (">", "off the scale"), ("hollow", "shown, not judged"),
    ):  # fmt: skip
        if marker == "line":
            axes.plot([at, at + 2.4], [0.5, 0.5], color=_PEOPLE, lw=5, alpha=0.45, solid_capstyle="butt")
            axes.plot([at + 1.2] * 2, [0.1, 0.9], color=_PEOPLE, lw=1.1)
        elif marker == "band":
            axes.fill_between([at, at + 2.4], 0.1, 0.9, color=_BAND, lw=0)
        else:
            hollow = marker == "hollow"
            axes.plot(at + 1.2, 0.5, "o" if hollow else marker, ms=7.5, mfc="white" if hollow else _VISITORS,
                      mec=_VISITORS, mew=1.3)  # fmt: skip
        axes.text(at + 3.2, 0.5, words, fontsize=9, color=_INK, va="center")
        at += 4.6 + 0.62 * len(words)


def _short(value: float, unit: str) -> str:
    said = f"{value:.2f}" if abs(value) < 1 else f"{value:.3g}" if abs(value) < 100 else f"{value:,.0f}"
    return said if unit in {"1", "share"} else f"{said} {unit}"


def auc_chart(groups: Sequence[tuple[str, Sequence[SetRow]]]) -> bytes:
    """A line an AUC, with its interval, .5 and the targets marked."""
    panels = []
    for title, rows in groups:
        for features in dict.fromkeys(row.features for row in rows):
            inside = [row for row in rows if row.features == features and row.auc is not None]
            if inside:
                several = len({row.features for row in rows}) > 1
                panels.append((f"{title}: {features}" if several else title, inside))
    heights = [len(rows) + 1.5 for _, rows in panels] or [2.0]
    total = 1.35 + 0.3 * sum(heights)
    figure = _figure(11.0, total)
    figure.text(0.02, 1 - 0.34 / total, "Can a classifier tell them from people?", fontsize=15, color=_INK,
                fontweight="bold", va="center")  # fmt: skip
    figure.text(0.02, 1 - 0.68 / total, "AUC: .5 is chance, 1 is never wrong. Whiskers: 90 % interval. Bars mark "
                "targets: the visitors' whisker is to end left of it, the control's dot to lie right of it.",
                fontsize=9, color=_MUTED, va="center")  # fmt: skip
    axes = figure.add_axes((0.3, 0.42 / total, 0.62, 1 - 1.45 / total))
    _bare(axes)
    axes.set_xlim(0.3, 1.0)
    axes.set_xticks([0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
    axes.xaxis.grid(visible=True, color=_LINE, lw=0.7)
    axes.set_axisbelow(True)
    y = 0.0
    ticks, labels = [], []
    for title, rows in panels:
        y -= 1.0
        axes.text(-0.43, y, title, transform=axes.get_yaxis_transform(), fontsize=10, fontweight="bold", color=_INK,
                  va="center")  # fmt: skip
        for row in rows:
            y -= 1.0
            _auc_line(axes, y, row)
            ticks.append(y)
            labels.append(row.who)
        y -= 0.5
    axes.set_ylim(y - 0.3, 0.0)
    axes.set_yticks(ticks, labels)
    axes.tick_params(axis="y", colors=_INK, labelsize=9)
    axes.axvline(0.5, color=_MUTED, lw=1.1, ls=(0, (4, 3)), zorder=1)
    return _png(figure)


def _auc_line(axes: Axes, y: float, row: SetRow) -> None:
    assert row.auc is not None and row.low is not None and row.high is not None
    colour, marker = {PEOPLE: (_PEOPLE, "s"), VISITORS: (_VISITORS, "o")}.get(row.who, (_OTHER, "D"))
    axes.plot(np.clip([row.low, row.high], 0.3, 1.0), [y, y], color=colour, lw=2.4, solid_capstyle="butt")
    axes.plot(row.auc, y, marker, ms=7.5, color=colour, mec="white", mew=0.8, zorder=4, clip_on=False)
    if row.target is not None:
        axes.plot([row.target] * 2, [y - 0.36, y + 0.36], color=_INK, lw=2.2, zorder=3)
    said = f"{row.auc:.2f}" + ("" if row.held is None else "  held" if row.held else "  missed")
    axes.text(1.03, y, said, transform=axes.get_yaxis_transform(), fontsize=9, va="center",
              color=_VISITORS if row.held is False else _INK,
              fontweight="bold" if row.held is False else "normal")  # fmt: skip


def movement_gallery(people: Side | None, visitors: Side, *, count: int = 8, seed: int = 3) -> bytes:
    """Paths and speed profiles of `count` movements of each side, at like distances.

    `people` None: the visitors alone. A picture that shows people's own paths must not be published.
    """
    ours: Movements = visitors.like["movements"]
    wanted = np.geomspace(90, 900, count)
    rows = [("Visitors", _VISITORS, ours)]
    if people is not None:
        rows.insert(0, ("People", _PEOPLE, people.like["movements"]))
    figure = _figure(2.1 * count, 0.7 + 3.7 * len(rows))
    height = 0.7 + 3.7 * len(rows)
    figure.text(0.012, 1 - 0.3 / height, "Single movements: path, and speed over time", fontsize=15, color=_INK,
                fontweight="bold", va="center")  # fmt: skip
    grid = figure.add_gridspec(2 * len(rows), count, left=0.045, right=0.99, top=1 - 1.0 / height, bottom=0.42 / height,
                               hspace=0.42, wspace=0.3, height_ratios=[1.6, 1.0] * len(rows))  # fmt: skip
    for number, (name, colour, moves) in enumerate(rows):
        chosen = _alike(moves, wanted, seed)
        first, gx, gy = frames_of(moves)
        for column, i in enumerate(chosen):
            x, y = gx[first[i] : first[i + 1]], gy[first[i] : first[i + 1]]
            path = figure.add_subplot(grid[2 * number, column])
            _draw_path(path, x - x[0], y - y[0], colour)
            speed = figure.add_subplot(grid[2 * number + 1, column])
            v = np.hypot(np.diff(x), np.diff(y)) / FRAME_MS * 1000.0
            _draw_speed(speed, v, colour)
            if column == 0:
                path.text(-0.28, 1.16, name, transform=path.transAxes, fontsize=11.5, fontweight="bold", color=colour)
                speed.set_ylabel("px/s", fontsize=8, color=_MUTED)
            speed.set_xlabel("ms", fontsize=8, color=_MUTED, labelpad=1)
    return _png(figure)


def _alike(moves: Movements, wanted: Floats, seed: int) -> list[int]:
    """Movements drawn at random among those whose chord is within a tenth of each wanted distance."""
    last, first = moves.first[1:] - 1, moves.first[:-1]
    chord = np.hypot(moves.x[last] - moves.x[first], moves.y[last] - moves.y[first])
    random = np.random.default_rng(seed)
    chosen = []
    for distance in wanted:
        near = np.flatnonzero(np.abs(chord / distance - 1) < 0.1)
        chosen.append(int(random.choice(near)) if near.size else int(np.argmin(np.abs(chord - distance))))
    return chosen


def _draw_path(axes: Axes, x: Floats, y: Floats, colour: str) -> None:
    axes.plot(x, y, color=colour, lw=1.0, alpha=0.55)
    axes.plot(x, y, ".", color=colour, ms=2.6)
    axes.plot(x[0], y[0], "o", ms=6, mfc="white", mec=_INK, mew=1.2)
    axes.plot(x[-1], y[-1], "o", ms=5, color=_INK)
    half = max(np.ptp(x), np.ptp(y)) / 2 * 1.2 + 1.0
    middle_x, middle_y = (x.max() + x.min()) / 2, (y.max() + y.min()) / 2
    axes.set_xlim(middle_x - half, middle_x + half)
    axes.set_ylim(middle_y + half, middle_y - half)  # down the page is down
    axes.set_aspect("equal")
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color(_LINE)
    axes.set_title(f"{np.hypot(x[-1] - x[0], y[-1] - y[0]):.0f} px", fontsize=8.5, color=_MUTED, pad=3)


def _draw_speed(axes: Axes, v: Floats, colour: str) -> None:
    t = (np.arange(v.size) + 0.5) * FRAME_MS
    axes.fill_between(t, v, color=colour, alpha=0.18, lw=0)
    axes.plot(t, v, color=colour, lw=1.1)
    axes.set_ylim(bottom=0)
    axes.set_xlim(0, t[-1] + FRAME_MS / 2)
    _bare(axes)
    axes.tick_params(labelsize=7)
    axes.locator_params(nbins=3)
