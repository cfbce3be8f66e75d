"""The tables' columns and vocabularies are a contract: a change here is a change of version."""

from __future__ import annotations

import re

import pyarrow as pa
import pytest

from simbench.events import schema

TABLES = {name: getattr(schema, name) for name in ("EVENTS", "VIEWS", "SESSIONS", "ELEMENTS", "FINDINGS", "EPISODES")}

COLUMNS = {
    "EVENTS": "session seq view state time received type x y rel_x rel_y scroll_y target scroll_container pointer "
    "button detail modifiers value data",
    "VIEWS": "session view tab page url layout viewport_w viewport_h doc_h nav referrer start end ttfb_ms lcp_ms",
    "SESSIONS": "session visitor visitor_type start device browser os country timezone source utm_source utm_medium "
    "utm_campaign variant consent user_agent",
    "ELEMENTS": "page state layout target tag role text href x y w h z fixed cursor focusable interactive_ancestor",
    "EPISODES": "episode session view kind t_start t_end target field cause role lookalike observable intensity",
}

VOCABULARIES = {
    name: getattr(schema, name)
    for name in ("EVENT_TYPES", "DEVICES", "SOURCES", "KINDS", "LOOKALIKES", "AMBIGUOUS_REASONS", "PAGE_FINDINGS")
}


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_are_those_of_the_contract_in_their_order(name: str) -> None:
    assert TABLES[name].names == COLUMNS[name].split()


@pytest.mark.parametrize("name", VOCABULARIES)
def test_vocabularies_hold_each_word_once_and_in_plain_letters(name: str) -> None:
    words = VOCABULARIES[name]
    assert len(set(words)) == len(words) > 0
    assert all(re.fullmatch(r"[a-z][a-z_]*", word) for word in words)


def test_kinds_of_episodes_are_thirteen_and_the_special_ones_are_among_them() -> None:
    assert len(schema.KINDS) == 13
    assert set(schema.CLICK_KINDS) < set(schema.KINDS)
    assert set(schema.OUTCOME_KINDS) < set(schema.KINDS)
    assert not set(schema.CLICK_KINDS) & set(schema.OUTCOME_KINDS)
    assert not set(schema.LOOKALIKES) & set(schema.AMBIGUOUS_REASONS)


@pytest.mark.parametrize("name", TABLES)
def test_times_are_utc_milliseconds_and_repeated_strings_are_dictionaries(name: str) -> None:
    for field in TABLES[name]:
        if pa.types.is_timestamp(field.type):
            assert field.type == pa.timestamp("ms", tz="UTC"), field.name
    for column in ("session", "target", "kind", "type", "page"):
        index = TABLES[name].get_field_index(column)
        if index >= 0:
            assert pa.types.is_dictionary(TABLES[name].field(index).type), column


def test_coordinates_keep_a_tenth_of_a_pixel_on_the_longest_page() -> None:
    # float32 holds 100,000 px to better than 0.01 px; a narrower type would not.
    for column in ("x", "y", "scroll_y"):
        assert schema.EVENTS.field(column).type == pa.float32()
    assert schema.EVENTS.field("seq").type == pa.int32()
    assert schema.EVENTS.field("detail").type == pa.int8()
