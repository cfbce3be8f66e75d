"""What a scenario amounts to, for people: how long it lasts, who comes, what is broken, and what looks odd."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from simbench.scenario.kinds import say_moment
from simbench.scenario.model import Scenario
from simbench.site.declaration import Declaration
from simbench.site.loading import load_declaration
from simbench.site.places import find_site

__all__ = ["SCHEMA", "Summary", "expected_end", "summarize"]

SCHEMA: Final = "simbench.validation/1"
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A checked scenario in a few lines.

    `end` is when the last visit is expected, `notes` are things that are allowed and look like mistakes.
    """

    scenario: Scenario
    title: str
    pages: int
    end: datetime
    notes: tuple[str, ...]

    @property
    def days(self) -> float:
        """Days from the start to the expected end."""
        return (self.end - self.scenario.start) / _DAY

    def lines(self) -> list[tuple[str, str]]:
        """What it amounts to: a heading and a text each."""
        s = self.scenario
        first, last = f"{s.start:%Y-%m-%d}", f"{self.end:%Y-%m-%d}"
        span = f"about {self.days:,.1f} days, {first} to {last}, {s.timezone}"
        rows = [
            ("site", f"{s.site} ({self.title}, {self.pages} pages)"),
            ("sessions", f"{s.sessions:,} in {span}"),
            ("played by", f"the {'model of the site' if s.engine == 'model' else 'browser'}, seed {s.seed}"),
            ("personas", ", ".join(f"{p.name} {p.share * 100:g} %" for p in s.personas)),
        ]
        rows += [
            ("variant", f"{v.name} {v.share * 100:g} %: {', '.join(v.defects) or 'no defects'}") for v in s.variants
        ]
        for d in s.defects:
            where = f" on {', '.join(d.devices)}" if d.devices else ""
            rows.append(("defect", f"{d.id}{where}{_window(d.from_, d.until)}"))
        rows += [
            (
                "campaign",
                f"{c.name}, {c.extra_per_day:g} a day from {c.source} to {c.landing}{_window(c.from_, c.until)}",
            )
            for c in s.campaigns
        ]
        rows.append(("recorded", _recorded(s)))
        for e in s.expect:
            bars = [f"at least {e.at_least:g}"] if e.at_least is not None else []
            bars += [f"at most {e.at_most:g}"] if e.at_most is not None else []
            on = f" on {e.kind}" if e.kind else ""
            rows.append(("expects", f"{e.measure} of {e.detector}{on} {' and '.join(bars)}"))
        return rows

    def to_json(self, file: str) -> dict[str, Any]:
        """The same for JSON."""
        s = self.scenario
        return {
            "schema": SCHEMA,
            "file": file,
            "valid": True,
            "name": s.name,
            "site": s.site,
            "sessions": s.sessions,
            "start": say_moment(s.start),
            "expected_end": say_moment(self.end.replace(microsecond=0)),
            "days": round(self.days, 2),
            "engine": s.engine,
            "seed": s.seed,
            "personas": [{"name": p.name, "share": p.share} for p in s.personas],
            "variants": [{"name": v.name, "share": v.share, "defects": list(v.defects)} for v in s.variants],
            "defects": list(dict.fromkeys([*(i for v in s.variants for i in v.defects), *(d.id for d in s.defects)])),
            "campaigns": [c.name for c in s.campaigns],
            "notes": list(self.notes),
        }


def _window(begin: datetime | None, end: datetime | None) -> str:
    since = f" from {begin:%Y-%m-%d %H:%M}" if begin else ""
    return since + (f" until {end:%Y-%m-%d %H:%M}" if end else "")


def _recorded(s: Scenario) -> str:
    r = s.recorder
    who = "visitors who accept it" if r.require_consent else "all visitors"
    share = f"{r.sample * 100:g} % of visits by " if r.sample < 1 else ""
    cap = f", at most {r.daily_cap:,} a day" if r.daily_cap is not None else ""
    where = "" if r.pages == "all" else f", on {', '.join(r.pages)}"
    return f"{share}{who}{cap}{where}; pointer at {r.mousemove_hz:g} Hz"


def expected_end(scenario: Scenario) -> datetime:
    """When the last visit is expected: by the average day, so give or take the day's and the week's curve."""
    start = scenario.start
    windows = [(max(c.from_ or start, start), c.until, c.extra_per_day) for c in scenario.campaigns]
    edges = sorted({moment for begin, end, _ in windows for moment in (begin, end) if moment and moment > start})
    left, now = float(scenario.sessions), start
    for edge in [*edges, None]:
        extra = sum(rate for begin, end, rate in windows if begin <= now and (end is None or now < end))
        per_day = scenario.arrivals.per_day + extra
        if edge is None or left <= per_day * ((edge - now) / _DAY):
            # A hundred years is refused elsewhere; no date is too far for datetime.
            return now + min(left / per_day, 36_525.0) * _DAY
        left -= per_day * ((edge - now) / _DAY)
        now = edge
    return now


def summarize(scenario: Scenario) -> Summary:
    """Sum up a scenario that was loaded."""
    folder = scenario.site_folder or find_site(scenario.site)
    site = load_declaration(folder)
    end = expected_end(scenario)
    return Summary(
        scenario=scenario, title=site.title, pages=len(site.pages), end=end, notes=tuple(_notes(scenario, site, end))
    )


def _notes(scenario: Scenario, site: Declaration, end: datetime) -> Iterator[str]:
    known = {defect.id: defect for defect in site.defects}
    used = {device for p in scenario.personas if p.share > 0 for device, share in p.device.items() if share > 0}
    planted = [(name, known[name].devices) for variant in scenario.variants for name in variant.defects]
    planted += [(defect.id, list(defect.devices or known[defect.id].devices)) for defect in scenario.defects]
    for name, devices in planted:
        if not used & set(devices):
            yield f"the defect {name} shows on {', '.join(devices)} alone, and no persona comes with that"
    late = [(f"the defect {defect.id} appears", defect.from_) for defect in scenario.defects]
    late += [(f"the campaign {campaign.name} begins", campaign.from_) for campaign in scenario.campaigns]
    for what, begin in late:
        if begin is not None and begin > end:
            yield f"{what} on {begin:%Y-%m-%d}, after the last session is expected"
    for key, entries in (("persona", scenario.personas), ("variant", scenario.variants)):
        for entry in entries:
            if entry.share == 0:
                yield f"the {key} {entry.name} has the share 0, so nobody is it"
