"""What the fits have in common: quantiles at the knots of `simbench.visitor.body.tables`, and how a fit is printed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from simbench.visitor.body.tables import KNOTS

__all__ = ["folder_asked_for", "knots", "normal_scores", "rounded", "show"]


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
