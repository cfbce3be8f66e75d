"""`simbench study realism`: quantiles side by side, and two-sample tests, group by group."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from simbench.errors import BadInput
from simbench.study.realism.clicks import DESKTOP_CLICKS, WEB_CLICKS
from simbench.study.realism.comparing import CONTROL_AUC, FeatureRow, SetRow, compare_feature_sets
from simbench.study.realism.dwell_group import DWELL
from simbench.study.realism.groups import Effort, Group, Keep, Rival, Side, everybody
from simbench.study.realism.halves import calibration_half
from simbench.study.realism.people import PeopleFolder
from simbench.study.realism.pictures import auc_chart, movement_gallery, quantile_chart
from simbench.study.realism.pointing import DESKTOP_MOVES, MOVEMENTS, RESTS, bots_group
from simbench.study.realism.quantiles import Cell, QuantileRow, compare_numbers
from simbench.study.realism.scroll_group import SCROLLS
from simbench.study.realism.shop_visits import SHOP_VISITS
from simbench.study.realism.touch_group import TOUCH
from simbench.study.realism.trials import Trial, Trials, read_trials
from simbench.study.realism.typing_group import TYPING
from simbench.study.study import Outcome, Request, Study, StudyTable

__all__ = ["GROUPS", "STUDY"]

#: Everything that is compared, in the order in which it is told.
GROUPS: Final[tuple[Group, ...]] = (
    MOVEMENTS,
    RESTS,
    WEB_CLICKS,
    DESKTOP_CLICKS,
    DESKTOP_MOVES,
    SCROLLS,
    DWELL,
    TYPING,
    TOUCH,
    SHOP_VISITS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What one group gave; `judged_on` says on whom."""

    group: Group
    judged_on: str
    quantiles: Sequence[QuantileRow]
    sets: Sequence[SetRow]
    features: Sequence[FeatureRow]
    people: Side
    visitors: Side | str


def _run(request: Request) -> Outcome:
    if request.data is None:
        raise BadInput("study realism: needs recordings of people; name their folder with --data DIR")
    _need_sklearn()
    folder = PeopleFolder.open(request.data)
    trials = read_trials()
    effort = Effort(size=request.size, seed=request.seed)
    skipped = [f"{group.title}: {group.file}.csv.gz is not there" for group in GROUPS if group.file in folder.missing]
    if not folder.bots:
        skipped.append("bots: no bots/web_mouse_*.csv.gz there")
    groups = [group for group in GROUPS if group.file in folder.files]
    found = []
    for number, group in enumerate(groups):
        whole = bots_group(group, folder.bots) if group is MOVEMENTS else group

        def tell(what: str, number: int = number) -> None:
            request.tell(what, number / len(groups))

        found.append(_compare(whole, folder, trials, effort, tell))
    request.tell("drawing", 0.97)
    return _outcome(found, skipped, trials, show_people=request.show_people)


def _need_sklearn() -> None:
    try:
        import sklearn  # noqa: F401, PLC0415 - an optional extra
    except ImportError as error:
        raise BadInput("study realism: needs scikit-learn; pip install 'simbench[study]'") from error


def _compare(
    group: Group, folder: PeopleFolder, trials: Trials, effort: Effort, tell: Callable[[str], None]
) -> _Found:  # fmt: skip
    path = folder.files[group.file]
    tell(f"{group.title}: reading")
    calibrated = hashlib.sha256(path.read_bytes()).hexdigest() in trials.calibrated_files
    halved = calibrated and group.halved
    keep: Keep = (lambda names: ~calibration_half(names)) if halved else everybody
    people = _read(group, path, keep)
    tell(f"{group.title}: simulating")
    visitors = group.visitors(people, effort)
    rivals: list[tuple[Rival, Side | str]] = [(rival, rival.make(people, effort)) for rival in group.rivals]
    known = {} if isinstance(visitors, str) else visitors.numbers
    quantiles = [
        compare_numbers(measure, people.numbers[measure.name], known.get(measure.name), seed=effort.seed,
                        resamples=effort.count(400, least=100))
        for measure in group.measures
        if measure.name in people.numbers and people.numbers[measure.name].values.size
    ]  # fmt: skip
    sets, features = compare_feature_sets(group, people, visitors, rivals, effort, tell)
    judged_on = "the half that was not calibrated on" if halved else "the very people it was fitted on" if (
        calibrated) else "everybody in the file; nothing was fitted on them"  # fmt: skip
    return _Found(group=group, judged_on=judged_on, quantiles=quantiles, sets=sets, features=features, people=people,
                  visitors=visitors)  # fmt: skip


def _read(group: Group, path: Path, keep: Keep) -> Side:
    """The people's side; whatever a stranger's file does to the code that measures it is told in one line."""
    try:
        return group.people(path, keep)
    except (ArithmeticError, IndexError, KeyError, TypeError, ValueError) as error:
        raise BadInput(
            f"{path}: does not hold what is needed for {group.title.lower()} ({type(error).__name__}: {error})"
        ) from error


