"""The stage: a site made ready for many visits. What visits share is worked out once a process and kept."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from simbench.engine.hits import HitTables
from simbench.engine.tape import Strings
from simbench.site.declaration import Form, Page
from simbench.site.model import Effect, Element, FormTrial, Site
from simbench.visitor.mind.attention import Attention
from simbench.visitor.scene import Scene

__all__ = ["Stage"]


class Stage:
    """Scenes, strings and causes of one site, kept for all visits of a process."""

    def __init__(self, site: Site) -> None:
        self.site = site
        #: Scenes by code.
        self.scenes: list[Scene] = []
        #: All strings that can reach a table.
        self.strings = Strings()
        self._codes: dict[tuple[str, str, str, frozenset[str]], int] = {}
        self._attention: dict[int, Attention] = {}
        self._attention_share: dict[int, sparse.csr_array] = {}
        self._attention_codes: dict[int, NDArray[np.int64]] = {}
        self._hits = HitTables()
        self._causes: dict[tuple[int, float, float, float, bool], str | None] = {}
        self.page_of = lru_cache(maxsize=4096)(site.page_of)
        self.opening_state = lru_cache(maxsize=4096)(site.opening_state)
        self._pages = {page.page: page for page in site.pages}
        #: Boxes and radio buttons by page: a press ticks them.
        self.ticked = {
            (form.page, field.target)
            for form in site.forms
            for field in form.fields
            if field.kind in {"radio", "checkbox"}
        }
        #: What is typed before a control is pressed: field, text and interest, by page and control.
        self._typed_before: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
        for interest in site.interests:
            if interest.type is not None and interest.field is not None:
                self._typed_before.setdefault((interest.page, interest.target), []).append(
                    (interest.field, interest.type.strip(), interest.name)
                )
        self._sent_by = {(form.page, form.submit): form for form in site.forms}

    def scene(self, page: str, state: str, viewport: str, defects: frozenset[str]) -> int:
        """Code of the scene (an index into `scenes`); it is compiled when it is first asked for."""
        key = (page, state, viewport, defects)
        code = self._codes.get(key)
        if code is None:
            snapshot = self.site.snapshot(page, state, viewport, defects)
            exact = (page, state, viewport, snapshot.defects)
            code = self._codes.get(exact)
            if code is None:
                code = len(self.scenes)
                self.scenes.append(Scene(snapshot, self.page_of))
                self._codes[exact] = code
            self._codes[key] = code
        return code

    def hits(self) -> HitTables:
        """What lies under points of the scenes compiled so far."""
        self._hits.extend(self.scenes, self.strings)
        return self._hits

    def attention(self, scene: int) -> Attention:
        """Where a scene draws the eyes."""
        known = self._attention.get(scene)
        if known is None:
            broken = self.scenes[scene].snapshot.defects
            ad_like = frozenset(d.target for d in self.site.defects if d.id in broken and d.finding == "cta_skipped")
            known = self._attention[scene] = Attention.of(self.scenes[scene], ad_like)
        return known

    def attention_share(self, scene: int) -> sparse.csr_array:
        """`Attention.share`, with one row more: each page's strips are followed by a place of nothing."""
        known = self._attention_share.get(scene)
        if known is None:
            share = self.attention(scene).share
            known = self._attention_share[scene] = sparse.csr_array(np.vstack([share, np.zeros((1, share.shape[1]))]))
        return known

    def attention_codes(self, scene: int) -> NDArray[np.int64]:
        """Codes of the targets of `attention`."""
        known = self._attention_codes.get(scene)
        if known is None:
            codes = [self.strings.code(target) for target in self.attention(scene).targets]
            known = self._attention_codes[scene] = np.array(codes, dtype=np.int64)
        return known

    def box(self, scene: int, target: int) -> tuple[float, float] | None:
        """Top and bottom (page px) of the element with the code `target`; None where the scene has none."""
        element = self.scenes[scene].element(self.strings.values[target])
        return (element.y, element.y + element.h) if element is not None else None

    def page(self, page: str) -> Page:
        """What is declared of a page, by its grouped path."""
        return self._pages[page]

    def form_sent_by(self, page: str, control: str) -> Form | None:
        """The form that `control` on `page` sends."""
        return self._sent_by.get((page, control))

    def typed_before(self, page: str, control: str) -> list[tuple[str, str, str]]:
        """What may have been typed before `control` on `page` is pressed: field, text, and name of the interest."""
        return self._typed_before.get((page, control), [])

    def trial(self, form: Form, viewport: str, defects: frozenset[str]) -> FormTrial | None:
        """What sending `form` does, as it was tried in the state in which it is filled in."""
        return self.site.snapshot(form.page, form.state, viewport, defects).forms.get(form.form)

    def cause(self, scene_code: int, x: float, y: float, scroll_y: float, *, finger: bool = False) -> str | None:
        """The planted defect without which a press at client (`x`, `y`) would have another outcome; None: no defect.

        This is a counterfactual: the same press, of a mouse or a `finger`, on the same page with one defect less.
        """
        scene = self.scenes[scene_code]
        snapshot = scene.snapshot
        if not snapshot.defects:
            return None
        # All that the answer depends on: under a fixed box, one point of the page has many outcomes.
        key = (scene_code, x, y, scroll_y, finger)
        if key in self._causes:
            return self._causes[key]
        here = _outcome(scene, _pressed(scene, x, y, scroll_y, finger=finger))
        found = None
        for defect in sorted(snapshot.defects):
            without = self.scenes[
                self.scene(snapshot.page, snapshot.state, snapshot.viewport, snapshot.defects - {defect})
            ]
            if _outcome(without, _pressed(without, x, y, min(scroll_y, without.sy_max), finger=finger)) != here:
                found = defect
                break
        self._causes[key] = found
        return found


def _pressed(scene: Scene, x: float, y: float, scroll_y: float, *, finger: bool) -> Element | None:
    return scene.touched(x, y, scroll_y)[0] if finger else scene.hit(x, y, scroll_y)


def _outcome(scene: Scene, element: Element | None) -> tuple[object, ...]:
    """What a press on `element` comes to, as far as a person would care."""
    effect: Effect | None = scene.effect(element) if element is not None else None
    if effect is None:
        return ("nothing",)
    return (effect.kind, effect.url, effect.state, effect.error, effect.open)
