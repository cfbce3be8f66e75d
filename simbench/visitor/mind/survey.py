"""The survey at the end: whether visitors got what they came for, and what stood in the way.

An answer is noisy, as answers are. Score and reason follow from what the visitor went through: the outcome and the
journal's own causes. The reason given is the right one with probability `survey_right`, else another or none.
"""

from __future__ import annotations

import json
from typing import Final

from simbench.events.schema import SURVEY_REASONS
from simbench.visitor.behaviour import BEHAVIOUR as B
from simbench.visitor.person import Visitor

__all__ = ["answer_survey"]

#: What stood in the way, by how the visit ended.
_BY_OUTCOME: Final = {
    "slow": "too_slow", "form": "form_trouble", "lost": "not_found", "missed": "not_found", "stuck": "did_not_work",
    "unsuitable": "not_suitable", "declined": "price", "price_check": "price", "outside_cause": "not_now",
    "postponed": "not_now", "misled": "not_as_promised", "coupon": "did_not_work", "search": "not_found",
    "enough": "only_looking", "compared": "only_looking", "bounced": "not_suitable",
}  # fmt: skip
#: What stood in the way, by what was suffered on the way, the gravest first.
_BY_KIND: Final = {
    "slow_load_exit": "too_slow", "form_abandonment": "form_trouble", "error_click": "error_message",
    "rage_click": "did_not_work", "dead_click": "did_not_work", "field_struggle": "form_trouble",
    "scroll_hunt": "not_found", "back_loop": "not_found", "u_turn": "not_suitable", "missed_cta": "not_found",
}  # fmt: skip
#: How the question is answered by who met nothing in particular: median of 1 to 5.
_SATISFIED: Final = {
    "done": 4.6, "compared": 4.2, "enough": 3.9, "postponed": 3.6, "outside_cause": 3.3, "price_check": 3.2,
    "declined": 3.0, "bounced": 2.6,
}  # fmt: skip
_DISSATISFIED: Final = 2.0


def answer_survey(me: Visitor) -> str | None:
    """The answer as JSON, ``{"score": 1 to 5, "reason": one of `SURVEY_REASONS`}``; None for who does not answer."""
    asked, one, other, truly = me.survey_luck
    if asked >= me.trait.answers_survey:
        return None
    reason = _what_stood_in_the_way(me)
    outcome = me.journal.outcome
    level = _SATISFIED.get(outcome, _DISSATISFIED)
    if reason not in {"nothing", "only_looking", "not_now"}:
        level -= B.survey_dislike * (1.0 + min(me.anger, 2.0))
    # The sum of two uniform numbers is spread about its middle as answers on a scale of five are (assumed).
    score = round(min(max(level + B.survey_spread * (one + other - 1.0), 1.0), 5.0))
    return json.dumps({"score": score, "reason": _said(reason, truly)})


def _what_stood_in_the_way(me: Visitor) -> str:
    """The true reason."""
    outcome = me.journal.outcome
    if outcome in _BY_OUTCOME and outcome not in {"enough", "compared"}:
        return _BY_OUTCOME[outcome]
    suffered = {entry.kind for entry in me.journal.entries if entry.role == "true"}
    if outcome == "done":
        suffered.discard("u_turn")  # in the end the right one was found
    for kind, reason in _BY_KIND.items():
        if kind in suffered:
            return reason
    return _BY_OUTCOME.get(outcome, "nothing")


def _said(reason: str, u: float) -> str:
    """The reason that is given for the true one: itself, another, or none."""
    if u < B.survey_right:
        return reason
    rest = (u - B.survey_right) / (1.0 - B.survey_right)
    if rest < B.survey_none:
        return "nothing"
    others = [other for other in SURVEY_REASONS if other not in {reason, "nothing"}]
    return others[min(int((rest - B.survey_none) / (1.0 - B.survey_none) * len(others)), len(others) - 1)]
