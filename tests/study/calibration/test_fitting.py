from importlib.resources import files

import pytest

from simbench.errors import BadInput
from simbench.study.calibration.fitting import rewritten

TEXT = """# About.
speed: 1.5
wheel:
  goes_on: [1.0, 2.0]
  step:
    rest: 0.3  # by hand
    quantiles: [1.0, 2.0]
finger:
  goes_on: [3.0]
"""


@pytest.mark.parametrize("name", ["scrolling", "keyboard", "touch"])
def test_a_fit_of_nothing_leaves_a_parameter_file_as_it_is(name: str) -> None:
    text = (files("simbench.visitor.body") / f"{name}.yaml").read_text(encoding="utf-8")
    assert rewritten(text, {}) == text


def test_what_was_fitted_replaces_its_line_and_what_was_set_by_hand_stays() -> None:
    fitted = {"wheel": {"goes_on": [5.0], "step": {"rest": 0.9, "quantiles": [4.0, 5.0]}}}
    assert rewritten(TEXT, fitted) == TEXT.replace("[1.0, 2.0]\n  step", "[5.0]\n  step").replace(
        "quantiles: [1.0, 2.0]", "quantiles: [4.0, 5.0]"
    )


def test_a_number_without_a_line_is_an_error() -> None:
    with pytest.raises(BadInput, match="no line for wheel/pause"):
        rewritten(TEXT, {"wheel": {"pause": [1.0]}})
