"""A run on disk: written in a staging folder and renamed when whole; read part by part.

Layout (``docs/contracts.md``)::

    RUN/
      manifest.json      schema "simbench.run/1": scenario, seed, engine, versions, counts, sha256 per file
      log.json           what must not count for sameness: workers, machine, times, lost sessions
      events/ views/ sessions/    part-NNNNN.parquet; a session lies in one part
      elements.parquet  goals.json  pages/index.json
      truth/             see `simbench.events.truth`
      analysis/ scores/  made by later commands
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import pyarrow as pa

from simbench.errors import BadInput, OutsideFailure
from simbench.events.parquet import read_table, write_table
from simbench.events.schema import ELEMENTS, EVENTS, SESSIONS, VIEWS

__all__ = ["RUN_SCHEMA", "Observed", "PageImage", "Run", "RunWriter", "part_name", "read_json", "sha256", "write_json"]

RUN_SCHEMA: Final = "simbench.run/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """All that an analyzer may see: tables only, and no way to truth.

    The tables have the schemas `EVENTS`, `VIEWS`, `SESSIONS` and `ELEMENTS` of `simbench.events.schema`; `goals` is
    what a site's analyst declares (``funnel``, ``ctas``, ``forms``), empty where nobody did.
    """

    events: pa.Table
    views: pa.Table
    sessions: pa.Table
    elements: pa.Table
    goals: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageImage:
    """One captured picture of a page: which page, state and layout it shows, its size in CSS px, and its file."""

    page: str
    state: str
    layout: str
    viewport_w: float
    viewport_h: float
    doc_h: float
    screenshot: Path | None
    dom: Path | None


def part_name(index: int) -> str:
    """Name of part `index`; `part_name(3)` is ``part-00003``."""
    return f"part-{index:05d}"


def read_json(path: Path) -> Any:
    """Read a JSON file; a missing, cut-off or alien file is a `BadInput` naming it."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadInput(f"{path}: no such file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read as text: {error}") from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise BadInput(f"{path}: not valid JSON: {error}") from error


def write_json(path: Path, document: Any) -> None:
    """Write JSON whole or not at all: sorted keys, two-space indent, a newline at the end."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
        partial.write_text(text + "\n", encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        # Where even the folder is not one, there is nothing to take away.
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise OutsideFailure(f"{path}: cannot be written: {error.strerror or error}") from error


def sha256(path: Path) -> str:
    """Hex digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Run:
    """A run that is whole, opened for reading.

    Examples
    --------
    ``Run.open("runs/shop")`` then ``run.observed()`` for everything at once, or ``for part in run.parts():
    run.observed(part)`` to keep memory flat.
    """

    def __init__(self, path: Path, manifest: dict[str, Any]) -> None:
        self.path = path
        self.manifest = manifest

    @classmethod
    def open(cls, path: str | Path) -> Run:
        """Open the run at `path`.

        Raises
        ------
        BadInput
            There is no run, it is half-made, or it was written by a version that this one cannot read.
        """
        path = Path(path)
        manifest_path = path / "manifest.json"
        if not manifest_path.is_file():
            what = "no such folder" if not path.exists() else "not a run (it has no manifest.json)"
            raise BadInput(f"{path}: {what}; make one with `simbench run SCENARIO -o {path}`")
        manifest = read_json(manifest_path)
        if not isinstance(manifest, dict) or manifest.get("schema") != RUN_SCHEMA:
            found = manifest.get("schema") if isinstance(manifest, dict) else type(manifest).__name__
            raise BadInput(f"{manifest_path}: schema is {found!r}, this version reads {RUN_SCHEMA!r}")
        return cls(path, manifest)

    def parts(self) -> list[str]:
        """Names of the parts, in order."""
        return sorted(p.stem for p in (self.path / "events").glob("part-*.parquet"))

    @property
    def has_truth(self) -> bool:
        """Whether the truth stands beside the events (an imported run has none)."""
        return (self.path / "truth").is_dir()

    def events(self, part: str, columns: list[str] | None = None) -> pa.Table:
        """The events of one part, optionally only some columns."""
        return read_table(self.path / "events" / f"{part}.parquet", EVENTS, columns)

    def table(self, name: str, part: str | None = None) -> pa.Table:
        """`views` or `sessions`: of one part, or of all."""
        schema = {"events": EVENTS, "views": VIEWS, "sessions": SESSIONS}[name]
        names = self.parts() if part is None else [part]
        tables = [read_table(self.path / name / f"{p}.parquet", schema) for p in names]
        return pa.concat_tables(tables).unify_dictionaries() if tables else schema.empty_table()

    def elements(self) -> pa.Table:
        """The elements of every page, state and layout."""
        return read_table(self.path / "elements.parquet", ELEMENTS)

    def goals(self) -> dict[str, Any]:
        """What the site's analyst declares; empty where nobody did."""
        path = self.path / "goals.json"
        goals = read_json(path) if path.is_file() else {}
        return goals if isinstance(goals, dict) else {}

    def observed(self, part: str | None = None) -> Observed:
        """What an analyzer may see, of one part or of the whole run."""
        return Observed(
            events=self.table("events", part),
            views=self.table("views", part),
            sessions=self.table("sessions", part),
            elements=self.elements(),
            goals=self.goals(),
        )

    def images(self) -> Iterator[PageImage]:
        """The captured pictures of the run's pages."""
        index = self.path / "pages" / "index.json"
        if not index.is_file():
            return
        for row in read_json(index):
            files = {key: self.path / "pages" / row[key] if row.get(key) else None for key in ("screenshot", "dom")}
            yield PageImage(**{**row, **files})

    def verify(self) -> list[str]:
        """Compare every file with its sha256 in the manifest; the names of those that differ or are missing."""
        wrong = []
        for name, entry in self.manifest.get("files", {}).items():
            path = self.path / name
            if not path.is_file() or sha256(path) != entry["sha256"]:
                wrong.append(name)
        return wrong


