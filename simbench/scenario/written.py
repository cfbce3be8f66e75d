"""A scenario as people write it: the language itself, from which its JSON Schema is made.

It differs from `simbench.scenario.model` in two ways. Wherever a block has a number, a distribution may stand: one
number is drawn from it for the run, by the seed and the key's path. And a persona may be one of the library's, with
changes, or be written out in part.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final

import numpy as np
from pydantic import Discriminator, Field, Tag, create_model, model_validator

from simbench.events.yaml_source import KeyPath, show_path
from simbench.scenario.model import Arrivals, Campaign, Faults, Recorder, ScenarioHead, Share
from simbench.visitor.persona.distribution import Bounds, StrictModel, Value, quantile, wrong
from simbench.visitor.persona.spec import Name, PersonaPatch, PersonaSpec

__all__ = ["ScenarioFile", "settle"]


def _number_fields(block: type[StrictModel]) -> dict[str, Bounds]:
    """The fields of `block` that are plain numbers, with their bounds."""
    return {
        name: extra
        for name, info in block.model_fields.items()
        if info.annotation is float
        for extra in info.metadata
        if isinstance(extra, Bounds)
    }


def _with_values(block: type[StrictModel]) -> type[StrictModel]:
    """`block` with a distribution allowed wherever it has a number."""
    fields: dict[str, Any] = {}
    for name, bounds in _number_fields(block).items():
        info = block.model_fields[name]
        default = ... if info.is_required() else info.default
        said = f"{(info.description or '').rstrip('.')}. A distribution is drawn from once a run."
        fields[name] = (Annotated[Value, bounds], Field(default=default, description=said))
    return create_model(f"{block.__name__}Written", __base__=block, __doc__=block.__doc__, **fields)


class PersonaUse(StrictModel):
    """A persona of the library, with changes if need be."""

    use: str = Field(description="Name in the library (`simbench personas`).", examples=["reader"])
    share: Share = Field(description="Share of visitors; those of all personas add up to 1.", examples=[0.5])
    name: Name | None = Field(default=None, description="A name of its own, to use one persona of the library twice.")
    if TYPE_CHECKING:
        with_: PersonaSpec | None
    else:
        with_: PersonaPatch | None = Field(default=None, alias="with", description="Dials that differ.")

    @model_validator(mode="before")
    @classmethod
    def _no_parent(cls, written: object) -> object:
        if isinstance(written, Mapping) and "extends" in written:
            raise wrong("has both `use` and `extends`; keep `use` (with `with:`), or `name` and `extends`")
        return written


if TYPE_CHECKING:
    PersonaWritten = PersonaSpec
    ArrivalsWritten = Arrivals
    RecorderWritten = Recorder
    CampaignWritten = Campaign
    FaultsWritten = Faults
else:
    ArrivalsWritten = _with_values(Arrivals)
    RecorderWritten = _with_values(Recorder)
    CampaignWritten = _with_values(Campaign)
    FaultsWritten = _with_values(Faults)
    PersonaWritten = create_model(
        "PersonaWritten",
        __base__=PersonaPatch,
        __doc__="A persona written out; what it leaves out comes from the one it extends, or the library's `default`.",
        name=(Name, Field(description="What it is called.")),
        extends=(
            str | None,
            Field(
                default=None,
                description="A persona of this scenario or of the library that it takes the rest from.",
                examples=["comparer"],
            ),
        ),
        share=(Share, PersonaUse.model_fields["share"]),
    )


def _persona_tag(value: object) -> str:
    used = "use" in value if isinstance(value, Mapping) else isinstance(value, PersonaUse)
    return "<use>" if used else "<written>"


_PersonaEntry = Annotated[
    Annotated[PersonaUse, Tag("<use>")] | Annotated[PersonaWritten, Tag("<written>")], Discriminator(_persona_tag)
]


class ScenarioFile(ScenarioHead):
    """What a file of the language may say."""

    arrivals: ArrivalsWritten = Field(default=ArrivalsWritten(), description="When visitors come.")
    recorder: RecorderWritten = Field(default=RecorderWritten(), description="What a recorder sees.")
    campaigns: Annotated[tuple[CampaignWritten, ...], Field(strict=False)] = Field(
        default=(), description="More visits for a time."
    )
    faults: FaultsWritten = Field(default=FaultsWritten(), description="What goes wrong on the way.")
    personas: Annotated[tuple[_PersonaEntry, ...], Field(strict=False, min_length=1)] = Field(
        description="Who comes: personas and their shares.", examples=[[{"use": "default", "share": 1}]]
    )


#: Blocks whose numbers are settled once a run.
_BLOCKS: Final[Mapping[str, type[StrictModel]]] = {
    "arrivals": Arrivals,
    "recorder": Recorder,
    "campaigns": Campaign,
    "faults": Faults,
}


def settle(written: ScenarioFile, tree: dict[str, Any], seed: int) -> dict[str, Any]:
    """Draw one number for every setting of `tree` that is a distribution.

    `tree` is the plain form of `written`; the result shares no part with it that differs. A draw depends on `seed` and
    on the key's path alone.
    """

    def settled(block: Any, plain: dict[str, Any], kind: type[StrictModel], path: KeyPath) -> dict[str, Any]:
        drawn = dict(plain)
        for name, bounds in _number_fields(kind).items():
            if isinstance(plain.get(name), dict):
                place = hashlib.blake2b(f"{seed} {show_path((*path, name))}".encode(), digest_size=8).digest()
                u = np.array([int.from_bytes(place, "big") / 2**64])
                value = float(np.clip(quantile(getattr(block, name), u)[0], bounds.low, bounds.high))
                drawn[name] = float(f"{value:.6g}")
        return drawn

    result = dict(tree)
    for key, kind in _BLOCKS.items():
        blocks, plain = getattr(written, key), tree.get(key)
        if isinstance(plain, list):
            pairs = zip(blocks, plain, strict=True)
            result[key] = [settled(block, part, kind, (key, i)) for i, (block, part) in enumerate(pairs)]
        elif isinstance(plain, dict):
            result[key] = settled(blocks, plain, kind, (key,))
    return result
