"""Identifiers that tell nothing: not the order in which things were made, nor what kind of thing they are.

An id is 60 bits of keyed BLAKE2b, written as 12 letters and digits of RFC 4648's base32 in lower case. Among a million
ids two are the same with a probability of 4 in 10 million.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

import numpy as np

__all__ = ["opaque_ids"]

_ALPHABET: Final = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", dtype=np.uint8)
_LENGTH: Final = 12
#: A digest of 64 bytes makes eight ids.
_A_DIGEST: Final = 8


def opaque_ids(seed: int, kind: str, count: int) -> list[str]:
    """Ids of the things 0 to `count` - 1 of one kind; those of the first few do not depend on how many follow.

    Parameters
    ----------
    seed
        The run's seed, from 0 below 2**63.
    kind
        ``"session"``, ``"visitor"``: kinds have different ids for the same number.
    """
    key = blake2b(seed.to_bytes(8, "little"), digest_size=32, person=kind.encode()).digest()
    digests = b"".join(
        blake2b(block.to_bytes(8, "little"), digest_size=64, key=key).digest()
        for block in range(-(-count // _A_DIGEST))
    )
    words = np.frombuffer(digests, dtype="<u8")[:count]
    shifts = np.arange(_LENGTH, dtype=np.uint64) * np.uint64(5)
    letters = _ALPHABET[(words[:, None] >> shifts) & np.uint64(31)]
    texts: list[str] = np.ascontiguousarray(letters).view(f"S{_LENGTH}")[:, 0].astype(str).tolist()
    return texts