class RunWriter:
    """Writes a run into a staging folder beside its final place; `commit` makes it appear whole.

    The staging folder is called ``.NAME.partial``; whatever lies in it was written whole (each file by way of a
    temporary name), so an interrupted run can be taken up again.

    Parameters
    ----------
    path
        Where the run shall stand.
    force
        Replace a run (and only a run) that stands there already.
    resume
        Keep what an interrupted writer left in the staging folder.
    """

    def __init__(self, path: str | Path, *, force: bool = False, resume: bool = False) -> None:
        self.path = Path(path)
        self.staging = self.path.with_name(f".{self.path.name}.partial")
        self._force = force
        if self.path.exists():
            if not force:
                raise BadInput(f"{self.path}: exists already; choose another folder with -o, or replace with --force")
            if not self.path.is_dir():
                raise BadInput(f"{self.path}: is a file, so --force does not replace it; choose another folder")
            if not (self.path / "manifest.json").is_file() and any(self.path.iterdir()):
                raise BadInput(f"{self.path}: is not a run, so --force does not replace it; choose another folder")
        try:
            if self.staging.exists() and not resume:
                shutil.rmtree(self.staging)
            self.staging.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutsideFailure(f"{self.staging}: cannot be made: {error.strerror or error}") from error

    def __enter__(self) -> RunWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        # Bad input leaves nothing behind; a crash or Ctrl-C leaves the staging folder for --resume.
        if kind is not None and issubclass(kind, BadInput):
            shutil.rmtree(self.staging, ignore_errors=True)

    def has(self, name: str) -> bool:
        """Whether the staging folder holds `name` already (after a resume)."""
        return (self.staging / name).is_file()

    def write_table(self, name: str, table: pa.Table) -> None:
        """Write a table to `name` (such as ``events/part-00000.parquet``)."""
        write_table(table, self.staging / name)

    def write_json(self, name: str, document: Any) -> None:
        """Write a JSON document to `name`."""
        write_json(self.staging / name, document)

    def write_bytes(self, name: str, content: bytes) -> None:
        """Write bytes to `name`."""
        path = self.staging / name
        partial = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(content)
            partial.replace(path)
        except OSError as error:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
            raise OutsideFailure(f"{path}: cannot be written: {error.strerror or error}") from error

    def commit(self, manifest: dict[str, Any], log: dict[str, Any]) -> Run:
        """Write `log.json` and `manifest.json` (with sha256 and size of every other file) and let the run appear.

        `manifest` and `log` must hold only what JSON can; `manifest` nothing that differs between two runs of the
        same scenario and seed.
        """
        files = {}
        for path in sorted(p for p in self.staging.rglob("*") if p.is_file()):
            name = path.relative_to(self.staging).as_posix()
            if path.name.endswith(".tmp") or name in {"log.json", "manifest.json"}:
                if path.name.endswith(".tmp"):
                    path.unlink()
                continue
            files[name] = {"sha256": sha256(path), "bytes": path.stat().st_size}
        write_json(self.staging / "log.json", log)
        document = {"schema": RUN_SCHEMA, **manifest, "files": files}
        write_json(self.staging / "manifest.json", document)
        try:
            if self.path.exists():
                old = self.path.with_name(f".{self.path.name}.replaced")
                shutil.rmtree(old, ignore_errors=True)
                self.path.replace(old)
                self.staging.replace(self.path)
                shutil.rmtree(old, ignore_errors=True)
            else:
                self.staging.replace(self.path)
        except OSError as error:
            raise OutsideFailure(f"{self.path}: cannot be put in place: {error.strerror or error}") from error
        return Run.open(self.path)
