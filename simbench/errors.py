"""What goes wrong, and the exit code that says so.

The tree::

    SimbenchError            something a person must hear about, in one clear line
    ├── BadInput             the file, the option or the data is wrong (exit 2)
    └── OutsideFailure       a browser, a disk or a program outside failed (exit 3)
"""

from __future__ import annotations

from enum import IntEnum

__all__ = ["BadInput", "ExitCode", "OutsideFailure", "SimbenchError"]


class ExitCode(IntEnum):
    """Exit codes of every command."""

    DONE = 0
    #: The judged thing fell short (an expectation of `score`, a regression in `check`).
    FELL_SHORT = 1
    #: Bad input or usage.
    BAD_INPUT = 2
    #: Something outside failed: browser, disk, cluster.
    OUTSIDE = 3
    #: Too little data to say.
    INCONCLUSIVE = 4
    #: Ctrl-C.
    INTERRUPTED = 130


class SimbenchError(Exception):
    """Something a person must hear about; `str()` of it is the whole message, free of tracebacks."""

    exit_code: ExitCode = ExitCode.OUTSIDE


class BadInput(SimbenchError):
    """The input is wrong; the message says what, where, and what to do.

    Parameters
    ----------
    problems
        One line each; all problems of one input are reported together.
    """

    exit_code = ExitCode.BAD_INPUT

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        #: The problems, one line each.
        self.problems = problems


class OutsideFailure(SimbenchError):
    """A browser, a disk or a program outside failed; the message says which and what to try."""

    exit_code = ExitCode.OUTSIDE
