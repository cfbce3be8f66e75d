"""A persona: the kind of person a visitor is, as distributions that each visitor's own dials are drawn from.

`PersonaSpec` is a persona with every dial filled in. The library (`personas.yaml` beside this file) holds each number
with its source, or marked as an assumption with a range; a persona takes what it does not say from `default`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, Literal, get_args
from zlib import crc32

import numpy as np
import numpy.typing as npt
from pydantic import AfterValidator, BaseModel, Field, WithJsonSchema, create_model

from simbench.events.yaml_source import show_value
from simbench.visitor.persona.distribution import Bounds, StrictModel, Value, Weights, quantile, wrong

__all__ = [
    "BOTS",
    "DIALS",
    "Bot",
    "Country",
    "Device",
    "Dial",
    "Frustration",
    "Interests",
    "Name",
    "PersonaPatch",
    "PersonaSpec",
    "Source",
    "VisitorType",
    "dial_salt",
    "dial_value",
    "draw_dials",
]

Device = Literal["desktop", "tablet", "mobile"]
Source = Literal["direct", "organic", "paid", "email", "social", "referral"]
VisitorType = Literal["new", "returning"]
#: Programs that come to sites (`simbench.visitor.mind.bots`).
Bot = Literal["crawler", "price_scraper", "click_bot"]
BOTS: Final = get_args(Bot)


def _check_country(code: str) -> str:
    if not (len(code) == 2 and code.isascii() and code.isalpha() and code.isupper()):
        mend = code.upper() if len(code) == 2 and code.isascii() and code.isalpha() else "one such as DE"
        raise wrong(f"{show_value(code)} is not a two-letter country code; write {mend}")
    return code


def _check_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise wrong(f"{show_value(name)} is not a usable name; take letters, digits, - and _, at most 60 of them")
    return name


_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
#: What personas, variants, campaigns and scenarios are called: names become values of columns, and folders.
Name = Annotated[str, AfterValidator(_check_name), WithJsonSchema({"type": "string", "pattern": f"^{_NAME.pattern}$"})]
#: ISO 3166-1 alpha-2.
Country = Annotated[
    str, AfterValidator(_check_country), WithJsonSchema({"type": "string", "pattern": "^[A-Z]{2}$", "examples": ["DE"]})
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial(Bounds):
    """What a dial means: the range that makes sense (`low`, `high`, `unit`), and one line for people."""

    about: str
    #: Where it stands in a persona: ("frustration", "slow"); filled in where `DIALS` is made.
    path: tuple[str, ...] = ()

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        schema = Bounds.__get_pydantic_json_schema__(self, core, handler)
        return {**schema, "description": f"{self.about} [{self.unit}, {self.low:g} to {self.high:g}]"}


def _share(about: str) -> Dial:
    return Dial(unit="share", low=0, high=1, about=about)


def _weight(about: str) -> Dial:
    return Dial(unit="weight", low=0, high=1, about=about)


class Frustration(StrictModel):
    """How much each kind of trouble adds to a visitor's anger (0: leaves them cold, 1: furious at once)."""

    dead_click: Annotated[Value, _weight("A click that should have done something does nothing.")]
    error: Annotated[Value, _weight("The page says that something went wrong.")]
    slow: Annotated[Value, _weight("A wait beyond patience.")]
    covered: Annotated[Value, _weight("Something lies over what was aimed at.")]
    form: Annotated[Value, _weight("A form rejects what seems right, or wants what is not understood.")]
    lost: Annotated[Value, _weight("What was looked for is not where it should be.")]


