"""Which elements promise a response: what a person may expect something of, as far as the recording tells.

Plain text promises nothing, and neither does an element whose native response no recording shows: a text field places
its caret, a tick box ticks, a list opens in the browser's own window, a canvas paints.
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
        name="near_touch_px", value=10.0, unit="px",
        about="A finger that hits nothing this close to a control was meant for the control.",
        source="a fingertip's own scatter is 1.3-1.7 mm (FFitts law), about 8-10 CSS px on a phone",
    ),
    Rule(
        name="near_mouse_px", value=4.0, unit="px",
        about="The same for a mouse.",
        source="judgement: two steps of a slow mouse",
    ),
    Rule(
        name="cover_share", value=0.5, unit="share of the control",
        about="What lies over a control covers it only if it hides at least this much of it; less is a badge on it.",
        source="judgement: the visible half of a control is what people aim at",
    ),
    Rule(
        name="backdrop_share", value=0.5, unit="share of the viewport",
        about="What lies over a control covers it by mistake only if it takes less of the viewport than this; more is "
        "a backdrop, and a press there is meant to close what stands before it.",
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

#: Boxes and positions are rounded apart.
_ROUNDING_PX: Final = 2.0
_DIALOG_TAGS: Final = ("dialog",)
_DIALOG_ROLES: Final = ("dialog", "alertdialog")

#: Kinds of promise, by code, and how sure one may be that a response was expected (judgement; it orders the scores).
_KINDS: Final = {"": 0.0, "control": 0.9, "pointer": 0.8, "covered": 0.7, "near": 0.5, "image": 0.35}
_NAMES: Final = tuple(_KINDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """What each press's element promises; parallel to the presses.

    Attributes
    ----------
    kind
        ``control`` (works by itself or says so by its role), ``pointer`` (the cursor says so), ``covered`` (a control
        lies beneath what was hit), ``near`` (a control lies close by), ``image``, or "" for nothing.
    strength
        How sure one may be that a response was expected, 0..1.
    meant
        The control beneath or close by, for those two kinds; null elsewhere.
    """

    kind: npt.NDArray[np.object_]
    strength: Floats
    meant: Words

    @property
    def any(self) -> Bools:
        """Whether anything is promised."""
        return self.strength > 0


def is_native(presses: Presses) -> Bools:
    """Presses on elements whose native response no recording shows."""
    facts = presses.facts
    by_tag = facts.tag.among(_NATIVE_TAGS) | facts.root_tag.among(_NATIVE_TAGS)
    # A submit button may be an `input`; a tick box that is one ticks by itself.
    return (by_tag & ~_role(presses).among(("button",))) | _role(presses).among(_NATIVE_ROLES)


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
    asked = np.flatnonzero(((code == 0) | (code == _NAMES.index("image"))) & ~outside & (facts.row >= 0))
    asked = asked[~np.isnan(presses.x[asked])]
    found, covered = _meant(stream, presses, elements, asked, rules)
    code[asked[covered]] = _NAMES.index("covered")
    code[asked[(found >= 0) & ~covered]] = _NAMES.index("near")
    meant = np.full(len(presses), -1, dtype=np.int64)
    meant[asked] = found
    return Promises(
        kind=np.array(_NAMES, dtype=object)[code],
        strength=np.array(list(_KINDS.values()))[code],
        meant=elements.words("target").at(meant),
    )


def _meant(
    stream: Stream, presses: Presses, elements: ElementIndex, asked: Ints, rules: dict[str, float]
) -> tuple[Ints, Bools]:
    """Row of the control that each press was meant for (-1: none), and whether it lies beneath what was hit."""
    found = np.full(len(asked), -1, dtype=np.int64)
    covered = np.zeros(len(asked), dtype=bool)
    if len(asked) == 0:
        return found, covered
    tag, role = elements.words("tag"), elements.words("role")
    controls = np.flatnonzero(tag.among(_CONTROL_TAGS) | role.among(_CONTROL_ROLES))
    dialogs = np.flatnonzero(tag.among(_DIALOG_TAGS) | role.among(_DIALOG_ROLES))
    z = np.nan_to_num(elements.numbers("z"), nan=-1.0)
    hit = presses.facts.row[asked]
    # A press beside a dialog hits the dialog, though it lies outside its box: it hits its backdrop.
    place = _positions(stream, presses, asked)
    off = _own_distance(place, elements, hit) > _ROUNDING_PX
    overlay = _overlays(stream, presses, elements, asked, rules["backdrop_share"]) & ~off
    reach = np.where(presses.touch[asked], rules["near_touch_px"], rules["near_mouse_px"])
    scene = _scene(elements)
    for group in np.unique(scene[hit]).tolist():
        who = np.flatnonzero(scene[hit] == group)
        here = controls[scene[controls] == group]
        if len(here) == 0:
            continue
        over = dialogs[scene[dialogs] == group]
        top = z[hit[who]][:, None]
        # A press inside a dialog is meant for what the dialog holds.
        inside = (_apart(place, elements, who, over) == 0) & (z[over][None, :] <= top)
        floor = np.where(inside, z[over][None, :], -np.inf).max(axis=1, initial=-np.inf)[:, None]
        apart = np.where(z[here][None, :] > floor, _apart(place, elements, who, here), np.inf)
        below = (z[here][None, :] < top) & (_hidden_share(place, elements, who, hit[who], here) >= rules["cover_share"])
        beneath = np.where((apart == 0) & below, z[here][None, :], -np.inf)
        best = beneath.argmax(axis=1)
        under = (beneath.max(axis=1) > -np.inf) & overlay[who]
        # Beside the press, not around it (the box of a link that wraps holds other text), nor hidden beneath the hit.
        beside = np.where((apart > 0) & ~below, apart, np.inf)
        close = beside.argmin(axis=1)
        near = ~under & (beside.min(axis=1) <= reach[who]) & ~off[who]
        found[who] = np.where(under, here[best], np.where(near, here[close], -1))
        covered[who] = under
    return found, covered


def _overlays(stream: Stream, presses: Presses, elements: ElementIndex, asked: Ints, share: float) -> Bools:
    """Whether each element hit can cover a control by mistake: it is no backdrop, and not the page."""
    hit = presses.facts.row[asked]
    area = elements.boxes[hit, 2] * elements.boxes[hit, 3]
    rows = presses.view[asked]
    screen = _column(stream, "viewport_w", rows) * _column(stream, "viewport_h", rows)
    whole = presses.facts.tag.at(asked).among(("html", "body"))
    return (area < share * screen) & ~whole


def _positions(stream: Stream, presses: Presses, asked: Ints) -> Floats:
    """x, y in the page, and y in the viewport, of each press."""
    scroll = np.nan_to_num(stream.numbers("scroll_y", presses.begin[asked]))
    return np.column_stack([presses.x[asked], presses.y[asked], presses.y[asked] - scroll])


def _apart(place: Floats, elements: ElementIndex, who: Ints, rows: Ints) -> Floats:
    """Distance of each press from each element's box, px; one row a press."""
    left, top, width, height = elements.boxes[rows].T[:, None, :]
    x = place[who, 0][:, None]
    y = np.where(elements.fixed[rows][None, :], place[who, 2][:, None], place[who, 1][:, None])
    across = np.maximum(np.maximum(left - x, x - left - width), 0)
    down = np.maximum(np.maximum(top - y, y - top - height), 0)
    return np.nan_to_num(np.hypot(across, down), nan=np.inf)


