"""Read a `site.yaml` and check it, with every problem told at once."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import ValidationError

from simbench.errors import BadInput
from simbench.site.declaration import Declaration

__all__ = ["load_declaration"]


def load_declaration(folder: Path) -> Declaration:
    """The declaration of the site in `folder`.

    Raises
    ------
    BadInput
        The file is missing or wrong; one line a problem.
    """
    path = folder / "site.yaml"
    try:
        tree = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Declaration.model_validate(tree)
    except ValidationError as error:
        raise BadInput(*(f"{path}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())) from error
