"""Captures a whole site, and writes what was found whole or not at all."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright
from playwright.async_api import Error as PlaywrightError

from simbench.errors import BadInput, OutsideFailure
from simbench.events.run import read_json, write_json
from simbench.site.capture.documents import page_model
from simbench.site.capture.page_capture import PageCapture, capture_page
from simbench.site.capture.steady import keep_times
from simbench.site.capture.tab import Tab
from simbench.site.capture.ways import Ways
from simbench.site.captured import CAPTURED_SCHEMA, read_page_model
from simbench.site.chromium import chromium_flags, find_chromium, need_playwright
from simbench.site.declaration import Declaration, Page
from simbench.site.fingerprint import CAPTURE_VERSION, fingerprint, sources, sources_of_page, stale_pages
from simbench.site.loading import load_declaration
from simbench.site.page_model import PageModel, layout_of
from simbench.site.server import FixtureServer
from simbench.site.viewports import VIEWPORTS, viewport_named

__all__ = ["CaptureReport", "capture_site"]

#: Says how far the capture is: units done, units in all, what was done last.
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureReport:
    """What a capture came to."""

    folder: Path
    pages: int
    states: int
    effects: int
    #: Share of grid points, and of interactive elements' middles, at which boxes and browser name the same control.
    grid_agreement: float
    control_agreement: float
    size_bytes: int
    #: What could not be captured as declared, one line each.
    problems: tuple[str, ...]


def capture_site(
    folder: Path, *, progress: Progress | None = None, workers: int = 3, changed_only: bool = False
) -> CaptureReport:
    """Measure every page of the site in `folder` and write `captured/` there.

    Parameters
    ----------
    folder
        The site's folder.
    progress
        Told about every state that was captured.
    workers
        Pages that are captured at once, in one browser.
    changed_only
        Capture only pages that depend on something that changed since they were captured, and keep the others.

    Raises
    ------
    BadInput
        The declaration is wrong, or a page does not behave as declared.
    OutsideFailure
        The browser or the disk failed; what stood in `captured/` before stands there still.
    """
    need_playwright()
    load_declaration(folder)
    with tempfile.TemporaryDirectory(prefix="simbench-site-") as place:
        # A copy, so that somebody may go on working on the site meanwhile.
        copy = Path(place) / "site"
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("captured", ".*"), symlinks=True)
        site = load_declaration(copy)
        files = sources(copy, site)
        index_path = folder / "captured" / "index.json"
        old_index: dict[str, Any] = read_json(index_path) if changed_only and index_path.is_file() else {}
        pages = stale_pages(site, files, old_index) if changed_only else [page.page for page in site.pages]
        parts = _captured(copy, site, progress or (lambda *_: None), workers, pages)
    _keep_times(folder, site, parts)
    return _write(folder, site, files, parts, old_index)


def _keep_times(folder: Path, site: Declaration, parts: list[PageCapture]) -> None:
    """Keep the times of the capture that is replaced where they are within the noise."""
    order = [defect.id for defect in site.defects]
    for part in parts:
        with contextlib.suppress(BadInput, KeyError, TypeError):
            document = read_page_model(folder / "captured" / f"{_slug(part.page)}.json.gz")
            keep_times(part, PageModel(document, order))


def _captured(folder: Path, site: Declaration, progress: Progress, workers: int, pages: list[str]) -> list[PageCapture]:
    if not pages:
        return []
    try:
        return asyncio.run(_capture(folder, site, progress, workers, pages))
    except (PlaywrightError, ExceptionGroup) as error:
        # Of several pages at once: what went wrong first; the others were only told to stop.
        first = error.exceptions[0] if isinstance(error, ExceptionGroup) else error
        if not isinstance(first, PlaywrightError):
            raise first from None
        raise OutsideFailure(
            f"the browser failed: {_first_line(first)}; try again, or name another one in SIMBENCH_CHROMIUM"
        ) from first


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _quiet(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """After Ctrl-C the driver is gone before its last answers are asked for; that is no news."""
    if "Connection closed" not in str(context.get("exception")):
        loop.default_exception_handler(context)


async def _capture(
    folder: Path, site: Declaration, progress: Progress, workers: int, pages: list[str]
) -> list[PageCapture]:
    asyncio.get_running_loop().set_exception_handler(_quiet)
    jobs = [job for job in _jobs(site) if job[0].page in pages]
    jobs.sort(key=lambda job: -_units(site, *job))
    total = sum(_units(site, *job) for job in jobs)
    done = 0

    def tick(note: str) -> None:
        nonlocal done
        done += 1
        progress(min(done, total), total, note)

    with FixtureServer(folder, site, cached=True) as server:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=find_chromium(), args=chromium_flags())
            try:
                ways = Ways(site, folder)
                tab = await Tab.create(browser, VIEWPORTS[0], site, server.url)
                await ways.explore(tab)
                await tab.close()
                return await _work_off(browser, site, server.url, ways, jobs, workers, tick)
            finally:
                with contextlib.suppress(PlaywrightError):
                    await browser.close()


async def _work_off(
    browser: Browser,
    site: Declaration,
    origin: str,
    ways: Ways,
    jobs: list[tuple[Page, str]],
    workers: int,
    tick: Callable[[str], None],
) -> list[PageCapture]:
    """Do the jobs, the longest first, some at once; results in the order of the declaration."""
    waiting = iter(jobs)
    results: dict[tuple[str, str], PageCapture] = {}

    async def work() -> None:
        for page, device in waiting:
            results[page.page, device] = await capture_page(browser, site, origin, ways, page, device, tick)

    async with asyncio.TaskGroup() as group:
        for _ in range(workers):
            group.create_task(work())
    return [results[page.page, device] for page, device in _jobs(site) if (page.page, device) in results]


def _jobs(site: Declaration) -> Iterator[tuple[Page, str]]:
    devices = list(dict.fromkeys(viewport.device for viewport in VIEWPORTS))
    for page in site.pages:
        for device in devices:
            yield page, device


def _units(site: Declaration, page: Page, device: str) -> int:
    """How many states there are to look at, as far as is known beforehand."""
    states = 1 + sum(device in state.devices for state in page.states)
    patched = [d for d in site.defects if d.page == page.page and device in d.devices and (d.css or d.js)]
    return states * (1 + len(patched)) * sum(viewport.device == device for viewport in VIEWPORTS)


# ---------------------------------------------------------------------------------------------------------------------
# Writing


def _slug(page: str) -> str:
    """A page's name as part of a file name."""
    return "-".join(part.lstrip(":") for part in page.split("/") if part) or "home"


