"""Scores on disk: ``RUN/scores/score.json`` and a manifest that says what was judged."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from simbench import __version__
from simbench.errors import OutsideFailure
from simbench.events.run import Run, sha256, write_json

__all__ = ["SCORES_SCHEMA", "write_scores"]

SCORES_SCHEMA: Final = "simbench.scores/1"


def write_scores(run: Run, document: dict[str, Any], *, findings: dict[str, Any], folder: Path) -> None:
    """Write a score document and its manifest into `folder`.

    Parameters
    ----------
    run
        What was judged.
    document
        ``Scorecard.to_json()``, perhaps with more keys.
    findings
        Where the findings came from.
    folder
        Made if need be. The manifest is written last: scores without one are not whole.

    Raises
    ------
    OutsideFailure
        The disk refuses.
    """
    manifest_path, score_path = folder / "manifest.json", folder / "score.json"
    try:
        manifest_path.unlink(missing_ok=True)
    except OSError as error:
        raise OutsideFailure(f"{manifest_path}: cannot be replaced: {error.strerror or error}") from error
    write_json(score_path, document)
    write_json(
        manifest_path,
        {
            "schema": SCORES_SCHEMA,
            "simbench": __version__,
            "run": {"manifest_sha256": sha256(run.path / "manifest.json")},
            "findings": findings,
            "files": {"score.json": {"sha256": sha256(score_path), "bytes": score_path.stat().st_size}},
        },
    )
