"""The run in plain words: what was simulated or recorded, who came, what remakes it, and where it comes from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from simbench import __version__
from simbench.errors import BadInput
from simbench.events.run import Run, sha256
from simbench.events.schema import EVENT_TYPES
from simbench.events.truth import Truth
from simbench.report.contents import Fact
from simbench.report.days import days_words, span_days
from simbench.report.planted import declared_defects
from simbench.report.words import DEVICE_ORDER, count_of, device_words, plain_name
from simbench.scenario.loading import load_scenario, resolve, scenario_names
from simbench.site.model import load_site
from simbench.site.places import scenarios_folder

__all__ = ["RunFacts", "run_facts"]

_NUMBERS: Final = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven",
                   "Twelve")  # fmt: skip
_ENGINES: Final = {
    "model": "model: visitors play against a captured model of the site, without a browser",
    "browser": "browser: visitors use the site in a real browser",
}
_MOST_NAMES: Final = 8
_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """What the head and the foot of a report say about its run."""

    name: str
    title: str
    lead: str
    simulated: bool
    zone: str
    facts: tuple[Fact, ...]
    details: tuple[tuple[str, str], ...]
    command: tuple[str, ...]
    command_note: str
    provenance: tuple[tuple[str, str], ...]


def run_facts(run: Run, truth: Truth | None, detectors: Sequence[str]) -> RunFacts:
    """Gather the facts of a run.

    Parameters
    ----------
    truth
        Of the run; None where there is none.
    detectors
        Names of the detectors that looked for something.
    """
    manifest = run.manifest
    scenario = _mapping(manifest.get("scenario"))
    simulated = bool(scenario)
    zone = str(scenario.get("timezone") or "UTC")
    name = str(manifest.get("name") or run.path.resolve().name)
    counts = _counts(run, truth)
    command, note = _command(run, name, scenario)
    title, lead = _headline(scenario, truth, counts["visits"], detectors, simulated=simulated)
    return RunFacts(
        name=name,
        title=title,
        lead=lead,
        simulated=simulated,
        zone=zone,
        facts=_facts(run, truth, counts, zone),
        details=_details(run, truth, scenario, zone),
        command=command,
        command_note=note,
        provenance=_provenance(run, scenario),
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _counts(run: Run, truth: Truth | None) -> dict[str, int]:
    sessions = run.table("sessions")
    events = _mapping(run.manifest.get("counts")).get("events")
    people = (truth.sessions if truth is not None else sessions)["visitor"].drop_null()
    return {
        "visits": truth.sessions.num_rows if truth is not None else sessions.num_rows,
        "recorded": sessions.num_rows,
        "visitors": len(people.unique()),
        "views": run.table("views").num_rows,
        "events": events if isinstance(events, int) else 0,
    }


def _headline(
    scenario: Mapping[str, Any], truth: Truth | None, visits: int, detectors: Sequence[str], *, simulated: bool
) -> tuple[str, str]:
    who = _detector_words(len(detectors))
    if not simulated:
        title = f"What {who} found in {count_of(visits, 'recorded visit')}"
        lead = "These are recordings, not a simulation. They show what people did; what they wanted, nobody wrote down."
        return title, lead
    site, about = _site(str(scenario.get("site") or ""))
    title = f"What {who} found in {count_of(visits, 'visit')} to {site}"
    broken = len(declared_defects(truth)) if truth is not None else 0
    things = (
        "in which nothing was broken on purpose" if not broken
        else f"in which {_number(broken).lower()} {'thing was' if broken == 1 else 'things were'} broken on purpose"
    )  # fmt: skip
    lead = (
        f"Simulated visitors used {site}{f' ({about})' if about else ''}, {things}. The detectors saw only what a "
        "session recorder would have seen. Here their findings are laid beside what each visitor really wanted, felt "
        "and met."
    )
    return title, lead


def _detector_words(number: int) -> str:
    return f"{_number(number).lower()} detector{'' if number == 1 else 's'}"


def _number(number: int) -> str:
    return _NUMBERS[number] if 0 <= number < len(_NUMBERS) else f"{number:,}"


def _site(site: str) -> tuple[str, str]:
    """Title of a fixture site, and what it is; of any other its folder's name."""
    if re.fullmatch(r"[A-Za-z0-9_-]{1,60}", site):
        try:
            known = load_site(site)
        except BadInput:
            return site, ""
        return known.title, _lower(known.about.split(";")[0].rstrip("."))
    return site.rstrip("/").rsplit("/", 1)[-1] or "a site", ""


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _facts(run: Run, truth: Truth | None, counts: Mapping[str, int], zone: str) -> tuple[Fact, ...]:
    starts = (truth.sessions if truth is not None else run.table("sessions"))["start"].drop_null().to_pylist()
    visits, recorded = counts["visits"], counts["recorded"]
    remark = ""
    if truth is not None:
        share = f"{100 * recorded / visits:.0f} %" if visits else "none"
        remark = "all recorded" if recorded == visits else f"{recorded:,} recorded ({share})"
    facts = [Fact(value=f"{visits:,}", what="visit" if visits == 1 else "visits", remark=remark)]
    if counts["visitors"]:
        again = visits / counts["visitors"]
        facts.append(
            Fact(
                value=f"{counts['visitors']:,}",
                what="visitor" if counts["visitors"] == 1 else "visitors",
                remark=f"{again:.1f} visits each" if again >= 1.05 else "one visit each",
            )
        )
    events = f"{counts['events']:,} events" if counts["events"] else ""
    views = counts["views"]
    facts.append(Fact(value=f"{views:,}", what="page view" if views == 1 else "page views", remark=events))
    if starts:
        first, last = min(starts), max(starts)
        days = span_days(first, last, zone)
        facts.append(Fact(value=f"{days:,}", what="day" if days == 1 else "days", remark=days_words(first, last, zone)))
    return tuple(facts)


