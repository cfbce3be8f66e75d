"""`simbench detect`, `heatmap` and `analyze` from the street door: stdout, stderr, files, mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from core_builder import Visit, element, observed, written
from PIL import Image
from typer.testing import CliRunner, Result

from simbench.cli import app
from simbench.core.analysis import load_analysis
from simbench.errors import BadInput
from simbench.events.findings import read_findings
from simbench.events.run import Run


@pytest.fixture
def run(tmp_path: Path) -> Run:
    visits = [
        Visit(f"s{n}", device=("desktop", "mobile", "mobile")[n % 3], source="paid")
        .page("/product/:id", layout=("l1", "l2", "l2")[n % 3])
        .presses("#buy", 1000, 1250, 1500, 1750, x=60, y=70)
        .add("error", at=1845, data="TypeError")
        .add("mousemove", at=2000, x=300.0, y=300.0)
        .add("scroll", at=4000, scroll_y=700.0)
        .stay(9000)
        for n in range(6)
    ]
    box = (40.0, 50.0, 200.0, 44.0)
    elements = [
        element("/product/:id", "#buy", tag="button", text="Buy [now]", box=box, layout=n) for n in ("l1", "l2")
    ]
    return written(tmp_path / "run", observed(*visits[:3], elements=elements), observed(*visits[3:], elements=elements))


def simbench(*args: object) -> Result:
    return CliRunner().invoke(app, [str(arg) for arg in args], catch_exceptions=True)


def document(result: Result) -> dict[str, object]:
    assert result.exit_code == 0, result.stderr
    return dict(json.loads(result.stdout))


def refusal(*args: object) -> str:
    result = simbench(*args)
    assert isinstance(result.exception, BadInput), result.stdout
    return str(result.exception)


def test_detect_shows_what_it_finds(run: Run) -> None:
    result = simbench("detect", run.path)
    assert result.exit_code == 0
    assert "rage_click" in result.stdout
    assert "#buy" in result.stdout


def test_detect_prints_one_document(run: Run) -> None:
    found = document(simbench("detect", run.path, "--detector", "rage_click", "--json"))
    assert found["schema"] == "simbench.findings/1"
    assert found["count"] == 6
    findings = found["findings"]
    assert isinstance(findings, list)
    assert findings[0]["kind"] == "rage_click"
    assert findings[0]["t_start"] == "2026-03-02T08:00:01.000Z"


@pytest.mark.parametrize("suffix", ["jsonl", "parquet"])
def test_detect_writes_findings(run: Run, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"found.{suffix}"
    found = document(simbench("detect", run.path, "-o", path, "--json"))
    assert found["file"] == str(path)
    assert read_findings(path).num_rows == found["count"] == 18


def test_detect_knows_its_detectors(run: Run, tmp_path: Path) -> None:
    assert "did you mean 'dead_click'" in refusal("detect", run.path, "--detector", "ded_click")
    assert "no such folder" in refusal("detect", tmp_path / "nowhere")
    assert ".jsonl, .ndjson or .parquet" in refusal("detect", run.path, "-o", tmp_path / "found.csv")


@pytest.mark.parametrize("kind", ["click", "scroll", "move"])
def test_heatmap_draws_and_tells(run: Run, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "map.png"
    result = simbench("heatmap", run.path, "--map", kind, "-o", path)
    assert result.exit_code == 0, result.exception
    assert "device mobile, 4 views (67%); 1 more with --device" in " ".join(result.stderr.split())
    with Image.open(path) as image:
        assert image.width > 1000
    about = document(simbench("heatmap", run.path, "--map", kind, "-o", path, "--json"))
    assert (about["schema"], about["map"], about["page"], about["device"]) == (
        "simbench.heatmap/1", kind, "/product/:id", "mobile",
    )  # fmt: skip
    assert (about["views"], about["sessions"]) == (4, 4)


def test_page_names_are_no_emoji(capsys: pytest.CaptureFixture[str]) -> None:
    from simbench.cli import console

    console.show("page /product/:id: 3 views")
    console.note("page /product/:id: 3 views")
    shown = capsys.readouterr()
    assert "/product/:id:" in shown.out
    assert "/product/:id:" in shown.err


def test_heatmap_counts_what_a_filter_means(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "map.png"
    filtered = ["--where", "device = desktop and rage_click", "-o", path, "--json"]
    about = document(simbench("heatmap", run.path, *filtered))
    assert (about["views"], about["clicks"]) == (2, 8)
    elements = about["elements"]
    assert isinstance(elements, list)
    assert elements[0] == {"target": "#buy", "clicks": 8, "sessions": 2, "rank": 1, "share": 1.0}
    assert "the filter means no view" in refusal("heatmap", run.path, "--where", "device = tablet")
    assert "did you mean 'device'" in refusal("heatmap", run.path, "--where", "devise = tablet")


def test_heatmap_names_its_picture_after_the_map(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert simbench("heatmap", run.path, "--device", "desktop").exit_code == 0
    assert (tmp_path / "heatmap-click-product-id-desktop.png").is_file()


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--map", "attention"], "attention maps are not there yet"),
        (["--map", "clicks"], "unknown; there are click, scroll, move"),
        (["--against", "device = mobile"], "not there yet"),
        (["-o", "map.html"], "HTML is not there yet"),
        (["--page", "/prodct/:id"], "did you mean '/product/:id'?"),
        (["--device", "tablet"], "there are desktop, mobile"),
        (["--map", "scroll", "--state", "fresh"], "leave --state out"),
        (["--state", "zoom"], "there are fresh, and all"),
    ],
)
def test_heatmap_refuses_clearly(run: Run, args: list[str], message: str) -> None:
    assert message in refusal("heatmap", run.path, *args)


def test_analyze_leaves_an_analysis(run: Run) -> None:
    result = simbench("analyze", run.path)
    assert result.exit_code == 0
    assert "6 sessions" in result.stdout
    summary = document(simbench("analyze", run.path, "--json"))
    assert summary["schema"] == "simbench.analysis/1"
    assert load_analysis(run.path).summary == summary


@pytest.mark.slow
def test_analyze_with_processes_gives_the_same_bytes(run: Run) -> None:
    def files() -> dict[str, bytes]:
        folder = run.path / "analysis"
        return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}

    assert simbench("analyze", run.path).exit_code == 0
    alone = files()
    assert simbench("analyze", run.path, "--workers", 2).exit_code == 0
    assert files() == alone
