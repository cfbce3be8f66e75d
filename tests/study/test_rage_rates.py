"""The vendors' rage rules on clicks whose answer is plain, and the office that they are tried on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simbench.errors import BadInput
from simbench.study.desktop_clicks import bursts, calibration_half, read_desktop_clicks
from simbench.study.office_work import BURSTS, office_work
from simbench.study.rage_rates import REAL, RULES, firings, study_rage_rates
from simbench.study.study import Request

BY_NAME = {rule.name: rule for rule in RULES}


def fired(name: str, *gaps: float, step: float = 0.0) -> list[int]:
    time = np.cumsum([0.0, *gaps])
    return firings(BY_NAME[name], time, np.arange(len(time)) * step, np.zeros(len(time))).tolist()


@pytest.mark.parametrize(
    ("rule", "gaps", "step", "places"),
    [
        ("OpenReplay", [299, 299], 0, [2]),
        ("OpenReplay", [300, 299], 0, []),
        ("Amplitude", [333, 333, 334], 0, [3]),
        ("Amplitude", [333, 333, 335], 0, []),
        ("Amplitude", [100, 100, 100], 17, []),  # 51 px from first to last
        ("Splunk, New Relic", [300, 300, 300], 500, [3]),
        ("Splunk, New Relic", [300, 300, 400], 0, []),
        ("Mixpanel", [900, 900, 900], 29, [3]),
        ("Mixpanel", [900, 900, 900], 30, []),
        ("Datadog", [500, 500], 100, [2]),
        ("Datadog", [500, 501], 0, []),
        ("Datadog", [500, 500], 101, []),
        ("PostHog", [999, 999], 29, [2]),
        ("PostHog", [999, 1000], 0, []),
        ("3 in 7 s", [3000, 3999], 0, [2]),
        ("3 in 7 s", [3000, 4000], 0, []),
    ],
)
def test_a_rule_at_its_edge(rule: str, gaps: list[float], step: float, places: list[int]) -> None:
    assert fired(rule, *gaps, step=step) == places


def test_a_rule_begins_anew_once_it_has_fired() -> None:
    assert fired("PostHog", *[200] * 8) == [2, 5, 8]
    assert fired("Mixpanel", *[200] * 8) == [3, 7]


def test_every_rule_has_a_figure() -> None:
    assert set(BY_NAME) == set(REAL)


def test_manhattan_is_longer_than_euclid() -> None:
    time, x = np.array([0.0, 100.0, 200.0, 300.0]), np.array([0.0, 20.0, 40.0, 60.0])
    assert firings(BY_NAME["Mixpanel"], time, x, x).size == 1  # 28 px a step
    assert firings(BY_NAME["PostHog"], time, x, x).size == 0  # 40 px a step


def test_the_office_has_the_bursts_that_it_was_fitted_to() -> None:
    sizes = np.bincount(bursts(office_work(12, 4000, 3)))
    assert (sizes == 1).mean() == pytest.approx(BURSTS["1"], abs=0.03)
    assert (sizes == 2).mean() == pytest.approx(BURSTS["2"], abs=0.03)
    assert (sizes == 3).mean() == pytest.approx(BURSTS["3"], abs=0.006)
    assert (sizes >= 4).mean() == pytest.approx(BURSTS["4+"], abs=0.008)


def test_the_office_is_the_same_for_the_same_seed() -> None:
    one, two, other = office_work(2, 300, 1), office_work(2, 300, 1), office_work(2, 300, 2)
    assert np.array_equal(one.time_ms, two.time_ms) and not np.array_equal(one.time_ms[:200], other.time_ms[:200])
    assert (np.diff(one.time_ms)[np.diff(one.session) == 0] >= 0).all()


def test_the_study_says_whether_rates_lie_inside() -> None:
    outcome = study_rage_rates(Request(size=0.1, seed=5))
    assert set(outcome.document["rules"]) == set(REAL)
    assert outcome.held == all(entry["inside"] for entry in outcome.document["rules"].values())
    assert outcome.pictures["rage_rates.png"].startswith(b"\x89PNG")


def test_recordings_that_are_missing_or_alien_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such file"):
        read_desktop_clicks(tmp_path)
    (tmp_path / "desktop_mouse.csv.gz").write_bytes(b"not gzip")
    with pytest.raises(BadInput, match="is not a table"):
        read_desktop_clicks(tmp_path)


def test_halves_share_no_session() -> None:
    clicks = office_work(5, 50, 1)
    half = calibration_half(clicks)
    assert not set(clicks.session[half]) & set(clicks.session[~half])
