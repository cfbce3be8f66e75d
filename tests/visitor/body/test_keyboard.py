import numpy as np
import pytest

from simbench.visitor.body.keyboard import Strokes, expand_keys, typing_ms
from simbench.visitor.noise import act_keys

N = 400


def some_entries(n: int = N) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(4)
    return {
        "t0": rng.uniform(0, 1000, n), "ms_per_key": rng.uniform(90, 400, n), "length": rng.integers(1, 40, n),
        "slips": rng.integers(0, 5, n), "key": act_keys(np.full(n, 5, np.uint64), np.arange(n)),
        "person": act_keys(np.full(n, 6, np.uint64), np.arange(n) // 5),
    }  # fmt: skip


def typed(entries: dict[str, np.ndarray], **more: np.ndarray) -> Strokes:
    return expand_keys(**{**entries, **more})


def test_typing_ends_with_the_whole_text_whatever_slipped_on_the_way() -> None:
    entries = some_entries()
    strokes = typed(entries)
    length, slips = entries["length"], entries["slips"]
    assert np.array_equal(np.bincount(strokes.row, minlength=N), length + 2 * slips)
    assert np.array_equal(np.bincount(strokes.row, strokes.backspace, minlength=N), slips)
    last = np.flatnonzero(np.diff(strokes.row, append=-1))
    assert np.array_equal(strokes.length[last], length)
    # Each stroke changes the length by exactly one, up for a character and down for a backspace.
    first = np.diff(strokes.row, prepend=-1) != 0
    before = np.where(first, 0, np.roll(strokes.length, 1))
    assert np.array_equal(strokes.length - before, np.where(strokes.backspace, -1, 1))
    assert (strokes.length >= 0).all()
    assert (np.diff(strokes.press)[~first[1:]] > 0).all()
    assert (strokes.release > strokes.press).all()


def test_an_entry_alone_is_the_same_as_among_many() -> None:
    entries = some_entries()
    many = typed(entries)
    for i in (0, 33, N - 1):
        alone = typed({name: column[i : i + 1] for name, column in entries.items()})
        here = many.row == i
        assert np.allclose(many.press[here], alone.press, atol=1e-6)
        assert np.allclose(many.release[here], alone.release, atol=1e-6)
        assert np.array_equal(many.kind[here], alone.kind)


def test_the_time_that_an_entry_takes_is_known_without_expanding_it() -> None:
    entries = some_entries()
    strokes = typed(entries)
    last = np.flatnonzero(np.diff(strokes.row, append=-1))
    took = strokes.press[last] - entries["t0"]
    told = [
        typing_ms(float(ms), int(length), int(slips), int(key), person=int(person))
        for ms, length, slips, key, person in zip(
            *(entries[n] for n in ("ms_per_key", "length", "slips", "key", "person")), strict=True
        )
    ]
    assert np.allclose(told, took, atol=1e-5)


def test_entries_of_one_person_take_different_times_and_are_about_as_fast_as_told() -> None:
    n = 2000
    same = {
        "t0": np.zeros(n), "ms_per_key": np.full(n, 181.0), "length": np.full(n, 40), "slips": np.zeros(n, np.int64),
        "key": act_keys(np.full(n, 5, np.uint64), np.arange(n)), "person": np.full(n, 7, np.uint64),
    }  # fmt: skip
    strokes = typed(same)
    last = np.flatnonzero(np.diff(strokes.row, append=-1))
    assert 0.1 < np.std(np.log(strokes.press[last])) < 0.4
    first = np.diff(strokes.row, prepend=-1) != 0
    gaps = np.diff(strokes.press)[~first[1:]]
    assert np.median(gaps) == pytest.approx(181.0, rel=0.2)
    # The tail of long pauses is there: people's 95 % quantile is four times the median.
    assert 2.5 < np.quantile(gaps, 0.95) / np.median(gaps) < 6.0


def test_people_hold_a_key_into_the_next_but_thumbs_do_not() -> None:
    entries = some_entries()
    for touch, low, high in ((False, 0.08, 0.3), (True, 0.0, 0.0)):
        strokes = typed(entries, touch=np.full(N, touch), ms_per_key=np.full(N, 175.0))
        same = strokes.row[1:] == strokes.row[:-1]
        share = (strokes.press[1:] < strokes.release[:-1])[same].mean()
        assert low <= share <= high


def test_wrong_keys_are_taken_back_in_runs() -> None:
    entries = some_entries()
    strokes = typed(entries, slips=np.full(N, 4), length=np.full(N, 40))
    back = strokes.backspace
    opens = back & ~np.concatenate([[False], back[:-1]])
    # The people's mean run is 1.9.
    assert 1.5 < back.sum() / opens.sum() < 2.4


def test_no_entries_give_no_strokes() -> None:
    none = np.empty(0)
    strokes = expand_keys(none, none, np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint64))
    assert strokes.row.size == strokes.press.size == 0
