"""A run from scenario to disk: the schedule and the backend once, then shard by shard, on one process or many.

The bytes depend on scenario and seed alone: shards have a fixed size, every one of them is written whole to its own
files, and what is told about them is gathered in their order, whoever finished first.
"""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from simbench import __version__
from simbench.engine.backend import Backend, make_backend
from simbench.engine.pages import write_pages
from simbench.engine.part_files import note_path, write_part
from simbench.engine.promises import mismatch_rows
from simbench.engine.schedule import Schedule, make_schedule, shards
from simbench.engine.shard import SceneKey, play_shard
from simbench.engine.stage import Stage
from simbench.engine.waiting import Waiting
from simbench.errors import BadInput, OutsideFailure
from simbench.events.run import Run, RunWriter, read_json
from simbench.scenario.model import Scenario
from simbench.site.model import load_site
from simbench.visitor.behaviour import behaviour_version

__all__ = ["Progress", "run_scenario"]

#: Called with the number of finished sessions.
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """One shard to be played, as it is sent to a process."""

    number: int
    schedule: Schedule
    staging: Path


def run_scenario(
    scenario: Scenario,
    resolved: dict[str, Any],
    out: Path,
    *,
    workers: int = 1,
    force: bool = False,
    resume: bool = False,
    only: frozenset[str] | None = None,
    real_time: bool = False,
    progress: Progress = lambda _: None,
) -> Run:
    """Play `scenario` on its engine and write the run to `out`.

    Parameters
    ----------
    scenario, resolved
        What to play, and the same as plain JSON for the manifest.
    workers
        Processes; 1 plays in this one. The bytes are the same for any number. Of the browser engine: browsers.
    force, resume
        Replace a run that stands at `out`; go on with one that was interrupted.
    only
        Event types to write; all when None.
    real_time
        Let the browser engine's visits take as long as they take.

    Raises
    ------
    BadInput
        `out` is taken, or an interrupted run there was of another scenario.
    OutsideFailure
        The disk or a worker process failed; the run can be taken up again with `resume`.
    """
    if real_time and scenario.engine != "browser":
        raise BadInput("--real-time is for the browser engine; add --engine browser")
    began = time.time()
    writer = RunWriter(out, force=force, resume=resume)
    with writer:
        plan = json.loads(json.dumps({"scenario": resolved, "only": sorted(only) if only is not None else None,
                                      "version": __version__, "behaviour": behaviour_version()}))  # fmt: skip
        _check_plan(writer, plan, resume=resume)
        site = load_site(scenario.site_address)
        schedule = make_schedule(scenario, site)
        backend = make_backend(scenario, site, schedule)
        jobs = [
            _Job(number=number, schedule=schedule.take(part), staging=writer.staging)
            for number, part in enumerate(shards(schedule))
        ]
        known = {job.number: read_json(note_path(writer.staging, job.number)) for job in jobs
                 if note_path(writer.staging, job.number).is_file()}  # fmt: skip
        done = sum(len(job.schedule) for job in jobs if job.number in known)
        progress(done)
        resumed = len(known)
        to_do = [job for job in jobs if job.number not in known]
        told: dict[str, Any] = {}
        if scenario.engine == "browser":
            # Playwright is an extra, and needed here alone.
            from simbench.engine.browser.run import play_in_browsers  # noqa: PLC0415

            parts = {job.number: job.schedule for job in to_do}
            notes_made, told = play_in_browsers(parts, scenario, site, backend, writer, workers=workers, only=only,
                                                real_time=real_time, done=done, progress=progress)  # fmt: skip
            known |= notes_made
        else:
            for number, note, sessions in _play_all(to_do, scenario, backend, workers, only):
                known[number] = note
                done += sessions
                progress(done)
        notes = [known[job.number] for job in jobs]
        scenes = sorted({tuple_of(scene) for note in notes for scene in note["scenes"]})
        write_pages(writer, site, scenes)
        writer.write_json("goals.json", _goals(site))
        writer.write_json("truth/defects.json", _defects(scenario, site))
        for job in jobs:
            note_path(writer.staging, job.number).unlink(missing_ok=True)
        with suppress(OSError):
            (writer.staging / "notes").rmdir()
        (writer.staging / "plan.json").unlink(missing_ok=True)
        manifest = {
            "kind": scenario.engine,
            "engine": scenario.engine,
            "name": scenario.name,
            "seed": scenario.seed,
            "scenario": resolved,
            "only": plan["only"],
            "versions": {"simbench": __version__, "behaviour": behaviour_version()},
            "counts": _counts(notes),
        }
        log = {
            "workers": workers,
            "resumed_parts": resumed,
            "machine": {"python": platform.python_version(), "system": platform.platform(), "pyarrow": pa.__version__,
                        "numpy": np.__version__},
            "began": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(began)),
            "wall_s": round(time.time() - began, 3),
            "cpu_s": round(sum(note["cpu_s"] for note in notes), 3),
            "lost_sessions": [],
            **told,
        }  # fmt: skip
        return writer.commit(manifest, log)


def tuple_of(scene: list[Any]) -> SceneKey:
    """A scene's key from its JSON form."""
    page, state, viewport, defects = scene
    return page, state, viewport, tuple(defects)


