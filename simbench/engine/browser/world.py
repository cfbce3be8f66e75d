"""The world of one visit in a real browser: plays a visitor's acts as real input, and tells what came of them.

The same percept, tape and bookkeeping as in the model (`simbench.engine.world.World`), but what is hit, what answers,
what fails and how the page is scrolled comes from the page. Of the captured site it uses what no page tells: where
things are that a visitor aims at, which defect was to blame, whether anything will ever come of a press (these two for
labels alone), and how long a page takes to be drawn, which costs nothing in virtual time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from math import exp, hypot, isfinite
from typing import Any, Final

import numpy as np

from simbench.engine.browser.recording import Recording
from simbench.engine.browser.tab import Tab
from simbench.engine.expand import Recorder, expand_act
from simbench.engine.tape import NOWHERE, Kind
from simbench.engine.world import Pending, World
from simbench.site.model import Effect, Element
from simbench.site.server import latency_of
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
from simbench.visitor.body.keyboard import expand_keys, typing_ms
from simbench.visitor.noise import act_key

__all__ = ["BrowserWorld"]

#: Everything the page has to tell, in one message.
_READ: Final = "(signs) => window[Symbol.for('simbench.witness')].read(signs)"
#: A response within this is felt as instant (Nielsen 1993): a hand that has pressed stays so long.
_INSTANT_MS: Final = 100.0
_FRAME_MS: Final = 1000.0 / 60.0
#: While something is awaited, the page is looked at so often.
_LOOK_MS: Final = 50.0
#: An answer that the page owed and that has not come so long after it was due will not come.
_OVERDUE_MS: Final = 2000.0
#: A finger that rests this long marks a word (Android: 500 ms, iOS about as long).
_LONG_PRESS_MS: Final = 650.0
_SHUT_MS: Final = 1500.0
_NETWORK_SIGMA: Final = 0.4
#: Network and server of requests by scripts, and the errors of a page's own: what `World` uses.
_POLLS: Final = 10
_KEYS: Final = {"tab": ("Tab", 9), "enter": ("Enter", 13), "backspace": ("Backspace", 8), "space": (" ", 32),
                "page": ("PageDown", 34), "arrow": ("ArrowDown", 40)}  # fmt: skip
_HIDING: Final = """(hidden) => {
    const state = hidden ? 'hidden' : 'visible';
    Object.defineProperty(document, 'visibilityState', {configurable: true, get: () => state});
    Object.defineProperty(document, 'hidden', {configurable: true, get: () => hidden});
    document.dispatchEvent(new Event('visibilitychange', {bubbles: true}));
}"""
_WINDOW: Final = "(type) => window.dispatchEvent(new FocusEvent(type))"
_FOCUSED: Final = """(target) => {
    const field = window[Symbol.for('simbench.selector')].find(target);
    return Boolean(field) && (document.activeElement === field || field.contains(document.activeElement));
}"""
_FOCUS: Final = """(target) => {
    const field = window[Symbol.for('simbench.selector')].find(target);
    if (field) field.focus({preventScroll: true});
    return Boolean(field);
}"""
#: What stands in a field is replaced by what is typed; what begins with a space goes to its end.
_READY: Final = """([target, atEnd]) => {
    const field = window[Symbol.for('simbench.selector')].find(target);
    if (!field || !('value' in field)) return;
    try {
        if (atEnd) field.setSelectionRange(field.value.length, field.value.length);
        else field.select();
    } catch { /* not for this type of field */ }
}"""
_KIND: Final = """([target, wanted]) => {
    const field = window[Symbol.for('simbench.selector')].find(target);
    if (!field) return null;
    if (field.localName === 'select') {
        const option = [...field.options].find((o) => o.value === wanted || o.label === wanted)
            || field.options[(field.selectedIndex + 1) % field.options.length];
        return ['select', option ? option.label : ''];
    }
    return [field.type || field.localName, ''];
}"""
#: (In newer browsers it returns a promise, which a frame fulfils: nobody waits for that.)
_SCROLL: Final = "(y) => { window.scrollTo({top: y, behavior: 'instant'}); }"

Input = tuple[float, Callable[[], Awaitable[None]]]


class BrowserWorld(World):
    """One visit in a tab; for what visitors may read see `simbench.visitor.acts.Percept`.

    Parameters
    ----------
    tab
        Where it is played.
    origin, landing_query
        The site's origin, and what is added to the address of the landing page (marks of a campaign).
    recorder
        What a recorder would keep: inputs are made as finely as that.
    recording
        Where the recorder's events go; None: this visit is not recorded.
    ask_first
        Whether nothing is recorded before the visitor has agreed.
    options
        As for `World`.
    """

    def __init__(
        self, *, tab: Tab, origin: str, landing_query: str, recorder: Recorder,
        recording: Recording | None, ask_first: bool, **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(**options)
        self.tab = tab
        self._origin = origin
        self._landing_query = landing_query
        self._recorder = recorder
        self._recording = recording
        self._ask_first = ask_first
        self._records = False
        self._acts = 0
        self._owed_until = 0.0
        self._shown: dict[str, Any] = {}
        self._lags: tuple[float, float] = (1e9, -1e9)
        self._seen_moves = 0
        self._sent_moves = 0
        self._sent_here = (0, 0)
        #: How long nobody looked (another tab, the system's own window).
        self.away_ms = 0.0
        self._nav_wanted = "navigate"
        #: When each scene came on screen (ms since the visit began): times and codes.
        self.scene_times: list[tuple[float, int]] = []
        #: Where the page did otherwise than the captured one, by what.
        self.surprises: Counter[str] = Counter()
        tab.delay_ms = self._delay
        tab.page_came = self._page_came
        self._do: dict[type, Callable[..., Awaitable[None]]] = {
            Arrive: self._do_arrive, Look: self._do_look, Read: self._do_read, ScrollTo: self._do_scroll,
            Point: self._do_point, Press: self._do_press, KeyPress: self._do_key_press, Aim: self._do_aim,
            Shake: self._do_shake, SelectText: self._do_select, Drag: self._do_drag, Type: self._do_type,
            Choose: self._do_choose, Await: self._do_await, Hide: self._do_hide, Back: self._do_back,
            Leave: self._do_leave,
        }  # fmt: skip

    async def perform(self, act: Act) -> None:
        """Play one act to its end."""
        if self._away is not None and act.__class__ is not Hide:
            # It was not wanted: what opened is shut first.
            await self._do_hide(Hide(_SHUT_MS, "dialog" if self._away == "file_chooser" else "tab"))
        await self._do[act.__class__](act)

    def witness(self) -> tuple[int, int, float, float]:
        """Of the whole visit: moves that were sent and seen, and the least and largest delay of inputs (ms)."""
        return self._sent_moves, self._seen_moves, *self._lags

    # -- acts ---------------------------------------------------------------------------------------------------------

    async def _do_arrive(self, act: Arrive) -> None:
        self._nav_wanted = "navigate"
        joint = "&" if "?" in act.url else "?"
        address = act.url + (joint + self._landing_query if self._landing_query else "")
        delay = self._delay(act.url, True)
        await self.tab.navigate(self._origin + address, self._referrer, delay)
        await self._see()
        self.x, self.y = round(self.scene.vw * 0.5), round(self.scene.vh * 0.35)

    async def _do_look(self, act: Look) -> None:
        start, scroll = self.now_ms, self.scroll_y
        element = self.scene.element(act.target) if act.target is not None else None
        top = bottom = 0.0
        if element is not None:
            top = element.y + (scroll if element.fixed else 0.0)
            bottom = top + element.h
        self._row(Kind.LOOK, start, start + act.ms, target=act.target, values=(top, bottom, 0.0))
        await self._pass(start + act.ms)

    async def _do_read(self, act: Read) -> None:
        start, end = self.now_ms, self.now_ms + act.ms
        to = min(max(act.scroll_y, 0.0), self.scene.sy_max)
        x1, y1 = act.wander if act.wander is not None else (NOWHERE, NOWHERE)
        row = self._row(Kind.READ, start, end, at=(self.x, self.y, x1, y1), scroll_to=to)
        await self._pass(end, self._inputs(row))
        if act.wander is not None:
            self.x, self.y = act.wander
        self._check_scroll(to)

    async def _do_scroll(self, act: ScrollTo) -> None:
        start, end = self.now_ms, self.now_ms + act.ms
        to = min(max(act.scroll_y, 0.0), self.scene.sy_max)
        row = self._row(Kind.SCROLL, start, end, at=(self.x, self.y, NOWHERE, NOWHERE), scroll_to=to)
        await self._pass(end, self._inputs(row))
        self._check_scroll(to)

    async def _do_point(self, act: Point) -> None:
        await self._move(act.x, act.y, act.ms, act.overshoot)

    async def _move(self, x: float, y: float, ms: float, overshoot: float) -> None:
        start, end = self.now_ms, self.now_ms + ms
        inputs: list[Input] = []
        if not self._touch and ms > 0:
            row = self._row(Kind.MOVE, start, end, at=(self.x, self.y, x, y), values=(overshoot, 0.0, 0.0))
            inputs = self._inputs(row)
        self.x, self.y = x, y
        await self._pass(end, inputs)

    async def _do_press(self, act: Press) -> None:
        await self._press_down_for(act.hold_ms)
        await self._see_what_comes()

    async def _do_aim(self, act: Aim) -> None:
        await self._move(act.x, act.y, act.ms, act.overshoot)
        await self._press_down_for(act.hold_ms)
        await self._see_what_comes()

    async def _do_key_press(self, act: KeyPress) -> None:
        for _ in range(act.tabs - 1):
            await self.tab.key("Tab", code=9)
            await self._pass(self.now_ms + act.ms_per_tab)
        view = self.view
        await self._focus_by_key(act.target)
        await self._pass(self.now_ms + act.ms_per_tab)
        began = self.now_ms
        self.hit = act.target
        element = self.scene.element(act.target) if self.view == view else None
        self._pressed = (self._scene_code, self.x, self.y, self.scroll_y)
        if element is not None:
            x, y, _, _ = self.scene.spot(element)
            self._pressed = (self._scene_code, x, y - (0.0 if element.fixed else self.scroll_y), self.scroll_y)
            self._nav_wanted = "link"
            await self._forget()
            await self.tab.key("Enter", code=13, text="\r")
        await self._see_what_comes()
        self.began_ms = began

    async def _do_shake(self, act: Shake) -> None:
        start = self.now_ms
        end = start + act.strokes * act.ms_per_stroke
        inputs: list[Input] = []
        if not self._touch:
            row = self._row(Kind.SHAKE, start, end, at=(self.x, self.y, self.x, self.y), number=act.roundness,
                            values=(float(act.strokes), act.reach_px, act.angle))  # fmt: skip
            inputs = self._inputs(row)
        if act.reading:
            self._row(Kind.LOOK, start, end)
        await self._pass(end, inputs)
        self.began_ms = start

    async def _do_select(self, act: SelectText) -> None:
        began = self.now_ms
        for number in range(act.clicks):
            if number:
                await self._pass(self.now_ms + act.gap_ms)
                self.x = min(max(self.x + act.drift_x, 0.0), self.scene.vw - 1.0)
                self.y = min(max(self.y + act.drift_y, 0.0), self.scene.vh - 1.0)
            await self._press_down_for(act.hold_ms if act.clicks > 1 else _LONG_PRESS_MS, click=act.clicks > 1)
        self.began_ms = began
        self.response = "change"

    async def _do_drag(self, act: Drag) -> None:
        began = self.now_ms
        start = self.scene.hit(*act.path[0], self.scroll_y)
        end = self.scene.hit(*act.path[-1], self.scroll_y)
        self.hit = start.target if start is not None else "html"
        click = float(start is end and not self._touch)
        legs = list(zip(act.path, act.path[1:], strict=False))
        lengths = [hypot(x1 - x0, y1 - y0) + 1.0 for (x0, y0), (x1, y1) in legs]
        await self._finger_or_button("down", *act.path[0], clicks=1)
        for number, ((x0, y0), (x1, y1)) in enumerate(legs):
            t0 = self.now_ms
            t1 = t0 + act.ms * lengths[number] / sum(lengths)
            edges = (1.0 if number == 0 else 0.0) + (2.0 if number == len(legs) - 1 else 0.0)
            row = self._row(Kind.DRAG, t0, t1, at=(x0, y0, x1, y1), target=self.hit, values=(edges, click, 0.0))
            self.x, self.y = x1, y1
            await self._pass(t1, self._inputs(row, down=True))
        await self._finger_or_button("up", self.x, self.y, clicks=1)
        self.began_ms = began
        self.error, self.cause, self.response_ms = None, None, 0.0
        await self._see()
        self.alive = act.selects or (start is not None and self.scene.effect(start) is not None)
        self.response = "change" if self.alive else ""

    async def _do_type(self, act: Type) -> None:
        await self._focus_by_key(act.field)
        length = len(act.text)
        key = act_key(self._session_key, self._acts)
        took = typing_ms(act.ms_per_key, length, act.slips, key, person=self._session_key)
        start, end = self.now_ms, self.now_ms + took
        self._row(Kind.TYPE, start, end, target=act.field, values=(float(length), float(act.slips), act.ms_per_key))
        await self.tab.evaluate(_READY, [act.field, act.text.startswith(" ")])
        await self._pass(end, self._strokes(act, start, key))
        self._fields[act.field] = act.good
        self._typed[act.field] = act.text.strip()
        self.began_ms = start

    async def _do_choose(self, act: Choose) -> None:
        start = self.now_ms
        await self._focus_by_key(act.field)
        await self._pass(start + act.ms)
        wanted = next((field.good for form in self._stage.site.forms for field in form.fields
                       if field.target == act.field), "")  # fmt: skip
        told = await self.tab.evaluate(_KIND, [act.field, wanted])
        if told is None:
            self.surprises["no such field"] += 1
        elif self.tab.chooser is not None:
            chooser, self.tab.chooser = self.tab.chooser, None
            await chooser.set_files({"name": "photo.png", "mimeType": "image/png", "buffer": b"\x89PNG"})
        elif told[0] == "select":
            for letter in told[1]:
                await self.tab.key(letter, code=ord(letter.upper()), text=letter)
        elif told[0] in ("checkbox", "radio"):
            await self.tab.key(" ", code=32, text=" ")
        await self._see()
        self._fields[act.field] = True
        self.began_ms = start

    async def _do_await(self, act: Await) -> None:
        start, end = self.now_ms, self.now_ms + act.ms
        if self._pending is not None:
            while self._pending is not None and self.now_ms < end:
                due, next_look = self._pending.seen_ms, self.now_ms + _LOOK_MS
                await self._pass(min(end, next_look, due if due > self.now_ms else next_look))
        else:
            await self._pass(end)
        self.began_ms = start

    async def _do_hide(self, act: Hide) -> None:
        start = self.now_ms
        dialog = act.to == "dialog"
        script, away, back = (_WINDOW, "blur", "focus") if dialog else (_HIDING, True, False)
        await self.tab.evaluate(script, away)
        self._away = None
        await self._pass(start + act.ms, idle=True)
        self.away_ms += act.ms
        await self.tab.evaluate(script, back)
        self.began_ms = start

    async def _do_back(self, _: Back) -> None:
        pending = self._pending
        if pending is not None and pending.url is not None and not pending.committed:
            # What has not come yet is called off; where it was on the way back, that page is behind again.
            if pending.nav == "back":
                self._history.append(pending.url)
            self._pending = None
            self.loading = False
            self.began_ms = self.now_ms
            self.tab.stop_loading()
            return
        self._nav_wanted = "back"
        self.tab.back(self._delay(self._history[-1], True))

    async def _do_leave(self, _: Leave) -> None:
        await self._see()
        self._count_inputs()
        self._close_view(self.now_ms)
        self._closed = True

    # -- time and pages -----------------------------------------------------------------------------------------------

    async def _pass(self, to: float, inputs: list[Input] | None = None, *, idle: bool = False) -> None:
        """Let time pass until `to`, and make the inputs meanwhile; those for a page that was left are not made."""
        self.began_ms = self.now_ms
        view = self.view
        for at, make in inputs or ():
            await self._until(at, idle=idle)
            if self.view != view:
                break
            await make()
        await self._until(to, idle=idle)
        await self._see()

    async def _until(self, to: float, *, idle: bool = False) -> None:
        pending = self._pending
        if pending is not None and pending.url is not None and pending.committed and pending.seen_ms <= to:
            await self.tab.until(pending.seen_ms, idle=idle)
            self._arrived()
        await self.tab.until(to, idle=idle)
        self.now_ms = max(self.tab.now, self.now_ms)
        if self._pending is not None and self._pending.committed and self._pending.seen_ms <= self.now_ms:
            self._arrived()

    def _arrived(self) -> None:
        """The page on its way is drawn."""
        if self._pending is not None and self._pending.url is not None:
            self._pending = None
            self.loading = False
            self.response = "page"

    def _delay(self, path: str, is_page: bool) -> float:
        """How long the answer to a request takes; that of a page begins a navigation."""
        self.now_ms = max(self.tab.now, self.now_ms)
        if not is_page:
            noise = exp(_NETWORK_SIGMA * self._luck())
            wait = self._wait_ms(self._start_ms + self.now_ms, self._luck())
            return latency_of(self._stage.site, path.partition("?")[0]) + self._round_trip * noise + wait
        nav, self._nav_wanted = self._nav_wanted, "link"
        url = path
        if nav == "back" and self._history:
            url = self._history.pop()
        if not self._stage.page_of(url):
            self.surprises["no such page"] += 1
            return 0.0
        # Who goes elsewhere meanwhile has called off what was on its way.
        self._go(url, nav)
        assert self._pending is not None
        return self._pending.ttfb

    async def _page_came(self) -> None:
        """Another page has loaded."""
        self.now_ms = max(self.tab.now, self.now_ms)
        if self.view >= 0:
            self._count_inputs()
        pending = self._pending
        if pending is None or pending.url is None:
            self.surprises["unasked page"] += 1
            return
        pending.committed = True
        pending.commit_ms = min(pending.commit_ms, self.now_ms)
        self._commit(pending)
        self._sent_here = (self.tab.sent_moves, self.tab.sent_moves)
        self.scene_times.append((pending.commit_ms, self._scene_code))
        if isfinite(self._polls_from):
            script = "([a, b, n]) => window[Symbol.for('simbench.witness')].fail(a, b, n)"
            await self.tab.evaluate(script, [max(self._polls_from - self.now_ms, 0.0), self._polls_every, _POLLS])
        shown = self.scene.state
        told = await self._ask()
        state = self._state_of(told)
        if state != shown:
            self.surprises[f"opened as {state}, not {shown}"] += 1
            self._enter(state)
        if self._records or not (self._ask_first and self._asks()):
            await self._record()
        if pending.seen_ms <= self.now_ms:
            self._arrived()

    async def _record(self) -> None:
        """The page may be recorded."""
        if self._recording is not None:
            first, self._records = not self._records, True
            await self._recording.page(self.tab, self.view, self.scene.page, first=first)

    def _asks(self) -> bool:
        """Whether the page asks for consent."""
        state = self._stage.page(self.scene.page).state(self.scene.state)
        return state is not None and state.opens_without is not None

    async def _ask(self) -> dict[str, Any]:
        signs = [state.sign for state in self._stage.page(self.scene.page).states]
        told: dict[str, Any] = await self.tab.evaluate(_READ, signs)
        self._shown = told
        self.tab.clock.correct(told["now"])
        self._sent_here = (self._sent_here[0], self.tab.sent_moves)
        return told

    def _state_of(self, told: dict[str, Any]) -> str:
        """By the signs: the last declared state whose sign is visible counts."""
        states = self._stage.page(self.scene.page).states
        return next((s.name for s, on in zip(reversed(states), reversed(told["signs"]), strict=True) if on), "fresh")

    def _enter(self, state: str) -> None:
        code = self._stage.scene(self.scene.page, state, self._viewport, self._defects)
        self._enter_state(code, self.now_ms)
        self.scene_times.append((self.now_ms, code))

    async def _see(self) -> bool:
        """See how the page is now; returns whether it has changed since the last press."""
        if self.view < 0:
            return False
        told = await self._ask()
        self.scroll_y = float(told["y"])
        self.deepest = max(self.deepest, self.scroll_y + self.scene.vh)
        for _, name in told["errors"]:
            self.error, self.error_ms = name, self.now_ms
        state = self._state_of(told)
        changed = state != self.scene.state
        if changed:
            asked = self._asks()
            self._enter(state)
            if asked and not self._records:
                await self._record()
        pending = self._pending
        if pending is not None and pending.url is None:
            kind = "state" if changed else self._evidence(told, pending.response)
            if kind or self.now_ms > self._owed_until:
                self.surprises["no answer"] += not kind
                self._pending = None
                self.response = kind
        elif changed and not self.loading and not self.response:
            self.response = "state"
        return changed or bool(told["found"]["changed"])

    def _evidence(self, told: dict[str, Any], expected: str) -> str:
        """What the page shows for an answer to the last press; empty for none."""
        found = told["found"]
        if found["opened"] or expected == "open":
            return "open"
        if found["changed"]:
            return "change"
        if found["sound"]:
            return "sound"
        if found["copied"]:
            return "copy"
        if found["focus"]:
            return "focus"
        return "scroll" if found["scrolled"] and expected == "scroll" else ""

    def _count_inputs(self) -> None:
        """Take down what the page that is left saw of the inputs."""
        seen = self._shown.get("seen")
        if seen:
            self._seen_moves += seen["moves"]
            self._sent_moves += self._sent_here[1] - self._sent_here[0]
            if seen["lagLow"] is not None:
                self._lags = (min(self._lags[0], seen["lagLow"]), max(self._lags[1], seen["lagHigh"]))

    # -- hands --------------------------------------------------------------------------------------------------------

    def _row(
        self, kind: Kind, start: float, end: float, *, at: tuple[float, float, float, float] | None = None,
        scroll_to: float | None = None, target: str | None = None, number: float | None = None,
        values: tuple[float, float, float] = (0.0, 0.0, 0.0),
    ) -> tuple[float, ...]:  # fmt: skip
        """Record one act on the tape, and count it."""
        code = float(self._stage.strings.code(target)) if number is None else number
        row = (float(kind), float(self._session), float(self.view), float(self._scene_code), start, end,
               *(at or (NOWHERE,) * 4), self.scroll_y, self.scroll_y if scroll_to is None else scroll_to, code,
               *values)  # fmt: skip
        self._add(row)
        self._acts += 1
        return row

    def _inputs(self, row: tuple[float, ...], *, down: bool = False) -> list[Input]:
        """What hands do in an act, as inputs."""
        made = expand_act(
            np.array(row), key=act_key(self._session_key, self._acts - 1), person=self._session_key,
            touch=self._touch, stage=self._stage, recorder=self._recorder,
        )  # fmt: skip
        inputs: list[Input] = []
        top = self.scroll_y
        names = self._stage.strings.values
        by_script = self._touch or any(kind == "keydown" for _, kind, *_ in made)
        for at, kind, x, y, scroll_y, data, _ in made:
            if not (0.0 <= x < self.scene.vw and 0.0 <= y < self.scene.vh) and kind == "mousemove":
                continue  # outside the window, of which no page hears
            if kind == "mousemove" or (kind == "touchmove" and down):
                inputs.append((at, self._mover(x, y, down=down)))
            elif kind in {"touchstart", "touchmove", "touchend"} and not down:
                inputs.append((at, self._toucher(kind, x, y)))
            elif kind == "scroll" and scroll_y != top:
                inputs.append((at, self._scroller(scroll_y, scroll_y - top, by_script=by_script)))
                top = scroll_y
            elif kind == "keydown":
                inputs.append((at, self._scroll_key(names[data])))
        return sorted(inputs, key=lambda made: made[0])

    def _mover(self, x: float, y: float, *, down: bool) -> Callable[[], Awaitable[None]]:
        async def make() -> None:
            if self._touch:
                await self.tab.touch("touchMove", [(x, y)])
            else:
                await self.tab.mouse("mouseMoved", x, y, down=down)
                self.x, self.y = x, y

        return make

    def _toucher(self, kind: str, x: float, y: float) -> Callable[[], Awaitable[None]]:
        # Where browsers scroll themselves, they call the finger's pointer off. A stroke that ends otherwise is taken
        # for a fling, and the next tap for the end of that.
        name = {"touchstart": "touchStart", "touchmove": "touchMove", "touchend": "touchCancel"}[kind]

        async def make() -> None:
            await self.tab.touch(name, [] if name == "touchCancel" else [(x, y)])

        return make

    def _scroller(self, to: float, by: float, *, by_script: bool) -> Callable[[], Awaitable[None]]:
        async def make() -> None:
            if by_script:
                await self.tab.evaluate(_SCROLL, to)
                await self.tab.frame()
            else:
                await self.tab.wheel(self.x, self.y, by)
                await self.tab.frame()

        return make

    def _scroll_key(self, name: str) -> Callable[[], Awaitable[None]]:
        key, code = _KEYS[name]

        async def make() -> None:
            # The page moves by what the visitor reads, not by what the key would scroll: its default is prevented.
            await self.tab.evaluate("() => { window[Symbol.for('simbench.witness')].stay = true; }")
            await self.tab.key(key, code=code)

        return make

    def _strokes(self, act: Type, start: float, key: int) -> list[Input]:
        """The keys of an entry."""
        one = np.array
        strokes = expand_keys(
            one([start]), one([act.ms_per_key]), one([len(act.text)]), one([act.slips]), one([key], dtype=np.uint64),
            person=one([self._session_key], dtype=np.uint64), touch=one([self._touch]),
        )  # fmt: skip
        places = zip(strokes.press.tolist(), strokes.backspace.tolist(), strokes.length.tolist(), strict=True)
        last = len(act.text)
        return [(at, self._stroke("" if back else act.text[min(length, last) - 1])) for at, back, length in places]

    def _stroke(self, letter: str) -> Callable[[], Awaitable[None]]:
        async def make() -> None:
            if not letter:
                await self.tab.key("Unidentified" if self._touch else "Backspace", code=8)
            elif self._touch:
                # A phone's keyboard tells the page that some key was pressed, not which (keyCode 229).
                await self.tab.key("Unidentified", code=229)
                await self.tab.insert(letter)
            else:
                await self.tab.key(letter, code=ord(letter.upper()) if letter.isalnum() else 0, text=letter)

        return make

    async def _finger_or_button(self, edge: str, x: float, y: float, *, clicks: int) -> None:
        if self._touch:
            await self.tab.touch("touchStart" if edge == "down" else "touchEnd", [(x, y)] if edge == "down" else [])
        else:
            await self.tab.mouse("mousePressed" if edge == "down" else "mouseReleased", x, y, clicks=clicks)

    async def _focus_by_key(self, target: str) -> None:
        """Get to a control by Tab: the last press is a real one, and a script mends where it led elsewhere."""
        if await self.tab.evaluate(_FOCUSED, target):
            return
        if not self._touch:
            await self.tab.key("Tab", code=9)
        if not await self.tab.evaluate(_FOCUSED, target):
            await self.tab.evaluate(_FOCUS, target)

    async def _forget(self) -> None:
        """What the page shows from now on is an answer to what comes next."""
        await self.tab.evaluate("() => window[Symbol.for('simbench.witness')].forget()")

    async def _press_down_for(self, hold_ms: float, *, click: bool = True) -> None:
        """Press and release where the pointer is."""
        start, end = self.now_ms, self.now_ms + hold_ms
        self._pressed = (self._scene_code, self.x, self.y, self.scroll_y)
        then, x, y = self._clicked_at
        near = abs(self.x - x) <= 4.0 and abs(self.y - y) <= 4.0
        self._clicks = self._clicks + 1 if start - then <= 500.0 and near and not self._touch else 1
        self._clicked_at = (end, self.x, self.y)
        view = self.view
        await self._finger_or_button("down", self.x, self.y, clicks=self._clicks)
        told = await self._ask()
        self.hit = told["found"]["hit"] or "html"
        kind = Kind.TAP if self._touch else Kind.PRESS
        self._row(kind, start, end, at=(self.x, self.y, self.x, self.y), target=self.hit,
                  values=(float(self._clicks) if click else 0.0, 0.0, 0.0))  # fmt: skip
        await self._until(end)
        self._nav_wanted = "link"
        self.error = None
        await self._finger_or_button("up", self.x, self.y, clicks=self._clicks)
        self.began_ms = start
        if self.view != view:
            self.hit = "html"

    def _struck(self) -> Element | None:
        """What was hit, or the element around it that the captured page knows (it has no lines of a drawing)."""
        target = self.hit or ""
        while target and (element := self.scene.element(target)) is None:
            target = target.rpartition(" > ")[0]
        return element if target else None

    async def _see_what_comes(self) -> None:
        """Find out from the page what a press does; of the captured page, what it should do."""
        self.cause, self.alive, self.response_ms = None, True, 0.0
        if self._pending is not None:
            await self._see()
            if self._pending is not None:
                self.response_ms = self._pending.seen_ms - self.now_ms
            return
        self.response = ""
        scene, began = self.scene, self.began_ms
        element = self._struck()
        effect = self._expected(element)
        told = await self._ask()
        await self.tab.notice()
        if self._pending is not None and self._pending.url is not None:
            self.response_ms = self._pending.seen_ms - self.now_ms
            self._judge_error(told)
            return
        if effect is not None and effect.kind == "navigate":
            # A form is sent a moment after it was pressed.
            await self._pass(self.now_ms + 1.0)
            self.began_ms = began
            if self._pending is not None:
                self.response_ms = self._pending.seen_ms - self.now_ms
                self._judge_error(told)
                return
        kind = self._evidence(told, effect.kind if effect is not None else "")
        if effect is not None and effect.kind in {"state", "navigate"} and effect.first_ms > _INSTANT_MS:
            kind = ""  # what is seen at once is not what was meant
        if effect is not None and not kind and effect.mutations == 0 and effect.kind not in {"state", "navigate"}:
            # What only the eye or the ear sees of a page: painted otherwise, drawn, heard.
            kind = effect.kind if effect.first_ms <= _INSTANT_MS else ""
        if kind:
            await self._pass(self.now_ms + _FRAME_MS)
            self.began_ms = began
            self.response = "state" if self.scene is not scene else kind
            self.response_ms = _FRAME_MS
        elif effect is not None:
            self._owe(effect)
            if effect.first_ms <= _INSTANT_MS and not self.tab.waits:
                await self._pass(self.now_ms + _INSTANT_MS)
                self.began_ms = began
        else:
            self.alive = False
            self.cause = self._blamed()
        self._judge_error(told)
        if effect is not None and effect.open in {"window", "file_chooser"}:
            self._away = effect.open
        if effect is None and kind:
            self.surprises["an answer where none was captured"] += 1

    def _expected(self, element: Element | None) -> Effect | None:
        """What the captured page answers to a press on `element`."""
        if element is None:
            return None
        control = element.interactive_ancestor
        if control is not None and (self.scene.page, control) in self._stage.ticked:
            self._fields[control] = True
        effect = self._effect_of(element)
        return None if effect is None or effect.kind in {"none", "error"} else effect

    def _owe(self, effect: Effect) -> None:
        """The page will answer; until it does, nothing else is expected of it."""
        due = self.now_ms + max(effect.first_ms, _FRAME_MS)
        self.response_ms = due - self.now_ms
        self._pending = Pending(commit_ms=due, seen_ms=due, response=effect.kind, scene=-1)
        self._owed_until = due + _OVERDUE_MS

    def _judge_error(self, told: dict[str, Any]) -> None:
        if told["errors"]:
            self.error, self.error_ms = told["errors"][-1][1], self.now_ms
        if self.error is not None:
            self.cause = self._blamed()

    def _check_scroll(self, to: float) -> None:
        if abs(self.scroll_y - to) > 1.0:
            self.surprises["not scrolled as far"] += 1

    def _event(self, *_: Any, **__: Any) -> None:
        """Events are the page's business."""
