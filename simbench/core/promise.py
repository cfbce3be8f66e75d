"""Which elements promise a response: what a person may expect something of, as far as the recording tells.

Plain text promises nothing, and neither does an element whose native response no recording shows: a text field places
its caret, a list opens in the browser's own window, a canvas paints.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from simbench.core.presses import Presses
from simbench.core.rule import Rule
from simbench.core.stream import Bools, Floats, Ints, Stream, Words
from simbench.core.targets import ElementIndex

__all__ = ["PROMISE_RULES", "Promises", "find_promises", "is_native"]

PROMISE_RULES: Final = (
    Rule(
        name="image_px", value=100.0, unit="px",
        about="A picture at least this wide and high promises to open or enlarge, faintly; 0 or less: none does.",
        source="judgement: below, pictures are icons and thumbnails that belong to something else",
    ),
    Rule(
        name="backdrop_share", value=0.5, unit="share of the viewport",
        about="What covers a control is taken for an unseen cover only if it covers less of the viewport than this; "
        "more is a backdrop, and a press there is meant to close what stands before it.",
        source="judgement: a backdrop fills the viewport",
    ),
)  # fmt: skip

_CONTROL_TAGS: Final = ("a", "button", "summary")
_CONTROL_ROLES: Final = (
    "button", "link", "tab", "switch", "menuitem", "menuitemcheckbox", "menuitemradio", "checkbox", "radio",
)  # fmt: skip
_POINTING: Final = ("pointer", "zoom-in", "zoom-out")
_NATIVE_TAGS: Final = (
    "input", "textarea", "select", "option", "label", "canvas", "video", "audio", "iframe", "embed", "object",
)  # fmt: skip
_NATIVE_ROLES: Final = ("textbox", "searchbox", "combobox", "listbox", "spinbutton", "slider")
#: Links that the browser hands to another program, out of the recording's sight.
_HANDED_OVER: Final = ("mailto:", "tel:", "sms:", "callto:", "facetime:", "whatsapp:")

#: Kinds of promise, by code, and how sure one may be that a response was expected (judgement; it orders the scores).
_KINDS: Final = {"": 0.0, "control": 0.9, "pointer": 0.8, "covered": 0.8, "image": 0.35}
_NAMES: Final = tuple(_KINDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """What each press's element promises; parallel to the presses.

    Attributes
    ----------
    kind
        ``control`` (works by itself or says so by its role), ``pointer`` (the cursor says so), ``covered`` (a control
        lies unseen beneath), ``image``, or "" for nothing.
    strength
        How sure one may be that a response was expected, 0..1.
    meant
        Selector of the control beneath, where the kind is ``covered``; None elsewhere.
    """

    kind: npt.NDArray[np.object_]
    strength: Floats
    meant: npt.NDArray[np.object_]

    @property
    def any(self) -> Bools:
        """Whether anything is promised."""
        return self.strength > 0


def is_native(presses: Presses) -> Bools:
    """Presses on elements whose native response no recording shows."""
    facts = presses.facts
    by_tag = facts.tag.among(_NATIVE_TAGS) | facts.root_tag.among(_NATIVE_TAGS)
    return (by_tag & ~_role(presses).among(_CONTROL_ROLES)) | _role(presses).among(_NATIVE_ROLES)


def _role(presses: Presses) -> Words:
    return presses.facts.root_role.otherwise(presses.facts.role)


def find_promises(stream: Stream, presses: Presses, elements: ElementIndex, rules: dict[str, float]) -> Promises:
    """Say what each press's element promises.

    Parameters
    ----------
    rules
        The numbers of `PROMISE_RULES` by name.
    """
    facts = presses.facts
    outside = is_native(presses) | facts.root_href.begins(_HANDED_OVER)
    code = np.zeros(len(presses), dtype=np.int64)
    if rules["image_px"] > 0 and len(elements):
        size = elements.boxes[np.maximum(facts.row, 0), 2:].min(axis=1)
        image = facts.tag.among(("img", "picture")) & (facts.row >= 0)
        code[image & (size >= rules["image_px"])] = _NAMES.index("image")
    code[facts.cursor.among(_POINTING)] = _NAMES.index("pointer")
    code[facts.root_tag.among(_CONTROL_TAGS) | _role(presses).among(_CONTROL_ROLES)] = _NAMES.index("control")
    code[outside] = 0
    meant = np.full(len(presses), None, dtype=object)
    asked = np.flatnonzero((code == 0) & ~outside & (facts.row >= 0) & ~np.isnan(presses.x))
    beneath = _beneath(stream, presses, elements, asked, rules["backdrop_share"])
    names = elements.words("target")
    for press, row in zip(asked[beneath >= 0].tolist(), beneath[beneath >= 0].tolist(), strict=True):
        code[press] = _NAMES.index("covered")
        meant[press] = names.names[names.codes[row]]
    return Promises(
        kind=np.array(_NAMES, dtype=object)[code],
        strength=np.array(list(_KINDS.values()))[code],
        meant=meant,
    )


def _beneath(stream: Stream, presses: Presses, elements: ElementIndex, asked: Ints, share: float) -> Ints:
    """The elements' row of the control that lies under each press, beneath what was hit; -1 where there is none."""
    found = np.full(len(asked), -1, dtype=np.int64)
    if len(asked) == 0:
        return found
    hit = presses.facts.row[asked]
    empty = ~elements.words("text").at(hit).among(name for name in elements.words("text").names if name)
    empty &= ~presses.facts.tag.at(asked).among(("html", "body", "img", "svg"))
    area = elements.boxes[hit, 2] * elements.boxes[hit, 3]
    rows = presses.view[asked]
    screen = _column(stream, "viewport_w", rows) * _column(stream, "viewport_h", rows)
    asked_small = np.flatnonzero(empty & (area < share * screen))
    if len(asked_small) == 0:
        return found
    controls = np.flatnonzero(elements.words("tag").among(_CONTROL_TAGS) | elements.words("role").among(_CONTROL_ROLES))
    z = np.nan_to_num(elements.numbers("z"), nan=-1.0)
    scroll = np.nan_to_num(stream.numbers("scroll_y", presses.begin[asked]))
    scene = _scene(elements)
    for group in np.unique(scene[hit[asked_small]]).tolist():
        here = controls[scene[controls] == group]
        who = asked_small[scene[hit[asked_small]] == group]
        x, y = presses.x[asked[who]][:, None], presses.y[asked[who]][:, None]
        y = np.where(elements.fixed[here][None, :], y - scroll[who][:, None], y)
        left, top, width, height = elements.boxes[here].T
        inside = (x >= left) & (x < left + width) & (y >= top) & (y < top + height)
        inside &= z[here][None, :] < z[hit[who]][:, None]
        # The topmost of those beneath.
        depth = np.where(inside, z[here][None, :], -2)
        if depth.shape[1]:
            best = depth.argmax(axis=1)
            found[who] = np.where(depth.max(axis=1) > -2, here[best], -1)
    return found


def _scene(elements: ElementIndex) -> Ints:
    """Number the elements by the page, state and layout that they stand in."""
    scene = np.zeros(len(elements), dtype=np.int64)
    for name in ("page", "state", "layout"):
        words = elements.words(name)
        scene = scene * (len(words.names) + 1) + words.codes + 1
    return scene


def _column(stream: Stream, name: str, rows: Ints) -> Floats:
    column = stream.views[name].to_numpy()
    values = np.full(len(rows), np.nan)
    values[rows >= 0] = column[rows[rows >= 0]]
    return values
