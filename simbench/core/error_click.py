"""Error clicks: a press raises a script error, and what was wanted does not come.

An error counts as the press's own if it follows at once, or follows the response to a request that the press made. It
does not if the page goes on all the same, or if the same error also comes in that session without any press. One
finding a run of such presses on one element.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from simbench.core.answers import ANSWER_RULES, find_answers
from simbench.core.detector import Detector, press_findings
from simbench.core.presses import Presses
from simbench.core.recording import Recording
from simbench.core.rule import Rule
from simbench.core.runs import linked_runs, spans
from simbench.core.stream import Bools, Floats, Ints, Stream

__all__ = ["error_click"]

_RULES: Final = (
    Rule(
        name="error_ms", value=1000.0, unit="ms",
        about="How long after the press an error may come and still be taken for its own.",
        source="Splunk's SDK: 1 s (Amplitude and New Relic allow 2 s); a handler's own error comes within milliseconds",
    ),
    Rule(
        name="request_ms", value=300.0, unit="ms",
        about="A request that begins this soon after the press is the press's own.",
        source="as for answers: what a script does comes at once",
    ),
    Rule(
        name="response_error_ms", value=200.0, unit="ms",
        about="An error this soon after the response to the press's own request is the press's own, however late.",
        source="judgement: the handler of a response runs as soon as it is there",
    ),
    Rule(
        name="run_gap_ms", value=10000.0, unit="ms",
        about="Presses on one element no farther apart are one try at one thing.",
        source="as for dead clicks: attention keeps to a task for 10 s (Nielsen 1993)",
    ),
    Rule(
        name="longest_ms", value=10000.0, unit="ms",
        about="Later errors are nobody's, request or not.",
        source="Datadog's SDK ends an action after 10 s",
    ),
)  # fmt: skip

#: What a press without effect may still do: ask the server, move the focus, be told that a field is invalid.
_NO_EFFECT: Final = ("request", "focus", "selection", "input", "change", "resize")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Blame:
    """Errors and the presses that raised them, parallel."""

    error: Ints
    press: Ints
    by_response: Bools


def _find(recording: Recording, rules: dict[str, float]) -> pa.Table:
    stream, presses = recording.stream, recording.presses
    blame = _blame(stream, presses, rules)
    answers = find_answers(stream, presses, recording.elements, rules, but=_NO_EFFECT)
    came = answers.found[blame.press]
    # An answer before the error, or soon after it, means that the press did what it should, error or not. A later one,
    # with no error of its own, is something else's.
    limit = stream.axis_ms[blame.error] + rules["error_ms"]
    at_ms = np.append(stream.axis_ms, 2**60)[answers.at[blame.press]]
    bare = ~(came & (at_ms <= limit))
    error, press = blame.error[bare], blame.press[bare]
    by_response = blame.by_response[bare]
    # Each press with its first error; then runs of them.
    press, index = np.unique(press, return_index=True)
    error, by_response = error[index], by_response[index]
    after = stream.axis_ms[error] - presses.down_ms[press]
    together = np.zeros(len(press), dtype=bool)
    together[1:] = (np.diff(presses.place[press]) == 0) & (np.diff(presses.session[press]) == 0)
    together[1:] &= (np.diff(presses.view[press]) == 0) & (np.diff(presses.down_ms[press]) <= rules["run_gap_ms"])
    first, last = linked_runs(together)
    score = _score(after, by_response, rules)
    best = np.maximum.reduceat(score, first) if len(first) else score
    messages = stream.words("data", error).strings()
    rule = f"an error within {rules['error_ms']:g} ms, or {rules['response_error_ms']:g} ms after the response"
    evidence: list[dict[str, Any]] = [
        {
            "presses": b - a + 1,
            "error": messages[a],
            "after_ms": after[a : b + 1].tolist(),
            "by": "response" if by_response[a] else "press",
            "answer": None,
            "rule": rule,
        }
        for a, b in spans(first, last)
    ]
    return press_findings(
        recording,
        detector="error_click",
        kind="error_click",
        first=press[first],
        last=press[last],
        end_ms=np.maximum(stream.axis_ms[error[last]], presses.up_ms[press[last]]),
        score=best,
        evidence=evidence,
    )


def _blame(stream: Stream, presses: Presses, rules: dict[str, float]) -> _Blame:
    """Lay each error at a press's door, where one can be found."""
    errors = stream.where("error")
    if len(errors) == 0 or len(presses) == 0:
        return _Blame(error=errors[:0], press=errors[:0], by_response=np.zeros(0, dtype=bool))
    press, apart = _last_press(stream, presses, errors)
    direct = (press >= 0) & (apart <= rules["error_ms"])
    through = _through_response(stream, presses, errors, rules)
    blamed = np.where(direct, press, through)
    blamed = np.where((blamed >= 0) & _related(stream, errors, blamed >= 0), blamed, -1)
    known = blamed >= 0
    return _Blame(error=errors[known], press=blamed[known], by_response=~direct[known])


