"""Whether the parts of a `site.yaml` fit one another, and the files that it names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from simbench.events.yaml_source import KeyPath, did_you_mean
from simbench.site.declaration import Declaration, Defect, Fill, FillBad, Page, Step
from simbench.site.routes import page_of

__all__ = ["cross_check"]

#: Where something is wrong, and what is wrong and how to mend it.
Complaint = tuple[KeyPath, str]


def cross_check(site: Declaration, folder: Path) -> list[Complaint]:
    """Everything in `site` that points at something which is not there, or says the same thing twice."""
    return [
        *_pages(site, folder),
        *_forms(site),
        *_ways(site),
        *_goals(site),
        *_interests(site),
        *_defects(site, folder),
    ]


def _pages(site: Declaration, folder: Path) -> Iterator[Complaint]:
    remembered = {name for page in site.pages for state in page.states for name in state.remembers}
    paths = [page.page for page in site.pages]
    yield from _twice([(("pages", i, "page"), page.page) for i, page in enumerate(site.pages)], "page")
    for i, page in enumerate(site.pages):
        at: KeyPath = ("pages", i)
        yield from _file(folder, page.file, (*at, "file"))
        found = page_of(page.url, paths)
        if found != page.page:
            what = f"belongs to {found}" if found else "matches no page"
            yield (*at, "url"), f"{page.url} {what}; give a URL that matches {page.page}"
        yield from _twice([((*at, "states", j, "name"), state.name) for j, state in enumerate(page.states)], "state")
        for j, state in enumerate(page.states):
            if state.opens_with and state.opens_with not in remembered:
                mend = did_you_mean(state.opens_with, sorted(remembered))
                yield (*at, "states", j, "opens_with"), f'no state remembers "{state.opens_with}"; {mend}'
            for k, step in enumerate(state.do):
                yield from _step(site, step, (*at, "states", j, "do", k))


def _step(site: Declaration, step: Step, at: KeyPath) -> Iterator[Complaint]:
    if isinstance(step, Fill):
        yield from _known_form(site, step.fill, (*at, "fill"))
    elif isinstance(step, FillBad):
        yield from _known_form(site, step.fill_bad.form, (*at, "fill_bad", "form"))
        for form in site.forms:
            if form.form == step.fill_bad.form:
                bad = [field.target for field in form.fields if field.bad is not None]
                if step.fill_bad.field not in bad:
                    mend = did_you_mean(step.fill_bad.field, bad)
                    yield (*at, "fill_bad", "field"), f"no field with a `bad` sample has this target; {mend}"


def _forms(site: Declaration) -> Iterator[Complaint]:
    yield from _twice([(("forms", i, "form"), form.form) for i, form in enumerate(site.forms)], "form")
    for i, form in enumerate(site.forms):
        at: KeyPath = ("forms", i)
        yield from _known_state(site, form.page, form.state, at)
        if form.leads_to:
            yield from _known_state(site, form.leads_to.page, form.leads_to.state, (*at, "leads_to"))
        fields = [((*at, "fields", j, "target"), field.target) for j, field in enumerate(form.fields)]
        yield from _twice(fields, "field")


def _ways(site: Declaration) -> Iterator[Complaint]:
    yield from _twice([(("funnel", i, "name"), step.name) for i, step in enumerate(site.funnel)], "step")
    for i, step in enumerate(site.funnel):
        yield from _known_state(site, step.page, step.state, ("funnel", i))
    for i, cta in enumerate(site.ctas):
        yield from _known_state(site, cta.page, None, ("ctas", i))
        if cta.goal not in site.goals:
            yield ("ctas", i, "goal"), f'there is no goal "{cta.goal}"; {did_you_mean(cta.goal, site.goals)}'


def _goals(site: Declaration) -> Iterator[Complaint]:
    for name, goal in site.goals.items():
        for i, step in enumerate(goal.steps):
            at: KeyPath = ("goals", name, "steps", i)
            yield from _known_state(site, step.page, step.state, at)
            if step.reach:
                yield from _known_state(site, step.reach.page, step.reach.state, (*at, "reach"))
            if step.form:
                yield from _known_form(site, step.form, (*at, "form"))


def _interests(site: Declaration) -> Iterator[Complaint]:
    for i, interest in enumerate(site.interests):
        at: KeyPath = ("interests", i)
        yield from _known_state(site, interest.page, interest.state, at)
        if interest.kind == "off_screen" and interest.answer is None:
            yield at, "an interest of kind off_screen says where its press shows; give `answer`"
        if interest.presses and interest.presses[0] > interest.presses[1]:
            yield (*at, "presses"), "the least is more than the most; write [least, most]"


def _defects(site: Declaration, folder: Path) -> Iterator[Complaint]:
    yield from _twice([(("defects", i, "id"), defect.id) for i, defect in enumerate(site.defects)], "defect")
    for i, defect in enumerate(site.defects):
        yield from _known_state(site, defect.page, defect.state, ("defects", i))
        yield from _patch(defect, folder, ("defects", i))


def _patch(defect: Defect, folder: Path, at: KeyPath) -> Iterator[Complaint]:
    for key, name in (("css", defect.css), ("js", defect.js)):
        if name is not None:
            yield from _file(folder, name, (*at, key))


def _known_state(site: Declaration, page: str, state: str | None, at: KeyPath) -> Iterator[Complaint]:
    declared: Page | None = next((p for p in site.pages if p.page == page), None)
    if declared is None:
        yield (*at, "page"), f"there is no page {page}; {did_you_mean(page, [p.page for p in site.pages])}"
    elif state is not None and state not in declared.state_names:
        yield (*at, "state"), f'{page} has no state "{state}"; {did_you_mean(state, declared.state_names)}'


def _known_form(site: Declaration, form: str, at: KeyPath) -> Iterator[Complaint]:
    forms = [declared.form for declared in site.forms]
    if form not in forms:
        yield at, f"there is no form {form}; {did_you_mean(form, forms)}"


def _twice(entries: list[tuple[KeyPath, str]], what: str) -> Iterator[Complaint]:
    seen = set()
    for at, name in entries:
        if name in seen:
            yield at, f"{what} {name} stands here twice; rename one"
        seen.add(name)


def _file(folder: Path, name: str, at: KeyPath) -> Iterator[Complaint]:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name:
        yield at, f"{name} does not lie in the site's folder; write a path relative to site.yaml"
    elif not (folder / path).is_file():
        here = sorted(p.relative_to(folder).as_posix() for p in (folder / path).parent.glob("*") if p.is_file())
        yield at, f"there is no file {name}; {did_you_mean(name, here)}"
