"""The scenario language `simbench.scenario/1`: what a file may say, and what it means once resolved.

`ScenarioFile` is a scenario as written; `Scenario` is the same with every persona written out in full. What needs a look
at the site or at other keys (shares, names, times) is checked in `simbench.scenario.checks`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Discriminator, Field, PlainSerializer, Tag, WithJsonSchema, create_model

from simbench.events.yaml_source import did_you_mean, show_value
from simbench.visitor.distribution import StrictModel, Value, wrong
from simbench.visitor.persona import Device, PersonaPatch, PersonaSpec, Source

__all__ = [
    "MEASURES",
    "SCHEMA",
    "Arrivals",
    "Campaign",
    "Expectation",
    "Faults",
    "PlantedDefect",
    "Recorder",
    "Scenario",
    "ScenarioFile",
    "ScenarioPersona",
    "Variant",
]

SCHEMA: Final = "simbench.scenario/1"
#: Measures that `expect` may name, as `simbench score` prints them.
MEASURES: Final = ("precision", "recall", "recall_observable", "f1")
MAX_SESSIONS: Final = 10_000_000

# ---------------------------------------------------------------------------------------------------------------------
# Kinds of value

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)")


def _read_moment(value: object) -> datetime:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    if not isinstance(value, str):
        raise wrong(f"needs a moment in time, but is {show_value(value)}; write 2026-03-02T00:00:00Z")
    if not _MOMENT.fullmatch(value):
        lacks = "lacks its offset from UTC" if _MOMENT.fullmatch(value + "Z") else "is not a moment in time"
        mend = f"{value}Z" if _MOMENT.fullmatch(value + "Z") else "2026-03-02T00:00:00Z"
        raise wrong(f"{show_value(value)} {lacks}; write {mend}")
    try:
        moment = datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        raise wrong(f"{show_value(value)} is no day or hour of the calendar; correct it") from None
    if not 1990 <= moment.year <= 2100:
        raise wrong(f"{show_value(value)} lies outside the years 1990 to 2100; choose another")
    return moment


def _say_moment(moment: datetime) -> str:
    return (
        moment.astimezone(UTC)
        .isoformat(timespec="seconds" if moment.microsecond == 0 else "milliseconds")
        .replace("+00:00", "Z")
    )


#: A moment in time, in UTC once read.
Moment = Annotated[
    datetime,
    BeforeValidator(_read_moment),
    PlainSerializer(_say_moment, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-03-02T00:00:00Z"]}),
]


def _read_timezone(value: object) -> str:
    if not isinstance(value, str):
        raise wrong(f"needs the name of a time zone, but is {show_value(value)}; write Europe/Berlin or UTC")
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        # The list of zones is read only when it is needed: it takes a while.
        from zoneinfo import available_timezones

        raise wrong(
            f"{show_value(value)} is not a time zone; {_near_zone(value, sorted(available_timezones()))}"
        ) from None
    return value


def _near_zone(value: str, zones: list[str]) -> str:
    mend = did_you_mean(value, zones)
    return mend if mend.startswith("did") else "write a name such as Europe/Berlin or UTC"


Timezone = Annotated[str, BeforeValidator(_read_timezone), WithJsonSchema({"type": "string", "examples": ["UTC"]})]
Probability = Annotated[float, Field(ge=0, le=1)]
#: Names of variants, campaigns and personas; they become column values and file names.
Name = Annotated[str, Field(min_length=1, max_length=60)]


def _non_negative(value: Value) -> Value:
    low = value if isinstance(value, int | float) else value.min if hasattr(value, "min") else value.centre()
    centre = value if isinstance(value, int | float) else value.centre()
    for number in (low, centre):
        if number is not None and number < 0:
            raise wrong(f"must be at least 0, but is {number:g}; change it")
    return value


class _NotNegative:
    """Annotation: a `Value` that is not negative (draws of a distribution below 0 count as 0)."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(_non_negative, handler(source))


