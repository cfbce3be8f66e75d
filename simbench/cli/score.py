"""`simbench score`: findings against truth."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simbench.cli import console
from simbench.errors import BadInput, ExitCode

if TYPE_CHECKING:
    import pyarrow as pa

    from simbench.bench.expect import Verdict
    from simbench.bench.results import Estimate, KindScore, Scorecard
    from simbench.events.run import Run

__all__ = ["register"]

_HELP = (
    "Score findings against the truth: precision, recall and F1 with intervals, and what fooled the detector.\n\n"
    "Without [bold]--findings[/bold] the built-in detectors are scored. Beside each stand what chance would score with "
    "as many findings (random), what finding nothing scores (null) and what knowing the truth would (perfect). "
    "If an expectation of the scenario ([bold]expect:[/bold]) is not met, the exit code is 1.\n\n"
    "For example: [bold]simbench score runs/shop[/bold], or "
    "[bold]simbench score runs/shop --findings my-tool.jsonl --kind rage_click --json[/bold]"
)
_BREAKDOWNS = ("device", "persona", "source", "page", "cause")


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("score", no_args_is_help=True, help=_HELP)(score)


def score(
    run: Annotated[Path, typer.Argument(help="The run; it must have its truth.", show_default=False)],
    findings: Annotated[
        Path | None,
        typer.Option(help="Anybody's findings, .jsonl or .parquet; the built-in detectors' if not given."),
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", help="A kind that the tool behind FINDINGS looks for, found or not. May be repeated."),
    ] = None,
    by: Annotated[str | None, typer.Option(help=f"Show a breakdown too: {', '.join(_BREAKDOWNS)}.")] = None,
    against: Annotated[Path | None, typer.Option(help="Compare with other findings, paired (not there yet).")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for score.json; RUN/scores if not given.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    from simbench.bench.expect import check_expectations
    from simbench.bench.reading import read_for_scoring
    from simbench.bench.score import score as score_findings
    from simbench.events.run import Run
    from simbench.events.truth import Truth

    _check_options(findings, kind, by, against)
    opened = Run.open(run)
    truth = Truth.open(opened)
    table, declared, source = _findings(opened, findings, kind)
    card = score_findings(read_for_scoring(opened), truth, table, declared=declared, source=source["name"])
    verdicts = check_expectations(card, _expectations(opened, card, own=findings is None))
    document = {**card.to_json(), "expectations": [verdict.to_json() for verdict in verdicts]}
    folder = _write(opened, document, source, findings, output)
    if json:
        console.emit_json(document)
    else:
        _show(card, verdicts, title=f"{opened.path.name}: {source['name']}", by=by)
    _notes(card)
    if not json:
        console.note(f"[dim]all numbers: {console.escape(str(folder / 'score.json'))}[/dim]")
    failed = [verdict for verdict in verdicts if not verdict.met]
    for verdict in failed:
        console.fail(f"not met: {verdict.text}")
    if failed:
        raise typer.Exit(ExitCode.FELL_SHORT)


def _check_options(findings: Path | None, kind: list[str] | None, by: str | None, against: Path | None) -> None:
    from simbench.events.schema import KINDS

    if against is not None:
        raise BadInput(
            "--against: comparing two sets of findings is not there yet; score each by itself with --findings"
        )
    if kind and findings is None:
        raise BadInput("--kind: goes with --findings; the built-in detectors say themselves what they look for")
    for name in kind or []:
        if name not in KINDS:
            raise BadInput(f"--kind {name}: no such kind; one of {', '.join(KINDS)}")
    if by is not None and by not in _BREAKDOWNS:
        raise BadInput(f"--by {by}: no such breakdown; one of {', '.join(_BREAKDOWNS)}")


def _findings(
    run: Run, path: Path | None, kind: Sequence[str] | None
) -> tuple[pa.Table, Mapping[str, Sequence[str]] | None, dict[str, Any]]:
    """Findings, the kinds that their detectors declare (None: not known), and where they came from."""
    from simbench.events.findings import read_findings
    from simbench.events.run import sha256

    if path is not None:
        table = read_findings(path)
        names = dict.fromkeys(_detector_names(table), kind) if kind else None
        return table, names, {"name": path.name, "sha256": sha256(path)}
    from simbench.core.detectors import DETECTORS, detect

    declared: dict[str, Sequence[str]] = {name: detector.kinds for name, detector in DETECTORS.items()}
    analyzed = run.path / "analysis" / "findings.parquet"
    if analyzed.is_file():
        return read_findings(analyzed), declared, {"name": "analysis/findings.parquet", "sha256": sha256(analyzed)}
    console.note("[dim]no analysis yet: running the built-in detectors[/dim]")
    return detect(run), declared, {"name": "built-in detectors"}


def _detector_names(table: pa.Table) -> list[str]:
    from simbench.bench.case import UNNAMED

    return sorted({name or UNNAMED for name in table["detector"].unique().to_pylist()}) or [UNNAMED]


def _expectations(run: Run, card: Scorecard, *, own: bool) -> list[dict[str, Any]]:
    """The scenario's expectations; of foreign findings only those that name one of their detectors."""
    scenario = run.manifest.get("scenario")
    expected = (scenario.get("expect") if isinstance(scenario, dict) else None) or []
    if own:
        return list(expected)
    there = {row.detector for row in card.results if row.row == "detector"}
    return [expectation for expectation in expected if expectation.get("detector") in there]


