"""What the fits have in common: quantiles at the knots of `simbench.visitor.body.tables`, and how a fit is printed."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from simbench.errors import BadInput
from simbench.visitor.body.tables import KNOTS

__all__ = ["folder_asked_for", "knots", "normal_scores", "refit", "rewritten", "rounded", "show"]


def knots(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quantiles of `values` at the normal scores of a table; the outermost never beyond the 10th value from the end."""
    shares = ndtr(np.array(KNOTS))
    least = min(10.0 / max(values.size, 20), 0.25)
    return np.asarray(np.quantile(values, np.clip(shares, least, 1.0 - least)))


def normal_scores(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Normal scores of the ranks of `values`, ties broken by order."""
    ranks = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    return np.asarray(ndtri((ranks + 0.5) / values.size))


def rounded(value: Any) -> Any:
    """Floats to four significant digits, arrays as lists."""
    if isinstance(value, np.ndarray):
        return [rounded(float(v)) for v in value]
    return float(f"{float(value):.4g}")


def folder_asked_for(about: str | None) -> Path:
    """The folder given as ``--data`` on the command line."""
    options = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True, help="folder of recordings of people (docs/realism.md)")
    folder: Path = options.parse_args().data
    return folder


def show(fitted: dict[str, object]) -> None:
    """Print a fit as YAML, lists on one line each."""
    yaml.safe_dump(fitted, sys.stdout, sort_keys=False, default_flow_style=None, width=4000)


def rewritten(text: str, fitted: dict[str, Any]) -> str:
    """A parameter file's `text` with the values of `fitted` put where they belong, and all else left as it stands.

    Each value stands on a line of its own, after its name; comments stay. A line marked ``# by hand`` keeps its value,
    and so does whatever `fitted` does not name. New names are not added: a parameter is first written by hand.

    Raises
    ------
    BadInput
        `fitted` holds a number that has no line in the file.
    """
    left = dict(_flat(fitted))
    lines: list[str] = []
    path: list[str] = []
    for line in text.splitlines():
        found = _LINE.match(line)
        if found is not None:
            path = [*path[: len(found["indent"]) // 2], found["name"]]
            name = "/".join(path)
            if name in left:
                value = left.pop(name)
                if not line.rstrip().endswith(_BY_HAND):
                    written = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=4000).strip()
                    line = f"{found['indent']}{found['name']}: {written.removesuffix('...').strip()}"  # noqa: PLW2901
        lines.append(line)
    if left:
        raise BadInput(f"the parameter file has no line for {', '.join(sorted(left))}")
    return "\n".join(lines) + "\n"


_BY_HAND = "# by hand"
_LINE = re.compile(r"(?P<indent> *)(?P<name>[a-z_]+):")


def _flat(fitted: dict[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Values by path; a table whose names are numbers is one value, as are the small ones that stand on one line."""
    for name, value in fitted.items():
        if isinstance(value, dict) and name not in _ON_ONE_LINE:
            yield from _flat(value, f"{path}{name}/")
        else:
            yield f"{path}{name}", value


_ON_ONE_LINE = ("device_shares", "notch_px", "key_shares", "of", "with_interval")


def refit(about: str | None, name: str, fit: Callable[[Path], dict[str, Any]]) -> None:
    """A fit's command line: prints the parameter file ``NAME.yaml`` of the body with what was fitted put into it."""
    folder = folder_asked_for(about)
    text = (files("simbench.visitor.body") / f"{name}.yaml").read_text(encoding="utf-8")
    sys.stdout.write(rewritten(text, fit(folder)))
