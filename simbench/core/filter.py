"""The filter language: which page views, or sessions, are meant.

::

    device = mobile and page = "/checkout" and not converted and rage_click
    source in (paid, email) or lcp_ms > 2500

A comparison is of a session's or a view's field (``=``, ``!=``, ``<``, ``<=``, ``>``, ``>=``, ``in (...)``). A bare
word is a field that is true or false, `converted` (the funnel's last step was observed), or a kind of finding. Session
fields, `converted` and kinds are facts of the whole session; a session is meant if one of its views is. A comparison
with a value that is not known is false.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NoReturn

import pyarrow as pa

from simbench.core.filter_scope import FilterScope
from simbench.core.stream import Bools
from simbench.errors import BadInput
from simbench.events.run import Observed
from simbench.events.schema import DEVICES, KINDS, SESSIONS, SOURCES, VIEWS

__all__ = ["Filter", "parse_filter"]

_NAVS: Final = ("navigate", "link", "back", "forward", "reload", "spa")
_WORDS: Final = {"device": DEVICES, "source": SOURCES, "nav": _NAVS, "visitor_type": ("new", "returning")}
#: View fields win over session fields of the same name (`start`).
_FIELDS: Final = {field.name: field.type for schema in (SESSIONS, VIEWS) for field in schema}
_FLAGS: Final = tuple(name for name, kind in _FIELDS.items() if pa.types.is_boolean(kind))
_OPERATORS: Final = ("<=", ">=", "!=", "=", "<", ">")
_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<operator><=|>=|!=|==|=|<|>)|(?P<mark>[(),])"""
    r"""|(?P<word>[^\s()=<>!,"']+)|(?P<other>\S))"""
)
#: Deeper nesting is a mistake or an attack, and would end in a traceback.
_DEEPEST: Final = 50


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class _Compare:
    field: str
    operator: str
    values: tuple[str | float | int | bool, ...]


@dataclass(frozen=True, slots=True)
class _Fact:
    name: str


@dataclass(frozen=True, slots=True)
class _Not:
    inner: _Node


@dataclass(frozen=True, slots=True)
class _Join:
    word: str
    parts: tuple[_Node, ...]