def _write(
    run: Run, document: dict[str, Any], source: dict[str, Any], findings: Path | None, output: Path | None
) -> Path:
    """Scores of foreign findings go into a folder of their own, so that they do not replace the built-in ones'."""
    from simbench.bench.scores_folder import write_scores

    folder = output
    if folder is None:
        folder = run.path / "scores"
        if findings is not None:
            folder /= re.sub(r"[^A-Za-z0-9._-]+", "-", findings.stem).strip(".-") or "findings"
    write_scores(run, document, findings=source, folder=folder)
    return folder


# ---------------------------------------------------------------------------------------------------------------------
# For people


def _show(card: Scorecard, verdicts: Sequence[Verdict], *, title: str, by: str | None) -> None:
    population = card.population
    console.show(
        f"[bold]{console.escape(title)}[/bold]\n"
        f"[dim]{population['recorded_sessions']:,} of {population['sessions']:,} sessions recorded, "
        f"{population['visitors']:,} visitors, {population['benign_clicks']:,} of {population['clicks']:,} "
        "clicks benign\npercent, with 95 % intervals that count visitors[/dim]\n"
    )
    if not card.results:
        console.show("No findings, so no detector to score.")
        return
    console.show(_score_table(card.results))
    judged = [row for row in card.results if row.row == "detector"]
    if any(row.false_positives for row in judged):
        console.show("\n[bold]False findings, by what they met[/bold]\n")
        console.show(_false_table(judged))
    if by is not None:
        console.show(f"\n[bold]By {by}[/bold]\n")
        console.show(_breakdown_table(judged, by))
    if verdicts:
        console.show("\n[bold]Expected by the scenario[/bold]\n")
    for verdict in verdicts:
        mark, word = ("[green]✓[/green]", "met") if verdict.met else ("[red]✗[/red]", "not met")
        console.show(f"{mark} {word}: {console.escape(verdict.text)}")


def _plain_table() -> console.Table:
    from rich import get_console

    gap = 2 if get_console().width >= 90 else 1
    return console.Table(box=None, pad_edge=False, header_style="dim", padding=(0, gap, 0, 0))


def _score_table(rows: Sequence[KindScore]) -> console.Table:
    table = _plain_table()
    table.add_column("kind", no_wrap=True)
    # Recall stands twice: of all that was planted, and of what the recording could show at all.
    for name in ("found\n/planted", "\nprecision", "recall\nof all", "recall\nof seen", "\nF1"):
        table.add_column(name, justify="right", no_wrap=True, vertical="bottom")
    table.add_column("false\n/1,000", justify="right", no_wrap=True, vertical="bottom")
    previous = None
    for row in rows:
        if previous not in (None, row.kind):
            table.add_row()
        previous = row.kind
        judged = row.row == "detector"
        table.add_row(
            _name(row) if judged else f"  {row.row}",
            f"{_count(row.matched)}/{row.truth}",
            *(_percent(estimate) for estimate in (row.precision, row.recall, row.recall_observable, row.f1)),
            _per_1000(row.false_positives_per_1000),
            style=None if judged else "dim",
        )
    return table


