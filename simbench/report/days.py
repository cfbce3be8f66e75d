"""Days and moments as people write them."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

__all__ = ["days_words", "moment_words", "span_days"]

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def _local(moment: datetime, zone: str) -> datetime:
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return aware.astimezone(_zone(zone))


def moment_words(moment: datetime, zone: str) -> str:
    """A moment, in a zone.

    Examples
    --------
    >>> moment_words(datetime(2026, 3, 5, 6, tzinfo=UTC), "Europe/Berlin")
    'Thu 5 March, 07:00'
    """
    there = _local(moment, zone)
    return f"{_WEEKDAYS[there.weekday()]} {there.day} {_MONTHS[there.month - 1]}, {there:%H:%M}"


def days_words(first: datetime, last: datetime, zone: str) -> str:
    """A span of days, in a zone.

    Examples
    --------
    >>> days_words(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 8, tzinfo=UTC), "UTC")
    '2–8 March 2026'
    >>> days_words(datetime(2026, 3, 30, tzinfo=UTC), datetime(2026, 4, 2, tzinfo=UTC), "UTC")
    '30 March – 2 April 2026'
    """
    a, b = _local(first, zone), _local(last, zone)
    month_a, month_b = _MONTHS[a.month - 1], _MONTHS[b.month - 1]
    if a.date() == b.date():
        return f"{a.day} {month_a} {a.year}"
    if (a.year, a.month) == (b.year, b.month):
        return f"{a.day}–{b.day} {month_a} {a.year}"
    if a.year == b.year:
        return f"{a.day} {month_a} – {b.day} {month_b} {a.year}"
    return f"{a.day} {month_a} {a.year} – {b.day} {month_b} {b.year}"


def span_days(first: datetime, last: datetime, zone: str) -> int:
    """Number of days from the first to the last, both counted."""
    return (_local(last, zone).date() - _local(first, zone).date()).days + 1
