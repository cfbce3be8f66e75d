"""Models that take what people write at its word."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError

__all__ = ["StrictModel", "wrong"]


class StrictModel(BaseModel):
    """Unknown keys, wrong types, NaN and infinities are errors; values do not change."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, validate_by_alias=True, validate_by_name=True
    )


def wrong(text: str) -> PydanticCustomError:
    """An error that speaks for itself: `what is wrong; mend`."""
    return PydanticCustomError("simbench", "{text}", {"text": text})
