"""What is wrong in a file that people write, and how it is said: `file:line: key.path: what is wrong; mend`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from simbench.errors import BadInput

__all__ = ["KeyPath", "Problem", "did_you_mean", "printable", "raise_problems", "show_path", "show_value"]

#: Where a value stands: keys of mappings and indices of lists, from the root.
KeyPath = tuple[str | int, ...]

#: More problems than these in one file help nobody.
MAX_PROBLEMS: Final = 100


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong in a file.

    `line` counts from 1 (0: the file as a whole), `path` is the key's path, `text` says what is wrong and how to mend
    it (`what; mend`).
    """

    line: int
    path: str
    text: str

    def say(self, file: str) -> str:
        """One line for people: `file:line: key.path: what is wrong; mend`."""
        where = f"{file}:{self.line}" if self.line else file
        return f"{where}: {self.path}: {self.text}" if self.path else f"{where}: {self.text}"


def raise_problems(file: str, problems: Iterable[Problem]) -> None:
    """Raise `BadInput` with all `problems` of `file`, sorted by line; do nothing when there are none."""
    found = sorted(set(problems))
    if not found:
        return
    said = [problem.say(file) for problem in found[:MAX_PROBLEMS]]
    if len(found) > MAX_PROBLEMS:
        said.append(f"{file}: and {len(found) - MAX_PROBLEMS} more problems; mend these first")
    raise BadInput(*said)


def show_path(path: Sequence[str | int]) -> str:
    """A key's path as people read it.

    Examples
    --------
    >>> show_path(("personas", 1, "with", "patience_s"))
    'personas[1].with.patience_s'
    """
    shown = ""
    for step in path:
        shown += f"[{step}]" if isinstance(step, int) else f".{printable(step)}" if shown else printable(step)
    return shown


def show_value(value: object) -> str:
    """A value as a message quotes it.

    Examples
    --------
    >>> show_value("5"), show_value(5), show_value([1, 2])
    ('"5"', '5', 'a list')
    """
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else f"{value:,}" if abs(value) < 10**18 else "a huge number"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    return f'"{printable(str(value))}"'


def printable(text: str) -> str:
    """`text` on one line and of bearable length, with control characters made visible."""
    clean = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
    return clean if len(clean) <= 60 else clean[:57] + "..."


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """The mend for an unknown name: the nearest known one, or the list of them.

    Examples
    --------
    >>> did_you_mean("sesions", ["seed", "sessions"])
    'did you mean "sessions"?'
    >>> did_you_mean("xyz", ["a", "b"])
    'it is one of: a, b'
    """
    names = list(dict.fromkeys(known))
    folded = {name.casefold().replace("-", "_"): name for name in names}
    near = difflib.get_close_matches(wrong.casefold().replace("-", "_"), folded, n=1, cutoff=0.6)
    if near:
        return f'did you mean "{folded[near[0]]}"?'
    if not names:
        return "there are none to choose from"
    shown = ", ".join(names[:30])
    return f"it is one of: {shown}{', ...' if len(names) > 30 else ''}"
