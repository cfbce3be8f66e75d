"""A scenario with everything resolved: what engines play and the manifest keeps.

`simbench.scenario.written` has the scenario as people write it, where a distribution may stand wherever a number
stands, and personas of the library are named; `simbench.scenario.loading` leads from there to here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from simbench.events.yaml_source import show_value
from simbench.scenario.kinds import Moment, Timezone
from simbench.visitor.persona.distribution import Bounds, StrictModel, Value, wrong
from simbench.visitor.persona.spec import Device, Name, PersonaSpec, Source

__all__ = [
    "MAX_SESSIONS",
    "MEASURES",
    "SCHEMA",
    "Arrivals",
    "Campaign",
    "Expectation",
    "Faults",
    "PlantedDefect",
    "Recorder",
    "Scenario",
    "ScenarioHead",
    "ScenarioPersona",
    "Variant",
]

SCHEMA: Final = "simbench.scenario/1"
#: Measures that `expect` may name, as `simbench score` prints them.
MEASURES: Final = ("precision", "recall", "recall_observable", "f1")
MAX_SESSIONS: Final = 10_000_000

Share = Annotated[float, Bounds(low=0, high=1)]


class Arrivals(StrictModel):
    """When visitors come, by the clock of `timezone`."""

    per_day: Annotated[float, Bounds(low=0.01, high=1e7)] = Field(
        default=500.0, description="Visits a day, on average over a normal week."
    )
    peak_hour: Annotated[float, Bounds(low=0, high=24)] = Field(
        default=20.0, description="Busiest hour of the day, local time."
    )
    weekend: Annotated[float, Bounds(low=0, high=100)] = Field(
        default=1.0, description="Visits on a day of the weekend, as a multiple of those on a weekday."
    )


def _read_pages(value: object) -> object:
    if value == "all":
        return value
    if isinstance(value, list | tuple) and value and all(isinstance(page, str) for page in value):
        return tuple(value)
    raise wrong(f'needs `all` or a list of pages, but is {show_value(value)}; write all, or ["/", /checkout]')


class Recorder(StrictModel):
    """What a recorder sees of the visits."""

    mousemove_hz: Annotated[float, Bounds(low=0, high=1000, unit="Hz")] = Field(
        default=20.0, description="Pointer samples a second at most; 0: none."
    )
    scroll_ms: Annotated[float, Bounds(low=0, high=60_000, unit="ms")] = Field(
        default=100.0, description="Time between two scroll samples at least, in ms."
    )
    mask_inputs: bool = Field(default=True, description="Mask texts of inputs.")
    require_consent: bool = Field(default=True, description="Record only visitors who accept it.")
    sample: Share = Field(default=1.0, description="Share of visits that are recorded.")
    daily_cap: int | None = Field(default=None, ge=1, description="Visits recorded a day at most; null: no limit.")
    pages: Annotated[
        Literal["all"] | tuple[str, ...],
        BeforeValidator(_read_pages),
        WithJsonSchema({"anyOf": [{"const": "all"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}),
    ] = Field(default="all", description="`all`, or the pages (as site.yaml names them) that are recorded.")


class Variant(StrictModel):
    """One arm of an A/B test; a visitor keeps it from visit to visit."""

    name: Name
    share: Share = Field(description="Share of visitors; those of all variants add up to 1.")
    defects: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        default=(), description="Defects of the site that visitors of this variant meet."
    )


class PlantedDefect(StrictModel):
    """A defect beyond variants: when and for whom it is there."""

    id: str = Field(description="A defect of the site.")
    devices: Annotated[tuple[Device, ...], Field(strict=False, min_length=1)] | None = Field(
        default=None, description="Devices that meet it; all on which it can show when left out."
    )
    from_: Moment | None = Field(default=None, alias="from", description="When it appears; at the start if left out.")
    until: Moment | None = Field(default=None, description="When it is gone; never if left out.")


def _check_promise(text: str) -> str:
    if not text.strip():
        raise wrong("promises nothing; write what the visitors look for, such as pendant, or leave it out")
    return text


class Campaign(StrictModel):
    """More visits for a time, from one source to one landing page."""

    name: Name
    source: Source = Field(description="Where its visitors come from.")
    landing: str = Field(description="Address on the site to which it leads.")
    from_: Moment | None = Field(default=None, alias="from", description="When it begins; at the start if left out.")
    until: Moment | None = Field(default=None, description="When it ends; never if left out.")
    extra_per_day: Annotated[float, Bounds(low=0, high=1e7)] = Field(
        description="Visits a day on top of all others while it lasts."
    )
    promise: Annotated[str, AfterValidator(_check_promise)] | None = Field(
        default=None,
        description="What its links promise: words that one element of the page must say for the promise to be kept.",
        examples=["glass lamp"],
    )


class Faults(StrictModel):
    """What goes wrong between the page and the table of events."""

    loss: Share = Field(default=0.0, description="Share of events that are lost.")
    duplicate: Share = Field(default=0.0, description="Share of events that arrive twice.")
    reorder: Share = Field(default=0.0, description="Share of events that arrive out of order.")
    clock_skew_ms: Annotated[Value, Bounds(low=-1e8, high=1e8, unit="ms")] = Field(
        default=0.0, description="How far the page's clock is ahead of the true one, in ms; drawn once a session."
    )
    cut_off: Share = Field(
        default=0.0, description="Share of visits whose recording stops before they end (a crash, an empty battery)."
    )


class TruthKept(StrictModel):
    """What is told of the truth beyond what always is."""

    motor: bool = Field(
        default=False, description="Write truth/motor: pointer, scrolling and keys at every frame, recorded or not."
    )


class Expectation(StrictModel):
    """A bar that a detector must clear; `simbench score` exits 1 when one is missed."""

    detector: str = Field(min_length=1, description="A detector's name.")
    kind: str | None = Field(default=None, description="Episode kind, where the detector finds several.")
    measure: Literal["precision", "recall", "recall_observable", "f1"]
    at_least: Share | None = None
    at_most: Share | None = None


class ScenarioHead(StrictModel):
    """All keys of a scenario but its personas."""

    schema_: Literal["simbench.scenario/1"] = Field(
        alias="schema", description="Version of the language.", examples=[SCHEMA]
    )
    name: Name = Field(description="Name of the scenario.", examples=["my-scenario"])
    description: str = Field(default="", description="What it is for.")
    site: str = Field(min_length=1, description="A fixture site, or a path from the scenario.", examples=["shop"])
    seed: int = Field(ge=0, le=2**63 - 1, description="Same seed, same bytes.", examples=[7])
    sessions: int = Field(ge=1, le=MAX_SESSIONS, description="Visits, recorded or not.", examples=[5000])
    start: Moment = Field(description="When the simulated time begins.", examples=["2026-03-02T00:00:00Z"])
    timezone: Timezone = Field(default="UTC", description="Where the visitors live (IANA name).")
    engine: Literal["model", "browser"] = Field(default="model", description="A model of the site, or a real browser.")
    variants: Annotated[tuple[Variant, ...], Field(strict=False)] = Field(
        default=(), description="Arms of an A/B test."
    )
    defects: Annotated[tuple[PlantedDefect, ...], Field(strict=False)] = Field(
        default=(), description="Defects beyond variants: when and for whom."
    )
    truth: TruthKept = Field(default=TruthKept(), description="What is told of the truth beyond what always is.")
    expect: Annotated[tuple[Expectation, ...], Field(strict=False)] = Field(
        default=(), description="Bars that detectors must clear."
    )


class ScenarioPersona(PersonaSpec):
    """A persona with every dial filled in, and its share of the visitors."""

    share: Share = Field(description="Share of visitors; those of all personas add up to 1.")


class Scenario(ScenarioHead):
    """A scenario with every default filled in, every persona written out, and one number drawn for every setting."""

    arrivals: Arrivals = Arrivals()
    recorder: Recorder = Recorder()
    campaigns: Annotated[tuple[Campaign, ...], Field(strict=False)] = ()
    faults: Faults = Faults()
    personas: Annotated[tuple[ScenarioPersona, ...], Field(strict=False, min_length=1)]
    #: The site's folder, where the scenario names it by a path; no part of what the manifest keeps.
    site_folder: Path | None = Field(default=None, exclude=True)

    @property
    def site_address(self) -> Path | str:
        """What `load_site` takes: the folder, or the fixture site's name."""
        return self.site_folder or self.site
