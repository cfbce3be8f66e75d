"""What is stored of a capture: a stable order, differences only, and everything back as it was seen."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytest.importorskip("playwright", reason="captures are made with Playwright, which the extra `browser` brings")

from simbench.site.capture.documents import page_model
from simbench.site.capture.geometry import Look
from simbench.site.capture.page_capture import PageCapture, _overlapping
from simbench.site.capture.steady import keep_times
from simbench.site.capture.trials import candidates, same_effect
from simbench.site.captured import elements_of
from simbench.site.page_model import PageModel
from simbench.site.snapshot import Effect, FieldTrial, FormTrial

VIEWPORT = "tablet-820"
ORDER = ["push", "cover", "dead", "calm"]


def record(target: str, y: float = 0.0, **more: Any) -> dict[str, Any]:
    return {
        "target": target, "tag": "p", "role": "", "text": "", "words": 0, "href": None, "x": 0.0, "y": y, "w": 100.0,
        "h": 20.0, "fixed": False, "cursor": "auto", "focusable": False, "interactive": False,
        "interactive_ancestor": None, "hit": True, "kind": "box", "container": None, "listens": False, "heard": False,
        "between": False, "ears": "", **more,
    }  # fmt: skip


def look(*records: dict[str, Any]) -> Look:
    stored = ("target", "tag", "x", "y", "w", "h")
    return Look(
        rows=[{name: one[name] for name in stored} for one in records],
        doc_h=1200.0,
        records={one["target"]: one for one in records},
    )


@pytest.fixture
def part() -> PageCapture:
    part = PageCapture(page="/", device="tablet")
    send = Effect(kind="state", state="sent", mutations=4, first_ms=16.0)
    photo = Effect(kind="change", mutations=1, first_ms=120.0)
    at_rest = [record("html"), record("photo", 100), record("send", 300)]
    plain = look(*at_rest)
    part.looks = {
        (VIEWPORT, "fresh", ()): plain,
        (VIEWPORT, "fresh", ("push",)): look(record("html"), record("photo", 180), record("send", 380)),
        (VIEWPORT, "fresh", ("cover",)): look(*at_rest, record("veil", 290)),
        (VIEWPORT, "fresh", ("dead",)): plain,
        (VIEWPORT, "fresh", ("calm",)): plain,
    }  # fmt: skip
    part.acts = {
        ("fresh", ()): {"photo": photo, "send": send},
        ("fresh", ("push",)): {"photo": photo, "send": send},
        ("fresh", ("cover",)): {"photo": photo},
        ("fresh", ("dead",)): {"send": send},
        ("fresh", ("calm",)): {"photo": Effect(kind="change", mutations=1, first_ms=190.0), "send": send},
    }
    wrong = FieldTrial(blur=None, submit=Effect(kind="change", mutations=2))
    part.forms = {
        ("fresh", ()): {"#form": FormTrial(submit=send, fields={"#email": wrong})},
        ("fresh", ("calm",)): {"#form": FormTrial(submit=send, fields={"#email": wrong})},
    }
    part.loads = {
        (): {"lcp_ms": 100.0, "load_ms": 120.0, "late": []},
        ("push",): {"lcp_ms": 180.0, "load_ms": 140.0, "late": []},
        ("cover",): {"lcp_ms": 100.0, "load_ms": 120.0, "late": [{"ms": 900.0, "targets": ["veil"]}]},
    }
    return part


def test_only_differences_are_stored_and_in_the_order_of_the_declaration(part: PageCapture) -> None:
    model = page_model("/", ("fresh",), [part])
    assert [entry.get("defects") for entry in model["looks"]] == [None, ["push"], ["cover"]]
    assert [entry.get("defects") for entry in model["acts"]] == [None, ["cover"], ["dead"]]
    assert [entry.get("defects") for entry in model["forms"]] == [None]
    assert [entry.get("defects") for entry in model["loads"]] == [None, ["cover"]]
    assert model["acts"][1]["effects"] == {"send": None}
    assert len(model["effects"]) == 2
    assert json.dumps(model) == json.dumps(page_model("/", ("fresh",), [part]))


def test_everything_comes_back_as_it_was_seen(part: PageCapture) -> None:
    model = PageModel(json.loads(json.dumps(page_model("/", ("fresh",), [part]))), ORDER)
    for (viewport, state, defects), seen in part.looks.items():
        rows, doc_h = model.look(viewport, state, frozenset(defects))
        assert (elements_of(rows), doc_h) == (elements_of(seen.rows), seen.doc_h)
    for (state, defects), acts in part.acts.items():
        found = model.effects("tablet", state, frozenset(defects))
        assert found.keys() == acts.keys()
        assert all(same_effect(found[target], acts[target]) for target in acts)
    assert model.forms("tablet", "fresh", frozenset({"calm"})) == part.forms["fresh", ()]
    assert model.load("tablet", frozenset({"cover"}))["late"] == [{"ms": 900.0, "targets": ["veil"]}]


def test_what_touches_the_same_element_is_captured_together(part: PageCapture) -> None:
    # Pushing moves the button that is covered and the picture that is dead; those two have nothing in common.
    assert _overlapping(part, ORDER) == [
        (("push", "cover"), {"fresh"}), (("push", "dead"), {"fresh"}), (("push", "cover", "dead"), {"fresh"}),
    ]  # fmt: skip
    assert _overlapping(part, ["cover", "dead", "calm"]) == []


def test_times_within_the_noise_are_kept(part: PageCapture) -> None:
    old = PageModel(json.loads(json.dumps(page_model("/", ("fresh",), [part]))), ORDER)
    part.acts["fresh", ()] = {
        "photo": Effect(kind="change", mutations=1, first_ms=200.0),
        "send": Effect(kind="state", state="sent", mutations=4, first_ms=900.0),
    }
    part.loads[()] = {"lcp_ms": 140.0, "load_ms": 120.0, "late": []}
    keep_times(part, old)
    assert part.acts["fresh", ()]["photo"].first_ms == 120.0
    assert part.acts["fresh", ()]["send"].first_ms == 900.0
    assert part.loads[()]["lcp_ms"] == 100.0


def test_what_is_tried() -> None:
    seen = look(
        record("html"),
        record("box"),
        record("card", heard=True),
        record("link", interactive=True, interactive_ancestor="link"),
        record("inside", kind="text", words=2, interactive_ancestor="link"),
        record("own", kind="text", words=2, interactive_ancestor="link", between=True, heard=True),
        record("picture", kind="image"),
        record("under", kind="image", hit=False),
        record("zoomable", cursor="zoom-in"),
        record("title", role="heading", kind="text", words=2),
        *(record(f"text-{i}", kind="text", words=9) for i in range(9)),
    )
    tried, heirs = candidates(seen)
    assert tried == [
        "card", "link", "own", "picture", "zoomable", "title", *(f"text-{i}" for i in range(6)),
    ]  # fmt: skip
    assert heirs == {"inside": "link"}


def test_effects_differ_by_more_than_a_little_time() -> None:
    effect = Effect(kind="change", mutations=1, first_ms=16.0)
    assert same_effect(effect, Effect(kind="change", mutations=1, first_ms=120.0))
    assert not same_effect(effect, Effect(kind="change", mutations=1, first_ms=400.0))
    assert not same_effect(effect, Effect(kind="change", mutations=2, first_ms=16.0))
    assert not same_effect(effect, None)
    assert same_effect(None, None)
