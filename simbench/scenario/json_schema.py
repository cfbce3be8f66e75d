"""The JSON Schema of the scenario language, for editors and other programs, and the closed vocabularies."""

from __future__ import annotations

from typing import Any, Final

from simbench.events import schema
from simbench.scenario.model import MEASURES, SCHEMA
from simbench.scenario.written import ScenarioFile
from simbench.visitor.persona.distribution import DISTRIBUTIONS
from simbench.visitor.persona.library import default_library

__all__ = ["scenario_schema", "vocabulary"]


def scenario_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a scenario's file."""
    made: dict[str, Any] = _tidy(ScenarioFile.model_json_schema(by_alias=True))
    parts = {**made.pop("$defs"), "Distribution": {"anyOf": _DISTRIBUTIONS}}
    parts["PersonaUse"]["properties"]["use"]["examples"] = default_library().names
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": SCHEMA,
        **made,
        "description": "A scenario: which site, which visitors, which defects, how recorded. See docs/scenario.md.",
        "$defs": {_short(name): parts[name] for name in sorted(parts, key=_short)},
    }


_DISTRIBUTIONS: Final = [{"$ref": f"#/$defs/{kind.__name__}"} for kind in DISTRIBUTIONS]
_REF: Final = "#/$defs/"


def _short(name: str) -> str:
    """The name of a part as readers of the schema see it; underscores and `Written` are our own affair."""
    return name.removeprefix("_").removesuffix("Written")


def _tidy(part: Any, *, names: bool = False) -> Any:
    """`part` without pydantic's titles, tags and empty defaults, and with all distributions under one name.

    `names` says that the keys of `part` are names of the language, not words of JSON Schema.
    """
    if isinstance(part, list):
        return [_tidy(item) for item in part]
    if not isinstance(part, dict):
        return part
    tidied: dict[str, Any] = {}
    for key, value in part.items():
        if not names and (key in ("title", "discriminator") or (key == "default" and value is None)):
            continue
        if key == "$ref":
            tidied[key] = _REF + _short(value.removeprefix(_REF))
        elif key == "oneOf" and not names and value[1:] == _DISTRIBUTIONS:
            tidied["anyOf"] = [_tidy(value[0]), {"$ref": f"{_REF}Distribution"}]
        else:
            tidied[key] = _tidy(value, names=not names and key in ("properties", "$defs"))
    return tidied


def vocabulary() -> dict[str, list[str]]:
    """The closed vocabularies: names that columns, findings and scenarios may hold."""
    return {
        "kinds": list(schema.KINDS),
        "lookalikes": list(schema.LOOKALIKES),
        "ambiguous_reasons": list(schema.AMBIGUOUS_REASONS),
        "survey_reasons": list(schema.SURVEY_REASONS),
        "page_findings": list(schema.PAGE_FINDINGS),
        "event_types": list(schema.EVENT_TYPES),
        "devices": list(schema.DEVICES),
        "sources": list(schema.SOURCES),
        "measures": list(MEASURES),
    }
