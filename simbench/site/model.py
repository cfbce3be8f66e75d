"""A site as visitors meet it: what its `site.yaml` declares, and what a browser measured.

Examples
--------
``site = load_site("shop")``, then ``site.snapshot("/cart", "item", "mobile-390", frozenset({"coupon-error"}))``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from simbench.errors import BadInput
from simbench.events.run import read_json
from simbench.site.captured import CAPTURED_SCHEMA, elements_of, late_from_json, read_page_model
from simbench.site.declaration import Cta, Defect, Form, FunnelStep, Goal, Interest, Latency, Page
from simbench.site.loading import load_declaration
from simbench.site.page_model import PageModel, layout_of
from simbench.site.places import find_site
from simbench.site.routes import page_of
from simbench.site.snapshot import Effect, Element, FieldTrial, FormTrial, Late, Request, Snapshot
from simbench.site.viewports import VIEWPORTS, Viewport, viewport_named

__all__ = [
    "Effect",
    "Element",
    "FieldTrial",
    "FormTrial",
    "Late",
    "Picture",
    "Request",
    "Site",
    "Snapshot",
    "load_site",
]

_NO_DEFECTS: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A captured picture of a page: a screenshot (WebP) and the document (gzipped HTML), as files."""

    page: str
    state: str
    viewport: str
    layout: str
    viewport_w: float
    viewport_h: float
    doc_h: float
    screenshot: Path | None
    dom: Path | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Site:
    """A declared and captured site. Snapshots are decoded when first asked for, and kept."""

    name: str
    title: str
    about: str
    folder: Path
    pages: tuple[Page, ...]
    server: tuple[Latency, ...]
    forms: tuple[Form, ...]
    funnel: tuple[FunnelStep, ...]
    ctas: tuple[Cta, ...]
    goals: Mapping[str, Goal]
    interests: tuple[Interest, ...]
    defects: tuple[Defect, ...]
    _index: dict[str, Any] = field(repr=False)
    _models: dict[str, PageModel] = field(default_factory=dict, repr=False)
    _snapshots: dict[tuple[str, str, str, frozenset[str]], Snapshot] = field(default_factory=dict, repr=False)

    @property
    def viewports(self) -> tuple[Viewport, ...]:
        """The viewports in which the site was captured."""
        names = self._index.get("viewports", [])
        return tuple(viewport for viewport in VIEWPORTS if viewport.name in names)

    def page(self, page: str) -> Page:
        """What is declared of a page, by its grouped path.

        Raises
        ------
        KeyError
            No page has that path.
        """
        for declared in self.pages:
            if declared.page == page:
                return declared
        raise KeyError(page)

    def defect(self, defect: str) -> Defect:
        """The defect of that id.

        Raises
        ------
        KeyError
            The site has no such defect.
        """
        for declared in self.defects:
            if declared.id == defect:
                return declared
        raise KeyError(defect)

    def page_of(self, url: str) -> str:
        """The grouped path of a URL; the empty string where no page of this site has it.

        Query and fragment are ignored, and so are scheme and host. A page that names a segment goes before one that
        leaves it open.

        Examples
        --------
        ``site.page_of("/product/aalto-lamp?x=1")`` is ``"/product/:id"``.
        """
        return page_of(url, [declared.page for declared in self.pages])

    def opening_state(self, page: str, remembered: frozenset[str]) -> str:
        """The state in which a page opens for a browser that remembers `remembered`: the first that applies."""
        for state in self.page(page).states:
            if state.opening and (
                (state.opens_without is not None and state.opens_without not in remembered)
                or (state.opens_with is not None and state.opens_with in remembered)
            ):
                return state.name
        return "fresh"

    def effective_defects(self, page: str, device: str, defects: Iterable[str]) -> frozenset[str]:
        """Those of `defects` that can show on that page and device class."""
        wanted = frozenset(defects)
        if not wanted:
            return _NO_DEFECTS
        return frozenset(d.id for d in self.defects if d.id in wanted and d.page == page and device in d.devices)

    def snapshot(self, page: str, state: str, viewport: str, defects: frozenset[str] = _NO_DEFECTS) -> Snapshot:
        """The page in one state and viewport, under the defects of this page among `defects`.

        Raises
        ------
        BadInput
            The site was not captured in that state and viewport.
        """
        effective = self.effective_defects(page, viewport_named(viewport).device, defects)
        key = (page, state, viewport, effective)
        known = self._snapshots.get(key)
        if known is None:
            known = self._snapshots[key] = self._compose(*key)
        return known

    def pictures(self) -> tuple[Picture, ...]:
        """The captured screenshots and documents."""
        folder = self.folder / "captured"
        result = []
        for row in self._index.get("pictures", []):
            viewport = viewport_named(row["viewport"])
            files = {key: folder / row[key] if row.get(key) else None for key in ("screenshot", "dom")}
            result.append(
                Picture(
                    page=row["page"],
                    state=row["state"],
                    viewport=viewport.name,
                    layout=row["layout"],
                    viewport_w=viewport.w,
                    viewport_h=viewport.h,
                    doc_h=row["doc_h"],
                    **files,
                )
            )
        return tuple(result)

    def _model(self, page: str) -> PageModel:
        model = self._models.get(page)
        if model is None:
            name = self._index.get("pages", {}).get(page)
            if name is None:
                raise BadInput(f"{self.folder}: page {page} is not captured; run `simbench site capture {self.folder}`")
            document = read_page_model(self.folder / "captured" / name)
            model = self._models[page] = PageModel(document, [defect.id for defect in self.defects])
        return model

    def _compose(self, page: str, state: str, viewport: str, defects: frozenset[str]) -> Snapshot:
        model = self._model(page)
        window = viewport_named(viewport)
        rows, doc_h = model.look(viewport, state, defects)
        layout = layout_of(rows if state == "fresh" else model.look(viewport, "fresh", defects)[0])
        timing = model.load(window.device, defects)
        return Snapshot(
            page=page, state=state, viewport=viewport, defects=defects, layout=layout,
            viewport_w=float(window.w), viewport_h=float(window.h), doc_h=doc_h,
            elements=elements_of(rows),
            effects=model.effects(window.device, state, defects),
            forms=model.forms(window.device, state, defects),
            lcp_ms=timing["lcp_ms"], load_ms=timing["load_ms"], late=late_from_json(timing["late"]),
            typed=model.typed(window.device, state, defects),
        )  # fmt: skip


def load_site(name_or_path: str | Path) -> Site:
    """Load a site: its declaration, checked, and the index of its captured model.

    Parameters
    ----------
    name_or_path
        Name of a fixture site, or the path of a folder with a `site.yaml`.

    Raises
    ------
    BadInput
        There is no such site, its declaration is wrong, or its captured model is of another version.
    """
    folder = find_site(name_or_path)
    declared = load_declaration(folder)
    path = folder / "captured" / "index.json"
    index: dict[str, Any] = read_json(path) if path.is_file() else {}
    if index and index.get("schema") != CAPTURED_SCHEMA:
        raise BadInput(f"{path}: schema is {index.get('schema')!r}, this version reads {CAPTURED_SCHEMA!r}; "
                       f"capture again with `simbench site capture {folder}`")  # fmt: skip
    return Site(
        name=declared.name, title=declared.title, about=declared.about, folder=folder, pages=tuple(declared.pages),
        server=tuple(declared.server), forms=tuple(declared.forms), funnel=tuple(declared.funnel),
        ctas=tuple(declared.ctas), goals=dict(declared.goals), interests=tuple(declared.interests),
        defects=tuple(declared.defects), _index=index,
    )  # fmt: skip
