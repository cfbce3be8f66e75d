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
PANEL_PX: Final = 400

_Mark = Callable[[ImageDraw.ImageDraw, int], None]


@lru_cache(maxsize=32)
def font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """DejaVu Sans, which comes with matplotlib, so that pictures look alike on every machine."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(str(Path(mpl.get_data_path()) / "fonts" / "ttf" / name), size)


def badge(draw: ImageDraw.ImageDraw, centre: tuple[float, float], rank: int, radius: int = 12) -> None:
    """A rank in a disc."""
    x, y = centre
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=INK, outline=PAPER, width=2)
    draw.text((x, y), str(rank), font=font(13 if rank < 10 else 11, bold=True), fill=PAPER, anchor="mm")


def pill(
    draw: ImageDraw.ImageDraw,
    at: tuple[float, float],
    text: str,
    *,
    right: bool = False,
    dark: bool = True,
) -> None:
    """A short text on a rounded ground, on the line at `at`; beneath it where there is no room above."""
    face = font(14, bold=True)
    width = face.getlength(text) + 24
    left = at[0] - width if right else at[0]
    top = at[1] - 30 if at[1] > 34 else at[1] + 5
    ground, ink = (INK, PAPER) if dark else (PAPER, INK)
    draw.rounded_rectangle((left, top, left + width, top + 25), radius=12, fill=ground, outline=INK)
    draw.text((left + width / 2, top + 12.5), text, font=face, fill=ink, anchor="mm")


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
        self._add(26, lambda d, y: d.text((0, y), text.upper(), font=font(14, bold=True), fill=ACCENT))

    def title(self, text: str) -> None:
        """The title, wrapped."""
        self._paragraph(text, font(27, bold=True), INK, 36)
        self.gap(4)

    def line(self, text: str) -> None:
        """A line of small print."""
        self._paragraph(text, font(15), MUTED, 23)

    def note(self, text: str) -> None:
        """A remark, wrapped."""
        self.gap(4)
        self._paragraph(text, font(14), MUTED, 21)

    def figures(self, figures: list[tuple[str, str]]) -> None:
        """Large numbers side by side, each over what it counts."""
        step = PANEL_PX / len(figures)

        def mark(d: ImageDraw.ImageDraw, y: int) -> None:
            d.line([(0, y), (PANEL_PX, y)], fill=LINE)
            for i, (number, what) in enumerate(figures):
                d.text((i * step, y + 18), number, font=font(25, bold=True), fill=INK)
                d.text((i * step, y + 52), what, font=font(14), fill=MUTED)
            d.line([(0, y + 84), (PANEL_PX, y + 84)], fill=LINE)

        self._add(104, mark)

    def legend(self, caption: str, scale: Scale) -> None:
        """The ramp, with the numbers that its colours stand for."""
        bar = ramp(np.linspace(0, 1, PANEL_PX))

        def mark(d: ImageDraw.ImageDraw, y: int) -> None:
            d.text((0, y), caption, font=font(15, bold=True), fill=INK)
            for column, colour in enumerate(bar.tolist()):
                d.line([(column, y + 30), (column, y + 48)], fill=tuple(colour))
            for value in scale.ticks():
                x = float(scale.share(value)) * (PANEL_PX - 1)
                d.line([(x, y + 48), (x, y + 53)], fill=MUTED)
                # The last number must not run out of the panel.
                anchor = "ra" if x > PANEL_PX - 16 else "ma"
                d.text((x, y + 56), short_number(value), font=font(14), fill=INK, anchor=anchor)
            d.text((0, y + 56), "0", font=font(14), fill=INK)

        self._add(84, mark)

    def steps(self, caption: str, step: float) -> None:
        """The ramp in steps, from all to none."""
        shares = np.arange(1.0, 0.0, -step)

        def mark(d: ImageDraw.ImageDraw, y: int) -> None:
            d.text((0, y), caption, font=font(15, bold=True), fill=INK)
            width = PANEL_PX / len(shares)
            for i, (share, colour) in enumerate(zip(shares, ramp(shares).tolist(), strict=True)):
                d.rectangle((i * width, y + 30, (i + 1) * width - 1, y + 48), fill=tuple(colour))
                if i % 2 == 0:
                    d.text((i * width, y + 56), f"{share:.0%}", font=font(14), fill=INK)
            d.text((PANEL_PX, y + 56), "0%", font=font(14), fill=INK, anchor="ra")

        self._add(84, mark)

    def heading(self, text: str, right: str) -> None:
        """A heading for rows."""

        def mark(d: ImageDraw.ImageDraw, y: int) -> None:
            d.line([(0, y), (PANEL_PX, y)], fill=LINE)
            d.text((0, y + 16), text, font=font(15, bold=True), fill=INK)
            d.text((PANEL_PX, y + 17), right, font=font(14), fill=MUTED, anchor="ra")

        self._add(48, mark)

    def row(self, label: str, value: str, *, share: float, rank: int | None = None) -> None:
        """A label, its value, and a bar as long as its share."""
        start = 0 if rank is None else 36
        face = font(15)
        room = PANEL_PX - start - face.getlength(value) - 16
        label = _cut(label, face, room)

        def mark(d: ImageDraw.ImageDraw, y: int) -> None:
            if rank is not None:
                badge(d, (12, y + 15), rank)
            d.text((start, y + 5), label, font=face, fill=INK)
            d.text((PANEL_PX, y + 5), value, font=face, fill=INK, anchor="ra")
            d.rectangle((start, y + 29, PANEL_PX, y + 31), fill=LINE)
            end = start + (PANEL_PX - start) * min(max(share, 0), 1)
            if end > start:
                d.rectangle((start, y + 29, end, y + 31), fill=ACCENT)

        self._add(44, mark)

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
