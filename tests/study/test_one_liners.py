"""Contests of one-line rules on made-up episodes whose answer is known, and on a small shop."""

from __future__ import annotations

import numpy as np
import pytest

from simbench.study.episode_features import CATEGORIES, SIMPLE, Seen, seen_episodes
from simbench.study.one_liners import CEILING, ONE_LINE, contests, study_one_liners
from simbench.study.played import enriched_scenario, play
from simbench.study.study import Request

pytest.importorskip("sklearn", reason="needs the extra `study`")


def seen(values: np.ndarray, names: list[str], kind: str, roles: list[str], lookalikes: list[str]) -> Seen:
    """Episodes of one kind, one visitor each; features that are not given are missing."""
    columns = [*SIMPLE, *CATEGORIES, *(name for name in names if name not in SIMPLE)]
    table = np.full((len(roles), len(columns)), np.nan)
    for column, name in enumerate(names):
        table[:, columns.index(name)] = values[:, column]
    return Seen(
        row=np.arange(len(roles)), cluster=np.arange(len(roles)), kind=[kind] * len(roles), role=roles,
        lookalike=lookalikes, names=columns, values=table,
    )  # fmt: skip


def test_a_count_that_gives_all_away_is_called_too_easy() -> None:
    rng = np.random.default_rng(1)
    true = np.arange(400) < 200
    presses = np.where(true, rng.integers(5, 9, 400), rng.integers(2, 4, 400)).astype(float)
    roles = ["true" if one else "lookalike" for one in true]
    names = ["" if one else ("stepper" if k % 2 else "toggle") for k, one in enumerate(true)]
    found = contests(seen(presses[:, None], ["presses"], "rage_click", roles, names), 1, learn=False)
    assert [(c.lookalike, c.verdict) for c in found] == [
        ("", "too easy"), ("stepper", "too easy"), ("toggle", "too easy"),
    ]  # fmt: skip
    assert found[0].feature.startswith("presses >")


def test_what_only_two_numbers_together_tell_is_neither_too_easy_nor_too_hard() -> None:
    # An exclusive or: no threshold on either number is better than chance, both together say all.
    rng = np.random.default_rng(2)
    x = rng.normal(size=(600, 2))
    true = (x[:, 0] > 0) ^ (x[:, 1] > 0)
    roles = ["true" if one else "lookalike" for one in true]
    names = ["" if one else "stepper" for one in true]
    pooled = contests(seen(x, ["presses", "answered_share"], "rage_click", roles, names), 1)[0]
    assert pooled.rule.value < 0.65 and pooled.ceiling is not None and pooled.ceiling.value > 0.9
    assert pooled.verdict == "holds"


def test_what_nothing_tells_is_called_too_hard() -> None:
    rng = np.random.default_rng(3)
    roles = ["true" if rng.random() < 0.5 else "lookalike" for _ in range(300)]
    names = ["" if role == "true" else "stepper" for role in roles]
    pooled = contests(seen(rng.normal(size=(300, 1)), ["presses"], "rage_click", roles, names), 1)[0]
    assert pooled.verdict == "too hard"


def test_too_few_are_no_contest() -> None:
    roles, names = ["true"] * 10 + ["lookalike"] * 300, [""] * 10 + ["stepper"] * 300
    assert contests(seen(np.zeros((310, 1)), ["presses"], "rage_click", roles, names), 1) == []


def test_features_are_of_the_stretch_that_they_are_about() -> None:
    played = play(enriched_scenario(60, 4))
    found = seen_episodes(played)
    assert len(found.row) > 100 and found.values.shape == (len(found.row), len(found.names))
    assert set(SIMPLE) | set(CATEGORIES) <= set(found.names)
    kinds, names = np.array(found.kind), np.array(found.lookalike)
    stepped = (kinds == "rage_click") & np.isin(names, ["stepper", "carousel"])
    assert (found.column("presses")[stepped] >= 2).mean() > 0.95
    assert (found.column("duration_ms") >= 0).all()
    triple = (kinds == "rage_click") & (names == "triple_click")
    assert set(found.column("presses")[triple]) <= {2.0, 3.0}  # consent may fall in between


@pytest.mark.slow
def test_no_one_liner_is_proved_to_tell_any_kind() -> None:
    """At a small size: fails where a 95 % interval lies beyond the bar, by chance in at most 2.5 % of contests."""
    outcome = study_one_liners(Request(size=0.1, seed=2))
    verdicts = {(c["kind"], c["lookalike"]): c["verdict"] for c in outcome.document["contests"]}
    assert verdicts
    assert [key for key, verdict in verdicts.items() if verdict in ("too easy", "too hard")] == []
    assert (outcome.document["one_line"], outcome.document["ceiling"]) == (ONE_LINE, CEILING)
