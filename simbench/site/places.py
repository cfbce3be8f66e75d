"""Where fixture sites and scenarios stand: at the top of a checkout, or inside the installed package."""

from __future__ import annotations

import difflib
from pathlib import Path

import simbench
from simbench.errors import BadInput

__all__ = ["find_site", "scenarios_folder", "site_names", "sites_folder"]


def _data_folder(name: str) -> Path:
    package = Path(simbench.__file__).resolve().parent
    checkout = package.parent / name
    return checkout if checkout.is_dir() else package / "_data" / name


def sites_folder() -> Path:
    """The folder that holds the fixture sites."""
    return _data_folder("fixture_sites")


def scenarios_folder() -> Path:
    """The folder that holds the scenarios."""
    return _data_folder("scenarios")


def site_names() -> list[str]:
    """Names of the fixture sites, sorted."""
    return sorted(path.parent.name for path in sites_folder().glob("*/site.yaml"))


def find_site(name_or_path: str | Path) -> Path:
    """The folder of a site, given its name or a path (to the folder or to its `site.yaml`).

    Raises
    ------
    BadInput
        There is no such site; the message names those that there are.
    """
    text = str(name_or_path)
    if "/" not in text and "\\" not in text and (sites_folder() / text / "site.yaml").is_file():
        return sites_folder() / text
    path = Path(name_or_path)
    if path.name == "site.yaml" and path.is_file():
        return path.parent
    if (path / "site.yaml").is_file():
        return path
    if path.is_dir():
        raise BadInput(f"{path}: is not a site: it has no site.yaml; see `docs/site.md` for what one holds")
    near = difflib.get_close_matches(text, site_names(), n=1)
    hint = f"did you mean {near[0]}?" if near else "give a folder, or one of: " + ", ".join(site_names())
    raise BadInput(f"{text}: no such site; {hint}")
