"""One session drawn over the pages it saw: where the hand went, what was pressed, how it scrolled, where it looked.

A panel a page view, in order. On the page, made faint: the way of the pointer, from light to dark as time passes, with
a dot each second and an arrow now and then; presses with their numbers, those that the truth names ringed and named;
fingers' strokes. At the left edge a band: where the eyes were. At the right a strip: time runs down from the top of
the strip, and what of the page was on screen is drawn from left (its top) to right (its bottom). Beneath, in words:
presses, episodes of the truth, and events without a place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance

from simbench.core.grid import Place
from simbench.events.run import PageImage, Run
from simbench.report.overlay_backdrop import find_backdrop
from simbench.report.overlay_panel import font
from simbench.report.palette import ACCENT, INK, LINE, MUTED, PAPER, ramp
from simbench.report.session_trace import Click, Floats, SessionTrace, ViewTrace

__all__ = ["WIDTH_PX", "draw_session"]

#: Width of the whole picture.
WIDTH_PX: Final = 1600
_MARGIN: Final = 30
_GAP: Final = 34
_GAZE: Final = 12
_STRIP: Final = 116
_HEAD: Final = 62
_LINE: Final = 19
#: Pages are drawn down to where anything happened, and no further than this (page px).
_DEEPEST_PX: Final = 6000.0
#: A pause in the pointer's samples beyond which nobody knows the way between, s.
_UNKNOWN_S: Final = 0.5
_ARROW_EACH_PX: Final = 90.0
_FINE: Final = 2
#: What the truth calls presses, each with a colour and a word: blue, vermilion and purple of Okabe & Ito.
_TRUTHS: Final = {
    "rage_click": ("rage", (213, 94, 0)), "dead_click": ("dead", (0, 114, 178)),
    "error_click": ("error", (160, 70, 130)),
}  # fmt: skip
_GAZE_COLOUR: Final = (0, 130, 100)
_FINGER: Final = (0, 114, 178)
_MOST_LINES: Final = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class _Panel:
    """A drawn panel and its place in the picture."""

    image: Image.Image
    width: int
    height: int


def draw_session(run: Run, trace: SessionTrace) -> Image.Image:
    """The picture of one session, `WIDTH_PX` wide."""
    panels = [_panel(run, view) for view in trace.views]
    rows = _rows(panels)
    height = _MARGIN + 96 + sum(max(p.height for p in row) + _GAP for row in rows) + _MARGIN
    picture = Image.new("RGB", (WIDTH_PX, height), PAPER)
    draw = ImageDraw.Draw(picture)
    draw.text((_MARGIN, _MARGIN), trace.title, font=font(26, bold=True), fill=INK)
    draw.text((_MARGIN, _MARGIN + 36), trace.facts, font=font(16), fill=MUTED)
    _key(draw, _MARGIN + 66)
    top = _MARGIN + 108
    for row in rows:
        left = _MARGIN
        for panel in row:
            picture.paste(panel.image, (left, top))
            left += panel.width + _GAP
        top += max(p.height for p in row) + _GAP
    return picture


def _rows(panels: Sequence[_Panel]) -> list[list[_Panel]]:
    rows: list[list[_Panel]] = [[]]
    used = 0
    for panel in panels:
        if rows[-1] and used + panel.width > WIDTH_PX - 2 * _MARGIN:
            rows.append([])
            used = 0
        rows[-1].append(panel)
        used += panel.width + _GAP
    return [row for row in rows if row]


def _key(draw: ImageDraw.ImageDraw, y: int) -> None:
    x = _MARGIN
    small = font(14)
    for share in np.linspace(0.25, 1.0, 30):
        draw.line([(x, y + 9), (x + 2, y + 9)], fill=tuple(ramp(share).tolist()), width=4)
        x += 2
    x = _say(draw, x + 8, y, "pointer, light to dark; a dot a second", small)
    draw.line([(x, y + 9), (x + 34, y + 9)], fill=_FINGER, width=4)
    x = _say(draw, x + 42, y, "finger", small)
    for word, colour in _TRUTHS.values():
        draw.ellipse((x, y, x + 18, y + 18), outline=colour, width=3)
        x = _say(draw, x + 25, y, f"true {word} press", small)
    draw.rectangle((x, y, x + _GAZE, y + 18), fill=_tint(_GAZE_COLOUR, 0.6))
    x = _say(draw, x + _GAZE + 8, y, "eyes", small)
    draw.rectangle((x, y + 2, x + 26, y + 16), fill=(226, 232, 240), outline=MUTED)
    _say(draw, x + 34, y, "on screen, over time (strip)", small)


def _say(draw: ImageDraw.ImageDraw, x: float, y: float, text: str, face: object) -> int:
    draw.text((x, y), text, font=face, fill=INK)  # type: ignore[arg-type]
    return int(x + draw.textlength(text, font=face)) + 26  # type: ignore[arg-type]


def _tint(colour: tuple[int, int, int], share: float) -> tuple[int, int, int]:
    """`colour` mixed with paper: 1 is the colour itself."""
    r, g, b = (round(255 + (part - 255) * share) for part in colour)
    return r, g, b


def _panel(run: Run, view: ViewTrace) -> _Panel:
    place = Place(page=view.page, state=view.state, layout=view.layout)
    backdrop = find_backdrop(run, place, width_px=view.width, height_px=view.doc_h, deepest_px=_deepest(view))
    shown = min(backdrop.height_px, round(min(_deepest(view) + 160.0, _DEEPEST_PX)))
    narrow = backdrop.width_px < 600
    page_w = 320 if narrow else 600
    scale = page_w / backdrop.width_px
    page_h = max(round(shown * scale), 60)
    # A picture that shows another state would mislead: then the boxes of the right one are drawn.
    other = backdrop.screenshot is not None and not _shows(backdrop.screenshot, place.state)
    backdrop = replace(backdrop, screenshot=None) if other else backdrop
    page = backdrop.picture(shown).resize((page_w * _FINE, page_h * _FINE), Image.Resampling.LANCZOS)
    page = ImageEnhance.Color(page).enhance(0.25)
    page = Image.blend(page, Image.new("RGB", page.size, PAPER), 0.5)
    lines = _lines(view)
    width = _GAZE + 4 + page_w + 8 + _STRIP
    height = _HEAD + page_h + 10 + _LINE * len(lines)
    image = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((0, 0), f"{view.number + 1}  {_cut(draw, view.page, width - 60)}", font=font(18, bold=True), fill=INK)
    said = f"{view.nav} at {view.start:.1f} s, for {view.end - view.start:.1f} s"
    if len(view.states) > 1 or (view.states and view.states[0] != "fresh"):
        said += f" · {' > '.join(view.states[:4])}"
    draw.text((0, 25), _cut(draw, said, width, 14), font=font(14), fill=MUTED)
    _draw_gaze(draw, view, scale, page_h)
    fine = ImageDraw.Draw(page)
    at = scale * _FINE
    _draw_path(fine, view, at)
    _draw_strokes(fine, view, at)
    _draw_clicks(fine, view, at)
    image.paste(page.resize((page_w, page_h), Image.Resampling.LANCZOS), (_GAZE + 4, _HEAD))
    draw.rectangle((_GAZE + 4, _HEAD, _GAZE + 4 + page_w - 1, _HEAD + page_h - 1), outline=LINE)
    if shown < backdrop.height_px:
        said = f"page goes on to {backdrop.height_px:,} px"
        room = draw.textlength(said, font=font(12)) + 10
        draw.rectangle((_GAZE + 5, _HEAD + page_h - 20, _GAZE + 5 + room, _HEAD + page_h - 2), fill=PAPER)
        draw.text((_GAZE + 10, _HEAD + page_h - 18), said, font=font(12), fill=MUTED)
    _draw_strip(draw, view, (_GAZE + 4 + page_w + 8, _HEAD), min(page_h, 420), float(backdrop.height_px))
    for number, (text, strong) in enumerate(lines):
        y = _HEAD + page_h + 8 + _LINE * number
        draw.text((0, y), _cut(draw, text, width, 13, bold=strong), font=font(13, bold=strong),
                  fill=ACCENT if strong else INK)  # fmt: skip
    return _Panel(image=image, width=width, height=height)


def _shows(image: PageImage, state: str | None) -> bool:
    """Whether a picture shows `state`, by its file's name (``page--state--viewport``); yes where that says nothing."""
    parts = image.screenshot.name.split("--") if image.screenshot is not None else []
    return state is None or len(parts) < 3 or parts[1] == state


