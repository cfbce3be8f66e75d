"""The filter language: what it means, and what it says to mistakes."""

from __future__ import annotations

import pytest
from core_builder import Visit, observed

from simbench.core.filter import parse_filter
from simbench.errors import BadInput
from simbench.events.findings import findings_table
from simbench.events.run import Observed

FUNNEL = {"funnel": [{"name": "cart", "page": "/cart"}, {"name": "ordered", "page": "/done", "state": "thanks"}]}
RAGE = findings_table([{"session": "buyer", "kind": "rage_click", "t_start": "2026-03-02T08:00:01Z"}])


def shop() -> Observed:
    buyer = Visit("buyer", device="mobile", source="paid", consent=True, visitor_type="new")
    buyer.page("/", lcp_ms=900.0).page("/cart", at=1000, nav="link", lcp_ms=3100.0)
    buyer.page("/done", at=5000, state="fresh").add("click", at=5100)
    buyer.state = "thanks"
    buyer.add("mutation", at=5500)
    looker = Visit("looker", source="organic", consent=False)
    looker.page("/").page("/cart", at=1000, nav="back").page("/done", at=2000)
    unknown = Visit("unknown", device=None).page("/")  # type: ignore[arg-type]
    unknown.views[0]["lcp_ms"] = None
    return observed(buyer, looker, unknown, goals=FUNNEL)


def meant(text: str) -> list[str]:
    """The meant views, as session:view."""
    seen = shop()
    mask = parse_filter(text).views(seen, RAGE)
    rows = seen.views.to_pylist()
    return [f"{row['session'][0]}{row['view']}" for row, hit in zip(rows, mask, strict=True) if hit]


@pytest.mark.parametrize(
    ("text", "views"),
    [
        ("device = mobile", "b0 b1 b2"),
        ("device != mobile", "l0 l1 l2 u0"),
        ('page = "/cart"', "b1 l1"),
        ("page = /cart", "b1 l1"),
        ("page == '/cart' and nav = back", "l1"),
        ("page in (/cart, '/done') and device in (mobile)", "b1 b2"),
        ("page not in (/cart, /done)", "b0 l0 u0"),
        ("lcp_ms > 1000", "b1"),
        ("lcp_ms <= 900", "b0"),
        ("not lcp_ms > 1000", "b0 b2 l0 l1 l2 u0"),
        ("view >= 2 or session = unknown", "b2 l2 u0"),
        ("consent", "b0 b1 b2"),
        ("consent = false", "l0 l1 l2"),
        ("converted", "b0 b1 b2"),
        ("rage_click and page = /", "b0"),
        ("not rage_click and page = /", "l0 u0"),
        ("dead_click", ""),
        ("NOT (device = mobile OR source = organic)", "u0"),
        ("device = mobile or device = desktop and page = /", "b0 b1 b2 l0"),
        ("(device = mobile or device = desktop) and page = /", "b0 l0"),
        ("start >= 2026-03-02T08:00:02Z", "b2 l2"),
        ("start < 2026-03-02", ""),
        ('device = mobile and page = "/cart" and converted and rage_click', "b1"),
    ],
)
def test_meaning(text: str, views: str) -> None:
    assert meant(text) == views.split()


def test_sessions_with_a_view_that_is_meant() -> None:
    assert parse_filter("page = /cart").sessions(shop()) == ["buyer", "looker"]
    assert parse_filter("rage_click or device = mobile").kinds == ("rage_click",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the filter is empty"),
        ("devise = mobile", "position 1: 'devise' is no field; did you mean 'device'?"),
        (
            "device = moblie",
            "position 10: device is one of desktop, tablet, mobile, never 'moblie'; did you mean 'mobile'?",
        ),
        ("rage_clik", "'rage_clik' is no field and no kind of finding; did you mean 'rage_click'?"),
        ("rage_click = 1", "'rage_click' stands alone"),
        ("device", "'device' needs a comparison"),
        ("device = ", "position 9: expected a value for 'device' here"),
        ("device = mobile page", "position 17: expected 'and', 'or' or the end here"),
        ("(device = mobile", "position 17: expected ')' here"),
        ("device < mobile", "'device' is no number or time"),
        ("lcp_ms > fast", "'lcp_ms' is a number, 'fast' is none"),
        ("start > yesterday", "'yesterday' is no time"),
        ("consent = maybe", "'consent' is true or false"),
        ('page = "/cart', "position 8: a quotation mark without its partner is not understood"),
        ("device in mobile", "expected '(' here"),
        ("device in (mobile tablet)", "expected ',' or ')' here"),
        ("and device = mobile", "expected a field or a kind of finding here"),
        ("not", "expected a field or a kind of finding here"),
        ("(" * 200 + "consent" + ")" * 200, "nested more than 50 deep"),
        ("not " * 5000 + "consent", "nested more than 50 deep"),
    ],
)
def test_mistakes_are_pointed_at(text: str, message: str) -> None:
    with pytest.raises(BadInput) as error:
        parse_filter(text)
    assert message in str(error.value)
    if text:
        line, mark = str(error.value).split("\n")[1:]
        assert line.strip() == text.strip()
        assert "^" in mark


def test_what_needs_more_than_is_there() -> None:
    seen = shop()
    without = Observed(events=seen.events, views=seen.views, sessions=seen.sessions, elements=seen.elements, goals={})
    with pytest.raises(BadInput, match="'converted' needs a funnel"):
        parse_filter("converted").views(without)
    with pytest.raises(BadInput, match="asks for rage_click, but no findings are at hand"):
        parse_filter("rage_click").views(seen)


def test_nothing_to_filter() -> None:
    assert parse_filter("device = mobile and lcp_ms > 3").views(observed()).tolist() == []
