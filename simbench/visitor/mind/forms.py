"""Filling in a form: field by field, with slips, mistakes, second thoughts, and giving up."""

from __future__ import annotations

from simbench.site.declaration import Form, FormField
from simbench.site.model import Element
from simbench.visitor.acts import Await, Choose, Hide, Look, Percept, Read, Type
from simbench.visitor.behaviour import BEHAVIOUR as B
from simbench.visitor.mind.eyes import distracted, hesitate
from simbench.visitor.mind.hands import activate, bring_into_view, point_at, press_calmly
from simbench.visitor.person import Doing, Visitor

__all__ = ["enter", "fill_in"]

#: Controls that are chosen from rather than typed into.
_CHOSEN = frozenset({"select", "radio", "checkbox"})


def fill_in(me: Visitor, p: Percept, form: Form) -> Doing:
    """Fill in `form` and send it; returns whether it was accepted. Giving up is labelled with the field it was for."""
    began = _Progress()
    # Some come only to see what it would cost; others are put off when the whole sum is shown, one form later.
    too_dear = B.price_check if form is me.site.forms[0] else B.too_dear if form is me.site.forms[1] else 0.0
    only_the_price = me.dice.fate() < too_dear
    called_away = me.dice.fate() < B.outside_cause
    # The price shows sooner or later on the way; a call comes at any time.
    quits_at = int(me.dice.fate() * len(form.fields)) + 1
    interrupted_at = quits_at if me.dice.fate() < B.interruption else -1
    answered: list[FormField] = []
    for number, field in enumerate(form.fields):
        element = p.scene.element(field.target)
        if element is None or element.w <= 0 or element.h <= 0:
            continue
        if field.optional and field.target not in me.effects_on_people and me.dice.form() < 0.75:
            continue
        if (only_the_price or called_away) and number >= quits_at:
            name = "price_check" if only_the_price else "outside_cause"
            if only_the_price:
                # It is the sum that was come for.
                yield Read(me.dice.lognormal(B.price_ms, 0.6), float(round(p.scroll_y * me.dice.eye())))
            me.journal.lookalike("form_abandonment", name, p.view, p.now_ms, p.now_ms, target=form.form,
                                 field=field.target)  # fmt: skip
            me.leaving = name
            return False
        if number == interrupted_at and began.entries:
            # Something else comes up; the form waits, and is gone on with afterwards.
            yield Hide(min(me.dice.lognormal(B.away_ms, B.away_sigma), 20 * 60_000.0))
            me.journal.lookalike("form_abandonment", "interruption", p.view, p.began_ms, p.now_ms, target=form.form,
                                 field=field.target)  # fmt: skip
        if began.entries and me.dice.form() < B.effort_quit * (0.4 + 1.2 * me.trait.give_up):
            # So much still to fill in: it is not worth the effort.
            yield Look(me.dice.lognormal(0.55 * B.mental_ms, 0.5), field.target)
            _give_up(me, p, form, field, began, None)
            return False
        kept_on = yield from _answer(me, p, form, field, element, began)
        if not kept_on:
            return False
        answered.append(field)
    if answered and me.dice.form() < B.change_of_mind:
        yield from _think_again(me, p, answered[int(me.dice.form() * len(answered))])
    return (yield from _send(me, p, form, began))


def _think_again(me: Visitor, p: Percept, field: FormField) -> Doing:
    """Go back to a field that was right already, and answer it otherwise: another address, another name."""
    element = p.scene.element(field.target)
    if element is None or element.w <= 0 or element.h <= 0:
        return
    since = p.now_ms
    yield from enter(me, p, field, element, good=True)
    me.journal.lookalike("field_struggle", "change_of_mind", p.view, since, p.now_ms, target=field.target,
                         field=field.target)  # fmt: skip


class _Progress:
    """What has been entered so far."""

    __slots__ = ("entries", "wrong")

    def __init__(self) -> None:
        self.entries = 0
        #: Fields whose entry the form will not take, and whether the visitor could have known better.
        self.wrong: dict[str, bool] = {}


def _give_up(me: Visitor, p: Percept, form: Form, field: FormField, progress: _Progress, cause: str | None) -> None:
    """Decide to give the form up because of a field; an episode only if something had been entered."""
    if progress.entries:
        _label_giving_up(me, p, form, field.target, cause)
    me.leaving = "form"


