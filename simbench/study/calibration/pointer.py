"""Fits ``simbench/visitor/body/pointer_model.json`` to people's movements on a web site (Iliou et al., phase 1).

``simbench study calibration-pointer --data DIR -o OUT``; the fit is ``model`` in ``OUT/calibration-pointer.json``.

Only people of the calibration half are used: those at even places of the sorted session ids. The fitted model is then
judged by the classifier two-sample test against either half. No classifier and none of its features takes part in the
fit: what is fitted are likelihoods of the shares by which pieces of movements are halved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow.csv
from numpy.typing import NDArray

from simbench.errors import BadInput
from simbench.study.calibration.mixture_fit import fit_mixture
from simbench.study.realism.copies import nearest_distances, shapes
from simbench.study.realism.movements import FEATURES_A, FEATURES_B, FRAME_MS, Movements, movement_features, movements
from simbench.study.realism.two_sample import two_sample_auc
from simbench.study.realism.web_mouse import simulate
from simbench.study.study import Outcome, Request, Study, StudyTable
from simbench.visitor.body.halving import Network, Pieces, context, neighbours, shares_of
from simbench.visitor.body.paths import levels_of
from simbench.visitor.body.pointer_model import network_name, read_model

__all__ = ["STUDY", "calibration_half", "fit_pointer", "people_on_a_web_site"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: Pointers that come back into the window elsewhere did not move there: first steps beyond this are left out, px.
_JUMP_PX: Final = 60.0
#: A single frame without an event inside fast movement was dropped by the recorder, not stood still in: px a step.
_DROPPED_PX: Final = 10.0
_HIDDEN: Final = {"whole": 16, "coarse": 24, "fine": 12, "path": 10, "pace": 8}
_STEPS: Final = {"whole": 1500, "coarse": 3200, "fine": 3400, "path": 1500, "pace": 1500}
_QUANTILES: Final = 41
#: Outermost quantiles: the extremes of a table are nobody's single movement.
_OUTERMOST: Final = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trace:
    """One movement from rest to rest at every frame, to fractions of a px."""

    x: Floats
    y: Floats
    clicked: bool


def people_on_a_web_site(request: Request) -> Movements:
    """The movements of ``human/web_mouse.csv.gz``.

    Raises
    ------
    BadInput
        The folder has no such file.
    """
    if request.data is None:
        raise BadInput("calibration-pointer needs recordings of people: --data DIR (docs/studies.md)")
    file = request.data / "human" / "web_mouse.csv.gz"
    if not file.is_file():
        file = request.data / "web_mouse.csv.gz"
    if not file.is_file():
        raise BadInput(f"{request.data}: there is no human/web_mouse.csv.gz")
    table = pyarrow.csv.read_csv(file)
    return movements({name: table[name].to_numpy(zero_copy_only=False) for name in ("session", "t_ms", "x", "y", "ev")})


def calibration_half(m: Movements) -> Bools:
    """Which movements are fitted: those of sessions at even places of the sorted ids."""
    return np.asarray(m.session % 2 == 0)


def fit_pointer(m: Movements, seed: int = 1, effort: float = 1.0) -> tuple[dict[str, Any], dict[str, float]]:
    """The document of ``pointer_model.json`` fitted to all of `m`, and the loss of each network."""
    traces = _traces(m)
    grouped = _knots(traces)
    data = _halvings(grouped)
    chord = np.array([np.hypot(t.x[-1] - t.x[0], t.y[-1] - t.y[0]) for t in traces])
    rise = np.array([np.arctan2(abs(t.y[-1] - t.y[0]), abs(t.x[-1] - t.x[0])) for t in traces])
    frames = np.array([t.x.size - 1.0 for t in traces])
    path = np.empty(chord.size)
    for rows, _, kx, ky in grouped.values():
        path[rows] = np.hypot(np.diff(kx, axis=1), np.diff(ky, axis=1)).sum(axis=1)
    aimed = np.array([float(t.clicked) for t in traces])
    winding = np.clip(np.log((path - chord * (1 - 1e-4)) / np.maximum(chord, 1.0)), -8.5, 6.0)
    known = np.stack([np.log(chord + 1.0), np.log(frames + 1.0), aimed]).astype(np.float32)
    one = np.ones(chord.size, dtype=np.float32)
    data["path"] = (known, winding[None].astype(np.float32), one)
    data["pace"] = (known[[0, 2]], np.log(frames * FRAME_MS)[None].astype(np.float32), one)
    networks: dict[str, Network] = {}
    losses: dict[str, float] = {}
    for name, (x, y, side) in data.items():
        kind = name.split("-")[0]
        networks[name], losses[name] = fit_mixture(
            x, y, side, hidden=_HIDDEN[kind], steps=max(int(_STEPS[kind] * effort), 20), seed=seed
        )
    next_to = m.session[1:] == m.session[:-1]
    shares = np.concatenate([[_OUTERMOST], np.linspace(0, 1, _QUANTILES)[1:-1], [1 - _OUTERMOST]])
    quantiles = {
        "chord": np.quantile(chord, shares), "heading": np.quantile(rise, shares),
        "pause": np.quantile((m.t0[1:] - m.t1[:-1])[next_to], shares),
    }  # fmt: skip
    document: dict[str, Any] = {
        "about": "How people move a mouse on a web site; docs/realism.md says what the numbers mean.",
        "source": "Iliou et al., Web Bot Detection Dataset, phase 1, train split",
        "people": int(np.unique(m.session).size),
        "movements": len(traces),
        "command": "simbench study calibration-pointer --data DIR -o OUT",
        "quantiles": {name: _rounded(values) for name, values in quantiles.items()},
        "networks": {
            name: {part: _rounded(getattr(net, part)) for part in ("w1", "b1", "w2", "b2")}
            for name, net in networks.items()
        },
    }
    document["numbers"] = read_model(document).numbers
    return document, losses


def _rounded(values: NDArray[Any]) -> list[Any]:
    if values.ndim == 2:
        return [_rounded(row) for row in values]
    return [float(f"{value:.4g}") for value in values]


def _traces(m: Movements) -> list[_Trace]:
    """Every movement at every frame, with the place where it began to move in front."""
    traces = []
    for i in range(len(m)):
        points = slice(int(m.first[i]), int(m.first[i + 1]))
        frame, x, y = m.frame[points], m.x[points], m.y[points]
        # Between events nothing moved: the last place holds.
        held = np.zeros(frame[-1] + 1, dtype=np.int64)
        held[frame] = np.arange(frame.size)
        held = np.maximum.accumulate(held)
        gx, gy = x[held], y[held]
        step = np.hypot(np.diff(x), np.diff(y))
        for j in np.flatnonzero((np.diff(frame) == 2) & (step > _DROPPED_PX)):
            gx[frame[j] + 1], gy[frame[j] + 1] = (x[j] + x[j + 1]) / 2, (y[j] + y[j + 1]) / 2
        if np.hypot(x[0] - m.px[i], y[0] - m.py[i]) <= _JUMP_PX:
            gx, gy = np.append(m.px[i], gx), np.append(m.py[i], gy)
        traces.append(_Trace(x=_unrounded(gx), y=_unrounded(gy), clicked=bool(m.clicked[i])))
    return traces


def _unrounded(whole: Floats) -> Floats:
    """A smooth curve that rounds to the whole pixels recorded."""
    curve = whole.copy()
    for _ in range(8):
        smooth = curve.copy()
        smooth[1:-1] = 0.25 * curve[:-2] + 0.5 * curve[1:-1] + 0.25 * curve[2:]
        curve = np.clip(smooth, whole - 0.49, whole + 0.49)
        curve[0], curve[-1] = whole[0], whole[-1]
    return curve


_Grouped = Mapping[int, tuple[NDArray[np.int64], Floats, Floats, Floats]]


def _knots(traces: Sequence[_Trace]) -> _Grouped:
    """By number of levels: which movements, their frames, and their places at equal parts of their time."""
    frames = np.array([t.x.size - 1.0 for t in traces])
    levels = levels_of(frames)
    out = {}
    for level in np.unique(levels).tolist():
        rows = np.flatnonzero(levels == level)
        kx, ky = np.empty((rows.size, 2**level + 1)), np.empty((rows.size, 2**level + 1))
        for j, i in enumerate(rows.tolist()):
            at, grid = np.linspace(0, frames[i], 2**level + 1), np.arange(traces[i].x.size)
            kx[j], ky[j] = np.interp(at, grid, traces[i].x), np.interp(at, grid, traces[i].y)
        out[level] = (rows, frames[rows], kx, ky)
    return out


def _halvings(grouped: _Grouped) -> dict[str, tuple[NDArray[np.float32], ...]]:
    """What each network is fitted to: inputs, logits of shares, sides."""
    found: dict[str, list[tuple[NDArray[np.float32], ...]]] = {}
    for levels, (_, frames, kx, ky) in grouped.items():
        dx, dy = np.diff(kx, axis=1).astype(np.float32), np.diff(ky, axis=1).astype(np.float32)
        pyramid = [Pieces(np.hypot(dx, dy), dx, dy)]
        while pyramid[0].length.shape[1] > 1:
            p = pyramid[0]
            pyramid.insert(0, Pieces(*(a[:, ::2] + a[:, 1::2] for a in (p.length, p.dx, p.dy))))
        for level in range(levels):
            halves = pyramid[level + 1]
            each = (frames / 2**level)[:, None].astype(np.float32)
            number = np.arange(halves.length.shape[1])
            for parity in (0, 1) if level else (0,):
                own, before, behind, share = neighbours(pyramid[level], halves[:, number % 4 < 2], parity)
                x, side = context(own, before, behind, np.broadcast_to(each, own.length.shape), share)
                first, second = halves[:, 2 * parity :: 4], halves[:, 2 * parity + 1 :: 4]
                name = network_name(level, level == levels - 1, parity)
                found.setdefault(name, []).append((x, *shares_of(own, first, second, side)))
    return {
        name: tuple(np.concatenate([part[j] for part in parts], axis=-1) for j in range(3))
        for name, parts in found.items()
    }


def _some(m: Movements, which: Bools) -> Movements:
    sizes = np.diff(m.first)
    points = np.repeat(which, sizes)
    first = np.concatenate([[0], np.cumsum(sizes[which])])
    return Movements(
        first=first, frame=m.frame[points], x=m.x[points], y=m.y[points], session=m.session[which],
        sessions=m.sessions, t0=m.t0[which], t1=m.t1[which], clicked=m.clicked[which], px=m.px[which], py=m.py[which],
    )  # fmt: skip


def _run(request: Request) -> Outcome:
    people = people_on_a_web_site(request)
    fitted = calibration_half(people)
    request.tell("fitting", 0.1)
    document, losses = fit_pointer(_some(people, fitted), request.seed, request.size)
    request.tell("judging", 0.6)
    real = movement_features(people)
    simulated = movements(simulate(seed=request.seed, model=read_model(document)))
    made = movement_features(simulated)
    rows, judged = [], {}
    for half, which in (("calibration", fitted), ("judging", ~fitted)):
        some = {name: values[which] for name, values in real.items()}
        for title, columns in (("A", FEATURES_A), ("B", FEATURES_B), ("A+B", FEATURES_A + FEATURES_B)):
            result = two_sample_auc(some, made, columns, groups_people=some["session"], groups_other=made["session"],
                                    seeds=(request.seed,), each_feature=False)  # fmt: skip
            judged[f"{half} {title}"] = [result.auc, result.low, result.high]
            rows.append([half, title, f"{result.auc:.3f}", f"{result.low:.3f} to {result.high:.3f}"])
    learnt_from = shapes(_some(people, fitted))
    apart = {
        "simulated": nearest_distances(shapes(simulated), learnt_from),
        "people of the other half": nearest_distances(shapes(_some(people, ~fitted)), learnt_from),
    }
    shares = (0.0, 0.01, 0.05, 0.25, 0.5)
    nearest = {who: np.quantile(values, shares).tolist() for who, values in apart.items()}
    return Outcome(
        document={"model": document, "losses": losses, "auc": judged, "nearest": nearest},
        tables=[
            StudyTable(
                title="Told apart from people",
                columns=("half", "features", "AUC", "90 % interval"),
                rows=rows,
                note=f"{document['numbers']} stored numbers.",
            ),
            StudyTable(
                title="Distance to the nearest movement that was learnt from",
                columns=("of", *(f"{share:.0%}" for share in shares)),
                rows=[[who, *(f"{value:.4f}" for value in values)] for who, values in nearest.items()],
                note="Root mean square over 16 times, as a share of the path; quantiles. A copy would be at 0.",
            ),
        ],
    )


STUDY: Final = Study(
    name="calibration-pointer",
    about="Fits how a mouse moves to people on a web site, and says how well a classifier tells the two apart.",
    run=_run,
    needs_data=True,
)
