"""Whole visits to a shop: how many pages, how long on a product, how many bounce, how many buy.

The people's shop (Sakar et al. 2019, UCI Online Shoppers Purchasing Intention) is another than ours, with other goods
and other visitors, so this is shown and not judged.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from simbench.study.realism.groups import Effort, Group, Keep, Measure, Numbers, Side
from simbench.study.realism.people import read_columns
from simbench.study.realism.visits import play_shop

__all__ = ["SHOP_VISITS"]

_PAGES: Final = "pages a visit"
_SECONDS: Final = "seconds a product page"
_BOUNCE: Final = "visits of one page"
_BOUGHT: Final = "visits that buy"
_KINDS: Final = ("Administrative", "Informational", "ProductRelated")
_PRODUCT: Final = "/product"


def _people(path: Path, _: Keep) -> Side:
    numbers, words = read_columns(path, numbers=(*_KINDS, "ProductRelated_Duration"), texts=("Revenue",))
    pages = np.sum([numbers[kind] for kind in _KINDS], axis=0)
    product = numbers["ProductRelated"]
    looked = product > 0
    visit = np.arange(pages.size)
    return Side(
        numbers={
            _PAGES: Numbers(values=pages, person=visit),
            _SECONDS: Numbers(values=numbers["ProductRelated_Duration"][looked] / product[looked],
                              person=visit[looked]),
            _BOUNCE: Numbers(values=(pages <= 1).astype(np.float64), person=visit),
            _BOUGHT: Numbers(values=np.isin(words["Revenue"], ("True", "true", "TRUE", "1")).astype(np.float64),
                             person=visit),
        }
    )  # fmt: skip


def _visitors(_: Side, effort: Effort) -> Side:
    visits = play_shop(effort)
    session = visits.page_session
    seen = np.unique(session)
    pages = np.bincount(session)[seen].astype(np.float64)
    product = np.char.startswith(visits.page.astype(str), _PRODUCT)
    count = np.bincount(session[product], minlength=seen.max() + 1)
    seconds = np.bincount(session[product], visits.page_s[product], minlength=seen.max() + 1)
    looked = np.flatnonzero(count)
    return Side(
        numbers={
            _PAGES: Numbers(values=pages, person=seen),
            _SECONDS: Numbers(values=seconds[looked] / count[looked], person=looked),
            _BOUNCE: Numbers(values=(pages <= 1).astype(np.float64), person=seen),
            _BOUGHT: Numbers(values=visits.bought[seen].astype(np.float64), person=seen),
        }
    )


SHOP_VISITS: Final = Group(
    name="shop visits", title="Whole visits, shop", file="shop_sessions", sets={}, halved=False,
    measures=(
        Measure(name=_PAGES, unit="pages", judged=False),
        Measure(name=_SECONDS, unit="s", judged=False),
        Measure(name=_BOUNCE, unit="share", kind="share", judged=False),
        Measure(name=_BOUGHT, unit="share", kind="share", judged=False),
    ),
    people=_people, visitors=_visitors,
    note="Another shop with other visitors: shown, not judged. The people's pages of one visit carry no person, so the "
    "bootstrap is over visits.",
)  # fmt: skip
