"""Which sources a capture was made from, so that it can be said when they no longer match."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from simbench.events.run import read_json, sha256
from simbench.site.captured import CAPTURED_SCHEMA
from simbench.site.declaration import Declaration, Page
from simbench.site.loading import load_declaration

__all__ = [
    "CAPTURE_VERSION",
    "CaptureCheck",
    "changes",
    "check_capture",
    "fingerprint",
    "sources",
    "sources_of_page",
    "stale_pages",
]

#: Raised whenever the same site would be captured differently.
CAPTURE_VERSION: Final = 2

#: What a capture takes from site.yaml; words, goals and the funnel may change without a new capture.
_DECLARED: Final = {"pages", "server", "forms", "interests", "defects"}


def sources(folder: Path, site: Declaration) -> dict[str, str]:
    """SHA-256 of every file of a site that a capture depends on, by its path in the folder.

    Of `site.yaml` only what a capture uses counts; texts for people (`*.md`, `LICENSE`) do not.
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        skip = name.parts[0] == "captured" or any(part.startswith(".") for part in name.parts)
        if skip or not path.is_file() or path.suffix == ".md" or path.name in {"site.yaml", "LICENSE"}:
            continue
        found[name.as_posix()] = sha256(path)
    declared = site.model_dump(mode="json", include=_DECLARED)
    declared["interests"] = [
        {key: interest[key] for key in ("page", "state", "target", "field", "type", "name")}
        for interest in declared["interests"]
        if interest["field"] is not None
    ]
    declared["defects"] = [
        {key: defect[key] for key in ("id", "page", "state", "devices", "css", "js")} for defect in declared["defects"]
    ]
    text = json.dumps(declared, sort_keys=True, ensure_ascii=False)
    found["site.yaml"] = hashlib.sha256(text.encode()).hexdigest()
    return dict(sorted(found.items()))


def sources_of_page(site: Declaration, page: Page, files: Mapping[str, str], used: Iterable[str]) -> dict[str, str]:
    """Digests of all that one page's capture depends on: files that it asked for (`used`), and its part of `site.yaml`.

    Parameters
    ----------
    files
        What `sources` says of the whole site.
    used
        Paths of URLs.
    """
    defects = [defect for defect in site.defects if defect.page == page.page]
    names = {page.file, *(name for defect in defects for name in (defect.css, defect.js) if name)}
    names |= {path.lstrip("/") for path in used} | {f"{path.lstrip('/')}.json" for path in used}
    declared = {
        "page": page.model_dump(mode="json"),
        "server": [latency.model_dump(mode="json") for latency in site.server],
        "forms": [form.model_dump(mode="json") for form in site.forms],
        "typed": [
            [i.name, i.state, i.target, i.field, i.type] for i in site.interests if i.page == page.page and i.field
        ],
        "defects": [[d.id, d.state, d.devices, d.css, d.js] for d in defects],
    }
    found = {name: files[name] for name in sorted(names) if name in files}
    found["site.yaml"] = hashlib.sha256(json.dumps(declared, sort_keys=True).encode()).hexdigest()
    return found


def stale_pages(site: Declaration, files: Mapping[str, str], old: Mapping[str, Any]) -> list[str]:
    """Pages whose stored capture was not made from the site as it is; all where that cannot be said."""
    if old.get("schema") != CAPTURED_SCHEMA or old.get("version") != CAPTURE_VERSION:
        return [page.page for page in site.pages]
    uses: dict[str, dict[str, str]] = old.get("uses", {})
    pages = [page for page in site.pages if page.page in old.get("pages", {}) and page.page in uses]
    current = {
        page.page
        for page in pages
        if uses[page.page] == sources_of_page(site, page, files, [f"/{name}" for name in uses[page.page]])
    }
    return [page.page for page in site.pages if page.page not in current]


def fingerprint(files: dict[str, str]) -> str:
    """One digest of all sources, and of the way in which they are captured."""
    text = json.dumps({"version": CAPTURE_VERSION, "files": files}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def changes(then: dict[str, str], now: dict[str, str]) -> list[str]:
    """What differs between two sets of sources, one line each."""
    lines = [f"new: {name}" for name in now if name not in then]
    lines += [f"gone: {name}" for name in then if name not in now]
    lines += [f"changed: {name}" for name in now if name in then and now[name] != then[name]]
    return sorted(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureCheck:
    """Whether a capture matches its site, and what does not, one line each."""

    up_to_date: bool
    changes: tuple[str, ...]


def check_capture(folder: Path) -> CaptureCheck:
    """Compare a site's sources with those from which its capture was made; every captured file must be there too.

    Raises
    ------
    BadInput
        The declaration, or the capture's index, cannot be read.
    """
    now = sources(folder, load_declaration(folder))
    path = folder / "captured" / "index.json"
    if not path.is_file():
        return CaptureCheck(up_to_date=False, changes=("never captured",))
    index: dict[str, Any] = read_json(path)
    if index.get("schema") != CAPTURED_SCHEMA:
        return CaptureCheck(up_to_date=False, changes=(f"captured as {index.get('schema')}, not {CAPTURED_SCHEMA}",))
    lines = changes(index.get("sources", {}), now)
    if not lines and index.get("fingerprint") != fingerprint(now):
        lines = ["captured by another version"]
    names = list(index.get("pages", {}).values())
    names += [row[key] for row in index.get("pictures", []) for key in ("screenshot", "dom") if row.get(key)]
    lines += [f"missing: captured/{name}" for name in sorted(set(names)) if not (path.parent / name).is_file()]
    return CaptureCheck(up_to_date=not lines, changes=tuple(lines))
