"""A run in real browsers: several side by side, each with one visit at a time, and nothing left behind."""

from __future__ import annotations

import asyncio
import os
import pickle
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from playwright.async_api import Browser, Playwright, async_playwright
from playwright.async_api import Error as PlaywrightError

from simbench.engine.backend import Backend
from simbench.engine.browser.clock import COMPRESSED_FLAGS
from simbench.engine.browser.gate import Gate
from simbench.engine.browser.recording import page_script
from simbench.engine.browser.tab import PageLost
from simbench.engine.browser.tables import Recorded, part_tables, recorded_events
from simbench.engine.browser.visit import Set, Visited, play_visit
from simbench.engine.cast import Cast
from simbench.engine.part_files import write_part
from simbench.engine.schedule import Schedule
from simbench.engine.stage import Stage
from simbench.engine.tape import Col, Kind
from simbench.engine.waiting import Waiting
from simbench.errors import BadInput, OutsideFailure
from simbench.events.run import RunWriter, read_json
from simbench.scenario.model import Scenario
from simbench.site.capture.tab import Tab as CaptureTab
from simbench.site.capture.ways import Ways
from simbench.site.chromium import chromium_flags, find_chromium, need_playwright
from simbench.site.loading import load_declaration
from simbench.site.model import Site
from simbench.site.places import find_site
from simbench.site.server import FixtureServer
from simbench.site.viewports import VIEWPORTS

__all__ = ["play_in_browsers"]

#: How often a visit is begun anew before it counts as lost.
_ATTEMPTS: Final = 3
#: A browser is replaced after so many visits, lest it grow.
_VISITS_A_BROWSER: Final = 60
#: A browser that will not close within this, s, is left to its driver, which kills it.
_CLOSING_S: Final = 15.0


@dataclass(slots=True)
class _Log:
    """What must not count for sameness."""

    retries: list[dict[str, Any]] = field(default_factory=list)
    lost: list[dict[str, Any]] = field(default_factory=list)
    surprises: Counter[str] = field(default_factory=Counter)
    simulated_s: float = 0.0
    away_s: float = 0.0
    version: str = ""


def play_in_browsers(
    parts: dict[int, Schedule], scenario: Scenario, site: Site, backend: Backend, writer: RunWriter, *, workers: int,
    only: frozenset[str] | None, real_time: bool, done: int, progress: Callable[[int], None],
) -> tuple[dict[int, dict[str, Any]], dict[str, Any]]:  # fmt: skip
    """Play all visits of `parts` (by number) and write their files.

    Parameters
    ----------
    workers
        Browsers side by side.
    done
        Sessions that were finished before, for `progress`.

    Returns
    -------
    The notes of the parts, and what `log.json` shall tell.

    Raises
    ------
    OutsideFailure
        There is no browser, or none that can compress time.
    """
    if scenario.truth.motor:
        raise BadInput("truth: motor: is what the model engine knows; leave it out for the browser engine")
    need_playwright()
    page_script(records=True)
    run = _BrowserRun(scenario, site, backend, writer, workers=workers, only=only, real_time=real_time, done=done,
                      progress=progress)  # fmt: skip
    notes = asyncio.run(run.play(parts))
    log = run.log
    return notes, {
        "lost_sessions": log.lost,
        "retried_sessions": log.retries,
        "surprises": dict(sorted(log.surprises.items())),
        "simulated_s": round(log.simulated_s, 1),
        "away_s": round(log.away_s, 1),
        "browser": log.version,
        "real_time": real_time,
    }


