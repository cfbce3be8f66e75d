"""Names of the vocabularies in people's words.

Whoever reads a report need not know the project: every name that a table holds has a phrase here. A name that is not
known (another tool's, or one from a damaged file) is shown as it is, with spaces for underscores.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = [
    "DEVICE_ORDER",
    "KIND_WORDS",
    "LOOKALIKE_WORDS",
    "PAGE_FINDING_WORDS",
    "KindWords",
    "Named",
    "capital",
    "count_of",
    "device_words",
    "false_alarm_words",
    "kind_words",
    "listed",
    "page_name",
    "plain_name",
    "state_words",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class KindWords:
    """A kind of episode: its name for one and for many, and what it means."""

    one: str
    many: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A name for people, and a line that explains it (empty where there is nothing to add)."""

    name: str
    meaning: str


#: Kinds of episode.
KIND_WORDS: Final[dict[str, KindWords]] = {
    name: KindWords(one=one, many=many, meaning=meaning)
    for name, one, many, meaning in (
        ("rage_click", "rage click", "rage clicks",
         "A visitor strikes at the page in anger, because something there does not do what it should."),
        ("dead_click", "dead click", "dead clicks",
         "A press on something that seemed to promise a response, and nothing came of it."),
        ("error_click", "error click", "error clicks",
         "A press that set off a script error, and what the visitor wanted did not happen."),
        ("u_turn", "U-turn", "U-turns",
         "A visitor follows a link, does not find what it promised, and goes straight back."),
        ("back_loop", "back loop", "back loops",
         "A visitor returns to the same page again and again, because no way from there leads to what they look for."),
        ("thrashed_cursor", "thrashed cursor", "thrashed cursors",
         "A visitor shakes the mouse in anger."),
        ("hesitation", "hesitation", "hesitations",
         "A visitor cannot make up their mind about something on the page, and the act waits."),
        ("form_abandonment", "abandoned form", "abandoned forms",
         "A visitor meant to send a form, began it, and gave up because of the form."),
        ("field_struggle", "struggle with a field", "struggles with a field",
         "A visitor does not know, or cannot meet, what a field of a form wants."),
        ("scroll_hunt", "scroll hunt", "scroll hunts",
         "A visitor scrolls up and down for something that is not where they expect it."),
        ("missed_cta", "missed call to action", "missed calls to action",
         "The button that serves the visitor's aim was there, and was never noticed."),
        ("skipped_cta", "skipped call to action", "skipped calls to action",
         "The button that serves the visitor's aim was noticed, and not used."),
        ("slow_load_exit", "exit from a slow page", "exits from slow pages",
         "A visitor leaves because the page takes longer to load than they are willing to wait."),
    )
}  # fmt: skip

#: Benign behaviour that resembles trouble.
LOOKALIKE_WORDS: Final[dict[str, Named]] = {
    name: Named(name=title, meaning=meaning)
    for name, title, meaning in (
        ("stepper", "Stepping a number", "pressed + or − several times to set an amount"),
        ("double_click", "Double click", "out of habit, or to mark a word"),
        ("triple_click", "Triple click", "to mark a whole line of text"),
        ("carousel", "Leafing through pictures", "pressed next several times in a gallery"),
        ("toggle", "Switching to and fro", "tried a filter or a variant on and off"),
        ("calendar", "Leafing through months", "pressed next several times in a calendar"),
        ("game", "Playing", "quick presses are what it asks for"),
        ("calm_retry", "Calm second try", "pressed again without anger"),
        ("idle_click", "Idle click", "on nothing in particular, expecting nothing"),
        ("reading_click", "Click while reading", "to keep the place in a text"),
        ("text_selection", "Marking text", "to copy it, or to read along"),
        ("click_away", "Click beside it", "to close what stood open"),
        ("slow_but_alive", "Slow, but it answered", "the response came late"),
        ("unrelated_error", "An error by chance", "a script failed at the time, but not because of the press"),
        ("comparing", "Comparing", "back and forth between several things, as planned"),
        ("found_and_back", "Found it, and back", "the page answered the question at once"),
        ("hub_browsing", "Browsing from a hub", "back to the overview, to see the next thing"),
        ("reading_wander", "Pointing along while reading", "the mouse follows the eye"),
        ("cursor_search", "Looking for the cursor", "shook the mouse to find it"),
        ("drawing", "Drawing", "moved the mouse on purpose"),
        ("distraction", "Distracted", "was elsewhere for a while"),
        ("slow_reader", "Slow reader", "takes time, without trouble"),
        ("waiting", "Waiting", "the page was not ready yet"),
        ("typing", "Typing", "busy with the keyboard"),
        ("outside_cause", "Something else came up", "left for reasons outside the page"),
        ("price_check", "Only checked the price", "never meant to finish"),
        ("interruption", "Interrupted", "was called away"),
        ("typo", "Typing mistake", "put right at once"),
        ("slow_typist", "Slow typist", "takes time, without trouble"),
        ("change_of_mind", "Change of mind", "decided otherwise"),
        ("skimming", "Skimming", "scrolled over the page to see what there is"),
        ("re_reading", "Reading again", "scrolled back to what was read before"),
        ("momentum", "Momentum", "the page scrolled on by itself"),
        ("not_needed", "Not needed", "the button did not serve the visitor's aim"),
        ("postponed", "Put off", "came back to it later"),
        ("done_anyway", "Done anyway", "had seen enough already"),
        ("misclick", "Wrong press", "hit something else by mistake"),
        ("tab_switch", "Other tab", "went to another tab"),
        ("bot", "Bot", "no person at all"),
        ("pagination", "Leafing through pages", "pressed next several times under a list"),
        ("sort", "Sorting", "pressed the head of a column again to turn the order"),
        ("drag_selection", "Marking by dragging", "marked a text with the button held"),
        ("download", "Download", "a file came, and the page stayed as it was"),
        ("new_tab", "New tab", "the answer opened in a tab of its own"),
        ("file_chooser", "Choosing a file", "the system’s own window opened"),
        ("date_button", "Date by a button", "a script filled in a field, and told nobody"),
        ("css_feedback", "Answered by style", "the look changed, and the document did not"),
        ("copy", "Copying", "the clipboard took something"),
        ("audio", "Listening", "a sound was the answer"),
    )
}  # fmt: skip

