"""What visitors' machines are: browsers, systems, user agents, windows and clocks, as `devices.yaml` here says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import yaml

from simbench.events.schema import DEVICES
from simbench.visitor.persona.distribution import Lognormal

__all__ = ["Catalogue", "Machine", "Returning", "Utm", "catalogue"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """One kind of machine: its device class, what runs on it, how it names itself, and its share within the class."""

    device: str
    browser: str
    os: str
    user_agent: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Utm:
    """Marks on links from one source; `tagged` where they stand on every link, not only on those of campaigns."""

    source: str
    medium: str
    tagged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Returning:
    """Who comes back, when, and with what (see `devices.yaml`)."""

    earlier_share: float
    earlier_more: float
    gap_days: Lognormal
    least_gap_ms: float
    same_device: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All of `devices.yaml`.

    `programs` maps a program that names itself, or runs on a machine of its own, to its place in `machines` (the others
    pass for people), `viewports` a device to shares by name of viewport, `timezones` a country to the clock of its
    visitors, and `utm` a source to its marks.
    """

    machines: tuple[Machine, ...]
    programs: Mapping[str, int]
    viewports: Mapping[str, Mapping[str, float]]
    timezones: Mapping[str, str]
    utm: Mapping[str, Utm]
    returning: Returning

    def machines_of(self, device: str) -> dict[str, float]:
        """Shares of people's machines with `device`, by their place in `machines` (as text, for `draw_weights`)."""
        programs = set(self.programs.values())
        return {
            str(place): machine.share
            for place, machine in enumerate(self.machines)
            if machine.device == device and place not in programs
        }


@cache
def catalogue() -> Catalogue:
    """The catalogue, read once a process."""
    text = files("simbench.engine").joinpath("devices.yaml").read_text(encoding="utf-8")
    return _read(yaml.safe_load(text))


def _read(document: dict[str, Any]) -> Catalogue:
    versions, formats = document["versions"]["choices"], document["user_agents"]["formats"]
    machines = tuple(
        Machine(
            device=device,
            browser=choice["browser"],
            os=choice["os"],
            user_agent=formats[device][f"{choice['browser']} on {choice['os']}"].format(v=version),
            share=choice["share"] * share,
        )
        for device in DEVICES
        for choice in document["machines"][device]["choices"]
        for version, share in versions[choice["browser"]].items()
    )
    programs = document["programs"]["choices"]
    back = document["returning"]
    return Catalogue(
        machines=(
            *machines,
            *(
                Machine(device="desktop", browser=p["browser"], os=p["os"], user_agent=p["user_agent"], share=0.0)
                for p in programs.values()
            ),
        ),
        programs=MappingProxyType({name: len(machines) + k for k, name in enumerate(programs)}),
        viewports=MappingProxyType({d: MappingProxyType(v) for d, v in document["viewports"]["choices"].items()}),
        timezones=MappingProxyType(document["timezones"]["countries"]),
        utm=MappingProxyType(
            {
                source: Utm(source=marks["utm_source"], medium=marks["utm_medium"], tagged=marks["tagged"])
                for source, marks in document["utm"]["sources"].items()
            }
        ),
        returning=Returning(
            earlier_share=back["earlier_share"],
            earlier_more=back["earlier_more"],
            gap_days=Lognormal.model_validate(back["gap_days"]),
            least_gap_ms=back["least_gap_min"] * 60_000.0,
            same_device=back["same_device"],
        ),
    )
