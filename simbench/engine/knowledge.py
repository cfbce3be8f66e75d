"""What visitors know from earlier visits, and what they mean to put off: columns of the schedule, drawn once.

A visit is played in its own shard and must not wait for another. So what an earlier visit taught is not read off its
play: it follows from what the schedule says of that visit (the defects that it meets, whether the buying is put off)
and from the visitor's own luck. That is what it leaves out: a visitor may be let down by a defect here that the play of
the earlier visit never came to, and may find a cart that the earlier visit did not get round to filling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from simbench.engine.randomness import stream
from simbench.scenario.model import ScenarioPersona
from simbench.visitor.behaviour import BEHAVIOUR
from simbench.visitor.noise import act_keys, uniform
from simbench.visitor.persona.distribution import quantile
from simbench.visitor.persona.spec import dial_salt, dial_value

__all__ = ["Plans", "chance_of", "lessons", "plans", "visitor_keys"]

#: Salts of a visit's own numbers (`simbench.visitor.noise`); those of defects lie above 2^33, by their names.
_POSTPONES: Final = 450
_FINISHES: Final = 451
_BOUNCES: Final = 457

Bools = NDArray[np.bool_]
Keys = NDArray[np.uint64]


def visitor_keys(seed: int, visitor: NDArray[np.int64]) -> Keys:
    """Noise key of each visit's visitor: the same on every visit."""
    base = np.uint64(int(stream(seed, "engine.visitor-keys").integers(0, 2**63)))
    return act_keys(np.full(visitor.size, base), visitor)


def chance_of(
    dial: str, personas: Sequence[ScenarioPersona], persona: NDArray[np.int16], keys: Keys
) -> NDArray[np.float64]:
    """The dial (a share) of each visit's visitor, as the visitor's own draw has it."""
    chance = np.zeros(persona.size)
    for code, each in enumerate(personas):
        members = np.flatnonzero(persona == code)
        if members.size:
            u = uniform(keys[members], dial_salt(dial))
            chance[members] = np.clip(quantile(dial_value(each, dial), u), 0.0, 1.0)
    return chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Plans:
    """Visits for which a look at the first page is enough, that put the buying off, and that come back to finish it."""

    bounces: Bools
    postpones: Bools
    finishes: Bools


def plans(
    *,
    seed: int,
    personas: Sequence[ScenarioPersona],
    persona: NDArray[np.int16],
    visitor: NDArray[np.int64],
    visit_no: NDArray[np.int16],
    previous: NDArray[np.int64],
    buys: Bools,
) -> Plans:
    """Who bounces, who puts the buying off, and who comes back for it.

    Parameters
    ----------
    visitor, visit_no, previous
        Whose visit it is, which of that visitor's, and the index of the one before in the run (-1: none).
    buys
        Visits whose goal leads through a cart.
    """
    keys = visitor_keys(seed, visitor)
    visits = act_keys(keys, visit_no.astype(np.int64))
    people = np.array([each.bot is None for each in personas])[persona]
    bounces = people & (uniform(visits, _BOUNCES) < chance_of("bounces", personas, persona, keys))
    puts_off = chance_of("postpones", personas, persona, keys)
    postpones = buys & people & ~bounces & (uniform(visits, _POSTPONES) < puts_off)
    # Whoever comes to finish has a will of their own again, but half as often puts it off once more.
    back = (previous >= 0) & people & (uniform(visits, _FINISHES) < BEHAVIOUR.finishes)
    finishes = back & postpones[previous]
    again = uniform(visits, _POSTPONES) < 0.5 * puts_off
    return Plans(bounces=bounces & ~finishes, postpones=np.where(finishes, again, postpones), finishes=finishes)


def lessons(
    *, seed: int, visitor: NDArray[np.int64], visit_no: NDArray[np.int16], first: NDArray[np.int64],
    defects: NDArray[np.int16], defect_sets: Sequence[frozenset[str]],
) -> tuple[NDArray[np.int16], tuple[frozenset[str], ...]]:  # fmt: skip
    """Which defects let each visit's visitor down on earlier visits of the run.

    Returns
    -------
    codes, sets
        A code for each visit into `sets`; 0 is nothing. Sets are numbered in the order in which they are met, so that a
        longer run numbers them as a shorter one does.
    """
    n = visitor.size
    code = np.zeros(n, dtype=np.int64)
    met = sorted({name for names in defect_sets for name in names})
    rows = np.zeros((1, len(met)), dtype=bool)
    order = np.lexsort((np.arange(n), first))
    group = np.searchsorted(first[order], first[order], side="left")
    visits = act_keys(visitor_keys(seed, visitor), visit_no.astype(np.int64))
    for place, name in enumerate(met):
        under = np.array([name in names for names in defect_sets])[defects]
        taught = under & (uniform(visits, 2**33 + crc32(name.encode())) < BEHAVIOUR.remembers_defect)
        before: NDArray[np.int64] = np.cumsum(taught[order]) - taught[order]
        known = np.zeros(n, dtype=bool)
        known[order] = before - before[group] > 0
        pairs, code = np.unique(code * 2 + known, return_inverse=True)
        rows = rows[pairs // 2].copy()
        rows[:, place] = pairs % 2
    seen, appears = np.unique(code, return_index=True)
    kept = [int(k) for k in seen[np.argsort(appears)] if rows[k].any()]
    dense = np.zeros(len(rows), dtype=np.int16)
    dense[kept] = np.arange(1, len(kept) + 1)
    names = np.array(met, dtype=object)
    return dense[code], (frozenset[str](), *(frozenset(names[rows[k]].tolist()) for k in kept))
