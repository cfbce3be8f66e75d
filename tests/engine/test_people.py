"""Everybody in the library, and the bots, on the shop: what sets them apart is seen in what they do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from simbench.engine.run import run_scenario
from simbench.engine.schedule import make_schedule
from simbench.events.run import Run
from simbench.events.schema import SURVEY_REASONS
from simbench.events.truth import Truth
from simbench.scenario.loading import load_scenario, resolve
from simbench.scenario.model import Scenario
from simbench.site.model import load_site
from simbench.visitor.persona.library import default_library
from simbench.visitor.persona.spec import BOTS

SESSIONS = 1500
MISMATCH = "mismatch-carpets"


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype({name: object for name in frame.columns if frame[name].dtype == "category"})


def people(**changes: Any) -> Scenario:
    return load_scenario("shop-people", sessions=SESSIONS).model_copy(update=changes)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return people()


@pytest.fixture(scope="module")
def run(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_scenario(scenario, resolve(scenario), tmp_path_factory.mktemp("people") / "run")


@pytest.fixture(scope="module")
def sessions(run: Run) -> pd.DataFrame:
    return plain(Truth.open(run).sessions.to_pandas()).set_index("session")


@pytest.fixture(scope="module")
def episodes(run: Run, sessions: pd.DataFrame) -> pd.DataFrame:
    return plain(Truth.open(run).episodes.to_pandas()).join(sessions[["persona", "bot", "outcome"]], on="session")


@pytest.fixture(scope="module")
def events(run: Run, sessions: pd.DataFrame) -> pd.DataFrame:
    wanted = ["session", "seq", "view", "time", "type", "x", "y", "rel_x", "rel_y", "target"]
    return plain(run.table("events").select(wanted).to_pandas()).join(sessions[["persona"]], on="session")


@pytest.fixture(scope="module")
def views(run: Run, sessions: pd.DataFrame) -> pd.DataFrame:
    return plain(run.table("views").to_pandas()).join(sessions[["persona", "outcome"]], on="session")


def visits_of(frame: pd.DataFrame, persona: str) -> Iterator[pd.DataFrame]:
    for _, visit in frame[frame.persona == persona].groupby("session"):
        yield visit


class TestBots:
    def test_the_truth_says_who_is_one(self, sessions: pd.DataFrame) -> None:
        assert (sessions.bot == sessions.persona.isin(BOTS)).all()
        assert set(sessions.persona[sessions.bot]) == set(BOTS)

    def test_a_bot_is_never_frustrated(self, episodes: pd.DataFrame) -> None:
        theirs = episodes[episodes.bot]
        assert len(theirs) > 50
        assert set(theirs.role) == {"lookalike"}
        assert set(theirs.lookalike) == {"bot"}
        assert set(theirs.kind) >= {"rage_click", "u_turn", "thrashed_cursor"}
        assert not (episodes.lookalike[~episodes.bot] == "bot").any()

    def test_nobody_asks_it_how_it_went(self, sessions: pd.DataFrame) -> None:
        assert sessions.survey[sessions.bot].isna().all()

    def test_a_crawler_follows_addresses_without_a_hand_and_says_who_it_is(
        self, run: Run, events: pd.DataFrame, views: pd.DataFrame
    ) -> None:
        made = set(events.type[events.persona == "crawler"])
        assert "pageview" in made
        assert not made & {"mousemove", "click", "pointerdown", "keydown"}
        for visit in visits_of(views, "crawler"):
            assert not visit.url.duplicated().any(), "no page twice"
            assert set(visit.nav) == {"navigate"}
        seen = plain(run.table("sessions").to_pandas()).set_index("session")
        agents = seen.user_agent[views.session[views.persona == "crawler"].unique()]
        assert agents.str.contains("LanternBot").all()

    def test_it_keeps_an_even_pace(self, views: pd.DataFrame) -> None:
        def evenness(persona: str) -> float:
            stays = [
                (visit.end - visit.start).dt.total_seconds().to_numpy()[:-1] for visit in visits_of(views, persona)
            ]
            return float(np.median([stay.std() / stay.mean() for stay in stays if stay.size > 3]))

        assert evenness("crawler") < 0.5 * evenness("comparer")

    def test_a_scraper_takes_the_products_in_the_order_of_the_list(self, views: pd.DataFrame) -> None:
        for visit in visits_of(views, "price_scraper"):
            products = visit.url[visit.page == "/product/:id"].tolist()
            assert len(products) >= 3
            assert products[:3] == ["/product/mane", "/product/kotte", "/product/klocka"]

    def test_a_click_bot_hits_the_middle_at_an_even_beat(self, events: pd.DataFrame) -> None:
        gaps, middles = [], []
        for visit in visits_of(events[events.type == "click"], "click_bot"):
            middles.extend((visit.rel_x - 0.5).abs() < 0.02)
            for _, one in visit.groupby(["view", "target"]):
                beat = one.time.diff().dt.total_seconds().dropna()
                gaps.extend((beat - beat.iloc[0]).abs().tolist() if len(beat) > 1 else [])
        assert len(gaps) > 10
        # Between two rounds on one target there is a scroll; within a round there is nothing but the beat.
        assert np.mean(np.array(gaps) < 0.01) > 0.75
        # What answers a click may come to lie under the next, which is aimed as before.
        assert np.mean(middles) > 0.7

    def test_most_click_bots_are_not_seen_to_move(self, events: pd.DataFrame) -> None:
        moves = [(visit.type == "mousemove").sum() for visit in visits_of(events, "click_bot")]
        assert np.median(moves) == 0


class TestPeople:
    def test_everybody_comes(self, sessions: pd.DataFrame) -> None:
        assert set(sessions.persona) == set(default_library().names) - {"default"}

    def test_bounces_lie_where_shops_report_them(self, sessions: pd.DataFrame, views: pd.DataFrame) -> None:
        """Quartiles of shops are 38, 47 and 62 % (science: Contentsquare); this mix has many who come to buy."""
        pages = views[~views.persona.isin(BOTS)].groupby("session").size()
        assert 0.25 < (pages == 1).mean() < 0.62
        assert (sessions.outcome == "bounced").mean() > 0.15

    def test_personas_differ_as_they_should(self, views: pd.DataFrame, events: pd.DataFrame) -> None:
        bounced = (
            views[~views.persona.isin(BOTS)].groupby(["persona", "session"]).size().eq(1).groupby("persona").mean()
        )
        assert bounced["reorderer"] < bounced["comparer"] < bounced["impatient"]
        away = events[events.type == "visibility"].groupby("persona").size() / views.groupby("persona").size()
        assert away["distracted"] > 2 * away["bargain_hunter"]

    def test_who_goes_by_keyboard_clicks_without_a_mouse_and_hardly_moves_one(
        self, run: Run, events: pd.DataFrame, views: pd.DataFrame
    ) -> None:
        keys = plain(run.table("events").select(["session", "type", "data"]).to_pandas())
        entered = keys[(keys.type == "keydown") & (keys.data == "enter")].groupby("session").size()
        mine = set(views.session[views.persona == "keyboard_user"])
        assert entered[entered.index.isin(mine)].sum() > 0.5 * entered.sum()
        clicks = events[(events.type == "click") & events.session.isin(mine)]
        # What is stepped through, ticked or marked is left to the mouse.
        assert clicks.x.isna().mean() > 0.3
        assert clicks.target.notna().all()

        def moved(persona: str) -> float:
            moves = ((events.type == "mousemove") & (events.persona == persona)).sum()
            return float(moves / (views.persona == persona).sum())

        # All of these come with a mouse, of comparers seven in ten.
        assert moved("keyboard_user") < 0.6 * moved("comparer")

    def test_whoever_puts_the_buying_off_has_nothing_against_the_button(self, episodes: pd.DataFrame) -> None:
        postponed = episodes[episodes.outcome == "postponed"]
        assert postponed.session.nunique() > 20
        button = postponed[(postponed.kind == "skipped_cta") & (postponed.target == "#to-checkout")]
        last = button.groupby("session").tail(1)
        assert set(last.lookalike) == {"postponed"}
        assert not (button.role == "true").any()
        assert last.session.nunique() == postponed.session.nunique()

    def test_whoever_comes_back_to_finish_finds_the_cart_as_it_was(
        self, scenario: Scenario, sessions: pd.DataFrame, views: pd.DataFrame
    ) -> None:
        schedule = make_schedule(scenario, load_site(scenario.site_address))
        back = [schedule.session_id[place] for place in np.flatnonzero(schedule.finishes)]
        assert len(back) >= 10
        first = views[views["view"] == 0].set_index("session").loc[back]
        assert set(first.page) == {"/cart"}
        assert set(sessions.goal[back]) == {"buy"}
        # It is not empty: some of them pay.
        assert sessions.converted[back].mean() > 0.1

    def test_answers_to_the_survey_are_of_the_closed_list(self, sessions: pd.DataFrame) -> None:
        answers = [json.loads(text) for text in sessions.survey.dropna()]
        assert 0.04 < len(answers) / len(sessions) < 0.2
        assert all(set(answer) == {"score", "reason"} for answer in answers)
        assert {answer["score"] for answer in answers} == {1, 2, 3, 4, 5}
        assert {answer["reason"] for answer in answers} <= set(SURVEY_REASONS)


class TestPromises:
    def test_a_broken_promise_is_a_planted_defect_and_a_kept_one_is_not(self, run: Run) -> None:
        rows = {row["id"]: row for row in Truth.open(run).defects}
        assert rows[MISMATCH]["finding"] == "landing_mismatch"
        assert rows[MISMATCH]["page"] == "/category"
        assert rows["mismatch-ads"]["page"] is None
        assert "mismatch-glow" not in rows

    def test_it_is_the_cause_of_what_it_does(self, run: Run, episodes: pd.DataFrame) -> None:
        seen = plain(run.table("sessions").to_pandas()).set_index("session")
        blamed = episodes[episodes.cause == MISMATCH]
        assert set(seen.utm_campaign[blamed.session.unique()]) == {"carpets"}
        kinds = blamed[blamed.role == "true"].kind.value_counts()
        assert kinds["scroll_hunt"] >= 5
        assert kinds["u_turn"] >= 3
        others = episodes[episodes.session.isin(seen.index[seen.utm_campaign == "glow"])]
        assert not others.cause.astype(str).str.startswith("mismatch").any()

    def test_without_the_promise_nobody_would_have(self, run: Run, episodes: pd.DataFrame, tmp_path: Path) -> None:
        base = people()
        honest = people(campaigns=tuple(c.model_copy(update={"promise": None}) for c in base.campaigns))
        other = run_scenario(honest, resolve(honest), tmp_path / "run")
        truth = plain(Truth.open(other).episodes.to_pandas())
        assert not (truth.cause == MISMATCH).any()
        assert MISMATCH not in {row["id"] for row in Truth.open(other).defects}
        # And who came by no campaign did exactly the same.
        seen = plain(run.table("sessions").to_pandas()).set_index("session")
        free = set(seen.index[seen.utm_campaign.isna()])
        before, after = (
            frame[frame.session.isin(free)][["episode", "kind", "t_start", "role", "cause"]].reset_index(drop=True)
            for frame in (episodes, truth)
        )
        pd.testing.assert_frame_equal(before, after)
