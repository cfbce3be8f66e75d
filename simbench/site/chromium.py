"""Where Chromium is, and how it is started."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path
from typing import Final

from simbench.errors import OutsideFailure

__all__ = ["chromium_flags", "find_chromium", "need_playwright"]

#: Names under which distributions install it, in order of preference: the headless one starts and renders much faster.
_NAMES: Final = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def need_playwright() -> None:
    """Make sure that Playwright can be imported.

    Raises
    ------
    OutsideFailure
        It is not installed.
    """
    if importlib.util.find_spec("playwright") is None:
        raise OutsideFailure('this needs a browser: install the extra with `pip install "simbench[browser]"`')


def find_chromium() -> str | None:
    """The executable to start: `SIMBENCH_CHROMIUM`, None for the one that Playwright brought, or one on the PATH.

    Raises
    ------
    OutsideFailure
        There is none.
    """
    named = os.environ.get("SIMBENCH_CHROMIUM")
    if named:
        found = shutil.which(named)
        if found is None:
            raise OutsideFailure(f"SIMBENCH_CHROMIUM is {named!r}, which is not a program; set it to a Chromium")
        return found
    if _playwright_has_one():
        return None
    for name in _NAMES:
        found = shutil.which(name)
        if found is not None:
            return found
    raise OutsideFailure(
        "no Chromium found; install one (`playwright install chromium`, or the distribution's package), "
        "or name it in SIMBENCH_CHROMIUM"
    )


def _playwright_has_one() -> bool:
    """Whether a browser of Playwright's own lies where it installs them."""
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    folders = [Path(named)] if named and named != "0" else []
    home = Path.home()
    folders += [home / ".cache/ms-playwright", home / "Library/Caches/ms-playwright"]
    folders += [Path(os.environ["LOCALAPPDATA"]) / "ms-playwright"] if "LOCALAPPDATA" in os.environ else []
    return any(next(folder.glob("chromium*-*"), None) is not None for folder in folders if folder.is_dir())


def chromium_flags() -> list[str]:
    """Flags for a quiet, repeatable browser; without its sandbox only as root, where it cannot have one."""
    flags = [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-default-apps",
        "--disable-domain-reliability",
        "--disable-gpu",
        "--disable-sync",
        "--font-render-hinting=none",
        "--force-color-profile=srgb",
        "--hide-scrollbars",
        "--metrics-recording-only",
        "--no-first-run",
        "--no-pings",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        flags.append("--no-sandbox")
    return flags
