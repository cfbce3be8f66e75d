"""What a report says, as values: gathered from a run, its analysis and its scores; rendered by `simbench.report.page`.

Texts in here are plain, whatever they come from: escaping is the page's business, and it escapes all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "AlarmSpot",
    "Band",
    "Bar",
    "Bounds",
    "DetectorScore",
    "Effect",
    "Fact",
    "HeatView",
    "KeyFinding",
    "Legend",
    "MapMark",
    "MapSheet",
    "PlantedDefect",
    "RankedElement",
    "Rate",
    "Report",
    "ScoreRow",
    "Screen",
    "ScrollView",
    "Segment",
    "SegmentGroup",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share of 0..1 with its 95 % interval; `value` is None where there is none, and `reason` says why."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""

    @classmethod
    def of(cls, entry: Mapping[str, Any] | None) -> Rate:
        """From an estimate of the JSON document ``simbench.score/1``."""
        if not entry or entry.get("value") is None:
            return cls(reason=str((entry or {}).get("reason") or "cannot be told"))
        value, low, high = (entry.get(name) for name in ("value", "low", "high"))
        return cls(value=value, low=value if low is None else low, high=value if high is None else high)

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return self.value is not None

    @property
    def percent(self) -> str:
        """The value; neither all nor nothing is claimed by rounding.

        Examples
        --------
        >>> [Rate(value=v).percent for v in (0.824, 0.9983, 1.0, None)]
        ['82 %', '99.8 %', '100 %', '–']
        """
        if self.value is None:
            return "–"
        rounded = round(100 * self.value)
        digits = 1 if rounded in {0, 100} and self.value not in {0, 1} else 0
        shown = f"{100 * self.value:.{digits}f}"
        if shown in {"100.0", "0.0"}:
            shown = "> 99.9" if self.value > 0.5 else "< 0.1"
        return f"{shown} %"

    @property
    def span(self) -> str:
        """The interval, as in ``79–85``; empty where there is none."""
        if self.low is None or self.high is None:
            return ""
        return f"{100 * self.low:.0f}–{100 * self.high:.0f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact about the run: a number or word, what it is, and a remark."""

    value: str
    what: str
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFinding:
    """A line of the headline: how one detector does on one kind, or (without truth) how often it was alarmed.

    `ceiling` is the recall of a detector that knows the truth of what was recorded.
    """

    kind: str
    name: str
    sentence: str
    recall: Rate = field(default_factory=Rate)
    precision: Rate = field(default_factory=Rate)
    ceiling: Rate = field(default_factory=Rate)
    truth: int = 0
    findings: int = 0
    sessions: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a planted defect did: true episodes of one kind that it caused, and how many of them were found.

    `found` is None where no detector looks for the kind.
    """

    kind: str
    name: str
    caused: int
    found: int | None = None
    recall: Rate = field(default_factory=Rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantedDefect:
    """One planted defect.

    `looked_for` and `found` count the episodes of kinds that a detector looks for; `slows` says that it works on how
    far people scroll.
    """

    id: str
    about: str
    sort: str
    page: str
    page_name: str
    where: str
    who: str
    effects: tuple[Effect, ...]
    caused: int
    looked_for: int
    found: int
    slows: bool

    @property
    def share(self) -> float | None:
        """Share found of what was looked for."""
        return self.found / self.looked_for if self.looked_for else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRow:
    """One row of the chart: a detector, or one of those beside it (random, null, perfect)."""

    role: str
    name: str
    remark: str
    precision: Rate
    recall: Rate
    f1: Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar: `share` is its length as a part of the longest, `tone` one of ``accent amber grey``."""

    name: str
    meaning: str
    count: int
    share: float
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One device or persona."""

    name: str
    truth: int
    findings: int
    recall: Rate
    precision: Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentGroup:
    """All devices, or all personas."""

    name: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Precision and recall if all ambiguous episodes were real, and if none were."""

    recall: tuple[Rate, Rate]
    precision: tuple[Rate, Rate]


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorScore:
    """All about one detector on one kind; `rule` says what it looks for."""

    kind: str
    name: str
    meaning: str
    detector: str
    rule: str
    truth: int
    findings: int
    matched: int
    ambiguous: int
    rows: tuple[ScoreRow, ...]
    false_alarms: tuple[Bar, ...]
    false_count: int
    false_rate: str
    missed: tuple[Bar, ...]
    missed_count: int
    by: tuple[SegmentGroup, ...]
    bounds: Bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmSpot:
    """An element of a page that raised alarms, most alarming first.

    `real` counts the true episodes of the kind that were recorded there, `planted` says what caused most of them.
    """

    kind: str
    name: str
    page: str
    label: str
    target: str
    findings: int
    sessions: int
    share: float
    real: int = 0
    planted: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapMark:
    """Something marked on the page, in percent of its width and height."""

    text: str
    left: float
    top: float
    width: float = 0.0
    height: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedElement:
    """An element most clicked; `mark` is where it stands, None where no box is known."""

    rank: int
    label: str
    target: str
    clicks: int
    percent: str
    share: float
    mark: MapMark | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Legend:
    """What colours count: the unit, and numbers at percents of the ramp."""

    unit: str
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatView:
    """A click or move map laid over its page."""

    image: str
    figures: tuple[Fact, ...]
    legend: Legend
    notes: tuple[str, ...]
    ranking: tuple[RankedElement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Depths that about equally many views reached: from and how far (percent of the page), and the colour."""

    top: float
    height: float
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScrollView:
    """A scroll map laid over its page."""

    bands: tuple[Band, ...]
    lines: tuple[MapMark, ...]
    fold: MapMark | None
    figures: tuple[Fact, ...]
    depths: tuple[tuple[str, Rate, Rate], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapSheet:
    """The maps of one screen on one kind of device, in one layout; sizes in CSS px, pictures as data URIs."""

    device: str
    device_name: str
    about: str
    width: int
    height: int
    picture: str
    views: int
    click: HeatView | None
    move: HeatView | None
    scroll: ScrollView | None
    planted: tuple[MapMark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """A page in one of its states, with its maps by device."""

    page: str
    name: str
    views: int
    sheets: tuple[MapSheet, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that the page shows.

    Attributes
    ----------
    has_truth
        Whether findings could be laid beside a truth; where not, `defects` and `scores` are empty.
    facts, details
        About the run: numbers, and what takes a line of its own.
    command
        What remakes the run and this page, one command a line.
    stops
        Colours of the maps' ramp, evenly spaced.
    """

    name: str
    title: str
    lead: str
    has_truth: bool
    simulated: bool
    facts: tuple[Fact, ...]
    details: tuple[tuple[str, str], ...]
    key_findings: tuple[KeyFinding, ...]
    command: tuple[str, ...]
    command_note: str
    screens: tuple[Screen, ...]
    map_notes: tuple[str, ...]
    stops: tuple[str, ...]
    spots: tuple[AlarmSpot, ...]
    defects: tuple[PlantedDefect, ...]
    scores: tuple[DetectorScore, ...]
    not_looked_for: tuple[Fact, ...]
    ambiguous: int
    expectations: tuple[tuple[bool, str], ...]
    limits: tuple[str, ...]
    glossary: tuple[tuple[str, str], ...]
    provenance: tuple[tuple[str, str], ...]
