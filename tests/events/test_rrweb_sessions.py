"""Views, sessions, devices and addresses of imported recordings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rrweb_samples import (
    HREF,
    START,
    add,
    custom,
    document,
    el,
    imported,
    incremental,
    log,
    meta,
    mouse,
    mutation,
    page,
    press,
    rows,
    snapshot,
    write,
)

from simbench.errors import BadInput
from simbench.events import Run
from simbench.events.codecs.rrweb import import_rrweb
from simbench.events.codecs.rrweb.address import campaign_of, clean_url, group_path, page_of, traffic_source
from simbench.events.codecs.rrweb.device import browser_of, device_of, system_of

MINUTE = 60_000
LOAD = [{"type": 0, "timestamp": START + 5000, "data": {}}, {"type": 1, "timestamp": START + 5001, "data": {}}]


def views(run: Run) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run.table("views").to_pylist()
    return found


def sessions(run: Run) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run.table("sessions").to_pylist()
    return found


def at(time: float) -> datetime:
    return datetime.fromtimestamp(START / 1000, tz=UTC) + timedelta(milliseconds=time)


def other_page(time: float, href: str, *body: Any) -> list[dict[str, Any]]:
    """A document that loads, with other nodes under the same ids."""
    return [meta(time, href=href), snapshot(time + 10, document(*(body or [el("main", 10), el("i", 20)])))]


class TestViews:
    def test_the_first_view(self, tmp_path: Path) -> None:
        (view,) = views(imported(tmp_path, [*page(), *press(3000, 42)]))
        assert view["page"] == "/product/:id"
        assert view["url"] == "https://shop.example/product/81"
        assert (view["viewport_w"], view["viewport_h"], view["tab"]) == (1280.0, 720.0, 0)
        assert (view["start"], view["end"]) == (at(0), at(3060))
        unknown = ("nav", "referrer", "layout", "doc_h", "ttfb_ms", "lcp_ms")
        assert [view[column] for column in unknown] == [None] * len(unknown)

    def test_a_click_on_a_link_leads_to_the_next_view(self, tmp_path: Path) -> None:
        run = imported(
            tmp_path,
            [*page(), *press(3000, 30), *other_page(5000, "https://shop.example/delivery?x=1"), *press(6000, 10)],
        )
        first, second = views(run)
        assert first["end"] == at(3060)
        assert (second["page"], second["nav"]) == ("/delivery", "link")
        assert second["referrer"] == "https://shop.example/product/81"
        assert [row["view"] for row in rows(run, "click")] == [0, 1]
        assert rows(run, "click")[1]["target"] == "html > body:nth-of-type(1) > main:nth-of-type(1)"
        assert len(sessions(run)) == 1

    @pytest.mark.parametrize(
        "before", [[], press(3000, 42), [*press(3000, 30), *press(3500, 42)], press(3000, 30, hold=1)]
    )
    def test_without_a_click_on_that_link_nobody_knows_the_way(self, tmp_path: Path, before: Any) -> None:
        href = "https://shop.example/delivery" if before[:1] and len(before) == 6 else "https://shop.example/returns"
        run = imported(tmp_path, [*page(), *before, *other_page(5000, href)])
        assert [view["nav"] for view in views(run)] == [None, None]

    def test_a_second_snapshot_of_one_document_is_no_view(self, tmp_path: Path) -> None:
        again = snapshot(9010, page()[1]["data"]["node"])
        run = imported(tmp_path, [*page(), meta(9000), again, *press(9500, 42)])
        assert len(views(run)) == 1
        assert rows(run, "click")[0]["target"].endswith("li:nth-of-type(2)")

    def test_the_same_address_with_other_nodes_is_a_reload(self, tmp_path: Path) -> None:
        assert [view["nav"] for view in views(imported(tmp_path, [*page(), *other_page(5000, HREF)]))] == [
            None,
            "reload",
        ]

    def test_a_load_event_tells_a_reload_of_a_page_that_stands_still(self, tmp_path: Path) -> None:
        again = [meta(5002), snapshot(5003, page()[1]["data"]["node"])]
        assert [view["nav"] for view in views(imported(tmp_path, [*page(), *LOAD, *again]))] == [None, "reload"]

    def test_a_load_event_after_the_snapshot_does_not(self, tmp_path: Path) -> None:
        node = page()[1]["data"]["node"]
        begin = [{"type": 0, "timestamp": START - 1, "data": {}}, *page()]
        late = {"type": 1, "timestamp": START + 500, "data": {}}
        run = imported(tmp_path, [*begin, late, meta(5002), snapshot(5003, node)])
        assert len(views(run)) == 1

    @pytest.mark.parametrize(
        "change",
        [
            [meta(4000, href="https://shop.example/cart")],
            [custom(4000, "url-change", {"href": "https://shop.example/cart"})],
            [custom(4000, "$pageview", {"url": "/cart"})],
            [custom(4000, "navigate", "/cart?x=1")],
        ],
    )
    def test_an_address_that_changes_in_one_document_is_a_spa_view(self, tmp_path: Path, change: Any) -> None:
        run = imported(tmp_path, [*page(), *press(3000, 42), *change, *press(5000, 42)])
        _, second = views(run)
        assert (second["page"], second["nav"], second["start"]) == ("/cart", "spa", at(4000))
        assert second["referrer"] == "https://shop.example/product/81"
        assert [row["view"] for row in rows(run, "click")] == [0, 1]
        assert [row["time"] for row in rows(run, "pageview")] == [at(0), at(4000)]

    def test_with_a_snapshot_of_the_same_document_too(self, tmp_path: Path) -> None:
        again = [meta(4000, href="https://shop.example/cart"), snapshot(4010, page()[1]["data"]["node"])]
        assert [view["nav"] for view in views(imported(tmp_path, [*page(), *again]))] == [None, "spa"]

    @pytest.mark.parametrize(
        ("href", "count"),
        [
            (HREF, 1),
            (HREF + "-further-down", 1),
            ("https://shop.example/product/81?utm_source=mail&q=other", 2),
            (HREF.split("#")[0] + "#/reviews", 2),
            ("https://shop.example/product/82", 2),
        ],
    )
    def test_what_counts_as_another_address(self, tmp_path: Path, href: str, count: int) -> None:
        assert len(views(imported(tmp_path, [*page(), meta(4000, href=href)]))) == count

    def test_a_new_viewport_holds_for_later_views(self, tmp_path: Path) -> None:
        events = [*page(), incremental(2000, 4, width=390, height=844), meta(4000, "/cart", 390, 844)]
        assert [view["viewport_w"] for view in views(imported(tmp_path, events))] == [1280.0, 390.0]

    def test_a_snapshot_without_meta_leaves_the_address_open(self, tmp_path: Path) -> None:
        run = imported(tmp_path, [page()[1], *press(1000, 42)])
        (view,) = views(run)
        assert (view["page"], view["url"], view["viewport_w"]) == (None, None, None)
        assert rows(run, "click")[0]["target"].endswith("li:nth-of-type(2)")
        assert {row["page"] for row in run.elements().to_pylist()} == {None}

    def test_a_snapshot_that_cannot_be_read_leaves_the_page_as_it_was(self, tmp_path: Path) -> None:
        events = [*page(), meta(4000, href="https://shop.example/cart"), snapshot(4010, "?"), *press(5000, 42)]
        run = imported(tmp_path, events)
        assert [view["page"] for view in views(run)] == ["/product/:id", "/cart"]
        assert rows(run, "click")[0]["target"].endswith("li:nth-of-type(2)")
        assert log(run)["rejected"] == 1

    def test_what_comes_before_the_first_snapshot_is_counted(self, tmp_path: Path) -> None:
        early = [mouse(-500, 2, 42), incremental(-400, 1, positions=[{"x": 1, "y": 1, "id": 1}] * 3)]
        run = imported(tmp_path, [*early, *page(), *press(1000, 42)])
        assert log(run)["before_first_snapshot"] == 2
        assert len(rows(run, "click")) == 1


class TestSessions:
    def test_thirty_idle_minutes_cut(self, tmp_path: Path) -> None:
        run = imported(tmp_path, [*page(), *press(1000, 42), *press(1060 + 30 * MINUTE, 42)])
        first, second = sessions(run)
        assert first["session"] != second["session"]
        assert first["visitor"] == second["visitor"]
        assert (first["visitor_type"], second["visitor_type"]) == (None, "returning")
        assert (first["start"], second["start"]) == (at(0), at(1060 + 30 * MINUTE))
        assert [(view["session"], view["view"]) for view in views(run)] == [
            (first["session"], 0),
            (second["session"], 0),
        ]
        mine = [row for row in rows(run) if row["session"] == second["session"]]
        assert [row["type"] for row in mine] == ["pageview", "pointerdown", "pointerup", "click"]
        assert [row["seq"] for row in mine] == [0, 1, 2, 3]

    def test_a_millisecond_less_does_not(self, tmp_path: Path) -> None:
        run = imported(tmp_path, [*page(), *press(1000, 42), *press(1059 + 30 * MINUTE, 42)])
        assert len(sessions(run)) == 1

    def test_the_new_session_opens_on_the_dom_as_it_then_is(self, tmp_path: Path) -> None:
        run = imported(
            tmp_path,
            [
                *page(),
                incremental(500, 3, id=1, x=0, y=200),
                mutation(20 * MINUTE, adds=[add(40, el("li", 60, "new"), 41)]),
                mutation(40 * MINUTE, adds=[add(40, el("li", 61, "newer"), 41)]),
                *press(50 * MINUTE, 42, y=5),
            ],
        )
        (click,) = rows(run, "click")
        assert click["target"].endswith("li:nth-of-type(4)")
        assert (click["view"], click["y"], click["scroll_y"]) == (0, 205.0, 200.0)
        second = views(run)[1]
        assert (second["page"], second["nav"], second["start"]) == ("/product/:id", None, at(50 * MINUTE))
        # What the page did in the visitor's absence is in neither session.
        assert log(run)["while_away"] == 1
        assert [row["time"] for row in rows(run, "mutation")] == [at(20 * MINUTE)]

    def test_a_page_that_moves_by_itself_keeps_nobody_there(self, tmp_path: Path) -> None:
        ticks = [mutation(n * MINUTE, texts=[{"id": 45, "value": str(n)}]) for n in range(1, 90)]
        run = imported(tmp_path, [*page(), *press(1000, 42), *ticks, *press(90 * MINUTE, 42)])
        assert len(sessions(run)) == 2
        assert log(run)["while_away"] == 89 - 30
        assert views(run)[0]["end"] == at(30 * MINUTE)

    def test_coming_back_to_another_page_opens_that_view_only(self, tmp_path: Path) -> None:
        run = imported(
            tmp_path, [*page(), *other_page(45 * MINUTE, "https://shop.example/cart"), *press(46 * MINUTE, 10)]
        )
        assert [(view["view"], view["page"]) for view in views(run)] == [(0, "/product/:id"), (0, "/cart")]
        assert len(sessions(run)) == 2

    def test_leaving_after_an_hour_is_not_a_visit(self, tmp_path: Path) -> None:
        events = [
            *page(),
            *press(1000, 42),
            custom(60 * MINUTE, "pagehide"),
            custom(60 * MINUTE, "visibility", "hidden"),
        ]
        assert len(sessions(imported(tmp_path, events))) == 1
        back = [*events, custom(61 * MINUTE, "visibility", "visible")]
        assert len(sessions(imported(tmp_path, back))) == 2

    def test_ids_are_opaque_and_follow_from_the_recording(self, tmp_path: Path) -> None:
        events = [*page(), *press(1000, 42), *press(90 * MINUTE, 42)]
        ids = [row["session"] for row in sessions(imported(tmp_path, events))]
        assert ids == [row["session"] for row in sessions(imported(tmp_path, events))]
        named = {"session_guid": "08463d03-1928", "rrweb_data": events}
        others = [row["session"] for row in sessions(imported(tmp_path, named))]
        assert len({*ids, *others}) == 4
        assert all(len(identity) == 12 and identity.isalnum() for identity in [*ids, *others])
        assert "08463d03" not in "".join(others)
        later = {"session_guid": "08463d03-1928", "rrweb_data": events[:-3]}
        assert [row["session"] for row in sessions(imported(tmp_path, later))] == others[:1]

    def test_recordings_do_not_mix(self, tmp_path: Path) -> None:
        files = [
            write(tmp_path / f"{n}.json", {"id": f"r{n}", "events": [*page(), *press(1000 * n, 42)]}) for n in (1, 2)
        ]
        run = import_rrweb(files, tmp_path / "run").run
        assert len({row["visitor"] for row in sessions(run)}) == 2
        assert [row["time"] for row in rows(run, "click")] == [at(1060), at(2060)]
        both = {(row["page"], row["target"]) for row in run.elements().to_pylist()}
        assert len(both) == run.elements().num_rows

    def test_a_recording_given_twice_is_refused(self, tmp_path: Path) -> None:
        one, two = write(tmp_path / "1.json", page()), write(tmp_path / "2.json", page())
        two.write_bytes(one.read_bytes())
        with pytest.raises(BadInput, match=r"2\.json: is the same recording as .*1\.json; name each recording once"):
            import_rrweb([one, two], tmp_path / "run")
        with pytest.raises(BadInput, match="is the same recording"):
            import_rrweb([one, one], tmp_path / "run")
        assert not (tmp_path / "run").exists()

    def test_two_parts_of_one_recording_want_to_be_one_file(self, tmp_path: Path) -> None:
        files = [
            write(tmp_path / f"{n}.json", {"session_id": "x", "events": [*page(), mouse(n, 2, 42)]}) for n in (1, 2)
        ]
        with pytest.raises(BadInput, match="put the events of one recording into one file"):
            import_rrweb(files, tmp_path / "run")


class TestOrder:
    def test_events_out_of_order_are_sorted_and_counted(self, tmp_path: Path) -> None:
        clicks = [mouse(time, 2, 42, time, 0) for time in (1000, 3000, 2000, 2000, 4000)]
        run = imported(tmp_path, [*page(), *clicks])
        assert [row["x"] for row in rows(run, "click")] == [1000.0, 2000.0, 2000.0, 3000.0, 4000.0]
        assert log(run)["sorted"] == 2

    def test_equal_times_keep_their_order(self, tmp_path: Path) -> None:
        run = imported(tmp_path, [*page(), *(mouse(1000, kind, 42) for kind in (1, 0, 2, 4))])
        assert [row["type"] for row in rows(run)][1:] == ["pointerdown", "pointerup", "click", "dblclick"]

    def test_fractions_of_milliseconds_are_rounded(self, tmp_path: Path) -> None:
        run = imported(tmp_path, [*page(), mouse(1000.6, 2, 42)])
        assert rows(run, "click")[0]["time"] == at(1001)

    def test_times_may_begin_at_nought(self, tmp_path: Path) -> None:
        events = [{**event, "timestamp": event["timestamp"] - START} for event in [*page(), *press(1000, 42)]]
        assert rows(imported(tmp_path, events), "click")[0]["time"] == datetime.fromtimestamp(1.06, tz=UTC)


class TestDevices:
    @pytest.mark.parametrize(
        ("width", "height", "touches", "mouse_acts", "device"),
        [
            (1440, 900, 0, 50, "desktop"),
            (500, 400, 0, 50, "desktop"),
            (390, 844, 20, 3, "mobile"),
            (844, 390, 20, 3, "mobile"),
            (820, 1180, 20, 3, "tablet"),
            (1920, 1200, 20, 3, "desktop"),
            (390, 844, 0, 0, "mobile"),
            (820, 1180, 0, 0, "tablet"),
            (1000, 700, 0, 0, "desktop"),
        ],
    )
    def test_by_touches_and_window(
        self, width: float, height: float, touches: int, mouse_acts: int, device: str
    ) -> None:
        assert device_of(None, width, height, touches=touches, mouse=mouse_acts) == device

    def test_without_a_window_only_a_mouse_tells(self) -> None:
        assert device_of(None, None, None, touches=0, mouse=3) == "desktop"
        assert device_of(None, None, None, touches=3, mouse=0) is None

    @pytest.mark.parametrize(
        ("agent", "device", "browser", "system"),
        [
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
             "desktop", "Edge", "Windows"),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18 Mobile/15E Safari/604",
             "mobile", "Safari", "iOS"),
            ("Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) AppleWebKit/605.1 CriOS/140 Mobile/15E Safari/604",
             "tablet", "Chrome", "iOS"),
            ("Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
             "mobile", "Chrome", "Android"),
            ("Mozilla/5.0 (Linux; Android 15; Tab) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
             "tablet", "Chrome", "Android"),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "desktop", "Firefox", "Linux"),
        ],
    )  # fmt: skip
    def test_by_user_agent(self, agent: str, device: str, browser: str, system: str) -> None:
        assert device_of(agent, 390, 844, touches=9, mouse=0) == device
        assert (browser_of(agent), system_of(agent)) == (browser, system)

    @pytest.mark.parametrize("place", ["top", "metadata", "event"])
    def test_the_user_agent_is_found_where_recorders_put_it(self, tmp_path: Path, place: str) -> None:
        agent = "Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/140.0 Mobile Safari/537.36"
        recording: dict[str, Any] = {"events": [*page(), *press(1000, 42)]}
        if place == "top":
            recording["userAgent"] = agent
        elif place == "metadata":
            recording["metadata"] = {"user_agent": agent}
        else:
            recording["events"].append(custom(2000, "session", {"userAgent": agent}))
        (session,) = sessions(imported(tmp_path, recording))
        assert (session["device"], session["os"], session["user_agent"]) == ("mobile", "Android", agent)

    def test_touch_makes_a_phone(self, tmp_path: Path) -> None:
        taps = [event for n in range(3) for event in (mouse(1000 * n + 500, 7, 42), mouse(1000 * n + 590, 9, 42))]
        events = [meta(0, HREF, 390, 844), page()[1], *taps]
        assert sessions(imported(tmp_path, events))[0]["device"] == "mobile"


class TestAddresses:
    @pytest.mark.parametrize(
        ("path", "page"),
        [
            ("", "/"), ("/", "/"), ("/a/b/", "/a/b"), ("//a//b", "/a/b"), ("/p/aalto-lamp", "/p/aalto-lamp"),
            ("/orders/17", "/orders/:id"), ("/blog/2026-03-02/news", "/blog/:id/news"),
            ("/u/1b4e28ba-2fa1-11d2-883f-0016d3cca427", "/u/:id"), ("/c/deadbeef01", "/c/:id"),
            ("/c/decade", "/c/decade"), ("/c/facade99", "/c/:id"), ("/k/V1StGXR8_Z5jdHi6B-myT", "/k/:id"),
            ("/k/01ARZ3NDEKTSV4RRFFQ69G5FAV", "/k/:id"),
            ("/anna@shop.example/x", "/:id/x"), ("/anna%40shop.example", "/:id"), ("/v2/docs", "/v2/docs"),
            ("/iphone-15", "/iphone-15"),
        ],
    )  # fmt: skip
    def test_paths_are_grouped(self, path: str, page: str) -> None:
        assert group_path(path) == page

    @pytest.mark.parametrize(
        ("href", "url"),
        [
            ("https://shop.example/a?b=c#d", "https://shop.example/a"),
            ("https://anna:pw@shop.example:8443/a", "https://shop.example:8443/a"),
            ("http://[::1]:80/x", "http://[::1]:80/x"),
            ("https://[broken", None),
            ("http://host:99999/", None),
            ("mailto:anna@shop.example", "mailto:"),
            ("tel:+49123", "tel:"),
            ("javascript:alert(1)", "javascript:"),
            ("data:text/html,secret", "data:"),
            ("about:blank", "about:"),
            ("file:///home/anna@x/page.html?x", "file:///home/anna@x/page.html".replace("anna@x", ":id")),
            ("HTTPS://Shop.Example/Path", "https://shop.example/Path"),
            ("https://shop.example/\x00a\u202eb", "https://shop.example/ab"),
        ],
    )
    def test_urls_are_cleaned(self, href: str, url: str | None) -> None:
        assert clean_url(href) == url

    def test_relative_ones_are_resolved(self) -> None:
        assert clean_url("../cart?x", within="https://shop.example/product/81") == "https://shop.example/cart"
        assert page_of("about:") == "about:"
        assert page_of("file:///a/7/b.html") == "/a/:id/b.html"

    @pytest.mark.parametrize(
        ("query", "source"),
        [
            ("utm_medium=cpc", "paid"), ("utm_medium=Paid-Social", "paid"), ("utm_medium=email", "email"),
            ("utm_medium=social", "social"), ("utm_medium=referral", "referral"), ("utm_medium=organic", "organic"),
            ("utm_medium=carrier-pigeon", None), ("gclid=1", None),
        ],
    )  # fmt: skip
    def test_campaigns(self, query: str, source: str | None) -> None:
        assert traffic_source(campaign_of(f"https://shop.example/?{query}")) == source

    def test_campaigns_reach_the_session_they_landed(self, tmp_path: Path) -> None:
        href = "https://shop.example/?utm_source=letter&utm_medium=email&utm_campaign=spring&email=anna@x.example"
        events = [meta(0, href), page()[1], *press(1000, 42), *press(90 * MINUTE, 42)]
        first, second = sessions(imported(tmp_path, events))
        assert [first[name] for name in ("source", "utm_source", "utm_medium", "utm_campaign")] == [
            "email",
            "letter",
            "email",
            "spring",
        ]
        assert (second["source"], second["utm_source"]) == (None, None)
