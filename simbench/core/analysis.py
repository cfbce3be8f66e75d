"""The analysis of a run: findings and maps of all its parts, computed once and kept beside the events.

::

    RUN/analysis/
      manifest.json       schema "simbench.analysis-manifest/1": sha256 per file, and of the run that it is of
      analysis.json       schema "simbench.analysis/1": counts, detectors with their rules, a summary by page and device
      findings.parquet    see `simbench.events.findings`
      maps/*.parquet      see `simbench.core.map_tables`
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from simbench import __version__
from simbench.core.detector import Detector
from simbench.core.detectors import DETECTORS, chosen, observe
from simbench.core.grid import CELL_PX
from simbench.core.map_tables import MAP_TABLES, maps_of, tables_of
from simbench.core.maps import Maps, map_part
from simbench.core.move_map import REST_MS
from simbench.core.recording import read_recording
from simbench.core.scroll_map import DEPTH_PX
from simbench.core.summary import summarise
from simbench.errors import BadInput, OutsideFailure
from simbench.events.findings import read_findings
from simbench.events.parquet import read_table, write_table
from simbench.events.run import Run, read_json, sha256, write_json
from simbench.events.schema import FINDINGS

__all__ = ["ANALYSIS_SCHEMA", "Analysis", "analyze", "load_analysis", "write_analysis"]

ANALYSIS_SCHEMA: Final = "simbench.analysis/1"
_MANIFEST_SCHEMA: Final = "simbench.analysis-manifest/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What the core says about a run.

    Attributes
    ----------
    summary
        The document of `analysis.json`.
    findings
        A table with the schema `FINDINGS`: detector by detector, each in the order of sessions and time.
    maps
        All maps of all places.
    """

    summary: dict[str, Any]
    findings: pa.Table
    maps: Maps


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What one part comes to."""

    findings: list[pa.Table]
    maps: Maps
    events: int


def analyze(run: Run, *, executor: Executor | None = None, done: Callable[[int], None] | None = None) -> Analysis:
    """Compute the findings and maps of a run, part by part.

    Parameters
    ----------
    executor
        Who does the parts; this process where not given. The result is the same for any.
    done
        Told the number of finished parts.
    """
    work = partial(_analyze_part, run.path)
    parts = run.parts()
    results = map(work, parts) if executor is None else executor.map(work, parts)
    findings: list[list[pa.Table]] = [[] for _ in DETECTORS]
    maps, events = Maps.empty(), 0
    for number, part in enumerate(results, start=1):
        for found, table in zip(findings, part.findings, strict=True):
            found.append(table)
        maps = maps.merge(part.maps)
        events += part.events
        if done is not None:
            done(number)
    flat = [table for found in findings for table in found]
    table = pa.concat_tables(flat).unify_dictionaries() if flat else FINDINGS.empty_table()
    summary = {
        "schema": ANALYSIS_SCHEMA,
        "run": {"manifest_sha256": sha256(run.path / "manifest.json"), "parts": len(parts), "events": events},
        "units": {"cell_px": CELL_PX, "depth_px": DEPTH_PX, "rest_ms": REST_MS},
        "detectors": [detector.to_json() for detector in DETECTORS.values()],
        **summarise(table, maps, run.table("sessions")),
    }
    return Analysis(summary=summary, findings=table, maps=maps)


def write_analysis(run: Run, analysis: Analysis) -> Path:
    """Put an analysis beside its run, whole or not at all; an older one is replaced.

    Raises
    ------
    OutsideFailure
        The disk refuses.
    """
    target = run.path / "analysis"
    staging = run.path / f".analysis.{os.getpid()}.partial"
    try:
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir()
        write_table(analysis.findings, staging / "findings.parquet")
        for name, table in tables_of(analysis.maps).items():
            write_table(table, staging / "maps" / f"{name}.parquet")
        write_json(staging / "analysis.json", analysis.summary)
        files = {
            path.relative_to(staging).as_posix(): {"sha256": sha256(path), "bytes": path.stat().st_size}
            for path in sorted(staging.rglob("*"))
            if path.is_file()
        }
        write_json(
            staging / "manifest.json",
            {"schema": _MANIFEST_SCHEMA, "version": __version__, "run": analysis.summary["run"], "files": files},
        )
        old = run.path / f".analysis.{os.getpid()}.replaced"
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)
            target.replace(old)
        staging.replace(target)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        shutil.rmtree(staging, ignore_errors=True)
        raise OutsideFailure(f"{target}: cannot be written: {error.strerror or error}") from error
    return target


def load_analysis(run: Run | str | Path) -> Analysis:
    """Read the analysis that `simbench analyze` left beside a run.

    Raises
    ------
    BadInput
        There is none, it is damaged, of another version, or of another run than the one that stands there now.
    """
    run = run if isinstance(run, Run) else Run.open(run)
    folder = run.path / "analysis"
    again = f"run `simbench analyze {run.path}`"
    if not (folder / "manifest.json").is_file():
        raise BadInput(f"{folder}: no analysis here; {again}")
    manifest = read_json(folder / "manifest.json")
    summary = read_json(folder / "analysis.json")
    if not isinstance(manifest, dict) or manifest.get("schema") != _MANIFEST_SCHEMA:
        raise BadInput(f"{folder}: made by another version; {again} again")
    if not isinstance(summary, dict) or summary.get("schema") != ANALYSIS_SCHEMA:
        raise BadInput(f"{folder}/analysis.json: made by another version; {again} again")
    for name, entry in manifest["files"].items():
        if not (folder / name).is_file() or sha256(folder / name) != entry["sha256"]:
            raise BadInput(f"{folder / name}: damaged or changed since it was written; {again} again")
    if summary["run"]["manifest_sha256"] != sha256(run.path / "manifest.json"):
        raise BadInput(f"{folder}: belongs to a run that has been replaced since; {again} again")
    tables = {name: read_table(folder / "maps" / f"{name}.parquet", schema) for name, schema in MAP_TABLES.items()}
    return Analysis(summary=summary, findings=read_findings(folder / "findings.parquet"), maps=maps_of(tables))


def _analyze_part(path: Path, part: str, detectors: Sequence[Detector] | None = None) -> _Part:
    observed = observe(Run.open(path), part)
    recording = read_recording(observed)
    use = chosen() if detectors is None else detectors
    return _Part(
        findings=[detector(recording) for detector in use],
        maps=map_part(observed, recording=recording),
        events=len(recording.stream),
    )
