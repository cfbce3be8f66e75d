import numpy as np
import pytest

from simbench.visitor.behaviour import BEHAVIOUR, behaviour_table
from simbench.visitor.dice import Dice, Luck


def stream(purpose: str, *key: int) -> np.random.Generator:
    return np.random.default_rng([sum(purpose.encode()), *key])


def test_a_draw_for_one_purpose_never_moves_another() -> None:
    calm, busy = (Dice(Luck(stream, 0, 3), 1) for _ in range(2))
    for _ in range(500):
        busy.mind()
    assert [calm.hand() for _ in range(300)] == [busy.hand() for _ in range(300)]


def test_a_row_that_is_used_up_goes_on_by_itself() -> None:
    dice, other = Dice(Luck(stream, 0, 3), 1), Dice(Luck(stream, 0, 3), 2)
    mine, theirs = [dice.mind() for _ in range(1000)], [other.mind() for _ in range(1000)]
    assert len(set(mine + theirs)) == 2000


def test_poisson_by_inversion() -> None:
    dice = Dice(Luck(stream, 0, 1), 0)
    u = (np.arange(20_000) + 0.5) / 20_000
    drawn = np.array([dice.poisson(2.5, each) for each in u.tolist()])
    assert drawn.mean() == pytest.approx(2.5, abs=0.01)
    assert drawn.var() == pytest.approx(2.5, abs=0.02)


@pytest.mark.parametrize(("name", "entry"), list(behaviour_table().items()))
def test_every_number_of_behaviour_has_a_unit_and_a_source_or_a_range(name: str, entry: dict) -> None:
    assert entry["unit"]
    assert entry["about"]
    if "assumed" in entry:
        low, high = entry["assumed"]
        assert low <= entry["value"] <= high
    else:
        assert len(entry["source"]) > 5
    assert getattr(BEHAVIOUR, name) == float(entry["value"])
