"""How visits come out, by persona and by device, beside what was measured on real sites.

The shop without defects, everybody in it in equal shares; episodes per 1,000 opportunities from the shop with defects.
A range is what a source gives (or its figure, give or take what is said beside it); where nobody has published a
figure that fits, there is none, and the share is shown for what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simbench.bench.interval import rate_intervals, ratio_intervals
from simbench.events.schema import DEVICES, KINDS
from simbench.scenario.model import Recorder, Scenario
from simbench.study.measures import OPPORTUNITY
from simbench.study.played import Played, Rehearsal, clean_scenario, enriched_scenario
from simbench.study.study import Outcome, Request, Study, StudyTable

__all__ = ["SOURCED", "STUDY", "WAITS", "Sourced", "study_shares"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: Visits at size 1, of each shop; and of each delay.
_SESSIONS: Final = 6000
_WAIT_SESSIONS: Final = 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourced:
    """A range from a source, for everybody or one device."""

    measure: str
    device: str | None
    low: float
    high: float
    source: str


#: What was measured on real sites. Figures without a spread of their own are given one tenth, or what is said.
SOURCED: Final = tuple(
    Sourced(measure=measure, device=device, low=low, high=high, source=source)
    for measure, device, low, high, source in (
        ("bounce", None, 0.38, 0.62, "quartiles of shops, Contentsquare 2020"),
        ("bounce", "desktop", 0.38, 0.48, "43 %, Contentsquare 2020; 5 points either way"),
        ("bounce", "tablet", 0.40, 0.54, "45 and 49 %, Contentsquare 2020 and earlier; 5 points"),
        ("bounce", "mobile", 0.46, 0.59, "49 to 59 %, Contentsquare 2020 and earlier; 3 points below"),
        ("scroll rate", None, 0.486, 0.594, "54 %, Contentsquare 2021; a tenth either way"),
        ("form completion", None, 0.30, 0.40, "35 % of purchase forms, Zuko; 5 points either way"),
        ("pages a visit", None, 2.98, 3.53, "AOL and students, Huberman 1998 (the whole web, not shops)"),
        ("median dwell, s", None, 15.0, 60.0, "assumed from Liu, White & Dumais 2010"),
        ("Weibull k of dwell", None, 0.5, 0.9, "below 1 on 98.5 % of pages, Liu, White & Dumais 2010"),
        ("conversion", None, 0.0155, 0.155, "15.5 % in one shop, Sakar et al. 2018; down to a tenth of it assumed"),
    )
)
#: Relative rise of the bounce rate over a load of 1 s, by seconds (Google 2018, 11 million landing pages).
WAITS: Final[Mapping[int, float]] = {3: 0.32, 5: 0.90, 6: 1.06, 10: 1.23}
#: How far a relative rise may be off, as a share of it.
_WAIT_TOLERANCE: Final = 0.25
#: What a page takes in the shop besides the delay that is added, ms.
_OWN_LOAD_MS: Final = 500.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Share:
    value: float
    low: float
    high: float
    n: int


def study_shares(request: Request) -> Outcome:
    """Play both shops and five delays, and tell the shares."""
    sessions = max(300, round(_SESSIONS * request.size))
    rehearsal = Rehearsal(clean_scenario(1, 1).site_address)
    plain = Recorder(mousemove_hz=0, scroll_ms=100)
    clean = rehearsal.play(_recorded(clean_scenario(sessions, request.seed), plain))
    request.tell("the shop without defects", 0.35)
    enriched = rehearsal.play(_recorded(enriched_scenario(sessions, request.seed), plain))
    request.tell("the shop with defects", 0.65)
    waits = _waits(rehearsal, request)
    outcomes = {group: _outcomes(clean, rows) for group, rows in _groups(clean).items()}
    rates = {group: _episode_rates(enriched, rows) for group, rows in _groups(enriched).items()}
    checks, outside = _checks(outcomes, waits)
    tables = [
        StudyTable(
            title="Against the sources",
            columns=["what", "of whom", "here", "source says", "", "source"],
            rows=checks,
            note="95 % intervals over visitors; inside, if the interval meets the range.",
        ),
        StudyTable(
            title="The shop without defects",
            columns=["who", "visits", *next(iter(outcomes.values()))],
            rows=[[group, str(found["bounce"].n), *(_text(share) for share in found.values())]
                  for group, found in outcomes.items()],
            note=f"{sessions} visits, all personas in equal shares.",
        ),
        StudyTable(
            title="True episodes per 1,000 opportunities in the shop with defects",
            columns=["who", *KINDS],
            rows=[[group, *(_per_thousand(found[kind]) for kind in KINDS)] for group, found in rates.items()],
            note="Opportunities: presses for clicks, begun forms for forms, page views for all others.",
        ),
    ]  # fmt: skip
    document = {
        "sessions": sessions,
        "outcomes": {
            group: {name: _plain(share) for name, share in found.items()} for group, found in outcomes.items()
        },
        "per_1000": {group: {kind: _plain(share) for kind, share in found.items()} for group, found in rates.items()},
        "waits": {str(seconds): _plain(share) for seconds, share in waits.items()},
        "outside": outside,
    }
    return Outcome(document=document, tables=tables, held=not outside)


def _recorded(scenario: Scenario, recorder: Recorder) -> Scenario:
    # Everybody is recorded, for what is asked is what people do, not what a recorder may keep.
    return scenario.model_copy(update={"recorder": recorder.model_copy(update={"require_consent": False})})


def _groups(played: Played) -> dict[str, Bools]:
    """Everybody, each device, each persona: masks over sessions."""
    device = np.full(played.count, -1, dtype=np.int64)
    column = played.sessions.name("device")
    device[played.session["sessions"]] = column.codes
    groups = {"everybody": np.ones(played.count, dtype=np.bool_)}
    for name in DEVICES:
        if name in column.names:
            groups[name] = device == list(column.names).index(name)
    persona = played.truth_sessions.name("persona")
    for name in sorted(persona.names):
        groups[name] = persona.is_(name)
    return groups


def _ratio(above: Floats, below: Floats, cluster: npt.NDArray[np.int64], rows: Bools) -> _Share:
    found = ratio_intervals(above[rows], below[rows], cluster[rows])
    return _Share(value=float(found.value[0]), low=float(found.low[0]), high=float(found.high[0]), n=int(rows.sum()))


def _mean(values: Floats, owner: npt.NDArray[np.int64], played: Played, rows: Bools) -> _Share:
    """Mean over opportunities that belong to sessions of `rows`."""
    held = rows[owner] & np.isfinite(values)
    found = rate_intervals(values[held], np.ones(int(held.sum())), played.visitor[owner[held]])
    return _Share(value=float(found.value[0]), low=float(found.low[0]), high=float(found.high[0]), n=int(rows.sum()))


def _quantity(value: Callable[[Floats], float], values: Floats, owner: npt.NDArray[np.int64], rows: Bools,
              played: Played) -> _Share:  # fmt: skip
    """Any statistic of opportunities, with a bootstrap interval over visitors (200 draws)."""
    held = rows[owner]
    values, visitor = values[held], played.visitor[owner[held]]
    if len(values) < 5:
        return _Share(value=np.nan, low=np.nan, high=np.nan, n=int(rows.sum()))
    _, member = np.unique(visitor, return_inverse=True)
    order = np.argsort(member, kind="stable")
    bounds = np.searchsorted(member[order], np.arange(member.max() + 2))
    generator = np.random.default_rng(1)
    draws = []
    for _ in range(100):
        drawn = generator.integers(0, member.max() + 1, member.max() + 1)
        weights = np.bincount(drawn, minlength=member.max() + 1)
        draws.append(value(np.repeat(values[order], np.repeat(weights, np.diff(bounds)))))
    low, high = np.quantile(draws, [0.025, 0.975])
    return _Share(value=value(values), low=float(low), high=float(high), n=int(rows.sum()))


def _weibull_shape(seconds: Floats) -> float:
    """Maximum likelihood of the Weibull shape, by Newton's steps on its own equation."""
    x = np.log(np.maximum(seconds, 0.05))
    k = 1.0
    for _ in range(40):
        w = np.exp(k * (x - x.max()))
        mean = np.sum(w * x) / np.sum(w)
        spread = np.sum(w * x * x) / np.sum(w) - mean**2
        step = (1.0 / k + x.mean() - mean) / (1.0 / k**2 + spread)
        k = min(max(k + step, 0.05), 20.0)
    return float(k)


