"""A slice of the schedule as rows of the table of sessions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simbench.engine.machines import catalogue
from simbench.engine.schedule import VISITOR_TYPES, Schedule
from simbench.events.schema import DEVICES, SESSIONS, SOURCES
from simbench.scenario.model import Scenario

__all__ = ["sessions_table"]


def sessions_table(
    schedule: Schedule,
    scenario: Scenario,
    *,
    rows: NDArray[np.bool_] | NDArray[np.int64] | None = None,
    start_ms: NDArray[np.int64] | None = None,
) -> pa.Table:
    """Sessions as an analyzer sees them (schema `SESSIONS`), in order of the schedule.

    Parameters
    ----------
    schedule
        The visits of one part.
    rows
        Which of them, as a mask over the slice or as places in it; those that are recorded, when left out.
    start_ms
        When each visit of the slice began, epoch ms; when left out, as the schedule says. Either
        way by the true clock: the rows tell it by the page's, like all else that a page reports.
    """
    pick = np.flatnonzero(schedule.recorded if rows is None else rows) if _is_mask(rows) else np.asarray(rows)
    start = (schedule.start_ms if start_ms is None else start_ms)[pick] + schedule.skew_ms[pick].astype(np.int64)
    source, campaign = schedule.source[pick], schedule.campaign[pick]
    _, visitor_first, visitor_code = np.unique(schedule.visitor[pick], return_index=True, return_inverse=True)
    utm = catalogue().utm
    tagged = (campaign >= 0) | np.array([utm[name].tagged for name in SOURCES])[source]
    marked = np.where(tagged, source, -1)
    zones = [catalogue().timezones.get(country, scenario.timezone) for country in schedule.country_names]
    columns: dict[str, Any] = {
        "session": _texts(np.arange(pick.size), [schedule.session_id[k] for k in pick]),
        "visitor": _texts(visitor_code, [schedule.visitor_id[k] for k in pick[visitor_first]]),
        "visitor_type": _texts(schedule.visitor_type[pick], VISITOR_TYPES),
        "start": pa.array(start, type=pa.timestamp("ms", tz="UTC")),
        "device": _texts(schedule.device[pick], DEVICES),
        "browser": _texts(schedule.browser[pick], schedule.browser_names),
        "os": _texts(schedule.os[pick], schedule.os_names),
        "country": _texts(schedule.country[pick], schedule.country_names),
        "timezone": _texts(schedule.country[pick], zones),
        "source": _texts(source, SOURCES),
        "utm_source": _texts(marked, [utm[name].source for name in SOURCES]),
        "utm_medium": _texts(marked, [utm[name].medium for name in SOURCES]),
        "utm_campaign": _texts(campaign, schedule.campaign_names),
        "variant": _texts(schedule.variant[pick], schedule.variant_names),
        "consent": pa.array(schedule.consent[pick]),
        "user_agent": _texts(schedule.agent[pick], schedule.user_agents),
    }
    return pa.table(columns, schema=SESSIONS)


def _is_mask(rows: NDArray[Any] | None) -> bool:
    return rows is None or rows.dtype == np.bool_


def _texts(codes: NDArray[Any], names: Sequence[str]) -> pa.DictionaryArray:
    """Codes and names as a dictionary-encoded column: -1 is null, and only names that occur, each once, are kept."""
    distinct = list(dict.fromkeys(names))
    place = {name: k for k, name in enumerate(distinct)}
    as_distinct = np.array([place[name] for name in names] + [-1], dtype=np.int64)[codes]
    used = np.unique(as_distinct[as_distinct >= 0])
    dense = np.zeros(len(distinct) + 1, dtype=np.int32)
    dense[used] = np.arange(used.size)
    indices = pa.array(dense[as_distinct], mask=as_distinct < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array([distinct[k] for k in used], type=pa.string()))
