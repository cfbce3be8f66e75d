"""The JSON Schema is in step with the models, and says the same about right and wrong files."""

from __future__ import annotations

import json
import re

import jsonschema
import pytest
from scenario_mistakes import MISTAKES, PAGE, SOUND, Mistake
from typer.testing import CliRunner

from simbench.cli import app
from simbench.errors import BadInput
from simbench.events.schema import AMBIGUOUS_REASONS, KINDS, LOOKALIKES, PAGE_FINDINGS
from simbench.events.yaml_source import parse_yaml, read_yaml
from simbench.scenario.json_schema import scenario_schema
from simbench.site.places import scenarios_folder

SCHEMA_FILE = scenarios_folder() / "scenario.schema.json"
VALIDATOR = jsonschema.Draft202012Validator(scenario_schema())

#: Mistakes that a JSON Schema cannot see: sums, names, times, the site, and distributions that leave nothing.
BEYOND = re.compile(
    r"add up|stands already|library has no|the site|no site|not a site|calendar|time zone|until|years|cannot show|again"
    r"|to extend|extend itself|no detector|no kind|expects nothing|leave nothing|is a pattern"
)


def test_the_committed_schema_is_what_the_command_prints() -> None:
    printed = CliRunner().invoke(app, ["schema"])
    assert printed.exit_code == 0
    assert SCHEMA_FILE.read_text(encoding="utf-8") == printed.stdout, (
        "run: simbench schema > scenarios/scenario.schema.json"
    )


def test_it_is_a_json_schema_and_every_reference_in_it_leads_somewhere() -> None:
    schema = scenario_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    references = set(re.findall(r'"#/\$defs/([^"]+)"', json.dumps(schema)))
    assert references == set(schema["$defs"])


@pytest.mark.parametrize("path", sorted(scenarios_folder().glob("*.yaml")), ids=lambda path: path.stem)
def test_committed_scenarios_follow_it(path: object) -> None:
    VALIDATOR.validate(read_yaml(str(path)).tree)


def test_examples_of_the_documentation_follow_it() -> None:
    for example in re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S):
        VALIDATOR.validate(parse_yaml(example, file="example").tree)


@pytest.mark.parametrize("mistake", MISTAKES, ids=[mistake.name for mistake in MISTAKES])
def test_it_finds_the_mistakes_that_need_no_look_elsewhere(mistake: Mistake) -> None:
    try:
        tree = parse_yaml(mistake.text(), file="f").tree
    except BadInput:
        return  # no YAML, so nothing for a JSON Schema
    if all(BEYOND.search(said) for said in mistake.says):
        return
    assert not VALIDATOR.is_valid(tree)


def test_the_sound_scenario_follows_it() -> None:
    VALIDATOR.validate(parse_yaml(SOUND, file="f").tree)


def test_the_vocabulary_is_the_closed_lists() -> None:
    printed = CliRunner().invoke(app, ["schema", "--vocabulary", "--json"])
    words = json.loads(printed.stdout)
    assert words["kinds"] == list(KINDS)
    assert words["lookalikes"] == list(LOOKALIKES)
    assert words["ambiguous_reasons"] == list(AMBIGUOUS_REASONS)
    assert words["page_findings"] == list(PAGE_FINDINGS)
    people = CliRunner().invoke(app, ["schema", "--vocabulary"])
    assert all(word in people.stdout for word in (*KINDS, *PAGE_FINDINGS))