def _last_press(stream: Stream, presses: Presses, at: Ints) -> tuple[Ints, Ints]:
    """The last press in the same page view that began before each event, and how long ago; -1 where there is none."""
    before = np.searchsorted(presses.begin, at) - 1
    press = np.maximum(before, 0)
    same = (before >= 0) & (presses.session[press] == stream.session[at]) & (presses.view[press] == stream.view[at])
    return np.where(same, press, -1), stream.axis_ms[at] - presses.down_ms[press]


def _through_response(stream: Stream, presses: Presses, errors: Ints, rules: dict[str, float]) -> Ints:
    """The press whose own request's response came just before each error; -1 where there is none."""
    responses, requests = stream.where("response"), stream.where("request")
    nobody = np.full(len(errors), -1, dtype=np.int64)
    if len(responses) == 0 or len(requests) == 0:
        return nobody
    before = np.searchsorted(responses, errors) - 1
    response = responses[np.maximum(before, 0)]
    near = (before >= 0) & (stream.axis_ms[errors] - stream.axis_ms[response] <= rules["response_error_ms"])
    near &= stream.session[response] == stream.session[errors]
    # The request that it answers: the last of the same URL in the session before it.
    urls: dict[str, int] = {}
    asked = stream.words("data", requests).codes_in(urls)
    answered = stream.words("data", response).codes_in(urls)
    span = len(stream) + 1
    key = (asked + 1) * span + requests
    order = np.argsort(key)
    wanted = (answered + 1) * span + response
    found = np.searchsorted(key[order], wanted) - 1
    request = requests[order[np.maximum(found, 0)]]
    same_url = asked[order[np.maximum(found, 0)]] == answered
    near &= (found >= 0) & same_url & (stream.session[request] == stream.session[errors])
    press, apart = _last_press(stream, presses, request)
    own = near & (press >= 0) & (apart <= rules["request_ms"])
    own &= stream.axis_ms[errors] - presses.down_ms[np.maximum(press, 0)] <= rules["longest_ms"]
    return np.where(own, press, nobody)


def _related(stream: Stream, errors: Ints, blamed: Bools) -> Bools:
    """Whether each error belongs to presses at all: in its session it follows a press more often than nothing."""
    classes = stream.words("data", errors)
    group = stream.session[errors] * (len(classes.names) + 1) + classes.codes + 1
    _, member = np.unique(group, return_inverse=True)
    with_press = np.bincount(member, weights=blamed)
    without = np.bincount(member, weights=~blamed)
    return (with_press > without)[member]


def _score(after_ms: Ints, by_response: Bools, rules: dict[str, float]) -> Floats:
    """How sure: the sooner, the surer; by way of a response, somewhat less."""
    direct = 1 - 0.5 * np.clip((after_ms - 100) / max(rules["error_ms"] - 100, 1), 0, 1)
    return np.where(by_response, 0.7, direct)


error_click = Detector(
    name="error_click",
    kinds=("error_click",),
    about="Presses that raise a script error and have no other effect.",
    rules=(*_RULES, *ANSWER_RULES),
    find=_find,
)
