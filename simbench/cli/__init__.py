"""The command line: one module a command group; each parses, calls and prints, and holds no logic.

Commands import what they need when they are called, so that `simbench --help` is instant.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Annotated

import typer

from simbench import __version__
from simbench.cli import console
from simbench.errors import ExitCode, SimbenchError

__all__ = ["app", "main"]

#: Modules of `simbench.cli` that add commands, in the order in which `--help` lists them.
COMMAND_MODULES = ("demo", "scenario", "run", "recordings", "detect", "heatmap", "analyze", "score", "report", "site",
                   "picture", "study")  # fmt: skip

app = typer.Typer(
    name="simbench",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Web traffic with ground truth: judge heatmaps and frustration detectors against visitors whose intent is "
    "known.\n\nStart with [bold]simbench demo[/bold].",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"simbench {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    del version


for _name in COMMAND_MODULES:
    importlib.import_module(f"simbench.cli.{_name}").register(app)


def main() -> None:
    """Run the command line; every foreseen failure is one clear message on stderr and its exit code."""
    try:
        app(standalone_mode=True)
    except SimbenchError as error:
        console.fail(str(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        console.fail("interrupted")
        sys.exit(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # The reader of our stdout has left (`simbench ... | head`): nothing more to say, and no traceback at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.DONE)
