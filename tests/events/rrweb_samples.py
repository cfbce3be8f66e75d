"""Small rrweb recordings, written by hand."""

from __future__ import annotations

import gzip
import itertools
import json
from pathlib import Path
from typing import Any

from simbench.events import Run
from simbench.events.codecs.rrweb import import_rrweb

#: When the samples begin, ms since 1970.
START = 1_772_400_000_000
HREF = "https://shop.example/product/81?utm_source=mail&q=secret#top"

_ids = itertools.count(1000)


def el(
    tag: str, identity: int | None = None, *children: Any, shadow: bool = False, **attributes: Any
) -> dict[str, Any]:
    """A serialised element; a string among `children` is a text node, ``a__b`` an attribute ``a-b``."""
    node = {
        "type": 2,
        "id": next(_ids) if identity is None else identity,
        "tagName": tag,
        "attributes": {name.rstrip("_").replace("__", "-"): value for name, value in attributes.items()},
        "childNodes": [words(child) if isinstance(child, str) else child for child in children],
    }
    if shadow:
        node["isShadow"] = True
    return node


def words(content: str, identity: int | None = None) -> dict[str, Any]:
    """A serialised text node."""
    return {"type": 3, "id": next(_ids) if identity is None else identity, "textContent": content}


def document(*body: Any, identity: int = 1) -> dict[str, Any]:
    """A document with the ids 1 (itself), 2 (doctype), 3 (html), 4 (head), 5 (body), shifted by `identity` - 1."""
    shift = identity - 1
    html = el("html", 3 + shift, el("head", 4 + shift), el("body", 5 + shift, *body))
    doctype = {"type": 1, "id": 2 + shift, "name": "html", "publicId": "", "systemId": ""}
    return {"type": 0, "id": identity, "childNodes": [doctype, html]}


def meta(at: float = 0, href: Any = HREF, width: Any = 1280, height: Any = 720) -> dict[str, Any]:
    return {"type": 4, "timestamp": START + at, "data": {"href": href, "width": width, "height": height}}


def snapshot(at: float, node: Any, left: float = 0, top: float = 0) -> dict[str, Any]:
    return {"type": 2, "timestamp": START + at, "data": {"node": node, "initialOffset": {"left": left, "top": top}}}


def incremental(at: float, source: int, **data: Any) -> dict[str, Any]:
    return {"type": 3, "timestamp": START + at, "data": {"source": source, **data}}


def mutation(
    at: float, *, adds: Any = (), removes: Any = (), texts: Any = (), attributes: Any = (), **more: Any
) -> dict[str, Any]:
    return incremental(
        at, 0, adds=list(adds), removes=list(removes), texts=list(texts), attributes=list(attributes), **more
    )


def add(parent: int, node: dict[str, Any], before: int | None = None, **more: Any) -> dict[str, Any]:
    return {"parentId": parent, "nextId": before, "node": node, **more}


def mouse(
    at: float, kind: int, identity: int, x: float | None = 10, y: float | None = 10, **more: Any
) -> dict[str, Any]:
    place = {} if x is None else {"x": x, "y": y}
    return incremental(at, 2, type=kind, id=identity, **place, **more)


def press(at: float, identity: int, x: float = 10, y: float = 10, hold: float = 60) -> list[dict[str, Any]]:
    """A press, its release and the click."""
    return [mouse(at, 1, identity, x, y), mouse(at + hold, 0, identity, x, y), mouse(at + hold, 2, identity, x, y)]


def custom(at: float, tag: Any, payload: Any = None) -> dict[str, Any]:
    return {"type": 5, "timestamp": START + at, "data": {"tag": tag, "payload": payload}}


def plugin(at: float, name: Any, payload: Any) -> dict[str, Any]:
    return {"type": 6, "timestamp": START + at, "data": {"plugin": name, "payload": payload}}


def page() -> list[dict[str, Any]]:
    """A page: heading 10, button 20 with span 21, link 30, list 40 of three items 41 to 43, form 50 with fields."""
    body = [
        el("h1", 10, words("Aalto  lamp", 11)),
        el("button", 20, el("span", 21, words("Add to cart", 22)), id="buy"),
        el("a", 30, words("Delivery", 31), href="https://shop.example/delivery?from=product"),
        el("ul", 40, el("li", 41, words("one", 44)), el("li", 42, words("two", 45)), el("li", 43, words("three", 46))),
        el(
            "form",
            50,
            el("input", 51, type="text", placeholder="Name"),
            el("input", 52, type="checkbox"),
            el("select", 53, el("option", 54, words("small", 57)), el("option", 55, words("large", 58))),
            el("textarea", 56),
            id="form",
        ),
    ]
    return [meta(), snapshot(10, document(*body))]


def write(path: Path, events: Any) -> Path:
    """Write a recording as JSON."""
    path.write_text(json.dumps(events), encoding="utf-8")
    return path


def imported(tmp_path: Path, events: Any, **options: Any) -> Run:
    """Import events as one recording."""
    number = sum(1 for _ in tmp_path.iterdir())
    file = write(tmp_path / f"recording-{number}.json", events)
    return import_rrweb([file], tmp_path / f"run-{number}", **options).run


def rows(run: Run, kind: str | None = None) -> list[dict[str, Any]]:
    """The run's events, or those of one type."""
    found: list[dict[str, Any]] = run.table("events").to_pylist()
    return [row for row in found if kind is None or row["type"] == kind]


def log(run: Run) -> dict[str, Any]:
    """The log's account of the first file."""
    account: dict[str, Any] = json.loads((run.path / "log.json").read_text(encoding="utf-8"))["files"][0]
    return account


def unpacked(path: Path) -> Any:
    """The JSON in a gzip file."""
    return json.loads(gzip.decompress(path.read_bytes()))