class Interests(StrictModel):
    """The probability of doing a side act when the occasion is met on a page."""

    inspect: Annotated[Value, _share("Clicks a picture to see it larger.")]
    carousel: Annotated[Value, _share("Leafs through a carousel.")]
    stepper: Annotated[Value, _share("Presses plus or minus.")]
    toggle: Annotated[Value, _share("Opens or closes a section, ticks a filter.")]
    select_text: Annotated[Value, _share("Selects a text worth copying (a model number).")]
    coupon: Annotated[Value, _share("Tries a coupon code where a field asks for one.")]
    lookup: Annotated[Value, _share("Goes to look something up before going on.")]
    search: Annotated[Value, _share("Uses the search field where there is one.")]
    double_click: Annotated[Value, _share("Double-clicks a thing that people double-click.")]
    calendar: Annotated[Value, _share("Leafs through the months of a calendar.")]
    paginate: Annotated[Value, _share("Leafs through pages of a list.")]
    sort: Annotated[Value, _share("Sorts a table by a column.")]
    draw: Annotated[Value, _share("Draws on a canvas.")]
    game: Annotated[Value, _share("Plays a small game of quick presses.")]
    drag_select: Annotated[Value, _share("Marks a text by dragging over it.")]
    download: Annotated[Value, _share("Downloads a file that is offered.")]
    new_tab: Annotated[Value, _share("Follows a link that opens in a new tab, and comes back.")]
    file: Annotated[Value, _share("Opens a file chooser to send a picture.")]
    date_button: Annotated[Value, _share("Lets a button fill in a date.")]
    css_toggle: Annotated[Value, _share("Flips a switch that only the style sheet answers.")]
    copy_text: Annotated[Value, _share("Presses a button that copies to the clipboard.")]
    audio: Annotated[Value, _share("Plays a sound.")]
    off_screen: Annotated[Value, _share("Presses a control that answers elsewhere on the page.")]
    disabled: Annotated[Value, _share("Presses a control that is switched off.")]
    detour: Annotated[Value, _share("Has a look at something else that the site offers, and comes back.")]
    click_away: Annotated[Value, _share("Closes what lies over the page by a click beside it.")]


class PersonaSpec(StrictModel):
    """A persona with every dial filled in."""

    name: Name
    about: str = Field(default="", description="One line for people.")
    device: Weights[Device] = Field(description="Shares of devices, or one device.")
    source: Weights[Source] = Field(description="Shares of traffic sources, or one source.")
    visitor_type: Weights[VisitorType] = Field(description="Shares of first-time and returning visitors.")
    goal: Weights[str] = Field(description="What they come for: a goal of the site, or shares of goals.")
    country: Weights[Country] = Field(description="Shares of countries (ISO 3166 two-letter codes), or one.")
    bot: Bot | None = Field(default=None, description="Which program it is; left out for people.")

    scroll_propensity: Annotated[Value, _share("Scrolls on at the end of each screenful.")]
    reading_wpm: Annotated[Value, Dial(unit="words/min", low=40, high=1500, about="Reading speed.")]
    reading_share: Annotated[Value, _share("How much of a block of text is actually read.")]
    dwell_shape: Annotated[
        Value, Dial(unit="Weibull k", low=0.2, high=3, about="Shape of dwell; below 1, who stayed long stays longer.")
    ]
    bounces: Annotated[Value, _share("Leaves from the page where the visit began, after a look at it.")]
    depth: Annotated[Value, Dial(unit="pages", low=1, high=200, about="Pages willing to see in a visit.")]
    compare_items: Annotated[Value, Dial(unit="items", low=2, high=20, about="Products looked at when comparing.")]

    patience_s: Annotated[Value, Dial(unit="s", low=0.1, high=600, about="How long a wait is tolerated.")]
    frustration: Frustration
    frustration_decay_s: Annotated[
        Value, Dial(unit="s", low=1, high=3600, about="Time in which anger falls to 37 %, when nothing feeds it.")
    ]
    vent_rage: Annotated[Value, _share("Vents by striking when angry.")]
    vent_thrash: Annotated[Value, _share("Vents by shaking the mouse when angry.")]
    vent_scroll: Annotated[Value, _share("Vents by scrolling about when angry.")]
    vent_back: Annotated[Value, _share("Vents by going back when angry.")]
    give_up: Annotated[Value, _share("Gives up when angry, rather than trying once more.")]
    postpones: Annotated[Value, _share("Puts something in the cart and leaves the buying for another day.")]
    ad_mismatch: Annotated[Value, _share("Was promised something by a paid link that the site does not have.")]
    form_wary: Annotated[Value, _share("Reluctance to give personal details.")]

    fitts_a_ms: Annotated[Value, Dial(unit="ms", low=0, high=2000, about="Pointing: intercept of Fitts' law.")]
    fitts_b_ms: Annotated[Value, Dial(unit="ms/bit", low=0, high=1000, about="Pointing: slope of Fitts' law.")]
    motor_noise: Annotated[Value, Dial(unit="log-sd", low=0, high=2, about="Spread of movement times.")]
    tap_sd_px: Annotated[Value, Dial(unit="px", low=0, high=60, about="Spread of taps around their aim, an axis.")]
    hold_ms: Annotated[Value, Dial(unit="ms", low=10, high=2000, about="From press to release.")]
    overshoot: Annotated[Value, _share("First movement goes past the target.")]
    keyboard: Annotated[Value, _share("Uses the keyboard where a mouse would do: Tab and Enter on controls.")]
    old_device: Annotated[Value, _share("Comes with an old machine: the smaller screen and an older browser.")]

    decision_s: Annotated[Value, Dial(unit="s", low=0.05, high=120, about="Own median time to decide on an act.")]
    hesitancy: Annotated[Value, _share("Hesitates before an act that commits.")]
    key_ms: Annotated[Value, Dial(unit="ms", low=20, high=3000, about="From key to key.")]
    typo: Annotated[Value, _share("Makes a mistake in a field that the form rejects.")]

    distraction_per_min: Annotated[Value, Dial(unit="1/min", low=0, high=20, about="Looks away from the page.")]
    double_clicker: Annotated[Value, _share("Leaning to double-click where one click would do.")]
    idle_click: Annotated[Value, _share("Clicks on nothing in particular, a page.")]
    text_select: Annotated[Value, _share("Selects text while reading, a page.")]
    consent: Annotated[Value, _share("Accepts being recorded when asked.")]
    answers_survey: Annotated[Value, _share("Answers when asked at the end how the visit went.")]
    interests: Interests


