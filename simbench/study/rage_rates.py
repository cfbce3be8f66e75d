"""How often the vendors' rage rules fire on clicks that nobody made in anger: ordinary office work.

The rules are written down here from their published descriptions (versions as of 2026, beside each), on times and
places of clicks alone: what a page did, and what the clicks hit, is unknown for the recordings that they are compared
on. So the rates are upper bounds of what the vendors' own code would report. Each rule begins anew once it has fired.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simbench.bench.interval import rate_intervals
from simbench.study.desktop_clicks import Clicks, bursts, calibration_half, read_desktop_clicks
from simbench.study.office_work import BURSTS, office_work
from simbench.study.rage_picture import draw_rage_rates
from simbench.study.study import Outcome, Request, Study, StudyTable

__all__ = ["REAL", "RULES", "STUDY", "Rule", "firings", "study_rage_rates"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule on the clicks of one session, in their order.

    count
        Clicks that it takes.
    gap_ms
        Longest time from each click to the next (exclusive where `strict`); None: no limit.
    span_ms
        Longest time from the first of `count` clicks to the last; None: no limit.
    step_px
        Furthest from each click to the next, by `metric`; None: anywhere.
    box_px
        Largest side of the rectangle about the `count` clicks; None: any.
    """

    name: str
    count: int
    gap_ms: float | None = None
    span_ms: float | None = None
    step_px: float | None = None
    box_px: float | None = None
    metric: str = "euclid"
    strict: bool = True
    source: str = ""


RULES: Final = (
    Rule(name="OpenReplay", count=3, gap_ms=300, source="backend: 3 clicks in a row, under 300 ms apart"),
    Rule(name="Amplitude", count=4, span_ms=1000, box_px=50, strict=False, source="analytics-browser 2.48"),
    Rule(name="Splunk, New Relic", count=4, span_ms=1000, source="otel-web 2.5, browser-agent 1.322"),
    Rule(name="Mixpanel", count=4, gap_ms=1000, step_px=30, source="mixpanel-browser 2.83"),
    Rule(name="Datadog", count=3, gap_ms=1000, span_ms=1000, step_px=100, strict=False, source="browser-rum 7.16"),
    Rule(name="PostHog", count=3, gap_ms=1000, step_px=30, metric="manhattan", source="posthog-js 1.449"),
    Rule(name="3 in 7 s", count=3, span_ms=7000, step_px=30, source="Sentry's documentation; same spot taken as 30 px"),
)
#: Firings per 1,000 clicks on 69,504 presses of ten people at office work, and the range of a cluster interval (Balabit
#: Mouse Dynamics Challenge, Fülöp et al. 2016; own count).
REAL: Final[Mapping[str, tuple[float, float, float]]] = {
    "OpenReplay": (18.7, 13, 25), "Amplitude": (15.5, 10, 21), "Splunk, New Relic": (15.8, 11, 21),
    "Mixpanel": (24.1, 18, 30), "Datadog": (34.6, 27, 42), "PostHog": (42.0, 34, 50), "3 in 7 s": (64.6, 55, 74),
}  # fmt: skip


def firings(rule: Rule, time_ms: Floats, x: Floats, y: Floats) -> npt.NDArray[np.int64]:
    """Places at which `rule` fires on one session's clicks, which are arrays of shape (clicks,) in order of time."""
    n = len(time_ms)
    joined = np.ones(n, dtype=np.bool_)
    joined[:1] = False
    if n > 1:
        gap, dx, dy = np.diff(time_ms), np.abs(np.diff(x)), np.abs(np.diff(y))
        ok = np.ones(n - 1, dtype=np.bool_)
        if rule.gap_ms is not None:
            ok &= gap < rule.gap_ms if rule.strict else gap <= rule.gap_ms
        if rule.step_px is not None:
            way = dx + dy if rule.metric == "manhattan" else np.hypot(dx, dy)
            ok &= way < rule.step_px if rule.strict else way <= rule.step_px
        joined[1:] = ok
    fired = []
    begin = 0
    for place in range(n):
        if not joined[place]:
            begin = place
        first = place - rule.count + 1
        if first < begin:
            continue
        span = time_ms[place] - time_ms[first]
        if rule.span_ms is not None and not (span < rule.span_ms if rule.strict else span <= rule.span_ms):
            continue
        if rule.box_px is not None:
            spread = max(np.ptp(x[first : place + 1]), np.ptp(y[first : place + 1]))
            if spread > rule.box_px:
                continue
        fired.append(place)
        begin = place + 1
    return np.array(fired, dtype=np.int64)


# ---------------------------------------------------------------------------------------------------------------------
# The study

#: People at size 1, and presses of each.
_PEOPLE: Final = 40
_CLICKS: Final = 7000


