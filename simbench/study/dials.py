"""Every persona dial against everything that visitors do: what it must move, may move, and must not move.

The same scenario with the same random numbers is played with one dial turned up, and down, by one standard deviation
of its own distribution. A measure's slope is the change per turn, paired by session, in standard deviations of one
opportunity. ``dial_matrix.yaml`` declares beforehand which cells must and may move; all others must stay within a tenth
of a standard deviation, which is shown by an equivalence test. Each of the two families is held to .05 by Holm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml

from simbench.errors import BadInput
from simbench.scenario.model import Recorder, Scenario
from simbench.site.model import Site, load_site
from simbench.study.dial_picture import draw_dials_picture
from simbench.study.measures import Measured, measure, measure_names
from simbench.study.played import Rehearsal, enriched_scenario
from simbench.study.shifted import turned
from simbench.study.statistics import PairedSlope, holm, paired_slope
from simbench.study.study import Outcome, Request, Study, StudyTable
from simbench.visitor.persona.spec import DIALS

__all__ = ["ALPHA", "MARGIN", "STUDY", "Cell", "DialRow", "declared_matrix", "judge", "study_dials"]

#: Error rate of each family of tests.
ALPHA: Final = 0.05
#: How far a measure may move where it must not: sd of one opportunity per sd of the dial.
MARGIN: Final = 0.1
#: Visits a run at size 1.
_SESSIONS: Final = 2400


@dataclass(frozen=True, slots=True, kw_only=True)
class DialRow:
    """What is declared of one dial: measures that must move, with their sign, and those that may."""

    must: Mapping[str, int]
    may: frozenset[str]
    why: str = ""

    def role(self, measure: str) -> str:
        """``must``, ``may`` or ``not``."""
        return "must" if measure in self.must else "may" if measure in self.may else "not"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One dial against one measure. `verdict` is one of `moves`, `unproven`, `free`, `still`, `open`, `leaks`."""

    dial: str
    measure: str
    role: str
    sign: int
    slope: PairedSlope
    p: float
    verdict: str


def declared_matrix(measures: Sequence[str], text: str | None = None) -> dict[str, DialRow]:
    """Read ``dial_matrix.yaml`` (or `text`).

    Raises
    ------
    BadInput
        It names a measure or a group that there is not, or a sign that is none.
    """
    if text is None:
        text = files("simbench.study").joinpath("dial_matrix.yaml").read_text(encoding="utf-8")
    document = yaml.safe_load(text)
    groups: dict[str, list[str]] = document["groups"]
    rows = {}
    problems = []
    written_rows: dict[str, Any] = dict(document["dials"])
    for prefix, row in (document.get("patterns") or {}).items():
        # A row for all dials whose names begin so; {rest} is what follows.
        for dial in DIALS:
            if dial.startswith(prefix) and dial not in written_rows:
                filled = {name.format(rest=dial[len(prefix) :]): sign for name, sign in row["must"].items()}
                written_rows[dial] = {**row, "must": filled}

    def members(name: str, where: str) -> list[str]:
        if name in groups:
            return [each for inner in groups[name] for each in members(inner, where)]
        if name.endswith("*"):
            return [each for each in measures if each.startswith(name[:-1])]
        if name not in measures and not name.startswith("act_"):
            problems.append(
                f"dial_matrix.yaml: {where} names {name!r}, which is neither a measure nor a group; mend it"
            )
        return [name]

    for dial, written in written_rows.items():
        must = {}
        for name, sign in (written.get("must") or {}).items():
            if sign not in ("+", "-"):
                problems.append(f"dial_matrix.yaml: {dial}.must.{name} is {sign!r}; write + or -")
            must[members(name, dial)[0]] = 1 if sign == "+" else -1
        may = frozenset(each for name in written.get("may") or [] for each in members(name, dial))
        rows[dial] = DialRow(must=must, may=may, why=written.get("why", ""))
    if problems:
        raise BadInput(*problems)
    return rows


