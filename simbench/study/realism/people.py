"""Reading recordings of people: a folder of compressed CSV files, each with columns that are known by name.

The layout is that of `docs/studies.md`. Everything here is input from outside: whatever is wrong with a file becomes
one clear line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

from simbench.errors import BadInput

__all__ = ["FILES", "PeopleFolder", "read_columns"]

#: Files that a folder may hold, without the ending.
FILES: Final = (
    "web_mouse", "desktop_mouse", "reading_scroll", "news_dwell", "typing", "touch_strokes", "shop_sessions",
)  # fmt: skip
_ENDINGS: Final = (".csv.gz", ".csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFolder:
    """Where recordings lie: `files` of people by name, and `bots` by name (``advanced`` for web_mouse_advanced)."""

    root: Path
    files: Mapping[str, Path]
    bots: Mapping[str, Path]

    @property
    def missing(self) -> list[str]:
        """Names of files that are not there."""
        return [name for name in FILES if name not in self.files]

    @classmethod
    def open(cls, data: Path) -> PeopleFolder:
        """The folder `data`: one that holds the files itself, or that holds them in ``human`` (and bots in ``bots``).

        Raises
        ------
        BadInput
            It holds none of the files.
        """
        for root in (data, data / "human"):
            files = {name: path for name in FILES if (path := _find(root, name)) is not None}
            if files:
                break
        else:
            raise BadInput(
                f"--data {data}: holds no recordings of people; expected at least one of "
                + ", ".join(f"{name}.csv.gz" for name in FILES)
            )
        bots: dict[str, Path] = {}
        for folder in (root / "bots", root.absolute().parent / "bots"):
            if not bots and folder.is_dir():
                for path in sorted(folder.glob("web_mouse_*")):
                    for ending in _ENDINGS:
                        if path.name.endswith(ending) and path.is_file():
                            bots.setdefault(path.name[len("web_mouse_") : -len(ending)], path)
        return cls(root=root, files=files, bots=bots)


def _find(root: Path, name: str) -> Path | None:
    for ending in _ENDINGS:
        path = root / f"{name}{ending}"
        if path.is_file():
            return path
    return None


def read_columns(
    path: Path, *, numbers: Sequence[str] = (), texts: Sequence[str] = (), sparse: Sequence[str] = ()
) -> tuple[dict[str, NDArray[np.float64]], dict[str, NDArray[Any]]]:
    """The named columns of a CSV file: `numbers` and `sparse` as float64, `texts` as str.

    A row in which a wanted number is blank, infinite or not a number in the float sense is left out, and so is one
    in which a wanted text is blank: recordings of people have holes. `sparse` numbers may be blank (NaN).

    Raises
    ------
    BadInput
        The file cannot be read, lacks a column, holds words where numbers belong, or nothing usable at all.
    """
    wanted = [*numbers, *sparse, *texts]
    kinds: dict[str, pa.DataType] = dict.fromkeys((*numbers, *sparse), pa.float64()) | dict.fromkeys(texts, pa.string())
    try:
        table = csv.read_csv(
            path,
            parse_options=csv.ParseOptions(newlines_in_values=True),
            convert_options=csv.ConvertOptions(
                include_columns=wanted, column_types=kinds, null_values=["", "NA", "nan", "NaN", "null", "None"],
                strings_can_be_null=True,
            ),
        )  # fmt: skip
    except KeyError as error:
        name = str(error).strip("'\"")
        raise BadInput(f"{path}: lacks a column ({name}); wanted are {', '.join(wanted)}") from error
    except (pa.ArrowException, OSError, ValueError, EOFError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise BadInput(f"{path}: cannot be read as CSV ({_short(reason)})") from error
    whole = np.ones(table.num_rows, dtype=bool)
    floats: dict[str, NDArray[np.float64]] = {}
    for name in (*numbers, *sparse):
        floats[name] = table[name].to_numpy(zero_copy_only=False).astype(np.float64)
        if name in numbers:
            whole &= np.isfinite(floats[name])
    words: dict[str, NDArray[Any]] = {}
    for name in texts:
        words[name] = table[name].to_numpy(zero_copy_only=False)
        whole &= np.array([word is not None for word in words[name]], dtype=bool)
    if not whole.any():
        raise BadInput(f"{path}: holds no row with values in all of {', '.join(wanted)}")
    return {k: v[whole] for k, v in floats.items()}, {k: v[whole].astype(str) for k, v in words.items()}


def _short(reason: str) -> str:
    return reason if len(reason) <= 160 else reason[:157] + "..."
