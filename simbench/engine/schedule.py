"""Who comes when: every visit of a run, drawn once, before anything is played.

A schedule is columns, one entry a visit in order of time, and the tables of names that the codes in them point into. It
is drawn whole with NumPy (a million visits take a few seconds); engines then play slices of it, in any order and on any
number of workers.

Every kind of draw has a stream of its own (`simbench.engine.randomness`), so that one setting moves only what it says:
other shares of personas do not move a start, another sampling rate does not move a device. A visit draws its numbers
whether it needs them or not, for the same reason. What belongs to the visitor is taken from the visitor's first visit,
and nothing looks ahead: the first 1000 visits of a long run are those of a short one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simbench.engine.arrivals import DAY_MS, Surge, arrivals, local_ms
from simbench.engine.knowledge import chance_of, lessons, plans, visitor_keys
from simbench.engine.machines import catalogue
from simbench.engine.opaque_ids import opaque_ids
from simbench.engine.randomness import stream
from simbench.engine.returning import share_of_first_visits, visitors_of
from simbench.errors import BadInput
from simbench.events.schema import DEVICES, SOURCES
from simbench.scenario.model import Scenario
from simbench.site.model import Site
from simbench.site.viewports import VIEWPORTS
from simbench.visitor.persona.distribution import draw, draw_weights

__all__ = ["NEW", "RETURNING", "SHARD_SESSIONS", "Schedule", "epoch_ms", "make_schedule", "shards"]

#: Codes of `Schedule.visitor_type`, and their names.
NEW: Final = 0
RETURNING: Final = 1
VISITOR_TYPES: Final = ("new", "returning")

#: Sessions a shard; a different number makes a different run, so it is fixed.
SHARD_SESSIONS: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Schedule:
    """The visits of a run or of a part of it: arrays of one length, sorted by `start_ms`, and tables of names.

    Codes count from 0; -1 is none. What belongs to a visitor (persona, variant, consent, country) is the same in all
    of the visitor's sessions; device, window and browser mostly are.

    Attributes
    ----------
    first
        Place of the first of these visits in the run.
    start_ms
        When each begins (epoch ms, true clock), int64.
    visitor, visit_no, visitor_type
        Number of the visitor in the run (int64, in order of first appearance); which visit of that visitor it is, from
        1, those before the run included (int16); `NEW` or `RETURNING` (int8).
    persona, goal, variant, campaign
        Codes (int16) into the tables of names; a campaign is one that brought the visit.
    device, source
        Codes (int8) into `simbench.events.schema.DEVICES` and `SOURCES`.
    viewport, browser, os, country, agent
        Codes (int8, int8, int8, int16, int16) into the tables of names; `agent` into `user_agents`.
    defects
        Code (int16) into `defect_sets`: the defects that the visit meets, by variant, device and time; 0 is none.
    lessons
        Code (int16) into `lesson_sets`: the defects that let the visitor down on earlier visits; 0 is none.
    bounces, postpones, finishes
        Whether a look at the first page is enough, whether the buying is put off on this visit, and whether it comes
        back for what an earlier one put off.
    consent, recorded
        Whether the visitor accepts being recorded (always, where nobody is asked), and whether the visit is recorded:
        consent, sample and daily cap. With a list of `recorder.pages` only views of those pages are.
    skew_ms
        How far the page's clock is ahead (float64, whole ms).
    session_id, visitor_id
        Opaque identifiers.
    """

    first: int
    start_ms: NDArray[np.int64]
    visitor: NDArray[np.int64]
    visit_no: NDArray[np.int16]
    visitor_type: NDArray[np.int8]
    persona: NDArray[np.int16]
    goal: NDArray[np.int16]
    device: NDArray[np.int8]
    viewport: NDArray[np.int8]
    browser: NDArray[np.int8]
    os: NDArray[np.int8]
    country: NDArray[np.int16]
    agent: NDArray[np.int16]
    source: NDArray[np.int8]
    campaign: NDArray[np.int16]
    variant: NDArray[np.int16]
    defects: NDArray[np.int16]
    lessons: NDArray[np.int16]
    bounces: NDArray[np.bool_]
    postpones: NDArray[np.bool_]
    finishes: NDArray[np.bool_]
    consent: NDArray[np.bool_]
    recorded: NDArray[np.bool_]
    skew_ms: NDArray[np.float64]
    session_id: list[str]
    visitor_id: list[str]

    persona_names: tuple[str, ...]
    goal_names: tuple[str, ...]
    viewport_names: tuple[str, ...]
    browser_names: tuple[str, ...]
    os_names: tuple[str, ...]
    country_names: tuple[str, ...]
    user_agents: tuple[str, ...]
    campaign_names: tuple[str, ...]
    variant_names: tuple[str, ...]
    defect_sets: tuple[frozenset[str], ...]
    lesson_sets: tuple[frozenset[str], ...]

    def __len__(self) -> int:
        return len(self.session_id)

    def take(self, part: slice) -> Schedule:
        """The visits of a slice (with step 1), as views: cheap to make, and small to send to another process."""
        begin, end, step = part.indices(len(self))
        if step != 1:
            raise ValueError(f"a schedule is cut into pieces without gaps, not by steps of {step}")
        part = slice(begin, max(begin, end))
        cut: dict[str, Any] = {
            name: getattr(self, name)[part]
            for name in (field.name for field in fields(self))
            if isinstance(getattr(self, name), np.ndarray | list)
        }
        return replace(self, first=self.first + begin, **cut)


def shards(schedule: Schedule, size: int = SHARD_SESSIONS) -> list[slice]:
    """Cut a schedule into slices of `size` sessions; the last may be shorter."""
    return [slice(begin, min(begin + size, len(schedule))) for begin in range(0, len(schedule), size)]


def epoch_ms(moment: datetime) -> int:
    """A moment as whole ms since 1970 (UTC)."""
    return round(moment.timestamp() * 1000)


def make_schedule(scenario: Scenario, site: Site) -> Schedule:
    """Draw all visits of a scenario.

    Raises
    ------
    BadInput
        The scenario and the site do not fit together, or the visits would take more than a century.
    """
    seed, n = scenario.seed, scenario.sessions
    back = catalogue().returning
    came = arrivals(
        seed=seed,
        sessions=n,
        start_ms=epoch_ms(scenario.start),
        timezone=scenario.timezone,
        per_day=scenario.arrivals.per_day,
        peak_hour=scenario.arrivals.peak_hour,
        weekend=scenario.arrivals.weekend,
        surges=[
            Surge(extra_per_day=c.extra_per_day, from_ms=_maybe_ms(c.from_), until_ms=_maybe_ms(c.until))
            for c in scenario.campaigns
        ],
    )
    start_ms = came.start_ms

    def uniform(purpose: str) -> NDArray[np.float64]:
        return stream(seed, f"schedule.{purpose}").random(n)

    # Shares of personas are shares of visitors, so those who come back make more of the visits.
    weights = {p.name: p.share / share_of_first_visits(p.visitor_type.get("new", 0.0), back) for p in scenario.personas}
    total = sum(weights.values())
    persona = draw_weights({name: w / total for name, w in weights.items()}, n, uniform("persona")).astype(np.int16)

    def by_persona(what: str, names: Sequence[str]) -> NDArray[np.int64]:
        return _by_group(persona, [getattr(p, what) for p in scenario.personas], names, uniform(what))

    is_new = by_persona("visitor_type", VISITOR_TYPES) == NEW
    who = visitors_of(seed=seed, start_ms=start_ms, persona=persona, is_new=is_new, back=back)
    begins = who.first == np.arange(n)
    visitor = (np.cumsum(begins) - 1)[who.first]

    device = by_persona("device", DEVICES)
    keeps = uniform("same-device") < back.same_device
    device = np.where(keeps, device[who.first], device)
    own = np.where(device == device[who.first], who.first, np.arange(n))  # whose machine it is
    machines = catalogue().machines
    agent = _by_group(
        device,
        [catalogue().machines_of(d) for d in DEVICES],
        [str(k) for k in range(len(machines))],
        uniform("machine"),
    )[own]
    viewport_names = tuple(v.name for v in VIEWPORTS)
    viewport = _by_group(device, _viewport_shares(site), viewport_names, uniform("viewport"))[own]
    old = uniform("old-device") < chance_of("old_device", scenario.personas, persona, visitor_keys(seed, visitor))
    old = old[own]
    agent = np.where(old, _oldest_versions()[agent], agent)
    viewport = np.where(old, _smallest_viewports(site, viewport_names)[device], viewport)
    for program, place in catalogue().programs.items():
        agent[np.array([p.bot == program for p in scenario.personas])[persona]] = place
    browser_names, os_names = _distinct(m.browser for m in machines), _distinct(m.os for m in machines)

    country_names = _distinct(name for p in scenario.personas for name in p.country)
    country = by_persona("country", country_names)[who.first]

    goal_names = tuple(site.goals)
    _check_goals(scenario, goal_names)
    goal = by_persona("goal", goal_names)

    intent = plans(
        seed=seed,
        personas=scenario.personas,
        persona=persona,
        visitor=visitor,
        visit_no=who.visit_no,
        previous=who.previous,
        buys=np.isin(goal, [goal_names.index(name) for name in goals_through_cart(site)]),
    )
    # Who comes for what lies in the cart comes for the same as before, and knows the way.
    goal = np.where(intent.finishes, goal[who.previous], goal)

    source = by_persona("source", SOURCES)
    source = np.where(intent.finishes, SOURCES.index("direct"), source)
    if scenario.campaigns:
        sources = np.array([SOURCES.index(c.source) for c in scenario.campaigns])
        source = np.where(came.campaign >= 0, sources[came.campaign], source)

    variant = np.full(n, -1, dtype=np.int64)
    if scenario.variants:
        variant = draw_weights({v.name: v.share for v in scenario.variants}, n, uniform("variant"))[who.first]
    defects, defect_sets = _defects(scenario, site, start_ms=start_ms, device=device, variant=variant)

    taught, lesson_sets = lessons(
        seed=seed,
        visitor=visitor,
        visit_no=who.visit_no,
        first=who.first,
        defects=defects,
        defect_sets=defect_sets,
    )

    consent = np.ones(n, dtype=bool)
    if scenario.recorder.require_consent:
        inclined, u = uniform("consent-inclination"), uniform("consent")
        for code, p in enumerate(scenario.personas):
            members = np.flatnonzero(persona == code)
            consent[members] = u[members] < draw(p.consent, members.size, inclined[members])
        consent = consent[who.first]

    return Schedule(
        first=0,
        start_ms=start_ms,
        visitor=visitor,
        visit_no=who.visit_no,
        visitor_type=np.where(is_new, NEW, RETURNING).astype(np.int8),
        persona=persona,
        goal=goal.astype(np.int16),
        device=device.astype(np.int8),
        viewport=viewport.astype(np.int8),
        browser=np.array([browser_names.index(m.browser) for m in machines], dtype=np.int8)[agent],
        os=np.array([os_names.index(m.os) for m in machines], dtype=np.int8)[agent],
        country=country.astype(np.int16),
        agent=agent.astype(np.int16),
        source=source.astype(np.int8),
        campaign=came.campaign,
        variant=variant.astype(np.int16),
        defects=defects,
        lessons=taught,
        bounces=intent.bounces,
        postpones=intent.postpones,
        finishes=intent.finishes & (came.campaign < 0),
        consent=consent,
        recorded=_recorded(scenario, start_ms=start_ms, consent=consent, u=uniform("sample")),
        skew_ms=np.round(draw(scenario.faults.clock_skew_ms, n, uniform("clock-skew"))),
        session_id=opaque_ids(seed, "session", n),
        visitor_id=np.array(opaque_ids(seed, "visitor", int(begins.sum())), dtype=object)[visitor].tolist(),
        persona_names=tuple(p.name for p in scenario.personas),
        goal_names=goal_names,
        viewport_names=viewport_names,
        browser_names=browser_names,
        os_names=os_names,
        country_names=country_names,
        user_agents=tuple(m.user_agent for m in machines),
        campaign_names=tuple(c.name for c in scenario.campaigns),
        variant_names=tuple(v.name for v in scenario.variants),
        defect_sets=defect_sets,
        lesson_sets=lesson_sets,
    )


def goals_through_cart(site: Site) -> tuple[str, ...]:
    """Goals that lead through a cart that can be kept for another day."""
    carts = {page.page for page in site.pages if page.kind == "cart" and any(state.opens_with for state in page.states)}
    return tuple(name for name, goal in site.goals.items() if any(step.page in carts for step in goal.steps))


def _maybe_ms(moment: datetime | None) -> int | None:
    return None if moment is None else epoch_ms(moment)


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _by_group(
    group: NDArray[Any], shares: Sequence[Mapping[str, float]], names: Sequence[str], u: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Draw a name for each visit by the shares of its group, one uniform number each; codes into `names`."""
    codes = np.full(group.size, -1, dtype=np.int64)
    for which, options in enumerate(shares):
        members = np.flatnonzero(group == which)
        if members.size:
            lookup = np.array([names.index(name) for name in options])
            codes[members] = lookup[draw_weights(options, members.size, u[members])]
    return codes