class _BrowserRun:
    def __init__(
        self, scenario: Scenario, site: Site, backend: Backend, writer: RunWriter, *, workers: int,
        only: frozenset[str] | None, real_time: bool, done: int, progress: Callable[[int], None],
    ) -> None:  # fmt: skip
        self.log = _Log()
        self._scenario = scenario
        self._folder = find_site(scenario.site_address)
        self._declared = load_declaration(self._folder)
        self._stage = Stage(site)
        self._waiting = Waiting(backend)
        self._writer = writer
        self._workers = workers
        self._only = only
        self._real_time = real_time
        self._done = done
        self._progress = progress

    async def play(self, parts: dict[int, Schedule]) -> dict[int, dict[str, Any]]:
        # Ctrl-C reaches Playwright's driver too; that it is gone is no news to whoever pressed it.
        asyncio.get_running_loop().set_exception_handler(lambda _, __: None)
        gate = Gate()
        notes: dict[int, dict[str, Any]] = {}
        with FixtureServer(self._folder, self._declared, hold=gate.hold) as server:
            async with async_playwright() as playwright:
                ways = await self._explore(playwright, server.url)
                shared = Set(
                    scenario=self._scenario, stage=self._stage, gate=gate, origin=server.url, wait_ms=self._waiting,
                    memory=ways.remembering, real_time=self._real_time,
                )  # fmt: skip
                for number, schedule in parts.items():
                    notes[number] = await self._play_part(playwright, shared, number, schedule)
        return notes

    async def _explore(self, playwright: Playwright, origin: str) -> Ways:
        """What browsers of people who have been here before remember."""
        ways = Ways(self._declared, self._folder)
        try:
            browser = await playwright.chromium.launch(executable_path=find_chromium(), args=chromium_flags())
        except PlaywrightError as error:
            raise OutsideFailure(f"Chromium does not start: {error.message.splitlines()[0]}") from error
        try:
            tab = await CaptureTab.create(browser, VIEWPORTS[0], self._declared, origin)
            await ways.explore(tab)
            await tab.close()
        finally:
            await browser.close()
        return ways

    async def _launch(self, playwright: Playwright) -> Browser:
        flags = [*chromium_flags(), *(() if self._real_time else COMPRESSED_FLAGS)]
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=flags)
        self.log.version = browser.version
        if not self._real_time and not await _compresses(browser):
            await browser.close()
            raise OutsideFailure(
                "this Chromium cannot compress time: install chromium-headless-shell (a package of Debian's, or "
                "`playwright install chromium`), name it in SIMBENCH_CHROMIUM, or take --real-time"
            )
        return browser

    async def _play_part(
        self, playwright: Playwright, shared: Set, number: int, schedule: Schedule
    ) -> dict[str, Any]:  # fmt: skip
        began = time.process_time()
        cast = Cast(self._scenario, self._stage, schedule, number)
        visits: dict[int, Visited] = {}
        recorded: dict[int, Recorded] = {}
        for place in range(len(schedule)):
            kept = self._kept(schedule.first + place)
            if kept is not None:
                visits[place], told = kept
                if told is not None:
                    recorded[place] = told
                self._note(visits[place])
        left = iter([place for place in range(len(schedule)) if place not in visits])
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self._workers, len(schedule))):
                    group.create_task(self._work(playwright, shared, schedule, cast, left, visits, recorded))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
        played = [visits[place] for place in sorted(visits)]
        tables = part_tables(self._scenario, self._stage, schedule, cast, number, played, recorded)
        index = self._raw_index()
        for place in sorted(recorded):
            name = schedule.session_id[place]
            start = int(schedule.start_ms[place] + schedule.skew_ms[place])
            index[name] = {"file": f"raw/{name}.json.gz", "start_ms": start,
                           "end_ms": start + max(recorded[place].t, default=0)}  # fmt: skip
        self._writer.write_json("raw/index.json", index)
        note = write_part(tables, self._writer.staging, number, self._only, began)
        for place in range(len(schedule)):
            self._path(schedule.first + place).unlink(missing_ok=True)
        with suppress(OSError):
            (self._writer.staging / "visits").rmdir()
        return note

    def _raw_index(self) -> dict[str, Any]:
        return read_json(self._writer.staging / "raw/index.json") if self._writer.has("raw/index.json") else {}

    # -- one browser after another ------------------------------------------------------------------------------------

    async def _work(
        self, playwright: Playwright, shared: Set, schedule: Schedule, cast: Cast, left: Iterator[int],
        visits: dict[int, Visited], recorded: dict[int, Recorded],
    ) -> None:  # fmt: skip
        """Play visits one after another until none is left."""
        browser: Browser | None = None
        used = 0
        try:
            for place in left:
                for attempt in range(1, _ATTEMPTS + 1):
                    if browser is None or not browser.is_connected() or used >= _VISITS_A_BROWSER:
                        await _close(browser)
                        browser, used = await self._launch(playwright), 0
                    used += 1
                    began = time.monotonic()
                    try:
                        visited = await play_visit(browser, shared, schedule, cast, place)
                    except (PageLost, PlaywrightError, TimeoutError) as error:
                        why = {"session": schedule.session_id[place], "attempt": attempt,
                               "why": (str(error) or type(error).__name__).splitlines()[0][:200]}  # fmt: skip
                        (self.log.lost if attempt == _ATTEMPTS else self.log.retries).append(why)
                        await _close(browser)
                        browser = None
                        continue
                    visited.wall_s = time.monotonic() - began
                    told = self._keep(visited, schedule, shared.origin)
                    visits[place] = visited
                    if told is not None:
                        recorded[place] = told
                    self._note(visited)
                    break
                else:
                    self._done += 1
                    self._progress(self._done)
        finally:
            await _close(browser)

    def _note(self, visited: Visited) -> None:
        self.log.surprises += visited.surprises
        self.log.simulated_s += visited.simulated_s
        self.log.away_s += visited.away_s
        self._done += 1
        self._progress(self._done)

    # -- what is kept of a visit until its part is written ------------------------------------------------------------

    def _path(self, number: int) -> Path:
        return self._writer.staging / "visits" / f"{number:07}.pickle"

    def _keep(self, visited: Visited, schedule: Schedule, origin: str) -> Recorded | None:
        """Write one visit's recording to `raw/`, read it, and keep everything for a run that is taken up again."""
        place = visited.place
        told: Recorded | None = None
        if visited.recording is not None and visited.recording.documents:
            name = f"raw/{schedule.session_id[place]}.json.gz"
            self._writer.write_bytes(name, visited.recording.packed(origin, visited.secrets))
            told = recorded_events(
                self._writer.staging / name, visited, self._stage, events=visited.recording.events(),
                epoch_ms=float(schedule.start_ms[place]) + float(schedule.skew_ms[place]),
            )  # fmt: skip
        visited.recording = None
        visited.secrets = frozenset()
        met = {int(code) for code in visited.tape[:, Col.SCENE]} | {code for _, code in visited.scene_times}
        scenes = {code: self._stage.scenes[code] for code in sorted(met) if code >= 0}
        keys = {code: (s.page, s.state, s.viewport, s.snapshot.defects) for code, s in scenes.items()}
        strings = {code: self._stage.strings.values[code] for code in _string_codes(visited)}
        path = self._path(schedule.first + place)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}.tmp")
        partial.write_bytes(pickle.dumps((visited, told, keys, strings)))
        partial.replace(path)
        return told

    def _kept(self, number: int) -> tuple[Visited, Recorded | None] | None:
        """A visit that an interrupted run has played, with the codes of this process."""
        path = self._path(number)
        if not path.is_file():
            return None
        visited, told, keys, strings = pickle.loads(path.read_bytes())  # noqa: S301 - our own staging folder
        scene = {code: self._stage.scene(*key) for code, key in keys.items()} | {-1: -1}
        string = {code: self._stage.strings.code(text) for code, text in strings.items()}
        tape = visited.tape.copy()
        tape[:, Col.SCENE] = [scene[int(code)] for code in tape[:, Col.SCENE]]
        for row in np.flatnonzero(tape[:, Col.KIND] != Kind.SHAKE).tolist():
            code = int(tape[row, Col.TARGET])
            tape[row, Col.TARGET] = string[code] if code >= 0 else -1.0
        visited.tape = tape
        visited.scene_times = [(at, scene[code]) for at, code in visited.scene_times]
        visited.views = [(*row[:4], scene[row[4]], *row[5:]) for row in visited.views]
        for one in told.rows if told is not None else ():
            one["scene"] = scene[one["scene"]]
        return visited, told


def _string_codes(visited: Visited) -> set[int]:
    """Codes of strings on a visit's tape; of a shaken mouse, that column is a number."""
    tape = visited.tape
    return {int(code) for code in tape[tape[:, Col.KIND] != Kind.SHAKE, Col.TARGET] if code >= 0}


async def _compresses(browser: Browser) -> bool:
    """Whether frames come on demand."""
    page = await browser.new_page()
    try:
        cdp = await page.context.new_cdp_session(page)
        await asyncio.wait_for(cdp.send("HeadlessExperimental.beginFrame"), 5.0)
    except (PlaywrightError, TimeoutError):
        return False
    finally:
        await page.close()
    return True


async def _close(browser: Browser | None) -> None:
    if browser is not None:
        with suppress(PlaywrightError, TimeoutError):
            async with asyncio.timeout(_CLOSING_S):
                await browser.close()
