"""Holds, gaps and distances of clicks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simbench.study.realism.clicks import DESKTOP_CLICKS, WEB_CLICKS, click_times, presses
from simbench.study.realism.groups import everybody


def test_a_press_lasts_until_its_release_and_gaps_stay_within_a_session() -> None:
    t = np.array([0.0, 90, 200, 310, 1000, 0, 50])
    down = np.array([True, False, True, False, True, True, False])
    session = np.array([0, 0, 0, 0, 0, 1, 1])
    side = presses(session, t, np.zeros(7), np.zeros(7), down, ~down)
    assert side.numbers["press to release"].values.tolist() == [90, 110, 50]  # the press at 1000 is never released
    assert side.numbers["presses under 500 ms apart"].values.tolist() == [200]
    assert side.numbers["presses that follow within 300 ms"].values.tolist() == [1, 0]
    assert len(side.samples["clicks"].values) == 1  # the press at 200 has both a hold and a press before it


def test_a_click_lies_where_the_pointer_was_last_in_its_session() -> None:
    x = np.array([10.0, np.nan, 40, np.nan, np.nan])
    y = np.array([10.0, np.nan, 50, np.nan, np.nan])
    t = np.array([0.0, 5, 2000, 4005, 10])
    side = click_times(np.array([0, 0, 0, 0, 1]), t, x, y, np.isnan(x))
    assert side.numbers["time between clicks"].values.tolist() == [4.0]
    assert side.samples["clicks"].values[0].tolist() == pytest.approx([np.log(4), np.log1p(50)])


def test_files_are_read(people: Path) -> None:
    web = WEB_CLICKS.people(people / "human" / "web_mouse.csv.gz", everybody)
    assert web.numbers["time between clicks"].values.size == 12 * 5
    work = DESKTOP_CLICKS.people(people / "human" / "desktop_mouse.csv.gz", everybody)
    hold = work.numbers["press to release"].values
    assert 60 <= hold.min() <= hold.max() < 160
    assert np.unique(work.numbers["press to release"].person).size == 6
