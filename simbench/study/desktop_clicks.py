"""Clicks of people at office work, as arrays; read from recordings laid out as ``desktop_mouse.csv.gz``."""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from simbench.errors import BadInput

__all__ = ["Clicks", "bursts", "calibration_half", "read_desktop_clicks"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clicks:
    """Presses of the main button by session and time: `person` and `session` by number, ms, px."""

    person: Ints
    session: Ints
    time_ms: Floats
    x: Floats
    y: Floats

    def take(self, rows: npt.NDArray[np.bool_]) -> Clicks:
        """Only some rows."""
        return Clicks(person=self.person[rows], session=self.session[rows], time_ms=self.time_ms[rows],
                      x=self.x[rows], y=self.y[rows])  # fmt: skip


def read_desktop_clicks(folder: Path) -> Clicks:
    """Presses of the left button in ``desktop_mouse.csv.gz`` of `folder`.

    Raises
    ------
    BadInput
        The file is missing or is not laid out so.
    """
    path = folder / "desktop_mouse.csv.gz"
    rows = []
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            rows = [
                (row["user"], row["session"], float(row["t_ms"]), float(row["x"]), float(row["y"]))
                for row in csv.DictReader(file)
                if row["state"] == "Pressed" and row["button"] == "Left"
            ]
    except FileNotFoundError as error:
        raise BadInput(f"{path}: no such file; --data needs a folder of recordings of people") from error
    except (OSError, KeyError, ValueError, EOFError) as error:
        raise BadInput(f"{path}: is not a table of user, session, t_ms, button, state, x, y ({error})") from error
    rows.sort(key=lambda row: (row[1], row[2]))
    people = {name: place for place, name in enumerate(sorted({row[0] for row in rows}))}
    sessions = {name: place for place, name in enumerate(sorted({row[1] for row in rows}))}
    return Clicks(
        person=np.array([people[row[0]] for row in rows], dtype=np.int64),
        session=np.array([sessions[row[1]] for row in rows], dtype=np.int64),
        time_ms=np.array([row[2] for row in rows]),
        x=np.array([row[3] for row in rows]),
        y=np.array([row[4] for row in rows]),
    )


def calibration_half(clicks: Clicks) -> npt.NDArray[np.bool_]:
    """Rows of every second session: the half that may be calibrated on."""
    return np.asarray(clicks.session % 2 == 0, dtype=np.bool_)


def bursts(clicks: Clicks, gap_ms: float = 1000.0, step_px: float = 30.0) -> Ints:
    """Number of the burst that each press belongs to: presses less than `gap_ms` and `step_px` from the one before."""
    new = np.ones(len(clicks.time_ms), dtype=np.bool_)
    new[1:] = (
        (np.diff(clicks.session) != 0)
        | (np.diff(clicks.time_ms) >= gap_ms)
        | (np.hypot(np.diff(clicks.x), np.diff(clicks.y)) >= step_px)
    )
    return np.cumsum(new) - 1