def _cut(draw: ImageDraw.ImageDraw, text: str, room: float, size: int = 18, *, bold: bool = True) -> str:
    face = font(size, bold=bold)
    if draw.textlength(text, font=face) <= room:
        return text
    while text and draw.textlength(text + "…", font=face) > room:
        text = text[:-1]
    return text + "…"


def _deepest(view: ViewTrace) -> float:
    """How far down the page anything happened, px."""
    depths = [view.viewport_h, *(c.y for c in view.clicks)]
    if view.scroll_y.size:
        depths.append(float(view.scroll_y.max()) + view.viewport_h)
    if view.move_y.size:
        depths.append(float(view.move_y.max()))
    return max(depths)


def _lines(view: ViewTrace) -> list[tuple[str, bool]]:
    """What is said beneath a panel, in order of time; True for what the truth calls true."""
    told = [
        (c.t, f"{c.t:6.1f} s  press {i + 1}  {c.target or '(nothing)'}"
         + "".join(f", {_TRUTHS[k][0]}" for k in c.truths), False)
        for i, c in enumerate(view.clicks)
    ]  # fmt: skip
    told += [(m.t, f"{m.t:6.1f} s  {m.text}", m.true) for m in view.marks]
    if view.keys.size:
        pace = (view.keys[-1] - view.keys[0]) / max(view.keys.size - 1, 1)
        told.append((float(view.keys[0]), f"{view.keys[0]:6.1f} s  {view.keys.size} keys, {1000 * pace:.0f} ms each",
                     False))  # fmt: skip
    told.sort(key=lambda line: line[0])
    if len(told) > _MOST_LINES:
        left = len(told) - _MOST_LINES + 1
        told = [*told[: _MOST_LINES - 1], (0.0, f"... and {left} more", False)]
    return [(text, strong) for _, text, strong in told]


