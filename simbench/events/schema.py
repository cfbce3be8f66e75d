"""The tables' schemas and closed vocabularies: what every other room, and every other program, may rely on.

Coordinates are CSS px, times are UTC timestamps in whole milliseconds. Strings are dictionary-encoded.
`docs/contracts.md` says the same in words.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

__all__ = [
    "AMBIGUOUS_REASONS",
    "CLICK_KINDS",
    "DEVICES",
    "ELEMENTS",
    "EPISODES",
    "EVENTS",
    "EVENT_TYPES",
    "FINDINGS",
    "KINDS",
    "LOOKALIKES",
    "MOTOR_KINDS",
    "OUTCOME_KINDS",
    "PAGE_FINDINGS",
    "POINTER_TYPES",
    "SESSIONS",
    "SOURCES",
    "SURVEY_REASONS",
    "TRUTH_MOTOR",
    "TRUTH_SESSIONS",
    "TRUTH_VIEWS",
    "VIEWS",
]

_TEXT: Final = pa.dictionary(pa.int32(), pa.string())
_TIME: Final = pa.timestamp("ms", tz="UTC")

#: Event types, in the order in which they are tallied and printed. DOM names where the DOM has one.
EVENT_TYPES: Final = (
    "pageview", "pagehide", "mousemove", "pointerdown", "pointerup", "click", "dblclick", "contextmenu",
    "touchstart", "touchmove", "touchend", "scroll", "resize", "keydown", "focus", "blur", "input", "change",
    "invalid", "submit", "selection", "visibility", "popstate", "open", "request", "response", "error", "mutation",
)  # fmt: skip

#: Those that have a position.
POINTER_TYPES: Final = (
    "mousemove", "pointerdown", "pointerup", "click", "dblclick", "contextmenu", "touchstart", "touchmove", "touchend",
)  # fmt: skip

#: What `truth/motor` is made of. A finger's presses are touches only.
MOTOR_KINDS: Final = (
    "mousemove", "pointerdown", "pointerup", "touchstart", "touchmove", "touchend", "scroll", "keydown",
)  # fmt: skip

DEVICES: Final = ("desktop", "tablet", "mobile")
SOURCES: Final = ("direct", "organic", "paid", "email", "social", "referral")

#: Episode kinds (``docs/episodes.md``).
KINDS: Final = (
    "rage_click", "dead_click", "error_click", "u_turn", "back_loop", "thrashed_cursor", "hesitation",
    "form_abandonment", "field_struggle", "scroll_hunt", "missed_cta", "skipped_cta", "slow_load_exit",
)  # fmt: skip
CLICK_KINDS: Final = ("rage_click", "dead_click", "error_click")
#: Kinds that are outcomes: matched by session, view and target, without a collar.
OUTCOME_KINDS: Final = ("form_abandonment", "missed_cta", "skipped_cta", "slow_load_exit", "u_turn", "back_loop")

#: Names of look-alikes: benign behaviour that resembles a kind.
LOOKALIKES: Final = (
    "stepper", "double_click", "triple_click", "carousel", "toggle", "calendar", "game", "calm_retry",
    "double_submit",
    "idle_click", "reading_click", "text_selection", "click_away", "window_focus", "slow_but_alive",
    "unrelated_error",
    "comparing", "found_and_back", "hub_browsing", "reading_wander", "cursor_search", "drawing",
    "distraction", "slow_reader", "waiting", "typing", "outside_cause", "price_check", "interruption",
    "typo", "slow_typist", "change_of_mind", "skimming", "re_reading", "momentum",
    "not_needed", "postponed", "done_anyway", "misclick", "tab_switch", "bot",
    "pagination", "sort", "drag_selection", "download", "new_tab", "file_chooser", "date_button", "css_feedback",
    "copy", "audio",
    "venting",
)  # fmt: skip

#: Why an episode is ambiguous: what nobody could tell.
AMBIGUOUS_REASONS: Final = (
    "one_press", "load_resolved", "effect_off_screen", "disabled_control", "already_in_state", "error_but_effect",
    "mis_tap", "leaves_site", "subgoal_changed", "cut_short", "below_median_decision_time", "stream_cut",
    "submits_later", "cured_at_once", "within_first_viewport", "view_cut", "goal_other_way", "noticed_late",
    "after_load",
)  # fmt: skip

#: What stood in the way, as visitors may answer in a survey at the end.
SURVEY_REASONS: Final = (
    "nothing", "did_not_work", "error_message", "too_slow", "form_trouble", "not_found", "not_suitable",
    "not_as_promised", "price", "not_now", "only_looking",
)  # fmt: skip

#: The page-diagnosis vocabulary.
PAGE_FINDINGS: Final = (
    "dead_image", "fake_control", "covered_control", "script_error", "slow_response", "cta_unseen", "cta_skipped",
    "hot_unproductive", "scroll_cliff_content", "scroll_cliff_loading", "field_abandoned", "field_confusing",
    "field_rejects_valid", "field_sensitive_first", "validation_late", "rules_hidden", "back_broken", "tiny_target",
    "layout_shift", "landing_mismatch", "nav_lure", "distractor", "one_device_only",
)  # fmt: skip


def _schema(**columns: pa.DataType) -> pa.Schema:
    return pa.schema([pa.field(name, kind) for name, kind in columns.items()])


EVENTS: Final = _schema(
    session=_TEXT, seq=pa.int32(), view=pa.int32(), state=_TEXT, time=_TIME, received=_TIME, type=_TEXT,
    x=pa.float32(), y=pa.float32(), rel_x=pa.float32(), rel_y=pa.float32(), scroll_y=pa.float32(),
    target=_TEXT, scroll_container=_TEXT, pointer=_TEXT, button=pa.int8(), detail=pa.int8(), modifiers=pa.int8(),
    value=pa.float32(), data=_TEXT,
)  # fmt: skip

VIEWS: Final = _schema(
    session=_TEXT, view=pa.int32(), tab=pa.int32(), page=_TEXT, url=_TEXT, layout=_TEXT,
    viewport_w=pa.float32(), viewport_h=pa.float32(), doc_h=pa.float32(), nav=_TEXT, referrer=_TEXT,
    start=_TIME, end=_TIME, ttfb_ms=pa.float32(), lcp_ms=pa.float32(),
)  # fmt: skip

SESSIONS: Final = _schema(
    session=_TEXT, visitor=_TEXT, visitor_type=_TEXT, start=_TIME, device=_TEXT, browser=_TEXT, os=_TEXT,
    country=_TEXT, timezone=_TEXT, source=_TEXT, utm_source=_TEXT, utm_medium=_TEXT, utm_campaign=_TEXT,
    variant=_TEXT, consent=pa.bool_(), user_agent=_TEXT,
)  # fmt: skip

ELEMENTS: Final = _schema(
    page=_TEXT, state=_TEXT, layout=_TEXT, target=_TEXT, tag=_TEXT, role=_TEXT, text=_TEXT, href=_TEXT,
    x=pa.float32(), y=pa.float32(), w=pa.float32(), h=pa.float32(), z=pa.int32(), fixed=pa.bool_(), cursor=_TEXT,
    focusable=pa.bool_(), interactive_ancestor=_TEXT,
)  # fmt: skip

#: Session findings and page findings share one table; a page finding leaves `session` null and names `finding`.
FINDINGS: Final = _schema(
    detector=_TEXT, session=_TEXT, view=pa.int32(), page=_TEXT, kind=_TEXT, t_start=_TIME, t_end=_TIME,
    target=_TEXT, field=_TEXT, score=pa.float64(), evidence=pa.string(),
    device=_TEXT, finding=_TEXT, sessions=pa.int64(), text=pa.string(),
)  # fmt: skip

EPISODES: Final = _schema(
    episode=pa.string(), session=_TEXT, view=pa.int32(), kind=_TEXT, t_start=_TIME, t_end=_TIME, target=_TEXT,
    field=_TEXT, cause=_TEXT, role=_TEXT, lookalike=_TEXT, observable=pa.bool_(), intensity=pa.float32(),
)  # fmt: skip

TRUTH_SESSIONS: Final = _schema(
    session=_TEXT, visitor=_TEXT, start=_TIME, recorded=pa.bool_(), persona=_TEXT, goal=_TEXT, outcome=_TEXT,
    converted=pa.bool_(), bot=pa.bool_(), clock_skew_ms=pa.float64(), parameters=pa.string(), survey=pa.string(),
)  # fmt: skip

#: `bands` is gaze dwell in ms over 20 equal bands of the document's height, top to bottom;
#: `elements` is gaze dwell in ms per element looked at.
TRUTH_VIEWS: Final = _schema(
    session=_TEXT, view=pa.int32(), depth_seen=pa.float32(), bands=pa.list_(pa.float32()),
    elements=pa.list_(pa.struct([pa.field("target", pa.string()), pa.field("ms", pa.float32())])),
)  # fmt: skip

#: Pointer, scrolling and keys at every frame (`kind`: one of `MOTOR_KINDS`), by the true clock, to the us. `x`, `y` are
#: client px, null where nothing points; `key` is the class of a key, never the character.
TRUTH_MOTOR: Final = _schema(
    session=_TEXT, view=pa.int32(), time=pa.timestamp("us", tz="UTC"), kind=_TEXT, x=pa.float32(), y=pa.float32(),
    scroll_y=pa.float32(), key=_TEXT,
)  # fmt: skip
