"""Random numbers that stay where they are: one independent stream for every purpose and key.

A simulation with one generator has a nasty habit: draw one number more in one place, and everything after it changes.
Here every draw is addressed: a *purpose* ("arrivals.gaps", "schedule.device") and, where work is cut, an integer *key*
(shard, session, action). A draw added under one address never moves a draw under another, so that two runs which
differ in one setting have everything else in common (common random numbers), and results depend neither on the order
in which shards are worked off nor on how many workers there are.

How it is done, and why streams never overlap
---------------------------------------------
Philox4x64-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011) is a keyed
bijection on 256-bit counters: for one key, different counters give different blocks, and walking the counter from one
starting point visits 2**256 blocks before it meets itself.

* The 128-bit Philox key is BLAKE2b of (seed, purpose). Two purposes share a stream only if the hash collides: below
  2**-100 for the few hundred purposes of a program.
* The integers of `key` go into the counter's upper three 64-bit words, and drawing counts up the lowest word. Two
  different keys of the same length therefore start in different blocks of 2**64 counters, 2**66 numbers of 64 bits
  each, which no run can exhaust: disjoint by construction, not by luck.
* The *number* of integers is hashed together with the purpose, so that ``(3,)`` and ``(3, 0)`` do not meet.

Where bytes must stay the same from one NumPy to the next, draw uniforms with `random` and send them through a quantile
function: NumPy promises the bits of a bit generator, while the algorithms behind its distributions may improve.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["MOST_KEYS", "stream", "uniforms"]

#: How many integers a key may have: the counter has four words, and the lowest belongs to the draws themselves.
MOST_KEYS: Final = 3
_WORD: Final = 1 << 64


def _philox_key(seed: int, purpose: str, length: int) -> NDArray[np.uint64]:
    # Lengths come before texts, so that no two different (seed, purpose, length) give the same bytes to the hash.
    text = purpose.encode()
    number = seed.to_bytes((seed.bit_length() + 8) // 8, "little", signed=True)
    head = bytes([length]) + len(number).to_bytes(4, "little")
    digest = blake2b(head + number + text, digest_size=16, person=b"simbench.stream").digest()
    return np.frombuffer(digest, dtype="<u8").astype(np.uint64)


def stream(seed: int, purpose: str, *key: int) -> np.random.Generator:
    """The generator at one address; asking for the same address again gives the same numbers from the start.

    A generator object costs about 10 us to make: draw whole arrays from one stream a purpose and shard, rather than
    making one a session.

    Parameters
    ----------
    seed
        The run's seed; any integer.
    purpose
        What the numbers are for, such as ``"arrivals.gaps"``. One purpose, one kind of draw.
    *key
        Up to three integers from 0 below 2**64, such as the shard or (session, action).

    Raises
    ------
    ValueError
        The key has more than three integers, or one that does not fit.
    """
    if len(key) > MOST_KEYS or any(not 0 <= int(k) < _WORD for k in key):
        raise ValueError(f"a key has at most {MOST_KEYS} integers, each from 0 below 2**64; got {key}")
    counter = np.zeros(4, dtype=np.uint64)
    for place, number in enumerate(key, start=1):
        counter[place] = int(number)
    return np.random.Generator(np.random.Philox(key=_philox_key(seed, purpose, len(key)), counter=counter))


def uniforms(seed: int, purpose: str, shard: int, shape: int | tuple[int, ...]) -> NDArray[np.float64]:
    """Uniform numbers in [0, 1) for one shard, of the given shape (float64).

    With the sessions on the first axis the numbers of a session do not depend on how many follow it in the shard.
    """
    return stream(seed, purpose, shard).random(shape)
