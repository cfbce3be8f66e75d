"""A run of three visits, small enough to be known by heart, in texts that a test may choose.

- In the first visit somebody strikes five times at a dead button and means it: true rage, and a true dead click, both
  caused by the planted defect.
- In the second somebody strikes five times at another dead button and does not mean it: a look-alike.
- In the third one calm press has its answer. A fourth visit was not recorded: another true rage click.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
from PIL import Image

from simbench.events.parquet import conform
from simbench.events.run import Run, RunWriter
from simbench.events.schema import (
    ELEMENTS,
    EPISODES,
    EVENTS,
    SESSIONS,
    TRUTH_SESSIONS,
    TRUTH_VIEWS,
    VIEWS,
)

#: 2026-03-02T08:00:00Z.
START_MS = 1_772_438_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """What the run's tables say; every text of it comes from a page or a file, so none can be trusted."""

    session: str = "s"
    page: str = "/cart"
    state: str = "fresh"
    target: str = "#pay"
    other: str = "#more"
    label: str = "Pay now"
    layout: str = "l1"
    device: str = "desktop"
    persona: str = "bargain_hunter"
    lookalike: str = "stepper"
    cause: str = "dead-pay"
    about: str = "The button that pays does nothing."
    variant: str | None = None
    name: str = "by-hand"
    site: str = "nowhere"
    timezone: str = "UTC"
    picture: str = "cart.png"
    scenario: dict[str, Any] = field(default_factory=dict)


def write_run(
    path: Path, texts: Texts | None = None, *, truth: bool = True, visits: bool = True, image: bytes | None = None
) -> Run:  # fmt: skip
    """Write the run; without truth it is one as an import makes it, without visits an empty one."""
    texts = texts or Texts()
    with RunWriter(path) as writer:
        rows = _visits(texts) if visits else {"events": [], "views": [], "sessions": []}
        writer.write_table("events/part-00000.parquet", _table(rows["events"], EVENTS))
        writer.write_table("views/part-00000.parquet", _table(rows["views"], VIEWS))
        writer.write_table("sessions/part-00000.parquet", _table(rows["sessions"], SESSIONS))
        writer.write_table("elements.parquet", _table(_elements(texts), ELEMENTS))
        writer.write_json("goals.json", {})
        writer.write_bytes("pages/cart.png", image if image is not None else _screenshot())
        picture = {"page": texts.page, "state": texts.state, "layout": texts.layout, "viewport_w": 400.0,
                   "viewport_h": 300.0, "doc_h": 600.0, "screenshot": texts.picture, "dom": None}  # fmt: skip
        writer.write_json("pages/index.json", [picture])
        if not truth:
            manifest = {"kind": "import", "from": "rrweb", "versions": {"simbench": "0"}, "counts": {"events": 30}}
            return writer.commit(manifest, {})
        _write_truth(writer, texts, visits=visits)
        scenario = {"name": texts.name, "site": texts.site, "seed": 5, "sessions": 4, "timezone": texts.timezone,
                    "start": "2026-03-02T00:00:00Z", **texts.scenario}  # fmt: skip
        manifest = {"kind": "model", "engine": "model", "name": texts.name, "seed": 5, "scenario": scenario,
                    "versions": {"simbench": "0.1.0", "behaviour": 3}, "counts": {"events": 30}}  # fmt: skip
        return writer.commit(manifest, {})


def _table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    names = [name for name in schema.names if any(name in row for row in rows)]
    return conform(
        pa.table({name: [row.get(name) for row in rows] for name in names}) if rows else schema.empty_table(), schema
    )


def _screenshot() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (400, 600), (240, 240, 236)).save(file, format="PNG")
    return file.getvalue()


def _elements(texts: Texts) -> list[dict[str, Any]]:
    where = {"page": texts.page, "state": texts.state, "layout": texts.layout, "tag": "button", "x": 20.0, "w": 120.0,
             "h": 40.0, "cursor": "pointer", "focusable": True}  # fmt: skip
    return [
        {**where, "target": target, "interactive_ancestor": target, "text": texts.label, "y": y, "z": z}
        for z, (target, y) in enumerate(((texts.target, 30.0), (texts.other, 130.0)))
    ]


