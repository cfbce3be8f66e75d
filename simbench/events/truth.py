"""The truth beside a run's events: what each visitor wanted, felt and met.

Apart from `simbench.events.run` on purpose: the core may not import this module (import-linter checks it).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from simbench.errors import BadInput
from simbench.events.parquet import read_table
from simbench.events.run import Run, read_json
from simbench.events.schema import EPISODES, TRUTH_MOTOR, TRUTH_SESSIONS, TRUTH_VIEWS

__all__ = ["Truth", "motor"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Tables with the schemas `EPISODES`, `TRUTH_SESSIONS` and `TRUTH_VIEWS`, and the planted defects.

    `defects` holds one dict a defect: id, finding, page, state, target, devices, variant, from, until.
    """

    episodes: pa.Table
    sessions: pa.Table
    views: pa.Table
    defects: list[dict[str, Any]]

    @classmethod
    def open(cls, run: Run) -> Truth:
        """Read the truth of `run`.

        Raises
        ------
        BadInput
            The run has no truth (an import has none).
        """
        if not run.has_truth:
            raise BadInput(f"{run.path}: has no truth (imported runs have none), so nothing can be scored against it")
        folder = run.path / "truth"

        def table(name: str, schema: pa.Schema) -> pa.Table:
            parts = [read_table(p, schema) for p in sorted((folder / name).glob("part-*.parquet"))]
            return pa.concat_tables(parts).unify_dictionaries() if parts else schema.empty_table()

        return cls(
            episodes=table("episodes", EPISODES),
            sessions=table("sessions", TRUTH_SESSIONS),
            views=table("views", TRUTH_VIEWS),
            defects=read_json(folder / "defects.json"),
        )


def motor(run: Run, part: str | None = None) -> pa.Table:
    """Unthinned movement (schema `TRUTH_MOTOR`) of one part, or of the whole run: session by session, by time.

    Raises
    ------
    BadInput
        The run has none.
    """
    folder = run.path / "truth" / "motor"
    paths = sorted(folder.glob("part-*.parquet")) if part is None else [folder / f"{part}.parquet"]
    if not paths or not folder.is_dir():
        raise BadInput(
            f"{run.path}: has no truth/motor; write `truth: {{motor: true}}` into the scenario and run it again"
        )
    return pa.concat_tables([read_table(path, TRUTH_MOTOR) for path in paths]).unify_dictionaries()
