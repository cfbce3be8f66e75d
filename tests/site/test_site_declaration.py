"""What is wrong with a site.yaml is told all at once, each with its line, its key and its mend."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from simbench.errors import BadInput
from simbench.events.schema import DEVICES, PAGE_FINDINGS
from simbench.site.declaration import Device, Finding
from simbench.site.loading import load_declaration
from simbench.site.places import find_site, scenarios_folder, site_names, sites_folder

MINI = Path(__file__).parent / "data" / "mini"

Change = Callable[[str, str], Path]


@pytest.fixture
def changed(tmp_path: Path) -> Change:
    """A copy of the mini site with one text of its site.yaml replaced."""

    def change(old: str, new: str) -> Path:
        folder = tmp_path / "mini"
        shutil.copytree(MINI, folder, dirs_exist_ok=True)
        text = (folder / "site.yaml").read_text()
        assert old in text
        (folder / "site.yaml").write_text(text.replace(old, new, 1))
        return folder

    return change


def problems(folder: Path) -> list[str]:
    with pytest.raises(BadInput) as caught:
        load_declaration(folder)
    return [problem.replace(f"{folder}/", "") for problem in caught.value.problems]


def test_the_mini_site_is_read() -> None:
    site = load_declaration(MINI)
    assert [page.page for page in site.pages] == ["/", "/item/:id"]
    assert site.page("/item/:id").state_names == (
        "fresh", "consent", "zoom", "added", "full", "sent", "rejected",
    )  # fmt: skip
    assert site.form("#ask").fields[0].bad == "anna@"
    assert [defect.id for defect in site.defects][:2] == ["dead-photo", "covered-send"]


@pytest.mark.parametrize(
    ("old", "new", "line", "path", "what", "mend"),
    [
        ("    server_ms: 60", "    server_mss: 60", 10, "pages[0].server_mss", "unknown key", '"server_ms"'),
        ("    server_ms: 60", '    server_ms: "60"', 10, "pages[0].server_ms", "take the quotes off", "write a number"),
        ("    server_ms: 60", "    server_ms: -1", 10, "pages[0].server_ms", "at least 0", "change it"),
        ("kind: home", "kind: hom", 9, "pages[0].kind", "not one of the choices", '"home"'),
        ("file: home.html", "file: hom.html", 7, "pages[0].file", "no file hom.html", '"home.html"'),
        ("file: home.html", "file: ../mini/home.html", 7, "pages[0].file", "not lie in the site's folder", "relative"),
        ("url: /item/one", "url: /things/one", 16, "pages[1].url", "matches no page", "/item/:id"),
        ("{click: \"#photo\"}", "{clik: \"#photo\"}", 21, "pages[1].states[1].do[0]", "not a step", "click"),
        ("opens_with: cart", "opens_with: basket", 23,
         "pages[1].states[3].opens_with", "no state remembers", "one of: cart"),
        ("{fill: \"#ask\"}", "{fill: \"#asks\"}", 24, "pages[1].states[4].do[0].fill", "no form #asks", '"#ask"'),
        ("name: full", "name: added", 23, "pages[1].states[3].name", "stands here twice", "rename"),
        ("name: full", "name: fresh", 23, "pages[1].states[3]", "`fresh` is implicit", "another name"),
        ("name: consent, sign", "name: Consent!, sign", 12, "pages[0].states[0].name", "form wanted", "rewrite"),
        (", opens_with: cart}", "}", 23, "pages[1].states[3]", "nothing leads to this state", "give `do`"),
        ("leads_to: {page: /item/:id, state: sent}", "leads_to: {page: /item/:id, state: send}", 32,
         "forms[0].leads_to.state", 'no state "send"', '"sent"'),
        ("goal: ask", "goal: asks", 42, "ctas[0].goal", 'no goal "asks"', '"ask"'),
        ('form: "#ask"}', "target: \"#ask\"}", 47, "goals.ask.steps[1]", "wants nothing", "reach"),
        ("finding: dead_image", "finding: dead_picture", 52, "defects[0].finding", "not one of", "dead_image"),
        ("devices: [desktop]", "devices: [desk]", 62, "defects[1].devices[0]", "not one of the choices", '"desktop"'),
        ("    js: defects/dead-photo.js\n", "", 51, "defects[0]", "changes nothing", "`css` or `js`"),
        ("css: defects/covered-send.css", "css: defects/gone.css", 64, "defects[1].css", "no file", "covered-send.css"),
        ("id: covered-send", "id: dead-photo", 58, "defects[1].id", "stands here twice", "rename"),
        ("schema: simbench.site/1", "schema: simbench.site/2", 1, "schema", "not one of", "simbench.site/1"),
    ],
)  # fmt: skip
def test_each_mistake_has_line_key_and_mend(
    changed: Change, old: str, new: str, line: int, path: str, what: str, mend: str
) -> None:
    said = problems(changed(old, new))
    assert len(said) == 1, said
    assert said[0].startswith(f"site.yaml:{line}: {path}: "), said[0]
    assert what in said[0]
    assert mend in said[0].split(";", 1)[1]


def test_all_mistakes_are_told_at_once(changed: Change) -> None:
    folder = changed("goal: ask", "goal: asks")
    text = (
        (folder / "site.yaml").read_text().replace("url: /item/one", "url: /things/one").replace("home.html", "x.html")
    )
    (folder / "site.yaml").write_text(text)
    lines = [int(problem.split(":")[1]) for problem in problems(folder)]
    assert lines == [7, 16, 42]


def test_the_vocabularies_are_those_of_the_tables() -> None:
    assert Finding.__args__ == PAGE_FINDINGS
    assert Device.__args__ == DEVICES


def test_places(tmp_path: Path) -> None:
    assert find_site(MINI) == MINI
    assert find_site(MINI / "site.yaml") == MINI
    assert "shop" in site_names()
    assert find_site("shop") == sites_folder() / "shop"
    assert scenarios_folder().name == "scenarios"
    with pytest.raises(BadInput, match="did you mean shop"):
        find_site("shopp")
    with pytest.raises(BadInput, match=r"has no site\.yaml"):
        find_site(tmp_path)