def _write(
    folder: Path, site: Declaration, files: dict[str, str], parts: list[PageCapture], old_index: dict[str, Any]
) -> CaptureReport:
    target = folder / "captured"
    staging = folder / ".captured.partial"
    try:
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir()
        index = _write_parts(staging, target, site, files, parts, old_index)
        write_json(staging / "index.json", index)
        old = folder / ".captured.replaced"
        shutil.rmtree(old, ignore_errors=True)
        if target.exists():
            target.replace(old)
        staging.replace(target)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise OutsideFailure(f"{target}: cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    found = [agreement for part in parts for agreement in part.agreements]
    return CaptureReport(
        folder=target,
        pages=len({part.page for part in parts}),
        states=sum(len(part.looks) for part in parts),
        effects=sum(len(acts) for part in parts for acts in part.acts.values()),
        grid_agreement=_share(sum(a.alike for a in found), sum(a.points for a in found)),
        control_agreement=_share(sum(a.controls_same for a in found), sum(a.controls for a in found)),
        size_bytes=sum(path.stat().st_size for path in target.rglob("*") if path.is_file()),
        problems=tuple(problem for part in parts for problem in part.problems),
    )


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 1.0


def _write_parts(
    staging: Path, before: Path, site: Declaration, files: dict[str, str], parts: list[PageCapture], old: dict[str, Any]
) -> dict[str, Any]:
    """Write the parts, and what the capture `before` (with the index `old`) holds of all other pages."""
    pages = {}
    pictures: list[dict[str, Any]] = []
    agreement = {}
    uses = {}
    problems = [problem for part in parts for problem in part.problems]
    for page in site.pages:
        mine = [part for part in parts if part.page == page.page]
        slug = _slug(page.page)
        if not mine:
            # Not captured this time: as it was.
            pages[page.page] = old["pages"][page.page]
            agreement[page.page] = old["agreement"][page.page]
            uses[page.page] = old["uses"][page.page]
            kept = [row for row in old["pictures"] if row["page"] == page.page]
            pictures += kept
            problems += [problem for problem in old["problems"] if problem.startswith(f"{page.page}: ")]
            for name in {pages[page.page], *(row[key] for row in kept for key in ("screenshot", "dom") if row[key])}:
                shutil.copyfile(before / name, staging / name)
            continue
        uses[page.page] = sources_of_page(site, page, files, sorted(set().union(*(part.used for part in mine))))
        pages[page.page] = f"{slug}.json.gz"
        text = json.dumps(page_model(page.page, page.state_names, mine), ensure_ascii=False, separators=(",", ":"))
        (staging / pages[page.page]).write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))
        for part in mine:
            pictures += _write_shots(staging, slug, part)
        found = [a for part in mine for a in part.agreements]
        agreement[page.page] = {
            "grid": _share(sum(a.alike for a in found), sum(a.points for a in found)),
            "controls": _share(sum(a.controls_same for a in found), sum(a.controls for a in found)),
        }
    return {
        "schema": CAPTURED_SCHEMA,
        "version": CAPTURE_VERSION,
        "site": site.name,
        "fingerprint": fingerprint(files),
        "sources": files,
        "uses": uses,
        "viewports": [viewport.name for viewport in VIEWPORTS],
        "pages": pages,
        "pictures": pictures,
        "agreement": agreement,
        "problems": problems,
    }


def _write_shots(staging: Path, slug: str, part: PageCapture) -> Iterator[dict[str, Any]]:
    """Write pictures and documents: the same document once, and no second picture of a layout."""
    documents: dict[bytes, str] = {}
    seen: set[tuple[str, str, str]] = set()
    for shot in part.shots:
        fresh = part.looks.get((shot.viewport, "fresh", shot.defects))
        if fresh is None:
            continue
        layout = layout_of(fresh.rows)
        key = (shot.state, shot.viewport, layout)
        if key in seen:
            continue
        seen.add(key)
        name = f"{slug}--{shot.state}--{viewport_named(shot.viewport).name}"
        name += f"--{layout}" if shot.defects else ""
        (staging / f"{name}.webp").write_bytes(shot.screenshot)
        dom = None
        if shot.dom is not None:
            dom = documents.setdefault(shot.dom, f"{slug}--{shot.state}--{part.device}.html.gz")
            (staging / dom).write_bytes(shot.dom)
        yield {
            "page": part.page, "state": shot.state, "viewport": shot.viewport, "layout": layout, "doc_h": shot.doc_h,
            "screenshot": f"{name}.webp", "dom": dom,
        }  # fmt: skip
