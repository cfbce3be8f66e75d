"""What an experiment is: a name, a question, and a function that answers it with tables, pictures and one document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simbench.errors import OutsideFailure
from simbench.events.run import write_json

__all__ = ["Outcome", "Request", "Study", "StudyTable"]


def _silent(_: str, __: float) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a study was asked for.

    data
        Folder of real recordings of people (see ``docs/studies.md``), for studies that compare with people.
    size
        How much of the full effort to spend: 1 is what `results/` holds, .1 is a quick look.
    seed
        The study's own seed; every draw is addressed by it.
    workers
        Processes.
    show_people
        Also draw single recordings of people, which must not be published.
    tell
        Called with what is being done and the share that is finished, 0 to 1.
    """

    data: Path | None = None
    size: float = 1.0
    seed: int = 1
    workers: int = 1
    show_people: bool = False
    tell: Callable[[str, float], None] = _silent


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyTable:
    """A table for people: `title`, `columns`, and rows of texts; `note` says how to read it."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a study found.

    document
        Everything as plain JSON; numbers with their intervals.
    tables
        The same for people, in the order in which they are to be read.
    pictures
        File name to PNG bytes.
    held
        Whether the study's own targets held; None where it has none.
    """

    document: Mapping[str, Any]
    tables: Sequence[StudyTable]
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    held: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """One experiment.

    needs_data
        Whether it compares with recordings of people (`Request.data`).
    """

    name: str
    about: str
    run: Callable[[Request], Outcome]
    needs_data: bool = False

    def document(self, outcome: Outcome, request: Request) -> dict[str, Any]:
        """What is found, as one JSON document (schema ``simbench.study/1``)."""
        return {
            "schema": "simbench.study/1",
            "study": self.name,
            "about": self.about,
            "size": request.size,
            "seed": request.seed,
            "held": outcome.held,
            **outcome.document,
        }

    def write(self, outcome: Outcome, request: Request, command: str, out: Path) -> None:
        """Write ``NAME.json``, ``NAME.md`` and the pictures into the folder `out`."""
        try:
            out.mkdir(parents=True, exist_ok=True)
            write_json(out / f"{self.name}.json", self.document(outcome, request))
            (out / f"{self.name}.md").write_text(self._page(outcome, command), encoding="utf-8")
            for name, picture in outcome.pictures.items():
                (out / name).write_bytes(picture)
        except OSError as error:
            raise OutsideFailure(f"{out}: cannot be written ({error.strerror or error})") from error

    def _page(self, outcome: Outcome, command: str) -> str:
        lines = [f"# {self.name}", "", self.about, "", f"Remade by `{command}`.", ""]
        for table in outcome.tables:
            lines += [f"## {table.title}", ""]
            lines += ["| " + " | ".join(table.columns) + " |", "|" + " --- |" * len(table.columns)]
            lines += ["| " + " | ".join(_cell(text) for text in row) + " |" for row in table.rows]
            lines += ["", table.note, ""] if table.note else [""]
        lines += [f"![{name}]({name})\n" for name in outcome.pictures]
        return "\n".join(lines).rstrip() + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
