"""The log of trials: what was calibrated on whom, and how many times the judges were asked."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml

__all__ = ["Trial", "Trials", "read_trials"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One group's history.

    group
        Group of features.
    calibrated_on
        The people that parameters were fitted on.
    judged_on
        The people that were held back.
    trials
        Designs or settings tried on the first.
    looks
        Times that the second were looked at.
    note
        What else is to be known.
    """

    group: str
    calibrated_on: str
    judged_on: str
    trials: int
    looks: int
    note: str = ""

    def document(self) -> dict[str, Any]:
        """The row as JSON."""
        return {"group": self.group, "calibrated_on": self.calibrated_on, "judged_on": self.judged_on,
                "value": self.looks, "trials": self.trials, "note": self.note, "target": None,
                "held": None}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """All groups' histories, and the recordings (sha256 of the file) half of whose people were calibrated on."""

    rows: tuple[Trial, ...]
    calibrated_files: frozenset[str]


def read_trials() -> Trials:
    """All of ``trials.yaml``."""
    text = (files("simbench.study.realism") / "trials.yaml").read_text(encoding="utf-8")
    written = yaml.safe_load(text)
    return Trials(
        rows=tuple(Trial(**row) for row in written["trials"]),
        calibrated_files=frozenset(written["calibrated_files"].values()),
    )
