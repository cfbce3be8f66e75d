"""A JSON file read value by value, so that a large recording never stands in memory whole.

Plain or gzip (told by content, not by name), UTF-8 with or without a byte order mark.
"""

from __future__ import annotations

import codecs
import gzip
import json
import re
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Any, Final

from simbench.errors import BadInput

__all__ = ["NESTING_LIMIT", "TOTAL_LIMIT", "VALUE_LIMIT", "JsonStream", "deep_json"]

#: One value (such as one event) may be this long, in characters.
VALUE_LIMIT: Final = 128 * 1024 * 1024
#: A file may hold this much text once unpacked, in bytes.
TOTAL_LIMIT: Final = 4 * 1024 * 1024 * 1024
#: Arrays and objects may lie this deep in one another: browsers nest elements 512 deep when they parse a page, which is
#: twice that in a recording, and scripts may go on from there.
NESTING_LIMIT: Final = 5000

_CHUNK: Final = 1024 * 1024
_SPACE: Final = re.compile(r"[ \t\n\r]*")
#: A syntax error nearer to the end of what was read than this may be a value that is not all there yet.
_EDGE: Final = 32
_GZIP: Final = b"\x1f\x8b"


class _NotJson(ValueError):
    """Python's reader takes NaN and Infinity; JSON has neither."""


def _refuse_constant(name: str) -> Any:
    raise _NotJson(f"{name} is not JSON")


_DECODER: Final = json.JSONDecoder(parse_constant=_refuse_constant)


@contextmanager
def deep_json() -> Iterator[None]:
    """Let Python's JSON reader go `NESTING_LIMIT` deep (its own limit is that of function calls, about 1,000)."""
    before = sys.getrecursionlimit()
    if before >= NESTING_LIMIT:
        yield
        return
    sys.setrecursionlimit(NESTING_LIMIT)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


class JsonStream:
    """Reads the values of a JSON file one after the other.

    Parameters
    ----------
    path
        The file; it is opened here, and closed by `close` or at the end of a ``with`` block.

    Raises
    ------
    BadInput
        Here and in every method: the file cannot be opened, is cut off, is damaged, or is not JSON.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        #: Where the reader stands, in words, for the next error ("after event 12").
        self.where = "at its start"
        self._text = ""
        self._at = 0
        self._total = 0
        self._ended = False
        self._decode = codecs.getincrementaldecoder("utf-8-sig")("strict")
        try:
            self._file: BufferedReader = path.open("rb")
        except FileNotFoundError as error:
            raise BadInput(f"{path}: no such file") from error
        except OSError as error:
            raise BadInput(f"{path}: cannot be read: {error.strerror or error}") from error
        try:
            packed = self._file.peek(2)[:2] == _GZIP
        except OSError as error:
            self._file.close()
            raise BadInput(f"{path}: cannot be read: {error.strerror or error}") from error
        self._source: Any = gzip.GzipFile(fileobj=self._file) if packed else self._file

    def __enter__(self) -> JsonStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._source.close()
        self._file.close()

    def error(self, what: str) -> BadInput:
        """An error about this file, here."""
        return BadInput(f"{self.path}: {what}")

    def peek(self) -> str:
        """The next character that is not white space, without taking it; the empty string at the end of the file."""
        while True:
            self._at = _SPACE.match(self._text, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._text):
                return self._text[self._at]
            if self._ended:
                return ""
            self._text, self._at = "", 0
            self._read_on(_CHUNK)

    def take(self, character: str) -> bool:
        """Take the next character if it is `character`."""
        if self.peek() != character:
            return False
        self._at += 1
        return True

    def need(self, character: str) -> None:
        """Take `character`, which must come next."""
        found = self.peek()
        if not found:
            raise self._cut_off()
        if not self.take(character):
            raise self.error(f"not JSON: {found!r} stands where {character!r} should, {self.where}")

    def value(self) -> tuple[Any, str]:
        """The next value, and its text as it stands in the file."""
        if not self.peek():
            raise self._cut_off()
        if self._at > _CHUNK:
            self._text, self._at = self._text[self._at :], 0
        while True:
            found = self._try_value()
            if found is not None:
                return found
            if len(self._text) - self._at > VALUE_LIMIT:
                raise self.error(f"one value is longer than {VALUE_LIMIT // 1024**2} MB, {self.where}")
            # Doubling keeps the work linear, however long the value is.
            self._read_on(max(_CHUNK, len(self._text) - self._at))

    def _try_value(self) -> tuple[Any, str] | None:
        """The value at the reading position; None where more of the file is needed to tell."""
        try:
            with deep_json():
                value, end = _DECODER.raw_decode(self._text, self._at)
        except json.JSONDecodeError as error:
            edge = len(self._text.rstrip()) if self._ended else len(self._text) - _EDGE
            if not error.msg.startswith("Unterminated string") and error.pos < edge:
                raise self.error(f"not JSON: {error.msg[0].lower()}{error.msg[1:]}, {self.where}") from error
            if self._ended:
                raise self._cut_off() from error
            return None
        except RecursionError as error:
            raise self.error(f"nested more than {NESTING_LIMIT} deep, {self.where}; no page is") from error
        except _NotJson as error:
            raise self.error(f"not JSON: {error}, {self.where}; write null, or leave the event out") from error
        except ValueError as error:
            # The only other one: an integer of thousands of digits.
            raise self.error(f"a number has thousands of digits, {self.where}") from error
        if end > len(self._text) - _EDGE and not self._ended and not isinstance(value, dict | list | str):
            return None  # 12 may be the beginning of 1234, or of 12.5e-3
        text = self._text[self._at : end]
        self._at = end
        return value, text

    def _cut_off(self) -> BadInput:
        if not self._total:
            return self.error("is empty; export the recording again")
        return self.error(f"cut off {self.where}; export the recording again, or copy it whole")

    def _read_on(self, size: int) -> None:
        """Read about `size` bytes more, or mark the end."""
        try:
            chunk = self._source.read(size)
        except EOFError as error:
            raise self.error(f"cut off {self.where} (its gzip ends too early); copy it whole") from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise self.error(f"damaged gzip {self.where}: {error}; copy it again") from error
        except OSError as error:
            raise self.error(f"cannot be read: {error.strerror or error}") from error
        self._total += len(chunk)
        if self._total > TOTAL_LIMIT:
            raise self.error(f"holds more than {TOTAL_LIMIT // 1024**3} GB of text; cut it into several recordings")
        self._ended = not chunk
        try:
            more = self._decode.decode(chunk, final=self._ended)
        except UnicodeDecodeError as error:
            raise self.error(
                f"not UTF-8 text {self.where} ({error.reason}); give JSON, JSON Lines, or either in gzip"
            ) from error
        self._text = self._text[self._at :] + more
        self._at = 0
