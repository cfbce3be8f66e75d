"""The shop's files, read without a browser."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from simbench.site.loading import load_declaration

FOLDER = Path(__file__).parents[2] / "fixture_sites" / "shop"
SCENES = ("day", "dusk", "close", "plan")
TEXTS = sorted(
    path
    for path in FOLDER.rglob("*")
    if path.suffix in {".html", ".css", ".js", ".svg", ".json"} and "captured" not in path.parts
)


def _slugs() -> list[str]:
    return re.findall(r'slug: "([a-z]+)"', (FOLDER / "assets/js/catalogue.js").read_text(encoding="utf-8"))


def test_the_declaration_loads() -> None:
    site = load_declaration(FOLDER)
    assert site.name == "shop"
    assert {goal: len(found.steps) for goal, found in site.goals.items()} == {
        "buy": 9, "compare": 6, "browse": 4, "check": 4,
    }  # fmt: skip
    assert sum(goal.share_hint for goal in site.goals.values()) == pytest.approx(1)
    assert len(site.defects) == len({defect.finding for defect in site.defects}) == 11


def test_every_product_is_drawn_in_all_scenes_and_finishes() -> None:
    slugs = _slugs()
    assert len(slugs) == len(set(slugs)) == 12
    for slug in slugs:
        root = Xml.parse(FOLDER / "assets/art" / f"{slug}.svg").getroot()  # noqa: S314 -- our own files
        views = {element.get("id") for element in root.iter("{http://www.w3.org/2000/svg}view")}
        assert views == {f"{scene}-{finish}" for scene in SCENES for finish in (1, 2, 3)}, slug


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_nothing_comes_from_outside(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://|url\(\s*['\"]?//|src=\"//", text)
    assert "@import" not in text
    assert max(map(len, text.splitlines()), default=0) < 1000, "nothing here is minified"


def test_mail_addresses_are_invented() -> None:
    for path in [*TEXTS, FOLDER / "site.yaml"]:
        for host in re.findall(r"[\w.+-]+@([\w.-]*\w)", path.read_text(encoding="utf-8")):
            assert host == "example" or host.endswith((".example", "example.org")), (path.name, host)


def test_coupons_work_and_end() -> None:
    coupons = {c["code"]: c for c in json.loads((FOLDER / "api/coupons.json").read_text(encoding="utf-8"))["coupons"]}
    typed = [interest.type for interest in load_declaration(FOLDER).interests if interest.kind == "coupon"]
    assert [bool(coupons[code].get("ended")) for code in typed if code] == [False, True]


def test_the_site_is_small() -> None:
    files = [path for path in FOLDER.rglob("*") if path.is_file() and "captured" not in path.parts]
    assert sum(path.stat().st_size for path in files) < 500_000
