"""Two-sample tests, group by group: everything is laid beside the same people, with people against people on top.

What is judged is the upper bound, not the mean: a simulator is not good because a test was weak. An AUC near .5 does
not mean that people and visitors cannot be told apart, only that this classifier on these features did not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.stats import ks_2samp

from simbench.study.realism.groups import Effort, Group, Rival, Sample, Side
from simbench.study.realism.two_sample import TwoSample, two_sample_auc

__all__ = ["CONTROL_AUC", "PEOPLE", "VISITORS", "FeatureRow", "SetRow", "compare_feature_sets"]

#: What a positive control must reach, or the test could not have caught anything.
CONTROL_AUC: Final = 0.97
PEOPLE: Final = "people (other half)"
VISITORS: Final = "simbench visitors"
#: Folds need so many people of a class, and a split in halves twice as many.
_FOLDS: Final = 5
#: Splits of the people in halves, at size 1.
_SPLITS: Final = 4
_MOST_ITEMS: Final = 2000
#: From this size on rivals are tried on sets without a target too.
_WHOLE: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRow:
    """One AUC: `who` against the people on feature set `features`; `reason` where there is none.

    `target` is the most that `high` may be, or for a control (`control`) the least that `auc` must be.
    """

    group: str
    features: str
    who: str
    auc: float | None = None
    low: float | None = None
    high: float | None = None
    target: float | None = None
    control: bool = False
    items: int = 0
    persons: int = 0
    reason: str = ""

    @property
    def held(self) -> bool | None:
        """Whether the target holds; None without one, or without a figure."""
        if self.target is None or self.auc is None or self.high is None:
            return None
        return self.auc >= self.target if self.control else self.high <= self.target

    def document(self) -> dict[str, Any]:
        """The row as JSON."""
        return {
            "group": self.group, "features": self.features, "who": self.who, "value": _round(self.auc),
            "low": _round(self.low), "high": _round(self.high), "target": self.target,
            "judged_by": None if self.target is None else "value at least" if self.control else "high at most",
            "held": self.held, "items": self.items, "persons": self.persons, "skipped": self.reason or None,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureRow:
    """How much one feature gives the visitors away.

    `auc` with that feature alone, its share of the joint forest's `importance`, and the Kolmogorov-Smirnov distance.
    """

    group: str
    features: str
    feature: str
    auc: float
    importance: float
    ks: float

    def document(self) -> dict[str, Any]:
        """The row as JSON."""
        return {"group": self.group, "features": self.features, "feature": self.feature, "value": _round(self.auc),
                "importance": _round(self.importance), "ks": _round(self.ks), "target": None, "held": None}  # fmt: skip


def compare_feature_sets(
    group: Group, people: Side, visitors: Side | str, rivals: Sequence[tuple[Rival, Side | str]], effort: Effort,
    tell: Callable[[str], None],
) -> tuple[list[SetRow], list[FeatureRow]]:  # fmt: skip
    """All two-sample tests of one group."""
    rows: list[SetRow] = []
    features: list[FeatureRow] = []
    alone: dict[str, float] = {}
    for name, target in group.sets.items():
        real = people.samples[name]
        tell(f"{group.title}, {name}: {PEOPLE}")
        rows.append(_halves(group.name, name, real, effort))
        tell(f"{group.title}, {name}: {VISITORS}")
        # A set that joins others has no feature of its own to be tried alone.
        joined = set(real.columns) <= set(alone)
        row, test = _against(group.name, name, VISITORS, real, visitors, effort, target=target,
                             each_feature=not joined)  # fmt: skip
        rows.append(row)
        if test is not None and not isinstance(visitors, str):
            alone.update(test.per_feature)
            features += _by_feature(group.name, name, test, alone, real, visitors.samples[name])
        if target is None and effort.size < _WHOLE and any(other is not None for other in group.sets.values()):
            # A quick look keeps to the sets that are judged.
            continue
        for rival, side in rivals:
            tell(f"{group.title}, {name}: {rival.name}")
            rows.append(_against(group.name, name, rival.name, real, side, effort,
                                 target=CONTROL_AUC if rival.control else None, control=rival.control)[0])  # fmt: skip
    return rows, features


def _against(
    group: str, features: str, who: str, real: Sample, side: Side | str, effort: Effort, *, target: float | None,
    control: bool = False, each_feature: bool = False,
) -> tuple[SetRow, TwoSample | None]:  # fmt: skip
    def row(**found: Any) -> SetRow:
        return SetRow(group=group, features=features, who=who, target=target, control=control, **found)

    if isinstance(side, str):
        return row(reason=side), None
    if features not in side.samples:
        return row(reason="not defined for it"), None
    other = side.samples[features]
    few = _too_few(real, other)
    if few:
        return row(reason=few), None
    test = _test(real, other, effort, each_feature=each_feature)
    return row(auc=test.auc, low=test.low, high=test.high, items=test.items, persons=min(test.sessions)), test


def _halves(group: str, features: str, real: Sample, effort: Effort) -> SetRow:
    """People against other people: random halves, several times; the bounds are those of the splits together."""
    found = []
    person = np.unique(real.person)
    if person.size < 2 * _FOLDS:
        return SetRow(group=group, features=features, who=PEOPLE,
                      reason=f"needs {2 * _FOLDS} people, there are {person.size}")  # fmt: skip
    for split in range(effort.count(_SPLITS)):
        mixed = np.random.default_rng([effort.seed, 30, split]).permutation(person)
        one = np.isin(real.person, mixed[: person.size // 2])
        found.append(_test(real.take(one), real.take(~one), Effort(size=effort.size, seed=effort.seed + split)))
    return SetRow(
        group=group, features=features, who=PEOPLE, auc=float(np.mean([t.auc for t in found])),
        low=float(np.mean([t.low for t in found])), high=float(np.mean([t.high for t in found])),
        items=found[0].items, persons=min(found[0].sessions),
    )  # fmt: skip


def _test(real: Sample, other: Sample, effort: Effort, *, each_feature: bool = False) -> TwoSample:
    most = effort.count(_MOST_ITEMS, least=400)
    real, other = _thinned(real, most, effort.seed), _thinned(other, most, effort.seed + 1)
    return two_sample_auc(
        dict(zip(real.columns, real.values.T, strict=True)),
        dict(zip(other.columns, other.values.T, strict=True)),
        real.columns,
        groups_people=real.person,
        groups_other=other.person,
        seeds=tuple(100 * effort.seed + i for i in range(2 if effort.size > 0.5 else 1)),
        each_feature=each_feature,
    )


def _thinned(sample: Sample, most: int, seed: int) -> Sample:
    rows = len(sample.values)
    if rows <= most:
        return sample
    return sample.take(np.sort(np.random.default_rng([seed, 31]).choice(rows, most, replace=False)))


def _too_few(real: Sample, other: Sample) -> str:
    for who, sample in (("people", real), ("simulated sessions", other)):
        count = np.unique(sample.person).size
        if count < _FOLDS:
            return f"needs {_FOLDS} {who}, there {'is' if count == 1 else 'are'} {count}"
    return ""


def _by_feature(
    group: str, features: str, test: TwoSample, alone: Mapping[str, float], real: Sample, other: Sample
) -> list[FeatureRow]:  # fmt: skip
    """Features from the one that gives away most to the one that gives away least."""
    rows = [
        FeatureRow(
            group=group, features=features, feature=name, auc=alone[name], importance=test.importance[name],
            ks=float(ks_2samp(real.values[:, i], other.values[:, i]).statistic),
        )
        for i, name in enumerate(real.columns)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: -row.importance)


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
