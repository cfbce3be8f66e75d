"""A filter at work on a run's parts: which page views are meant, findings included."""

from __future__ import annotations

from dataclasses import dataclass

from simbench.core.detectors import DETECTORS, detect
from simbench.core.filter import Filter
from simbench.core.recording import Recording
from simbench.core.stream import Bools
from simbench.errors import BadInput
from simbench.events.run import Observed

__all__ = ["ViewFilter"]


@dataclass(frozen=True, slots=True)
class ViewFilter:
    """A filter that finds by itself the findings that it asks about; travels between processes.

    Raises
    ------
    BadInput
        When made: it asks about a kind that no detector here finds.
    """

    filter: Filter

    def __post_init__(self) -> None:
        found = {kind for detector in DETECTORS.values() for kind in detector.kinds}
        missing = [kind for kind in self.filter.kinds if kind not in found]
        if missing:
            raise BadInput(
                f"filter: no detector finds {missing[0]!r} yet; the kinds found are {', '.join(sorted(found))}"
            )

    def __call__(self, recording: Recording, observed: Observed) -> Bools:
        """Which rows of the views table are meant."""
        names = [name for name, detector in DETECTORS.items() if set(detector.kinds) & set(self.filter.kinds)]
        findings = detect(recording, names) if names else None
        return self.filter.views(observed, findings)