def _outcomes(played: Played, rows: Bools) -> dict[str, _Share]:
    truth = played.truth_sessions
    one = np.ones(played.count)
    views = np.bincount(played.session["truth_views"], minlength=played.count).astype(np.float64)
    everyone = np.arange(played.count)
    bounced = (views <= 1).astype(np.float64)
    begun, done = _forms(played)
    dwell = (played.views.number("end") - played.views.number("start")) / 1000.0
    viewed = played.session["views"]
    return {
        "bounce": _ratio(bounced, one, played.visitor, rows),
        "pages a visit": _mean(views, everyone, played, rows),
        "conversion": _ratio(truth.number("converted"), one, played.visitor, rows),
        "scroll rate": _mean(played.truth_views.number("depth_seen"), played.session["truth_views"], played, rows),
        "form completion": _ratio(done, begun, played.visitor, rows & (begun > 0)),
        "median dwell, s": _quantity(lambda x: float(np.median(x)), dwell, viewed, rows, played),
        "Weibull k of dwell": _quantity(_weibull_shape, dwell, viewed, rows, played),
    }


def _forms(played: Played) -> tuple[Floats, Floats]:
    """Whether each visit began a form (an entry in a field), and whether it reached the goal behind it."""
    fields = {field["target"] for form in played.goals["forms"] for field in form["fields"]}
    entered = played.events.name("type").is_("input", "change")
    entered &= played.events.name("target").where(lambda target: target in fields)
    begun = np.zeros(played.count)
    begun[played.session["events"][entered]] = 1.0
    return begun, begun * played.truth_sessions.number("converted")