def _viewport_shares(site: Site) -> list[dict[str, float]]:
    """Shares of windows a device: those in which the site was captured, or of the whole catalogue without a capture."""
    captured = {viewport.name for viewport in site.viewports}
    result = []
    for device in DEVICES:
        shares = catalogue().viewports[device]
        usable = {name: share for name, share in shares.items() if name in captured} or dict(shares)
        total = sum(usable.values())
        result.append({name: share / total for name, share in usable.items()})
    return result


def _oldest_versions() -> NDArray[np.int64]:
    """For each machine of the catalogue the same with the oldest version of its browser."""
    machines = catalogue().machines
    last = {(m.device, m.browser, m.os): place for place, m in enumerate(machines)}
    return np.array([last[(m.device, m.browser, m.os)] for m in machines], dtype=np.int64)


def _smallest_viewports(site: Site, names: Sequence[str]) -> NDArray[np.int64]:
    """By device, the smallest window in which it may come."""
    area = {v.name: v.w * v.h for v in VIEWPORTS}
    return np.array([names.index(min(shares, key=lambda name: area[name])) for shares in _viewport_shares(site)])


def _check_goals(scenario: Scenario, goal_names: tuple[str, ...]) -> None:
    problems = [
        f"personas.{p.name}.goal: site {scenario.site} has no goal {goal!r}; it has: {', '.join(goal_names) or 'none'}"
        for p in scenario.personas
        for goal in p.goal
        if goal not in goal_names
    ]
    if problems:
        raise BadInput(*problems)


