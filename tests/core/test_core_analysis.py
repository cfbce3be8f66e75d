"""The analysis on disk: same bytes whoever computes it, read back as it was, and refused where it is not whole."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from core_builder import Visit, element, observed, written

from simbench.core.analysis import analyze, load_analysis, write_analysis
from simbench.core.choice import choose_map
from simbench.core.detectors import detect
from simbench.core.filter import parse_filter
from simbench.core.maps import map_run
from simbench.core.selection import ViewFilter
from simbench.errors import BadInput
from simbench.events.run import Observed, Run

ELEMENTS = [element(page, "#pay", tag="button") for page in ("/", "/cart")]


def part(number: int) -> Observed:
    visits = []
    for n in range(4):
        a = Visit(f"s{number}-{n}", visitor=f"v{n}", device=("desktop", "mobile")[n % 2])
        layout = {"layout": f"l{n % 2}", "viewport_w": 390.0} if n % 2 else {}
        a.page("/", **layout).presses("#pay", 1000, 1200, 1400, 1650).add("scroll", at=3000, scroll_y=300.0 * n)
        a.page("/cart", at=9000, nav="navigate", **layout).press("#pay", at=9500).mutation(9600)
        a.state = "item"
        visits.append(a.press("#pay", at=12_000, y=300).mutation(12_100).stay(15_000))
    return observed(*visits, elements=ELEMENTS)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return written(tmp_path / "run", part(0), part(1), part(2))


def test_an_analysis_is_read_back_as_it_was(run: Run) -> None:
    made = analyze(run)
    folder = write_analysis(run, made)
    again = load_analysis(run.path)
    assert again.summary == made.summary
    assert again.findings.to_pylist() == made.findings.to_pylist()
    assert again.maps == made.maps
    assert list(again.maps.click) == list(made.maps.click)
    assert sorted(p.name for p in folder.iterdir()) == ["analysis.json", "findings.parquet", "manifest.json", "maps"]
    assert [p.name for p in run.path.iterdir() if p.name.startswith(".")] == []


def test_what_it_says(run: Run) -> None:
    made = analyze(run)
    assert made.findings.to_pylist() == detect(run).to_pylist()
    assert made.maps == map_run(run)
    assert made.summary["sessions"] == 12
    assert made.summary["views"] == 24
    assert made.summary["clicks"] == 12 * 6
    assert made.summary["findings"]["rage_click"] == {"findings": 12, "sessions": 12}
    first = made.summary["pages"][0]
    assert (first["page"], first["device"], first["views"], first["clicks"]) == ("/", "desktop", 6, 24)
    assert first["findings"] == {"rage_click": 6, "dead_click": 6}
    json.dumps(made.summary)


def test_same_bytes_for_any_number_of_workers(run: Run) -> None:
    done: list[int] = []

    def files(pool: ThreadPoolExecutor | None) -> dict[str, bytes]:
        folder = write_analysis(run, analyze(run, executor=pool, done=done.append))
        return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}

    alone = files(None)
    with ThreadPoolExecutor(3) as pool:
        assert files(pool) == alone
    assert done == [1, 2, 3, 1, 2, 3]


def test_an_analysis_that_cannot_be_trusted_is_refused(run: Run) -> None:
    with pytest.raises(BadInput, match="no analysis here; run `simbench analyze"):
        load_analysis(run)
    folder = write_analysis(run, analyze(run))
    (folder / "maps" / "cells.parquet").write_bytes(b"PAR1")
    with pytest.raises(BadInput, match=r"cells\.parquet: damaged or changed"):
        load_analysis(run)
    folder = write_analysis(run, analyze(run))
    manifest = run.path / "manifest.json"
    manifest.write_text(manifest.read_text().replace("by hand", "by foot"))
    with pytest.raises(BadInput, match="belongs to a run that has been replaced"):
        load_analysis(run.path)
    (folder / "manifest.json").write_text('{"schema": "simbench.analysis-manifest/0"}')
    with pytest.raises(BadInput, match="made by another version"):
        load_analysis(run.path)


def test_an_empty_run(tmp_path: Path) -> None:
    run = written(tmp_path / "run", observed(elements=ELEMENTS))
    write_analysis(run, analyze(run))
    again = load_analysis(run)
    assert again.summary["sessions"] == 0
    assert again.findings.num_rows == 0
    assert again.maps.click == {}


def test_a_filter_finds_the_findings_it_asks_about(run: Run) -> None:
    angry = map_run(run, where=ViewFilter(parse_filter("rage_click and device = mobile")))
    assert sum(found.views for found in angry.scroll.values()) == 12
    calm = map_run(run, where=ViewFilter(parse_filter("not rage_click")))
    assert calm.scroll == {}
    with pytest.raises(BadInput, match="no detector finds 'u_turn' yet"):
        ViewFilter(parse_filter("u_turn"))


def test_the_map_most_people_saw_is_chosen_and_said(run: Run) -> None:
    maps = map_run(run)
    choice = choose_map(maps, "click", page="/cart")
    assert (choice.map.place.device, choice.map.place.state, choice.map.clicks) == ("mobile", "fresh", 6)
    assert choice.notes[0].startswith("device mobile, 6 views (50%)")
    assert "also seen: item" in choice.notes[1]
    assert choose_map(maps, "click", page="/cart", device="desktop", state="all").map.clicks == 12
    assert choose_map(maps, "scroll", page="/", device="desktop").notes == ()
    for asked, message in (
        ({"page": "/crat"}, r"--page /crat: no views; did you mean '/cart'\?"),
        ({"device": "tablet"}, "--device tablet: no views; there are desktop, mobile"),
        ({"page": "/cart", "state": "zoom"}, "--state zoom: not seen on /cart; there are fresh, item, and all"),
    ):
        with pytest.raises(BadInput, match=message):
            choose_map(maps, "click", **asked)
    with pytest.raises(BadInput, match="scroll maps are of all states"):
        choose_map(maps, "scroll", state="fresh")
