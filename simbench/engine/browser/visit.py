"""One visit from its first page to its last, in a tab of its own: what it leaves behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import numpy as np
from numpy.typing import NDArray
from playwright.async_api import Browser

from simbench.engine.browser.gate import Gate
from simbench.engine.browser.recording import Recording, page_script
from simbench.engine.browser.tab import PageLost, Tab, TabOptions
from simbench.engine.browser.world import BrowserWorld
from simbench.engine.cast import Cast
from simbench.engine.expand import Recorder
from simbench.engine.machines import catalogue
from simbench.engine.schedule import Schedule
from simbench.engine.shard_tables import consented_ms, converted
from simbench.engine.stage import Stage
from simbench.engine.tape import Tape
from simbench.engine.world import ViewRow
from simbench.events.schema import DEVICES, SOURCES
from simbench.scenario.model import Scenario
from simbench.site.capture.tab import Memory
from simbench.site.viewports import viewport_named
from simbench.visitor.acts import Act, Type
from simbench.visitor.journal import Journal
from simbench.visitor.landing import referrer
from simbench.visitor.visit import visit

__all__ = ["Set", "Visited", "play_visit"]

#: What the inputs of a visit must show: how long after the hand a page hears of them, ms.
_LAGS_MS: Final = (0.0, 25.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """What all visits of a run share.

    `memory` is what a browser has of what it remembers (`Visitor.memory.kept`).
    """

    scenario: Scenario
    stage: Stage
    gate: Gate
    origin: str
    wait_ms: Callable[[float, float], float]
    memory: Callable[[frozenset[str]], Memory]
    real_time: bool


@dataclass(slots=True, kw_only=True)
class Visited:
    """What one visit left behind; scenes and strings are codes of the run's `Stage`.

    `tape` has the shape (acts, len(Col)); `secrets` is what was typed into forms.
    """

    place: int
    tape: NDArray[np.float64]
    views: list[ViewRow]
    journal: Journal
    consented_ms: float
    scene_times: list[tuple[float, int]]
    recording: Recording | None
    secrets: frozenset[str]
    surprises: Counter[str]
    wall_s: float
    simulated_s: float
    away_s: float


async def play_visit(browser: Browser, shared: Set, schedule: Schedule, cast: Cast, place: int) -> Visited:
    """Play the visit at `place` of a shard.

    Raises
    ------
    PageLost
        The page hung, died, or did not hear what it was told.
    """
    scenario, stage = shared.scenario, shared.stage
    dice = cast.dice(place)
    me = cast.visitor(place, dice)
    viewport = viewport_named(schedule.viewport_names[schedule.viewport[place]])
    device = DEVICES[schedule.device[place]]
    defects = schedule.defect_sets[schedule.defects[place]]
    recorder = scenario.recorder
    start_ms = int(schedule.start_ms[place])
    recording = None
    if schedule.recorded[place]:
        pages = None if recorder.pages == "all" else frozenset(recorder.pages)
        recording = Recording(mask=recorder.mask_inputs, pages=pages)
    visit_id = f"{schedule.first + place}"
    turnstile = shared.gate.open(visit_id)
    tape, views = Tape(), list[ViewRow]()
    tab: Tab | None = None
    try:
        tab = await Tab.open(
            browser,
            turnstile,
            TabOptions(
                origin=shared.origin,
                visit=visit_id,
                viewport=viewport,
                user_agent=schedule.user_agents[schedule.agent[place]],
                timezone=catalogue().timezones.get(schedule.country_names[schedule.country[place]], scenario.timezone),
                memory=shared.memory(me.memory.kept),
                defects=tuple(sorted(defects)),
                script=page_script(records=recording is not None),
                epoch_ms=start_ms + float(schedule.skew_ms[place]),
                real_time=shared.real_time,
            ),
        )
        if recording is not None:
            tab.recorded = recording.add
        world = BrowserWorld(
            tab=tab,
            origin=shared.origin,
            landing_query=_marks(schedule, place),
            recorder=Recorder.of(mousemove_hz=recorder.mousemove_hz, scroll_ms=recorder.scroll_ms),
            recording=recording,
            ask_first=recorder.require_consent,
            stage=stage,
            tape=tape,
            session=place,
            viewport=viewport.name,
            device=device,
            defects=defects,
            wait_ms=shared.wait_ms,
            start_ms=start_ms,
            luck=dice.world,
            remembered=me.memory.kept,
            referrer=referrer(SOURCES[schedule.source[place]]),
            views=views,
            session_key=int(cast.session_keys[place]),
        )
        secrets: set[str] = set()
        fields = {field.target for form in stage.site.forms for field in form.fields}
        visitor = visit(me)
        act: Act = next(visitor)
        try:
            while True:
                if isinstance(act, Type) and act.field in fields:
                    secrets.add(act.text)
                await world.perform(act)
                act = visitor.send(world)
        except StopIteration:
            pass
        if recording is not None:
            await recording.end(tab)
        await _control(tab, world, touch=viewport.touch)
        simulated = tab.now / 1000.0
    finally:
        shared.gate.shut(visit_id)
        if tab is not None:
            await tab.close()
    tape.pack()
    me.journal.converted = converted(world, stage)
    return Visited(
        place=place,
        tape=tape.array(),
        views=views,
        journal=me.journal,
        consented_ms=consented_ms(world, stage),
        scene_times=world.scene_times,
        recording=recording,
        secrets=frozenset(secrets),
        surprises=world.surprises,
        wall_s=0.0,
        simulated_s=simulated,
        away_s=world.away_ms / 1000.0,
    )


def _marks(schedule: Schedule, place: int) -> str:
    """What the address of the landing page says about where the visit comes from."""
    source, campaign = SOURCES[schedule.source[place]], int(schedule.campaign[place])
    utm = catalogue().utm[source]
    marks = {}
    if campaign >= 0 or utm.tagged:
        marks = {"utm_source": utm.source, "utm_medium": utm.medium}
    if campaign >= 0:
        marks["utm_campaign"] = schedule.campaign_names[campaign]
    return urlencode(marks)


async def _control(tab: Tab, world: BrowserWorld, *, touch: bool) -> None:
    """Make sure that the pages heard what they were told: every move, in time, and a last click.

    Raises
    ------
    PageLost
        They did not.
    """
    sent, seen, low, high = world.witness()
    # Of a finger's moves browsers keep the first few px to themselves.
    least = 0 if touch else sent
    if not least <= seen <= sent + len(world.scene_times) + 1:
        raise PageLost(f"{sent} moves were sent, and the pages saw {seen}")
    if seen and not (_LAGS_MS[0] <= low and high <= _LAGS_MS[1]):
        raise PageLost(f"inputs were heard {low:.1f} to {high:.1f} ms after they were made, not within 25 ms")
    witness: Any = "window[Symbol.for('simbench.witness')]"
    await tab.evaluate(f"() => {witness}.control()")
    if touch:
        await tab.touch("touchStart", [(5.0, 5.0)])
        await tab.until(tab.now + 60.0)
        await tab.touch("touchEnd", [])
    else:
        await tab.mouse("mousePressed", 5.0, 5.0, clicks=1)
        await tab.until(tab.now + 60.0)
        await tab.mouse("mouseReleased", 5.0, 5.0, clicks=1)
    await tab.until(tab.now + 20.0)
    if not touch and not await tab.evaluate(f"() => {witness}.heard"):
        raise PageLost("a last click was not heard")