_Node = _Compare | _Fact | _Not | _Join


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter that was understood; ask it about observed tables.

    Attributes
    ----------
    text
        As it was written.
    kinds
        Kinds of findings that it asks about, in the order of `simbench.events.schema.KINDS`.
    """

    text: str
    kinds: tuple[str, ...]
    _root: _Node

    def views(self, observed: Observed, findings: pa.Table | None = None) -> Bools:
        """Which rows of the views table are meant.

        Parameters
        ----------
        findings
            Findings in these sessions; needed only where the filter asks about `kinds`.

        Raises
        ------
        BadInput
            It asks for `converted`, and nobody declared a funnel.
        """
        if self.kinds and findings is None:
            raise BadInput(f"filter {self.text!r} asks for {', '.join(self.kinds)}, but no findings are at hand")
        return _evaluate(self._root, FilterScope(observed, findings))

    def sessions(self, observed: Observed, findings: pa.Table | None = None) -> list[str]:
        """Ids of the sessions with a view that is meant, in the order of the views table."""
        meant = observed.views["session"].filter(pa.array(self.views(observed, findings)))
        return list(dict.fromkeys(meant.to_pylist()))


def parse_filter(text: str) -> Filter:
    """Understand a filter.

    Raises
    ------
    BadInput
        It is not understood; the message says where, and what was perhaps meant.

    Examples
    --------
    >>> parse_filter('device = mobile and not rage_click').kinds
    ('rage_click',)
    """
    parser = _Parser(text)
    root = parser.whole()
    found = frozenset(parser.kinds)
    return Filter(text, tuple(kind for kind in KINDS if kind in found), root)


class _Parser:
    """Reads a filter from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(self._scan())
        self._next = 0
        self._depth = 0
        self.kinds: list[str] = []

    def _scan(self) -> Iterator[_Token]:
        for match in _TOKEN.finditer(self._text):
            kind = match.lastgroup
            if kind is None:
                continue
            token = _Token(kind, match[kind], match.start(kind))
            if kind == "other":
                what = "a quotation mark without its partner" if token.text in "\"'" else f"{token.text!r}"
                self._fail(token, f"{what} is not understood")
            yield token
        yield _Token("end", "", len(self._text.rstrip()))

    def whole(self) -> _Node:
        if self._peek().kind == "end":
            raise BadInput('the filter is empty; write for example: device = mobile and page = "/checkout"')
        node = self._either()
        if self._peek().kind != "end":
            self._fail(self._peek(), "expected 'and', 'or' or the end here")
        return node

    def _either(self) -> _Node:
        return self._joined("or", lambda: self._joined("and", self._negated))

    def _joined(self, word: str, part: Callable[[], _Node]) -> _Node:
        parts: list[_Node] = [part()]
        while self._peek().kind == "word" and self._peek().text.lower() == word:
            self._take()
            parts.append(part())
        return parts[0] if len(parts) == 1 else _Join(word, tuple(parts))

    def _negated(self) -> _Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            self._fail(self._peek(), f"nested more than {_DEEPEST} deep")
        token = self._peek()
        if token.kind == "word" and token.text.lower() == "not":
            self._take()
            node: _Node = _Not(self._negated())
        elif token.text == "(":
            self._take()
            node = self._either()
            self._expect(")", "expected ')' here")
        else:
            node = self._statement()
        self._depth -= 1
        return node

    def _statement(self) -> _Node:
        token = self._take()
        if token.kind != "word" or token.text.lower() in {"and", "or", "in"}:
            self._fail(token, "expected a field or a kind of finding here")
        following = self._peek()
        if following.kind == "operator":
            return self._comparison(token, self._take())
        if following.kind == "word" and following.text.lower() in {"in", "not"} and token.text in _FIELDS:
            return self._membership(token)
        return self._fact(token)

    def _comparison(self, field: _Token, operator: _Token) -> _Node:
        self._check_field(field)
        value = self._value(field)
        symbol = "=" if operator.text == "==" else operator.text
        if symbol not in {"=", "!="} and isinstance(value, str | bool):
            self._fail(operator, f"{field.text!r} is no number or time, so only =, != and in (...) go with it")
        if symbol == "!=":
            return _Not(_Compare(field.text, "=", (value,)))
        return _Compare(field.text, symbol, (value,))

    def _membership(self, field: _Token) -> _Node:
        negated = self._peek().text.lower() == "not"
        if negated:
            self._take()
        word = self._take()
        if word.text.lower() != "in":
            self._fail(word, "expected 'in' here")
        self._expect("(", "expected '(' here, as in: device in (mobile, tablet)")
        values = [self._value(field)]
        while self._peek().text == ",":
            self._take()
            values.append(self._value(field))
        self._expect(")", "expected ',' or ')' here")
        node = _Compare(field.text, "=", tuple(values))
        return _Not(node) if negated else node

    def _fact(self, token: _Token) -> _Node:
        name = token.text
        if name in KINDS:
            self.kinds.append(name)
        elif name not in _FLAGS and name != "converted":
            if name in _FIELDS:
                self._fail(token, f"{name!r} needs a comparison, such as {name} = ...")
            self._fail(token, f"{name!r} is no field and no kind of finding", (*_FIELDS, "converted", *KINDS))
        return _Fact(name)

    def _value(self, field: _Token) -> str | float | int | bool:
        token = self._take()
        if token.kind not in {"word", "quoted"}:
            self._fail(token, f"expected a value for {field.text!r} here")
        text = re.sub(r"\\(.)", r"\1", token.text[1:-1]) if token.kind == "quoted" else token.text
        kind = _FIELDS[field.text]
        if field.text in _WORDS and text not in _WORDS[field.text]:
            words = _WORDS[field.text]
            self._fail(token, f"{field.text} is one of {', '.join(words)}, never {text!r}", words)
        if pa.types.is_boolean(kind):
            if text.lower() not in {"true", "false"}:
                self._fail(token, f"{field.text!r} is true or false")
            return text.lower() == "true"
        if pa.types.is_timestamp(kind):
            return self._instant(token, text)
        if pa.types.is_integer(kind) or pa.types.is_floating(kind):
            try:
                return float(text)
            except ValueError:
                self._fail(token, f"{field.text!r} is a number, {text!r} is none")
        return text

    def _instant(self, token: _Token, text: str) -> int:
        try:
            instant = datetime.fromisoformat(text)
        except ValueError:
            self._fail(token, f"{text!r} is no time; write 2026-03-02 or 2026-03-02T08:00:00Z")
        instant = instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)
        return round(instant.timestamp() * 1000)

    def _check_field(self, token: _Token) -> None:
        if token.text in KINDS or token.text == "converted":
            self._fail(token, f"{token.text!r} stands alone, or after 'not'; it has no value")
        if token.text not in _FIELDS:
            self._fail(token, f"{token.text!r} is no field", tuple(_FIELDS))

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._tokens[self._next]
        self._next = min(self._next + 1, len(self._tokens) - 1)
        return token

    def _expect(self, mark: str, message: str) -> None:
        token = self._take()
        if token.text != mark or token.kind != "mark":
            self._fail(token, message)

    def _fail(self, token: _Token, message: str, words: Iterable[str] = ()) -> NoReturn:
        close = difflib.get_close_matches(token.text.strip("\"'"), list(words), n=1, cutoff=0.6)
        meant = f"; did you mean {close[0]!r}?" if close else ""
        here = "^" * max(len(token.text), 1)
        raise BadInput(f"filter, position {token.at + 1}: {message}{meant}\n  {self._text}\n  {' ' * token.at}{here}")


def _evaluate(node: _Node, scope: FilterScope) -> Bools:
    if isinstance(node, _Not):
        return ~_evaluate(node.inner, scope)
    if isinstance(node, _Join):
        masks = [_evaluate(part, scope) for part in node.parts]
        mask = masks[0].copy()
        for other in masks[1:]:
            mask = mask & other if node.word == "and" else mask | other
        return mask
    if isinstance(node, _Fact):
        if node.name == "converted":
            return scope.converted()
        return scope.kind(node.name) if node.name in KINDS else scope.compare(node.name, "=", (True,))
    return scope.compare(node.field, node.operator, node.values)
