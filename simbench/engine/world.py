"""The world of one visit: plays a visitor's acts against the captured site, and tells what came of them.

It is the visitor's percept and the model engine's body in one: acts move its clock, its pointer and its page, and are
recorded on the tape. What a press does is what it did in a real browser when the site was captured.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, exp, hypot
from typing import Final

from simbench.engine.stage import Stage
from simbench.engine.tape import NOWHERE, Kind, Tape
from simbench.events.schema import EVENT_TYPES
from simbench.site.model import Effect, Element
from simbench.visitor.acts import (
    Act,
    Aim,
    Arrive,
    Await,
    Back,
    Choose,
    Drag,
    Hide,
    KeyPress,
    Leave,
    Look,
    Point,
    Press,
    Read,
    ScrollTo,
    SelectText,
    Shake,
    Type,
)
from simbench.visitor.body.keyboard import typing_ms
from simbench.visitor.noise import act_key
from simbench.visitor.scene import Scene

__all__ = ["Pending", "ViewRow", "World"]

_TYPE: Final = {name: float(code) for code, name in enumerate(EVENT_TYPES)}
#: Round trip of the network by device, ms: median, and its log-sd over pages (assumed, 15 to 60 and 40 to 200).
_ROUND_TRIP: Final = {"desktop": 35.0, "tablet": 50.0, "mobile": 90.0}
_ROUND_TRIP_SIGMA: Final = 0.4
#: A page from the back-forward cache (assumed, 30 to 200 ms), and how much of its rendering it skips.
_CACHE_MS: Final = 80.0
#: Two clicks this close are counted as one double click by the browser (Chromium's default on Linux: 500 ms).
_MULTI_CLICK_MS: Final = 500.0
_MULTI_CLICK_PX: Final = 4.0
_NEVER: Final = float("inf")
#: A finger that rests this long marks a word (Android: 500 ms, iOS about as long).
_LONG_PRESS_MS: Final = 650.0
_RESTED_MS: Final = 500.0
#: From the press to the tab or the system's window that it opens (assumed, 20 to 300 ms); and how long it takes to shut
#: one that was not wanted (assumed, 700 to 4000 ms).
_OPENS_MS: Final = 60.0
_SHUT_MS: Final = 1500.0
#: A response within this is felt as instant (Nielsen 1993): nobody waits for it.
_INSTANT_MS: Final = 100.0

#: A page whose own script goes on failing in the background (a poller, a tracker): its share of page views as
#: a bound on a standard normal number (.03; assumed, .005 to .08); how often it fails, ms (median and log-sd; assumed,
#: 1500 to 12000); and how often it is followed up.
_POLLER_Z: Final = 1.88
_POLL_MS: Final = 3500.0
_POLL_SIGMA: Final = 0.5
_POLLS: Final = 10
_POLL_ERROR: Final = "NetworkError"

#: A row of the views table before strings are coded.
ViewRow = tuple[int, int, str, str, int, str, str | None, float, float, float, float]


class World:
    """One visit; see `simbench.visitor.acts.Percept` for what visitors may read.

    Parameters
    ----------
    stage
        The site.
    tape
        Where acts are recorded.
    session
        The visit's number in its shard.
    viewport, device, defects
        What the visitor sees the site through, and what is broken.
    wait_ms, start_ms
        How long a request waits at the busy backend, by epoch ms and a standard normal number; when the visit begins.
    luck
        Standard normal numbers for network and server.
    remembered
        What the visitor's browser remembers of earlier visits.
    session_key
        Noise key of the visit: how long an entry takes to type hangs on it.
    """

    def __init__(
        self, *, stage: Stage, tape: Tape, session: int, viewport: str, device: str, defects: frozenset[str],
        wait_ms: Callable[[float, float], float], start_ms: int, luck: Callable[[], float], remembered: frozenset[str],
        referrer: str | None, views: list[ViewRow], session_key: int = 0,
    ) -> None:  # fmt: skip
        self._stage = stage
        self._add = tape.add
        self._tape, self._first_act, self._session_key = tape, tape.length, session_key
        self._session = session
        self._viewport = viewport
        self._defects = defects
        self._wait_ms = wait_ms
        self._start_ms = start_ms
        self._luck = luck
        self._round_trip = _ROUND_TRIP[device]
        self._touch = device != "desktop"
        self._remembered = set(remembered)
        self._referrer = referrer
        self._views = views
        self._history: list[str] = []
        self._url = "/"
        self._nav = "navigate"
        self._view_started = 0.0
        self._ttfb = 0.0
        self._lcp = 0.0
        self._scene_code = -1
        self._closed = False
        #: What lies over the page since a press opened it: another tab, or a window of the system's.
        self._away: str | None = None
        self._polls_from, self._polls_every = _NEVER, 1.0
        self._load_without: list[tuple[str, float]] = []
        self._pressed = (-1, 0.0, 0.0, 0.0)
        # A change that is on its way: when it is committed, when it is on screen, and what it is.
        self._pending: Pending | None = None
        self._fields: dict[str, bool] = {}
        self._typed: dict[str, str] = {}
        self._focused: str | None = None
        self._dirty = False
        self._clicks = 0
        self._clicked_at = (-1e9, 0.0, 0.0)
        #: Pages and states that the visit has come to.
        self.reached: set[tuple[str, str]] = set()
        #: When the visitor said yes to being recorded (ms since the visit began); 0 where nobody asked.
        self.consented_ms = 0.0

        self.scene: Scene
        self.now_ms = 0.0
        self.began_ms = 0.0
        self.view = -1
        self.scroll_y = 0.0
        self.x = 0.0
        self.y = 0.0
        self.hit: str | None = None
        self.response = ""
        self.alive = True
        self.loading = False
        self.response_ms = 0.0
        self.error: str | None = None
        self.error_ms = 0.0
        self.cause: str | None = None
        self.asked_ms = 0.0
        self.arrived_ms = 0.0
        self.deepest = 0.0
        self.deepest_before = 0.0
        self._play: dict[type, Callable[..., None]] = {
            Arrive: self._arrive, Look: self._look, Read: self._read, ScrollTo: self._scroll_to, Point: self._point,
            Press: self._press, KeyPress: self._key_press, Aim: self._aim, Shake: self._shake,
            SelectText: self._select_text, Drag: self._drag, Type: self._type, Choose: self._choose,
            Await: self._await, Hide: self._hide, Back: self._back, Leave: self._leave,
        }  # fmt: skip

    @property
    def can_go_back(self) -> bool:
        """Whether the browser has an earlier page of this site to go back to."""
        return bool(self._history) and self._pending is None

    def blame(self) -> str | None:
        """The defect without which the last press would have had another outcome."""
        return self._blamed() if self._pressed[0] >= 0 else None

    def _blamed(self) -> str | None:
        scene, x, y, scroll_y = self._pressed
        return self._stage.cause(scene, x, y, scroll_y, finger=self._touch)

    def blame_aim(self, target: str) -> str | None:
        """The defect without which the last press, as far off its aim as it was, would have hit `target`."""
        code, x, y, scroll_y = self._pressed
        scene = self._stage.scenes[code]
        aimed = scene.element(target)
        if aimed is None:
            return None
        snapshot = scene.snapshot
        middle_x, middle_y, _, _ = scene.spot(aimed)
        for defect in sorted(snapshot.defects):
            other = self._stage.scenes[
                self._stage.scene(snapshot.page, snapshot.state, snapshot.viewport, snapshot.defects - {defect})
            ]
            there = other.element(target)
            if there is None:
                continue
            # The page as it is without the defect, scrolled so that the aim is where it was on screen.
            now_x, now_y, _, _ = other.spot(there)
            scroll = scroll_y if there.fixed else scroll_y + now_y - middle_y
            hit, _, _ = other.touched(x + now_x - middle_x, y + (now_y - middle_y if there.fixed else 0.0), scroll)
            if hit is not None and (
                hit.target == target or hit.interactive_ancestor == there.interactive_ancestor is not None
            ):
                return defect
        return None

    def blame_load(self, patience_ms: float) -> str | None:
        """The defect without which the page on its way would be there within `patience_ms`."""
        return next((defect for defect, ms in self._load_without if ms <= patience_ms), None)

    def otherwise(self, target: str, defect: str) -> Element | None:
        """The element as it would be on this page without `defect`."""
        snapshot = self.scene.snapshot
        code = self._stage.scene(snapshot.page, snapshot.state, snapshot.viewport, snapshot.defects - {defect})
        return self._stage.scenes[code].element(target)

    def strayed_error(self, since_ms: float) -> float | None:
        """When, from `since_ms` to now, the page threw an error of its own, if it did."""
        if self.now_ms < self._polls_from:
            return None
        number = max(ceil((since_ms - self._polls_from) / self._polls_every), 0)
        at = self._polls_from + number * self._polls_every
        return at if number < _POLLS and at <= self.now_ms else None

    @property
    def scene_code(self) -> int:
        """Code of the scene on screen."""
        return self._scene_code

    def play(self, act: Act) -> None:
        """Play one act to its end."""
        if self._away is not None and act.__class__ is not Hide:
            # It was not wanted: what opened is shut first.
            self._hide(Hide(_SHUT_MS, "dialog" if self._away == "file_chooser" else "tab"))
        self._play[act.__class__](act)

    # -- acts ---------------------------------------------------------------------------------------------------------

    def _arrive(self, act: Arrive) -> None:
        # The viewport's middle is where a pointer comes from; nobody knows better.
        self._go(act.url, "navigate")
        assert self._pending is not None
        self._advance(self._pending.commit_ms)
        self.x, self.y = round(self.scene.vw * 0.5), round(self.scene.vh * 0.35)

    def _look(self, act: Look) -> None:
        start = self.now_ms
        scroll = self.scroll_y
        code = self._stage.strings.code(act.target)
        element = self.scene.element(act.target) if act.target is not None else None
        top = bottom = 0.0
        if element is not None:
            top = element.y + (scroll if element.fixed else 0.0)
            bottom = top + element.h
        self._add((Kind.LOOK, self._session, self.view, self._scene_code, start, start + act.ms, NOWHERE, NOWHERE,
                   NOWHERE, NOWHERE, scroll, scroll, code, top, bottom, 0.0))  # fmt: skip
        self._advance(start + act.ms)

    def _read(self, act: Read) -> None:
        start, end = self.now_ms, self.now_ms + act.ms
        to = min(max(act.scroll_y, 0.0), self.scene.sy_max)
        x1 = y1 = NOWHERE
        if act.wander is not None:
            x1, y1 = act.wander
        self._add((Kind.READ, self._session, self.view, self._scene_code, start, end, self.x, self.y, x1, y1,
                   self.scroll_y, to, -1.0, 0.0, 0.0, 0.0))  # fmt: skip
        if act.wander is not None:
            self.x, self.y = act.wander
        self._scrolled(to)
        self._advance(end)

    def _scroll_to(self, act: ScrollTo) -> None:
        start, end = self.now_ms, self.now_ms + act.ms
        to = min(max(act.scroll_y, 0.0), self.scene.sy_max)
        self._add((Kind.SCROLL, self._session, self.view, self._scene_code, start, end, self.x, self.y, NOWHERE,
                   NOWHERE, self.scroll_y, to, -1.0, 0.0, 0.0, 0.0))  # fmt: skip
        self._scrolled(to)
        self._advance(end)

    def _scrolled(self, to: float) -> None:
        self.scroll_y = to
        self.deepest = max(self.deepest, to + self.scene.vh)

    def _point(self, act: Point) -> None:
        start, end = self.now_ms, self.now_ms + act.ms
        if not self._touch and act.ms > 0:
            self._add((Kind.MOVE, self._session, self.view, self._scene_code, start, end, self.x, self.y, act.x,
                       act.y, self.scroll_y, self.scroll_y, -1.0, act.overshoot, 0.0, 0.0))  # fmt: skip
        self.x, self.y = act.x, act.y
        self._advance(end)

    def _press(self, act: Press) -> None:
        element = self._press_down(act.hold_ms)
        self._answer(element)

    def _aim(self, act: Aim) -> None:
        start, end = self.now_ms, self.now_ms + act.ms
        if not self._touch:
            self._add((Kind.MOVE, self._session, self.view, self._scene_code, start, end, self.x, self.y, act.x,
                       act.y, self.scroll_y, self.scroll_y, -1.0, act.overshoot, 0.0, 0.0))  # fmt: skip
        self.x, self.y = act.x, act.y
        self._advance(end)
        element = self._press_down(act.hold_ms)
        self._answer(element)

    def _key_press(self, act: KeyPress) -> None:
        start = self.now_ms
        key = self._stage.strings.code("tab")
        for number in range(act.tabs - 1):
            self._event("keydown", start + number * act.ms_per_tab, target=self._focused, data=key)
        self._advance(start + (act.tabs - 1) * act.ms_per_tab)
        view = self.view
        self._focus(act.target, by_key=True)
        self._advance(self.now_ms + act.ms_per_tab)
        element = self.scene.element(act.target) if self.view == view else None
        self._event("keydown", self.now_ms, target=act.target, data=self._stage.strings.code("enter"))
        # Browsers make a click of it, without a pointer: its count is 0.
        self._event("click", self.now_ms, target=act.target)
        self.hit = act.target
        began, here = self.now_ms, (self.x, self.y)
        if element is not None:
            # What it does, and without which defect it would not, is what a press on the control's spot does.
            x, y, _, _ = self.scene.spot(element)
            self.x, self.y = x, y - (0.0 if element.fixed else self.scroll_y)
        self._answer(element)
        self.x, self.y = here
        self.began_ms = began

    def _shake(self, act: Shake) -> None:
        start = self.now_ms
        end = start + act.strokes * act.ms_per_stroke
        if not self._touch:
            self._add((Kind.SHAKE, self._session, self.view, self._scene_code, start, end, self.x, self.y, self.x,
                       self.y, self.scroll_y, self.scroll_y, act.roundness, float(act.strokes), act.reach_px,
                       act.angle))  # fmt: skip
        if act.reading:
            self._add((Kind.LOOK, self._session, self.view, self._scene_code, start, end, NOWHERE, NOWHERE, NOWHERE,
                       NOWHERE, self.scroll_y, self.scroll_y, -1.0, 0.0, 0.0, 0.0))  # fmt: skip
        self._advance(end)
        self.began_ms = start

    def _select_text(self, act: SelectText) -> None:
        element = None
        began = self.now_ms
        for number in range(act.clicks):
            if number:
                self._advance(self.now_ms + act.gap_ms)
                self.x = min(max(self.x + act.drift_x, 0.0), self.scene.vw - 1.0)
                self.y = min(max(self.y + act.drift_y, 0.0), self.scene.vh - 1.0)
            element = self._press_down(act.hold_ms) if act.clicks > 1 else self._press_down(_LONG_PRESS_MS, click=False)
        words = element.words if element is not None else 0
        length = 6.0 * max(words, 1) if act.clicks == 3 else 6.0
        # A word is marked as the button goes down for the second time, and by a finger once it has rested.
        at = self.began_ms + (1.0 if act.clicks > 1 else _RESTED_MS)
        self._event("selection", at, target=self.hit, value=length)
        self.began_ms = began
        self.response = "change"

    def _drag(self, act: Drag) -> None:
        began = self.now_ms
        start = self.scene.hit(*act.path[0], self.scroll_y)
        end = self.scene.hit(*act.path[-1], self.scroll_y)
        self._blur()
        self.hit = start.target if start is not None else "html"
        # A click is what begins and ends on one element; a finger that moved makes none.
        click = float(start is end and not self._touch)
        legs = list(zip(act.path, act.path[1:], strict=False))
        lengths = [hypot(x1 - x0, y1 - y0) + 1.0 for (x0, y0), (x1, y1) in legs]
        for number, ((x0, y0), (x1, y1)) in enumerate(legs):
            t0 = self.now_ms
            t1 = t0 + act.ms * lengths[number] / sum(lengths)
            edges = (1.0 if number == 0 else 0.0) + (2.0 if number == len(legs) - 1 else 0.0)
            self._add((Kind.DRAG, self._session, self.view, self._scene_code, t0, t1, x0, y0, x1, y1, self.scroll_y,
                       self.scroll_y, self._stage.strings.code(self.hit), edges, click, 0.0))  # fmt: skip
            self.x, self.y = x1, y1
            self._advance(t1)
        self._clicks, self._clicked_at = 1, (self.now_ms, self.x, self.y)
        self.began_ms = began
        self.error, self.cause, self.response_ms = None, None, 0.0
        self.alive = act.selects or (start is not None and self.scene.effect(start) is not None)
        self.response = "change" if self.alive else ""
        if act.selects:
            words = start.words if start is not None else 0
            self._event("selection", self.now_ms + 1.0, target=self.hit, value=6.0 * max(0.5 * words, 1.0))

    def _type(self, act: Type) -> None:
        self._focus(act.field, by_key=True)
        length = len(act.text)
        # The rhythm decides how long it takes, and it hangs on the act's own noise key, as in `engine.expand`.
        key = act_key(self._session_key, self._tape.length - self._first_act)
        took = typing_ms(act.ms_per_key, length, act.slips, key, person=self._session_key)
        start, end = self.now_ms, self.now_ms + took
        self._add((Kind.TYPE, self._session, self.view, self._scene_code, start, end, NOWHERE, NOWHERE, NOWHERE,
                   NOWHERE, self.scroll_y, self.scroll_y, self._stage.strings.code(act.field), length, act.slips,
                   act.ms_per_key))  # fmt: skip
        self._fields[act.field] = act.good
        self._typed[act.field] = act.text.strip()
        self._dirty = True
        self._advance(end)
        self.began_ms = start

    def _choose(self, act: Choose) -> None:
        start = self.now_ms
        self._focus(act.field, by_key=True)
        self._advance(self.now_ms + act.ms)
        self._event("input", self.now_ms, target=act.field)
        self._event("change", self.now_ms, target=act.field)
        self._fields[act.field] = True
        self.began_ms = start

    def _await(self, act: Await) -> None:
        start = self.now_ms
        end = start + act.ms
        if self._pending is not None:
            end = min(end, max(self._pending.seen_ms, start))
        self._advance(end)
        self.began_ms = start

    def _hide(self, act: Hide) -> None:
        code = self._stage.strings.code
        start = self.now_ms
        # Behind a dialog of the system's the page stays visible; its window loses the focus, and has it again.
        kind, words = ("blur", "window") if act.to == "dialog" else ("visibility", "hidden")
        if self._away is None:
            self._event(kind, start, data=code(words))
        self._away = None
        self._advance(start + act.ms)
        kind, words = ("focus", "window") if act.to == "dialog" else ("visibility", "visible")
        self._event(kind, self.now_ms, data=code(words))
        self.began_ms = start

    def _back(self, _: Back) -> None:
        pending = self._pending
        if pending is not None and pending.url is not None and not pending.committed:
            # What has not come yet is called off; where it was on the way back, that page is behind again.
            if pending.nav == "back":
                self._history.append(pending.url)
            self._pending = None
            self.loading = False
            self.began_ms = self.now_ms
            return
        url = self._history.pop()
        self._go(url, "back")

    def _leave(self, _: Leave) -> None:
        self._close_view(self.now_ms)
        self._closed = True

    # -- time and pages -----------------------------------------------------------------------------------------------

    def _advance(self, to: float) -> None:
        """Let time pass until `to`; what was on its way arrives."""
        self.began_ms = self.now_ms
        pending = self._pending
        if pending is not None:
            if not pending.committed and pending.commit_ms <= to:
                pending.committed = True
                self._commit(pending)
            if pending.committed and pending.seen_ms <= to:
                self._pending = None
                self.loading = False
                self.response = pending.response
        self.now_ms = max(to, self.now_ms)

    def _go(self, url: str, nav: str) -> None:
        """Ask for a page: it is committed after the network and the server, and seen when its largest part is drawn."""
        page = self._stage.page_of(url)
        declared = self._stage.page(page)
        noise = exp(_ROUND_TRIP_SIGMA * self._luck())
        if nav == "back":
            ttfb = _CACHE_MS * noise
        else:
            ttfb = (
                self._round_trip * noise
                + declared.server_ms
                + self._wait_ms(self._start_ms + self.now_ms, self._luck())
            )
        state = self._stage.opening_state(page, frozenset(self._remembered))
        code = self._stage.scene(page, state, self._viewport, self._defects)
        lcp = self._stage.scenes[code].snapshot.lcp_ms * noise * (0.4 if nav == "back" else 1.0)
        commit = self.now_ms + ttfb
        self.asked_ms = self.now_ms
        self._load_without = []
        snapshot = self._stage.scenes[code].snapshot
        for defect in sorted(snapshot.defects):
            other = self._stage.scene(page, state, self._viewport, snapshot.defects - {defect})
            saved = (snapshot.lcp_ms - self._stage.scenes[other].snapshot.lcp_ms) * noise
            if saved > 0.0:
                self._load_without.append((defect, ttfb + lcp - saved))
        self._pending = Pending(commit_ms=commit, seen_ms=commit + lcp, response="page", scene=code, url=url, nav=nav,
                                 ttfb=ttfb, lcp=lcp)  # fmt: skip
        self.loading = True
        self.response = ""

    def _commit(self, pending: Pending) -> None:
        """Another page, or another state of this one, is there."""
        at = pending.commit_ms
        if pending.url is None:
            if pending.mutations:
                self._event("mutation", at, value=float(pending.mutations))
            if pending.scene >= 0:
                self._enter_state(pending.scene, at)
            return
        if self.view >= 0:
            self._close_view(at)
            if pending.nav != "back":
                self._history.append(self._url)
        self.view += 1
        self._scene_code = pending.scene
        self.scene = self._stage.scenes[pending.scene]
        self._nav, self._view_started = pending.nav, at
        self._ttfb, self._lcp = pending.ttfb, pending.ttfb + pending.lcp
        self.arrived_ms = at
        self.deepest_before, self.deepest = self.deepest, self.scene.vh
        if self.view:
            self._referrer = self._url
        self._url = pending.url
        self.scroll_y = 0.0
        self._fields.clear()
        self._typed.clear()
        self._focused, self._dirty = None, False
        self.reached.add((self.scene.page, self.scene.state))
        self._event("pageview", at)
        for late in self.scene.snapshot.late:
            self._event("mutation", at + late.ms, value=float(len(late.targets)))
        self._polls_from = _NEVER
        if self._luck() > _POLLER_Z:
            self._polls_every = _POLL_MS * exp(_POLL_SIGMA * self._luck())
            self._polls_from = at + pending.lcp + 0.5 * self._polls_every
            error = self._stage.strings.code(_POLL_ERROR)
            for number in range(_POLLS):
                self._event("error", self._polls_from + number * self._polls_every, data=error)

    def _close_view(self, at: float) -> None:
        self._event("pagehide", at)
        url = self._url.partition("?")[0]
        self._views.append((self._session, self.view, url, self._nav, self._scene_code, self.scene.page,
                            self._referrer, self._view_started, at, self._ttfb, self._lcp))  # fmt: skip

    def _enter_state(self, code: int, at: float) -> None:
        """The page changes its state: what the state remembers is remembered, what it answered is answered."""
        declared = self._stage.page(self.scene.page)
        before = declared.state(self.scene.state)
        self._scene_code = code
        self.scene = self._stage.scenes[code]
        self.scroll_y = min(self.scroll_y, self.scene.sy_max)
        self.reached.add((self.scene.page, self.scene.state))
        after = declared.state(self.scene.state)
        if after is not None:
            self._remembered.update(after.remembers)
        if before is not None and before.opens_without is not None:
            self._remembered.add(before.opens_without)
            self.consented_ms = at

    # -- presses ------------------------------------------------------------------------------------------------------

    def _press_down(self, hold_ms: float, *, click: bool = True) -> Element | None:
        """Press and release; what lies under the pointer gets it. A long press of a finger is no click."""
        start, end = self.now_ms, self.now_ms + hold_ms
        self._pressed = (self._scene_code, self.x, self.y, self.scroll_y)
        if self._touch:
            element, self.x, self.y = self.scene.touched(self.x, self.y, self.scroll_y)
        else:
            element = self.scene.hit(self.x, self.y, self.scroll_y)
        target = element.target if element is not None else "html"
        then, x, y = self._clicked_at
        near = abs(self.x - x) <= _MULTI_CLICK_PX and abs(self.y - y) <= _MULTI_CLICK_PX
        self._clicks = self._clicks + 1 if start - then <= _MULTI_CLICK_MS and near and not self._touch else 1
        self._clicked_at = (end, self.x, self.y)
        kind = Kind.TAP if self._touch else Kind.PRESS
        code = self._stage.strings.code(target)
        self._add((kind, self._session, self.view, self._scene_code, start, end, self.x, self.y, self.x, self.y,
                   self.scroll_y, self.scroll_y, code, float(self._clicks) if click else 0.0, 0.0, 0.0))  # fmt: skip
        self.hit = target
        # What was on its way may arrive while the button is held.
        self._advance(end)
        self.began_ms = start
        return element

    def _answer(self, element: Element | None) -> None:
        """Work out what the press does, and set it going."""
        self.error, self.cause, self.alive, self.response_ms = None, None, True, 0.0
        if self._pending is not None:
            # Something is under way already; the press changes nothing, but it is not in vain either.
            self.response_ms = self._pending.seen_ms - self.now_ms
            return
        self.response = ""
        self._tick(element)
        effect = self._effect_of(element) if element is not None else None
        if effect is None or effect.kind in {"none", "error"}:
            self._blur()
            self._nothing(effect)
            return
        if effect.error is not None:
            self.error = effect.error
            self.cause = self._blamed()
            self.error_ms = self.now_ms + 2.0
            self._event("error", self.error_ms, target=self.hit, data=self._stage.strings.code(effect.error))
        server_ms = self._requests(effect)
        if effect.kind == "navigate" and effect.url is not None and effect.url.startswith("/"):
            self._blur()
            self._go(effect.url, "link")
            assert self._pending is not None
            self._pending.shift(server_ms)
            self.response_ms = self._pending.seen_ms - self.now_ms
            return
        self._change(effect, server_ms)

    def _nothing(self, effect: Effect | None) -> None:
        """Nothing on the page answers the press."""
        if effect is not None:
            self._requests(effect)
            if effect.error is not None:
                self.error = effect.error
                self.error_ms = self.now_ms + 2.0
                self._event("error", self.error_ms, target=self.hit, data=self._stage.strings.code(effect.error))
        self.alive = False
        self.cause = self._blamed()

    def _requests(self, effect: Effect) -> float:
        """Requests that the press makes; returns when the last is answered, ms after now."""
        strings = self._stage.strings
        longest = 0.0
        for request in effect.requests:
            ms = (
                request.ms
                + self._round_trip * exp(_ROUND_TRIP_SIGMA * self._luck())
                + self._wait_ms(self._start_ms + self.now_ms, self._luck())
            )
            path = strings.code(request.url.partition("?")[0])
            self._event("request", self.now_ms + 1.0, target=self.hit, data=path)
            self._event("response", self.now_ms + 1.0 + ms, target=self.hit, value=float(request.status), data=path)
            longest = max(longest, ms)
        return longest

    def _tick(self, element: Element | None) -> None:
        """A box or radio button that is pressed takes its new value at once."""
        control = element.interactive_ancestor if element is not None else None
        if control is not None and (self.scene.page, control) in self._stage.ticked:
            self._event("input", self.now_ms + 1.0, target=control)
            self._event("change", self.now_ms + 1.0, target=control)
            self._fields[control] = True

    def _change(self, effect: Effect, server_ms: float) -> None:
        """Something on this page answers, now or soon."""
        base_ms = sum(request.ms for request in effect.requests[:1])
        first_ms = max(effect.first_ms - base_ms, 0.0) + server_ms
        at = self.now_ms + first_ms
        code = -1
        if effect.kind == "state" and effect.state is not None:
            code = self._stage.scene(self.scene.page, effect.state, self._viewport, self._defects)
        if effect.focus is not None:
            self._focus(effect.focus, by_key=False)
        elif effect.kind != "focus":
            self._blur()
        if effect.ticked is not None and (self.scene.page, effect.ticked) not in self._stage.ticked:
            self._event("input", at, target=effect.ticked)
            self._event("change", at, target=effect.ticked)
        if effect.open is not None:
            word = self._stage.strings.code
            self._event("open", at, target=self.hit, data=word(effect.open))
            if effect.open == "window":
                self._event("visibility", at + _OPENS_MS, data=word("hidden"))
                self._away = effect.open
            elif effect.open == "file_chooser":
                self._event("blur", at + _OPENS_MS, data=word("window"))
                self._away = effect.open
        if effect.scroll_y is not None and effect.kind == "scroll":
            to = min(max(effect.scroll_y, 0.0), self.scene.sy_max)
            self._event("scroll", at, scroll_y=to)
            self._scrolled(to)
        self.response_ms = first_ms
        self._pending = Pending(commit_ms=at, seen_ms=at, response=effect.kind, scene=code,
                                 mutations=effect.mutations)  # fmt: skip
        if first_ms <= _INSTANT_MS:
            began = self.began_ms
            self._advance(at)
            self.began_ms = began

    def _effect_of(self, element: Element) -> Effect | None:
        """What the press does, given what stands in the fields."""
        control = element.interactive_ancestor or element.target
        form = self._stage.form_sent_by(self.scene.page, control) if self._fields else None
        trial = self._stage.trial(form, self._viewport, self._defects) if form is not None else None
        if form is not None and trial is not None:
            self._event("submit", self.now_ms + 1.0, target=form.form)
            for field in form.fields:
                if self._fields.get(field.target) is False and field.target in trial.fields:
                    return trial.fields[field.target].submit
            return trial.submit
        effect = self.scene.effect(element)
        # What a click does after something was typed (a coupon, a search) was tried in the browser too.
        for box, text, interest in self._stage.typed_before(self.scene.page, control):
            if self._typed.get(box) == text:
                typed = self.scene.snapshot.typed.get(interest)
                return typed if typed is not None else effect
        return effect

    def _focus(self, field: str, *, by_key: bool) -> None:
        if self._focused == field:
            return
        if by_key and not self._touch:
            self._event("keydown", self.now_ms, target=self._focused, data=self._stage.strings.code("tab"))
        self._blur()
        self._event("focus", self.now_ms, target=field)
        self._focused = field

    def _blur(self) -> None:
        if self._focused is None:
            return
        if self._dirty:
            self._event("change", self.now_ms, target=self._focused)
        self._event("blur", self.now_ms, target=self._focused)
        self._focused, self._dirty = None, False

    def _event(
        self, kind: str, at: float, *, target: str | None = None, value: float = NOWHERE, data: int = -1,
        scroll_y: float | None = None,
    ) -> None:  # fmt: skip
        scroll = self.scroll_y if scroll_y is None else scroll_y
        self._add((Kind.EVENT, self._session, self.view, self._scene_code, at, at, NOWHERE, NOWHERE, NOWHERE, NOWHERE,
                   scroll, scroll, self._stage.strings.code(target), _TYPE[kind], value, data))  # fmt: skip


class Pending:
    """What is on its way: committed at `commit_ms`, on screen at `seen_ms`."""

    __slots__ = ("commit_ms", "committed", "lcp", "mutations", "nav", "response", "scene", "seen_ms", "ttfb", "url")

    def __init__(
        self, *, commit_ms: float, seen_ms: float, response: str, scene: int, url: str | None = None, nav: str = "",
        ttfb: float = 0.0, lcp: float = 0.0, mutations: int = 0,
    ) -> None:  # fmt: skip
        self.commit_ms = commit_ms
        self.seen_ms = seen_ms
        self.response = response
        self.scene = scene
        self.url = url
        self.nav = nav
        self.ttfb = ttfb
        self.lcp = lcp
        self.mutations = mutations
        self.committed = False

    def shift(self, ms: float) -> None:
        """Let it come later by `ms`."""
        self.commit_ms += ms
        self.seen_ms += ms
