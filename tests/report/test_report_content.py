"""What a report says about a run that is known by heart."""

from __future__ import annotations

import base64
import doctest
import importlib
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from report_run import Texts, write_run

from simbench.core.grid import Grid, Place
from simbench.core.scroll_map import ScrollMap
from simbench.events.run import Run
from simbench.events.schema import DEVICES, KINDS, LOOKALIKES, PAGE_FINDINGS
from simbench.report.contents import Rate, Report
from simbench.report.heat_picture import heat_picture
from simbench.report.making import make_report
from simbench.report.overlay import heat_layer
from simbench.report.scroll_view import scroll_view
from simbench.report.words import DEVICE_ORDER, KIND_WORDS, LOOKALIKE_WORDS, PAGE_FINDING_WORDS, false_alarm_words

MODULES = ("contents", "days", "page", "words")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return write_run(tmp_path_factory.mktemp("report") / "run")


@pytest.fixture(scope="module")
def report(run: Run) -> Report:
    return make_report(run).report


def test_every_name_of_the_vocabularies_has_words() -> None:
    assert set(KIND_WORDS) == set(KINDS)
    assert set(LOOKALIKE_WORDS) == set(LOOKALIKES)
    assert set(PAGE_FINDING_WORDS) == set(PAGE_FINDINGS)
    assert DEVICE_ORDER == DEVICES
    assert all(words.one and words.many and words.meaning for words in KIND_WORDS.values())
    assert all(named.name and named.meaning for named in LOOKALIKE_WORDS.values())


def test_names_that_nobody_knows_are_shown_as_they_are() -> None:
    assert false_alarm_words("lookalike:juggling_balls").name == "Juggling balls"
    assert false_alarm_words("other_kind:dead_click").name == "Was a dead click"
    assert false_alarm_words("something_new").name == "Something new"


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_are_true(name: str) -> None:
    outcome = doctest.testmod(importlib.import_module(f"simbench.report.{name}"))
    assert outcome.attempted > 0
    assert outcome.failed == 0


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.826, "83 %"), (0.0, "0 %"), (1.0, "100 %"), (0.9962, "99.6 %"), (0.9999, "> 99.9 %"), (0.0002, "< 0.1 %"),
     (None, "–")],
)  # fmt: skip
def test_rounding_claims_neither_all_nor_nothing(value: float | None, shown: str) -> None:
    assert Rate(value=value).percent == shown


def test_the_headline_says_what_was_found_and_how_often_alarms_were_right(report: Report) -> None:
    rage, dead, error = report.key_findings
    assert rage.sentence == "Rage clicks: found 50 % (0–100) of 2; 50 % of alarms were right (0–100)."
    assert (rage.truth, rage.findings, dead.truth, dead.findings) == (2, 2, 1, 2)
    # Only one of the two could be found: the other visit was not recorded.
    assert rage.ceiling.value == 0.5
    assert error.sentence == "Error clicks: there were none, and no alarm was raised."
    assert report.title == "What three detectors found in 4 visits to nowhere"


def test_the_facts_count_all_visits_and_those_recorded(report: Report) -> None:
    facts = {fact.what: (fact.value, fact.remark) for fact in report.facts}
    assert facts == {
        "visits": ("4", "3 recorded (75 %)"),
        "visitors": ("4", "one visit each"),
        "page views": ("3", "30 events"),
        "days": ("4", "2–5 March 2026"),
    }
    assert dict(report.details)["Seed"] == "5"
    assert dict(report.details)["Personas"] == "Bargain hunter 100 %"