def judge(slopes: Mapping[tuple[str, str], PairedSlope], matrix: Mapping[str, DialRow]) -> list[Cell]:
    """Give every cell its verdict; dials without a row are free everywhere."""
    roles = {key: matrix[key[0]].role(key[1]) if key[0] in matrix else "may" for key in slopes}
    must = [key for key in slopes if roles[key] == "must"]
    still = [key for key in slopes if roles[key] == "not"]
    signs = {key: matrix[key[0]].must[key[1]] for key in must}
    moved = dict(zip(must, holm([slopes[key].p_moves(signs[key]) for key in must]), strict=True))
    equal = dict(zip(still, holm([slopes[key].p_equivalent(MARGIN) for key in still]), strict=True))
    beyond = dict(zip(still, holm([slopes[key].p_beyond(MARGIN) for key in still]), strict=True))
    cells = []
    for key, slope in slopes.items():
        if roles[key] == "must":
            p = float(moved[key])
            verdict = "moves" if p < ALPHA else "unproven"
        elif roles[key] == "not":
            p = float(equal[key])
            verdict = "still" if p < ALPHA else "leaks" if beyond[key] < ALPHA else "open"
        else:
            p, verdict = slope.p_moves(0), "free"
        cells.append(
            Cell(
                dial=key[0], measure=key[1], role=roles[key], sign=signs.get(key, 0), slope=slope, p=p, verdict=verdict
            )
        )
    return cells


# -- playing ----------------------------------------------------------------------------------------------------------


def _base(sessions: int, seed: int) -> Scenario:
    return enriched_scenario(sessions, seed).model_copy(update={"recorder": Recorder(mousemove_hz=25, scroll_ms=50)})


def _interests(site: Site) -> dict[str, set[tuple[str, str]]]:
    places: dict[str, set[tuple[str, str]]] = {}
    for interest in site.interests:
        targets = {interest.target} | ({interest.field} if interest.field else set())
        places.setdefault(str(interest.kind), set()).update((interest.page, target) for target in targets)
    return places


def _measured(job: tuple[str, float, int, int]) -> tuple[dict[str, Measured], Any]:
    dial, by, sessions, seed = job
    base = _base(sessions, seed)
    rehearsal = _rehearsal(base.site_address)
    played = rehearsal.play(turned(base, dial, by) if by else base)
    return measure(played, _interests(rehearsal.site)), played.visitor


@cache
def _rehearsal(site_address: Path | str) -> Rehearsal:
    """One a process: workers keep it from dial to dial."""
    return Rehearsal(site_address)


def _play_all(jobs: list[tuple[str, float, int, int]], workers: int) -> Iterator[tuple[dict[str, Measured], Any]]:
    if workers <= 1:
        yield from map(_measured, jobs)
        return
    with ProcessPoolExecutor(min(workers, len(jobs))) as pool:
        yield from pool.map(_measured, jobs)


def study_dials(request: Request, dials: Sequence[str] | None = None) -> Outcome:
    """Turn every dial (or those of `dials`) and judge the matrix."""
    sessions = max(60, round(_SESSIONS * request.size))
    wanted = list(DIALS) if dials is None else list(dials)
    site = load_site(_base(1, request.seed).site_address)
    names = measure_names(list(_interests(site)))
    matrix = declared_matrix(names)
    jobs = [("", 0.0, sessions, request.seed)]
    jobs += [(dial, by, sessions, request.seed) for dial in wanted for by in (1.0, -1.0)]
    results = []
    for number, result in enumerate(_play_all(jobs, request.workers)):
        results.append(result)
        request.tell(f"dial {max(number - 1, 0) // 2 + 1} of {len(wanted)}", (number + 1) / len(jobs))
    (plain, visitor), pairs = results[0], results[1:]
    produced = [name for name in names if any(result[0][name].sums.any() for result in results)]
    slopes = {}
    for place, dial in enumerate(wanted):
        (up, _), (down, _) = pairs[2 * place], pairs[2 * place + 1]
        for name in produced:
            slopes[dial, name] = paired_slope(
                (up[name].sums, up[name].opportunities), (down[name].sums, down[name].opportunities), visitor,
                plain[name].sd or up[name].sd or down[name].sd,
            )  # fmt: skip
        for name in matrix[dial].must if dial in matrix else ():
            # What never happens cannot be shown to move.
            slopes.setdefault((dial, name), PairedSlope(up=0.0, down=0.0, slope=0.0, error=0.0, degrees=1.0))
    cells = judge(slopes, matrix)
    return _outcome(request, sessions, wanted, produced, names, matrix, cells)