def _name(row: KindScore) -> str:
    if row.detector == row.kind:
        return f"[bold]{row.kind}[/bold]"
    return f"[bold]{row.kind}[/bold]\n[dim]by[/dim] {console.escape(row.detector)}"


def _count(number: float) -> str:
    return f"{number:.0f}" if float(number).is_integer() else f"{number:.1f}"


def _percent(estimate: Estimate) -> str:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "–"
    # Neither all nor nothing is claimed by rounding.
    digits = 1 if (100 * estimate.value) % 100 != 0 and round(100 * estimate.value) in {0, 100} else 0
    return f"{100 * estimate.value:.{digits}f} [dim]\\[{100 * estimate.low:.0f},{100 * estimate.high:.0f}][/dim]"


def _per_1000(estimate: Estimate | None) -> str:
    return "–" if estimate is None or estimate.value is None else f"{estimate.value:.1f}"


def _false_table(rows: Sequence[KindScore]) -> console.Table:
    """Look-alikes by name; truth of another kind apart, for that is a confusion and no invention."""
    table = _plain_table()
    table.add_column("kind", no_wrap=True)
    table.add_column("all", justify="right", no_wrap=True)
    table.add_column("look-alikes", ratio=3)
    table.add_column("other kinds", ratio=2)
    table.add_column("again", justify="right", no_wrap=True)
    table.add_column("nothing", justify="right", no_wrap=True)
    for row in rows:
        reasons = row.false_positives
        table.add_row(
            _name(row),
            f"{sum(reasons.values())}",
            _named(reasons, "lookalike:"),
            _named(reasons, "other_kind:"),
            f"{reasons.get('duplicate', 0)}",
            f"{reasons.get('none', 0)}",
        )
    return table


def _named(reasons: Mapping[str, int], sort: str) -> str:
    words = [f"{name.removeprefix(sort)} {count}" for name, count in reasons.items() if name.startswith(sort)]
    return console.escape(", ".join(words)) or "[dim]–[/dim]"


def _breakdown_table(rows: Sequence[KindScore], by: str) -> console.Table:
    table = _plain_table()
    table.add_column("kind", no_wrap=True)
    table.add_column(by, no_wrap=True)
    for name in ("found/planted", "precision", "recall"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        for place, cells in enumerate(_breakdown_rows(row, by)):
            table.add_row(_name(row) if place == 0 else "", *cells)
    return table


def _breakdown_rows(row: KindScore, by: str) -> Iterator[tuple[str, ...]]:
    for name, entry in row.by.get(by, {}).items():
        precision = _percent(entry["precision"]) if "precision" in entry else "–"
        yield console.escape(name), f"{entry['matched']}/{entry['truth']}", precision, _percent(entry["recall"])


def _notes(card: Scorecard) -> None:
    unjudged = card.unjudged
    if unjudged.unknown_session_findings:
        console.note(
            f"[yellow]left out: findings in sessions that the run does not have "
            f"({unjudged.unknown_session_findings:,} in {unjudged.unknown_sessions:,})[/yellow]"
        )
    if unjudged.page_findings:
        console.note(f"[dim]left out: findings about pages, not sessions ({unjudged.page_findings:,})[/dim]")
    for detector, kinds in card.undeclared.items():
        what = ", ".join(f"{kind} {count:,}" for kind, count in kinds.items())
        console.note(
            f"[dim]left out: findings of {console.escape(detector)} of kinds that it does not declare ({what})[/dim]"
        )
    ambiguous = card.population["ambiguous_episodes"]
    if ambiguous:
        console.note(f"[dim]ambiguous episodes count neither way ({ambiguous:,}); the document has both bounds[/dim]")
    if card.kinds_without_detector:
        what = ", ".join(f"{kind} {count:,}" for kind, count in card.kinds_without_detector.items())
        console.note(f"[dim]planted, but nothing here looks for: {what}[/dim]")
