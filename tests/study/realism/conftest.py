"""People who never were: recordings in the layout of `docs/studies.md`, made up here, so that no test needs a real one."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from simbench.study.realism import two_sample

Floats = NDArray[np.float64]


def wobbly(random: np.random.Generator, distance: float) -> tuple[Floats, Floats]:
    """A movement no generator of the study makes: uneven strokes that bend and stop, one position a frame."""
    frames = int(np.clip(random.lognormal(3.9, 0.6), 12, 240))
    speed = np.abs(np.cumsum(random.normal(0, 1, frames))) + random.uniform(0, 2, frames)
    speed[random.random(frames) < 0.1] = 0.0
    heading = random.uniform(0, 2 * np.pi) + np.cumsum(random.normal(0, 0.15, frames))
    step = speed / speed.sum() * distance * random.uniform(1.05, 2.5)
    return np.cumsum(step * np.cos(heading)), np.cumsum(step * np.sin(heading))


def web_mouse(sessions: int, movements: int, seed: int) -> str:
    """Text of a web_mouse file."""
    random = np.random.default_rng(seed)
    lines = ["session,t_ms,x,y,ev"]
    for session in range(sessions):
        now = 0.0
        for number in range(movements):
            x, y = wobbly(random, random.lognormal(5.6, 0.7))
            t = now + np.rint(np.arange(x.size) * 1000 / 60 + random.normal(0, 0.7, x.size))
            px, py = np.rint(x + 700), np.rint(y + 500)
            moved = np.ones(px.size, dtype=bool)
            moved[1:] = (np.diff(px) != 0) | (np.diff(py) != 0)
            lines += [f"s{seed}-{session},{int(a)},{b:.1f},{c:.1f},m"
                      for a, b, c in zip(t[moved], px[moved], py[moved], strict=True)]  # fmt: skip
            now = float(t[-1])
            if number % 5 == 4:
                lines.append(f"s{seed}-{session},{int(now)},,,cl")
            now += random.uniform(200, 900)
    return "\n".join(lines) + "\n"


def desktop_mouse(sessions: int, presses: int, seed: int) -> str:
    """Text of a desktop_mouse file."""
    random = np.random.default_rng(seed)
    lines = ["user,session,t_ms,button,state,x,y"]
    for session in range(sessions):
        now, x, y = 0, 500, 400
        for _ in range(presses):
            for _ in range(12):
                now += 16
                x, y = x + int(random.integers(-25, 40)), y + int(random.integers(-20, 21))
                lines.append(f"u,{session},{now},NoButton,Move,{x},{y}")
            for _ in range(1 + (random.random() < 0.2)):
                held = int(random.integers(60, 160))
                lines.append(f"u,{session},{now},Left,Pressed,{x},{y}")
                lines.append(f"u,{session},{now + held},Left,Released,{x},{y}")
                now += held + int(random.integers(80, 250))
            now += 900
    return "\n".join(lines) + "\n"


def shop_sessions(visits: int, seed: int) -> str:
    """Text of a shop_sessions file."""
    random = np.random.default_rng(seed)
    lines = ["Administrative,Informational,ProductRelated,ProductRelated_Duration,Revenue"]
    for _ in range(visits):
        pages = int(random.integers(0, 30))
        lines.append(f"1,0,{pages},{pages * random.uniform(5, 40):.1f},{random.random() < 0.15}")
    return "\n".join(lines) + "\n"


def write(path: Path, text: str) -> None:
    """Write `text` as gzip."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode(), 1))


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of a dozen made-up people, with bots beside it."""
    root = tmp_path_factory.mktemp("people")
    write(root / "human" / "web_mouse.csv.gz", web_mouse(12, 30, 1))
    write(root / "human" / "desktop_mouse.csv.gz", desktop_mouse(6, 60, 2))
    write(root / "human" / "shop_sessions.csv.gz", shop_sessions(300, 3))
    write(root / "bots" / "web_mouse_simple.csv.gz", web_mouse(6, 20, 4))
    return root


@pytest.fixture
def small_forests(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fifth of the trees: enough to tell minimum jerk from anything."""
    monkeypatch.setattr(two_sample, "_TREES", 30)


@pytest.fixture
def write_people(tmp_path: Path) -> Callable[[str, bytes], Path]:
    """Writes one file of a folder as it is given, and returns the folder."""

    def writing(name: str, content: bytes) -> Path:
        (tmp_path / name).write_bytes(content)
        return tmp_path

    return writing