# -- telling ----------------------------------------------------------------------------------------------------------


def _outcome(
    request: Request, sessions: int, dials: list[str], produced: list[str], names: list[str],
    matrix: Mapping[str, DialRow], cells: list[Cell],
) -> Outcome:  # fmt: skip
    found = {(cell.dial, cell.measure): cell for cell in cells}
    by_verdict = {verdict: [cell for cell in cells if cell.verdict == verdict] for verdict in
                  ("moves", "unproven", "free", "still", "open", "leaks")}  # fmt: skip
    undeclared = [dial for dial in dials if dial not in matrix]
    # A dial moves something if any cell of its row does, the row's own family of tests held to .05.
    idle = []
    for dial in dials:
        row = [cell for cell in cells if cell.dial == dial]
        if min(holm([cell.slope.p_moves(0) for cell in row]), default=1.0) >= ALPHA:
            idle.append(dial)
    full = request.size >= 1
    broken = bool(by_verdict["leaks"] or undeclared)
    unshown = bool(by_verdict["unproven"] or by_verdict["open"])
    held = False if broken or (full and unshown) else None if unshown else True
    summary = StudyTable(
        title="The matrix in short",
        columns=["cells", "number"],
        rows=[
            ["must move, and does", str(len(by_verdict["moves"]))],
            ["must move, not shown", str(len(by_verdict["unproven"]))],
            ["may move", str(len(by_verdict["free"]))],
            ["must not move, shown to be still", str(len(by_verdict["still"]))],
            ["must not move, undecided", str(len(by_verdict["open"]))],
            ["must not move, and does", str(len(by_verdict["leaks"]))],
            ["dials that move nothing", ", ".join(idle) or "none"],
            ["dials without a row", ", ".join(undeclared) or "none"],
            ["measures that never occurred", ", ".join(n for n in names if n not in produced) or "none"],
        ],
        note=f"{sessions} visits a run, {len(dials)} dials turned up and down. Undecided cells need more visits.",
    )
    rows = [
        [
            dial,
            _listed(dial, "moves", cells),
            _listed(dial, "unproven", cells),
            _listed(dial, "leaks", cells),
            _listed(dial, "open", cells),
            _listed(dial, "free", cells),
        ]
        for dial in dials
    ]
    table = StudyTable(
        title="Each dial",
        columns=["dial", "moves as it must", "must move, not shown", "moves and must not", "undecided", "also moves"],
        rows=rows,
        note="Slopes in standard deviations of one opportunity per standard deviation of the dial. "
        "'Also moves' are cells that may move and do (|t| > 4).",
    )
    document = {
        "sessions": sessions,
        "margin": MARGIN,
        "alpha": ALPHA,
        "idle": idle,
        "undeclared": undeclared,
        "cells": [
            {
                "dial": cell.dial, "measure": cell.measure, "role": cell.role, "verdict": cell.verdict,
                "slope": _round(cell.slope.slope), "error": _round(cell.slope.error),
                "up": _round(cell.slope.up), "down": _round(cell.slope.down), "p": _round(cell.p),
            }
            for cell in cells
        ],
    }  # fmt: skip
    picture = draw_dials_picture(dials, produced, found)
    return Outcome(document=document, tables=[summary, table], pictures={"dials.png": picture}, held=held)


def _listed(dial: str, verdict: str, cells: list[Cell]) -> str:
    chosen = [cell for cell in cells if cell.dial == dial and cell.verdict == verdict]
    if verdict == "free":
        chosen = [cell for cell in chosen if abs(cell.slope.slope) > 4 * cell.slope.error and cell.slope.slope]
    chosen.sort(key=lambda cell: -abs(cell.slope.slope))
    return ", ".join(f"{cell.measure} {cell.slope.slope:+.2f}" for cell in chosen)


def _round(number: float) -> float | None:
    return round(float(number), 6) if np.isfinite(number) else None


STUDY: Final = Study(
    name="dials",
    about="What each dial of a persona moves, and that it moves nothing else.",
    run=study_dials,
)