def study_rage_rates(request: Request) -> Outcome:
    """Firings per 1,000 presses of the preset against those of real office work."""
    people = max(4, round(_PEOPLE * request.size))
    clicks = office_work(people, _CLICKS, request.seed)
    request.tell("clicks made", 0.3)
    made = {rule.name: _rate(rule, clicks) for rule in RULES}
    real = read_desktop_clicks(request.data) if request.data is not None else None
    judged = real.take(~calibration_half(real)) if real is not None else None
    counted = {rule.name: _rate(rule, real) for rule in RULES} if real is not None else {}
    other = {rule.name: _rate(rule, judged) for rule in RULES} if judged is not None else {}
    request.tell("rules applied", 0.9)
    rows = []
    document: dict[str, Any] = {"people": people, "clicks": len(clicks.time_ms), "rules": {}}
    held = True
    for rule in RULES:
        rate, low, high = made[rule.name]
        figure, least, most = REAL[rule.name]
        inside = least <= rate <= most
        held &= inside
        row = [
            rule.name,
            _terms(rule),
            f"{figure:.1f} ({least:g} to {most:g})",
            f"{rate:.1f} ({low:.1f} to {high:.1f})",
            "inside" if inside else "outside",
        ]
        entry: dict[str, Any] = {
            "real": figure, "real_range": [least, most], "made": round(rate, 3), "made_interval": [round(low, 3),
            round(high, 3)], "inside": inside,
        }  # fmt: skip
        for name, rates in (("two_people", counted), ("two_people_other_half", other)):
            if rates:
                value, below, above = rates[rule.name]
                row.append(f"{value:.1f}")
                entry[name] = [round(value, 3), round(below, 3), round(above, 3)]
        rows.append(row)
        document["rules"][rule.name] = entry
    columns = ["rule", "clicks", "ten people", "made here", ""]
    columns += ["two of them, here", "half not calibrated on"] if real is not None else []
    burst_rows, document["bursts"] = _burst_rows(clicks, real)
    tables = [
        StudyTable(
            title="Firings per 1,000 clicks of office work, in which nobody is angry",
            columns=columns,
            rows=rows,
            note=f"{len(clicks.time_ms):,} clicks of {people} people made here; intervals count people (95 %). "
            "The range of the ten people is that of a cluster interval.",
        ),
        StudyTable(
            title="What the preset was fitted to",
            columns=["presses in a burst", "ten people", "made here", *(["calibration half"] if real else [])],
            rows=burst_rows,
            note="Share of bursts: presses less than 1 s and 30 px from the one before.",
        ),
    ]
    points = {rule.name: (REAL[rule.name], made[rule.name], counted.get(rule.name)) for rule in RULES}
    return Outcome(
        document=document, tables=tables, pictures={"rage_rates.png": draw_rage_rates(points)}, held=bool(held)
    )


def _rate(rule: Rule, clicks: Clicks) -> tuple[float, float, float]:
    """Firings per 1,000 presses, with a 95 % interval over people (sessions, where there are fewer than four)."""
    cluster = clicks.person if clicks.person.max(initial=0) >= 3 else clicks.session
    fired = np.zeros(len(clicks.time_ms))
    for session in np.unique(clicks.session):
        rows = np.flatnonzero(clicks.session == session)
        fired[rows[firings(rule, clicks.time_ms[rows], clicks.x[rows], clicks.y[rows])]] = 1.0
    found = rate_intervals(fired, np.ones(len(fired)), cluster)
    return tuple(1000.0 * float(each[0]) for each in (found.value, found.low, found.high))  # type: ignore[return-value]


def _terms(rule: Rule) -> str:
    parts = [f"{rule.count}"]
    if rule.gap_ms is not None:
        parts.append(f"gaps {'<' if rule.strict else '≤'} {rule.gap_ms:g} ms")
    if rule.span_ms is not None:
        parts.append(f"within {rule.span_ms / 1000:g} s")
    if rule.step_px is not None:
        parts.append(f"steps {'<' if rule.strict else '≤'} {rule.step_px:g} px"
                     + (" (|dx| + |dy|)" if rule.metric == "manhattan" else ""))  # fmt: skip
    if rule.box_px is not None:
        parts.append(f"in {rule.box_px:g} px")
    return ", ".join(parts)


def _burst_rows(made: Clicks, real: Clicks | None) -> tuple[list[list[str]], dict[str, Any]]:
    found = {"made": _shares(made)}
    if real is not None:
        found["calibration_half"] = _shares(real.take(calibration_half(real)))
    rows = []
    for name, target in BURSTS.items():
        shown = "{:.1f}" if name.startswith("mean") else "{:.2%}"
        rows.append([name, *(shown.format(value) for value in (target, *(shares[name] for shares in found.values())))])
    return rows, {key: {name: round(value, 5) for name, value in shares.items()} for key, shares in found.items()}


def _shares(clicks: Clicks) -> dict[str, float]:
    sizes = np.bincount(bursts(clicks))
    shares = {str(k): float((sizes == k).mean()) for k in (1, 2, 3)}
    large = sizes[sizes >= 4]
    return {**shares, "4+": float((sizes >= 4).mean()), "mean 4+": float(large.mean()) if large.size else 0.0}


STUDY: Final = Study(
    name="rage-rates",
    about="How often vendors' rage rules fire on clicks that nobody made in anger, beside figures from real clicks.",
    run=study_rage_rates,
)
