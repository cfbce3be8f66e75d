"""Where a visit begins: by where it comes from and what for."""

from __future__ import annotations

from typing import Final

from simbench.site.model import Site

__all__ = ["landing_url", "referrer"]

#: Weights of the kinds of page that a source leads to (assumed; each to be varied by a factor of two).
_BY_SOURCE: Final[dict[str, dict[str, float]]] = {
    "direct": {"home": 0.8, "category": 0.15, "product": 0.05},
    "organic": {"home": 0.25, "category": 0.4, "product": 0.35},
    "paid": {"home": 0.15, "category": 0.5, "product": 0.35},
    "email": {"home": 0.2, "category": 0.4, "product": 0.4},
    "social": {"home": 0.35, "category": 0.15, "product": 0.5},
    "referral": {"home": 0.5, "category": 0.2, "product": 0.3},
}
#: The same for who has been here before, and comes by a bookmark or by typing: fewer come by the front door (assumed).
_BY_BOOKMARK: Final = {"home": 0.4, "category": 0.3, "product": 0.3}
#: Share of visits for an answer by who has been here before that begin on the page that has it (assumed, .2 to .7).
_ANSWER_KNOWN: Final = 0.45
#: Share of visits for an answer that land on it straight from a search (assumed, .1 to .5).
_ANSWER_FROM_SEARCH: Final = 0.3

#: Sites that people come from; reserved names, which lead nowhere.
_REFERRERS: Final = {
    "organic": "https://search.example/",
    "paid": "https://ads.example/",
    "social": "https://social.example/",
    "referral": "https://blog.example/",
}


def referrer(source: str) -> str | None:
    """The page that a visit from `source` was referred by; None for direct visits and e-mail."""
    return _REFERRERS.get(source)


def landing_url(site: Site, source: str, goal: str, u: float, *, known: bool = False) -> str:
    """The URL on `site` where a visit from `source` with `goal` begins, by one uniform number `u`.

    `known`: the visitor has been here before; who comes directly then often goes straight to the known place.
    """
    straight = known and source == "direct"
    if goal == "check" and (source == "organic" or straight):
        share = _ANSWER_KNOWN if straight else _ANSWER_FROM_SEARCH
        if u < share:
            for page in site.pages:
                if page.kind == "policy":
                    return page.url
        u = (u - share) / (1.0 - share) if u >= share else u
    kinds = {page.kind for page in site.pages}
    weights = _BY_BOOKMARK if straight else _BY_SOURCE[source]
    options = [(kind, weight) for kind, weight in weights.items() if kind in kinds]
    mark = u * sum(weight for _, weight in options)
    chosen = None
    for kind, weight in options:
        chosen = kind
        mark -= weight
        if mark <= 0:
            break
    return next((page.url for page in site.pages if page.kind == chosen), site.pages[0].url)
