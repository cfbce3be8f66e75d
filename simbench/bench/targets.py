"""When two selectors mean the same thing to a visitor: the icon in a button, the button, the label beside the icon."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["TargetAgreement"]

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_NONE: Final = -1
_SEVERAL: Final = -2


class TargetAgreement:
    """Nearest interactive ancestors by page and target, and whether two targets agree.

    Two targets agree when they are equal, when one is the other's interactive ancestor, or when both share one; no
    target (-1) agrees with any. An element may have several interactive ancestors over the states and layouts of its
    page: then any of them will do. A page that is not known (-1) stands for all pages.

    Parameters
    ----------
    page, target, ancestor
        One entry an element: codes from 0; `ancestor` is -1 where it has none.
    targets
        How many codes for targets (and ancestors) there are.
    """

    def __init__(self, page: IntArray, target: IntArray, ancestor: IntArray, *, targets: int) -> None:
        self._targets = max(targets, 1)
        known = (target >= 0) & (ancestor >= 0)
        page, target, ancestor = page[known], target[known], ancestor[known]
        # Row 0 of the key is "any page".
        key = np.concatenate([self._key(page, target), self._key(np.full_like(page, -1), target)])
        pairs = np.unique(np.stack([key, np.concatenate([ancestor, ancestor])], axis=1), axis=0)
        self._keys, first, count = np.unique(pairs[:, 0], return_index=True, return_counts=True)
        self._ancestor = np.where(count == 1, pairs[first, 1], _SEVERAL)
        self._several = {
            int(self._keys[at]): frozenset(pairs[first[at] : first[at] + count[at], 1].tolist())
            for at in np.flatnonzero(count > 1)
        }

    def _key(self, page: IntArray, target: IntArray) -> IntArray:
        return (page + 1) * self._targets + target

    def _look_up(self, key: IntArray) -> IntArray:
        if not len(self._keys):
            return np.full(len(key), _NONE, dtype=np.int64)
        at = np.minimum(np.searchsorted(self._keys, key), len(self._keys) - 1)
        return np.where(self._keys[at] == key, self._ancestor[at], _NONE)

    def agree(self, page_a: IntArray, target_a: IntArray, page_b: IntArray, target_b: IntArray) -> BoolArray:
        """Whether `target_a` on `page_a` and `target_b` on `page_b` agree, pair by pair."""
        # A side that does not know its page borrows the other's.
        key_a = self._key(np.where(page_a < 0, page_b, page_a), target_a)
        key_b = self._key(np.where(page_b < 0, page_a, page_b), target_b)
        ancestor_a, ancestor_b = self._look_up(key_a), self._look_up(key_b)
        agreed = (target_a < 0) | (target_b < 0) | (target_a == target_b)
        agreed |= (ancestor_a >= 0) & ((ancestor_a == target_b) | (ancestor_a == ancestor_b))
        agreed |= (ancestor_b >= 0) & (ancestor_b == target_a)
        for at in np.flatnonzero(~agreed & ((ancestor_a == _SEVERAL) | (ancestor_b == _SEVERAL))):
            above_a = self._ancestors(int(key_a[at]), int(ancestor_a[at]))
            above_b = self._ancestors(int(key_b[at]), int(ancestor_b[at]))
            agreed[at] = bool(above_a & above_b) or int(target_b[at]) in above_a or int(target_a[at]) in above_b
        return np.asarray(agreed, dtype=np.bool_)

    def _ancestors(self, key: int, ancestor: int) -> frozenset[int]:
        if ancestor == _SEVERAL:
            return self._several[key]
        return frozenset() if ancestor == _NONE else frozenset([ancestor])
