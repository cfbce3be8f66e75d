"""The site that a scenario names: a fixture site, or a folder beside the scenario."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from simbench.errors import BadInput
from simbench.events.yaml_source import did_you_mean, show_value
from simbench.site.declaration import Declaration
from simbench.site.loading import load_declaration
from simbench.site.places import site_names, sites_folder

__all__ = ["SiteReference", "refer_to_site"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteReference:
    """A site as a scenario names it.

    `declaration` is None where the site is unknown or its own `site.yaml` is wrong; `problem` says which, for the key
    `site`, and `details` are the problems of `site.yaml`, a line each.
    """

    name: str
    declaration: Declaration | None = None
    #: The folder, where the scenario names it by a path.
    folder: Path | None = None
    problem: str = ""
    details: tuple[str, ...] = ()


def refer_to_site(name: str, scenario_folder: Path) -> SiteReference:
    """Look up the site `name`: a fixture site, or a path from `scenario_folder` (with a slash, or a folder there)."""
    is_path = "/" in name or "\\" in name or name.startswith(".")
    if not is_path and name in site_names():
        return _declared(name, sites_folder() / name, None)
    try:
        folder = (scenario_folder / name).resolve()
        there = (folder / "site.yaml").is_file()
        is_folder = folder.is_dir()
    except (OSError, ValueError, RuntimeError):
        return SiteReference(name=name, problem=f"{show_value(name)} is not a usable path; correct it")
    if there:
        return _declared(name, folder, folder)
    if is_path:
        lacks = "the folder has no site.yaml" if is_folder else "there is no such folder"
        problem = f"{show_value(name)} is not a site ({lacks}; paths count from the scenario's folder); correct it"
        return SiteReference(name=name, problem=problem)
    known = did_you_mean(name, site_names())
    return SiteReference(name=name, problem=f"there is no site {show_value(name)}; {known}")


def _declared(name: str, folder: Path, named_folder: Path | None) -> SiteReference:
    try:
        return SiteReference(name=name, declaration=load_declaration(folder), folder=named_folder)
    except BadInput as error:
        count = len(error.problems)
        problem = f"its site.yaml has {count} problem{'s' if count > 1 else ''}, told below; mend it"
        return SiteReference(name=name, folder=named_folder, problem=problem, details=tuple(error.problems))
