"""The panel beside a map: what it is of, what the colours count, and the numbers behind it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Final

import matplotlib as mpl
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from simbench.report.overlay_scale import Scale, short_number
from simbench.report.palette import ACCENT, INK, LINE, MUTED, PANEL, PAPER, ramp

__all__ = ["PANEL_PX", "Panel", "badge", "font", "pill"]

#: Width of the panel, px.
PANEL_PX: Final = 340

_Mark = Callable[[ImageDraw.ImageDraw, int], None]


@lru_cache(maxsize=32)
def font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """DejaVu Sans, which comes with matplotlib, so that pictures look alike on every machine."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(str(Path(mpl.get_data_path()) / "fonts" / "ttf" / name), size)


def badge(draw: ImageDraw.ImageDraw, centre: tuple[float, float], rank: int, radius: int = 11) -> None:
    """A rank in a disc."""
    x, y = centre
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=INK, outline=PAPER, width=2)
    draw.text((x, y), str(rank), font=font(12 if rank < 10 else 10, bold=True), fill=PAPER, anchor="mm")


def pill(
    draw: ImageDraw.ImageDraw,
    at: tuple[float, float],
    text: str,
    *,
    anchor: str = "above",
    right: bool = False,
    dark: bool = True,
) -> None:
    """A short text on a rounded ground, resting on the line at `at` or hanging from it."""
    face = font(13, bold=True)
    width = face.getlength(text) + 22
    left = at[0] - width if right else at[0]
    top = at[1] - 27 if anchor == "above" and at[1] > 30 else at[1] + 4
    ground, ink = (INK, PAPER) if dark else (PAPER, INK)
    draw.rounded_rectangle((left, top, left + width, top + 23), radius=11, fill=ground, outline=INK)
    draw.text((left + width / 2, top + 11.5), text, font=face, fill=ink, anchor="mm")


