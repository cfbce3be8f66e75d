"""What campaigns promise, and what becomes a planted mismatch between an advertisement and its landing page.

A promise is kept by a page when one of its elements says all of the promised words. Whether it does stands in the
captured site, so nobody declares it: a campaign whose landing page does not keep its promise is a planted defect with
the finding `landing_mismatch`, and its id is the cause of what it does to visitors.
"""

from __future__ import annotations

from typing import Any, Final

from simbench.events.schema import DEVICES
from simbench.scenario.model import Campaign, Scenario
from simbench.site.model import Site
from simbench.visitor.memory import Promise

__all__ = ["ANY_AD", "mismatch_rows", "promises_of"]

#: A paid link of no campaign of the scenario, for something that the site does not have (the dial `ad_mismatch`).
ANY_AD: Final = Promise(id="mismatch-ads", words=())


def promises_of(scenario: Scenario) -> list[Promise | None]:
    """The promise of each campaign, in the scenario's order."""
    return [
        Promise(id=f"mismatch-{campaign.name}", words=Promise.words_of(campaign.promise)) if campaign.promise else None
        for campaign in scenario.campaigns
    ]


def mismatch_rows(scenario: Scenario, site: Site) -> list[dict[str, Any]]:
    """Rows of `truth/defects.json` for promises that are not kept where their links lead."""
    rows = []
    for campaign, promise in zip(scenario.campaigns, promises_of(scenario), strict=True):
        devices = _where_broken(site, campaign, promise) if promise is not None else []
        if promise is not None and devices:
            begin, end = campaign.from_, campaign.until
            rows.append(_row(
                promise.id, site.page_of(campaign.landing), devices,
                f"The campaign {campaign.name} promises {campaign.promise!r}, and its landing page has no such thing.",
                begin.isoformat().replace("+00:00", "Z") if begin is not None else None,
                end.isoformat().replace("+00:00", "Z") if end is not None else None,
            ))  # fmt: skip
    if any(persona.share > 0 and persona.ad_mismatch != 0 for persona in scenario.personas):
        about = "Paid links outside of the scenario's campaigns promise what the site does not have."
        rows.append(_row(ANY_AD.id, None, list(DEVICES), about, None, None))
    return rows


def _where_broken(site: Site, campaign: Campaign, promise: Promise) -> list[str]:
    """Devices on which the landing page does not keep the promise in any captured window."""
    page = site.page_of(campaign.landing)
    devices = []
    for device in DEVICES:
        windows = [viewport.name for viewport in site.viewports if viewport.device == device]
        said = (e.text for name in windows for e in site.snapshot(page, "fresh", name).elements if e.w > 0 and e.h > 0)
        if windows and not any(promise.kept_by(text) for text in said):
            devices.append(device)
    return devices


def _row(
    name: str, page: str | None, devices: list[str], about: str, begin: str | None, end: str | None
) -> dict[str, Any]:
    return {
        "id": name, "finding": "landing_mismatch", "page": page, "state": "fresh", "target": None, "devices": devices,
        "variant": None, "about": about, "from": begin, "until": end,
    }  # fmt: skip
