"""The fixture site `shop`, served and opened in a real browser: what its browser tests share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from simbench.site.declaration import Declaration, Form
from simbench.site.loading import load_declaration
from simbench.site.server import FixtureServer

FOLDER = Path(__file__).parents[2] / "fixture_sites" / "shop"
#: Widths and heights of the viewports that the site is drawn for.
SIZES = {"1440": (1440, 900), "1366": (1366, 768), "820": (820, 1180), "390": (390, 844), "360": (360, 740)}
#: A cart as the shop stores it.
ONE_LAMP = '[{"slug": "mane", "finish": 0, "count": 1}]'


@dataclass
class Visit:
    """One visitor's page, and all that went wrong or left the house."""

    page: Any
    origin: str
    site: Declaration
    errors: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def open(self, url: str) -> None:
        self.page.goto(self.origin + url)

    def form(self, selector: str) -> Form:
        return self.site.form(selector)

    def fill(self, selector: str, *, bad: str | None = None) -> None:
        """Fill a form with its declared samples: all good ones, but for the field `bad`."""
        for one in self.form(selector).fields:
            value = one.bad if one.target == bad else one.good
            assert value is not None
            if one.kind == "select":
                self.page.select_option(one.target, label=value)
            elif one.kind in ("radio", "checkbox"):
                self.page.check(one.target)
            else:
                self.page.fill(one.target, value)

    def send(self, selector: str) -> None:
        self.fill(selector)
        self.page.click(self.form(selector).submit)

    def state(self) -> str:
        return str(self.page.evaluate("document.querySelector('main').dataset.state"))

    def outside(self) -> list[str]:
        return [url for url in self.requests if not url.startswith((self.origin, "data:"))]


@dataclass
class Shop:
    """The served site and a browser."""

    browser: Any
    server: FixtureServer
    site: Declaration

    @contextmanager
    def visit(
        self,
        size: str = "1440",
        *,
        defects: str = "",
        answered: bool = True,
        cart: bool = False,
        still: bool = False,
    ) -> Iterator[Visit]:
        """A new visitor: without memory but for the answer about cookies (`answered`) and one lamp (`cart`)."""
        width, height = SIZES[size]
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            has_touch=width < 1000,
            reduced_motion="reduce" if still else "no-preference",
        )
        try:
            cookies = {"variant": defects, "skymra_consent": "necessary" if answered else ""}
            context.add_cookies([{"name": k, "value": v, "url": self.server.url} for k, v in cookies.items() if v])
            page = context.new_page()
            page.set_default_timeout(5000)
            visit = Visit(page=page, origin=self.server.url, site=self.site)
            page.on("pageerror", lambda error: visit.errors.append(error.name or str(error)))
            page.on("console", lambda said: visit.complaints.append(said.text) if said.type != "log" else None)
            page.on("request", lambda request: visit.requests.append(request.url))
            if cart:
                page.goto(f"{self.server.url}/returns")
                page.evaluate("(cart) => localStorage.setItem('skymra.cart', cart)", ONE_LAMP)
            yield visit
        finally:
            context.close()


@contextmanager
def open_shop() -> Iterator[Shop]:
    """Serve the shop and start the system's Chromium; skips where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the extra `browser`")
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs Chromium on the PATH")
    site = load_declaration(FOLDER)
    with FixtureServer(FOLDER, site, latency="requests") as server, playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        try:
            yield Shop(browser=browser, server=server, site=site)
        finally:
            browser.close()
