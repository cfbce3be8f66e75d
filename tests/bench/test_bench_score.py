"""What must hold of every scorecard, whatever the truth and the findings."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simbench.bench.results import KindScore, Scorecard
from simbench.bench.score import score
from simbench.errors import BadInput
from simbench.events.schema import KINDS

Make = Callable[..., Any]

SESSIONS = [
    {"session": "a", "visitor": "v1", "clock_skew_ms": 250.0},
    {"session": "b", "visitor": "v1", "clock_skew_ms": -4000.0, "device": "mobile"},
    {"session": "c", "visitor": "v2", "persona": "impatient"},
    {"session": "d", "visitor": "v3", "recorded": False},
]
SKEW = {row["session"]: int(row.get("clock_skew_ms", 0)) for row in SESSIONS}

episodes = st.lists(
    st.builds(
        lambda session, kind, role, start, length, target, observable: {
            "session": session,
            "kind": kind,
            "role": role,
            "lookalike": {"lookalike": "stepper", "ambiguous": "one_press"}.get(role),
            "t_start": 10_000 + start * 300,
            "t_end": 10_000 + start * 300 + length,
            "target": target,
            "cause": "photo" if length else None,
            "observable": observable and session != "d",
        },
        st.sampled_from("abcd"),
        st.sampled_from(["rage_click", "dead_click", "missed_cta"]),
        st.sampled_from(["true", "true", "lookalike", "ambiguous"]),
        st.integers(0, 20),
        st.sampled_from([0, 400, 2000]),
        st.sampled_from(["#x", "#y", None]),
        st.booleans(),
    ),
    max_size=10,
)
guesses = st.lists(
    st.builds(
        lambda session, kind, start, target, value: {
            "session": session, "kind": kind, "t_start": 10_000 + start * 300, "target": target, "score": value,
        },
        st.sampled_from("abc"),
        st.sampled_from(["rage_click", "dead_click", "missed_cta"]),
        st.integers(0, 20),
        st.sampled_from(["#x", "#y", None]),
        st.sampled_from([None, 0.1, 0.5, 0.9]),
    ),
    max_size=10,
)  # fmt: skip
QUIET = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def rows_of(card: Scorecard, row: str = "detector") -> dict[str, KindScore]:
    return {r.kind: r for r in card.results if r.row == row}


def document(card: Scorecard) -> str:
    return json.dumps(card.to_json(), allow_nan=False, sort_keys=True)


@QUIET
@given(episodes)
def test_the_truth_itself_scores_one(make_tables: Make, make_findings: Make, planted: list[dict[str, Any]]) -> None:
    observed, truth = make_tables(sessions=SESSIONS, episodes=planted)
    visible = [e for e in planted if e["role"] == "true" and e["observable"]]
    own = make_findings(
        *(
            {"session": e["session"], "kind": e["kind"], "view": 0, "target": e["target"],
             "t_start": e["t_start"] + SKEW[e["session"]], "t_end": e["t_end"] + SKEW[e["session"]]}
            for e in visible
        )
    )  # fmt: skip
    card = score(observed, truth, own)
    for kind, row in rows_of(card).items():
        assert row.precision.value == 1
        assert row.recall_observable.value == 1
        perfect = rows_of(card, "perfect")[kind]
        assert (row.matched, row.recall, row.f1) == (perfect.matched, perfect.recall, perfect.f1)
        assert row.false_positives == {}
        assert rows_of(card, "null")[kind].recall.value == 0
        assert rows_of(card, "null")[kind].precision.value is None


@QUIET
@given(episodes, guesses, st.randoms(use_true_random=False))
def test_order_of_rows_does_not_show(
    make_tables: Make, make_findings: Make, planted: list[dict[str, Any]], found: list[dict[str, Any]], random: Any
) -> None:
    clicks = [{"session": s, "time": 10_000 + 700 * n, "target": "#x"} for n, s in enumerate("abcabcaabbcc")]
    plain = score(*make_tables(sessions=SESSIONS, episodes=planted, clicks=clicks), make_findings(*found))
    numbered = [{"seq": n, **click} for n, click in enumerate(clicks)]
    shuffled: list[list[Any]] = [list(rows) for rows in (SESSIONS, planted, numbered, found)]
    for rows in shuffled:
        random.shuffle(rows)
    sessions, mixed_planted, mixed_clicks, mixed_found = shuffled
    mixed = make_tables(sessions=sessions, episodes=mixed_planted, clicks=mixed_clicks)
    assert document(score(*mixed, make_findings(*mixed_found))) == document(plain)


@QUIET
@given(episodes, guesses)
def test_counts_add_up_and_bounds_hold(
    make_tables: Make, make_findings: Make, planted: list[dict[str, Any]], found: list[dict[str, Any]]
) -> None:
    card = score(*make_tables(sessions=SESSIONS, episodes=planted), make_findings(*found))
    for row in (r for r in card.results if r.row != "random"):
        assert row.findings == row.matched + row.ambiguous + sum(row.false_positives.values())
        assert row.truth == row.matched + sum(row.missed.values())
        for estimate in (row.precision, row.recall, row.recall_observable, row.f1):
            if estimate.value is not None:
                assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1  # type: ignore[operator]
            else:
                assert estimate.reason
        true, false = (row.bounds[name]["precision"].value for name in ("ambiguous_as_true", "ambiguous_as_false"))
        if row.precision.value is not None:
            assert false <= row.precision.value <= true  # type: ignore[operator]


@QUIET
@given(episodes, guesses)
def test_a_false_finding_never_raises_precision_nor_changes_recall(
    make_tables: Make, make_findings: Make, planted: list[dict[str, Any]], found: list[dict[str, Any]]
) -> None:
    tables = make_tables(sessions=SESSIONS, episodes=planted)
    before = rows_of(score(*tables, make_findings(*found)))
    false = {"session": "c", "t_start": 500_000, "target": "#nowhere"}
    after = rows_of(score(*tables, make_findings(*found, false)))["rage_click"]
    assert after.false_positives["none"] >= 1
    if "rage_click" in before and before["rage_click"].precision.value is not None:
        assert after.precision.value <= before["rage_click"].precision.value  # type: ignore[operator]
        assert after.recall == before["rage_click"].recall


@QUIET
@given(episodes, guesses)
def test_each_point_of_a_curve_is_what_those_findings_alone_would_score(
    make_tables: Make, make_findings: Make, planted: list[dict[str, Any]], found: list[dict[str, Any]]
) -> None:
    tables = make_tables(sessions=SESSIONS, episodes=planted)
    for kind, row in rows_of(score(*tables, make_findings(*found))).items():
        assert len(row.curve) == len({f["score"] for f in found if f["kind"] == kind} - {None})
        for threshold, precision, recall in row.curve:
            kept = [f for f in found if f["score"] is None or f["score"] >= threshold]
            alone = rows_of(score(*tables, make_findings(*kept)))[kind]
            assert (alone.precision.value, alone.recall.value) == (precision, recall)


@QUIET
@given(episodes, guesses)
def test_collar_curve_passes_through_the_headline(
    make_tables: Make, make_findings: Make, planted: list[dict[str, Any]], found: list[dict[str, Any]]
) -> None:
    for kind, row in rows_of(score(*make_tables(sessions=SESSIONS, episodes=planted), make_findings(*found))).items():
        if kind == "missed_cta":
            assert row.collars == ()
            continue
        at = {collar: (precision, recall) for collar, precision, recall in row.collars}
        assert at[500] == (row.precision.value, row.recall.value)
        recalls = [recall for _, _, recall in row.collars if recall is not None]
        assert recalls == sorted(recalls)


# ---------------------------------------------------------------------------------------------------------------------
# Single facts


def rage(session: str, start: int, **more: Any) -> dict[str, Any]:
    return {"session": session, "kind": "rage_click", "t_start": start, **more}


def test_ten_episodes_of_one_visitor_say_less_than_ten_of_ten(make_tables: Make, make_findings: Make) -> None:
    def width(visitors: int) -> float:
        sessions = [{"session": f"s{n}", "visitor": f"v{n % visitors}"} for n in range(40)]
        planted = [rage(f"s{n}", 10_000) for n in range(40)]
        # Visitors are alike in themselves: all of one visitor's episodes are found, or none.
        found = [rage(f"s{n}", 10_000) for n in range(40) if n % visitors < visitors // 2]
        card = score(*make_tables(sessions=sessions, episodes=planted), make_findings(*found))
        row = rows_of(card)["rage_click"]
        assert row.recall.value == 0.5
        assert card.population["visitors"] == visitors
        return row.recall.high - row.recall.low  # type: ignore[operator]

    assert width(4) > 1.8 * width(40)


def test_benign_clicks_are_physical_primary_and_outside_episodes(make_tables: Make, make_findings: Make) -> None:
    planted = [
        rage("a", 10_000, t_end=11_000),
        rage("a", 30_000, t_end=31_000, role="lookalike", lookalike="stepper"),
        rage("a", 50_000, t_end=51_000, role="ambiguous", lookalike="one_press"),
        {"session": "a", "kind": "hesitation", "t_start": 70_000, "t_end": 79_000},
    ]
    at = lambda time, **more: {"session": "a", "time": time + 250, **more}  # noqa: E731  (the page's clock)
    clicks = [
        at(10_500),  # venting
        at(11_500),  # within the collar of it
        at(11_501),  # benign
        at(30_500),  # a look-alike: benign
        at(50_500),  # ambiguous
        at(75_000),  # hesitation is found in other things than clicks: benign
        at(90_000, button=2),
        at(91_000, detail=0),  # made by the keyboard
        at(92_000, type="pointerdown"),
        at(30_500, seq=3),  # the collector holds the look-alike's click twice
    ]
    card = score(*make_tables(sessions=SESSIONS[:1], episodes=planted, clicks=clicks), make_findings(rage("a", 99_000)))
    assert card.population["clicks"] == 6
    assert card.population["benign_clicks"] == 3
    row = rows_of(card)["rage_click"]
    assert row.opportunity == "benign click"
    assert row.false_positives_per_1000.value == pytest.approx(1000 / 3, abs=1e-3)  # type: ignore[union-attr]


def test_precision_is_restated_at_other_prevalences(make_tables: Make, make_findings: Make) -> None:
    sessions = [{"session": f"s{n}"} for n in range(10)]
    clicks = [{"session": f"s{n}", "time": 100_000 + 1000 * k} for n in range(10) for k in range(10)]
    planted = [rage(f"s{n}", 10_000) for n in range(10)]
    found = [rage(f"s{n}", 10_000) for n in range(8)] + [rage("s9", 300_000)]
    row = rows_of(score(*make_tables(sessions=sessions, episodes=planted, clicks=clicks), make_findings(*found)))
    # Recall .8 and 10 false findings per 1,000 benign clicks: 10 true in 1,000 give 8 right of 18 found.
    assert dict(row["rage_click"].precision_at)[10.0] == pytest.approx(8 / 18, abs=1e-6)


def test_sessions_are_judged_as_product_lists_show_them(make_tables: Make, make_findings: Make) -> None:
    sessions = [{"session": f"s{n}"} for n in range(10)] + [{"session": "unseen", "recorded": False}]
    planted = [rage(f"s{n}", 10_000) for n in range(4)] + [rage("s0", 90_000), rage("unseen", 1)]
    planted.append(rage("s9", 10_000, role="ambiguous", lookalike="one_press"))
    # Right session, wrong moment counts here; s9 stays outside.
    found = [rage("s0", 400_000), rage("s1", 10_000), rage("s2", 10_000), rage("s5", 10_000), rage("s9", 10_000)]
    view = rows_of(score(*make_tables(sessions=sessions, episodes=planted), make_findings(*found)))[
        "rage_click"
    ].sessions
    assert view is not None
    assert (view.sessions, view.with_truth, view.flagged, view.both) == (9, 4, 4, 3)
    assert view.sensitivity.value == 0.75
    assert view.specificity.value == 0.8
    assert view.precision.value == 0.75
    assert view.likelihood_ratio == pytest.approx(0.75 / 0.2)
    assert dict(view.precision_at)[0.1] == pytest.approx(0.075 / (0.075 + 0.2 * 0.9), abs=1e-6)


def test_one_long_finding_over_two_bursts_is_not_punished_many_to_one(make_tables: Make, make_findings: Make) -> None:
    planted = [rage("a", 10_000, t_end=11_000), rage("a", 14_000, t_end=15_000)]
    found = make_findings(rage("a", 10_250, t_end=15_250))
    row = rows_of(score(*make_tables(sessions=SESSIONS, episodes=planted), found))["rage_click"]
    assert row.recall.value == 0.5
    assert row.many_to_one == {"precision": 1.0, "recall": 1.0}


def test_breakdowns_are_by_what_the_session_and_the_view_were(make_tables: Make, make_findings: Make) -> None:
    views = [
        {"session": s, "view": v, "page": page, "start": 50_000 * v, "end": 50_000 * (v + 1)}
        for s in "abc"
        for v, page in enumerate(["/", "/cart"])
    ]
    planted = [
        rage("a", 10_000, cause="photo"),
        rage("b", 60_000, view=1, cause="photo"),
        rage("c", 60_000, view=1),
        rage("d", 1, view=0, observable=False),
    ]
    found = make_findings(rage("a", 10_250), rage("b", 6_000), rage("c", 60_000))
    by = rows_of(score(*make_tables(sessions=SESSIONS, episodes=planted, views=views), found))["rage_click"].by
    assert {k: (v["truth"], v["matched"], v["findings"]) for k, v in by["device"].items()} == {
        "desktop": (2, 2, 2), "mobile": (1, 0, 1), "unrecorded": (1, 0, 0),
    }  # fmt: skip
    assert {k: v["recall"].value for k, v in by["persona"].items()} == {"impatient": 1, "reader": 0.333333}
    assert {k: (v["truth"], v["findings"]) for k, v in by["page"].items()} == {
        "/": (1, 2), "/cart": (2, 1), "unknown": (1, 0),
    }  # fmt: skip
    assert {k: (v["truth"], v["matched"]) for k, v in by["cause"].items()} == {"none": (2, 1), "photo": (2, 1)}
    assert "precision" not in by["cause"]["photo"]


def test_a_finding_without_a_view_says_its_page_itself(make_tables: Make, make_findings: Make) -> None:
    planted = [rage("a", 700_000, view=None, target="#icon")]
    elements = [
        {"page": page, "target": "#icon", "interactive_ancestor": root} for page, root in (("/", "#a"), ("/b", "#b"))
    ]
    # Nobody recorded a view at that time.
    found = make_findings(rage("a", 700_250, page="/b", target="#b"), rage("a", 700_250, page="/b", target="#a"))
    card = score(*make_tables(sessions=SESSIONS, episodes=planted, elements=elements), found)
    row = rows_of(card)["rage_click"]
    assert row.matched == 1
    assert row.false_positives == {"none": 1}
    assert row.by["page"]["/b"]["findings"] == 2


def test_chance_has_as_many_findings_and_is_seeded(make_tables: Make, make_findings: Make) -> None:
    sessions = [{"session": f"s{n:02}"} for n in range(20)]
    clicks = [{"session": f"s{n:02}", "time": 1000 * k, "target": "#x"} for n in range(20) for k in range(1, 101)]
    # One second in ten is an episode, and the collar makes it two.
    planted = [rage(f"s{n:02}", 1000 * k, target="#x") for n in range(20) for k in range(10, 101, 10)]
    tables = make_tables(sessions=sessions, episodes=planted, clicks=clicks)
    found = make_findings(*(rage(f"s{n:02}", 500 + 1000 * k) for n in range(20) for k in range(5)))
    first, again, other = (rows_of(score(*tables, found, seed=seed), "random")["rage_click"] for seed in (0, 0, 1))
    assert first.findings == 100
    assert first == again
    assert first.matched != other.matched
    # Clicks lie on whole seconds, so one in ten meets an episode; two findings there would count once.
    assert 0.06 < first.precision.value < 0.11  # type: ignore[operator]
    assert first.precision.low < first.precision.value < first.precision.high  # type: ignore[operator]
    assert "repetitions" in first.precision.method


def test_kinds_that_a_detector_does_not_declare_are_not_scored(make_tables: Make, make_findings: Make) -> None:
    planted = [rage("a", 10_000), {"session": "a", "kind": "u_turn", "t_start": 1, "target": "#x"}]
    found = make_findings(rage("a", 10_250), {"session": "a", "kind": "dead_click", "t_start": 10_250})
    tables = make_tables(sessions=SESSIONS, episodes=planted)
    card = score(*tables, found, declared={"mine": ["rage_click", "error_click"]})
    assert set(rows_of(card)) == {"rage_click", "error_click"}
    assert card.undeclared == {"mine": {"dead_click": 1}}
    assert card.kinds_without_detector == {"u_turn": 1}
    assert rows_of(card)["error_click"].precision.reason == "nothing was found"


def test_detectors_do_not_compete(make_tables: Make, make_findings: Make) -> None:
    found = make_findings(rage("a", 10_250), rage("a", 10_250, detector="theirs"))
    card = score(*make_tables(sessions=SESSIONS, episodes=[rage("a", 10_000)]), found)
    scored = [(r.detector, r.matched) for r in card.results if r.row == "detector"]
    assert scored == [("mine", 1), ("theirs", 1)]
    assert [(r.row, r.detector) for r in card.results if r.row in {"null", "perfect"}] == [
        ("null", "null"), ("perfect", "perfect"),
    ]  # fmt: skip


def test_a_tool_may_leave_out_its_name(make_tables: Make, make_findings: Make) -> None:
    tables = make_tables(sessions=SESSIONS, episodes=[rage("a", 10_000)])
    card = score(*tables, make_findings(rage("a", 10_250, detector=None)))
    assert [(r.detector, r.matched) for r in card.results if r.row == "detector"] == [("unnamed", 1)]


def test_sessions_that_the_run_does_not_have_are_counted_and_left_out(make_tables: Make, make_findings: Make) -> None:
    tables = make_tables(sessions=SESSIONS, episodes=[rage("a", 10_000)])
    page = {"detector": "mine", "kind": None, "page": "/", "finding": "dead_image"}
    card = score(*tables, make_findings(rage("a", 10_250), rage("zz", 1), rage("zz", 2), rage("yy", 1), page))
    assert card.unjudged.unknown_session_findings == 3
    assert card.unjudged.unknown_sessions == 2
    assert card.unjudged.page_findings == 1
    assert rows_of(card)["rage_click"].precision.value == 1
    with pytest.raises(BadInput, match=r"their\.jsonl: none of its sessions \(such as 'zz'\)"):
        score(*tables, make_findings(rage("zz", 1)), source="their.jsonl")


def test_nothing_at_all_is_no_error(make_tables: Make, make_findings: Make) -> None:
    card = score(*make_tables(sessions=[]), make_findings())
    assert card.results == ()
    assert json.loads(document(card))["schema"] == "simbench.score/1"
    card = score(*make_tables(sessions=SESSIONS), make_findings(), declared={"mine": KINDS})
    assert {r.kind for r in card.results} == set(KINDS)
    assert all(r.recall.value is None for r in card.results)


def test_plain_and_chunked_columns_are_read_alike(make_tables: Make, make_findings: Make) -> None:
    observed, truth = make_tables(sessions=SESSIONS, episodes=[rage("a", 10_000), rage("c", 20_000, target="#x")])
    found = make_findings(rage("a", 10_250), rage("c", 20_000, target="#x"), rage("c", 90_000))
    plain = pa.table({n: c.cast(pa.string()) if pa.types.is_dictionary(c.type) else c for n, c in _columns(found)})
    chunked = pa.concat_tables([found.slice(n, 1) for n in range(3)])
    expected = document(score(observed, truth, found))
    assert document(score(observed, truth, plain)) == expected
    assert document(score(observed, truth, chunked)) == expected


def _columns(table: pa.Table) -> list[tuple[str, Any]]:
    return list(zip(table.column_names, table.columns, strict=True))


def test_a_thousand_findings_on_one_episode_are_one_match(make_tables: Make, make_findings: Make) -> None:
    rng = np.random.default_rng(3)
    found = make_findings(*(rage("a", 10_250 + int(t)) for t in rng.integers(0, 20_000, 1000)))
    planted = [rage("a", 10_000, t_end=30_000), rage("a", 10_000, t_end=31_000), rage("a", 12_000, t_end=13_000)]
    row = rows_of(score(*make_tables(sessions=SESSIONS, episodes=planted), found))["rage_click"]
    assert row.matched == 3
    assert row.false_positives == {"duplicate": 997}
