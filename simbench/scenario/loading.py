"""From a scenario's file to a `Scenario`: found, read, checked, and everything resolved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from simbench.errors import BadInput
from simbench.events.problems import printable
from simbench.events.yaml_source import YamlSource, did_you_mean, read_yaml, validation_problems
from simbench.scenario.checks import check
from simbench.scenario.extending import called, resolved_patch
from simbench.scenario.model import MAX_SESSIONS, Scenario
from simbench.scenario.site_reference import refer_to_site
from simbench.scenario.written import ScenarioFile, settle
from simbench.site.places import scenarios_folder
from simbench.visitor.persona.library import PersonaLibrary, default_library

__all__ = ["find_scenario", "load_scenario", "resolve", "scenario_names", "scenario_of"]


def scenario_names() -> list[str]:
    """Names of the scenarios that simbench brings along, sorted."""
    return sorted(path.stem for path in scenarios_folder().glob("*.yaml"))


def find_scenario(name_or_path: str | Path) -> Path:
    """The file of a scenario, given its path, or the name of one that simbench brings along.

    Raises
    ------
    BadInput
        There is no such file; the message names those that there are.
    """
    text = str(name_or_path)
    path = Path(name_or_path)
    try:
        exists = path.exists()
    except (OSError, ValueError):  # a name that is too long, or holds a NUL
        exists = False
    if exists:
        return path
    known = scenario_names()
    name = text.removesuffix(".yaml").removesuffix(".yml")
    if name in known:
        return scenarios_folder() / f"{name}.yaml"
    beside = _files_beside(path)
    if "/" in text or "\\" in text:
        near = did_you_mean(text, beside)
        mend = near if near.startswith("did") else "check the name and the folder"
    else:
        mend = did_you_mean(name, [*known, *beside])
    raise BadInput(f"{printable(text)}: there is no such scenario; {mend}")


def _files_beside(path: Path) -> list[str]:
    """YAML files in the folder of `path`, in case one of them is meant."""
    try:
        return sorted(str(path.parent / other.name) for other in path.parent.glob("*.y*ml"))
    except (OSError, ValueError):
        return []


def load_scenario(
    name_or_path: str | Path,
    *,
    sessions: int | None = None,
    seed: int | None = None,
    engine: str | None = None,
    library: PersonaLibrary | None = None,
) -> Scenario:
    """Read a scenario, check it, and resolve it.

    Parameters
    ----------
    name_or_path
        A file, or the name of a scenario that simbench brings along.
    sessions, seed, engine
        Take the place of what the file says (`--sessions`, `--seed`, `--engine`).
    library
        Personas; those that simbench brings along when left out.

    Raises
    ------
    BadInput
        With all problems of the file, one line each: `file:line: key.path: what is wrong; mend`.

    Examples
    --------
    >>> load_scenario("shop-baseline", sessions=100).sessions
    100
    """
    path = find_scenario(name_or_path)
    return scenario_of(
        read_yaml(path), folder=path.parent, sessions=sessions, seed=seed, engine=engine, library=library
    )


def scenario_of(
    source: YamlSource,
    *,
    folder: Path,
    sessions: int | None = None,
    seed: int | None = None,
    engine: str | None = None,
    library: PersonaLibrary | None = None,
) -> Scenario:
    """Check and resolve a scenario that was read already; paths in it count from `folder`.

    Raises
    ------
    BadInput
        As `load_scenario`.
    """
    library = library or default_library()
    overrides = _overrides(sessions=sessions, seed=seed, engine=engine)
    problems = []
    written: ScenarioFile | None = None
    try:
        written = ScenarioFile.model_validate(source.tree)
    except ValidationError as error:
        problems += validation_problems(error, source, ScenarioFile)
    named = source.tree.get("site")
    site = refer_to_site(named, folder) if isinstance(named, str) and named else None
    if site is not None and site.problem:
        problems.append(source.problem(("site",), site.problem))
    problems += check(source, library, site.declaration if site is not None else None)
    try:
        source.fail(problems)
    except BadInput as error:
        raise BadInput(*error.problems, *(site.details if site is not None else ())) from None
    assert written is not None and site is not None  # else there were problems
    tree = {**source.tree, **overrides}
    tree = settle(written, tree, tree["seed"])
    tree["personas"] = [
        {
            **library.filled(*resolved_patch(entry, tree["personas"], library)),
            "name": called(entry),
            "share": entry["share"],
        }
        for entry in tree["personas"]
    ]
    return Scenario.model_validate({**tree, "site_folder": site.folder})


def _overrides(**wanted: Any) -> dict[str, Any]:
    """What the command line says instead of the file; checked here, for no line of the file is to blame."""
    said = {name: value for name, value in wanted.items() if value is not None}
    sessions, seed, engine = said.get("sessions", 1), said.get("seed", 0), said.get("engine", "model")
    problems = []
    if not 1 <= sessions <= MAX_SESSIONS:
        problems.append(f"--sessions: must lie between 1 and {MAX_SESSIONS:,}, but is {sessions}; change it")
    if not 0 <= seed < 2**63:
        problems.append(f"--seed: must lie between 0 and 2^63 - 1, but is {seed}; change it")
    if engine not in ("model", "browser"):
        problems.append(f'--engine: there is no engine "{engine}"; it is one of: model, browser')
    if problems:
        raise BadInput(*problems)
    return said


def resolve(scenario: Scenario) -> dict[str, Any]:
    """`scenario` as a plain dict for JSON, as the manifest keeps it; `Scenario.model_validate` reads it back."""
    return scenario.model_dump(mode="json", by_alias=True, exclude_none=True)