def _label_giving_up(me: Visitor, p: Percept, form: Form, field: str | None, cause: str | None) -> None:
    """Given up because of the form, until it is left. Some mean to send it another day: nobody can tell."""
    if me.dice.fate() < B.another_day:
        me.journal.ambiguous("form_abandonment", "submits_later", p.view, p.now_ms, p.now_ms, target=form.form,
                             field=field, cause=cause).until_left = True  # fmt: skip
        return
    me.journal.true("form_abandonment", p.view, p.now_ms, p.now_ms, target=form.form, field=field, cause=cause,
                    intensity=max(me.anger, 0.1)).until_left = True  # fmt: skip


def _answer(me: Visitor, p: Percept, form: Form, field: FormField, element: Element, progress: _Progress) -> Doing:
    """Read a label, make up one's mind, and enter something; returns False when the form is given up."""
    defect = me.effects_on_people.get(field.target)
    # A doubt about what is asked for may come at the sight of the field, or with the fingers on the keys already.
    doubt = 0.5 + 0.5 * me.trait.form_wary if field.sensitive else 0.0
    at_the_keys = field.sensitive and me.dice.form() < B.doubt_at_keys
    if field.sensitive:
        if not at_the_keys:
            yield from hesitate(me, p, element, doubt)
        if me.dice.form() < B.sensitive_quit * me.trait.form_wary:
            _give_up(me, p, form, field, progress, defect.id if defect else None)
            return False
    struggle_from: float | None = None
    if defect is not None and defect.lookup is not None and me.dice.form() < defect.lookup.share:
        # Nobody knows this by heart: go and look it up, or do without.
        yield from bring_into_view(me, p, element)
        yield Look(me.dice.lognormal(1500.0, 0.4), element.target)
        struggle_from = p.began_ms
        me.suffer("form", p.now_ms, defect.id)
        if me.will_quit(p.now_ms, 2.2 * B.form_quit):
            me.journal.true("field_struggle", p.view, struggle_from, p.now_ms, target=field.target, field=field.target,
                            cause=defect.id)  # fmt: skip
            _give_up(me, p, form, field, progress, defect.id)
            return False
        yield Hide(me.dice.lognormal(1000.0 * defect.lookup.seconds, 0.5))
    hidden_rule = defect is not None and defect.finding == "rules_hidden"
    chance_wrong = B.unknown_rule if hidden_rule else me.trait.typo
    good = field.bad is None or me.dice.form() >= chance_wrong
    yield from enter(me, p, field, element, good=good, doubt=doubt if at_the_keys else 0.0)
    progress.entries += 1
    if struggle_from is not None and defect is not None:
        me.journal.true("field_struggle", p.view, struggle_from, p.now_ms, target=field.target, field=field.target,
                        cause=defect.id)  # fmt: skip
    if not good:
        # Leaving the field shows the mistake at once where the form checks on blur; then it is a typo, cured at once.
        trial = p.scene.snapshot.forms.get(form.form)
        blur = trial.fields[field.target].blur if trial is not None and field.target in trial.fields else None
        told = blur is not None and blur.mutations > 0
        begun = p.began_ms
        if told and me.dice.form() < 0.85:
            yield Look(me.dice.lognormal(700.0, 0.4), field.target)
            cured = me.dice.form() < B.relearn
            yield from enter(me, p, field, element, good=cured)
            if cured:
                me.journal.ambiguous("field_struggle", "cured_at_once", p.view, begun, p.now_ms, target=field.target,
                                     field=field.target)  # fmt: skip
                return True
        progress.wrong[field.target] = hidden_rule
    yield from distracted(me, p)
    return True


