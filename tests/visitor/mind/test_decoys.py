"""Benign look-alikes in the model: with its interest turned up each is met, named by intent, told as browsers do."""

from __future__ import annotations

import pandas as pd
import pytest

from simbench.engine.run import run_scenario
from simbench.events.run import Run
from simbench.events.truth import Truth
from simbench.scenario.loading import load_scenario, resolve
from simbench.scenario.model import Scenario

pytestmark = pytest.mark.slow

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
#: Interests that are turned up together; what leads to the planner, and to something to click away, is added to all.
TOGETHER = (
    {"stepper", "copy_text", "calendar", "draw", "disabled"},
    {"carousel", "download", "paginate", "game", "off_screen"},
    {"toggle", "new_tab", "date_button", "drag_select"},
    {"double_click", "audio", "file", "sort"},
    {"select_text", "css_toggle", "inspect", "click_away"},
)
#: Names that only one interest brings.
OWN = {
    "pagination", "sort", "drag_selection", "download", "new_tab", "file_chooser", "date_button", "css_feedback",
    "copy", "audio", "calendar", "game", "drawing",
}  # fmt: skip


def all_set(scenario: Scenario, interests: dict[str, float]) -> Scenario:
    """The scenario with these chances of side acts for everybody, and none of any other."""
    personas = []
    for one in scenario.personas:
        chances = {name: interests.get(name, 0.0) for name in type(one.interests).model_fields}
        personas.append(one.model_copy(update={"interests": one.interests.model_copy(update=chances)}))
    return scenario.model_copy(update={"personas": tuple(personas)})


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """By interest a run in which it and a few others are all that is done on the side."""
    clean = load_scenario("shop-clean", sessions=160)
    made = {}
    for number, interests in enumerate(TOGETHER):
        scenario = all_set(clean, dict.fromkeys(interests | {"detour"}, 1.0))
        run = run_scenario(scenario, resolve(scenario), tmp_path_factory.mktemp(f"run-{number}") / "run")
        made.update(dict.fromkeys(interests, run))
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
    own = {name for _, name in EXPECTED[interest]} & OWN
    for other in TOGETHER:
        if interest not in other:
            assert not own & set(episodes(runs[min(other)]).lookalike.dropna())


def events(run: Run) -> pd.DataFrame:
    frame = run.table("events").to_pandas()
    return frame.astype({name: object for name in frame.columns if frame[name].dtype == "category"})


def after(frame: pd.DataFrame, row: pd.Series, ms: float) -> pd.DataFrame:
    """What the same session recorded in the `ms` from an event on."""
    later = (frame.seq > row.seq) & (frame.time <= row.time + pd.Timedelta(ms, "ms"))
    return frame[(frame.session == row.session) & later]


def test_a_new_tab_hides_the_page_until_the_visitor_is_back(runs: dict[str, Run]) -> None:
    seen = events(runs["new_tab"])
    opened = seen[(seen.type == "open") & (seen.data == "window")]
    assert len(opened) >= 10
    for _, row in opened.iterrows():
        states = after(seen, row, 10 * 60_000).query("type == 'visibility'").data.tolist()
        # Who closes the window of the browser meanwhile is not seen to come back.
        assert states[:2] in (["hidden", "visible"], ["hidden"])
        assert not after(seen, row, 200.0).query("type == 'visibility'").empty


def test_a_file_chooser_takes_the_window_s_focus(runs: dict[str, Run]) -> None:
    seen = events(runs["file"])
    opened = seen[(seen.type == "open") & (seen.data == "file_chooser")]
    assert len(opened) >= 10
    chosen = 0
    for _, row in opened.iterrows():
        later = after(seen, row, 10 * 60_000)
        window = later[(later.data == "window") & later.type.isin(["blur", "focus"])]
        assert window.type.tolist()[:2] == ["blur", "focus"]
        assert window.target.isna().all()
        chosen += bool((later.type.eq("change") & later.target.eq("#room-photo")).any())
    assert 0 < chosen < len(opened)


def test_a_date_by_a_button_is_told_by_no_event(runs: dict[str, Run]) -> None:
    seen = events(runs["date_button"])
    pressed = seen[(seen.type == "click") & (seen.target == "#visit-soonest")]
    assert len(pressed) >= 10
    for _, row in pressed.iterrows():
        assert not set(after(seen, row, 100.0).type) & {"input", "change", "mutation"}


def test_a_switch_answered_by_style_tells_of_its_value_only(runs: dict[str, Run]) -> None:
    seen = events(runs["css_toggle"])
    pressed = seen[(seen.type == "click") & (seen.target == "#mood-dusk-label")]
    assert len(pressed) >= 10
    for _, row in pressed.iterrows():
        types = after(seen, row, 60.0).type.tolist()
        assert {"input", "change"} <= set(types)
        assert "mutation" not in types


@pytest.mark.parametrize(("interest", "target"), [("draw", "#sketch"), ("drag_select", "#description-text")])
def test_a_drag_is_one_press_with_the_way_in_between(runs: dict[str, Run], interest: str, target: str) -> None:
    seen = events(runs[interest])
    downs = seen[(seen.type == "pointerdown") & (seen.target == target) & (seen.pointer == "mouse")]
    dragged = 0
    for _, row in downs.iterrows():
        later = after(seen, row, 60_000.0)
        up = later[later.type == "pointerup"].iloc[0]
        between = later[later.seq < up.seq]
        assert set(between.type) <= {"mousemove", "mutation", "error"}
        if len(between) < 2:
            continue  # a click
        dragged += 1
        clicks = later[(later.type == "click") & (later.time == up.time)]
        # A click comes of it where it ends on what it began on.
        assert len(clicks) == (1 if up.target == target else 0)
    assert dragged >= 8
    if interest == "drag_select":
        assert (seen[seen.type == "selection"].target == target).sum() >= dragged