def _outcome(found: Sequence[_Found], skipped: list[str], trials: Trials, *, show_people: bool) -> Outcome:
    skipped += [f"{row.group}, {row.features}: {row.who}: {row.reason}" for each in found for row in each.sets
                if row.reason]  # fmt: skip
    missed = [
        *(f"{each.group.name}: {row.measure.name} {_level(cell)}" for each in found for row in each.quantiles
          if row.measure.judged for cell in row.cells if cell.passed is False),
        *(f"{row.group}, {row.features}: {row.who}" for each in found for row in each.sets if row.held is False),
    ]  # fmt: skip
    told = any(row.held is not None for each in found for row in each.sets) or any(
        row.passed is not None for each in found for row in each.quantiles if row.measure.judged
    )
    document = {
        "quantiles": {"rows": [entry for each in found for row in each.quantiles
                               for entry in row.document(each.group.name)]},
        "two_sample": {"rows": [row.document() for each in found for row in each.sets]},
        "features": {"rows": [row.document() for each in found for row in each.features]},
        "trials": {"rows": [trial.document() for trial in trials.rows]},
        "judged_on": {each.group.name: each.judged_on for each in found},
        "missed": missed,
        "skipped": skipped,
    }  # fmt: skip
    tables = [
        _quantile_table(found), _set_table(found), _feature_table(found), _trial_table(trials.rows),
        StudyTable(title="Left out", columns=["what and why"], rows=[[line] for line in skipped]),
        StudyTable(title="Missed", columns=["target"], rows=[[line] for line in missed]),
    ]  # fmt: skip
    pictures = {
        "realism-quantiles.png": quantile_chart([(each.group.title, each.quantiles) for each in found]),
        "realism-auc.png": auc_chart([(each.group.title, each.sets) for each in found if each.sets]),
    }
    for each in found:
        if each.group.name == MOVEMENTS.name and not isinstance(each.visitors, str):
            pictures["realism-movements.png"] = movement_gallery(None, each.visitors)
            if show_people:
                pictures["PRIVATE-people-and-visitors.png"] = movement_gallery(each.people, each.visitors)
    return Outcome(document=document, tables=[t for t in tables if t.rows], pictures=pictures,
                   held=not missed if told else None)  # fmt: skip


def _level(cell: Cell) -> str:
    return "" if cell.level is None else f"{100 * cell.level:g} %"


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if abs(value) < 1 else f"{value:.3g}" if abs(value) < 100 else f"{value:,.0f}"


def _quantile_table(found: Sequence[_Found]) -> StudyTable:
    rows = [
        [
            each.group.title, f"{row.measure.name}, {row.measure.unit}",
            _joined(row, lambda cell: _number(cell.people)),
            _joined(row, lambda cell: "-" if cell.low is None else f"{_number(cell.low)}–{_number(cell.high)}"),
            _joined(row, lambda cell: _number(cell.visitors)),
            _joined(row, lambda cell: "-" if cell.ratio is None else f"{cell.ratio:.2f}"), _verdict(row),
        ]
        for each in found
        for row in each.quantiles
    ]  # fmt: skip
    return StudyTable(
        title="Quantiles side by side (5 / 25 / 50 / 75 / 95 %)",
        columns=["group", "measure", "people", "their 95 % interval", "visitors", "ratio", "verdict"],
        rows=rows,
        note="25/50/75 %, medians and shares: within 25 % (straightness: of 1 - straightness), failing only where the "
        "people's own interval, a bootstrap over people, lies outside too. 5/95 %: between half and twice. In "
        "brackets: shown, not judged.",
    )


def _joined(row: QuantileRow, said: Callable[[Cell], str]) -> str:
    return " / ".join(said(cell) for cell in row.cells)


def _verdict(row: QuantileRow) -> str:
    if row.passed is None:
        return "not compared"
    failed = [_level(cell) for cell in row.cells if cell.passed is False]
    verdict = "pass" if not failed else f"FAILS {', '.join(failed)}".rstrip()
    return verdict if row.measure.judged else f"({verdict.lower()})"


def _set_table(found: Sequence[_Found]) -> StudyTable:
    rows = []
    for each in found:
        for row in each.sets:
            if row.auc is None:
                rows.append([each.group.title, row.features, row.who, "-", "-", "-", "-", f"left out: {row.reason}"])
                continue
            target = "-" if row.target is None else f">= {row.target:g}" if row.control else f"<= {row.target:g}"
            verdict = "" if row.held is None else "held" if row.held else "MISSED"
            rows.append([each.group.title, row.features, row.who, f"{row.auc:.3f}", f"{row.low:.3f} to {row.high:.3f}",
                         target, str(row.items), verdict])  # fmt: skip
    return StudyTable(
        title="Can a classifier tell them from people?",
        columns=["group", "features", "who", "AUC", "90 % interval", "target", "rows a class", "verdict"],
        rows=rows,
        note="Random forest, folds by person, mean of the folds' AUCs; .5 is chance, 1 is never wrong. The upper bound "
        f"is judged; the positive control must reach {CONTROL_AUC:g}. An AUC near .5 does not mean indistinguishable.",
    )


def _feature_table(found: Sequence[_Found]) -> StudyTable:
    rows = [[each.group.title, row.features, row.feature, f"{row.auc:.3f}", f"{row.importance:.3f}", f"{row.ks:.3f}"]
            for each in found for row in each.features]  # fmt: skip
    return StudyTable(
        title="What gives the visitors away most",
        columns=["group", "features", "feature", "AUC alone", "importance", "KS distance"], rows=rows,
        note="Sorted by importance in the joint forest. Single AUCs near .5 with a high joint AUC mean that it is the "
        "dependence between features that gives them away.",
    )  # fmt: skip


def _trial_table(rows: Sequence[Trial]) -> StudyTable:
    return StudyTable(
        title="Trials", columns=["group", "fitted on", "judged on", "designs tried", "looks at the judges", "note"],
        rows=[[t.group, t.calibrated_on, t.judged_on, str(t.trials), str(t.looks), t.note] for t in rows],
        note="A figure that was looked at many times while designs were tried is worth less than one looked at once.",
    )  # fmt: skip


STUDY: Final = Study(
    name="realism",
    about="How like people are our visitors? Quantiles side by side, and whether a classifier can tell them apart.",
    run=_run,
    needs_data=True,
)