def _details(run: Run, truth: Truth | None, scenario: Mapping[str, Any], zone: str) -> tuple[tuple[str, str], ...]:
    devices = run.table("sessions")["device"].to_pylist()
    order = {device: i for i, device in enumerate(DEVICE_ORDER)}
    details = []
    if devices:
        details.append(("Devices", _shares(devices, device_words, lambda d: (order.get(d or "", len(order)), d or ""))))
    if truth is not None:
        personas = truth.sessions["persona"].to_pylist()
        if personas:
            details.append(("Personas", _shares(personas, lambda p: plain_name(p or "unknown"))))
    if scenario:
        details.append(("Seed", f"{run.manifest.get('seed')}"))
        engine = str(run.manifest.get("engine"))
        details.append(("Engine", _ENGINES.get(engine, engine)))
        details.append(("Time zone", zone))
    elif run.manifest.get("from"):
        details.append(("Imported from", f"{run.manifest['from']} recordings"))
    return tuple(details)


def _shares(names: list[Any], words: Any, key: Any = None) -> str:
    """Names with their shares, the commonest first (or by `key`)."""
    counts = Counter(names)
    order = sorted(counts, key=key or (lambda name: (-counts[name], name or "")))
    shown = [f"{words(name)} {100 * counts[name] / len(names):.0f} %" for name in order[:_MOST_NAMES]]
    more = [f"{len(order) - _MOST_NAMES} more"] if len(order) > _MOST_NAMES else []
    return " · ".join([*shown, *more])


# -- how to make it again ---------------------------------------------------------------------------------------------


def _command(run: Run, name: str, scenario: Mapping[str, Any]) -> tuple[tuple[str, ...], str]:
    # These lines are made to be pasted into a shell: nothing from the run gets into them as it is.
    plain = name if _PLAIN.fullmatch(name) else "the-run"
    if not scenario:
        source = run.manifest.get("from")
        format_ = source if isinstance(source, str) and _PLAIN.fullmatch(source) else "FORMAT"
        return (
            (f"simbench import FILE... --from {format_} -o runs/{plain}", f"simbench report runs/{plain}"),
            "FILE... are the recordings that this run was made of; log.json in its folder names them.",
        )
    options = [f"--{key} {scenario[key]}" for key in ("sessions", "seed") if isinstance(scenario.get(key), int)]
    only = run.manifest.get("only")
    if isinstance(only, list) and only:
        options.append(f"--only {','.join(kind for kind in EVENT_TYPES if kind in only)}")
    if _is_shipped(name, scenario):
        file, note = plain, "Same commands, same version: the same run, byte for byte."
    else:
        file = f"{plain}.yaml"
        note = (
            f"{file} is the scenario of this run. Where it is lost: what stands under “scenario” in the run's "
            "manifest.json is the same scenario, and can be saved as such a file."
        )
    return (" ".join(["simbench run", file, *options, f"-o runs/{plain}"]), f"simbench report runs/{plain}"), note


def _is_shipped(name: str, scenario: Mapping[str, Any]) -> bool:
    """Whether the scenario is the one of this name that comes with simbench, but for what options say."""
    if name not in scenario_names():
        return False
    overrides = {key: scenario.get(key) for key in ("sessions", "seed", "engine")}
    try:
        known = load_scenario(scenarios_folder() / f"{name}.yaml", **overrides)
    except (BadInput, TypeError):
        return False
    return resolve(known) == dict(scenario)


def _provenance(run: Run, scenario: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    manifest = run.manifest
    versions = _mapping(manifest.get("versions"))
    rows = [
        ("Run made by", f"simbench {versions.get('simbench', 'of an unknown version')}"),
        ("Behaviour version", str(versions.get("behaviour") or "")),
        ("Report made by", f"simbench {__version__}"),
        ("Scenario", str(scenario.get("name") or "")),
        ("Site", str(scenario.get("site") or "")),
        ("Seed", str(manifest.get("seed") if scenario else "")),
        ("Begins", _start(scenario)),
        ("Schema of the run", str(manifest.get("schema") or "")),
        ("manifest.json, sha256", sha256(run.path / "manifest.json")),
    ]
    return tuple((what, value) for what, value in rows if value)


def _start(scenario: Mapping[str, Any]) -> str:
    start = scenario.get("start")
    return start.isoformat() if isinstance(start, datetime) else str(start or "")
