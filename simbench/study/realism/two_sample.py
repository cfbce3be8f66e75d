"""Can a classifier tell simulated from real? One fixed protocol, so that figures can be compared.

A random forest is trained to tell the two classes from features, and judged on sessions it has not seen by the area
under the ROC curve (AUC): .5 is chance, 1 is never wrong (Lopez-Paz & Oquab 2017, "Revisiting classifier two-sample
tests", use accuracy; AUC does not depend on the shares of the classes). The rules:

* 150 trees, at least 5 items a leaf, balanced class weights;
* 5 folds by session, the sessions of each class dealt separately, so that every fold holds both classes; an AUC far
  under .5 then means that something leaked, not that the simulator is good;
* as many items of either class, at most 2,000, drawn evenly;
* the mean of the folds' AUCs, then the mean over seeds.

The interval resamples sessions (both classes, within their folds) and keeps the forests as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simbench.errors import BadInput

__all__ = ["TwoSample", "rank_auc", "two_sample_auc"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_TREES: Final = 150
_LEAF: Final = 5
_FOLDS: Final = 5
_MOST: Final = 2000
_BOOTSTRAPS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoSample:
    """How well a classifier tells two samples apart.

    auc
        Mean over folds and seeds.
    low, high
        Bounds of a 90 % bootstrap interval over sessions: `high` is the one-sided 95 % upper bound.
    per_seed
        The AUC of each seed.
    per_feature
        The same protocol with one feature at a time (one seed): which feature gives the sample away.
    importance
        Mean impurity decrease of each feature in the joint forests; adds up to 1.
    sessions, items
        How many of (people, other) there were; items of a class after evening out.
    """

    auc: float
    low: float
    high: float
    per_seed: tuple[float, ...]
    per_feature: Mapping[str, float]
    importance: Mapping[str, float]
    sessions: tuple[int, int]
    items: int


def two_sample_auc(
    people: Mapping[str, NDArray[Any]], other: Mapping[str, NDArray[Any]], columns: Sequence[str], *,
    groups_people: NDArray[Any], groups_other: NDArray[Any], seeds: Sequence[int] = (0, 1), each_feature: bool = True,
    bootstraps: int = _BOOTSTRAPS,
) -> TwoSample:  # fmt: skip
    """Tell `other` from `people` by `columns`; groups are sessions (or persons), one code an item.

    Raises
    ------
    BadInput
        scikit-learn is not installed, or a class has fewer than 5 sessions.
    """
    a = np.column_stack([np.asarray(people[name], dtype=np.float64) for name in columns])
    b = np.column_stack([np.asarray(other[name], dtype=np.float64) for name in columns])
    sessions = (np.unique(groups_people).size, np.unique(groups_other).size)
    if min(sessions) < _FOLDS:
        raise BadInput(f"a two-sample test needs at least {_FOLDS} sessions of each class; there are {sessions}")
    results = [_run(a, b, groups_people, groups_other, seed, bootstraps) for seed in seeds]
    per_feature: dict[str, float] = {}
    if each_feature:
        for i, name in enumerate(columns):
            column = slice(i, i + 1)
            per_feature[name] = _run(a[:, column], b[:, column], groups_people, groups_other, seeds[0], 0).auc
    spread = np.mean([result.replicates for result in results], axis=0)
    low, high = np.quantile(spread, [0.05, 0.95]) if bootstraps else (np.nan, np.nan)
    importance = np.mean([result.importance for result in results], axis=0)
    return TwoSample(
        auc=float(np.mean([result.auc for result in results])), low=float(low), high=float(high),
        per_seed=tuple(result.auc for result in results), per_feature=per_feature,
        importance=dict(zip(columns, importance.tolist(), strict=True)), sessions=sessions, items=results[0].items,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    auc: float
    replicates: Floats
    importance: Floats
    items: int


def _forest(seed: int) -> Any:
    try:
        from sklearn.ensemble import RandomForestClassifier  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise BadInput("this study needs scikit-learn: pip install 'simbench[study]'") from error
    return RandomForestClassifier(
        n_estimators=_TREES, min_samples_leaf=_LEAF, class_weight="balanced", random_state=seed, n_jobs=1
    )


def _run(
    a: Floats, b: Floats, groups_a: NDArray[Any], groups_b: NDArray[Any], seed: int, bootstraps: int
) -> _Result:  # fmt: skip
    rng = np.random.default_rng([seed, 20])
    items = min(len(a), len(b), _MOST)
    pick_a = np.sort(rng.choice(len(a), items, replace=False))
    pick_b = np.sort(rng.choice(len(b), items, replace=False))
    x = np.vstack([a[pick_a], b[pick_b]])
    y = np.repeat([0, 1], items)
    session_a, session_b = _codes(groups_a[pick_a]), _codes(groups_b[pick_b])
    sessions_a = int(session_a.max()) + 1
    session = np.concatenate([session_a, session_b + sessions_a])
    fold_of = np.concatenate([_dealt(sessions_a, rng), _dealt(int(session_b.max()) + 1, rng)])
    fold = fold_of[session]

    aucs, importances, scores = [], [], np.zeros(y.size)
    for k in range(_FOLDS):
        test = fold == k
        forest = _forest(seed * 100 + k)
        forest.fit(x[~test], y[~test])
        scores[test] = forest.predict_proba(x[test])[:, 1]
        aucs.append(rank_auc(scores[test], y[test]))
        importances.append(forest.feature_importances_)
    replicates = np.empty(bootstraps)
    for r in range(bootstraps):
        weight_of = np.zeros(fold_of.size)
        for k in range(_FOLDS):
            for first, last in ((0, sessions_a), (sessions_a, fold_of.size)):
                mine = first + np.flatnonzero(fold_of[first:last] == k)
                np.add.at(weight_of, rng.choice(mine, mine.size), 1.0)
        weight = weight_of[session]
        replicates[r] = np.mean([rank_auc(scores[fold == k], y[fold == k], weight[fold == k]) for k in range(_FOLDS)])
    return _Result(
        auc=float(np.mean(aucs)), replicates=replicates, importance=np.mean(importances, axis=0), items=items
    )


def _codes(groups: NDArray[Any]) -> Ints:
    return np.unique(groups, return_inverse=True)[1].astype(np.int64)


def _dealt(sessions: int, rng: np.random.Generator) -> Ints:
    """Fold of each session: dealt in turn, in random order."""
    fold = np.empty(sessions, dtype=np.int64)
    fold[rng.permutation(sessions)] = np.arange(sessions) % _FOLDS
    return fold


def rank_auc(scores: Floats, y: NDArray[Any], weight: Floats | None = None) -> float:
    """Area under the ROC curve of `scores` for the class ``y == 1``, ties counted half."""
    weight = np.ones(scores.size) if weight is None else weight
    _, code = np.unique(scores, return_inverse=True)
    positive = np.bincount(code, weight * (y == 1))
    negative = np.bincount(code, weight * (y == 0), minlength=positive.size)
    below = np.cumsum(negative) - negative
    return float((positive * (below + 0.5 * negative)).sum() / (positive.sum() * negative.sum()))
