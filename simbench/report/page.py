"""A report as one HTML page that needs nothing else: no network, no font, no script but its own.

Two walls stand against what a run's tables may hold (selectors, texts, titles, names: all of it comes from pages that
anybody may have written). Everything is escaped as it is put in, with characters that hide or turn text made visible;
and a content security policy allows the page's own style and script by their hashes, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from simbench import __version__
from simbench.report.contents import Report

__all__ = ["GENERATOR", "plain", "render_report", "short_selector"]

#: What the page says made it, by which it is known again.
GENERATOR: Final = "simbench report"

_LONGEST: Final = 600
_SELECTOR: Final = 44
_DATA_URI: Final = re.compile(r"data:image/(png|webp);base64,[A-Za-z0-9+/]+={0,2}")
_PERCENT: Final = re.compile(r"(\d) %")
_SPACES: Final = frozenset("\t\n\r\f\v")


def render_report(report: Report) -> str:
    """The page, as HTML text.

    The same report gives the same text.
    """
    style, script = _file("style.css"), _file("script.js")
    policy = "; ".join(
        [
            "default-src 'none'",
            "img-src data:",
            f"style-src-elem '{_digest(style)}'",
            "style-src-attr 'unsafe-inline'",
            f"script-src '{_digest(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    return _environment().get_template("report.html.j2").render(
        report=report,
        generator=f"{GENERATOR} {__version__}",
        # Own files, whose bytes the policy names.
        style=Markup(style),  # noqa: S704
        script=Markup(script),  # noqa: S704
        policy=policy,
    )  # fmt: skip


def plain(text: str) -> str:
    r"""A text from outside, so that one sees all that is in it.

    Characters that control, hide or turn text (zero-width ones, marks of direction, lone surrogates) are shown by
    their code; other white space is one space; what is longer than a few lines is cut.

    Examples
    --------
    >>> plain("a\u202eb\u200b  c")
    'a⟨U+202E⟩b⟨U+200B⟩ c'
    """
    shown = "".join(" " if char in _SPACES else _visible(char) for char in text[: _LONGEST + 1])
    shown = re.sub(" +", " ", shown)
    # A number stays with its sign.
    shown = _PERCENT.sub("\\1\u00a0%", shown)
    return shown if len(text) <= _LONGEST else f"{shown[:_LONGEST]}…"


def _visible(char: str) -> str:
    if char.isascii() and char.isprintable():
        return char
    hidden = unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    return f"⟨U+{ord(char):04X}⟩" if hidden else char


def short_selector(selector: str) -> str:
    """The end of a selector, which tells most.

    Examples
    --------
    >>> short_selector("#list > li:nth-of-type(4) > div:nth-of-type(1) > a:nth-of-type(1)")
    '… > div:nth-of-type(1) > a:nth-of-type(1)'
    """
    if len(selector) <= _SELECTOR:
        return selector
    steps = selector.split(" > ")
    for first in range(1, len(steps)):
        rest = "… > " + " > ".join(steps[first:])
        if len(rest) <= _SELECTOR:
            return rest
    return f"…{selector[-_SELECTOR:]}"


def _file(name: str) -> str:
    return files("simbench.report").joinpath("templates", name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("simbench.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    environment.filters["picture"] = _picture
    environment.filters["selector"] = short_selector
    environment.filters["thousands"] = lambda number: f"{number:,}"
    environment.filters["place"] = lambda share: f"{100 * share:.2f}".rstrip("0").rstrip(".") + "%"
    return environment


def _finalize(value: Any) -> Any:
    """Every text that a template puts out passes here, whether its author thought of it or not."""
    return plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _picture(uri: str) -> Markup:
    """A data URI of ours, which is too long for `plain` and holds nothing to escape."""
    if not _DATA_URI.fullmatch(uri):
        raise ValueError("not the data URI of a picture")
    return Markup(uri)  # noqa: S704
