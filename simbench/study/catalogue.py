"""All studies by name; a study is imported when it is asked for."""

from __future__ import annotations

import importlib
from typing import Final

from simbench.errors import BadInput
from simbench.study.study import Study

__all__ = ["STUDIES", "find_study"]

#: Name to the module that holds its `STUDY`.
STUDIES: Final[dict[str, str]] = {
    "realism": "simbench.study.realism.study",
    "dials": "simbench.study.dials",
    "one-liners": "simbench.study.one_liners",
    "leaks": "simbench.study.leaks",
    "shares": "simbench.study.shares",
    "rage-rates": "simbench.study.rage_rates",
    "calibration-pointer": "simbench.study.calibration.pointer",
}


def find_study(name: str) -> Study:
    """The study called `name`.

    Raises
    ------
    BadInput
        There is none.
    """
    if name not in STUDIES:
        raise BadInput(f"there is no study {name!r}; there are: {', '.join(STUDIES) or 'none'}")
    study: Study = importlib.import_module(STUDIES[name]).STUDY
    return study
