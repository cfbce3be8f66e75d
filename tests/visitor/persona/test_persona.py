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
from simbench.visitor.persona.spec import BOTS, DIALS, PersonaSpec, dial_salt, dial_value, draw_dials

LIBRARY = default_library()
NAMES = LIBRARY.names
PLAN = {
    "bargain_hunter", "phone_browser", "comparer", "pogo_sticker", "reader", "returning_customer", "reorderer",
    "impatient", "form_wary", "big_fingers", "keyboard_user", "distracted", "older_visitor", "misled_by_ad",
    "gift_buyer", "researcher", "couch_surfer", "terms_checker",
}  # fmt: skip


def test_the_library_has_people_then_bots_then_the_default() -> None:
    assert set(NAMES) >= PLAN | set(BOTS) | {"default"}
    assert NAMES[-1] == "default"
    assert NAMES[-4:-1] == list(BOTS)
    assert [name for name in NAMES if LIBRARY.bot(name)] == list(BOTS)


def test_who_extends_another_takes_the_rest_from_there() -> None:
    assert LIBRARY.ancestry("pogo_sticker") == ["pogo_sticker", "comparer", "default"]
    comparer, pogo = LIBRARY.persona("comparer"), LIBRARY.persona("pogo_sticker")
    assert pogo.device == comparer.device
    assert pogo.interests.select_text == comparer.interests.select_text
    assert pogo.interests.inspect != comparer.interests.inspect
    values = LIBRARY.values_of("pogo_sticker")
    assert (values["device"].persona, values["goal"].persona) == ("comparer", "pogo_sticker")
    assert values["hold_ms"].persona == "default"


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
    assert mean(spec["older_visitor"].fitts_b_ms) == max(mean(p.fitts_b_ms) for p in spec.values())
    assert mean(spec["older_visitor"].hold_ms) == max(mean(p.hold_ms) for p in spec.values())
    assert mean(spec["form_wary"].form_wary) == max(mean(p.form_wary) for p in spec.values())
    assert mean(spec["distracted"].distraction_per_min) == max(mean(p.distraction_per_min) for p in spec.values())
    assert mean(spec["keyboard_user"].keyboard) == max(mean(p.keyboard) for p in spec.values())
    assert mean(spec["misled_by_ad"].ad_mismatch) == max(mean(p.ad_mismatch) for p in spec.values())
    assert mean(spec["pogo_sticker"].compare_items) == max(mean(p.compare_items) for p in spec.values())
    assert mean(spec["cart_keeper"].postpones) == max(mean(p.postpones) for p in spec.values())
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


@pytest.mark.parametrize(
    ("extends", "says"),
    [
        (("nobody", "default"), ':6: personas.a.extends: there is no persona "nobody" to extend;'),
        (("b", "a"), ":6: personas.a.extends: a would extend itself, by way of b;"),
        (("a", "default"), ":6: personas.a.extends: a would extend itself;"),
    ],
)
def test_a_library_extends_what_there_is_and_never_in_a_circle(
    extends: tuple[str, str], says: str, tmp_path: Path
) -> None:
    path = tmp_path / "p.yaml"
    own = "".join(
        f"  {name}: {{about: {name},\n    extends: {other}, give_up: {{value: 0.3, assumed: [0.1, 0.5]}}}}\n"
        for name, other in zip("ab", extends, strict=True)
    )
    path.write_text(f"schema: simbench.personas/1\nsources: {{}}\npersonas:\n  default: {{about: d}}\n{own}")
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
    (bot,) = json.loads(run(app, ["personas", "crawler", "--json"]).stdout)["personas"]
    assert bot["bot"] == "crawler"
    (pogo,) = json.loads(run(app, ["personas", "pogo_sticker", "--json"]).stdout)["personas"]
    assert pogo["extends"] == "comparer"
    assert {value["persona"] for value in pogo["values"]} == {"default", "comparer", "pogo_sticker"}
    assert "Extends comparer" in run(app, ["personas", "pogo_sticker"]).stdout
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
