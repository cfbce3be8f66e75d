"""What is compared: a group of features, with people on one side and whatever claims to be like them on the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Effort", "Floats", "Group", "Ints", "Keep", "Measure", "Numbers", "Rival", "Sample", "Side", "codes", "everybody",
]  # fmt: skip

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Given the names of rows' people: which rows are kept.
Keep = Callable[[NDArray[Any]], NDArray[np.bool_]]


def everybody(names: NDArray[Any]) -> NDArray[np.bool_]:
    """Keep all."""
    return np.ones(names.size, dtype=bool)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Rows of features, one a movement, click, stroke or the like.

    columns
        Names of the features.
    values
        Shape (rows, columns); finite.
    person
        Whose each row is: folds and bootstraps keep a person's rows together.
    """

    columns: tuple[str, ...]
    values: Floats
    person: Ints

    def take(self, which: NDArray[np.bool_] | Ints) -> Sample:
        """Some of the rows."""
        return Sample(columns=self.columns, values=self.values[which], person=self.person[which])

    def only(self, columns: Sequence[str]) -> Sample:
        """Some of the features."""
        index = [self.columns.index(name) for name in columns]
        return Sample(columns=tuple(columns), values=self.values[:, index], person=self.person)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What one measure is taken of: `values`, and whose each is."""

    values: Floats
    person: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a comparison.

    samples, numbers
        By feature set, and by measure.
    like
        What visitors need to know of the people's tasks, by name (chords of their movements, for one).
    """

    samples: Mapping[str, Sample] = field(default_factory=dict)
    numbers: Mapping[str, Numbers] = field(default_factory=dict)
    like: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One row of the table of quantiles.

    kind
        ``quantiles``: 5/25/50/75/95 %; ``median``: that one alone; ``share``: the mean of zeros and ones.
    complement
        Judged by 1 - value (straightness, which lies close to 1).
    judged
        Whether it counts; a measure of another task is shown only.
    """

    name: str
    unit: str
    kind: Literal["quantiles", "median", "share"] = "quantiles"
    complement: bool = False
    judged: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much work to spend, and with which luck: `size` 1 is full."""

    size: float
    seed: int

    def count(self, full: int, least: int = 1) -> int:
        """`full` things at size 1, fewer at a smaller size, never fewer than `least`, never more than `full`."""
        return max(least, min(full, round(full * self.size)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """Something else that is laid beside the people.

    make
        Given the people and the effort: its side, or a text that says why there is none.
    control
        Whether the test must catch it: a positive control.
    """

    name: str
    make: Callable[[Side, Effort], Side | str]
    control: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One group of features of one data set.

    file
        The recording that it needs (`simbench.study.realism.people.FILES`).
    sets
        Feature sets to the highest AUC that is aimed at, or None where none is.
    people
        Reads the recording, of those people that are to be kept.
    visitors
        Simulates visitors matched to the people in task, clock and distances; None: nothing to compare yet.
    rivals
        Others that are compared with the same people.
    note
        How to read it.
    halved
        Whether the visitors were calibrated on one half of these people only, so that the other half can judge.
    """

    name: str
    title: str
    file: str
    sets: Mapping[str, float | None]
    measures: Sequence[Measure]
    people: Callable[[Path, Keep], Side]
    visitors: Callable[[Side, Effort], Side | str]
    rivals: Sequence[Rival] = ()
    note: str = ""
    halved: bool = True


def codes(*names: NDArray[np.str_]) -> Ints:
    """Numbers 0, 1, ... for the distinct combinations of `names`, row by row."""
    code = np.zeros(names[0].size, dtype=np.int64)
    for column in names:
        distinct, inverse = np.unique(column, return_inverse=True)
        code = code * distinct.size + inverse
    return np.unique(code, return_inverse=True)[1].astype(np.int64)
