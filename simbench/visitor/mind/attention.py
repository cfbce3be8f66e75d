"""What draws the eyes on a page: how attention to a screenful is spread over what it shows.

The eyes are a process of their own. While a page is read, the time falls on what is on screen in proportion to what
there is to read and to see; where the hand is meanwhile does not matter. `Attention` says where a page draws the eyes,
and `simbench.engine.gaze` lays every visitor's reading over it.

Sources
-------
Text against pictures and controls: assumed (``behaviour.yaml``, `gaze_*`). The left half of a page is looked at more
(Fessenden, *Horizontal attention leans left*, NN/g 2017). What looks like an advertisement is passed over (Benway &
Lane 1998, *Banner blindness*).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simbench.visitor.behaviour import BEHAVIOUR as B
from simbench.visitor.scene import Scene

__all__ = ["BANDS", "Attention"]

#: Bands of equal height from the top of the document to its end, in which gaze is told.
BANDS: Final = 20
#: How finely attention is told apart, px (rounded so that strips nest in bands).
_STRIP_PX: Final = 80.0
#: Empty space draws a little, too: as much a strip as so many words.
_EMPTY_WORDS: Final = 0.2

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """Where a scene draws the eyes.

    strips
        Weight of each strip of the document, top to bottom, in words' worth; a multiple of `BANDS` of them.
    targets
        Selectors of what is looked at.
    share
        Of each strip's weight, what falls on each of `targets`: shape (strips, targets); rows add up to at most 1.
    """

    strips: Floats
    targets: tuple[str, ...]
    share: Floats

    @classmethod
    def of(cls, scene: Scene, passed_over: frozenset[str]) -> Attention:
        """Work out where `scene` draws the eyes; `passed_over` are selectors of what looks like an advertisement."""
        count = BANDS * max(1, ceil(scene.doc_h / BANDS / _STRIP_PX))
        height = max(scene.doc_h, 1.0) / count
        seen = [e for e in scene.elements if not e.fixed and e.w > 1.0 and e.h > 1.0 and (e.words or e.kind != "box")]
        weights = np.zeros((count, len(seen)))
        for column, element in enumerate(seen):
            worth = B.gaze_word * element.words
            if element.kind == "image":
                worth += B.gaze_image * (element.w * element.h) ** 0.5 / 100.0
            elif element.kind in {"control", "field"}:
                worth += B.gaze_control
            middle = (element.x + element.w / 2.0) / scene.vw
            worth *= 1.0 + B.gaze_left * (1.0 - 2.0 * min(max(middle, 0.0), 1.0))
            if element.target in passed_over or element.interactive_ancestor in passed_over:
                worth *= 1.0 - B.miss_ad_like
            if worth <= 0.0:
                continue
            top, bottom = element.y / height, (element.y + element.h) / height
            first, last = max(int(top), 0), min(ceil(bottom), count)
            if last <= first:
                continue
            rows = np.arange(first, last)
            inside = np.minimum(rows + 1, bottom) - np.maximum(rows, top)
            weights[first:last, column] = worth * inside / inside.sum()
        strips = weights.sum(axis=1) + _EMPTY_WORDS * height / _STRIP_PX
        drawn: NDArray[np.bool_] = weights.sum(axis=0) > 0.0
        return cls(
            strips=strips,
            targets=tuple(e.target for e, some in zip(seen, drawn.tolist(), strict=True) if some),
            share=weights[:, drawn] / strips[:, None],
        )