def _draw_gaze(draw: ImageDraw.ImageDraw, view: ViewTrace, scale: float, page_h: int) -> None:
    if not view.bands.size or view.bands.max() <= 0:
        return
    edges = np.linspace(0, view.doc_h * scale, view.bands.size + 1)
    for top, bottom, seconds in zip(edges[:-1], edges[1:], view.bands, strict=True):
        if seconds > 0 and top < page_h:
            share = 0.12 + 0.88 * seconds / view.bands.max()
            draw.rectangle((0, _HEAD + top, _GAZE - 1, _HEAD + min(bottom, page_h)), fill=_tint(_GAZE_COLOUR, share))


def _share(view: ViewTrace, t: float) -> float:
    """Time as a share of the view, from a tone that shows on paper to the darkest."""
    return 0.25 + 0.75 * min(max((t - view.start) / max(view.end - view.start, 1e-6), 0.0), 1.0)


def _draw_path(draw: ImageDraw.ImageDraw, view: ViewTrace, at: float) -> None:
    t, x, y, scroll = view.move_t, view.move_x * at, view.move_y * at, view.move_scroll
    gone = 0.0
    second = np.floor(view.start)
    for i in range(1, t.size):
        ends = [(x[i - 1], y[i - 1]), (x[i], y[i])]
        # Across a pause or a scroll the pointer stood still on the glass: only that it went on from there is known.
        if t[i] - t[i - 1] > _UNKNOWN_S or scroll[i] != scroll[i - 1]:
            _dotted(draw, ends)
            gone = 0.0
        else:
            colour = tuple(ramp(_share(view, float(t[i]))).tolist())
            draw.line(ends, fill=PAPER, width=8)
            draw.line(ends, fill=colour, width=4)
            gone += float(np.hypot(x[i] - x[i - 1], y[i] - y[i - 1]))
            if gone > _ARROW_EACH_PX * _FINE:
                _arrow(draw, ends, colour)
                gone = 0.0
        if np.floor(t[i]) > second:
            second = np.floor(t[i])
            draw.ellipse((x[i] - 6, y[i] - 6, x[i] + 6, y[i] + 6), fill=PAPER, outline=INK, width=2)
            if second % 5 == 0:
                draw.text((x[i] + 9, y[i] - 9), f"{second:.0f} s", font=font(20), fill=INK, stroke_width=3,
                          stroke_fill=PAPER)  # fmt: skip


def _dotted(draw: ImageDraw.ImageDraw, ends: list[tuple[float, float]]) -> None:
    (x0, y0), (x1, y1) = ends
    count = int(np.hypot(x1 - x0, y1 - y0) / 14)
    for share in np.linspace(0, 1, count + 1)[1:]:
        x, y = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
        draw.ellipse((x - 1.5, y - 1.5, x + 1.5, y + 1.5), fill=(150, 156, 170))


def _arrow(draw: ImageDraw.ImageDraw, ends: list[tuple[float, float]], colour: tuple[int, ...]) -> None:
    (x0, y0), (x1, y1) = ends
    heading = np.arctan2(y1 - y0, x1 - x0)
    wings = [(x1 - 15 * np.cos(heading + turn), y1 - 15 * np.sin(heading + turn)) for turn in (0.45, -0.45)]
    draw.polygon([(x1, y1), *wings], fill=colour)


