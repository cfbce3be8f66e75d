"""The page beneath a map: its picture where the run holds one, else its elements' boxes, else blank paper."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from PIL import Image, ImageDraw, UnidentifiedImageError

from simbench.core.grid import CELL_PX, Place
from simbench.core.stream import Bools, words_of
from simbench.core.targets import ElementIndex
from simbench.errors import BadInput
from simbench.events.run import PageImage, Run
from simbench.report.overlay_panel import font
from simbench.report.palette import PAPER

__all__ = ["Backdrop", "Box", "find_backdrop"]

#: What a page is taken for whose size nobody knows, px.
_UNKNOWN_WIDTH: Final = 1280
_UNKNOWN_HEIGHT: Final = 800
_CONTROLS: Final = ("a", "button", "input", "select", "textarea", "summary")


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One element on the page, px; a fixed one where it stands at the page's top."""

    x: float
    y: float
    w: float
    h: float
    text: str
    control: bool
    image: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Backdrop:
    """A page, ready to be laid beneath a map.

    Attributes
    ----------
    screenshot
        The picture's file, or None.
    boxes
        The elements by selector, in paint order.
    labels
        What elements say, by selector; those that say nothing are not in it.
    """

    width_px: int
    height_px: int
    screenshot: PageImage | None
    boxes: dict[str, Box]
    labels: dict[str, str]

    @property
    def has_picture(self) -> bool:
        """Whether there is a screenshot."""
        return self.screenshot is not None

    def picture(self, height_px: int) -> Image.Image:
        """The page's top `height_px` px as RGB, one pixel a CSS px."""
        if self.screenshot is None or self.screenshot.screenshot is None:
            return self._wireframe(height_px)
        path = self.screenshot.screenshot
        try:
            with Image.open(path) as file:
                picture = file.convert("RGB")
        except FileNotFoundError as error:
            raise BadInput(f"{path}: the run names this screenshot, but it is not there") from error
        except (OSError, UnidentifiedImageError) as error:
            raise BadInput(f"{path}: not a readable picture: {error}") from error
        if picture.width != self.width_px:
            scaled = max(round(picture.height * self.width_px / picture.width), 1)
            picture = picture.resize((self.width_px, scaled), Image.Resampling.LANCZOS)
        page = Image.new("RGB", (self.width_px, height_px), PAPER)
        page.paste(picture)
        return page

    def _wireframe(self, height_px: int) -> Image.Image:
        page = Image.new("RGB", (self.width_px, height_px), PAPER)
        draw = ImageDraw.Draw(page)
        small = font(13)
        for box in self.boxes.values():
            corners = (box.x, box.y, box.x + box.w - 1, box.y + box.h - 1)
            if box.y > height_px or box.w < 2 or box.h < 2:
                continue
            if box.control or box.image:
                draw.rectangle(
                    corners, fill=(206, 216, 236) if box.control else (226, 228, 232), outline=(120, 134, 168)
                )
            elif box.text:
                draw.rectangle(corners, outline=(214, 217, 224))
            if box.text and box.h >= 12:
                room = max(int(box.w / 7), 1)
                text = box.text if len(box.text) <= room else box.text[: max(room - 1, 1)] + "…"
                draw.text((box.x + 4, box.y + min(box.h / 2, 14)), text, font=small, fill=(40, 46, 60), anchor="lm")
        return page


def find_backdrop(run: Run, place: Place, *, width_px: float, height_px: float, deepest_px: float = 0) -> Backdrop:
    """The page that a map of `place` lies on.

    The picture of the place's own state, else of its first one, is taken; of another layout's never.

    Parameters
    ----------
    width_px, height_px
        The page's size as its views tell it; 0 where they do not.
    deepest_px
        How far down the map has anything on it, for pages of unknown height.
    """
    images = [image for image in run.images() if image.screenshot is not None and _shows(image, place)]
    images.sort(key=lambda image: image.state != (place.state or "fresh"))
    image = images[0] if images else None
    elements = _elements(run, place)
    boxes = _boxes(elements)
    width = image.viewport_w if image is not None else width_px
    height = image.doc_h if image is not None else max(height_px, deepest_px)
    if not width:
        width = max([_UNKNOWN_WIDTH, *(box.x + box.w for box in boxes.values())])
    if not height:
        height = max([_UNKNOWN_HEIGHT, *(box.y + box.h for box in boxes.values())])
    whole = math.ceil(max(height, 1) / CELL_PX) * CELL_PX if image is None else round(height)
    return Backdrop(width_px=round(width), height_px=whole, screenshot=image, boxes=boxes, labels=_labels(elements))


def _shows(image: PageImage, place: Place) -> bool:
    return image.page == place.page and (place.layout is None or image.layout == place.layout)


def _elements(run: Run, place: Place) -> pa.Table:
    """The elements of the place's own state, or of the state that has most of them."""
    table = run.elements()
    index = ElementIndex(table)
    here: Bools = index.words("page").among([place.page or ""])
    if place.layout is not None:
        here &= index.words("layout").among([place.layout])
    state, layout = index.words("state"), index.words("layout")
    wanted = here & state.among([place.state or "fresh"])
    if wanted.any():
        here = wanted
    elif here.any():
        here &= state.codes == np.bincount(state.codes[here] + 1).argmax() - 1
    if here.any():
        here &= layout.codes == layout.codes[here][0]
    return table.filter(here)


def _labels(elements: pa.Table) -> dict[str, str]:
    pairs = zip(elements["target"].to_pylist(), elements["text"].to_pylist(), strict=True)
    # A glyph of an icon font says nothing to a reader.
    return {target: text for target, text in pairs if target and text and any(sign.isalnum() for sign in text)}


def _boxes(elements: pa.Table) -> dict[str, Box]:
    whole = elements.filter(pc.is_valid(elements["w"]))
    whole = whole.take(np.argsort(np.nan_to_num(whole["z"].to_numpy().astype(np.float64)), kind="stable"))
    columns = {name: words_of(whole[name]).strings() for name in ("target", "text", "tag")}
    sizes = [whole[name].to_pylist() for name in ("x", "y", "w", "h")]
    boxes = {}
    for target, text, tag, x, y, w, h in zip(*columns.values(), *sizes, strict=True):
        if target is not None:
            boxes[target] = Box(
                x=x, y=y, w=w, h=h, text=text or "", control=tag in _CONTROLS, image=tag in {"img", "picture", "video"}
            )
    return boxes
