"""Read a `site.yaml` and check it, with every problem told at once."""

from __future__ import annotations

from pathlib import Path

from simbench.events.yaml_source import load_model
from simbench.site.cross_check import cross_check
from simbench.site.declaration import Declaration

__all__ = ["load_declaration"]


def load_declaration(folder: Path) -> Declaration:
    """The declaration of the site in `folder`, which must hold a `site.yaml`.

    Raises
    ------
    BadInput
        The file is missing or wrong; one line a problem: ``file:line: key.path: what; mend``.
    """
    declaration, source = load_model(folder / "site.yaml", Declaration)
    source.fail(source.problem(at, text) for at, text in cross_check(declaration, folder))
    return declaration