def _defects(
    scenario: Scenario,
    site: Site,
    *,
    start_ms: NDArray[np.int64],
    device: NDArray[np.int64],
    variant: NDArray[np.int64],
) -> tuple[NDArray[np.int16], tuple[frozenset[str], ...]]:
    """Which defects each visit meets: code into the sets, and the sets (the empty one, then by first appearance)."""
    known = {defect.id: defect for defect in site.defects}
    wanted = _distinct([*(d for v in scenario.variants for d in v.defects), *(d.id for d in scenario.defects)])
    unknown = [name for name in wanted if name not in known]
    if unknown:
        has = ", ".join(known) or "none"
        raise BadInput(*(f"defects: site {scenario.site} has no defect {name!r}; it has: {has}" for name in unknown))
    ids = [name for name in known if name in wanted]
    code = np.zeros(start_ms.size, dtype=np.int64)
    rows = np.zeros((1, len(ids)), dtype=bool)
    for place, name in enumerate(ids):
        arms = [k for k, v in enumerate(scenario.variants) if name in v.defects]
        active = np.isin(variant, arms)
        for planted in scenario.defects:
            if planted.id == name:
                here = np.ones(start_ms.size, dtype=bool)
                if planted.devices is not None:
                    here &= np.isin(device, [DEVICES.index(d) for d in planted.devices])
                if planted.from_ is not None:
                    here &= start_ms >= epoch_ms(planted.from_)
                if planted.until is not None:
                    here &= start_ms < epoch_ms(planted.until)
                active |= here
        active &= np.isin(device, [DEVICES.index(d) for d in known[name].devices])
        # Codes are kept dense after every defect, so that any number of defects fits.
        pairs, code = np.unique(code * 2 + active, return_inverse=True)
        rows = rows[pairs // 2].copy()
        rows[:, place] = pairs % 2
    # The order of appearance, so that a longer run numbers its sets as a shorter one does.
    seen, appears = np.unique(code, return_index=True)
    order = [int(k) for k in seen[np.argsort(appears)] if rows[k].any()]
    dense = np.zeros(len(rows), dtype=np.int16)
    dense[order] = np.arange(1, len(order) + 1)
    sets = (frozenset[str](), *(frozenset(np.array(ids, dtype=object)[rows[k]].tolist()) for k in order))
    return dense[code], sets


def _recorded(
    scenario: Scenario, *, start_ms: NDArray[np.int64], consent: NDArray[np.bool_], u: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Consent, sample, and the first so many of each local day."""
    recorded = consent & (u < scenario.recorder.sample)
    cap = scenario.recorder.daily_cap
    if cap is not None:
        wanted = np.flatnonzero(recorded)
        day = local_ms(start_ms[wanted], scenario.timezone) // DAY_MS
        order = np.argsort(day, kind="stable")
        begins = np.searchsorted(day[order], day[order], side="left")
        recorded[wanted[order[np.arange(wanted.size) - begins >= cap]]] = False
    return recorded
