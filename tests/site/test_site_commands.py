"""`simbench site`: what a person sees, and the exit codes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from simbench.errors import ExitCode, OutsideFailure
from simbench.site.chromium import find_chromium, need_playwright

MINI = Path(__file__).parent / "data" / "mini"
COMMAND = [sys.executable, "-c", "from simbench.cli import main; main()", "site"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=60, check=False)


def test_check_says_what_to_do(tmp_path: Path) -> None:
    shutil.copytree(MINI, tmp_path / "mini")
    done = run("check", str(tmp_path / "mini"), "--json")
    assert done.returncode == ExitCode.FELL_SHORT
    assert json.loads(done.stdout) == {
        "schema": "simbench.site-check/1", "up_to_date": False, "changes": ["never captured"],
    }  # fmt: skip
    assert "simbench site capture" in run("check", str(tmp_path / "mini")).stdout


def test_bad_input_is_one_clear_message() -> None:
    for arguments, said in [
        (("check", "shopp"), "did you mean shop?"),
        (("capture", "https://example.org/"), "cannot be captured yet"),
        (("serve", str(MINI), "--defects", "dead-photos"), 'did you mean "dead-photo"?'),
    ]:
        done = run(*arguments)
        assert done.returncode == ExitCode.BAD_INPUT
        assert said in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout == ""


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to one process there")
def test_serve_prints_its_url_and_ends_on_ctrl_c() -> None:
    with subprocess.Popen(
        [*COMMAND, "serve", str(MINI), "--defects", "tall-title", "--no-latency"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as serving:  # fmt: skip
        assert serving.stdout is not None
        url = serving.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(url + "item/one", timeout=10) as answer:  # noqa: S310
            assert "An offer for today" in answer.read().decode()
        serving.send_signal(signal.SIGINT)
        assert serving.wait(timeout=20) == 0


def test_a_browser_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SIMBENCH_CHROMIUM", str(tmp_path / "none"))
    with pytest.raises(OutsideFailure, match="SIMBENCH_CHROMIUM"):
        find_chromium()
    monkeypatch.delenv("SIMBENCH_CHROMIUM")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    with pytest.raises(OutsideFailure, match="playwright install chromium"):
        find_chromium()
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert find_chromium() == str(program)
    (tmp_path / "chromium-1234").mkdir()
    assert find_chromium() is None


def test_without_playwright_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "playwright" else object())
    with pytest.raises(OutsideFailure, match=r"simbench\[browser\]"):
        need_playwright()