def _episode_rates(played: Played, rows: Bools) -> dict[str, _Share]:
    n = played.count
    presses = np.bincount(played.session["events"][played.events.name("type").is_("pointerdown")], minlength=n).astype(
        np.float64
    )
    chances = {
        "press": presses,
        "form": _forms(played)[0],
        "view": np.bincount(played.session["views"], minlength=n).astype(np.float64),
    }
    episodes = played.episodes
    true = episodes.name("role").is_("true")
    found = {}
    for kind in KINDS:
        counted = np.bincount(played.session["episodes"][true & episodes.name("kind").is_(kind)], minlength=n)
        below = chances[OPPORTUNITY.get(kind, "view")]
        rate = rate_intervals(counted[rows].astype(np.float64), below[rows], played.visitor[rows])
        found[kind] = _Share(value=float(rate.value[0]), low=float(rate.low[0]), high=float(rate.high[0]),
                             n=int(below[rows].sum()))  # fmt: skip
    return found


def _waits(rehearsal: Rehearsal, request: Request) -> dict[int, _Share]:
    """Bounce rate at each delay over that at 1 s, less 1."""
    sessions = max(200, round(_WAIT_SESSIONS * request.size))
    scenario = _recorded(clean_scenario(sessions, request.seed), Recorder(mousemove_hz=0, scroll_ms=1000))
    bounced = {}
    for number, seconds in enumerate((1, *WAITS)):
        played = rehearsal.play(scenario, delay_ms=max(1000.0 * seconds - _OWN_LOAD_MS, 0.0))
        views = np.bincount(played.session["truth_views"], minlength=played.count)
        bounced[seconds] = (views <= 1).astype(np.float64)
        request.tell(f"loads of {seconds} s", 0.7 + 0.06 * number)
    found = {}
    base = bounced[1]
    for seconds in WAITS:
        late = bounced[seconds]
        if base.sum() == 0 or late.sum() == 0:
            found[seconds] = _Share(value=np.nan, low=np.nan, high=np.nan, n=sessions)
            continue
        # The same people wait both times: the log of the ratio, paired by visit.
        influence = late / late.sum() - base / base.sum()
        error = float(np.sqrt(np.sum(influence**2)))
        ratio = float(late.mean() / base.mean())
        found[seconds] = _Share(value=ratio - 1, low=ratio * np.exp(-1.96 * error) - 1,
                                high=ratio * np.exp(1.96 * error) - 1, n=sessions)  # fmt: skip
    return found


def _checks(
    outcomes: Mapping[str, Mapping[str, _Share]], waits: Mapping[int, _Share]
) -> tuple[list[list[str]], list[str]]:
    rows, outside = [], []

    def add(what: str, who: str, share: _Share, low: float, high: float, source: str) -> None:
        inside = share.high >= low and share.low <= high
        if not inside:
            outside.append(f"{what}, {who}")
        rows.append([what, who, _text(share), f"{low:g} to {high:g}", "inside" if inside else "outside", source])

    for each in SOURCED:
        who = each.device or "everybody"
        if who in outcomes:
            add(each.measure, who, outcomes[who][each.measure], each.low, each.high, each.source)
    for seconds, rise in WAITS.items():
        add(f"bounce at {seconds} s over 1 s, rise", "everybody", waits[seconds],
            round(rise * (1 - _WAIT_TOLERANCE), 3), round(rise * (1 + _WAIT_TOLERANCE), 3),
            f"+{100 * rise:.0f} %, Google 2018; a quarter either way")  # fmt: skip
    return rows, outside


def _text(share: _Share) -> str:
    if not np.isfinite(share.value):
        return "-"
    digits = 1 if abs(share.value) >= 5 else 2 if abs(share.value) >= 0.2 else 3
    return f"{share.value:.{digits}f} ({share.low:.{digits}f} to {share.high:.{digits}f})"


def _per_thousand(share: _Share) -> str:
    if not np.isfinite(share.value):
        return "-"
    return f"{1000 * share.value:.1f} ({1000 * share.low:.1f} to {1000 * share.high:.1f})"


def _plain(share: _Share) -> dict[str, Any]:
    numbers: Sequence[float] = (share.value, share.low, share.high)
    value, low, high = (round(float(x), 5) if np.isfinite(x) else None for x in numbers)
    return {"value": value, "low": low, "high": high, "n": share.n}


STUDY: Final = Study(
    name="shares",
    about="How visits come out by persona and device, beside what was measured on real sites.",
    run=study_shares,
)
