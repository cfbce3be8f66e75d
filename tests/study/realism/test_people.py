"""Reading recordings of people: any layout that is declared, and one clear line for whatever is wrong."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from simbench.errors import BadInput
from simbench.study.realism.people import PeopleFolder, read_columns

Write = Callable[[str, bytes], Path]
WEB = b"session,t_ms,x,y,ev\na,0,1.0,2.0,m\na,16,2.0,2.0,m\na,16,,,cl\n"


def test_a_folder_is_found_by_its_parent_with_the_bots_beside_it(people: Path) -> None:
    for data in (people, people / "human"):
        folder = PeopleFolder.open(data)
        assert set(folder.files) == {"web_mouse", "desktop_mouse", "shop_sessions"}
        assert folder.missing == ["reading_scroll", "news_dwell", "typing", "touch_strokes"]
        assert set(folder.bots) == {"simple"}


def test_bots_may_lie_in_the_folder_itself_or_not_at_all(write_people: Write) -> None:
    root = write_people("web_mouse.csv.gz", gzip.compress(WEB))
    assert not PeopleFolder.open(root).bots
    (root / "bots").mkdir()
    write_people("bots/web_mouse_x.csv.gz", gzip.compress(WEB))
    assert set(PeopleFolder.open(root).bots) == {"x"}


def test_a_folder_without_recordings_says_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"holds no recordings of people; expected at least one of web_mouse\.csv\.gz"):
        PeopleFolder.open(tmp_path)


def test_columns_come_by_name_and_holes_are_left_out(write_people: Write) -> None:
    root = write_people("web_mouse.csv.gz", gzip.compress(WEB + b"b,x?,1,1,m\n".replace(b"x?", b"")))
    numbers, words = read_columns(root / "web_mouse.csv.gz", numbers=("t_ms",), sparse=("x",), texts=("session",))
    assert numbers["t_ms"].tolist() == [0.0, 16.0, 16.0]
    assert np.isnan(numbers["x"][2])
    assert words["session"].tolist() == ["a", "a", "a"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "cannot be read as CSV"),
        (gzip.compress(b""), "cannot be read as CSV"),
        (gzip.compress(WEB)[:-12], "cannot be read as CSV"),
        (WEB, "cannot be read as CSV"),  # not compressed, whatever its name says
        (gzip.compress(bytes(range(256)) * 40), "web_mouse.csv.gz"),
        (gzip.compress(b"session,t_ms,x,y,ev\n"), "holds no row"),
        (gzip.compress(b"session,t_ms,x,ev\na,0,1,m\n"), "lacks a column"),
        (gzip.compress(b"session,t_ms,x,y,ev\na,soon,1,2,m\n"), "cannot be read as CSV"),
        (gzip.compress(b"session,t_ms,x,y,ev\na,0,1,2,m,7\n"), "cannot be read as CSV"),
        (gzip.compress(b"session,t_ms,x,y,ev\na,inf,1,2,m\n"), "holds no row"),
        (gzip.compress(b"session,t_ms,x,y,ev\n\xff\xfe,0,1,2,m\n"), "cannot be read as CSV"),
    ],
)
def test_broken_files_get_one_clear_line(write_people: Write, content: bytes, said: str) -> None:
    path = write_people("web_mouse.csv.gz", content) / "web_mouse.csv.gz"
    with pytest.raises(BadInput, match=said) as raised:
        read_columns(path, numbers=("t_ms",), sparse=("x", "y"), texts=("session", "ev"))
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 500
