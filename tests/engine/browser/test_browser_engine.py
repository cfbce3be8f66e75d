"""Visits in real Chromium, in compressed time: end to end, twice the same, nothing typed, and after a crash."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from simbench.engine.run import run_scenario
from simbench.errors import BadInput, OutsideFailure
from simbench.events import Run
from simbench.scenario.loading import load_scenario, resolve
from simbench.scenario.model import Scenario
from simbench.site.chromium import need_playwright

RECORDER = Path(__file__).parents[3] / "node_modules" / "rrweb" / "dist" / "rrweb.umd.min.cjs"
SHELL = shutil.which("chromium-headless-shell")


def _missing() -> str | None:
    if SHELL is None:
        return "needs chromium-headless-shell"
    if not RECORDER.is_file():
        return "needs the recorder from npm: run `npm ci`"
    try:
        need_playwright()
    except OutsideFailure as error:
        return str(error)
    return None


if _missing():
    pytest.skip(str(_missing()), allow_module_level=True)

from playwright.async_api import Browser, async_playwright  # noqa: E402

from simbench.engine.browser import run as browser_run  # noqa: E402
from simbench.engine.browser.visit import play_visit  # noqa: E402

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SCENARIO = """
schema: simbench.scenario/1
name: small
site: shop
seed: {seed}
sessions: {sessions}
start: 2026-03-02T00:00:00Z
engine: browser
variants: [{{name: a, share: 1.0, defects: [photo-no-zoom]}}]
personas:
  - {{use: impatient, share: 1.0, with: {{device: {device}}}}}
