"""What a `site.yaml` says: only what no browser can know.

Pages and the states they can be in, the server's own latencies, forms with sample inputs, the funnel, calls to action,
what people come for, and the planted defects. Everything that can be measured is captured instead
(`simbench.site.capture`). Unknown keys and wrong types are errors; references between the parts are checked by
`simbench.site.cross_check`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

__all__ = [
    "Click", "Cta", "Declaration", "Defect", "Device", "Fill", "FillBad", "Form", "FormField", "FunnelStep", "Goal",
    "GoalStep", "Interest", "Latency", "Lookup", "Page", "PageState", "Press", "Step", "Type", "Wait",
]  # fmt: skip

Device = Literal["desktop", "tablet", "mobile"]

#: A name that can stand in a cookie, a file name and a column.
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64)]
#: A grouped path: `:x` stands for one segment.
PagePath = Annotated[str, Field(pattern=r"^/(?:(?:[A-Za-z0-9._~-]+|:[a-z_]+)(?:/(?:[A-Za-z0-9._~-]+|:[a-z_]+))*/?)?$")]
#: A CSS selector.
Selector = Annotated[str, Field(min_length=1, max_length=500)]
#: A file inside the site's folder.
FilePath = Annotated[str, Field(min_length=1, max_length=200)]
Milliseconds = Annotated[float, Field(ge=0, le=120_000)]


class _Strict(BaseModel):
    """No unknown key, no silent conversion, no change afterwards."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _TypeInto(_Strict):
    target: Selector
    text: str


class _FillBadInto(_Strict):
    form: Selector
    field: Selector


class Click(_Strict):
    """Click an element."""

    click: Selector


class Type(_Strict):
    """Type a text into a field."""

    type: _TypeInto


class Fill(_Strict):
    """Fill a declared form with all its good samples."""

    fill: Selector


class FillBad(_Strict):
    """Fill a declared form with its good samples, but one field with its bad one."""

    fill_bad: _FillBadInto


class Press(_Strict):
    """Press a key, by its DOM name (`Escape`, `Tab`, ...)."""

    press: Annotated[str, Field(pattern=r"^[A-Za-z0-9+]+$")]


class Wait(_Strict):
    """Wait so many milliseconds."""

    wait: Milliseconds


_STEP_KEYS = ("click", "type", "fill", "fill_bad", "press", "wait")


def _step_kind(step: Any) -> str | None:
    """The key by which a step says what it is; pydantic asks."""
    if isinstance(step, dict):
        return next((f"<{key}>" for key in _STEP_KEYS if key in step), None)
    return next((f"<{key}>" for key in _STEP_KEYS if hasattr(step, key)), None)


Step = Annotated[
    Annotated[Click, Tag("<click>")]
    | Annotated[Type, Tag("<type>")]
    | Annotated[Fill, Tag("<fill>")]
    | Annotated[FillBad, Tag("<fill_bad>")]
    | Annotated[Press, Tag("<press>")]
    | Annotated[Wait, Tag("<wait>")],
    Discriminator(
        _step_kind,
        custom_error_type="step",
        custom_error_message="is not a step; write one of click, type, fill, fill_bad, press, wait",
    ),
]


class PageState(_Strict):
    """A state that a page can be in.

    A page is in the state when `sign` is visible. It is reached by `do` from the state in which the page opens, or the
    page opens in it: as long as the visitor lacks `opens_without`, or once `opens_with` is remembered.
    """

    name: Name
    sign: Selector
    opens_without: Name | None = None
    opens_with: Name | None = None
    do: list[Step] = []
    devices: list[Device] = ["desktop", "tablet", "mobile"]
    #: What the visitor's browser remembers once the state was reached.
    remembers: list[Name] = []

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.name == "fresh":
            raise ValueError("`fresh` is implicit: the page as it opens; choose another name")
        if not (self.do or self.opens_with or self.opens_without):
            raise ValueError("nothing leads to this state; give `do`, `opens_with` or `opens_without`")
        if self.opens_with and self.opens_without:
            raise ValueError("a state has `opens_with` or `opens_without`, not both")
        return self

    @property
    def opening(self) -> bool:
        """Whether a page can open in this state, rather than be brought into it."""
        return not self.do


class Page(_Strict):
    """A page: its grouped path, the file that is served for it, and a concrete URL, the one that is captured."""

    page: PagePath
    file: FilePath
    url: Annotated[str, Field(pattern=r"^/[^\s#]*$")]
    kind: Literal[
        "home",
        "category",
        "search",
        "product",
        "cart",
        "checkout",
        "confirmation",
        "policy",
        "article",
        "form",
        "other",
    ]
    #: The server's own work for this page, unloaded.
    server_ms: Milliseconds = 0.0
    states: list[PageState] = []

    def state(self, name: str) -> PageState | None:
        """The declared state of that name; None for `fresh` and for unknown names."""
        return next((state for state in self.states if state.name == name), None)

    @property
    def state_names(self) -> tuple[str, ...]:
        """`fresh` and the declared states, in order."""
        return ("fresh", *(state.name for state in self.states))


