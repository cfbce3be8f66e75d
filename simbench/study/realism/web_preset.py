"""Simulated sessions of free browsing: the preset that is matched to `web_mouse` in task, clock and distances."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from simbench.study.realism.groups import Effort, codes

__all__ = ["web_table"]


def web_table(effort: Effort) -> dict[str, NDArray[Any]] | None:
    """Whole sessions in the layout of ``web_mouse``, ``session`` as codes; None where the body has no such preset."""
    try:
        from simbench.study.realism.web_mouse import simulate  # noqa: PLC0415
    except ImportError:
        return None
    table = simulate(seed=effort.seed)
    return {**table, "session": codes(table["session"])}
