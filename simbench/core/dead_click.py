"""Dead clicks: a press on something that promises a response, and nothing comes of it.

One finding a run of presses on one element. A press is dead only where the recording could have shown an answer: not on
native fields, not with a modifier key (the answer is another tab), not where the watch was cut short, and not in a
recording that holds clicks and page views alone.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa

from simbench.core.answers import ANSWER_RULES, Answers, find_answers
from simbench.core.detector import Detector, press_findings
from simbench.core.promise import PROMISE_RULES, Promises, find_promises
from simbench.core.recording import Recording
from simbench.core.rule import Rule
from simbench.core.runs import gaps_ms, linked_runs, spans
from simbench.core.stream import Bools, Floats, Ints

__all__ = ["dead_click"]

_RULES: Final = (
    Rule(
        name="least_watch_ms", value=500.0, unit="ms",
        about="A press is called dead only if the page was watched this long before the person pressed elsewhere or "
        "the recording ended.",
        source="a common vendor's limit is 500 ms (Mixpanel); a script that answers at all mostly does so within .1 s "
        "(Nielsen 1993: instant)",
    ),
    Rule(
        name="run_gap_ms", value=10000.0, unit="ms",
        about="Presses on one element no farther apart, with none elsewhere in between, are one try at one thing.",
        source="10 s is the limit for keeping one's attention on a task (Nielsen 1993)",
    ),
    Rule(
        name="served_ms", value=1000.0, unit="ms",
        about="A press on an element that answered an earlier press this shortly before is not dead: the element "
        "works, and is busy (a gallery that slides) or at its end (a stepper).",
        source="judgement: animations last some tenths of a second; Nielsen 1993: 1 s keeps the flow of thought",
    ),
    Rule(
        name="wake_ms", value=300.0, unit="ms",
        about="A press this soon after the tab came into view woke the window, and was meant for nothing on the page.",
        source="judgement: quicker than a person can look and decide; PostHog looks 1 s around",
    ),
)  # fmt: skip

#: Score of a miss that the person mends by pressing the control itself.
_RETRIED: Final = 0.9
#: What a second and a third dead press on the same thing leave of the doubt, each.
_DOUBT: Final = 0.6


def _find(recording: Recording, rules: dict[str, float]) -> pa.Table:
    stream, presses = recording.stream, recording.presses
    promises = find_promises(stream, presses, recording.elements, rules)
    answers = find_answers(stream, presses, recording.elements, rules)
    unanswered = ~answers.found & recording.shows_answers()[presses.session]
    unanswered &= ~(presses.dragged | presses.modified | _waking(recording, rules["wake_ms"]))
    unanswered &= ~_served(recording, answers, rules["served_ms"])
    together = np.zeros(len(presses), dtype=bool)
    together[1:] = (np.diff(presses.place) == 0) & (np.diff(presses.session) == 0) & (np.diff(presses.view) == 0)
    together[1:] &= presses.down_ms[1:] - presses.up_ms[:-1] <= rules["run_gap_ms"]
    together[1:] &= unanswered[1:] & unanswered[:-1]
    first, last = linked_runs(together)
    # One press of a run that promises something will do: who misses a link twice may miss it farther the second time.
    strength = _most(np.where(_marking(recording, promises, rules["soon_ms"]), 0.0, promises.strength), first)
    watched = answers.until_ms[last] - presses.up_ms[first] if len(first) else np.empty(0)
    # Who presses the control itself next has said what was meant, and that nothing had come of it.
    retried = _retried(recording, promises)[last]
    keep = unanswered[first] & (strength > 0) & ((watched >= rules["least_watch_ms"]) | retried)
    first, last, strength, retried = first[keep], last[keep], strength[keep], retried[keep]
    evidence = [_evidence(recording, promises, answers, a, b, rules) for a, b in spans(first, last)]
    return press_findings(
        recording,
        detector="dead_click",
        kind="dead_click",
        first=first,
        last=last,
        score=np.where(retried, _RETRIED, _score(recording, strength, answers, first, last, rules)),
        evidence=evidence,
    )


def _served(recording: Recording, answers: Answers, served_ms: float) -> Bools:
    """Presses on an element that has just answered the press before."""
    stream, presses = recording.stream, recording.presses
    served = np.zeros(len(presses), dtype=bool)
    if len(presses) < 2:
        return served
    before = answers.found[:-1]
    answered_ms = stream.axis_ms[np.where(before, answers.at[:-1], 0)]
    same = (np.diff(presses.place) == 0) & (np.diff(presses.session) == 0) & (np.diff(presses.view) == 0)
    served[1:] = same & before & (presses.down_ms[1:] - answered_ms <= served_ms)
    return served


def _waking(recording: Recording, wake_ms: float) -> Bools:
    """Presses that follow the tab's coming into view at once."""
    stream, presses = recording.stream, recording.presses
    shown = stream.where("visibility")
    shown = shown[stream.words("data", shown).among(["visible"])]
    if len(shown) == 0:
        return np.zeros(len(presses), dtype=bool)
    before = np.searchsorted(shown, presses.begin) - 1
    at = shown[np.maximum(before, 0)]
    return (before >= 0) & (presses.down_ms - stream.axis_ms[at] <= wake_ms)


