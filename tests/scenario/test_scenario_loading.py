"""Scenarios load, resolve to plain values and back, and hold what they say."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from scenario_mistakes import PAGE, SOUND

from simbench.errors import BadInput
from simbench.events.yaml_source import parse_yaml
from simbench.scenario.loading import find_scenario, load_scenario, resolve, scenario_names, scenario_of
from simbench.scenario.model import Scenario
from simbench.scenario.summary import expected_end, summarize
from simbench.site.places import scenarios_folder
from simbench.visitor.persona.distribution import Lognormal, Normal
from simbench.visitor.persona.library import default_library

ALL = [*sorted(scenarios_folder().glob("*.yaml")), scenarios_folder().parent / "benchmarks" / "shop.yaml"]

#: The scenario that the documentation prints; it must run as it stands.
CONTRACT = """\
schema: simbench.scenario/1
name: shop-baseline
site: shop                          # a folder of the fixture sites, or a path
seed: 7
sessions: 5000                      # visits, recorded or not (unrecorded ones are in truth alone)
start: 2026-03-02T00:00:00Z
timezone: Europe/Berlin
arrivals: {per_day: 500, peak_hour: 20, weekend: 0.8}
engine: model                       # or browser
recorder: {mousemove_hz: 20, scroll_ms: 100, mask_inputs: true, require_consent: true, sample: 1.0, daily_cap: null, pages: all}
variants:
  - {name: a, share: 0.5, defects: [covered-continue, photo-no-zoom]}
  - {name: b, share: 0.5, defects: []}
defects:                            # beyond variants: when and for whom
  - {id: coupon-error, devices: [mobile], from: 2026-03-04T00:00:00Z, until: 2026-03-06T00:00:00Z}
campaigns:
  - {name: spring, source: paid, landing: /category, from: 2026-03-09T00:00:00Z, until: 2026-03-11T00:00:00Z, extra_per_day: 300}
personas:
  - {use: bargain_hunter, share: 0.4}
  - {use: phone_browser, share: 0.35, with: {patience_s: {lognormal: {median: 3, sigma: 0.5}}}}
  - name: comparer                  # or written out in full
    share: 0.25
    device: {desktop: 0.7, tablet: 0.3}
    source: {organic: 0.6, referral: 0.4}
    visitor_type: {new: 0.8, returning: 0.2}
    goal: compare
    scroll_propensity: {beta: {mean: 0.6, concentration: 8}}
    frustration: {dead_click: 0.35, error: 0.5, slow: 0.3, covered: 0.4}
faults: {loss: 0.01, duplicate: 0.005, reorder: 0.002, clock_skew_ms: {normal: {mean: 0, sd: 200}}}
expect:                             # optional; `simbench score` exits 1 when one fails
  - {detector: rage_click, measure: recall, at_least: 0.8}
