"""What commands say: documents on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

__all__ = ["Table", "emit_json", "escape", "fail", "note", "progress", "show"]

# No emoji codes: a page called "/product/:id:" must not become one.
_stderr = Console(stderr=True, highlight=False, emoji=False)
_stdout = Console(highlight=False, emoji=False)


def note(message: str) -> None:
    """Tell a person something, on stderr; rich markup is understood, so `escape` what came from outside."""
    _stderr.print(message)


def fail(message: str) -> None:
    """Say what went wrong, on stderr, exactly as it is (no markup, no wrapping)."""
    print(message, file=sys.stderr)  # noqa: T201


def show(renderable: Any) -> None:
    """Print a result for people on stdout (a `Table`, or text with rich markup)."""
    _stdout.print(renderable)


def emit_json(document: Any) -> None:
    """Print one JSON document on stdout."""
    json.dump(document, sys.stdout, indent=2, ensure_ascii=False, allow_nan=False)
    sys.stdout.write("\n")


class Tick:
    """Moves a progress bar on; does nothing where no person watches."""

    def __init__(self, bar: Progress | None, task: Any) -> None:
        self._bar = bar
        self._task = task

    def __call__(self, done: int, note: str = "") -> None:
        """`done` units are finished in all; `note` is shown beside the bar."""
        if self._bar is not None:
            self._bar.update(self._task, completed=done, note=note)


@contextmanager
def progress(title: str, total: int) -> Iterator[Tick]:
    """A progress bar with rate and time left, on stderr, and only where stderr is a terminal."""
    if not _stderr.is_terminal:
        yield Tick(None, None)
        return
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
        console=_stderr,
        transient=True,
    ) as bar:
        yield Tick(bar, bar.add_task(title, total=total, note=""))
