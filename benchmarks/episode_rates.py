"""Print how often each kind of episode, look-alike and ambiguous case comes in a run, for docs/episodes.md.

    .venv/bin/python benchmarks/episode_rates.py RUN [RUN ...]

Rates are per 1,000 opportunities among recorded visits: presses for the kinds of clicks, page views for all others.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from simbench.events.run import Run
from simbench.events.schema import CLICK_KINDS, KINDS
from simbench.events.truth import Truth


def rates(path: Path) -> pd.Series:
    """Episodes per 1,000 opportunities by kind, role and name."""
    run = Run.open(path)
    truth = Truth.open(run)
    sessions = truth.sessions.to_pandas()
    kept = set(sessions[sessions.recorded].session)
    episodes = truth.episodes.to_pandas()
    episodes = episodes[episodes.session.isin(kept)]
    views = int(run.manifest["counts"]["views"])
    presses = int(run.manifest["counts"]["events_by_type"]["pointerdown"])
    named = episodes.assign(lookalike=episodes.lookalike.astype(object).fillna(""))
    counts = named.groupby(["kind", "role", "lookalike"], observed=True).size()
    per = [presses if kind in CLICK_KINDS else views for kind in counts.index.get_level_values("kind")]
    print(f"{path.name}: {len(kept):,} recorded visits, {views:,} page views, {presses:,} presses")
    return 1000.0 * counts / per


def main() -> None:
    """Print one Markdown table, a column a run."""
    paths = [Path(name) for name in sys.argv[1:]]
    table = pd.concat([rates(path).rename(path.name) for path in paths], axis=1).fillna(0.0)
    print("\n| kind | per 1,000 | role | name | " + " | ".join(path.name for path in paths) + " |")
    print("| --- | --- | --- | --- |" + " --- |" * len(paths))
    order = {kind: number for number, kind in enumerate(KINDS)}
    roles = {"true": 0, "lookalike": 1, "ambiguous": 2}
    for kind, role, name in sorted(table.index, key=lambda key: (order[key[0]], roles[key[1]], key[2])):
        unit = "presses" if kind in CLICK_KINDS else "views"
        cells = " | ".join(f"{value:.2f}" for value in table.loc[(kind, role, name)])
        print(f"| `{kind}` | {unit} | {role} | {name.replace('_', ' ')} | {cells} |")


if __name__ == "__main__":
    main()
