"""Every mistake gets exactly the lines that the documentation promises, and the command exit code 2."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from scenario_mistakes import FILE, MISTAKES, PAGE, SOUND, Mistake, page_with_table
from typer.testing import CliRunner

from simbench.cli import app
from simbench.errors import BadInput, ExitCode
from simbench.scenario.loading import load_scenario

IDS = [mistake.name for mistake in MISTAKES]


def test_there_are_many_kinds_of_mistake_and_each_is_told() -> None:
    assert len(MISTAKES) >= 30
    assert len(set(IDS)) == len(IDS)
    for mistake in MISTAKES:
        assert mistake.says, mistake.name


def test_the_scenario_around_them_is_sound(tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_text(SOUND)
    assert load_scenario(path).sessions == 500


@pytest.mark.parametrize("mistake", MISTAKES, ids=IDS)
def test_a_mistake_is_told_with_file_line_key_and_mend(
    mistake: Mistake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(FILE).write_text(mistake.text())
    with pytest.raises(BadInput) as caught:
        load_scenario(FILE)
    assert list(caught.value.problems) == [FILE + said for said in mistake.says]
    for problem in caught.value.problems:
        assert re.match(r"scenario\.yaml:\d+: .+; .+", problem), "a line, what is wrong, and a mend"


@pytest.mark.parametrize("mistake", MISTAKES, ids=IDS)
def test_the_command_ends_with_code_2_and_tells_json(mistake: Mistake, tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_text(mistake.text())
    result = CliRunner().invoke(app, ["validate", str(path), "--json"])
    assert isinstance(result.exception, BadInput)
    assert result.exception.exit_code == ExitCode.BAD_INPUT
    said = json.loads(result.stdout)
    assert said["valid"] is False
    assert said["problems"] == [str(path) + line for line in mistake.says]


def test_the_installed_command_prints_the_problems_and_no_traceback(tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_text(SOUND.replace("seed: 7", "sede: 7").replace("share: 0.4", "share: 0.5"))
    command = [sys.executable, "-c", "from simbench.cli import main; main()", "validate", str(path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        f'{path}:4: sede: unknown key; did you mean "seed"?',
        f"{path}:17: personas: the shares add up to 1.1, not 1; change them so that they do",
    ]


def test_the_table_in_the_documentation_is_made_from_this_data() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == page_with_table(page), "run: python tests/scenario/scenario_mistakes.py"