def test_a_planted_defect_is_told_with_what_it_did_and_what_was_found_of_it(report: Report) -> None:
    (defect,) = report.defects
    assert defect.about == "The button that pays does nothing."
    assert (defect.page_name, defect.sort) == ("Cart", "Looks like a button, and is none")
    assert defect.who == "desktop and phone only, from Mon 2 March, 06:00"
    assert [(effect.kind, effect.caused, effect.found) for effect in defect.effects] == [
        ("rage_click", 2, 1),
        ("dead_click", 1, 1),
    ]
    assert (defect.caused, defect.looked_for, defect.found) == (3, 3, 2)
    assert [(fact.what, fact.value) for fact in report.not_looked_for] == [("Hesitations", "1")]


def test_false_alarms_and_misses_have_names(report: Report) -> None:
    rage = report.scores[0]
    assert [(bar.name, bar.count, bar.tone) for bar in rage.false_alarms] == [("Stepping a number", 1, "amber")]
    assert [(bar.name, bar.count) for bar in rage.missed] == [("Not recorded", 1)]
    assert [row.role for row in rage.rows] == ["detector", "random", "null", "perfect"]
    assert {group.name: [s.name for s in group.segments] for group in rage.by} == {
        "Device": ["Desktop", "Not recorded"],
        "Persona": ["Bargain hunter"],
    }


def test_alarms_are_placed_and_laid_beside_what_was_there(report: Report) -> None:
    spots = {(spot.kind, spot.target): (spot.findings, spot.real, spot.planted) for spot in report.spots}
    broken = "The button that pays does nothing."
    assert spots == {
        ("rage_click", "#pay"): (1, 1, broken),
        ("dead_click", "#pay"): (1, 1, broken),
        ("rage_click", "#more"): (1, 0, ""),
        ("dead_click", "#more"): (1, 0, ""),
    }


def test_maps_lie_on_their_page_with_counts_ranks_and_what_was_broken(report: Report) -> None:
    (screen,) = report.screens
    (sheet,) = screen.sheets
    assert (screen.name, screen.views, sheet.device, sheet.width, sheet.height) == ("Cart", 3, "desktop", 400, 600)
    assert sheet.picture.startswith("data:image/webp;base64,")
    assert sheet.click is not None
    assert sheet.move is not None
    assert sheet.scroll is not None
    assert [(fact.what, fact.value) for fact in sheet.click.figures] == [
        ("clicks", "11"),
        ("views", "3"),
        ("visits", "3"),
    ]
    assert [(e.rank, e.target, e.clicks, e.label) for e in sheet.click.ranking] == [
        (1, "#pay", 6, "Pay now"),
        (2, "#more", 5, "Pay now"),
    ]
    first = sheet.click.ranking[0].mark
    assert first is not None
    assert (first.left, first.top, first.width, first.height) == (5.0, 5.0, 30.0, 6.67)
    assert [mark.text for mark in sheet.planted] == ["The button that pays does nothing."]
    assert sheet.scroll.bands[0].height + sheet.scroll.bands[-1].height == 100


def test_a_run_without_truth_has_alarms_and_no_score(tmp_path: Path) -> None:
    report = make_report(write_run(tmp_path / "run", truth=False)).report
    assert not report.has_truth
    assert (report.defects, report.scores, report.not_looked_for) == ((), (), ())
    assert report.key_findings[0].sentence == "Rage clicks: 2 alarms in 2 visits."
    assert report.command[0] == "simbench import FILE... --from rrweb -o runs/run"
    assert "never written down" in report.limits[0]


def test_an_empty_run_is_reported_too(tmp_path: Path) -> None:
    made = make_report(write_run(tmp_path / "run", visits=False))
    assert made.report.screens == ()
    assert made.report.spots == ()
    assert [line.truth for line in made.report.key_findings] == [0, 0, 0]
    assert "No detector raised an alarm" in made.html


def test_commands_to_be_pasted_hold_nothing_of_the_run_as_it_is(tmp_path: Path) -> None:
    texts = Texts(name="x; rm -rf ~", scenario={"sessions": "1; reboot", "seed": "$(id)"})
    report = make_report(write_run(tmp_path / "run", texts)).report
    assert report.command == ("simbench run the-run.yaml -o runs/the-run", "simbench report runs/the-run")


