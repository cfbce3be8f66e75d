"""One page in a browser of its own: opened with a memory, played into states, pressed for real."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, CDPSession, Page

from simbench.site.declaration import (
    Click,
    Declaration,
    Defect,
    Fill,
    FillBad,
    Form,
    FormField,
    Press,
    Step,
    Type,
    Wait,
)
from simbench.site.declaration import Page as DeclaredPage
from simbench.site.server import LATENCY_HEADER, LatencyMode
from simbench.site.viewports import Viewport

__all__ = ["Memory", "Tab", "script"]

#: A page that changes nothing for so long is at rest.
QUIET_MS: Final = 60
#: How long a page may take to come to rest (late content is part of it).
REST_MS: Final = 8_000
#: How long a click may take to show anything.
PATIENCE_MS: Final = 10_000


@cache
def script(name: str) -> str:
    """One of the scripts beside this module."""
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Memory:
    """What a visitor's browser remembers: cookies by name, and the two storages."""

    cookies: dict[str, str] = field(default_factory=dict)
    local: dict[str, str] = field(default_factory=dict)
    session: dict[str, str] = field(default_factory=dict)


class Tab:
    """A page in a context of its own, for one viewport."""

    def __init__(
        self, page: Page, context: BrowserContext, cdp: CDPSession, viewport: Viewport, site: Declaration, origin: str
    ) -> None:
        self.page = page
        self._viewport = viewport
        self.cdp = cdp
        self.site = site
        self._context = context
        self._origin = origin
        self._closing: set[asyncio.Task[None]] = set()

    @classmethod
    async def create(
        cls,
        browser: Browser,
        viewport: Viewport,
        site: Declaration,
        origin: str,
        *,
        latency: LatencyMode = "requests",
        scripts: Sequence[str] = ("probe.js", "selector.js", "measure.js"),
        used: set[str] | None = None,
    ) -> Tab:
        """Open a tab in `viewport` for the site that is served at `origin`; `used` takes down the paths asked for."""
        context = await browser.new_context(
            viewport={"width": viewport.w, "height": viewport.h},
            screen={"width": viewport.w, "height": viewport.h},
            device_scale_factor=1,
            has_touch=viewport.touch,
            is_mobile=viewport.touch,
            locale="en-GB",
            timezone_id="UTC",
            color_scheme="light",
            accept_downloads=False,
            extra_http_headers={LATENCY_HEADER: latency},
        )
        for name in scripts:
            await context.add_init_script(script(name))
        page = await context.new_page()
        used = set[str]() if used is None else used
        page.on("request", lambda request: used.add(urlsplit(request.url).path))
        tab = cls(page, context, await context.new_cdp_session(page), viewport, site, origin)
        if latency == "all":
            # The load timeline is that of a first visit.
            await tab.cdp.send("Network.setCacheDisabled", {"cacheDisabled": True})
        context.on("page", tab._close_other)
        page.on("dialog", lambda dialog: dialog.dismiss())
        await page.goto(f"{origin}/-")
        return tab

    async def close(self) -> None:
        """Close the tab and forget what it remembered."""
        await self._context.close()

    def _close_other(self, other: Page) -> None:
        if other is not self.page:
            task = asyncio.ensure_future(other.close())
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    async def open(self, url: str, memory: Memory, defects: Sequence[str] = ()) -> None:
        """Open a page of the site with exactly `memory`, under `defects`, and wait until it is at rest."""
        await self.page.evaluate(
            """([local, session]) => {
                localStorage.clear(); sessionStorage.clear();
                for (const [key, value] of Object.entries(local)) localStorage.setItem(key, value);
                for (const [key, value] of Object.entries(session)) sessionStorage.setItem(key, value);
            }""",
            [memory.local, memory.session],
        )
        cookies = {**memory.cookies, "variant": ".".join(defects)}
        await self._context.clear_cookies()
        await self._context.add_cookies(
            [
                {"name": name, "value": value, "url": self._origin, "httpOnly": name == "variant"}
                for name, value in sorted(cookies.items())
                if value
            ]
        )
        target = self._origin + url
        # A URL with a fragment would be no new document for a page that is there already.
        if "#" in url and self.page.url.split("#")[0] == target.split("#")[0]:
            await self.page.goto(f"{self._origin}/-")
        await self.page.goto(target)
        await self.rest()

    async def rest(self, quiet_ms: float = QUIET_MS) -> None:
        """Wait until the page is at rest."""
        await self.page.evaluate("([q, m]) => window[Symbol.for('simbench.probe')].rest(q, m)", [quiet_ms, REST_MS])

    async def memory(self) -> Memory:
        """What the browser remembers now."""
        cookies = {cookie["name"]: cookie["value"] for cookie in await self._context.cookies()}
        cookies.pop("variant", None)
        local, session = await self.page.evaluate("() => [{...localStorage}, {...sessionStorage}]")
        return Memory(cookies, local, session)

    async def state(self, page: DeclaredPage) -> str:
        """The state that the page is in, by its signs: the last declared one whose sign is visible, else `fresh`."""
        shown: list[bool] = await self.page.evaluate(
            "(signs) => signs.map((sign) => window[Symbol.for('simbench.probe')].visible(sign))",
            [state.sign for state in page.states],
        )
        for state, visible in zip(reversed(page.states), reversed(shown), strict=True):
            if visible:
                return state.name
        return "fresh"

    async def aim(self, target: str, *, loose: bool = False) -> tuple[int, int] | None:
        """Bring an element into view and find a point at which a click reaches it; None where nothing does.

        Parameters
        ----------
        loose
            Whether a click on anything inside it will do, even on what answers for itself.
        """
        point = await self.page.evaluate(
            "([target, loose]) => window[Symbol.for('simbench.measure')].aim(target, loose)", [target, loose]
        )
        return (point[0], point[1]) if point else None

    async def press(self, point: tuple[int, int]) -> None:
        """Click or tap, as the viewport has it."""
        if self._viewport.touch:
            await self.page.touchscreen.tap(*point)
        else:
            await self.page.mouse.move(*point)
            await self.page.mouse.down()
            await self.page.mouse.up()

    async def trial(self, point: tuple[int, int], *, sign: str | None = None, quiet_ms: float = 40) -> dict[str, Any]:
        """Press at a point, wait for what comes of it, and say what did (see `settled` in probe.js)."""
        if not self._viewport.touch:
            await self.page.mouse.move(*point)
        await self._point_away()
        await self.page.evaluate("() => window[Symbol.for('simbench.probe')].arm()")
        await self.press(point)
        return await self.outcome(sign=sign, quiet_ms=quiet_ms)

    async def _point_away(self) -> None:
        """Take back the look of being pointed at, which a tap leaves behind and which is no answer."""
        if self._viewport.touch:
            # Twice, for a mouse that stays where it is points at nothing new.
            await self.page.mouse.move(1, 1)
            await self.page.mouse.move(0, 0)

    async def arm(self) -> None:
        """Take what comes next for a consequence of what is done next."""
        await self.page.evaluate("() => window[Symbol.for('simbench.probe')].arm()")

    async def outcome(self, *, sign: str | None = None, quiet_ms: float = 40) -> dict[str, Any]:
        """Wait for the consequences, and say what they were."""
        told: dict[str, Any] = await self.page.evaluate(
            """async ([quiet, patience, sign]) => {
                const told = await window[Symbol.for('simbench.probe')].settled(quiet, patience, sign);
                const { selectorOf } = window[Symbol.for('simbench.selector')];
                const [focus, ticked] = [told.focus, told.ticked].map((field) => (field ? selectorOf(field) : null));
                return {...told, focus, ticked};
            }""",
            [quiet_ms, PATIENCE_MS, sign],
        )
        await self._point_away()
        told["repainted"] = await self.page.evaluate("() => window[Symbol.for('simbench.probe')].repainted()")
        return told

    async def undo(self) -> bool:
        """Take focus and scrolling back; whether the page is then as it was."""
        done: bool = await self.page.evaluate("() => window[Symbol.for('simbench.probe')].undo()")
        return done

    async def learn(self, ms: float = 600) -> list[str]:
        """Targets that change by themselves within `ms`, so that no click need be credited with it."""
        found: list[str] = await self.page.evaluate(
            """async (ms) => {
                const found = await window[Symbol.for('simbench.probe')].learn(ms);
                return found.filter((e) => e && e.isConnected).map(window[Symbol.for('simbench.selector')].selectorOf);
            }""",
            ms,
        )
        return sorted(set(found))

    async def ignore(self, targets: Sequence[str]) -> None:
        """Credit no click with what happens in these elements."""
        if targets:
            await self.page.evaluate(
                """(targets) => window[Symbol.for('simbench.probe')].ignore(
                    targets.map(window[Symbol.for('simbench.selector')].find))""",
                list(targets),
            )

    async def patch(self, defects: Sequence[Defect], folder: Path) -> None:
        """Put defects into a page that is open already."""
        for defect in defects:
            if defect.css:
                await self.page.add_style_tag(content=(folder / defect.css).read_text(encoding="utf-8"))
            if defect.js:
                await self.page.add_script_tag(content=(folder / defect.js).read_text(encoding="utf-8"))
        await self.rest()

    async def do(self, steps: Sequence[Step]) -> bool:
        """Play steps; False as soon as one cannot be played (its element is not there or cannot be reached)."""
        for step in steps:
            if not await self._step(step):
                return False
            await self.rest()
        return True

    async def _step(self, step: Step) -> bool:
        if isinstance(step, Click):
            return await self._click(step.click)
        if isinstance(step, Type):
            return await self.type_into(step.type.target, step.type.text)
        if isinstance(step, Fill):
            return await self.fill(self.site.form(step.fill))
        if isinstance(step, FillBad):
            form = self.site.form(step.fill_bad.form)
            return await self.fill(form, bad=step.fill_bad.field)
        if isinstance(step, Press):
            await self.page.keyboard.press(step.press)
        elif isinstance(step, Wait):
            await asyncio.sleep(step.wait / 1000)
        return True

    async def _click(self, selector: str) -> bool:
        point = await self.aim(selector, loose=True)
        if point is not None:
            await self.press(point)
        return point is not None

    async def fill(self, form: Form, *, bad: str | None = None) -> bool:
        """Fill a form with its good samples; the field `bad` with its bad one."""
        for one in form.fields:
            value = one.bad if one.target == bad and one.bad is not None else one.good
            if not await self.fill_field(one, value):
                return False
        return True

    async def fill_field(self, one: FormField, value: str) -> bool:
        """Bring one field to a value, as a person would: keys for text, a click for boxes."""
        kind = await self.page.evaluate(
            """(target) => {
                const field = window[Symbol.for('simbench.selector')].find(target);
                if (!field || !field.checkVisibility()) return null;
                if (field.localName === 'select') return 'select';
                return ['checkbox', 'radio'].includes(field.type) ? (field.checked ? 'on' : 'off') : 'text';
            }""",
            one.target,
        )
        if kind is None:
            return False
        if kind == "select":
            return await self._choose(one.target, value)
        if kind in ("on", "off"):
            wanted = "off" if value.lower() in ("no", "false", "off", "") else "on"
            return kind == wanted or await self._tick(one.target)
        return await self.type_into(one.target, value, instead=True)

    async def _choose(self, target: str, value: str) -> bool:
        options: list[list[str]] = await self.page.eval_on_selector(
            target, "(field) => [...field.options].map((o) => [o.value, o.label])"
        )
        for option, label in options:
            if value in (option, label):
                await self.page.focus(target)
                await self.page.select_option(target, value=option)
                return True
        return False

    async def _tick(self, target: str) -> bool:
        """Click a box, or its label where the box itself is drawn over."""
        if await self._click(target):
            return True
        label = await self.page.evaluate(
            """(target) => {
                const { find, selectorOf } = window[Symbol.for('simbench.selector')];
                const field = find(target);
                return field && field.labels && field.labels[0] ? selectorOf(field.labels[0]) : null;
            }""",
            target,
        )
        return label is not None and await self._click(label)

    async def type_into(self, target: str, text: str, *, instead: bool = False) -> bool:
        """Type at the end of a field, or instead of what stands there."""
        found = await self.page.evaluate(
            """([target, instead]) => {
                const field = window[Symbol.for('simbench.selector')].find(target);
                if (!field || field.disabled || !field.checkVisibility()) return false;
                field.focus();
                if (instead) { if (field.select) field.select(); return true; }
                const end = field.value.length;
                try { field.setSelectionRange(end, end); } catch { /* not for this type of field */ }
                return true;
            }""",
            [target, instead],
        )
        if found and instead and not text:
            await self.page.keyboard.press("Delete")
        elif found:
            await self.page.keyboard.type(text)
        return bool(found)
