"""How to bring a page into each of its states: with which memory it is opened, and what is done then."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from simbench.errors import BadInput
from simbench.site.capture.tab import Memory, Tab
from simbench.site.declaration import Declaration, Page, PageState

__all__ = ["Ways"]

#: Controls inside the element of a sign, in the order of the document.
_CONTROLS_IN: Final = """(sign) => {
    const { selectorOf, interactive } = window[Symbol.for('simbench.selector')];
    const around = document.querySelector(sign);
    return around ? [...around.querySelectorAll('*')].filter(interactive).map(selectorOf) : [];
}"""


class Ways:
    """What a browser must remember for each state of a site, found out once by playing."""

    def __init__(self, site: Declaration, folder: Path) -> None:
        self._site = site
        self._folder = folder
        #: Every question (`opens_without`) answered, nothing else remembered.
        self.answered = Memory()
        self._unanswered: dict[str, Memory] = {}
        self._with: dict[str, Memory] = {}
        self._found: dict[tuple[str, str], Memory] = {}

    async def explore(self, tab: Tab) -> None:
        """Find out how questions are answered, and play what makes the browser remember things.

        Raises
        ------
        BadInput
            A question cannot be answered, or a state that remembers something cannot be reached.
        """
        questions = list(dict.fromkeys(s.opens_without for p in self._site.pages for s in p.states if s.opens_without))
        for question in questions:
            self._unanswered[question] = await self._answer_all(tab, [q for q in questions if q != question])
        self.answered = await self._answer_all(tab, questions)
        for page in self._site.pages:
            for state in page.states:
                for name in state.remembers:
                    if name not in self._with:
                        self._with[name] = await self._remember(tab, page, state)

    def remembering(self, names: frozenset[str]) -> Memory:
        """What a browser has that remembers `names`: questions that were answered, and what states open with."""
        known = [self._with[name] for name in sorted(names) if name in self._with]
        asked = self._unanswered.keys() & names
        found = [self.answered] if asked or known else []
        memory = Memory()
        for one in [*found, *known]:
            memory = Memory(memory.cookies | one.cookies, memory.local | one.local, memory.session | one.session)
        return memory

    async def _answer_all(self, tab: Tab, questions: Sequence[str]) -> Memory:
        memory = Memory()
        for question in questions:
            memory = await self._answer(tab, question, memory)
        return memory

    async def _answer(self, tab: Tab, question: str, memory: Memory) -> Memory:
        """Press the controls in the question's own element until one makes it go away for good."""
        page, state = next((p, s) for p in self._site.pages for s in p.states if s.opens_without == question)
        await tab.open(page.url, memory)
        if await tab.state(page) != state.name:
            raise BadInput(f"{page.page}: does not open in state {state.name} without {question}; look at its sign")
        for control in await tab.page.evaluate(_CONTROLS_IN, state.sign):
            await tab.open(page.url, memory)
            point = await tab.aim(control)
            if point is None:
                continue
            await tab.trial(point)
            answered = await tab.memory()
            await tab.open(page.url, answered)
            if await tab.state(page) != state.name:
                return answered
        raise BadInput(
            f"{page.page}: no control inside {state.sign} makes the browser remember {question}, "
            f"so the page never leaves state {state.name}; let one of them set a cookie or store the answer"
        )

    async def _remember(self, tab: Tab, page: Page, state: PageState) -> Memory:
        if not await self._play(tab, page, state, self.answered, ()):
            raise BadInput(
                f"{page.page}: state {state.name} is not reached by its `do`; look at its steps and its sign"
            )
        return await tab.memory()

    def _memories(self, page: Page, state: PageState | None) -> list[Memory]:
        """Memories with which the state may be reached, the likeliest first."""
        if state is None:
            return [self.answered]
        if state.opens_without:
            return [self._unanswered[state.opens_without]]
        if state.opens_with:
            return [self._with[state.opens_with]]
        names = [s.opens_with for s in page.states if s.opens_with]
        return [self.answered, *(self._with[name] for name in dict.fromkeys([*names, *self._with]))]

    async def reach(self, tab: Tab, page: Page, state: str, defects: Sequence[str] = ()) -> bool:
        """Bring `tab` into the state, from scratch.

        Under defects that keep anybody from reaching the state, it is reached without them and then patched.

        Returns
        -------
        Whether the page is in that state.
        """
        declared = page.state(state)
        known = self._found.get((page.page, state))
        for memory in [known] if known is not None else self._memories(page, declared):
            if await self._play(tab, page, declared, memory, defects):
                self._found.setdefault((page.page, state), memory)
                return True
        if defects and known is not None and await self._play(tab, page, declared, known, ()):
            await tab.patch([d for d in self._site.defects if d.id in defects], self._folder)
            return True
        return False

    async def _play(
        self, tab: Tab, page: Page, state: PageState | None, memory: Memory, defects: Sequence[str]
    ) -> bool:
        await tab.open(page.url, memory, defects)
        if state is None:
            return await tab.state(page) == "fresh"
        done = await tab.do(state.do)
        return done and await tab.state(page) == state.name
