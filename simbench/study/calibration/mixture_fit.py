"""Fits small mixture density networks (Bishop 1994) by Adam (Kingma & Ba 2015); NumPy only, a minute on one core.

A network has one hidden layer of rectifiers and tells, for each item: the log odds of a side, the log weights of
`PARTS` Gaussians with diagonal spread, their means and their log spreads. What is lessened is the mean negative log
likelihood of the side and of the shares.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from simbench.visitor.body.halving import PARTS, Network

__all__ = ["fit_mixture"]

Floats32 = NDArray[np.float32]

_BATCH: Final = 1024
_RATE: Final = 4e-3
#: Inputs that hardly vary (log units, cosines) are left out: their weights would be noise.
_STILL: Final = 1e-2
#: Shrinks weights a little at each step.
_DECAY: Final = 1e-5


def fit_mixture(
    x: Floats32, y: Floats32, side: Floats32, *, hidden: int, steps: int, seed: int
) -> tuple[Network, float]:
    """Fit to inputs `x` (inputs, n), shares `y` (shares, n) and `side` (n, 0 or 1); the network and its mean loss."""
    rng = np.random.default_rng([seed, 7])
    inputs, n = x.shape
    shares = y.shape[0]
    mean_x, sd_x = x.mean(axis=1, keepdims=True), x.std(axis=1, keepdims=True)
    sd_x = np.where(sd_x < _STILL, 1e9, sd_x)
    mean_y, sd_y = y.mean(axis=1, keepdims=True), y.std(axis=1, keepdims=True) + 1e-3
    xs, ys = ((x - mean_x) / sd_x).astype(np.float32), ((y - mean_y) / sd_y).astype(np.float32)
    outputs = 1 + PARTS + 2 * PARTS * shares
    means, spreads = slice(1 + PARTS, 1 + PARTS + PARTS * shares), slice(1 + PARTS + PARTS * shares, outputs)
    weights = [
        rng.normal(0, np.sqrt(2 / inputs), (hidden, inputs)).astype(np.float32), np.zeros(hidden, np.float32),
        rng.normal(0, 0.3 / np.sqrt(hidden), (outputs, hidden)).astype(np.float32), np.zeros(outputs, np.float32),
    ]  # fmt: skip
    weights[3][means] = rng.normal(0, 0.8, PARTS * shares)
    first, second = [np.zeros_like(w) for w in weights], [np.zeros_like(w) for w in weights]
    running = 0.0
    for step in range(1, steps + 1):
        pick = rng.integers(0, n, _BATCH)
        loss, gradient = _gradient(weights, xs[:, pick], ys[:, pick], side[pick], means, spreads)
        running = loss if step == 1 else 0.99 * running + 0.01 * loss
        rate = _RATE * min(1.0, step / 100) * (0.5 * (1 + np.cos(np.pi * step / steps)) + 0.01)
        for i, g in enumerate(gradient):
            first[i] += 0.1 * (g - first[i])
            second[i] += 0.01 * (g * g - second[i])
            change = first[i] / (1 - 0.9**step) / (np.sqrt(second[i] / (1 - 0.99**step)) + 1e-8)
            weights[i] -= (rate * (change + _DECAY * weights[i])).astype(np.float32)
    w1, b1, w2, b2 = weights
    # Scales go into the weights, so that whoever uses the network need not know them.
    b1 = b1 - w1 @ (mean_x / sd_x)[:, 0]
    w1 = w1 / sd_x.T
    scale, shift = np.tile(sd_y[:, 0], PARTS), np.tile(mean_y[:, 0], PARTS)
    w2[means] *= scale[:, None]
    b2[means] = b2[means] * scale + shift
    b2[spreads] += np.log(scale)
    network = Network(w1=w1.astype(np.float32), b1=b1.astype(np.float32), w2=w2, b2=b2)
    return network, float(running)


def _gradient(
    weights: list[Floats32], x: Floats32, y: Floats32, side: Floats32, means: slice, spreads: slice
) -> tuple[float, list[Floats32]]:  # fmt: skip
    w1, b1, w2, b2 = weights
    shares, n = y.shape
    hidden = np.maximum(w1 @ x + b1[:, None], 0)
    out = w2 @ hidden + b2[:, None]
    odds = 1 / (1 + np.exp(-out[0]))
    share = np.exp(out[1 : 1 + PARTS] - out[1 : 1 + PARTS].max(axis=0))
    share /= share.sum(axis=0)
    log_sd = np.clip(out[spreads].reshape(PARTS, shares, n), -4, 2)
    inverse = np.exp(-log_sd)
    error = (y[None] - out[means].reshape(PARTS, shares, n)) * inverse
    log_p = np.log(share + 1e-9) + (-0.5 * error * error - log_sd).sum(axis=1)
    top = log_p.max(axis=0)
    owner = np.exp(log_p - top)
    total = owner.sum(axis=0)
    owner /= total
    loss = -(top + np.log(total)).mean()
    loss -= (side * np.log(odds + 1e-9) + (1 - side) * np.log(1 - odds + 1e-9)).mean()
    g = np.empty_like(out)
    g[0] = odds - side
    g[1 : 1 + PARTS] = share - owner
    g[means] = (-owner[:, None] * error * inverse).reshape(-1, n)
    g[spreads] = (owner[:, None] * (1 - error * error)).reshape(-1, n)
    g = np.clip(g, -5, 5) / n
    back = np.where(hidden > 0, w2.T @ g, 0)
    return float(loss), [back @ x.T, back.sum(axis=1), g @ hidden.T, g.sum(axis=1)]
