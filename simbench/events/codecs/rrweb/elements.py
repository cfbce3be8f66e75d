"""What an element is to a visitor: interactive or not, its role, its label."""

from __future__ import annotations

import re
from typing import Final

from simbench.events.codecs.rrweb.tree import Node

__all__ = [
    "LABEL_LENGTH",
    "in_editable",
    "interactive_ancestor",
    "is_focusable",
    "is_interactive",
    "is_text_field",
    "label",
    "role",
]

#: Labels are cut at so many characters.
LABEL_LENGTH: Final = 80

_ROLES: Final = frozenset({
    "button", "link", "tab", "checkbox", "switch", "menuitem", "option", "radio", "slider",
})  # fmt: skip
#: Inputs that hold no text of the visitor's.
_CHOICES: Final = frozenset({
    "checkbox", "radio", "submit", "button", "reset", "image", "range", "color", "file", "hidden",
})  # fmt: skip
_BUTTONS: Final = frozenset({
    "submit", "button", "reset", "image",
})  # fmt: skip
_INPUT_ROLES: Final = {
    **dict.fromkeys(_BUTTONS, "button"), "checkbox": "checkbox", "radio": "radio", "range": "slider",
    "number": "spinbutton", "search": "searchbox",
}  # fmt: skip
#: Roles that HTML gives to tags (HTML-AAM), as far as people click or look for them.
_TAG_ROLES: Final = {
    "button": "button", "textarea": "textbox", "summary": "button", "option": "option", "img": "img",
    "nav": "navigation", "main": "main", "header": "banner", "footer": "contentinfo", "form": "form", "table": "table",
    "ul": "list", "ol": "list", "li": "listitem", "dialog": "dialog", "progress": "progressbar", "article": "article",
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
}  # fmt: skip
_SILENT: Final = frozenset({
    "script", "style", "noscript", "template", "head", "iframe", "object", "select", "textarea", "datalist",
})  # fmt: skip
#: Tags that do not break a line: the words on both sides of one may be one word.
_INLINE: Final = frozenset({
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "dfn", "em", "font", "i", "kbd", "label", "mark", "q",
    "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var",
})  # fmt: skip
#: A label is looked for in so many nodes, and in so much text before masking.
_NODES_READ: Final = 500
_CHARACTERS_READ: Final = 2000
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def _type(node: Node) -> str:
    return node.attributes.get("type", "text").strip().lower()


def is_editable(node: Node) -> bool:
    """Whether the element is made editable by its own ``contenteditable``."""
    return node.attributes.get("contenteditable", "false").strip().lower() != "false"


def is_interactive(node: Node) -> bool:
    """Whether the element itself takes clicks, as far as the DOM can tell (a script's listener leaves no trace)."""
    attributes = node.attributes
    if node.tag in ("button", "select", "textarea", "summary", "label"):
        return True
    if node.tag == "input":
        return _type(node) != "hidden"
    if node.tag == "a" and "href" in attributes:
        return True
    if node.tag in ("video", "audio") and "controls" in attributes:
        return True
    roles = attributes.get("role", "").lower().split()
    return "onclick" in attributes or _tab_index(node) >= 0 or (bool(roles) and roles[0] in _ROLES) or is_editable(node)


def _tab_index(node: Node) -> int:
    found = re.match(r"\s*([+-]?\d{1,9})", node.attributes.get("tabindex", ""))
    return int(found[1]) if found else -1


def is_focusable(node: Node) -> bool:
    """Whether the keyboard or a click can give it the focus."""
    if "disabled" in node.attributes and node.tag in ("button", "input", "select", "textarea"):
        return False
    if node.tag in ("button", "select", "textarea", "summary"):
        return True
    if node.tag == "input":
        return _type(node) != "hidden"
    if (node.tag == "a" and "href" in node.attributes) or is_editable(node):
        return True
    return re.match(r"\s*[+-]?\d", node.attributes.get("tabindex", "")) is not None


def interactive_ancestor(node: Node) -> Node | None:
    """The nearest interactive element, itself included; out of shadow roots, but not out of an iframe."""
    current: Node | None = node
    while current is not None and not is_interactive(current):
        current = current.above()
    return current


def is_text_field(node: Node) -> bool:
    """Whether what it holds was typed."""
    return node.tag == "textarea" or (node.tag == "input" and _type(node) not in _CHOICES) or is_editable(node)


def role(node: Node) -> str | None:
    """Its role: the one written, else the one that HTML gives the tag; null where there is none."""
    written = node.attributes.get("role", "").lower().split()
    if written:
        return _plain(written[0])[:LABEL_LENGTH] or None
    if node.tag == "a":
        return "link" if "href" in node.attributes else None
    if node.tag == "input":
        kind = _type(node)
        return None if kind in ("hidden", "file", "color") else _INPUT_ROLES.get(kind, "textbox")
    if node.tag == "select":
        many = "multiple" in node.attributes or node.attributes.get("size", "1").strip() not in ("", "0", "1")
        return "listbox" if many else "combobox"
    return _TAG_ROLES.get(node.tag)


def label(node: Node) -> str:
    """Its label, not yet cut or masked: never what a field holds.

    For an interactive element the name that it shows (its ``aria-label``, its text, its ``alt``), for any other its own
    text, without that of the elements in it.
    """
    attributes = node.attributes
    written = attributes.get("aria-label", "").strip()
    if written:
        return _plain(written)
    if is_text_field(node) or node.tag in ("select", "datalist") or in_editable(node):
        return _plain(attributes.get("placeholder") or attributes.get("title") or "")
    if node.tag == "input":
        return _plain((attributes.get("value") if _type(node) in _BUTTONS else None) or attributes.get("title") or "")
    deep = is_interactive(node) or node.tag in ("option", "legend", "h1", "h2", "h3", "h4", "h5", "h6")
    return _plain(_text(node, deep=deep)) or _plain(attributes.get("alt") or attributes.get("title") or "")


def in_editable(node: Node) -> bool:
    """Whether a node lies in something that a visitor writes into."""
    above: Node | None = node.element()
    while above is not None:
        if is_editable(above) or above.tag == "textarea":
            return True
        above = above.above()
    return False


def _text(node: Node, *, deep: bool) -> str:
    pieces: list[str] = []
    length = visited = 0
    stack: list[Node | str] = [*reversed(list(node.children()))]
    while stack and visited < _NODES_READ and length < _CHARACTERS_READ:
        current = stack.pop()
        visited += 1
        if isinstance(current, str):
            pieces.append(current)
            continue
        if not current.is_element:
            pieces.append(current.text)
            length += len(current.text)
            continue
        space = "" if current.tag in _INLINE else " "
        if not deep or current.tag in _SILENT or "hidden" in current.attributes or is_editable(current):
            pieces.append(space)
        elif current.tag == "img":
            pieces.append(f" {current.attributes.get('alt', '')} ")
        else:
            pieces.append(space)
            stack.append(space)
            stack.extend(reversed(list(current.children())))
    return "".join(pieces)


def _plain(text: str) -> str:
    return " ".join(_UNSEEN.sub(" ", text).split())