def _retried(recording: Recording, promises: Promises) -> Bools:
    """Presses beside or above a control that are followed by one on the control itself."""
    presses = recording.presses
    names: dict[str, int] = {}
    own, meant = presses.names.codes_in(names), promises.meant.codes_in(names)
    retried = np.zeros(len(presses), dtype=bool)
    same = (np.diff(presses.session) == 0) & (np.diff(presses.view) == 0)
    retried[:-1] = same & (meant[:-1] >= 0) & (meant[:-1] == own[1:])
    return retried


def _marking(recording: Recording, promises: Promises, soon_ms: float) -> Bools:
    """Presses that mark text beside a control: they were meant for the text."""
    stream, presses = recording.stream, recording.presses
    marks = stream.where("selection")
    marked_ms = stream.axis_ms[marks[stream.numbers("value", marks) != 0]]
    before = np.searchsorted(marked_ms, presses.down_ms)
    after = np.searchsorted(marked_ms, presses.up_ms + soon_ms, side="right")
    return (promises.kind == "near") & (after > before)


def _most(strength: Floats, first: Ints) -> Floats:
    """The strongest promise of each run."""
    return np.maximum.reduceat(strength, first) if len(first) else strength


def _score(
    recording: Recording, strength: Floats, answers: Answers, first: Ints, last: Ints, rules: dict[str, float]
) -> Floats:
    """How sure: the promise, the number of presses, the length of the watch, and how quiet the page is otherwise."""
    presses = recording.presses
    doubt = (1 - strength) * _DOUBT ** np.minimum(last - first, 2)
    watched = np.clip((answers.until_ms[last] - presses.up_ms[last]) / rules["answer_ms"], 0, 1)
    restless = answers.churn.per_ms[presses.view[first]] > 0
    return (1 - doubt) * (0.6 + 0.4 * watched) * np.where(restless, 0.7, 1.0)


def _evidence(
    recording: Recording, promises: Promises, answers: Answers, first: int, last: int, rules: dict[str, float]
) -> dict[str, Any]:
    presses = recording.presses
    told = first + int(promises.strength[first : last + 1].argmax())
    seen: dict[str, Any] = {
        "presses": last - first + 1,
        "promise": promises.kind[told],
        "watched_ms": int(answers.until_ms[last] - presses.up_ms[last]),
        "answer": None,
        "rule": f"nothing within {rules['answer_ms']:g} ms, or until the next press elsewhere",
    }
    if last > first:
        seen["gaps_ms"] = gaps_ms(presses, first, last)
    if not presses.clicked[first]:
        seen["click_event"] = False
    if promises.meant.codes[told] >= 0:
        seen["meant"] = promises.meant.names[promises.meant.codes[told]]
    churn = answers.churn.per_ms[presses.view[first]] * 1000
    if churn > 0:
        seen["page_changes_by_itself_per_s"] = round(float(churn), 2)
    return seen


dead_click = Detector(
    name="dead_click",
    kinds=("dead_click",),
    about="Presses on something that promises a response, with no change, navigation, request or scrolling after them.",
    rules=(*_RULES, *ANSWER_RULES, *PROMISE_RULES),
    find=_find,
)