class Panel:
    """Collects what shall stand in the panel from top to bottom, and draws it at the height that this takes."""

    def __init__(self) -> None:
        self._marks: list[tuple[int, _Mark]] = []
        self.height = 0

    def _add(self, height: int, mark: _Mark) -> None:
        self._marks.append((self.height, mark))
        self.height += height

    def gap(self, px: int) -> None:
        """Leave room."""
        self.height += px

    def eyebrow(self, text: str) -> None:
        """The small line above the title."""
        self._add(22, lambda d, y: d.text((0, y), text.upper(), font=font(12, bold=True), fill=ACCENT))

    def title(self, text: str) -> None:
        """The title, wrapped."""
        self._paragraph(text, font(23, bold=True), INK, 31)
        self.gap(4)

    def line(self, text: str) -> None:
        """A line of small print."""
        self._paragraph(text, font(13), MUTED, 20)

    def note(self, text: str) -> None:
        """A remark, wrapped."""
        self.gap(4)
        self._paragraph(text, font(12), MUTED, 18)

    def figures(self, figures: list[tuple[str, str]]) -> None:
        """Large numbers side by side, each over what it counts."""
        step = PANEL_PX / len(figures)

        def mark(d: ImageDraw.ImageDraw, y: int) -> None:
            d.line([(0, y), (PANEL_PX, y)], fill=LINE)
            for i, (number, what) in enumerate(figures):
                d.text((i * step, y + 16), number, font=font(21, bold=True), fill=INK)
                d.text((i * step, y + 45), what, font=font(12), fill=MUTED)
            d.line([(0, y + 72), (PANEL_PX, y + 72)], fill=LINE)

        self._add(90, mark)

    def legend(self, caption: str, scale: Scale) -> None:
        """The ramp, with the numbers that its colours stand for."""
        bar = ramp(np.linspace(0, 1, PANEL_PX))

        def mark(d: ImageDraw.ImageDraw, y: int) -> None:
            d.text((0, y), caption, font=font(13, bold=True), fill=INK)
            for x, colour in enumerate(bar.tolist()):
                d.line([(x, y + 26), (x, y + 41)], fill=tuple(colour))
            for value in scale.ticks():
                x = float(scale.share(value)) * (PANEL_PX - 1)
                d.line([(x, y + 41), (x, y + 46)], fill=MUTED)
                # The last number must not run out of the panel.
                anchor = "ra" if x > PANEL_PX - 14 else "ma"
                d.text((x, y + 49), short_number(value), font=font(12), fill=INK, anchor=anchor)
            d.text((0, y + 49), "0", font=font(12), fill=INK)

        self._add(74, mark)

    def steps(self, caption: str, step: float) -> None:
        """The ramp in steps, from all to none."""
        shares = np.arange(1.0, 0.0, -step)

        def mark(d: ImageDraw.ImageDraw, y: int) -> None:
            d.text((0, y), caption, font=font(13, bold=True), fill=INK)
            width = PANEL_PX / len(shares)
            for i, (share, colour) in enumerate(zip(shares, ramp(shares).tolist(), strict=True)):
                d.rectangle((i * width, y + 26, (i + 1) * width - 1, y + 41), fill=tuple(colour))
                if i % 2 == 0:
                    d.text((i * width, y + 49), f"{share:.0%}", font=font(12), fill=INK)
            d.text((PANEL_PX, y + 49), "0 %", font=font(12), fill=INK, anchor="ra")

        self._add(74, mark)

    def heading(self, text: str, right: str) -> None:
        """A heading for rows."""

        def mark(d: ImageDraw.ImageDraw, y: int) -> None:
            d.line([(0, y), (PANEL_PX, y)], fill=LINE)
            d.text((0, y + 14), text, font=font(13, bold=True), fill=INK)
            d.text((PANEL_PX, y + 14), right, font=font(12), fill=MUTED, anchor="ra")

        self._add(42, mark)

    def row(self, label: str, value: str, *, share: float, rank: int | None = None) -> None:
        """A label, its value, and a bar as long as its share."""
        start = 0 if rank is None else 32
        face = font(13)
        room = PANEL_PX - start - face.getlength(value) - 14
        label = _cut(label, face, room)

        def mark(d: ImageDraw.ImageDraw, y: int) -> None:
            if rank is not None:
                badge(d, (11, y + 15), rank)
            d.text((start, y + 4), label, font=face, fill=INK)
            d.text((PANEL_PX, y + 4), value, font=face, fill=INK, anchor="ra")
            d.rectangle((start, y + 25, PANEL_PX, y + 27), fill=LINE)
            end = start + (PANEL_PX - start) * min(max(share, 0), 1)
            if end > start:
                d.rectangle((start, y + 25, end, y + 27), fill=ACCENT)

        self._add(38, mark)

    def picture(self) -> Image.Image:
        """The panel, drawn."""
        image = Image.new("RGB", (PANEL_PX + 1, max(self.height, 1)), PANEL)
        draw = ImageDraw.Draw(image)
        for y, mark in self._marks:
            mark(draw, y)
        return image

    def _paragraph(self, text: str, face: ImageFont.FreeTypeFont, colour: tuple[int, int, int], step: int) -> None:
        for line in _wrapped(text, face):
            self._add(step, lambda d, y, line=line: d.text((0, y), line, font=face, fill=colour))  # type: ignore[misc]


def _wrapped(text: str, face: ImageFont.FreeTypeFont) -> list[str]:
    """Lines that fit the panel; words longer than a line (a URL's path) are cut where they must be."""
    lines = [""]
    for word in text.split(" "):
        tried = f"{lines[-1]} {word}" if lines[-1] else word
        if face.getlength(tried) <= PANEL_PX:
            lines[-1] = tried
            continue
        if lines[-1]:
            lines.append("")
        rest = word
        while face.getlength(rest) > PANEL_PX:
            fits = next(n for n in range(len(rest) - 1, 0, -1) if face.getlength(rest[:n]) <= PANEL_PX)
            lines[-1] = rest[:fits]
            lines.append("")
            rest = rest[fits:]
        lines[-1] = rest
    return lines


def _cut(text: str, face: ImageFont.FreeTypeFont, room: float) -> str:
    """The text, or as much of it as there is room for; of a selector, whose end tells most, the end."""
    text = " ".join(text.split())
    if face.getlength(text) <= room:
        return text
    selector = " > " in text
    while text and face.getlength(f"{text}…") > room:
        text = text[1:] if selector else text[:-1]
    return f"…{text}" if selector else f"{text}…"
