"""Personas: every number has a source or a range, layers merge dial by dial, and draws keep to their limits."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from simbench.cli import app
from simbench.errors import BadInput
from simbench.scenario.persona_page import personas_markdown
from simbench.visitor.persona.distribution import Choice, mean
from simbench.visitor.persona.library import default_library, merge, read_library
from simbench.visitor.persona.spec import DIALS, PersonaSpec, dial_salt, dial_value, draw_dials

LIBRARY = default_library()
NAMES = LIBRARY.names
PLAN = {"bargain_hunter", "phone_browser", "comparer", "reader", "returning_customer", "impatient"}


def test_the_library_has_the_six_personas_and_the_default() -> None:
    assert set(NAMES) >= PLAN | {"default"}
    assert NAMES[-1] == "default"


def test_the_default_says_every_dial_and_every_share() -> None:
    said = {value.name for value in LIBRARY.values if value.persona == "default"}
    assert said == set(DIALS) | {"device", "source", "visitor_type", "goal", "country"}


def test_every_number_has_a_source_or_a_range() -> None:
    assert len(LIBRARY.values) > 100
    for value in LIBRARY.values:
        assert value.source or value.assumed, f"{value.persona}.{value.name}"


def test_every_source_is_a_citation_with_a_year_and_is_used() -> None:
    used = {value.source for value in LIBRARY.values}
    notes = " ".join(value.note for value in LIBRARY.values)
    for citation in LIBRARY.sources.values():
        family_name = citation.split(",")[0].split()[-1]
        assert citation in used or family_name in notes or citation.split()[2] in notes, f"{citation} is not used"
        assert re.search(r"(19|20)\d\d", citation) or "not a study" in citation


@pytest.mark.parametrize("name", NAMES)
def test_an_assumed_range_holds_the_value(name: str) -> None:
    spec = LIBRARY.persona(name)
    for value in LIBRARY.values:
        if value.persona != name or value.assumed is None:
            continue
        low, high = value.assumed
        if value.name in DIALS:
            dial = dial_value(spec, value.name)
            centre = (
                dial if isinstance(dial, int | float) else mean(dial) if isinstance(dial, Choice) else dial.centre()
            )
            assert DIALS[value.name].low <= low < high <= DIALS[value.name].high
        else:
            centre = next(iter(getattr(spec, value.name).values()))
        assert low <= centre <= high, f"{name}.{value.name}"


@pytest.mark.parametrize("name", NAMES)
def test_a_persona_is_whole(name: str) -> None:
    spec = LIBRARY.persona(name)
    assert spec.name == name
    assert spec.about
    assert PersonaSpec.model_validate(json.loads(spec.model_dump_json(exclude_none=True))) == spec


def test_personas_differ_in_the_way_their_names_say() -> None:
    spec = {name: LIBRARY.persona(name) for name in NAMES}
    assert mean(spec["impatient"].patience_s) == min(mean(p.patience_s) for p in spec.values())
    assert mean(spec["impatient"].vent_rage) == max(mean(p.vent_rage) for p in spec.values())
    assert mean(spec["reader"].reading_share) == max(mean(p.reading_share) for p in spec.values())
    assert spec["phone_browser"].device == {"mobile": 1.0}
    assert mean(spec["bargain_hunter"].interests.coupon) == max(mean(p.interests.coupon) for p in spec.values())
    assert spec["returning_customer"].visitor_type["returning"] > 0.9
    assert max(spec["comparer"].goal, key=lambda goal: spec["comparer"].goal[goal]) == "compare"


def test_dials_are_drawn_by_column_inside_their_limits() -> None:
    u = np.random.default_rng(4).random((300, len(DIALS)))
    for name in NAMES:
        drawn = draw_dials(LIBRARY.persona(name), u)
        assert list(drawn) == list(DIALS)
        for dial, values in drawn.items():
            assert values.shape == (300,)
            assert (values >= DIALS[dial].low).all(), dial
            assert (values <= DIALS[dial].high).all(), dial
    with pytest.raises(ValueError, match="uniforms have the shape"):
        draw_dials(LIBRARY.persona("reader"), u[:, :3])


def test_another_value_of_one_dial_moves_no_other() -> None:
    u = np.random.default_rng(4).random((50, len(DIALS)))
    reader = LIBRARY.persona("reader")
    changed = PersonaSpec.model_validate({**LIBRARY.filled(LIBRARY.patches["reader"], {"patience_s": 2}), "name": "r"})
    before, after = draw_dials(reader, u), draw_dials(changed, u)
    assert (after["patience_s"] == 2).all()
    for dial in DIALS:
        if dial != "patience_s":
            assert (before[dial] == after[dial]).all(), dial


def test_dials_are_named_and_placed() -> None:
    assert DIALS["frustration_slow"].path == ("frustration", "slow")
    assert DIALS["interests_coupon"].path == ("interests", "coupon")
    assert DIALS["patience_s"].unit == "s"
    assert all(dial.about.endswith(".") and dial.low < dial.high for dial in DIALS.values())


def test_layers_merge_dial_by_dial_and_leave_their_sources_alone() -> None:
    base = {"give_up": 0.2, "frustration": {"slow": 0.1, "error": 0.2}, "device": {"mobile": 1.0}}
    change = {"frustration": {"slow": 0.9}, "device": {"desktop": 1.0}}
    assert merge(base, change) == {
        "give_up": 0.2,
        "frustration": {"slow": 0.9, "error": 0.2},
        "device": {"desktop": 1.0},
    }
    assert base["frustration"] == {"slow": 0.1, "error": 0.2}


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("give_up: 0.3", ":6: personas.default.give_up: is not an entry;"),
        ("give_up: {value: 0.3}", ":6: personas.default.give_up: has neither a source nor an assumed range;"),
        ("give_up: {value: 0.3, source: nobody}", 'names the source "nobody", which `sources` lacks;'),
        ("give_up: {value: 0.3, assumed: [0.5, 0.1]}", "has a range that is none;"),
        ("give_up: {value: 0.3, assumed: [0.1, 0.5], unit: s}", "has unknown keys (unit);"),
        (
            "give_up: {value: 3, assumed: [0.1, 0.5]}",
            ":6: personas.default.give_up: must lie between 0 and 1, but is 3;",
        ),
        ("giv_up: {value: 0.3, assumed: [0.1, 0.5]}", 'personas.default.giv_up: unknown key; did you mean "give_up"?'),
        ("frustration: {slow: {value: 0.3}}", ":6: personas.default.frustration.slow: has neither"),
    ],
)
def test_a_library_with_a_flaw_is_refused(entry: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(
        f"schema: simbench.personas/1\nsources: {{x: y 2020}}\npersonas:\n  default:\n    about: a\n    {entry}\n"
    )
    with pytest.raises(BadInput) as caught:
        read_library(path)
    assert says in str(caught.value)


def test_a_file_that_is_no_library_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("a: 1\n")
    with pytest.raises(BadInput, match="is not a library of personas"):
        read_library(path)


def test_the_page_in_the_documentation_is_rendered_from_the_library() -> None:
    page = Path(__file__).parents[3] / "docs" / "personas.md"
    assert page.read_text(encoding="utf-8") == personas_markdown(LIBRARY), (
        "run: simbench personas --markdown > docs/personas.md"
    )


def test_the_command_lists_personas_and_shows_one() -> None:
    run = CliRunner().invoke
    listed = run(app, ["personas"])
    assert all(name in listed.stdout for name in NAMES)
    shown = run(app, ["personas", "impatient"])
    assert "patience_s" in shown.stdout
    assert "Nah" in shown.stdout
    document = json.loads(run(app, ["personas", "impatient", "--json"]).stdout)
    (persona,) = document["personas"]
    patience = next(value for value in persona["values"] if value["name"] == "patience_s")
    assert (patience["unit"], patience["own"], patience["assumed"]) == ("s", True, [1.2, 3.0])
    assert len(json.loads(run(app, ["personas", "--json"]).stdout)["personas"]) == len(NAMES)
    assert run(app, ["personas", "--markdown"]).stdout == personas_markdown(LIBRARY)
    unknown = run(app, ["personas", "impatent"])
    assert isinstance(unknown.exception, BadInput)
    assert 'did you mean "impatient"?' in str(unknown.exception)


def test_a_dials_luck_hangs_on_its_name_alone() -> None:
    salts = [dial_salt(name) for name in DIALS]
    assert len(set(salts)) == len(salts)
    assert min(salts) >= 2**32  # acts have the small ones
    assert dial_salt("patience_s") == 2**32 + 2_239_007_147  # whatever dials stand before it
