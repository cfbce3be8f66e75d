"""A run, its analysis and its scores become a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from simbench.core.analysis import Analysis
from simbench.events.run import Run
from simbench.events.truth import Truth
from simbench.report.alarms import alarm_counts, alarm_spots
from simbench.report.contents import DetectorScore, Fact, Report
from simbench.report.judged import detector_scores, key_findings
from simbench.report.palette import hex_colour, ramp
from simbench.report.planted import declared_defects, planted_defects, truth_by_kind
from simbench.report.run_facts import RunFacts, run_facts
from simbench.report.screens import find_screens
from simbench.report.words import capital, kind_words

__all__ = ["gather_report"]

_STOPS: Final = 17

_GLOSSARY_SCORED: Final = (
    ("Found (recall)", "Of all that happened, the share that a detector noticed. Everything counts, what was never "
     "recorded too: that is what your visitors lived through."),
    ("Right (precision)", "Of all alarms that a detector raised, the share that was about something real."),
    ("F1", "One number for both: high only if much is found and alarms are right."),
    ("95 % interval", "How far the number may be off by the luck of these visitors: the thin line in the charts. "
     "Visitors are what is counted, since who is angry once is likely to be angry again."),
    ("Random, silent, perfect", "What a detector is worth shows beside three others: one that guesses as often, one "
     "that never says a word, and one that knows the truth of all that was recorded."),
    ("Look-alike", "Behaviour that resembles trouble and is none, such as stepping a number up. Visitors here do such "
     "things, and it is known when, so that every false alarm has a name."),
    ("Ambiguous", "What nobody could tell, such as a single angry press. It counts neither for nor against anyone."),
    ("Planted", "Broken on purpose, with a known place. What it caused is known from the visitors themselves: "
     "they would not have done so without it."),
)  # fmt: skip
_GLOSSARY_MAPS: Final = (
    ("Fold", "The lower edge of the window when a page opens: what stands above needs no scrolling."),
    ("View, visit, visitor", "A view is one page shown once. A visit is a series of views. A visitor may come several "
     "times."),
)  # fmt: skip


def gather_report(run: Run, analysis: Analysis, truth: Truth | None, document: Mapping[str, Any] | None) -> Report:
    """Everything that a report on `run` shows.

    Parameters
    ----------
    analysis
        Of this run.
    truth, document
        The run's truth and its score document (``simbench.score/1``); both None where the run has no truth.
    """
    detectors = analysis.summary.get("detectors") or []
    facts = run_facts(run, truth, [str(detector.get("name")) for detector in detectors])
    document = document or {}
    results: Sequence[Mapping[str, Any]] = document.get("results") or []
    planted = [] if truth is None else declared_defects(truth)
    about = {defect["id"]: defect["about"] for defect in planted}
    rules = {str(detector.get("name")): str(detector.get("about") or "") for detector in detectors}
    scores = detector_scores(results, about, rules)
    screens = find_screens(run, analysis.maps, planted)
    return Report(
        name=facts.name,
        title=facts.title,
        lead=facts.lead,
        has_truth=truth is not None,
        simulated=facts.simulated,
        facts=facts.facts,
        details=facts.details,
        key_findings=key_findings(results) if truth is not None else alarm_counts(analysis.findings, detectors),
        command=facts.command,
        command_note=facts.command_note,
        screens=screens.screens,
        map_notes=screens.notes,
        stops=tuple(hex_colour((r, g, b)) for r, g, b in ramp(np.linspace(0, 1, _STOPS)).tolist()),
        spots=alarm_spots(run, analysis.findings, truth, about),
        defects=() if truth is None else planted_defects(truth, results, facts.zone),
        scores=scores,
        not_looked_for=_not_looked_for(truth, scores),
        ambiguous=int(((document or {}).get("population") or {}).get("ambiguous_episodes") or 0),
        expectations=tuple(
            (bool(e.get("met")), str(e.get("text"))) for e in (document or {}).get("expectations") or ()
        ),
        limits=_limits(facts, truth),
        glossary=(*_GLOSSARY_SCORED, *_GLOSSARY_MAPS) if truth is not None else _GLOSSARY_MAPS,
        provenance=facts.provenance,
    )


def _not_looked_for(truth: Truth | None, scores: Sequence[DetectorScore]) -> tuple[Fact, ...]:
    """Kinds that happened, and that no detector looks for."""
    if truth is None:
        return ()
    scored = {score.kind for score in scores}
    return tuple(
        Fact(value=f"{count:,}", what=capital(kind_words(kind).many), remark=kind_words(kind).meaning)
        for kind, count in truth_by_kind(truth).items()
        if kind not in scored
    )


def _limits(facts: RunFacts, truth: Truth | None) -> tuple[str, ...]:
    if not facts.simulated:
        return (
            "There is no score: what these people wanted and felt was never written down, so an alarm here is a guess "
            "that nobody has checked.",
            "Detectors miss things and raise false alarms. How often they do is measured on simulated visits: "
            "simbench demo.",
            "A map shows where people pressed and how far they scrolled, and nothing of why.",
        )
    limits = [
        "Visitors are simulated. No figure here is a figure about real people, about your site, or about the web.",
        "A detector that does well here may still do badly on your users; one that does badly here has something to "
        "explain.",
        "Intervals hold for visitors like these in this scenario. Another mix of people, or another site, gives other "
        "numbers.",
    ]
    if truth is not None and truth.sessions.num_rows:
        limits.append(
            "How often detectors are right depends on how much is broken. Where little is, the same detector is right "
            "less often."
        )
    else:
        limits.append("The truth of this run is not at hand, so nothing is scored.")
    return tuple(limits)