def _dials(model: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[tuple[str, Dial]]:
    for name, info in model.model_fields.items():
        path = (*above, name)
        for extra in info.metadata:
            if isinstance(extra, Dial):
                yield "_".join(path), replace(extra, path=path)
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            yield from _dials(info.annotation, path)


#: Every dial by its name (`patience_s`, `frustration_slow`, `interests_coupon`), in the order of the model.
DIALS: Final[Mapping[str, Dial]] = dict(_dials(PersonaSpec))


def dial_salt(name: str) -> int:
    """The salt (`simbench.visitor.noise`) of a dial's numbers: by its name, so that a new dial moves no other.

    All are above 2^32, far from the salts of acts.
    """
    return 2**32 + crc32(name.encode())


def _partial(model: type[StrictModel], name: str) -> type[StrictModel]:
    """`model` with every field optional: what may be written when the rest comes from elsewhere."""
    fields: dict[str, Any] = {}
    for key, info in model.model_fields.items():
        annotation: Any = info.annotation
        if isinstance(annotation, type) and issubclass(annotation, StrictModel):
            annotation = _partial(annotation, f"{annotation.__name__}Patch")
        elif info.metadata:
            annotation = Annotated[annotation, *info.metadata]
        fields[key] = (annotation, Field(default=None, description=info.description))
    said = "The part of it that differs." if name == "PersonaPatch" else model.__doc__
    return create_model(name, __base__=StrictModel, __doc__=said, **fields)


#: What `with:` may change: any part of a persona.
PersonaPatch: Final = _partial(PersonaSpec, "PersonaPatch")


def dial_value(persona: PersonaSpec, name: str) -> Value:
    """The value of the dial `name` of `DIALS`."""
    found: Any = persona
    for step in DIALS[name].path:
        found = getattr(found, step)
    return found


def draw_dials(persona: PersonaSpec, uniforms: npt.NDArray[np.float64]) -> dict[str, npt.NDArray[np.float64]]:
    """Draw every dial for many visitors of one persona.

    Parameters
    ----------
    persona
        Whose.
    uniforms
        Uniform numbers, shape (visitors, len(DIALS)): column j belongs to the j-th dial of `DIALS`, so that the draws
        of one dial do not move when another dial changes.

    Returns
    -------
    dict from dial name to an array of shape (visitors,), in the dial's unit and inside its range.
    """
    if uniforms.ndim != 2 or uniforms.shape[1] != len(DIALS):
        raise ValueError(f"uniforms have the shape {uniforms.shape}, not (visitors, {len(DIALS)})")
    return {
        name: np.clip(quantile(dial_value(persona, name), uniforms[:, column]), dial.low, dial.high)
        for column, (name, dial) in enumerate(DIALS.items())
    }
