"""How long one request waits at the backend: `Backend.wait_ms` for a single moment, without the cost of an array."""

from __future__ import annotations

from math import erfc, log, sqrt

from simbench.engine.backend import BIN_MS, LONGEST_WAIT_MS, Backend

__all__ = ["Waiting"]


class Waiting:
    """Draws waits from a backend's curve, one at a time."""

    def __init__(self, backend: Backend) -> None:
        self._start_ms = backend.start_ms
        self._mean = backend.mean_ms.tolist()
        self._delayed = backend.delayed.tolist()
        self._least = backend.least_ms.tolist()

    def __call__(self, t_ms: float, z: float) -> float:
        """Wait of a request sent at `t_ms` (epoch ms); `z` is a standard normal number, which decides."""
        place = min(max((t_ms - self._start_ms) / BIN_MS - 0.5, 0.0), len(self._mean) - 1.0)
        low = int(place)
        high = min(low + 1, len(self._mean) - 1)
        part = place - low
        delayed = self._delayed[low] + part * (self._delayed[high] - self._delayed[low])
        tail = 0.5 * erfc(z / sqrt(2.0))
        if delayed <= 1e-9 or tail >= delayed:
            return 0.0
        when_delayed = (self._mean[low] + part * (self._mean[high] - self._mean[low])) / delayed
        least = min(self._least[low] + part * (self._least[high] - self._least[low]), when_delayed)
        return min(least + log(delayed / max(tail, 1e-300)) * (when_delayed - least), LONGEST_WAIT_MS)
