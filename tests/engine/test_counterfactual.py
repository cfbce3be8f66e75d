"""Causes are settled by counterfactual: the same visitors, with the same luck and the fault removed, would not have."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from simbench.engine.run import run_scenario
from simbench.events.truth import Truth
from simbench.scenario.loading import load_scenario, resolve
from simbench.scenario.model import Faults, PlantedDefect, Scenario

#: Enough visits for every kind with a cause to come often enough to be looked at.
SESSIONS = 1300
#: Defects that are met together in one shop. No two of a shop sit on the same element, and none keeps people from
#: coming to another.
SHOPS = {
    "old": ("photo-no-zoom", "covered-continue", "coupon-error", "cta-like-ad"),
    "new": ("zip-lookup", "password-rules-hidden"),
}


def with_defects(*names: str, sessions: int = SESSIONS) -> Scenario:
    """The clean shop with these defects; clocks and wires without faults, so that times can be compared."""
    scenario = load_scenario("shop-clean", sessions=sessions)
    return scenario.model_copy(update={"defects": tuple(PlantedDefect(id=name) for name in names), "faults": Faults()})


def episodes(scenario: Scenario, out: Path) -> pd.DataFrame:
    run = run_scenario(scenario, resolve(scenario), out)
    truth = Truth.open(run)
    frame = truth.episodes.to_pandas()
    frame = frame.astype({name: object for name in frame.columns if frame[name].dtype == "category"})
    sessions = truth.sessions.to_pandas()
    # Sessions stand in the order of their starts.
    first = dict(zip(sessions.session, ~sessions.visitor.duplicated(), strict=True))
    visitor = dict(zip(sessions.session, sessions.visitor, strict=True))
    return frame.assign(visitor=frame.session.map(visitor), first=frame.session.map(first))


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    return episodes(with_defects(), tmp_path_factory.mktemp("clean") / "run")


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    return {
        shop: episodes(with_defects(*defects), tmp_path_factory.mktemp(shop) / "run")
        for shop, defects in SHOPS.items()
    }  # fmt: skip


def vanished(caused: pd.DataFrame, without: pd.DataFrame) -> int:
    """How many of the episodes `caused` have no counterpart of their kind, at their place and time, in `without`."""
    keys = ["session", "kind", "role", "view", "t_start"]
    return len(caused) - len(caused.merge(without[keys], on=keys))


def agree(one: pd.DataFrame, other: pd.DataFrame, met: pd.Series) -> int:
    """How many visits are the same up to the moment that they met the fault (`met`, by session).

    What began before and was over before is in the other course too, at the same millisecond; it may have ended
    elsewhere there (on what lies over what else).
    """
    keys = ["session", "kind", "role", "lookalike", "view", "t_start"]
    apart: set[str] = set()
    for mine, theirs in ((one, other), (other, one)):
        over = mine[mine.session.isin(met.index)]
        over = over[over.t_end < over.session.map(met)][keys].fillna("")
        told = over.merge(theirs[keys].fillna("").drop_duplicates(), on=keys, how="left", indicator=True)
        apart |= set(told[told._merge == "left_only"].session)
    return len(met) - len(apart)


@pytest.mark.parametrize(
    ("shop", "defect", "kinds"),
    [
        ("old", "photo-no-zoom", {"dead_click": 60, "rage_click": 8, "thrashed_cursor": 3}),
        ("old", "covered-continue", {"dead_click": 30, "rage_click": 5, "form_abandonment": 10}),
        ("old", "coupon-error", {"error_click": 20, "dead_click": 20, "rage_click": 3}),
        ("old", "cta-like-ad", {"missed_cta": 30}),
        ("new", "zip-lookup", {"field_struggle": 8, "form_abandonment": 5}),
        ("new", "password-rules-hidden", {"field_struggle": 5}),
    ],
)
def test_a_fault_causes_what_would_not_have_been(
    faulty: dict[str, pd.DataFrame], tmp_path: Path, shop: str, defect: str, kinds: dict[str, int]
) -> None:
    """The same visitors, with that one fault removed and all others left, have nothing of the kind there and then."""
    without = episodes(with_defects(*(name for name in SHOPS[shop] if name != defect)), tmp_path / "run")
    assert not (without.cause == defect).any()
    caused = faulty[shop][faulty[shop].cause == defect]
    # Who comes back may have learnt of it on an earlier visit, and is another person then.
    met = caused[caused["first"]].sort_values("t_start").drop_duplicates("session").set_index("session").t_start
    if defect not in {"cta-like-ad", "password-rules-hidden"}:
        # Until the fault is met the visit is the same. (A button that looks otherwise is read otherwise, and a field
        # that is wanted is filled in, before either lets anybody down.)
        assert agree(faulty[shop], without, met) == len(met)
    for kind, least in kinds.items():
        of_kind = caused[caused.kind == kind]
        assert len(of_kind) >= least, f"{kind}: {len(of_kind)}"
        assert vanished(of_kind, without) == len(of_kind), kind


def test_a_call_to_action_out_of_sight_is_missed_or_hunted_for_because_of_it(
    clean: pd.DataFrame, tmp_path: Path
) -> None:  # fmt: skip
    hidden = episodes(with_defects("cta-below-fold"), tmp_path / "run")
    caused = hidden[hidden.cause == "cta-below-fold"]
    assert set(caused.kind) >= {"missed_cta", "scroll_hunt"}
    assert vanished(caused, clean) == len(caused)


def test_without_a_defect_nothing_is_blamed_on_one(clean: pd.DataFrame) -> None:
    assert clean.cause.isna().all()
    # And a site without fault lets hardly anybody down.
    true = clean[clean.role == "true"]
    assert (true.kind == "error_click").sum() == 0
    # What is left are taps that missed.
    assert (true.kind == "dead_click").sum() <= 0.08 * SESSIONS


def test_a_wrong_link_is_called_off_while_it_loads_or_left_again(tmp_path: Path) -> None:
    scenario = with_defects(sessions=250)
    clumsy = tuple(persona.model_copy(update={"tap_sd_px": 20.0}) for persona in scenario.personas)
    told = episodes(scenario.model_copy(update={"personas": clumsy}), tmp_path / "run")
    assert (told.lookalike == "misclick").sum() >= 3
    assert (told.lookalike == "mis_tap").sum() >= 10


def impatient(patience_s: float, sessions: int = 500) -> Scenario:
    scenario = with_defects(sessions=sessions)
    personas = tuple(persona.model_copy(update={"patience_s": patience_s}) for persona in scenario.personas)
    return scenario.model_copy(update={"personas": personas})


def test_who_left_for_a_slow_load_stays_where_it_is_inside_patience(tmp_path: Path) -> None:
    hasty = episodes(impatient(0.4), tmp_path / "hasty")
    patient = episodes(impatient(60.0), tmp_path / "patient")
    left = hasty[(hasty.kind == "slow_load_exit") & (hasty.role == "true")]
    assert len(left) >= 20
    assert not ((patient.kind == "slow_load_exit") & (patient.role == "true")).any()
    # They come to the page that they did not wait for.
    ends = patient.groupby("session").t_end.max()
    stayed = left[left.session.isin(ends.index)]
    assert (ends.loc[stayed.session].to_numpy() > stayed.t_end.to_numpy()).mean() > 0.9