class Latency(_Strict):
    """How long the server takes for requests whose path matches (`*` stands for anything)."""

    path: Annotated[str, Field(pattern=r"^/[^\s?#]*$")]
    ms: Milliseconds


class FormField(_Strict):
    """A field with what a person would enter: `good` is right, `bad` a plausible mistake that ought to be rejected."""

    target: Selector
    name: str
    kind: str
    good: str
    bad: str | None = None
    sensitive: bool = False
    optional: bool = False


class FormEnd(_Strict):
    """Where a form leads when it is accepted."""

    page: PagePath
    state: Name = "fresh"


class Form(_Strict):
    """A form: where it stands, what sends it, and where that leads."""

    form: Selector
    page: PagePath
    state: Name = "fresh"
    submit: Selector
    leads_to: FormEnd | None = None
    fields: Annotated[list[FormField], Field(min_length=1)]


class FunnelStep(_Strict):
    """A step of the funnel: a page, in any state or in one."""

    name: Name
    page: PagePath
    state: Name | None = None


class Cta(_Strict):
    """The main call to action of a page, and the goal that it serves."""

    page: PagePath
    target: Selector
    goal: Name


class Reach(_Strict):
    """Where a step of a goal leads."""

    page: PagePath
    state: Name | None = None


class GoalStep(_Strict):
    """A step towards a goal, on one page: something to reach, a form to send, or content to find."""

    page: PagePath
    state: Name | None = None
    reach: Reach | None = None
    target: Selector | None = None
    form: Selector | None = None
    content: Selector | None = None
    #: What is in the visitor's mind.
    words: list[str] = []

    @model_validator(mode="after")
    def _wants_something(self) -> Self:
        if not (self.reach or self.form or self.content):
            raise ValueError("the step wants nothing; give `reach`, `form` or `content`")
        return self


class Goal(_Strict):
    """What people come for."""

    about: str = ""
    #: How common the goal is among visitors where nothing else says so.
    share_hint: Annotated[float, Field(ge=0, le=1)] = 0.0
    steps: Annotated[list[GoalStep], Field(min_length=1)]


class Interest(_Strict):
    """Something that visitors may do on the side."""

    name: str
    kind: Literal[
        "inspect", "carousel", "stepper", "toggle", "select_text", "coupon", "lookup", "search", "double_click",
        "calendar", "paginate", "sort", "draw", "game", "drag_select", "download", "new_tab", "file", "date_button",
        "css_toggle", "copy_text", "audio", "off_screen", "disabled", "detour",
    ]  # fmt: skip
    page: PagePath
    state: Name | None = None
    target: Selector
    #: How often it is pressed: least, most.
    presses: Annotated[list[Annotated[int, Field(ge=1, le=100)]], Field(min_length=2, max_length=2)] | None = None
    field: Selector | None = None
    type: str | None = None
    #: Where the press shows, if elsewhere than at the target.
    answer: Selector | None = None
    words: list[str] = []


class Lookup(_Strict):
    """Something that a field asks for and that people must look up first."""

    target: Selector
    share: Annotated[float, Field(ge=0, le=1)]
    seconds: Annotated[float, Field(gt=0, le=3600)]


#: `simbench.events.schema.PAGE_FINDINGS`, as a type.
Finding = Literal[
    "dead_image", "fake_control", "covered_control", "script_error", "slow_response", "cta_unseen", "cta_skipped",
    "hot_unproductive", "scroll_cliff_content", "scroll_cliff_loading", "field_abandoned", "field_confusing",
    "field_rejects_valid", "field_sensitive_first", "validation_late", "rules_hidden", "back_broken", "tiny_target",
    "layout_shift", "landing_mismatch", "nav_lure", "distractor", "one_device_only",
]  # fmt: skip


class Defect(_Strict):
    """A planted defect: a small patch to one page, and what it breaks."""

    id: Name
    finding: Finding
    page: PagePath
    state: Name = "fresh"
    target: Selector
    devices: Annotated[list[Device], Field(min_length=1)] = ["desktop", "tablet", "mobile"]
    about: str
    css: FilePath | None = None
    js: FilePath | None = None
    lookup: Lookup | None = None

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if not (self.css or self.js or self.lookup):
            raise ValueError("the defect changes nothing; give `css` or `js` (or `lookup`)")
        return self


class Declaration(_Strict):
    """A whole `site.yaml`."""

    schema_: Annotated[Literal["simbench.site/1"], Field(alias="schema")]
    name: Name
    title: str
    about: str
    pages: Annotated[list[Page], Field(min_length=1)]
    server: list[Latency] = []
    forms: list[Form] = []
    funnel: list[FunnelStep] = []
    ctas: list[Cta] = []
    goals: dict[Name, Goal] = {}
    interests: list[Interest] = []
    defects: list[Defect] = []

    def page(self, page: str) -> Page:
        """The page of that grouped path.

        Raises
        ------
        KeyError
            No page has it.
        """
        for declared in self.pages:
            if declared.page == page:
                return declared
        raise KeyError(page)

    def form(self, form: str) -> Form:
        """The form of that selector.

        Raises
        ------
        KeyError
            No form has it.
        """
        for declared in self.forms:
            if declared.form == form:
                return declared
        raise KeyError(form)
