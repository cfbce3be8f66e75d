import numpy as np

from simbench.study.calibration.mixture_fit import fit_mixture
from simbench.study.calibration.pointer import fit_pointer
from simbench.study.realism.movements import movements
from simbench.study.realism.web_mouse import WebTask, simulate
from simbench.visitor.body.pointer_model import read_model


def test_a_mixture_finds_a_mean_that_bends_and_a_spread_that_grows() -> None:
    rng = np.random.default_rng(1)
    x = rng.uniform(-1, 1, (1, 20_000)).astype(np.float32)
    y = (x**2 + np.exp(x) * 0.1 * rng.standard_normal(x.shape)).astype(np.float32)
    side = (rng.uniform(size=20_000) < 0.8).astype(np.float32)
    network, loss = fit_mixture(x, y, side, hidden=12, steps=600, seed=1)
    at = np.array([[-0.8, 0.0, 0.8]], dtype=np.float32)
    out = network(at)
    weight = np.exp(out[1:5])
    weight /= weight.sum(axis=0)
    assert np.allclose((weight * out[5:9]).sum(axis=0), at[0] ** 2, atol=0.08)
    assert np.allclose(1 / (1 + np.exp(-out[0])), 0.8, atol=0.05)
    assert loss < 1.0


def test_what_is_fitted_can_be_read_and_moves() -> None:
    """A fit to simulated people of few steps: the document is whole and small, and movements come out of it."""
    task = WebTask(sessions=4, movements=25)
    document, losses = fit_pointer(movements(simulate(task, 1)), seed=1, effort=0.02)
    model = read_model(document)
    assert document["numbers"] == model.numbers <= 10_000
    assert all(np.isfinite(loss) for loss in losses.values())
    table = simulate(task, 2, model)
    assert np.isfinite(table["x"][table["ev"] == "m"]).all()
