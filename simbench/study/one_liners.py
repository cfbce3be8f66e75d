"""Whether one line could tell frustration from what merely looks like it, and whether anything could.

For every kind of episode: the true ones against each of its look-alikes, and against all of them as they occur. A
one-line rule is a threshold on one number of the stretch (presses, gaps, radius, dwell, ...); feature and threshold are
chosen on one half of the visitors and judged on the other. A large classifier that sees everything that a recorder saw
says how much there is to be found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simbench.events.schema import KINDS
from simbench.scenario.model import Recorder
from simbench.study.episode_features import CATEGORIES, SIMPLE, Seen, seen_episodes
from simbench.study.learning import held_out_scores
from simbench.study.one_liner_picture import draw_one_liners
from simbench.study.played import enriched_scenario, play
from simbench.study.statistics import BalancedAccuracy, balanced_accuracy, best_threshold, halves
from simbench.study.study import Outcome, Request, Study, StudyTable

__all__ = ["CEILING", "ONE_LINE", "STUDY", "Contest", "contests", "study_one_liners"]

#: No one-line rule may be better than this; the large classifier must be at least so good. Balanced accuracy.
ONE_LINE: Final = 0.9
CEILING: Final = 0.8
#: Fewer episodes than this on either side say nothing.
_LEAST: Final = 25
#: Episodes of a kind that the classifier is given at most.
_MOST: Final = 3000
#: Visits at size 1.
_SESSIONS: Final = 6000


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """True episodes of `kind` against one look-alike, or all of them (`lookalike` empty)."""

    kind: str
    lookalike: str
    true: int
    false: int
    #: The feature that the rule was made of, in words of both halves.
    feature: str
    rule: BalancedAccuracy
    ceiling: BalancedAccuracy | None

    @property
    def verdict(self) -> str:
        """``holds``, ``too easy``, ``too hard``, and with a question mark where the interval does not settle it."""
        if self.rule.value > ONE_LINE:
            return "too easy" if self.rule.low > ONE_LINE else "too easy?"
        if self.ceiling is not None and self.ceiling.value < CEILING:
            return "too hard" if self.ceiling.high < CEILING else "too hard?"
        return "holds"


def contests(seen: Seen, seed: int, *, learn: bool = True) -> list[Contest]:
    """Every contest for which there are enough episodes, pooled ones first within a kind."""
    kinds, roles, names = (np.array(column, dtype=object) for column in (seen.kind, seen.role, seen.lookalike))
    half = halves(seen.cluster, seed) if len(seen.cluster) else np.zeros(0, dtype=np.bool_)
    found = []
    for kind in KINDS:
        of_kind = kinds == kind
        true, false = of_kind & (roles == "true"), of_kind & (roles == "lookalike")
        if true.sum() < _LEAST or false.sum() < _LEAST:
            continue
        rows = np.flatnonzero(true | false)
        said = _classified(seen, rows, true[rows], seed) if learn else None
        for name in ["", *sorted(set(names[false]))]:
            other = false & (names == name) if name else false
            if other.sum() < _LEAST:
                continue
            chosen = np.flatnonzero(true | other)
            feature, rule = _one_line(seen, chosen, true[chosen], half[chosen])
            ceiling = None
            if said is not None:
                kept = np.isin(rows, chosen) & np.isfinite(said)
                ceiling = balanced_accuracy(said[kept] > 0.5, true[rows[kept]], seen.cluster[rows[kept]])
            found.append(
                Contest(kind=kind, lookalike=name, true=int(true.sum()), false=int(other.sum()), feature=feature,
                        rule=rule, ceiling=ceiling)
            )  # fmt: skip
    return found


def _one_line(
    seen: Seen, rows: npt.NDArray[np.int64], positive: npt.NDArray[np.bool_], half: npt.NDArray[np.bool_]
) -> tuple[str, BalancedAccuracy]:
    """The best rule of either half, judged on the other."""
    said = np.zeros(len(rows), dtype=np.bool_)
    used = []
    for train in (half, ~half):
        rules = {name: best_threshold(seen.column(name)[rows][train], positive[train]) for name in SIMPLE}
        best = max(rules, key=lambda name: rules[name].score)
        said[~train] = rules[best].says(seen.column(best)[rows][~train])
        sign = ">" if rules[best].sign > 0 else "<"
        used.append(f"{best} {sign} {rules[best].at:.3g}")
    if used[0].split()[:2] == used[1].split()[:2]:
        used = used[:1]
    return " or ".join(used), balanced_accuracy(said, positive, seen.cluster[rows])


def _classified(
    seen: Seen, rows: npt.NDArray[np.int64], positive: npt.NDArray[np.bool_], seed: int
) -> npt.NDArray[np.float64]:
    """Held-out scores; NaN for look-alikes that were left out because there are so many."""
    kept = np.arange(len(rows))
    if len(rows) > _MOST:
        spare = np.flatnonzero(~positive)
        drop = np.random.default_rng(seed).permutation(spare)[: min(len(rows) - _MOST, len(spare) - _MOST // 2)]
        kept = np.setdiff1d(kept, drop)
    categories = [seen.names.index(name) for name in CATEGORIES if name in seen.names]
    scores = np.full(len(rows), np.nan)
    scores[kept] = held_out_scores(seen.values[rows[kept]], positive[kept], seen.cluster[rows[kept]], categories, seed)
    # Either class counts alike: the cut lies where as large a share of either is beyond it.
    inside = scores[kept]
    cut = best_threshold(inside, positive[kept]).at if len(kept) else 0.5
    scores[kept] = np.clip(0.5 + (inside - cut), 0, 1)
    return scores


def study_one_liners(request: Request) -> Outcome:
    """Play an enriched shop and hold all contests."""
    sessions = max(200, round(_SESSIONS * request.size))
    scenario = enriched_scenario(sessions, request.seed)
    scenario = scenario.model_copy(update={"recorder": Recorder(mousemove_hz=30, scroll_ms=33)})
    request.tell("playing", 0.05)
    seen = seen_episodes(play(scenario, workers=request.workers))
    request.tell("telling apart", 0.4)
    found = contests(seen, request.seed)
    return _outcome(sessions, seen, found)


def _outcome(sessions: int, seen: Seen, found: Sequence[Contest]) -> Outcome:
    counts: dict[str, tuple[int, int]] = {}
    for kind in KINDS:
        roles = [role for one, role in zip(seen.kind, seen.role, strict=True) if one == kind]
        counts[kind] = roles.count("true"), roles.count("lookalike")
    contested = {contest.kind for contest in found}
    silent = [f"{kind} ({true} true, {false} look-alikes)" for kind, (true, false) in counts.items()
              if kind not in contested]  # fmt: skip
    verdicts = [contest.verdict for contest in found]
    held = (
        False if any(verdict in ("too easy", "too hard") for verdict in verdicts)
        else None if any(verdict.endswith("?") for verdict in verdicts) or not found
        else True
    )  # fmt: skip
    table = StudyTable(
        title="One line against everything",
        columns=["kind", "look-alike", "true", "look-alikes", "best rule", "its balanced accuracy", "ceiling", ""],
        rows=[
            [c.kind, c.lookalike or "all, as they occur", str(c.true), str(c.false), c.feature, _shown(c.rule),
             _shown(c.ceiling) if c.ceiling else "", c.verdict]
            for c in found
        ],
        note=f"{sessions} visits. The rule must not exceed {ONE_LINE}, the ceiling must reach {CEILING}; in brackets "
        "95 % intervals over visitors. Kinds without a contest (fewer than "
        f"{_LEAST} on a side): {', '.join(silent) or 'none'}.",
    )  # fmt: skip
    document: dict[str, Any] = {
        "sessions": sessions,
        "one_line": ONE_LINE,
        "ceiling": CEILING,
        "counts": {kind: {"true": true, "lookalike": false} for kind, (true, false) in counts.items()},
        "contests": [
            {
                "kind": c.kind, "lookalike": c.lookalike or None, "true": c.true, "lookalikes": c.false,
                "rule": c.feature, "rule_accuracy": _numbers(c.rule),
                "ceiling_accuracy": _numbers(c.ceiling) if c.ceiling else None, "verdict": c.verdict,
            }
            for c in found
        ],
    }  # fmt: skip
    pictures = {"one_liners.png": draw_one_liners(found)} if found else {}
    return Outcome(document=document, tables=[table], pictures=pictures, held=held)


def _shown(accuracy: BalancedAccuracy) -> str:
    return f"{accuracy.value:.2f} ({accuracy.low:.2f} to {accuracy.high:.2f})"


def _numbers(accuracy: BalancedAccuracy) -> list[float]:
    return [round(accuracy.value, 4), round(accuracy.low, 4), round(accuracy.high, 4)]


STUDY: Final = Study(
    name="one-liners",
    about="Whether a single threshold tells frustration from its look-alikes, and whether anything can.",
    run=study_one_liners,
)
