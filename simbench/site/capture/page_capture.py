"""Captures one page on one class of device: every state, plain, under each defect, and under those that overlap."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from playwright.async_api import Browser

from simbench.site.capture.forms import try_form, try_typed
from simbench.site.capture.geometry import Agreement, Look, agreement_of, look_at
from simbench.site.capture.pictures import COARSE_QUALITY, QUALITY, document_of, screenshot_of
from simbench.site.capture.tab import Tab
from simbench.site.capture.timeline import load_timeline
from simbench.site.capture.trials import Trier, same_effect
from simbench.site.capture.ways import Ways
from simbench.site.captured import Delta, Row, find_delta
from simbench.site.declaration import Declaration, Defect, Page
from simbench.site.snapshot import Effect, FormTrial
from simbench.site.viewports import Viewport, viewports_of

__all__ = ["PageCapture", "Shot", "capture_page"]

#: More defects than these that overlap on one page are captured in pairs and all together only.
_MOST_TOGETHER: Final = 4
#: Classes of device on which states other than the fresh one, and defects, get a picture.
_PICTURED: Final = ("desktop", "mobile")

#: A set of defects, in the order of site.yaml.
Defects = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """A picture and a document, in one state, viewport and set of defects."""

    state: str
    viewport: str
    defects: Defects
    doc_h: float
    screenshot: bytes
    dom: bytes | None


@dataclass(slots=True, kw_only=True)
class PageCapture:
    """What was found of one page on one class of device, ready to be written."""

    page: str
    device: str
    looks: dict[tuple[str, str, Defects], Look] = field(default_factory=dict)
    acts: dict[tuple[str, Defects], dict[str, Effect]] = field(default_factory=dict)
    typed: dict[tuple[str, Defects], dict[str, Effect]] = field(default_factory=dict)
    forms: dict[tuple[str, Defects], dict[str, FormTrial]] = field(default_factory=dict)
    loads: dict[Defects, dict[str, Any]] = field(default_factory=dict)
    shots: list[Shot] = field(default_factory=list)
    agreements: list[Agreement] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    #: Paths of all that the page asked the server for.
    used: set[str] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class _Work:
    browser: Browser
    site: Declaration
    origin: str
    ways: Ways
    page: Page
    device: str
    tick: Callable[[str], None]
    found: PageCapture
    tab: Tab | None = None
    restless: list[str] = field(default_factory=list)

    @property
    def states(self) -> list[str]:
        """States that this device can show."""
        return ["fresh", *(state.name for state in self.page.states if self.device in state.devices)]

    def reacher(self, tab: Tab, state: str, defects: Defects) -> Callable[[], Awaitable[bool]]:
        """What brings the tab into a state under defects."""
        return lambda: self.ways.reach(tab, self.page, state, defects)


async def capture_page(
    browser: Browser,
    site: Declaration,
    origin: str,
    ways: Ways,
    page: Page,
    device: str,
    tick: Callable[[str], None],
) -> PageCapture:
    """Capture a page in every viewport of a class of device.

    Parameters
    ----------
    tick
        Called with a note after every state that was looked at.
    """
    work = _Work(
        browser=browser, site=site, origin=origin, ways=ways, page=page, device=device, tick=tick,
        found=PageCapture(page=page.page, device=device),
    )  # fmt: skip
    mine = [d for d in site.defects if d.page == page.page and device in d.devices]
    for i, viewport in enumerate(viewports_of(device)):
        tab = await Tab.create(browser, viewport, site, origin, used=work.found.used)
        try:
            await _plain(work, tab, viewport, first=i == 0)
            for defect in mine:
                await _under(work, tab, viewport, (defect.id,), first=i == 0)
        finally:
            await tab.close()
    together = _overlapping(work.found, [defect.id for defect in mine])
    for i, viewport in enumerate(viewports_of(device)):
        if not together:
            break
        tab = await Tab.create(browser, viewport, site, origin, used=work.found.used)
        try:
            for defects, states in together:
                await _under(work, tab, viewport, defects, first=i == 0, states=states)
        finally:
            await tab.close()
    await _loads(work, mine)
    return work.found


async def _plain(work: _Work, tab: Tab, viewport: Viewport, *, first: bool) -> None:
    """Every state without defects: geometry and pictures, and, in the first viewport, what clicks and forms do."""
    found = work.found
    for state in work.states:
        if not await work.ways.reach(tab, work.page, state):
            found.problems.append(f"{work.page.page}: state {state} was not reached on {viewport.name}")
            continue
        look = found.looks[viewport.name, state, ()] = await look_at(tab)
        if state == "fresh" or (first and _worth_a_picture(work, state)):
            found.shots.append(await _shoot(tab, state, viewport, (), look, first=first))
        found.agreements.append(await agreement_of(tab, look))
        if first and state == "fresh":
            work.restless = await tab.learn()
        await _acts(work, tab, viewport, state, (), first=first)
        work.tick(f"{work.page.page} {state} {viewport.name}")


async def _acts(work: _Work, tab: Tab, viewport: Viewport, state: str, defects: Defects, *, first: bool) -> None:
    """What clicks and forms do in a state: in the first viewport all, in others what was not there in the first."""
    found = work.found
    look = found.looks[viewport.name, state, defects]
    trier = Trier(
        tab=tab, site=work.site, page=work.page, state=state, reach=work.reacher(tab, state, defects),
        restless=work.restless,
    )  # fmt: skip
    before = _relative(found, viewport, state, defects)
    if not first:
        known = found.acts.get((state, defects), found.acts.get((state, ()), {}))
        earlier = _first_look(found, state, defects)
        if earlier is not None:
            new = {target for target in look.records if target not in earlier.records}
            extra = await trier.clicks(look, before=(earlier, known), only=new) if new else {}
            found.acts[state, defects] = {**extra, **known}
        return
    only = _differing(found, state, defects) if len(defects) > 1 else None
    patched = [d for d in work.site.defects if d.id in defects]
    trusting = bool(defects) and state not in {d.state for d in patched}
    found.acts[state, defects] = await trier.clicks(look, before=before, trusting=trusting, only=only)
    forms = {}
    for form in work.site.forms:
        if (form.page, form.state) == (work.page.page, state) and (
            not trusting or before is None or not _alike(before[0], look)
        ):
            trial = await try_form(trier, form)
            if trial is None:
                if not defects:
                    found.problems.append(f"{work.page.page}: {form.form} could not be filled in on {viewport.name}")
            else:
                forms[form.form] = trial
    if forms:
        found.forms[state, defects] = forms
    typed: dict[str, Effect] = {}
    for interest in work.site.interests:
        here = interest.page == work.page.page and (interest.state or "fresh") == state
        if here and interest.field is not None and interest.type is not None:
            effect = await try_typed(trier, interest.field, interest.type, interest.target)
            if effect is not None:
                typed[interest.name] = effect
    if typed:
        found.typed[state, defects] = typed


def _worth_a_picture(work: _Work, state: str) -> bool:
    """Whether a state other than the fresh one gets a picture: one that other pages share only on the first of them."""
    declared = work.page.state(state)
    shared = [p.page for p in work.site.pages for s in p.states if declared is not None and s.sign == declared.sign]
    return work.device in _PICTURED and shared[0] == work.page.page


async def _shoot(tab: Tab, state: str, viewport: Viewport, defects: Defects, look: Look, *, first: bool) -> Shot:
    fine = first and state == "fresh" and not defects
    return Shot(
        state=state, viewport=viewport.name, defects=defects, doc_h=look.doc_h,
        screenshot=await screenshot_of(tab, QUALITY if fine else COARSE_QUALITY),
        dom=await document_of(tab) if first and not defects else None,
    )  # fmt: skip


def _relative(
    found: PageCapture, viewport: Viewport, state: str, defects: Defects
) -> tuple[Look, dict[str, Effect]] | None:
    """The look and the effects to which this state under these defects is compared."""
    key = (state, ()) if defects else ("fresh", ())
    if not defects and state == "fresh":
        return None
    look = found.looks.get((viewport.name, *key))
    return (look, found.acts.get(key, {})) if look is not None else None


def _first_look(found: PageCapture, state: str, defects: Defects) -> Look | None:
    return next((look for key, look in found.looks.items() if key[1:] == (state, defects)), None)


async def _under(
    work: _Work, tab: Tab, viewport: Viewport, defects: Defects, *, first: bool, states: set[str] | None = None
) -> None:
    """Every state under defects, or only some states."""
    found = work.found
    patches = [d for d in work.site.defects if d.id in defects]
    if not any(d.css or d.js for d in patches):
        return
    for state in work.states:
        if states is not None and state not in states:
            continue
        plain = found.looks.get((viewport.name, state, ()))
        if plain is None or not await work.ways.reach(tab, work.page, state, defects):
            continue
        look = found.looks[viewport.name, state, defects] = await look_at(tab)
        same = look.rows == plain.rows and look.ears == plain.ears
        if first and not same and state == "fresh" and work.device in _PICTURED and len(defects) == 1:
            found.shots.append(await _shoot(tab, state, viewport, defects, look, first=first))
        if not same or any(d.js for d in patches):
            await _acts(work, tab, viewport, state, defects, first=first)
        work.tick(f"{work.page.page} {state} {viewport.name} with {len(defects)}")


def _alike(one: Look, other: Look) -> bool:
    """Whether two looks hold the same elements with the same listeners, wherever they stand."""
    keys = ("target", "tag", "text", "href", "hit", "ears")
    return [[r[k] for k in keys] for r in one.records.values()] == [
        [r[k] for k in keys] for r in other.records.values()
    ]


def _differing(found: PageCapture, state: str, defects: Defects) -> set[str]:
    """Targets whose effect one of the defects changes by itself."""
    base = found.acts.get((state, ()), {})
    differing = set()
    for defect in defects:
        acts = found.acts.get((state, (defect,)))
        if acts is not None:
            differing |= {t for t in {*base, *acts} if not same_effect(base.get(t), acts.get(t))}
    return differing


def _changes(found: PageCapture, viewport: str, state: str, defect: str) -> set[str]:
    """Targets whose record, in a viewport and state, or whose effect, in that state, a defect changes."""
    plain = found.looks.get((viewport, state, ()))
    look = found.looks.get((viewport, state, (defect,)))
    touched = set(_delta_targets(find_delta(plain.rows, look.rows))) if plain and look else set()
    return touched | _differing(found, state, (defect,))


def _delta_targets(delta: Delta) -> list[str]:
    rows: list[Row] = [row for _, row in delta.get("put", ())]
    return [*delta.get("gone", ()), *delta.get("set", {}), *(row["target"] for row in rows)]


def _overlapping(found: PageCapture, defects: Sequence[str]) -> list[tuple[Defects, set[str]]]:
    """Sets of two and more defects that touch the same element or the same form, and the states in which they do.

    What does not overlap adds up, and need not be captured together.
    """
    touched = {defect: _everything_touched(found, defect) for defect in defects}
    groups: list[list[str]] = []
    for defect in defects:
        near = [group for group in groups if any(touched[defect] & touched[other] for other in group)]
        merged = [*itertools.chain.from_iterable(near), defect]
        groups = [group for group in groups if group not in near] + [merged]
    together: list[tuple[Defects, set[str]]] = []
    for group in groups:
        ordered = [defect for defect in defects if defect in group]
        sizes = range(2, len(ordered) + 1) if len(ordered) <= _MOST_TOGETHER else (2, len(ordered))
        for size in sizes:
            for some in itertools.combinations(ordered, size):
                pairs = itertools.combinations(some, 2)
                states = {state for a, b in pairs for state, _ in touched[a] & touched[b]}
                if states:
                    together.append((some, states))
    return together


def _everything_touched(found: PageCapture, defect: str) -> set[tuple[str, str]]:
    """Pairs of state and target (or form) that a defect changes."""
    touched = set()
    for viewport, state, defects in list(found.looks):
        if defects == (defect,):
            touched |= {(state, target) for target in _changes(found, viewport, state, defect)}
    for (state, defects), forms in found.forms.items():
        if defects == (defect,):
            plain = found.forms.get((state, ()), {})
            touched |= {(state, form) for form, trial in forms.items() if not same_form(plain.get(form), trial)}
    return touched


def same_form(one: FormTrial | None, other: FormTrial | None) -> bool:
    """Whether two trials of a form are the same but for a little time."""
    if one is None or other is None:
        return one is other
    return (
        same_effect(one.submit, other.submit)
        and set(one.fields) == set(other.fields)
        and all(
            same_effect(trial.blur, other.fields[name].blur) and same_effect(trial.submit, other.fields[name].submit)
            for name, trial in one.fields.items()
        )
    )


async def _loads(work: _Work, defects: Sequence[Defect]) -> None:
    """The load timeline, in the first viewport, without defects and with each."""
    viewport = viewports_of(work.device)[0]
    tab = await Tab.create(
        work.browser, viewport, work.site, work.origin, latency="all",
        scripts=("probe.js", "selector.js", "timeline.js"),
    )  # fmt: skip
    try:
        for some in ((), *((defect.id,) for defect in defects if defect.css or defect.js)):
            work.found.loads[some] = await load_timeline(tab, work.page.url, work.ways.answered, some)
    finally:
        await tab.close()
