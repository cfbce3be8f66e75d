"""A site of one page and scenarios on it, for tests of what does not depend on pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from simbench.scenario.model import Scenario
from simbench.site.declaration import Declaration
from simbench.site.model import Site
from simbench.visitor.persona.library import default_library

_GOAL = {"steps": [{"page": "/", "reach": {"page": "/"}}]}


def small_site(*, captured: list[str] | None = None, server_ms: float = 140.0) -> Site:
    """One page, three goals, three defects (one on phones only)."""
    everywhere = ["desktop", "tablet", "mobile"]
    defects = {"first": everywhere, "second": everywhere, "phones-only": ["mobile"]}
    declared = Declaration.model_validate(
        {
            "schema": "simbench.site/1",
            "name": "small",
            "title": "Small",
            "about": "One page.",
            "pages": [{"page": "/", "file": "home.html", "url": "/", "kind": "home", "server_ms": server_ms}],
            "goals": {"buy": _GOAL, "browse": _GOAL, "check": _GOAL},
            "defects": [
                {
                    "id": name,
                    "finding": "dead_image",
                    "page": "/",
                    "target": "#photo",
                    "about": "A test.",
                    "css": "a.css",
                    "devices": devices,
                }
                for name, devices in defects.items()
            ],
        }
    )
    return Site(
        name=declared.name,
        title=declared.title,
        about=declared.about,
        folder=Path("small"),
        pages=tuple(declared.pages),
        server=(),
        forms=(),
        funnel=(),
        ctas=(),
        goals=declared.goals,
        interests=(),
        defects=tuple(declared.defects),
        _index={"viewports": captured or []},
    )


def persona(name: str, share: float, **changes: Any) -> dict[str, Any]:
    """A persona with all dials of the library's default."""
    plain = {
        "name": name,
        "device": {"desktop": 0.5, "tablet": 0.1, "mobile": 0.4},
        "source": {"organic": 0.6, "paid": 0.1, "direct": 0.3},
        "visitor_type": {"new": 0.7, "returning": 0.3},
        "goal": {"buy": 0.5, "browse": 0.3, "check": 0.2},
        "country": {"DE": 0.8, "SE": 0.2},
        "consent": 0.8,
    }
    return {**default_library().filled({**plain, **changes}), "share": share}


def small_scenario(**changes: Any) -> Scenario:
    """Two personas on the small site, 500 visits a day from Monday 2026-03-02 on, Berlin time."""
    plain: dict[str, Any] = {
        "schema": "simbench.scenario/1",
        "name": "small",
        "site": "small",
        "seed": 7,
        "sessions": 20_000,
        "start": "2026-03-01T23:00:00Z",
        "timezone": "Europe/Berlin",
        "personas": [persona("walk-in", 0.6), persona("regular", 0.4, visitor_type={"new": 0.1, "returning": 0.9})],
    }
    return Scenario.model_validate({**plain, **changes})