def _check_plan(writer: RunWriter, plan: dict[str, Any], *, resume: bool) -> None:
    """An interrupted run may be taken up by the same scenario only."""
    if resume and writer.has("plan.json"):
        if read_json(writer.staging / "plan.json") != plan:
            raise BadInput(
                f"{writer.staging}: was begun with another scenario, seed or version; leave --resume out to begin anew"
            )
        return
    writer.write_json("plan.json", plan)


def _counts(notes: list[dict[str, Any]]) -> dict[str, Any]:
    def tally(key: str) -> dict[str, int]:
        total: dict[str, int] = {}
        for note in notes:
            for name, count in note[key].items():
                total[name] = total.get(name, 0) + count
        return dict(sorted(total.items()))

    counts: dict[str, Any] = {
        name: sum(note[name] for note in notes) for name in ("sessions", "recorded", "views", "events", "acts")
    }
    counts["events_by_type"] = tally("by_type")
    counts["episodes"] = tally("episodes")
    return counts


# -- playing ----------------------------------------------------------------------------------------------------------


def _play_all(
    jobs: list[_Job], scenario: Scenario, backend: Backend, workers: int, only: frozenset[str] | None
) -> Iterator[tuple[int, dict[str, Any], int]]:
    """Play all jobs; yields (part, its note, its sessions) as they are finished."""
    if workers <= 1 or len(jobs) <= 1:
        player = _Player(scenario, backend, only)
        for job in jobs:
            yield job.number, player.play(job), len(job.schedule)
        return
    with _pool(min(workers, len(jobs)), scenario, backend, only) as pool:
        left = iter(jobs)
        running: dict[Future[dict[str, Any]], _Job] = {}

        def start() -> None:
            # Few at a time: a job holds its slice of the schedule.
            for job in left:
                running[pool.submit(_play_in_worker, job)] = job
                if len(running) >= 2 * workers:
                    return

        start()
        while running:
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                job = running.pop(future)
                try:
                    note = future.result()
                except BrokenProcessPool as error:
                    raise OutsideFailure(
                        "a worker process died (out of memory, or killed); go on with --resume, with fewer --workers"
                    ) from error
                yield job.number, note, len(job.schedule)
            start()


@contextmanager
def _pool(workers: int, scenario: Scenario, backend: Backend, only: frozenset[str] | None) -> Iterator[Executor]:
    pool = ProcessPoolExecutor(workers, initializer=_begin_worker, initargs=(scenario, backend, only))
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


class _Player:
    """Plays shards in one process, and keeps between them what they share."""

    def __init__(self, scenario: Scenario, backend: Backend, only: frozenset[str] | None) -> None:
        self._scenario = scenario
        self._stage = Stage(load_site(scenario.site_address))
        self._waiting = Waiting(backend)
        self._only = only

    def play(self, job: _Job) -> dict[str, Any]:
        """Play one shard, write its files, and return the note that is kept of it."""
        began = time.process_time()
        tables = play_shard(self._scenario, self._stage, job.schedule, job.number, self._waiting)
        return write_part(tables, job.staging, job.number, self._only, began)


_player: _Player | None = None


def _begin_worker(scenario: Scenario, backend: Backend, only: frozenset[str] | None) -> None:
    global _player  # noqa: PLW0603 - one player a worker process, made once
    _player = _Player(scenario, backend, only)


def _play_in_worker(job: _Job) -> dict[str, Any]:
    assert _player is not None
    return _player.play(job)


# -- what stands beside the events ------------------------------------------------------------------------------------


def _goals(site: Any) -> dict[str, Any]:
    """What the site's analyst declares: funnel, main calls to action, forms and fields."""
    return {
        "site": site.name,
        "title": site.title,
        "funnel": [{"name": step.name, "page": step.page, "state": step.state} for step in site.funnel],
        "ctas": [{"page": cta.page, "target": cta.target, "goal": cta.goal} for cta in site.ctas],
        "forms": [
            {
                "form": form.form, "page": form.page, "state": form.state, "submit": form.submit,
                "fields": [
                    {"target": field.target, "name": field.name, "kind": field.kind, "optional": field.optional}
                    for field in form.fields
                ],
            }
            for form in site.forms
        ],
    }  # fmt: skip


def _defects(scenario: Scenario, site: Any) -> list[dict[str, Any]]:
    """The defects that the scenario switches on, each with when and for whom."""
    rows: list[dict[str, Any]] = []
    for variant in scenario.variants:
        rows.extend(_defect_row(site.defect(name), variant.name, None) for name in variant.defects)
    rows.extend(_defect_row(site.defect(planted.id), None, planted) for planted in scenario.defects)
    rows.extend(mismatch_rows(scenario, site))
    return rows


def _defect_row(defect: Any, variant: str | None, planted: Any) -> dict[str, Any]:
    def moment(value: Any) -> str | None:
        return value.isoformat().replace("+00:00", "Z") if value is not None else None

    devices = planted.devices if planted is not None and planted.devices is not None else defect.devices
    return {
        "id": defect.id, "finding": defect.finding, "page": defect.page, "state": defect.state,
        "target": defect.target, "devices": list(devices), "variant": variant, "about": defect.about,
        "from": moment(planted.from_) if planted is not None else None,
        "until": moment(planted.until) if planted is not None else None,
    }  # fmt: skip
