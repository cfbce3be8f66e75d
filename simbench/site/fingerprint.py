"""Which sources a capture was made from, so that it can be said when they no longer match."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Final

from simbench.events.run import sha256
from simbench.site.declaration import Declaration

__all__ = ["CAPTURE_VERSION", "changes", "fingerprint", "sources"]

#: Raised whenever the same site would be captured differently.
CAPTURE_VERSION: Final = 1

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
