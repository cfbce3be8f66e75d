"""What a click does, found by clicking: every element that might answer is pressed in a fresh copy of the state.

What is tried: interactive elements, elements that listen to pointers or stand inside something that does, pictures,
headings, elements under a pointing or zooming cursor, and the first blocks of text. Anything else has no listener on
its way to the window and no default action, so a click there changes nothing by the rules of the DOM. A plain element
inside an interactive one answers as that one does, unless something in between listens for itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from simbench.site.capture.geometry import Look
from simbench.site.capture.tab import Tab
from simbench.site.declaration import Declaration, Page
from simbench.site.routes import page_of
from simbench.site.server import latency_of
from simbench.site.snapshot import Effect, Request

__all__ = ["Trier", "candidates", "same_effect"]

#: Cursors that promise nothing.
_PLAIN_CURSORS: Final = frozenset({"auto", "default", "text", "inherit", "not-allowed"})
#: Blocks of text that are tried although nothing listens there.
_TEXT_SAMPLE: Final = 6
#: What comes within two frames is at once, as far as people go.
_FRAME_MS: Final = 16.0
#: How much longer the same response may take on a busy machine.
_NOISE_MS: Final = 150.0


def candidates(look: Look) -> tuple[list[str], dict[str, str]]:
    """Targets to try, in paint order, and those that answer as their interactive ancestor does (by target)."""
    tried: list[str] = []
    heirs: dict[str, str] = {}
    texts = 0
    for target, record in look.records.items():
        ancestor = record["interactive_ancestor"]
        if record["tag"] == "html" or not record["hit"]:
            continue
        if ancestor is not None and ancestor != target and not record["between"]:
            heirs[target] = ancestor
            continue
        wanted = (
            record["interactive"]
            or record["heard"]
            or record["kind"] == "image"
            or record["role"] == "heading"
            or record["cursor"] not in _PLAIN_CURSORS
        )
        if not wanted and record["kind"] == "text" and texts < _TEXT_SAMPLE:
            texts += 1
            wanted = True
        if wanted:
            tried.append(target)
    return tried, heirs


def same_effect(one: Effect | None, other: Effect | None) -> bool:
    """Whether two effects are the same but for what differs from one try to the next: a little time."""
    if one is None or other is None:
        return one is other
    slower = max(one.first_ms, other.first_ms)
    close = abs(one.first_ms - other.first_ms) <= max(_NOISE_MS, 0.3 * slower)
    return close and replace(one, first_ms=0.0) == replace(other, first_ms=0.0)


@dataclass(slots=True)
class Trier:
    """Tries elements of one page in one state, and starts afresh whenever a try has left a trace.

    Parameters
    ----------
    reach
        Brings the tab into the state from scratch; False where that cannot be done.
    """

    tab: Tab
    site: Declaration
    page: Page
    state: str
    reach: Callable[[], Awaitable[bool]]
    #: Targets that change by themselves.
    restless: list[str]
    _fresh: bool = False

    async def clicks(
        self,
        look: Look,
        *,
        before: tuple[Look, Mapping[str, Effect]] | None = None,
        trusting: bool = False,
        only: set[str] | None = None,
    ) -> dict[str, Effect]:
        """Effects of a click on every element that has any, by target.

        Parameters
        ----------
        before
            A look and effects already known of a close relative (the fresh state, or the same without defects): what is
            the same there and can only answer in the same way is not tried again.
        trusting
            Whether an element with the same record and the same listeners on its way up is trusted to do the same.
        only
            Try only these; the others are taken from `before`.
        """
        tried, heirs = candidates(look)
        known: dict[str, Effect | None] = {}
        for target in tried:
            known[target] = await self._one(target, look, before, trusting, only)
        for target, ancestor in heirs.items():
            known[target] = known.get(ancestor)
        return {target: effect for target, effect in sorted(known.items()) if effect is not None}

    async def _one(
        self,
        target: str,
        look: Look,
        before: tuple[Look, Mapping[str, Effect]] | None,
        trusting: bool,
        only: set[str] | None,
    ) -> Effect | None:
        sign = None
        if before is not None:
            was, effects = before
            earlier = effects.get(target)
            if only is not None and target not in only:
                return earlier
            if _unchanged(target, was, look) and (trusting or _settled_by_itself(target, look, earlier)):
                return earlier
            if earlier is not None and earlier.state is not None:
                declared = self.page.state(earlier.state)
                sign = declared.sign if declared else None
        if not self._fresh:
            if not await self.reach():
                return None
            await self.tab.ignore(self.restless)
            self._fresh = True
        point = await self.tab.aim(target)
        if point is None:
            return None
        told = await self.tab.trial(point, sign=sign)
        effect = await self.effect(told)
        self._fresh = await self._is_fresh_after(told, look.records[target])
        return effect

    async def _is_fresh_after(self, told: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
        """Whether the next try can be made in the same copy of the page."""
        if _left_traces(told) or record["container"] is not None:
            # Scrolling an inner box to the element moved it, so that the next try would not begin where visitors do.
            return False
        return await self.tab.undo() if told["focus"] or told["scrolled"] else True

    async def effect(self, told: Mapping[str, Any], *, blur: bool = False) -> Effect | None:
        """The effect that a trial's account amounts to; None where nothing came of it.

        Parameters
        ----------
        blur
            The field was left, so that the focus went elsewhere by the visitor's own doing.
        """
        state = await self.tab.state(self.page)
        focus = None if blur else told["focus"]
        changed = told["mutations"] > 0 or told["valuesChanged"] or (told["looksChanged"] and not told["scrolled"])
        url = told["url"]
        if (
            told["softUrl"] is not None
            and page_of(told["softUrl"], [p.page for p in self.site.pages]) != self.page.page
        ):
            # The document stays, but the address is another page's.
            url = told["softUrl"]
        if told["open"]:
            kind = "open"
        elif url is not None:
            kind = "navigate"
        elif state != self.state:
            kind = "state"
        elif changed:
            kind = "change"
        elif focus:
            kind = "focus"
        elif told["scrolled"]:
            kind = "scroll"
        elif told["repainted"] or told["animated"]:
            # The document stays as it is; only what is painted differs.
            kind = "change"
        elif told["sound"]:
            kind = "sound"
        elif told["copied"]:
            kind = "copy"
        elif told["error"]:
            kind = "error"
        elif told["requests"]:
            kind = "none"
        else:
            return None
        visible = kind not in ("error", "none")
        return Effect(
            kind=kind,  # type: ignore[arg-type]  # one of the literals above
            url=url,
            state=state if state != self.state and kind != "navigate" else None,
            mutations=told["mutations"],
            first_ms=_round_time(told["firstMs"]) if visible else 0.0,
            error=told["error"],
            requests=tuple(
                Request(method=r["method"], url=r["url"], status=r["status"], ms=latency_of(self.site, r["url"]))
                for r in told["requests"]
            ),
            scroll_y=None if told["scrollY"] is None else float(round(told["scrollY"])),
            open=told["open"],
            focus=focus,
            ticked=told["ticked"],
            sounds=told["sound"],
            copies=told["copied"],
        )


def _round_time(ms: float) -> float:
    """A time as coarse as it can be measured again: the next frame, or steps of 10 ms."""
    return _FRAME_MS if ms <= 2 * _FRAME_MS else float(round(ms / 10) * 10)


def _unchanged(target: str, was: Look, look: Look) -> bool:
    keys = ("tag", "href", "hit", "cursor", "interactive", "listens", "heard", "between", "ears")
    old = was.records.get(target)
    new = look.records[target]
    return old is not None and all(old[key] == new[key] for key in keys)


def _settled_by_itself(target: str, look: Look, earlier: Effect | None) -> bool:
    """Whether an unchanged element can only do what it did: plain links, and what neither acts nor is listened for."""
    record = look.records[target]
    if earlier is None:
        return not (record["interactive"] or record["heard"])
    return record["tag"] == "a" and earlier.kind == "navigate" and not record["listens"] and not earlier.mutations


def _left_traces(told: Mapping[str, Any]) -> bool:
    return bool(
        told["mutations"]
        or told["valuesChanged"]
        or (told["looksChanged"] and not told["scrolled"])
        or told["repainted"]
        or told["memoryChanged"]
        or told["requests"]
        or told["error"]
        or told["open"]
        or told["softUrl"]
    )
