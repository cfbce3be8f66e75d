"""Large classifiers, for what can be learned from everything that is seen; scikit-learn does the work."""

from __future__ import annotations

import importlib
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simbench.errors import BadInput

__all__ = ["held_out_scores", "leak_scores"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_FOLDS: Final = 5


def _learners() -> Any:
    try:
        from sklearn import ensemble  # noqa: PLC0415 - an extra: only studies need it
    except ImportError as error:
        raise BadInput("this study needs scikit-learn; install simbench[study]") from error
    return ensemble


def _one_thread() -> Any:
    """Keep to one thread: the same sums in the same order on every machine, and no waiting for busy cores."""
    # It comes with scikit-learn.
    return importlib.import_module("threadpoolctl").threadpool_limits(limits=1)


def held_out_scores(values: Floats, positive: Bools, group: Ints, categories: list[int], seed: int) -> Floats:
    """How likely each row is positive, by classifiers that saw no row of its group.

    The mean of gradient boosting and a random forest, both told to weigh the two classes alike; `categories` are the
    columns that hold names.
    """
    ensemble = _learners()
    names, member = np.unique(group, return_inverse=True)
    fold_of = np.random.default_rng(seed).permutation(len(names)) % min(_FOLDS, max(len(names), 2))
    fold = fold_of[member]
    scores = np.full(len(positive), 0.5)
    for each in range(int(fold.max(initial=0)) + 1):
        test = fold == each
        train = ~test
        if not test.any() or positive[train].all() or not positive[train].any():
            continue
        # What does not vary among those that are learned on says nothing.
        known = [column for column in range(values.shape[1]) if _varies(values[train, column])]
        named = [place for place, column in enumerate(known) if column in categories]
        amounts = np.clip(values[:, known], -1e12, 1e12)
        filled = np.where(np.isfinite(amounts), amounts, -1.0)
        amounts[:, named] = np.where(amounts[:, named] >= 0, amounts[:, named] % 250, np.nan)
        boosted = ensemble.HistGradientBoostingClassifier(
            max_iter=70, learning_rate=0.12, max_leaf_nodes=15, min_samples_leaf=6, l2_regularization=1.0,
            class_weight="balanced", early_stopping=False, categorical_features=named, random_state=seed,
        )  # fmt: skip
        forest = ensemble.RandomForestClassifier(
            n_estimators=120, min_samples_leaf=2, class_weight="balanced_subsample", random_state=seed
        )
        total = np.zeros(int(test.sum()))
        with _one_thread():
            for learner, data in ((boosted, amounts), (forest, filled)):
                learner.fit(data[train], positive[train])
                total += learner.predict_proba(data[test])[:, 1]
        scores[test] = total / 2
    return scores


def _varies(column: Floats) -> bool:
    known = column[np.isfinite(column)]
    return known.size > 0 and bool(known.min() < known.max())


def leak_scores(values: Floats, positive: Bools, train: Bools, seed: int) -> Floats:
    """Scores of the rows outside `train` by a random forest that learned on `train` alone."""
    ensemble = _learners()
    forest = ensemble.RandomForestClassifier(
        n_estimators=300, min_samples_leaf=5, class_weight="balanced_subsample", random_state=seed
    )
    with _one_thread():
        forest.fit(values[train], positive[train])
    scores: Floats = forest.predict_proba(values[~train])[:, 1]
    return scores