class _Share:
    """Annotation: a `Value` with its centre in 0..1 (draws of a distribution outside count as 0 or 1)."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(cls._check, handler(source))

    @staticmethod
    def _check(value: Value) -> Value:
        centre = value if isinstance(value, int | float) else value.centre()
        if not 0 <= centre <= 1:
            raise wrong(f"must lie between 0 and 1, but is {centre:g}; change it")
        return value


# ---------------------------------------------------------------------------------------------------------------------
# Blocks


class Arrivals(StrictModel):
    """When visitors come: a day's curve by the clock of `timezone`, and a week's."""

    per_day: Annotated[Value, _NotNegative] = Field(
        default=500.0, description="Visits on a weekday; a distribution is drawn once a day."
    )
    peak_hour: float = Field(default=20.0, ge=0, lt=24, description="Busiest hour of the day, local time.")
    weekend: float = Field(default=1.0, ge=0, le=100, description="Visits on a weekend day, as a share of a weekday's.")


class Recorder(StrictModel):
    """What a recorder sees of the visits."""

    mousemove_hz: float = Field(default=20.0, ge=0, le=1000, description="Pointer samples a second at most; 0: none.")
    scroll_ms: float = Field(default=100.0, ge=0, le=60_000, description="Time between scroll samples at least, in ms.")
    mask_inputs: bool = Field(default=True, description="Leave typed text and field values out.")
    require_consent: bool = Field(default=True, description="Record only visitors who accept.")
    sample: Probability = Field(default=1.0, description="Share of visits that are recorded.")
    daily_cap: int | None = Field(default=None, ge=0, description="Visits recorded a day at most; null: no limit.")
    pages: Literal["all"] | Annotated[tuple[str, ...], Field(strict=False, min_length=1)] = Field(
        default="all", description="`all`, or the pages (as in site.yaml) that are recorded."
    )


class Variant(StrictModel):
    """One arm of an A/B test; a visitor keeps it from visit to visit."""

    name: Name
    share: Probability = Field(description="Share of visitors; those of all variants add up to 1.")
    defects: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        default=(), description="Defects of the site that this variant has."
    )


class PlantedDefect(StrictModel):
    """A defect beyond variants: when and for whom it is there."""

    id: str = Field(description="A defect of the site.")
    devices: Annotated[tuple[Device, ...], Field(strict=False, min_length=1)] | None = Field(
        default=None, description="Devices that meet it; all on which it can show when left out."
    )
    from_: Moment | None = Field(
        default=None, alias="from", description="When it appears; from the start when left out."
    )
    until: Moment | None = Field(default=None, description="When it is gone; never when left out.")


class Campaign(StrictModel):
    """More visits for a time, from one source to one landing page."""

    name: Name
    source: Source = Field(description="Where its visitors come from.")
    landing: str = Field(description="Address on the site that it leads to.")
    from_: Moment | None = Field(default=None, alias="from", description="When it begins; at the start when left out.")
    until: Moment | None = Field(default=None, description="When it ends; never when left out.")
    extra_per_day: Annotated[Value, _NotNegative] = Field(
        description="Visits a day on top of the others; a distribution is drawn once a day."
    )


class Faults(StrictModel):
    """What goes wrong between the page and the table of events."""

    loss: Annotated[Value, _Share] = Field(default=0.0, description="Share of events lost; drawn once a session.")
    duplicate: Annotated[Value, _Share] = Field(default=0.0, description="Share of events that arrive twice.")
    reorder: Annotated[Value, _Share] = Field(default=0.0, description="Share of events that arrive out of order.")
    clock_skew_ms: Value = Field(default=0.0, description="How far the page's clock is ahead; drawn once a session.")


class Expectation(StrictModel):
    """A bar that a detector must clear; `simbench score` exits 1 when one is missed."""

    detector: str = Field(min_length=1, description="A built-in detector, a plug-in's, or a YAML that names a program.")
    kind: str | None = Field(default=None, description="Episode kind, where the detector finds several.")
    measure: Literal["precision", "recall", "recall_observable", "f1"]
    at_least: Probability | None = None
    at_most: Probability | None = None


_SHARE_OF_VISITORS: Final = "Share of visitors; those of all personas add up to 1."


class PersonaUse(StrictModel):
    """A persona of the library, with changes if need be."""

    use: str = Field(description="Name in the library (`simbench personas`).")
    share: Probability = Field(description=_SHARE_OF_VISITORS)
    name: str | None = Field(default=None, description="A name of its own, to use one persona twice.")
    with_: PersonaPatch | None = Field(default=None, alias="with", description="Dials that differ.")  # type: ignore[valid-type]


if TYPE_CHECKING:
    PersonaWritten = PersonaSpec
else:
    #: A persona written out; what it leaves out comes from the library's `default`.
    PersonaWritten = create_model(
        "PersonaWritten",
        __base__=PersonaPatch,
        __doc__="A persona written out; what it leaves out comes from the library's `default`.",
        name=(str, PersonaSpec.model_fields["name"]),
        share=(Probability, Field(description=_SHARE_OF_VISITORS)),
    )


def _persona_tag(value: object) -> str:
    used = "use" in value if isinstance(value, Mapping) else isinstance(value, PersonaUse)
    return "<use>" if used else "<written>"


PersonaEntry = Annotated[
    Annotated[PersonaUse, Tag("<use>")] | Annotated[PersonaWritten, Tag("<written>")], Discriminator(_persona_tag)
]


class ScenarioPersona(PersonaSpec):
    """A persona with every dial filled in, and its share of the visitors."""

    share: Probability = Field(description=_SHARE_OF_VISITORS)


# ---------------------------------------------------------------------------------------------------------------------
# The whole


class _Head(StrictModel):
    """All keys but the personas."""

    schema_: Literal["simbench.scenario/1"] = Field(alias="schema", description="Version of the language.")
    name: Name = Field(description="Name of the scenario.")
    description: str = Field(default="", description="For people.")
    site: str = Field(min_length=1, description="A fixture site's name, or a path from the scenario's folder.")
    seed: int = Field(ge=0, le=2**63 - 1, description="Same seed, same bytes.")
    sessions: int = Field(ge=1, le=MAX_SESSIONS, description="Visits, recorded or not.")
    start: Moment = Field(description="When the first day begins.")
    timezone: Timezone = Field(default="UTC", description="Where the visitors' day and night are (IANA name).")
    arrivals: Arrivals = Arrivals()
    engine: Literal["model", "browser"] = Field(default="model", description="A model of the site, or a real browser.")
    recorder: Recorder = Recorder()
    variants: Annotated[tuple[Variant, ...], Field(strict=False)] = Field(
        default=(), description="Arms of an A/B test."
    )
    defects: Annotated[tuple[PlantedDefect, ...], Field(strict=False)] = Field(
        default=(), description="Defects beyond variants: when and for whom."
    )
    campaigns: Annotated[tuple[Campaign, ...], Field(strict=False)] = Field(default=(), description="Bursts of visits.")
    faults: Faults = Faults()
    expect: Annotated[tuple[Expectation, ...], Field(strict=False)] = Field(
        default=(), description="Bars that detectors must clear."
    )


class ScenarioFile(_Head):
    """A scenario as it is written."""

    personas: Annotated[tuple[PersonaEntry, ...], Field(strict=False, min_length=1)] = Field(
        description="Who comes: personas and their shares."
    )


class Scenario(_Head):
    """A scenario with everything resolved: what engines play and the manifest keeps."""

    personas: Annotated[tuple[ScenarioPersona, ...], Field(strict=False, min_length=1)]
    #: The site's folder, where the scenario names it by a path; not part of what the manifest keeps.
    site_folder: Path | None = Field(default=None, exclude=True)

    @property
    def site_address(self) -> Path | str:
        """What `load_site` takes: the folder, or the fixture site's name."""
        return self.site_folder or self.site
