"""What forms do, found by filling them in: all right, and with one field wrong at a time."""

from __future__ import annotations

from dataclasses import replace

from simbench.site.capture.trials import Trier
from simbench.site.declaration import Form
from simbench.site.snapshot import Effect, FieldTrial, FormTrial

__all__ = ["try_form", "try_typed"]

_NOTHING = Effect(kind="none")


async def try_form(trier: Trier, form: Form) -> FormTrial | None:
    """Fill and send the form, then again with each field's bad sample; None where it cannot be filled in."""
    tab = trier.tab
    if not (await trier.reach() and await tab.fill(form)):
        return None
    submit = await _send(trier, form)
    trials = {}
    for field in form.fields:
        if field.bad is None:
            continue
        if not (await trier.reach() and await tab.fill(form)):
            continue
        await tab.ignore(trier.restless)
        await tab.fill_field(field, field.bad)
        await tab.arm()
        await tab.page.keyboard.press("Tab")
        blur = await trier.effect(await tab.outcome(), blur=True)
        trials[field.target] = FieldTrial(blur=blur, submit=await _send(trier, form))
    return FormTrial(submit=submit, fields=trials)


async def _send(trier: Trier, form: Form) -> Effect:
    """Press what sends the form; the effect counts from the state in which it was begun."""
    await trier.tab.ignore(trier.restless)
    tab = trier.tab
    point = await tab.aim(form.submit)
    if point is not None:
        told = await tab.trial(point)
    else:
        # Something lies over it. What a click meets there is for the geometry to say; the form itself is sent by key.
        await tab.arm()
        await tab.page.focus(form.submit)
        await tab.page.keyboard.press("Enter")
        told = await tab.outcome()
    effect = await trier.effect(told)
    return effect if effect is not None else _NOTHING


async def try_typed(trier: Trier, field: str, text: str, target: str) -> Effect | None:
    """Type a text into a field, then click `target`."""
    tab = trier.tab
    if not await trier.reach():
        return None
    await tab.ignore(trier.restless)
    if not await tab.type_into(field, text):
        return None
    await tab.rest()
    point = await tab.aim(target)
    if point is None:
        return None
    effect = await trier.effect(await tab.trial(point))
    return replace(effect, focus=None) if effect is not None else None