def test_pictures_from_outside_the_run_are_not_shown(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", Texts(picture="../../private.png"))
    (tmp_path / "private.png").write_bytes((run.path / "pages" / "cart.png").read_bytes())
    report = make_report(run).report
    assert "no picture at hand" in report.screens[0].sheets[0].about
    assert any("private.png" in note for note in report.map_notes)


def test_a_picture_that_is_none_leaves_the_page_drawn_from_its_elements(tmp_path: Path) -> None:
    report = make_report(write_run(tmp_path / "run", image=b"<svg onload=alert(1)>")).report
    sheet = report.screens[0].sheets[0]
    assert sheet.about.endswith("no picture at hand, drawn from its elements")
    assert any("cart.png" in note for note in report.map_notes)


def test_analysis_and_scores_are_made_once_and_kept(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run")
    told: list[str] = []
    first = make_report(run, tell=told.append)
    assert told[0].startswith("no analysis yet")
    assert (run.path / "scores" / "score.json").is_file()
    told.clear()
    second = make_report(run, tell=told.append)
    assert told == ["drawing the maps and the page"]
    assert second.html == first.html


def test_scores_of_other_findings_are_not_taken_for_the_analysis(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run")
    make_report(run)
    manifest = run.path / "scores" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"name": "analysis/findings.parquet"', '"name": "theirs"').replace(
        '"sha256"', '"sha512"', 1))  # fmt: skip
    told: list[str] = []
    make_report(run, tell=told.append)
    assert "laying the findings beside the truth" in told


def test_a_damaged_analysis_is_made_anew_and_said(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run")
    make_report(run)
    (run.path / "analysis" / "analysis.json").write_text("{}")
    told: list[str] = []
    make_report(run, tell=told.append)
    assert told[0].startswith("the analysis is made anew")


@pytest.mark.parametrize("spread", [False, True])
def test_the_small_layer_has_the_colours_of_the_large_one(spread: bool) -> None:
    rng = np.random.default_rng(7)
    cells = rng.integers(0, 40, (2, 200))
    grid = Grid.of(cells[0], cells[1], rng.integers(1, 2000 if spread else 9, 200))
    small = heat_picture(grid, width_px=400, height_px=320, spread=spread)
    least, power = (5000.0, 1.0) if spread else (5.0, 0.5)
    large = heat_layer(grid, width_px=400, height_px=320, least=least, power=power)
    assert small.scale == large.scale
    picture = Image.open(io.BytesIO(base64.b64decode(small.uri.partition(",")[2]))).convert("RGBA")
    assert len(small.uri) < 40_000
    drawn = np.asarray(picture.resize(large.image.size, Image.Resampling.BILINEAR)).astype(float)
    apart = np.abs(drawn - np.asarray(large.image).astype(float))
    # 48 shades stand for 1024, so a pixel may be a few of 255 off.
    assert apart[..., 3].mean() < 3
    opaque = np.asarray(large.image)[..., 3] > 100
    assert opaque.any()
    assert apart[opaque][:, :3].mean() < 4


def test_depths_of_an_import_that_tells_no_heights_are_in_px() -> None:
    place = Place(page="/", device="desktop")
    by_px = np.zeros(31, dtype=np.int64)
    by_px[[15, 30]] = 3, 1
    found = ScrollMap(place=place, sessions=4, views=4, unsized=4, fold_px=1200, by_px=by_px)
    view = scroll_view(found, height_px=600)
    assert view.depths == ()
    assert [(mark.text, mark.top) for mark in view.lines] == [("75 % and 50 % reach this", 50.0)]
    assert view.fold is not None
    assert (view.fold.top, view.fold.text) == (50.0, "average fold, 300 px")
    assert sum(band.height for band in view.bands) == 100
    assert "depths are in px" in view.notes[1]