def _visits(texts: Texts) -> dict[str, list[dict[str, Any]]]:
    events: list[dict[str, Any]] = []
    views: list[dict[str, Any]] = []
    sessions: list[dict[str, Any]] = []
    for number, (target, presses) in enumerate(((texts.target, 5), (texts.other, 5), (texts.target, 1))):
        session, begin = f"{texts.session}{number}", START_MS + number * 86_400_000
        sessions.append({"session": session, "visitor": f"v{number}", "device": texts.device, "start": begin})
        views.append({"session": session, "view": 0, "page": texts.page, "layout": texts.layout, "viewport_w": 400.0,
                      "viewport_h": 300.0, "doc_h": 600.0, "start": begin, "end": begin + 20_000})  # fmt: skip
        rows: list[tuple[str, int, dict[str, Any]]] = [("pageview", 0, {})]
        y = 50.0 if target == texts.target else 150.0
        where = {"target": target, "x": 80.0, "y": y, "scroll_y": 0.0, "pointer": "mouse", "button": 0}
        rows += [("mousemove", 500 + 50 * n, {"x": 60.0 + n, "y": y}) for n in range(20)]
        for press in range(presses):
            at = 2000 + 250 * press
            rows += [(kind, at + late, {**where, "detail": press + 1})
                     for kind, late in (("pointerdown", 0), ("pointerup", 60), ("click", 60))]  # fmt: skip
        if presses == 1:
            rows.append(("mutation", 2100, {"value": 3.0}))
        rows.append(("pagehide", 20_000, {}))
        for seq, (kind, at, more) in enumerate(sorted(rows, key=lambda row: row[1])):
            time = begin + at
            events.append({"session": session, "seq": seq, "view": 0, "state": texts.state, "time": time,
                           "received": time, "type": kind, **more})  # fmt: skip
    return {"events": events, "views": views, "sessions": sessions}


def _write_truth(writer: RunWriter, texts: Texts, *, visits: bool) -> None:
    def episode(number: int, kind: str, role: str, **more: Any) -> dict[str, Any]:
        begin = START_MS + number * 86_400_000
        return {"episode": f"{number}-{kind}", "session": f"{texts.session}{number}", "view": 0, "kind": kind,
                "t_start": begin + 2000, "t_end": begin + 3060, "role": role, "observable": number < 3,
                **more}  # fmt: skip

    episodes = [
        episode(0, "rage_click", "true", target=texts.target, cause=texts.cause),
        episode(0, "dead_click", "true", target=texts.target, cause=texts.cause),
        episode(0, "hesitation", "true", target=texts.target),
        episode(1, "rage_click", "lookalike", target=texts.other, lookalike=texts.lookalike),
        episode(3, "rage_click", "true", target=texts.target, cause=texts.cause),
    ]
    people = [
        {"session": f"{texts.session}{n}", "visitor": f"v{n}", "start": START_MS + n * 86_400_000, "recorded": n < 3,
         "persona": texts.persona, "clock_skew_ms": 0.0, "bot": False, "converted": False}
        for n in range(4)
    ]  # fmt: skip
    writer.write_table("truth/episodes/part-00000.parquet", _table(episodes if visits else [], EPISODES))
    writer.write_table("truth/sessions/part-00000.parquet", _table(people if visits else [], TRUTH_SESSIONS))
    writer.write_table("truth/views/part-00000.parquet", _table([], TRUTH_VIEWS))
    writer.write_json("truth/defects.json", [
        {"id": texts.cause, "about": texts.about, "finding": "fake_control", "page": texts.page, "state": texts.state,
         "target": texts.target, "devices": ["desktop", "mobile"], "variant": texts.variant,
         "from": "2026-03-02T06:00:00Z", "until": None},
    ])  # fmt: skip