"""


@pytest.fixture(autouse=True)
def _shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMBENCH_CHROMIUM", str(SHELL))


def scenario(folder: Path, *, device: str = "desktop", sessions: int = 2, seed: int = 5) -> Scenario:
    path = folder / "small.yaml"
    path.write_text(SCENARIO.format(device=device, sessions=sessions, seed=seed), encoding="utf-8")
    return load_scenario(path)


def play(folder: Path, name: str = "run", *, device: str = "desktop", sessions: int = 2, **options: Any) -> Run:
    made = scenario(folder, device=device, sessions=sessions)
    return run_scenario(made, resolve(made), folder / name, **options)


def truth_sessions(run: Run) -> Any:
    return pq.read_table(run.path / "truth/sessions/part-00000.parquet")


def sequence(run: Run) -> list[tuple[Any, ...]]:
    rows = run.table("events").to_pylist()
    return [(row["session"], row["type"], row["target"], row["view"]) for row in rows]


@pytest.fixture(scope="module", params=["desktop", "mobile"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SIMBENCH_CHROMIUM", str(SHELL))
        return play(tmp_path_factory.mktemp(request.param), device=request.param)


def test_a_run_has_what_a_model_run_has(run: Run) -> None:
    assert run.verify() == []
    assert run.manifest["engine"] == "browser"
    log = json.loads((run.path / "log.json").read_text())
    assert log["lost_sessions"] == []
    assert truth_sessions(run).num_rows == 2
    events = run.table("events").to_pandas()
    sessions = set(run.table("sessions").to_pandas()["session"])
    assert set(events["session"]) == sessions
    for name in ("events/part-00000.parquet", "elements.parquet", "goals.json", "truth/defects.json", "raw/index.json"):
        assert (run.path / name).is_file(), name


def test_every_session_has_views_moves_or_touches_and_clicks_on_known_elements(run: Run) -> None:
    events = run.table("events").to_pandas()
    counts = events["type"].value_counts()
    assert counts["pageview"] >= 2
    assert counts["click"] >= 1
    assert counts.get("mousemove", 0) + counts.get("touchstart", 0) > 5
    known = set(run.elements().to_pandas()["target"])
    clicks = events[events["type"] == "click"]
    assert clicks["target"].isin(known).mean() > 0.5
    assert (clicks["rel_x"].dropna().between(0, 1)).all()
    views = run.table("views").to_pandas()
    assert views["layout"].notna().all()
    assert events["time"].is_monotonic_increasing or events["session"].nunique() > 1


def test_the_same_seed_gives_the_same_events_and_targets(tmp_path: Path) -> None:
    first, second = (play(tmp_path, name, sessions=2, workers=2) for name in ("one", "two"))
    assert sequence(first) == sequence(second)
    times = [run.table("events").to_pandas()["time"] for run in (first, second)]
    # (How often the machine lets a page load be looked at still shows in a few times.)
    assert ((times[0] - times[1]).abs().dt.total_seconds() <= 0.1).all()


@dataclass
class Failing:
    """Breaks the first visits that it is asked to break."""

    times: int
    how: Callable[[Browser], Any]
    broken: int = 0

    async def __call__(self, browser: Browser, *arguments: Any) -> Any:
        if self.broken < self.times:
            self.broken += 1
            await self.how(browser)
        return await play_visit(browser, *arguments)


async def _kill(browser: Browser) -> None:
    await browser.close()


def test_a_browser_that_dies_is_replaced_and_the_visit_played_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = play(tmp_path, "whole", sessions=1)
    monkeypatch.setattr(browser_run, "play_visit", Failing(2, _kill))
    again = play(tmp_path, "again", sessions=1)
    assert sequence(again) == sequence(whole)
    log = json.loads((again.path / "log.json").read_text())
    assert (len(log["retried_sessions"]), log["lost_sessions"]) == (2, [])


def test_a_visit_that_cannot_be_played_is_named_as_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser_run, "play_visit", Failing(3, _kill))
    run = play(tmp_path, sessions=2)
    log = json.loads((run.path / "log.json").read_text())
    assert len(log["lost_sessions"]) == 1
    assert log["lost_sessions"][0]["session"] not in set(truth_sessions(run).to_pandas()["session"])


def test_an_interrupted_run_is_taken_up_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = play(tmp_path, "whole", sessions=2)
    played: list[int] = []

    async def stops(browser: Browser, *arguments: Any) -> Any:
        if played:
            raise OutsideFailure("the disk is full")
        played.append(1)
        return await play_visit(browser, *arguments)

    monkeypatch.setattr(browser_run, "play_visit", stops)
    with pytest.raises(OutsideFailure, match="full"):
        play(tmp_path, "again", sessions=2)
    monkeypatch.undo()
    monkeypatch.setenv("SIMBENCH_CHROMIUM", str(SHELL))
    assert sequence(play(tmp_path, "again", sessions=2, resume=True)) == sequence(whole)


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    play(tmp_path, sessions=1)
    mine = [
        path for path in Path("/proc").glob("[0-9]*/stat")
        if path.read_text(errors="replace").rpartition(")")[2].split()[1] == str(os.getpid())
    ] if Path("/proc").is_dir() else []  # fmt: skip
    names = [path.with_name("comm").read_text().strip() for path in mine]
    assert not [name for name in names if "headless" in name or "node" in name]
    assert not (tmp_path / ".run.partial").exists()


def test_what_is_typed_into_a_form_reaches_neither_raw_nor_tables() -> None:
    """The recorder masks fields; what a page shows elsewhere is masked on the way to the disk."""
    from simbench.engine.browser.recording import Recording

    recording = Recording(mask=True, pages=None)
    recording.add(
        json.dumps({"type": 5, "data": {"text": "Hello anna.berg@example.org", "href": "http://h:1/a?q=anna"}})
    )
    packed = gzip.decompress(recording.packed("http://h:1", {"anna.berg@example.org"})).decode()
    assert "anna" not in packed
    assert '"http://h:1/a"' in packed


def test_motor_truth_is_refused_at_once(tmp_path: Path) -> None:
    made = scenario(tmp_path)
    made = made.model_copy(update={"truth": made.truth.model_copy(update={"motor": True})})
    with pytest.raises(BadInput, match="motor"):
        run_scenario(made, resolve(made), tmp_path / "run")


def test_compressed_time_is_real_time_but_faster() -> None:
    """Case by case: timers, frames, transitions, event times; what a page hears of an input; all as in real time."""
    from simbench.engine.browser.clock import COMPRESSED_FLAGS
    from simbench.engine.browser.gate import Gate
    from simbench.engine.browser.recording import page_script
    from simbench.engine.browser.tab import Tab, TabOptions
    from simbench.site.capture.tab import Memory
    from simbench.site.chromium import chromium_flags
    from simbench.site.loading import load_declaration
    from simbench.site.places import find_site
    from simbench.site.server import FixtureServer
    from simbench.site.viewports import viewport_named

    folder = find_site("shop")
    heard = """() => {
        window.heard = [];
        const t0 = performance.now();
        const note = (what) => window.heard.push([what, performance.now() - t0]);
        const types = ['mousemove', 'mousedown', 'mouseup', 'click', 'scroll'];
        for (const type of types) addEventListener(type, () => note(type), true);
        setTimeout(() => note('timer'), 300);
        const box = document.createElement('div');
        box.style.cssText = 'transition: opacity 200ms; opacity: 1';
        document.body.append(box);
        box.addEventListener('transitionend', () => note('transition'));
        requestAnimationFrame(() => requestAnimationFrame(() => { box.style.opacity = 0; }));
    }"""

    async def one(*, real_time: bool) -> list[list[Any]]:
        gate = Gate()
        with FixtureServer(folder, load_declaration(folder), hold=gate.hold) as server:
            async with async_playwright() as playwright:
                flags = [*chromium_flags(), *(() if real_time else COMPRESSED_FLAGS)]
                browser = await playwright.chromium.launch(executable_path=SHELL, args=flags)
                tab = await Tab.open(
                    browser, gate.open("1"),
                    TabOptions(origin=server.url, visit="1", viewport=viewport_named("desktop-1440"), user_agent="test",
                               timezone="UTC", memory=Memory({"skymra_consent": "all"}), defects=(),
                               script=page_script(records=False), epoch_ms=1.7e12, real_time=real_time),
                )  # fmt: skip
                await tab.navigate(f"{server.url}/returns", None, 10.0)
                await tab.evaluate(heard)
                begin = tab.now
                for step in range(4):
                    await tab.until(begin + 50.0 * (step + 1))
                    await tab.mouse("mouseMoved", 300.0 + 20 * step, 300.0)
                await tab.until(begin + 260.0)
                await tab.mouse("mousePressed", 360.0, 300.0, clicks=1)
                await tab.until(begin + 340.0)
                await tab.mouse("mouseReleased", 360.0, 300.0, clicks=1)
                await tab.until(begin + 500.0)
                await tab.wheel(360.0, 300.0, 120.0)
                await tab.until(begin + 700.0)
                told: list[list[Any]] = await tab.evaluate("() => window.heard")
                await tab.close()
                await browser.close()
                return told

    real, compressed = asyncio.run(one(real_time=True)), asyncio.run(one(real_time=False))
    assert sorted(name for name, _ in compressed) == sorted(name for name, _ in real)
    for name in {name for name, _ in real}:
        ours, theirs = ([t for n, t in told if n == name] for told in (compressed, real))
        assert all(abs(a - b) <= 120.0 for a, b in zip(ours, theirs, strict=True)), (name, ours, theirs)