#: What may be wrong with a page.
PAGE_FINDING_WORDS: Final[dict[str, str]] = {
    "dead_image": "Picture that looks clickable",
    "fake_control": "Looks like a button, and is none",
    "covered_control": "Control that something lies over",
    "script_error": "Script error",
    "slow_response": "Slow response",
    "cta_unseen": "Main button out of sight",
    "cta_skipped": "Main button passed over",
    "hot_unproductive": "Draws presses that lead nowhere",
    "scroll_cliff_content": "Content at which people stop scrolling",
    "scroll_cliff_loading": "Late content at which people stop scrolling",
    "field_abandoned": "Field at which people give up",
    "field_confusing": "Field that people do not understand",
    "field_rejects_valid": "Field that refuses what is right",
    "field_sensitive_first": "Field that asks too much, too early",
    "validation_late": "Mistakes told too late",
    "rules_hidden": "Rules told only after the mistake",
    "back_broken": "Back button that does not go back",
    "tiny_target": "Target too small to hit",
    "layout_shift": "Page that jumps",
    "landing_mismatch": "Landing page that does not keep the promise",
    "nav_lure": "Link that promises something else",
    "distractor": "Distraction beside the aim",
    "one_device_only": "Works on one kind of device only",
}

DEVICE_ORDER: Final = ("desktop", "tablet", "mobile")
_DEVICES: Final = {"desktop": "Desktop", "tablet": "Tablet", "mobile": "Phone", "unrecorded": "Not recorded"}
_FALSE: Final = {
    "duplicate": Named(name="Reported twice", meaning="the episode is real, but another alarm had it already"),
    "none": Named(name="Nothing there", meaning="no episode of any kind, and no known look-alike"),
}


def plain_name(name: str) -> str:
    """A name in snake_case, readable.

    Examples
    --------
    >>> plain_name("bargain_hunter")
    'Bargain hunter'
    """
    return capital(" ".join(name.replace("_", " ").split()))


def capital(text: str) -> str:
    """With a capital at the beginning, and the rest as it is."""
    return text[:1].upper() + text[1:]


def count_of(number: int, one: str, many: str | None = None) -> str:
    """A number and what it counts.

    Examples
    --------
    >>> count_of(1, "visit"), count_of(1200, "visit"), count_of(2, "U-turn")
    ('1 visit', '1,200 visits', '2 U-turns')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(names: list[str]) -> str:
    """Names as a sentence has them.

    Examples
    --------
    >>> listed(["a", "b", "c"]), listed(["a"])
    ('a, b and c', 'a')
    """
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1] if names else ""


def kind_words(kind: str) -> KindWords:
    """What a kind of episode is called."""
    name = kind.replace("_", " ")
    return KIND_WORDS.get(kind, KindWords(one=name, many=name, meaning=""))


def false_alarm_words(reason: str) -> Named:
    """What a false alarm met, from the names that a score has for it."""
    sort, _, name = reason.partition(":")
    if sort == "lookalike":
        return LOOKALIKE_WORDS.get(name, Named(name=plain_name(name), meaning=""))
    if sort == "other_kind":
        return Named(name=f"Was a {kind_words(name).one}", meaning="real trouble, but of another kind")
    return _FALSE.get(reason, Named(name=plain_name(reason), meaning=""))


def device_words(device: str | None) -> str:
    """What a kind of device is called."""
    return "Unknown device" if device is None else _DEVICES.get(device, plain_name(device))


def state_words(state: str | None) -> str:
    """What a page's state is called; empty for the page as it opens."""
    return "" if state in (None, "fresh") else str(state).replace("_", " ")


def page_name(page: str | None) -> str:
    """A page's name, from its grouped path.

    Examples
    --------
    >>> page_name("/"), page_name("/product/:id"), page_name("/help/send-back")
    ('Home', 'Product', 'Send back')
    """
    if page is None:
        return "Unknown page"
    parts = [part for part in page.split("/") if part and not part.startswith(":")]
    return plain_name(parts[-1].replace("-", " ")) if parts else "Home"
