"""What detectors look at: the ordered events, the elements, and the presses made of them; prepared once for all."""

from __future__ import annotations

from dataclasses import dataclass

from simbench.core.presses import Presses, find_presses
from simbench.core.stream import Stream, read_stream
from simbench.core.targets import ElementIndex
from simbench.events.run import Observed

__all__ = ["Recording", "read_recording"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Observed tables, made ready for detectors."""

    stream: Stream
    elements: ElementIndex
    presses: Presses


def read_recording(observed: Observed) -> Recording:
    """Make observed tables ready for detectors; costs more than a detector itself, so do it once for several."""
    stream = read_stream(observed)
    elements = ElementIndex(observed.elements)
    return Recording(stream=stream, elements=elements, presses=find_presses(stream, elements))
