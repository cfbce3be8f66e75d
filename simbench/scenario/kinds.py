"""Kinds of value that the scenario language has beside numbers, names and distributions: moments and time zones."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Final
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from simbench.events.yaml_source import did_you_mean, show_value
from simbench.visitor.persona.distribution import wrong

__all__ = ["Moment", "Timezone", "read_moment", "say_moment"]

_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,3})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
#: Years in which simulated visits may lie: time-zone databases are sound there, and nobody means another.
_YEARS: Final = (1990, 2100)


def read_moment(value: object) -> datetime:
    """A moment, in UTC, from `2026-03-02T00:00:00Z` or `2026-03-02T01:00+01:00`; the clock of the wall never enters.

    Raises
    ------
    PydanticCustomError
        It is not one; the message says how to write it.
    """
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    if not isinstance(value, str):
        raise wrong(f"needs a moment in time, but is {show_value(value)}; write 2026-03-02T00:00:00Z")
    if not _MOMENT.fullmatch(value):
        if _MOMENT.fullmatch(f"{value}Z"):
            raise wrong(f"{show_value(value)} lacks its offset from UTC; write {value}Z, or {value}+01:00")
        if _DAY.fullmatch(value):
            raise wrong(f"{show_value(value)} lacks the time of day; write {value}T00:00:00Z")
        raise wrong(f"{show_value(value)} is not a moment in time; write 2026-03-02T00:00:00Z")
    try:
        moment = datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        raise wrong(f"{show_value(value)} is no day or hour of the calendar; correct it") from None
    if not _YEARS[0] <= moment.year <= _YEARS[1]:
        raise wrong(f"{show_value(value)} lies outside the years {_YEARS[0]} to {_YEARS[1]}; choose another")
    return moment


def say_moment(moment: datetime) -> str:
    """A moment as the language writes it.

    Examples
    --------
    >>> say_moment(read_moment("2026-03-02T01:00+01:00"))
    '2026-03-02T00:00:00Z'
    """
    precision = "milliseconds" if moment.microsecond else "seconds"
    return moment.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")


def _read_timezone(value: object) -> str:
    if not isinstance(value, str):
        raise wrong(f"needs the name of a time zone, but is {show_value(value)}; write Europe/Berlin or UTC")
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        mend = did_you_mean(value, sorted(available_timezones()))
        mend = mend if mend.startswith("did") else "write a name such as Europe/Berlin or UTC"
        raise wrong(f"{show_value(value)} is not a time zone; {mend}") from None
    return value


#: A moment in time, in UTC once read.
Moment = Annotated[
    datetime,
    BeforeValidator(read_moment),
    PlainSerializer(say_moment, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": f"^{_MOMENT.pattern}$"}),
]
#: The name of a time zone in the IANA database.
Timezone = Annotated[str, BeforeValidator(_read_timezone), WithJsonSchema({"type": "string"})]
