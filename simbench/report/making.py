"""A report on a run, from what lies on disk: the analysis and the scores are made where they are missing or stale."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simbench import __version__
from simbench.bench.expect import check_expectations
from simbench.bench.reading import read_for_scoring
from simbench.bench.score import score
from simbench.bench.scores_folder import SCORES_SCHEMA, write_scores
from simbench.core.analysis import Analysis, analyze, load_analysis, write_analysis
from simbench.core.detectors import DETECTORS
from simbench.errors import BadInput, OutsideFailure
from simbench.events.run import Run, read_json, sha256
from simbench.events.truth import Truth
from simbench.report.contents import Report
from simbench.report.gathering import gather_report
from simbench.report.page import GENERATOR, render_report

__all__ = ["Made", "check_replaceable", "is_report", "make_report", "write_report"]

#: Told what is being done.
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A report and its page."""

    report: Report
    html: str


def make_report(run: Run, *, tell: Tell = lambda _: None) -> Made:
    """Make the report on a run.

    An analysis or scores that are missing, or of something else than this run, are made and left beside the run, as
    `simbench analyze` and `simbench score` would; where the disk refuses that, they are used all the same.

    Raises
    ------
    BadInput
        A table of the run cannot be read.
    """
    analysis = _analysis(run, tell)
    truth = Truth.open(run) if run.has_truth else None
    document = _scores(run, truth, analysis, tell) if truth is not None else None
    tell("drawing the maps and the page")
    report = gather_report(run, analysis, truth, document)
    return Made(report=report, html=render_report(report))


def check_replaceable(path: Path) -> None:
    """Refuse to write a report over something else.

    Raises
    ------
    BadInput
        Something else than a report stands there.
    """
    if path.is_dir():
        raise BadInput(f"{path}: is a folder; name the page itself, such as {path / 'report.html'}")
    if path.exists() and not is_report(path):
        raise BadInput(f"{path}: stands there already and is not a report, so it is not replaced; choose another name")


def write_report(made: Made, path: Path) -> None:
    """Write the page, whole or not at all; a report that stands there is replaced.

    Raises
    ------
    BadInput
        Something else than a report stands there.
    OutsideFailure
        The disk refuses.
    """
    check_replaceable(path)
    partial = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(made.html, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise OutsideFailure(f"{path}: cannot be written: {error.strerror or error}") from error


def is_report(path: Path) -> bool:
    """Whether a file is a page that this module wrote."""
    try:
        with path.open("rb") as file:
            return f'name="generator" content="{GENERATOR} '.encode() in file.read(4096)
    except OSError:
        return False


def _analysis(run: Run, tell: Tell) -> Analysis:
    try:
        return load_analysis(run)
    except BadInput as problem:
        if (run.path / "analysis").exists():
            tell(f"the analysis is made anew: {problem}")
        else:
            tell("no analysis yet: detecting and mapping first")
    analysis = analyze(run)
    try:
        write_analysis(run, analysis)
    except OutsideFailure as problem:
        tell(f"the analysis is not kept: {problem}")
    return analysis


def _scores(run: Run, truth: Truth, analysis: Analysis, tell: Tell) -> dict[str, Any]:
    """The score document of the built-in detectors."""
    findings = run.path / "analysis" / "findings.parquet"
    source = {"name": "analysis/findings.parquet", "sha256": sha256(findings)} if findings.is_file() else {}
    kept = _kept_scores(run, source)
    if kept is not None:
        return kept
    tell("laying the findings beside the truth")
    declared = {name: detector.kinds for name, detector in DETECTORS.items()}
    card = score(read_for_scoring(run), truth, analysis.findings, declared=declared)
    scenario = run.manifest.get("scenario")
    expected = (scenario.get("expect") if isinstance(scenario, dict) else None) or []
    verdicts = check_expectations(card, expected)
    document = {**card.to_json(), "expectations": [verdict.to_json() for verdict in verdicts]}
    try:
        write_scores(run, document, findings=source, folder=run.path / "scores")
    except OutsideFailure as problem:
        tell(f"the scores are not kept: {problem}")
    return document


def _kept_scores(run: Run, source: dict[str, Any]) -> dict[str, Any] | None:
    """Scores that lie beside the run, if they are of these findings in this run by this version."""
    folder = run.path / "scores"
    try:
        manifest, document = read_json(folder / "manifest.json"), read_json(folder / "score.json")
        fresh = (
            manifest["schema"] == SCORES_SCHEMA
            and manifest["simbench"] == __version__
            and manifest["run"]["manifest_sha256"] == sha256(run.path / "manifest.json")
            and bool(source)
            and manifest["findings"].get("sha256") == source["sha256"]
            and manifest["files"]["score.json"]["sha256"] == sha256(folder / "score.json")
        )
    except (BadInput, KeyError, TypeError, AttributeError):
        return None
    return document if fresh and isinstance(document, dict) else None