def _hidden_share(place: Floats, elements: ElementIndex, who: Ints, outer: Ints, inner: Ints) -> Floats:
    """How much of each inner element's box each press's own outer one's hides, 0..1; one row a press."""
    left, top, width, height = elements.boxes[outer].T[:, :, None]
    x, y, w, h = elements.boxes[inner].T[:, None, :]
    # What is fixed stands in the page where the page is scrolled to.
    scroll = (place[who, 1] - place[who, 2])[:, None]
    top = top + np.where(elements.fixed[outer][:, None], scroll, 0)
    y = y + np.where(elements.fixed[inner][None, :], scroll, 0)
    across = np.minimum(left + width, x + w) - np.maximum(left, x)
    down = np.minimum(top + height, y + h) - np.maximum(top, y)
    overlap = np.maximum(across, 0) * np.maximum(down, 0)
    return np.divide(overlap, w * h, out=np.zeros(overlap.shape), where=(w * h > 0) & ~np.isnan(overlap))


def _own_distance(place: Floats, elements: ElementIndex, rows: Ints) -> Floats:
    """Distance of each press from its own element's box, px."""
    left, top, width, height = elements.boxes[rows].T
    y = np.where(elements.fixed[rows], place[:, 2], place[:, 1])
    across = np.maximum(np.maximum(left - place[:, 0], place[:, 0] - left - width), 0)
    return np.hypot(across, np.maximum(np.maximum(top - y, y - top - height), 0))


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
