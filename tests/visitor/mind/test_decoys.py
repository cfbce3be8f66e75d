"""Benign look-alikes in the model: with its interest turned up each is met, named by intent, and told as browsers do."""

from __future__ import annotations

import pandas as pd
import pytest

from simbench.engine.run import run_scenario
from simbench.events.run import Run
from simbench.events.truth import Truth
from simbench.scenario.loading import load_scenario, resolve
from simbench.scenario.model import Scenario

#: By interest: the look-alikes of rage, of dead clicks and of others that it must bring, and why others are ambiguous.
EXPECTED: dict[str, set[tuple[str, str]]] = {
    "stepper": {("rage_click", "stepper")},
    "carousel": {("rage_click", "carousel")},
    "toggle": {("rage_click", "toggle")},
    "double_click": {("rage_click", "double_click"), ("dead_click", "text_selection")},
    "select_text": {("rage_click", "triple_click"), ("dead_click", "text_selection")},
    "drag_select": {("dead_click", "drag_selection")},
    "copy_text": {("dead_click", "copy")},
    "download": {("dead_click", "download")},
    "new_tab": {("dead_click", "new_tab")},
    "audio": {("dead_click", "audio"), ("rage_click", "audio")},
    "calendar": {("rage_click", "calendar")},
    "paginate": {("rage_click", "pagination")},
    "sort": {("rage_click", "sort")},
    "draw": {("thrashed_cursor", "drawing"), ("dead_click", "drawing")},
    "game": {("rage_click", "game"), ("dead_click", "game")},
    "file": {("dead_click", "file_chooser")},
    "date_button": {("dead_click", "date_button"), ("rage_click", "date_button")},
    "css_toggle": {("dead_click", "css_feedback"), ("rage_click", "toggle")},
    "off_screen": {("dead_click", "effect_off_screen")},
    "disabled": {("dead_click", "disabled_control")},
    "click_away": {("dead_click", "click_away")},
}
#: Which other interests lead to it.
WITH = {"click_away": {"inspect"}}


def all_set(scenario: Scenario, interests: dict[str, float]) -> Scenario:
    """The scenario with these chances of side acts for everybody, and none of any other."""
    personas = []
    for one in scenario.personas:
        chances = {name: interests.get(name, 0.0) for name in type(one.interests).model_fields}
        personas.append(one.model_copy(update={"interests": one.interests.model_copy(update=chances)}))
    return scenario.model_copy(update={"personas": tuple(personas)})


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """For every interest a small run in which it is all that is done on the side, and a look at the planner."""
    clean = load_scenario("shop-clean", sessions=120)
    made = {}
    for name in EXPECTED:
        wanted = dict.fromkeys({name, *WITH.get(name, set())}, 1.0) | {"detour": 1.0}
        scenario = all_set(clean, wanted)
        made[name] = run_scenario(scenario, resolve(scenario), tmp_path_factory.mktemp(name) / "run")
    return made


def episodes(run: Run) -> pd.DataFrame:
    frame = Truth.open(run).episodes.to_pandas()
    return frame.astype({name: object for name in frame.columns if frame[name].dtype == "category"})


@pytest.mark.parametrize("interest", list(EXPECTED))
def test_the_look_alike_is_met_and_named(runs: dict[str, Run], interest: str) -> None:
    found = episodes(runs[interest])
    named = set(zip(found.kind, found.lookalike, strict=True))
    assert EXPECTED[interest] <= named
    # What an interest brings is not met without it.
    own = {name for _, name in EXPECTED[interest]} & {
        "pagination", "sort", "drag_selection", "download", "new_tab", "file_chooser", "date_button", "css_feedback",
        "copy", "audio", "calendar", "game", "drawing",
    }  # fmt: skip
    for other in ("stepper", "disabled"):
        if own and other != interest:
            assert not own & set(episodes(runs[other]).lookalike.dropna())
