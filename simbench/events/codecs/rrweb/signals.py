"""What custom events and plugins tell: changes of the URL, errors, requests, visibility.

rrweb itself names only its own plugins; for the rest, the tags that recorders in use write are known here. Messages are
never kept: of an error only its class, of a request its address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from simbench.events.codecs.rrweb.checks import items, number, record

__all__ = ["Signal", "custom_signals", "error_class", "plugin_signals"]

#: Error classes that are named; any other is an `Error`.
_CLASSES: Final = frozenset(
    {
        *("AggregateError", "EvalError", "InternalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError"),
        *("URIError", "DOMException", "AbortError", "ChunkLoadError", "AxiosError", "DataCloneError", "EncodingError"),
        *("HierarchyRequestError", "InvalidAccessError", "InvalidCharacterError", "InvalidStateError", "NetworkError"),
        *("NotAllowedError", "NotFoundError", "NotSupportedError", "QuotaExceededError", "SecurityError"),
        *("TimeoutError", "UnknownError"),
    }
)
_CLASS: Final = re.compile(r"\b[A-Z][A-Za-z]{2,40}\b")

_URL_TAGS: Final = frozenset(
    {
        *("urlchange", "urlchanged", "pageview", "navigate", "navigation", "locationchange", "routechange"),
        *("historychange", "pushstate", "replacestate", "hrefchange", "spanavigation"),
    }
)
_VISIBILITY_TAGS: Final = frozenset(
    {"visibility", "visibilitychange", "visibilitystate", "pagevisibility", "tabhidden"},
)
_HIDING_TAGS: Final = frozenset({"pagehide", "pageleave", "beforeunload", "unload"})

#: Initiators whose requests the page's own code makes; pictures, styles and scripts are left out.
_CALLS: Final = frozenset({"fetch", "xmlhttprequest", "xhr", "beacon", "ping", "navigation", "iframe", "form"})
_LONGEST_REQUEST_MS: Final = 3_600_000
_LONGEST_CLOCK_MS: Final = 1e15


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Something that an event tells: a contract type, or `url` for a change of the page's address."""

    type: str
    data: str | None = None
    value: float | None = None
    #: How long before the event it began (a request).
    duration_ms: int = 0


def error_class(*texts: Any) -> str:
    """The error class that a message names, or `Error`.

    Examples
    --------
    >>> error_class("Uncaught TypeError: x is not a function"), error_class("boom")
    ('TypeError', 'Error')
    """
    for text in texts:
        for word in _CLASS.findall(text[:500]) if isinstance(text, str) else ():
            if word in _CLASSES:
                return str(word)
    return "Error"


def custom_signals(data: dict[str, Any]) -> Iterator[Signal]:
    """The signals of a custom event."""
    tag = data.get("tag")
    if not isinstance(tag, str):
        return
    payload = data.get("payload")
    name = re.sub(r"[^a-z]", "", tag[:100].lower())
    fields = payload if isinstance(payload, dict) else {}
    if name in _URL_TAGS:
        href = next((fields[key] for key in ("href", "url", "to") if isinstance(fields.get(key), str)), payload)
        if isinstance(href, str) and href.strip():
            yield Signal(type="url", data=href)
    elif name in _HIDING_TAGS:
        yield Signal(type="pagehide")
    elif name == "popstate":
        yield Signal(type="popstate")
    elif name in _VISIBILITY_TAGS or name in ("windowhidden", "windowvisible"):
        state = _visibility(name, payload)
        if state is not None:
            yield Signal(type="visibility", data=state)
    elif "error" in name or "exception" in name:
        nested = fields.get("error") if isinstance(fields.get("error"), dict) else {}
        words = [place.get(key) for place in (fields, nested) for key in ("name", "type", "message", "reason")]  # type: ignore[union-attr]
        yield Signal(type="error", data=error_class(payload, *words))


def _visibility(name: str, payload: Any) -> str | None:
    if name in ("windowhidden", "windowvisible"):
        return name.removeprefix("window")
    if isinstance(payload, dict):
        keys = ("state", "visibilityState", "hidden", "value")
        payload = next((payload[key] for key in keys if key in payload), None)
    if isinstance(payload, bool):
        return "hidden" if payload else "visible"
    return payload if payload in ("hidden", "visible") else None


def plugin_signals(data: dict[str, Any]) -> Iterator[Signal]:
    """The signals of a plugin event: errors on the console, requests.

    Raises
    ------
    Malformed
        It is one of rrweb's own plugins, with another payload than that plugin writes.
    """
    plugin = data.get("plugin")
    if not isinstance(plugin, str):
        return
    if plugin.startswith("rrweb/console"):
        payload = record(data.get("payload"), "payload")
        if payload.get("level") in ("error", "assert"):
            yield Signal(type="error", data=error_class(*items(payload.get("payload"), "payload.payload")))
    elif plugin.startswith("rrweb/network"):
        payload = record(data.get("payload"), "payload")
        requests = [record(entry, "a request") for entry in items(payload.get("requests"), "requests")]
        for request in list(map(_request, requests)):
            if request is not None:
                yield request


def _request(request: dict[str, Any]) -> Signal | None:
    url = request.get("url", request.get("name"))
    if not isinstance(url, str) or request.get("initiatorType", "fetch") not in _CALLS or request.get("isInitial"):
        return None
    status = request.get("status", request.get("responseStatus"))
    code = number(status, "status") if status is not None else 0
    start, end, taken = (request.get(key) for key in ("startTime", "endTime", "duration"))
    if taken is not None:
        duration = number(taken, "duration", limit=_LONGEST_CLOCK_MS)
    elif start is not None and end is not None:
        duration = number(end, "endTime", limit=_LONGEST_CLOCK_MS) - number(start, "startTime", limit=_LONGEST_CLOCK_MS)
    else:
        duration = 0.0
    return Signal(
        type="response",
        data=url,
        value=code if 100 <= code < 600 else None,
        duration_ms=round(min(max(duration, 0.0), _LONGEST_REQUEST_MS)),
    )