def _draw_strokes(draw: ImageDraw.ImageDraw, view: ViewTrace, at: float) -> None:
    for stroke in view.strokes:
        points = [(float(a) * at, float(b) * at) for a, b in zip(stroke.x, stroke.y, strict=True)]
        if len(points) < 2 or np.ptp(stroke.x) + np.ptp(stroke.y) < 4:
            continue
        draw.line(points, fill=PAPER, width=8, joint="curve")
        draw.line(points, fill=_FINGER, width=4, joint="curve")
        _arrow(draw, points[-2:], _FINGER)
        x, y = points[0]
        draw.ellipse((x - 5, y - 5, x + 5, y + 5), fill=PAPER, outline=_FINGER, width=3)


def _draw_clicks(draw: ImageDraw.ImageDraw, view: ViewTrace, at: float) -> None:
    taken: list[tuple[float, float]] = []
    for number, click in enumerate(view.clicks):
        x, y = click.x * at, click.y * at
        draw.line([(x - 9, y), (x + 9, y)], fill=INK, width=4)
        draw.line([(x, y - 9), (x, y + 9)], fill=INK, width=4)
        for ring, kind in enumerate(click.truths):
            radius = 18 + 9 * ring
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=_TRUTHS[kind][1], width=6)
        _tag(draw, x, y, str(number + 1), click, taken)


def _tag(
    draw: ImageDraw.ImageDraw, x: float, y: float, text: str, click: Click, taken: list[tuple[float, float]]
) -> None:  # fmt: skip
    """A press's number beside it, moved on where another one stands already."""
    left, top = x + 20, y - 34
    while any(abs(left - a) < 34 and abs(top - b) < 26 for a, b in taken):
        left += 34
    taken.append((left, top))
    colour = _TRUTHS[click.truths[0]][1] if click.truths else INK
    room = draw.textlength(text, font=font(20, bold=True)) + 12
    draw.rounded_rectangle((left, top, left + room, top + 26), radius=6, fill=colour)
    draw.text((left + room / 2, top + 13), text, font=font(20, bold=True), fill=PAPER, anchor="mm")


def _draw_strip(
    draw: ImageDraw.ImageDraw, view: ViewTrace, corner: tuple[int, int], height: int, doc_h: float
) -> None:  # fmt: skip
    """What was on screen over time: time down the strip, the page's top at its left and its bottom at its right."""
    left, top = corner
    width = _STRIP - 30
    draw.rectangle((left, top, left + width, top + height - 1), outline=LINE)
    lasted = max(view.end - view.start, 1e-6)
    t, y = view.scroll_t, view.scroll_y
    if not t.size:
        t, y = np.array([view.start]), np.array([0.0])
    ends = np.append(t[1:], view.end)
    whole = max(doc_h, float(y.max()) + view.viewport_h, 1.0)
    for begun, ended, place in zip(t, ends, y, strict=True):
        y0, y1 = (top + (moment - view.start) / lasted * (height - 1) for moment in (begun, ended))
        x0 = left + place / whole * width
        x1 = left + min((place + view.viewport_h) / whole, 1.0) * width
        draw.rectangle((x0, min(y0, y1), x1, max(y0, y1)), fill=(226, 232, 240))
        draw.line([(x0, y0), (x0, y1)], fill=(90, 100, 120), width=2)
    for click in view.clicks:
        moment = top + (click.t - view.start) / lasted * (height - 1)
        place = left + min(click.y / whole, 1.0) * width
        colour = _TRUTHS[click.truths[0]][1] if click.truths else INK
        draw.ellipse((place - 3.5, moment - 3.5, place + 3.5, moment + 3.5), fill=colour)
    for moment in _ticks(view.start, view.end):
        level = top + (moment - view.start) / lasted * (height - 1)
        draw.line([(left + width, level), (left + width + 4, level)], fill=MUTED)
        draw.text((left + width + 6, level), f"{moment:.0f}", font=font(11), fill=MUTED, anchor="lm")
    draw.text((left, top - 3), "top", font=font(11), fill=MUTED, anchor="lb")
    draw.text((left + width, top - 3), "bottom", font=font(11), fill=MUTED, anchor="rb")


def _ticks(start: float, end: float) -> Floats:
    step = next((s for s in (1, 2, 5, 10, 20, 60, 120, 300) if (end - start) / s <= 8), 600)
    return np.arange(np.ceil(start / step) * step, end, step, dtype=float)
