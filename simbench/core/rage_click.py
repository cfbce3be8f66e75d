"""Rage clicks: somebody strikes one place again and again, and the page does not go along.

Counting presses alone would take every stepper, gallery and calendar for rage. So presses that the page answers one by
one are no rage however many there are, and neither is a double or triple click that selects text.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa

from simbench.core.answers import ANSWER_RULES, find_answers
from simbench.core.detector import Detector, press_findings
from simbench.core.promise import PROMISE_RULES, find_promises, is_native
from simbench.core.recording import Recording
from simbench.core.rule import Rule
from simbench.core.runs import gaps_ms, linked_runs, near, spans
from simbench.core.stream import Bools, Floats, Ints

__all__ = ["rage_click"]

_RULES: Final = (
    Rule(
        name="least_presses", value=3, unit="presses",
        about="Fewest presses in a run.",
        source="the least that any of ten vendors' SDKs asks for is 3, the most 6; two presses are a double click",
    ),
    Rule(
        name="gap_ms", value=1000.0, unit="ms",
        about="Longest time from one press to the next in a run.",
        source="PostHog, Mixpanel and Datadog SDKs: 1 s; 95 % of people's double clicks are within .45 s (Balabit "
        "Mouse Dynamics Challenge), and a considered retry takes a look first",
    ),
    Rule(
        name="apart_px", value=40.0, unit="px",
        about="Presses on different elements follow each other in a run if they are no farther apart.",
        source="vendors' SDKs: 30 px (PostHog, Mixpanel), 50 px (Amplitude); a fingertip's scatter of 8-10 px fits "
        "four times",
    ),
    Rule(
        name="answered_share", value=0.5, unit="share of presses",
        about="A run in which at least this share of presses is visibly answered is use (a stepper, a gallery), not "
        "rage.",
        source="judgement: presses that come during an animation share its answer, so not every press of a quick hand "
        "on a working control has one of its own",
    ),
    Rule(
        name="multi_click_ms", value=500.0, unit="ms",
        about="Three presses of a mouse this close in pairs, on something that promises nothing, are a triple click.",
        source="the longest double-click interval that operating systems set by default",
    ),
)  # fmt: skip

#: Answers that are no sight of their own: a request shows nothing, and the focus or a selection come with pressing.
_UNSEEN: Final = ("request", "focus", "selection", "visibility", "invalid")

#: What is left of the score where the recording could not have shown an answer, as with analytics' click logs: use and
#: rage look alike there.
_BLIND: Final = 0.5


def _find(recording: Recording, rules: dict[str, float]) -> pa.Table:
    stream, presses = recording.stream, recording.presses
    promises = find_promises(stream, presses, recording.elements, rules)
    answers = find_answers(stream, presses, recording.elements, rules, but=_UNSEEN)
    striking = ~(presses.dragged | presses.modified | is_native(presses))
    linked = near(presses, rules["gap_ms"], rules["apart_px"])
    linked &= striking
    linked[1:] &= striking[:-1]
    first, last = linked_runs(linked)
    long = last - first + 1 >= rules["least_presses"]
    first, last = first[long], last[long]
    answered = _distinct(answers.at, answers.found, first, last)
    count = last - first + 1
    promised = _share(promises.any, first, last) >= 0.5
    rage = answered / count < rules["answered_share"]
    rage &= promised | ~_selects(recording, first, last, rules)
    first, last, answered, promised = first[rage], last[rage], answered[rage], promised[rage]
    score = _score(presses.down_ms, first, last, answered / count[rage], promised, rules)
    shown = recording.shows_answers()[presses.session[first]]
    score = np.where(shown, score, score * _BLIND)
    evidence = [
        _evidence(recording, a, b, int(n) if seen else None, bool(p), rules)
        for (a, b), n, p, seen in zip(spans(first, last), answered, promised, shown, strict=True)
    ]
    return press_findings(
        recording, detector="rage_click", kind="rage_click", first=first, last=last, score=score, evidence=evidence
    )


def _distinct(at: Ints, found: Bools, first: Ints, last: Ints) -> Ints:
    """How many different answers the presses of each run got."""
    # Answers never go back in time along a run, so a change from press to press is a new one.
    new = found.copy()
    new[1:] &= at[1:] != at[:-1]
    counts = np.concatenate([[0], np.cumsum(new)])
    # The run's first press brings its answer along, even if an earlier press shares it.
    shared = found[first] & ~new[first]
    return counts[last + 1] - counts[first] + shared


def _share(flags: Bools, first: Ints, last: Ints) -> Floats:
    counts = np.concatenate([[0], np.cumsum(flags)])
    return (counts[last + 1] - counts[first]) / (last - first + 1)


def _selects(recording: Recording, first: Ints, last: Ints, rules: dict[str, float]) -> Bools:
    """Short runs that a person selects text with: a selection is seen, or they are one triple click."""
    stream, presses = recording.stream, recording.presses
    marks = stream.where("selection")
    marks = marks[stream.numbers("value", marks) != 0]
    marked_ms = stream.axis_ms[marks]
    before = np.searchsorted(marked_ms, presses.down_ms[first])
    after = np.searchsorted(marked_ms, presses.up_ms[last] + rules["soon_ms"], side="right")
    span = presses.down_ms[last] - presses.down_ms[first]
    # Fingers mark text by holding; three quick taps are none of a browser's gestures.
    triple = (span <= rules["multi_click_ms"] * (last - first)) & ~presses.touch[first]
    return (last - first + 1 <= 3) & ((after > before) | triple)


def _score(down_ms: Ints, first: Ints, last: Ints, share: Floats, promised: Bools, rules: dict[str, float]) -> Floats:
    """How sure: more presses, quicker ones, fewer answers, and a place where a response was to be expected."""
    count = last - first + 1
    gap = (down_ms[last] - down_ms[first]) / (count - 1)
    many = 1 - 1 / (count - 1)
    quick = 1 - 0.5 * np.clip((gap - 300) / 700, 0, 1)
    unanswered = 1 - 0.5 * share / max(rules["answered_share"], 1e-9)
    return many * quick * unanswered * np.where(promised, 1.0, 0.7)


def _evidence(
    recording: Recording, first: int, last: int, answered: int | None, promised: bool, rules: dict[str, float]
) -> dict[str, Any]:
    presses = recording.presses
    x, y = presses.x[first : last + 1], presses.y[first : last + 1]
    spread = None if np.isnan(x).any() else round(float(np.hypot(np.ptp(x), np.ptp(y))), 1)
    return {
        "presses": last - first + 1,
        "gaps_ms": gaps_ms(presses, first, last),
        "spread_px": spread,
        "answered": answered,
        "promised": promised,
        "rule": f">= {rules['least_presses']:g} presses, <= {rules['gap_ms']:g} ms apart, "
        f"< {rules['answered_share']:g} of them answered",
    }


rage_click = Detector(
    name="rage_click",
    kinds=("rage_click",),
    about="Presses that follow each other quickly on one element or spot, most of them without a visible answer.",
    rules=(*_RULES, *ANSWER_RULES, *PROMISE_RULES),
    find=_find,
)