def enter(
    me: Visitor, p: Percept, field: FormField, element: Element, *, good: bool, doubt: float = 0.0
) -> Doing:  # fmt: skip
    """Get into a field, by pointer or by Tab, and enter something, perhaps after a `doubt` (a chance)."""
    yield from bring_into_view(me, p, element)
    since = p.now_ms
    # Tab leads from a field to the next one; the first is gone into by a press.
    by_tab = me.dice.form() < B.tab_key and not me.touch and me.in_fields == p.view
    me.in_fields = p.view
    chosen = element.tag == "select" or element.role in _CHOSEN or field.kind in _CHOSEN
    if chosen:
        yield Look(me.dice.lognormal(0.55 * B.mental_ms, 0.5), field.target)
    if not by_tab:
        yield from point_at(me, p, element)
        yield from press_calmly(me, p)
    if chosen:
        # A press ticks a box; a list has to be chosen from, and Tab only leads to either.
        if by_tab or field.kind == "select" or element.tag == "select":
            yield Choose(field.target, me.dice.lognormal(900.0, 0.4))
        return
    if not (doubt > 0.0 and (yield from hesitate(me, p, element, doubt, since))):
        # One has to recall what is asked for, and to find the keys: a pause, but no doubt.
        yield Look(me.dice.lognormal(B.recall_ms, B.recall_sigma), field.target)
        me.journal.lookalike("hesitation", "typing", p.view, since, p.now_ms, target=field.target)
    text = field.good if good or field.bad is None else field.bad
    slips = me.dice.poisson(B.slip * len(text), me.dice.form())
    ms_per_key = me.trait.key_ms * (1.25 if me.touch else 1.0)
    hunting = me.dice.form() < B.slow_entry
    if hunting:
        # Looks for the keys, or copies from paper: slow, but nothing is unclear.
        ms_per_key *= 2.5
        slips += me.dice.poisson(0.06 * len(text), me.dice.form())
    yield Type(field.target, text or "x", ms_per_key, slips, good)
    if hunting:
        me.journal.lookalike("field_struggle", "slow_typist", p.view, p.began_ms, p.now_ms, target=field.target,
                             field=field.target)  # fmt: skip


def _send(me: Visitor, p: Percept, form: Form, progress: _Progress) -> Doing:
    """Press the form's button, and deal with what comes back, until it is accepted or given up."""
    struggles: dict[str, _Struggle] = {}
    for attempt in range(6):
        button = p.scene.element(form.submit)
        if button is None:
            return False
        if attempt == 0:
            yield from hesitate(me, p, button, 0.45)
        view = p.view
        came = yield from activate(me, p, button)
        if came == "page":
            accepted = True
        elif came:
            accepted = form.leads_to is not None and p.scene.state == form.leads_to.state
        else:
            # Nothing happened at all: whatever is in the way, the form can't be sent.
            if me.will_quit(p.now_ms, 2.5 * B.form_quit) or attempt >= 3:
                _label_giving_up(me, p, form, None, me.anger_cause)
                me.leaving = "form"
                return False
            continue
        if accepted:
            _label_struggles(me, p, view, struggles)
            return True
        # Rejected. The visitor sees a message, and mends what it is about.
        wrong = next((f for f in form.fields if f.target in progress.wrong), None)
        cause = _fault(me, wrong.target) if wrong is not None else p.cause
        me.suffer("form", p.now_ms, cause)
        yield Look(me.dice.lognormal(1400.0, 0.5), wrong.target if wrong else form.form)
        if wrong is None:
            return False
        struggle = struggles.setdefault(wrong.target, _Struggle(p.began_ms, unknown=progress.wrong[wrong.target]))
        struggle.tries += 1
        if me.will_quit(p.now_ms, B.form_quit * (1.0 + attempt)):
            struggle.given_up = True
            _label_struggles(me, p, view, struggles)
            _give_up(me, p, form, wrong, progress, cause)
            return False
        element = p.scene.element(wrong.target)
        if element is None:
            return False
        good = me.dice.form() < B.relearn
        yield from enter(me, p, wrong, element, good=good)
        if good:
            del progress.wrong[wrong.target]
        yield Await(200.0)
    return False


class _Struggle:
    """Rejections of one field's entries."""

    __slots__ = ("given_up", "since", "tries", "unknown")

    def __init__(self, since: float, *, unknown: bool) -> None:
        self.since = since
        #: Whether the visitor does not know what the field wants (rather than having mistyped).
        self.unknown = unknown
        self.tries = 0
        self.given_up = False


def _label_struggles(me: Visitor, p: Percept, view: int, struggles: dict[str, _Struggle]) -> None:
    for target, struggle in struggles.items():
        since = struggle.since
        if not struggle.unknown:
            me.journal.lookalike("field_struggle", "typo", view, since, p.now_ms, target=target, field=target)
        elif struggle.tries == 1 and not struggle.given_up:
            me.journal.ambiguous("field_struggle", "cured_at_once", view, since, p.now_ms, target=target, field=target,
                                 cause=_fault(me, target))  # fmt: skip
        else:
            me.journal.true("field_struggle", view, since, p.now_ms, target=target, field=target,
                            cause=_fault(me, target))  # fmt: skip


def _fault(me: Visitor, target: str) -> str | None:
    defect = me.effects_on_people.get(target)
    return defect.id if defect is not None else None