"""  # noqa: E501


def sound(old: str = "", new: str = "", folder: Path = Path("/nowhere")) -> Scenario:
    assert not old or SOUND.count(old) == 1
    return scenario_of(parse_yaml(SOUND.replace(old, new) if old else SOUND, file="s.yaml"), folder=folder)


def test_the_contract_scenario_is_the_committed_one() -> None:
    text = (scenarios_folder() / "shop-baseline.yaml").read_text()
    header, body = text.split("schema: simbench", 1)
    assert "schema: simbench" + body == CONTRACT
    assert all(line.startswith("#") for line in header.splitlines())


def test_everything_the_contract_scenario_says_arrives() -> None:
    s = load_scenario("shop-baseline")
    assert (s.name, s.site, s.seed, s.sessions, s.timezone, s.engine) == (
        "shop-baseline", "shop", 7, 5000, "Europe/Berlin", "model",
    )  # fmt: skip
    assert s.start == datetime(2026, 3, 2, tzinfo=UTC)
    assert (s.arrivals.per_day, s.arrivals.peak_hour, s.arrivals.weekend) == (500, 20, 0.8)
    assert s.recorder.model_dump() == {
        "mousemove_hz": 20, "scroll_ms": 100, "mask_inputs": True, "require_consent": True, "sample": 1.0,
        "daily_cap": None, "pages": "all",
    }  # fmt: skip
    assert [(v.name, v.share, v.defects) for v in s.variants] == [
        ("a", 0.5, ("covered-continue", "photo-no-zoom")),
        ("b", 0.5, ()),
    ]
    (defect,) = s.defects
    assert (defect.id, defect.devices) == ("coupon-error", ("mobile",))
    assert (defect.from_, defect.until) == (datetime(2026, 3, 4, tzinfo=UTC), datetime(2026, 3, 6, tzinfo=UTC))
    (campaign,) = s.campaigns
    assert (campaign.source, campaign.landing, campaign.extra_per_day) == ("paid", "/category", 300)
    assert isinstance(s.faults.clock_skew_ms, Normal)
    assert (s.faults.loss, s.faults.duplicate, s.faults.reorder) == (0.01, 0.005, 0.002)
    assert [(e.detector, e.measure, e.at_least, e.at_most) for e in s.expect] == [("rage_click", "recall", 0.8, None)]
    hunter, phone, comparer = s.personas
    assert [p.share for p in s.personas] == [0.4, 0.35, 0.25]
    assert hunter.model_dump(exclude={"share"}) == default_library().persona("bargain_hunter").model_dump()
    assert isinstance(phone.patience_s, Lognormal)
    assert phone.patience_s.lognormal.median == 3
    assert phone.device == {"mobile": 1.0}
    assert comparer.goal == {"compare": 1.0}
    assert comparer.frustration.covered == 0.4


def test_a_persona_written_out_takes_the_rest_from_the_default() -> None:
    comparer = load_scenario("shop-baseline").personas[2]
    default = default_library().persona("default")
    assert comparer.frustration.form == default.frustration.form
    assert comparer.reading_wpm == default.reading_wpm
    assert comparer.about == ""


def test_with_changes_one_dial_of_a_group_and_leaves_the_others() -> None:
    change = "{frustration: {slow: 0.9}}"
    s = sound("{patience_s: {lognormal: {median: 2, sigma: 0.5}}}", change)
    impatient = default_library().persona("impatient")
    assert s.personas[1].frustration.slow == 0.9
    assert s.personas[1].frustration.error == impatient.frustration.error


@pytest.mark.parametrize("path", ALL, ids=[path.stem for path in ALL])
def test_every_committed_scenario_is_valid_says_what_it_is_for_and_resolves(path: Path) -> None:
    s = load_scenario(path)
    lines = path.read_text().splitlines()
    assert re.fullmatch(r"# yaml-language-server: \$schema=(\./|\.\./scenarios/)scenario\.schema\.json", lines[0])
    assert lines[1].startswith("# ")
    assert not summarize(s).notes
    kept = json.loads(json.dumps(resolve(s), allow_nan=False))
    assert Scenario.model_validate(kept) == s


def test_the_demo_is_rich() -> None:
    s = load_scenario("shop-demo")
    assert {p.name for p in s.personas} == set(default_library().names) - {"default"}
    on = {d for v in s.variants for d in v.defects} | {d.id for d in s.defects}
    assert len(on) >= 8
    assert len(s.variants) == 2
    assert s.campaigns
    assert 1500 <= s.sessions <= 2500


def test_the_clean_shop_has_no_defect() -> None:
    s = load_scenario("shop-clean")
    assert not s.defects
    assert not any(v.defects for v in s.variants)


def test_the_benchmark_is_the_agreed_one() -> None:
    s = load_scenario(ALL[-1])
    assert (s.sessions, s.recorder.mousemove_hz) == (20_000, 20)
    assert {device for p in s.personas for device in p.device} == {"desktop", "mobile"}


def test_examples_of_the_documentation_are_valid() -> None:
    examples = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.S)
    assert len(examples) >= 9
    for number, example in enumerate(examples):
        s = scenario_of(parse_yaml(example, file=f"example {number}"), folder=Path("/nowhere"))
        assert not summarize(s).notes


def test_the_documentation_speaks_of_every_key() -> None:
    page = PAGE.read_text()
    for block in ("arrivals", "recorder", "faults"):
        for key in getattr(load_scenario("shop-baseline"), block).model_dump():
            assert re.search(rf"\b{key}\b", page), f"{block}.{key}"
    for key in resolve(load_scenario("shop-baseline")):
        assert re.search(rf"\b{key}\b", page), key


def test_settings_are_drawn_once_a_run_by_seed_and_path() -> None:
    spread = "{per_day: {lognormal: {median: 100, sigma: 0.3}}, peak_hour: {uniform: {low: 8, high: 22}}}"
    one = sound("{per_day: 100, peak_hour: 20}", spread)
    again = sound("{per_day: 100, peak_hour: 20}", spread)
    source = parse_yaml(SOUND.replace("{per_day: 100, peak_hour: 20}", spread), file="s.yaml")
    other = scenario_of(source, folder=Path("/nowhere"), seed=8)
    assert isinstance(one.arrivals.per_day, float)
    assert 8 <= one.arrivals.peak_hour <= 22
    assert one == again
    assert other.seed == 8
    assert other.arrivals.per_day != one.arrivals.per_day


def test_draws_of_settings_follow_their_distribution() -> None:
    spread = SOUND.replace("loss: 0.01", "loss: {normal: {mean: 0.02, sd: 0.02}}")
    drawn = np.array(
        [
            scenario_of(parse_yaml(spread, file="s.yaml"), folder=Path("/nowhere"), seed=seed).faults.loss
            for seed in range(60)
        ]
    )
    assert (drawn >= 0).all()
    # The median of 60 draws lies outside these order statistics of a normal about once in a million runs.
    assert 0.006 < np.median(drawn) < 0.034
    assert len(set(drawn.tolist())) > 40


def test_the_command_line_goes_before_the_file() -> None:
    s = load_scenario("shop-baseline", sessions=12, seed=3, engine="browser")
    assert (s.sessions, s.seed, s.engine) == (12, 3, "browser")
    with pytest.raises(BadInput, match="--sessions: must lie between 1 and 10,000,000, but is 0"):
        load_scenario("shop-baseline", sessions=0)
    with pytest.raises(BadInput, match="--seed"):
        load_scenario("shop-baseline", seed=-1)
    with pytest.raises(BadInput, match='there is no engine "fast"'):
        load_scenario("shop-baseline", engine="fast")


def test_a_site_may_be_a_path_from_the_scenario(tmp_path: Path) -> None:
    shop = scenarios_folder().parent / "fixture_sites" / "shop"
    (tmp_path / "mine").symlink_to(shop)
    for written in ("mine", "./mine", str(shop)):
        s = sound("site: shop", f"site: {written}", folder=tmp_path)
        assert s.site == written
        assert s.site_folder == shop.resolve()
        assert "site_folder" not in resolve(s)
    assert sound().site_address == "shop"


def test_a_wrong_site_yaml_is_told_below_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "site.yaml").write_text("schema: simbench.site/1\nname: mine\n")
    with pytest.raises(BadInput) as caught:
        sound("site: shop", "site: ./mine", folder=tmp_path)
    first, *rest = caught.value.problems
    assert first.startswith("s.yaml:3: site: its site.yaml has ")
    assert any("site.yaml:1: pages: is required and missing" in line for line in rest)


def test_scenarios_are_found_by_path_and_by_name(tmp_path: Path) -> None:
    assert find_scenario("shop-demo") == scenarios_folder() / "shop-demo.yaml"
    assert find_scenario("shop-demo.yaml") == scenarios_folder() / "shop-demo.yaml"
    assert {"shop-baseline", "shop-demo", "shop-clean"} <= set(scenario_names())
    mine = tmp_path / "mine.yaml"
    mine.write_text(SOUND)
    assert find_scenario(mine) == mine
    with pytest.raises(BadInput, match=r'did you mean ".*mine\.yaml"'):
        find_scenario(tmp_path / "mien.yaml")
    with pytest.raises(BadInput, match="there is no such scenario"):
        find_scenario("x" * 300)
    with pytest.raises(BadInput, match="is a folder"):
        load_scenario(tmp_path)


def test_all_problems_of_a_file_come_at_once_and_in_order() -> None:
    text = SOUND.replace("seed: 7", "seed: x").replace("share: 0.4", "share: 0.5").replace("coupon-error", "coupon")
    text = text.replace("paid", "ads").replace("site: shop", "site: shop\ncolour: red")
    with pytest.raises(BadInput) as caught:
        scenario_of(parse_yaml(text, file="s.yaml"), folder=Path("/nowhere"))
    keys = [re.match(r"s\.yaml:(\d+): ([\w\[\].]+): ", problem) for problem in caught.value.problems]
    assert all(keys)
    lines = [int(found[1]) for found in keys if found]
    assert lines == sorted(lines)
    assert [found[2] for found in keys if found] == [
        "colour", "seed", "defects[0].id", "campaigns[0].source", "personas",
    ]  # fmt: skip


def test_windows_that_the_run_will_not_reach_are_noted_and_allowed() -> None:
    s = sound("from: 2026-03-03T00:00:00Z, until: 2026-03-04T00:00:00Z", "from: 2027-01-01T00:00:00Z")
    (note,) = summarize(s).notes
    assert "coupon-error appears on 2027-01-01, after the last session is expected" in note


def test_a_defect_that_nobody_can_meet_is_noted() -> None:
    on_tablets = SOUND.replace("devices: [mobile]", "devices: [tablet]")
    reader_has_one = scenario_of(parse_yaml(on_tablets, file="s.yaml"), folder=Path("/nowhere"))
    assert summarize(reader_has_one).notes == ()
    without = on_tablets.replace("use: reader", "use: phone_browser").replace("with: {", "with: {device: desktop, ")
    s = scenario_of(parse_yaml(without, file="s.yaml"), folder=Path("/nowhere"))
    assert summarize(s).notes == ("the defect coupon-error shows on tablet alone, and no persona comes with that",)


def test_the_expected_end_counts_campaigns() -> None:
    s = load_scenario("shop-baseline")
    # Seven days of 500, then 800 a day while the campaign lasts: 1,500 / 800 = 1.875 days.
    assert (expected_end(s) - s.start).total_seconds() / 86_400 == pytest.approx(8.875)
    assert (expected_end(load_scenario("shop-clean")) - s.start).total_seconds() / 86_400 == pytest.approx(2000 / 280)


def _with_personas(tmp_path: Path, personas: str) -> Scenario:
    path = tmp_path / "s.yaml"
    path.write_text(
        "schema: simbench.scenario/1\nname: s\nsite: shop\nseed: 1\nsessions: 10\nstart: 2026-03-02T00:00:00Z\n"
        f"personas:\n{personas}"
    )
    return load_scenario(path)


def test_a_persona_extends_one_of_the_scenario_or_of_the_library(tmp_path: Path) -> None:
    mine, child, comparer = (
        _with_personas(
            tmp_path,
            "  - {name: child, extends: mine, share: 0.2, frustration: {slow: 0.9}}\n"
            "  - {name: mine, extends: impatient, share: 0.3, device: tablet, frustration: {error: 0.1}}\n"
            "  - {name: comparer, extends: comparer, share: 0.5, give_up: 0.5}\n",
        ).personas[1::-1]
        + _with_personas(tmp_path, "  - {name: comparer, extends: comparer, share: 1, give_up: 0.5}\n").personas
    )
    library = default_library()
    impatient = library.persona("impatient")
    assert mine.device == child.device == {"tablet": 1.0}
    assert (mine.frustration.error, child.frustration.error) == (0.1, 0.1)
    assert mine.frustration.slow == impatient.frustration.slow
    assert child.frustration.slow == 0.9
    assert child.patience_s == mine.patience_s == impatient.patience_s
    # One that extends its own name extends the library's.
    assert comparer.give_up == 0.5
    assert comparer.compare_items == library.persona("comparer").compare_items


def test_a_persona_may_extend_one_that_the_scenario_changed(tmp_path: Path) -> None:
    used, child = _with_personas(
        tmp_path,
        "  - {use: reader, share: 0.5, with: {patience_s: 2}}\n  - {name: child, extends: reader, share: 0.5}\n",
    ).personas
    assert (used.patience_s, child.patience_s) == (2, 2)
    assert child.name == "child"
    assert child.text_select == default_library().persona("reader").text_select


def test_goals_that_come_from_another_persona_are_looked_at_too(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"personas\[0\]\.goal: the site shop has no goal \"fly\""):
        _with_personas(
            tmp_path,
            "  - {name: a, share: 0.5, goal: fly}\n  - {name: b, extends: a, share: 0.5}\n",
        )
