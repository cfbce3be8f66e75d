"""What detectors look at: the ordered events, the elements, and the presses made of them; prepared once for all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simbench.core.presses import Presses, find_presses
from simbench.core.stream import Bools, Stream, read_stream
from simbench.core.targets import ElementIndex
from simbench.events.run import Observed

__all__ = ["Recording", "read_recording"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Observed tables, made ready for detectors."""

    stream: Stream
    elements: ElementIndex
    presses: Presses

    def shows_answers(self) -> Bools:
        """Whether each session was recorded by something that watches the document, and not only counts clicks.

        A change of the document somewhere in the session, or a `pointerdown`, which exports of analytics lack, says so.
        """
        seen = np.zeros(len(self.stream.session_names), dtype=bool)
        seen[self.stream.session[self.stream.where("mutation", "pointerdown")]] = True
        return seen


def read_recording(observed: Observed) -> Recording:
    """Make observed tables ready for detectors; costs more than a detector itself, so do it once for several."""
    stream = read_stream(observed)
    elements = ElementIndex(observed.elements)
    return Recording(stream=stream, elements=elements, presses=find_presses(stream, elements))
