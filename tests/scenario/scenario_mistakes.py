# ruff: noqa: E501 - a message stands on one line, as people read it
"""Mistakes that people make in scenarios, and what each gets: the tests' data, and the table in docs/scenario.md.

`python tests/scenario/scenario_mistakes.py` writes the table anew.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

FILE = "scenario.yaml"
PAGE = Path(__file__).parents[2] / "docs" / "scenario.md"
BEGIN, END = "<!-- mistakes: begin -->", "<!-- mistakes: end -->"

#: A scenario without a mistake; each mistake changes one thing in it.
SOUND = """\
schema: simbench.scenario/1
name: small-shop
site: shop
seed: 7
sessions: 500
start: 2026-03-02T00:00:00Z
timezone: Europe/Berlin
arrivals: {per_day: 100, peak_hour: 20}
recorder: {sample: 1.0, pages: ["/", /checkout]}
variants:
  - {name: a, share: 0.5, defects: [covered-continue]}
  - {name: b, share: 0.5}
defects:
  - {id: coupon-error, devices: [mobile], from: 2026-03-03T00:00:00Z, until: 2026-03-04T00:00:00Z}
campaigns:
  - {name: spring, source: paid, landing: /category, extra_per_day: 20}
personas:
  - {use: reader, share: 0.4}
  - {use: impatient, share: 0.6, with: {patience_s: {lognormal: {median: 2, sigma: 0.5}}}}
faults: {loss: 0.01, clock_skew_ms: {normal: {mean: 0, sd: 200}}}
expect:
  - {detector: rage_click, measure: recall, at_least: 0.8}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """`right` in the sound scenario becomes `wrong`, and `says` is what a person reads, after the file's name."""

    name: str
    right: str
    wrong: str
    says: tuple[str, ...]

    def text(self) -> str:
        """The scenario with the mistake in it."""
        assert SOUND.count(self.right) == 1, f"{self.name}: {self.right!r} stands {SOUND.count(self.right)} times"
        return SOUND.replace(self.right, self.wrong)


def _mistake(name: str, right: str, wrong: str, *says: str) -> Mistake:
    return Mistake(name=name, right=right, wrong=wrong, says=says)


MISTAKES = (
    # -- keys ---------------------------------------------------------------------------------------------------------
    _mistake("a misspelt key", "seed: 7", "sede: 7", ':4: sede: unknown key; did you mean "seed"?'),
    _mistake(
        "a misspelt key in a block",
        "peak_hour: 20",
        "peek_hour: 20",
        ':8: arrivals.peek_hour: unknown key; did you mean "peak_hour"?',
    ),
    _mistake(
        "a key of nowhere",
        "seed: 7",
        "seed: 7\ncolour: red",
        ":5: colour: unknown key; it is one of: schema, name, description, site, seed, sessions, start, timezone, engine, variants, defects, truth, expect, arrivals, recorder, campaigns, faults, personas",
    ),
    _mistake(
        "a missing key",
        "sessions: 500\n",
        "",
        ":1: sessions: is required and missing; add it, such as `sessions: 5000`",
    ),
    _mistake(
        "a key twice", "seed: 7", "seed: 7\nseed: 8", ":5: seed: stands here twice, first on line 4; keep one of them"
    ),
    _mistake(
        "another version of the language",
        "simbench.scenario/1",
        "simbench.scenario/2",
        ':1: schema: "simbench.scenario/2" is not one of the choices; did you mean "simbench.scenario/1"?',
    ),
    # -- numbers and texts --------------------------------------------------------------------------------------------
    _mistake(
        "a number in quotes",
        "sessions: 500",
        'sessions: "500"',
        ':5: sessions: needs a whole number, but is the text "500" (take the quotes off); write a whole number',
    ),
    _mistake(
        "a whole number with a fraction",
        "sessions: 500",
        "sessions: 500.5",
        ":5: sessions: needs a whole number, but is 500.5; write a whole number",
    ),
    _mistake("no sessions", "sessions: 500", "sessions: 0", ":5: sessions: must be at least 1, but is 0; change it"),
    _mistake(
        "far too many sessions",
        "sessions: 500",
        "sessions: 50000000",
        ":5: sessions: must be at most 10,000,000, but is 50,000,000; change it",
        ":8: arrivals.per_day: 50,000,000 sessions would take 1,369 years; raise it, or ask for fewer",
    ),
    _mistake(
        "a word where a number stands",
        "per_day: 100",
        "per_day: many",
        ':8: arrivals.per_day: needs a number or a distribution, but is "many"; write 3, or {lognormal: {median: 3, sigma: 0.5}}',
    ),
    _mistake(
        "yes for true",
        "recorder: {sample: 1.0,",
        "recorder: {mask_inputs: yes, sample: 1.0,",
        ':9: recorder.mask_inputs: needs true or false, but is the text "yes"; write true or false',
    ),
    _mistake(
        "a negative rate",
        "per_day: 100",
        "per_day: -100",
        ":8: arrivals.per_day: must lie between 0.01 and 10,000,000, but is -100; change it",
    ),
    _mistake(
        "not a number",
        "per_day: 100",
        "per_day: .nan",
        ":8: arrivals.per_day: .nan is not a usable number; write a finite one",
    ),
    _mistake(
        "an endless number",
        "loss: 0.01",
        "loss: .inf",
        ":20: faults.loss: .inf is not a usable number; write a finite one",
    ),
    _mistake(
        "a share in per cent",
        "loss: 0.01",
        "loss: 1.5",
        ":20: faults.loss: must lie between 0 and 1, but is 1.5; change it",
    ),
    _mistake(
        "a name with a slash",
        "name: small-shop",
        "name: ../small-shop",
        ':2: name: "../small-shop" is not a usable name; take letters, digits, - and _, at most 60 of them',
    ),
    _mistake(
        "a block that is a single value",
        "arrivals: {per_day: 100, peak_hour: 20}",
        "arrivals: 100",
        ":8: arrivals: needs a mapping, but is 100; write {key: value} or indented lines of `key: value`",
    ),
    _mistake(
        "a list that is a mapping",
        "  - {use: reader, share: 0.4}\n  - {use: impatient, share: 0.6, with: {patience_s: {lognormal: {median: 2, sigma: 0.5}}}}",
        "  reader: 0.4",
        ":17: personas: needs a list, but is a mapping; write [a, b] or lines that begin with `- `",
    ),
    # -- distributions ------------------------------------------------------------------------------------------------
    _mistake(
        "an unknown distribution",
        "{lognormal: {median: 2,",
        "{lognorml: {median: 2,",
        ':19: personas[1].with.patience_s: unknown distribution "lognorml"; did you mean "lognormal"?',
    ),
    _mistake(
        "a parameter of another distribution",
        "{median: 2, sigma: 0.5}",
        "{mean: 2, sigma: 0.5}",
        ':19: personas[1].with.patience_s.lognormal.mean: unknown key; did you mean "median"?',
    ),
    _mistake(
        "a negative spread",
        "sd: 200",
        "sd: -200",
        ":20: faults.clock_skew_ms.normal.sd: must be at least 0, but is -200; change it",
    ),
    _mistake(
        "the mean of a beta outside 0 and 1",
        "{patience_s: {lognormal: {median: 2, sigma: 0.5}}}",
        "{give_up: {beta: {mean: 1.2, concentration: 8}}}",
        ":19: personas[1].with.give_up.beta.mean: must be less than 1, but is 1.2; change it",
    ),
    _mistake(
        "a dial outside its range",
        "{patience_s: {lognormal: {median: 2, sigma: 0.5}}}",
        "{give_up: 1.4}",
        ":19: personas[1].with.give_up: must lie between 0 and 1, but is 1.4; change it",
    ),
    _mistake(
        "two distributions at once",
        "{lognormal: {median: 2, sigma: 0.5}}",
        "{lognormal: {median: 2, sigma: 0.5}, gamma: {mean: 2, shape: 1}}",
        ":19: personas[1].with.patience_s: names two distributions (lognormal and gamma); keep one",
    ),
    _mistake(
        "limits that leave nothing",
        "{lognormal: {median: 2, sigma: 0.5}}",
        "{lognormal: {median: 2, sigma: 0.5}, min: 90}",
        ":19: personas[1].with.patience_s: min and max leave nothing of the distribution; move them nearer to its centre",
    ),
    # -- shares and names ---------------------------------------------------------------------------------------------
    _mistake(
        "shares of personas",
        "{use: reader, share: 0.4}",
        "{use: reader, share: 0.3}",
        ":17: personas: the shares add up to 0.9, not 1; change them so that they do",
    ),
    _mistake(
        "shares of variants",
        "{name: b, share: 0.5}",
        "{name: b, share: 0.6}",
        ":10: variants: the shares add up to 1.1, not 1; change them so that they do",
    ),
    _mistake(
        "shares of devices",
        "{use: reader, share: 0.4}",
        "{use: reader, share: 0.4, with: {device: {desktop: 0.7, mobile: 0.2}}}",
        ":18: personas[0].with.device: the shares add up to 0.9, not 1; change them so that they do",
    ),
    _mistake(
        "a share above 1",
        "{name: b, share: 0.5}",
        "{name: b, share: 5}",
        ":10: variants: the shares add up to 5.5, not 1; change them so that they do",
        ":12: variants[1].share: must lie between 0 and 1, but is 5; change it",
    ),
    _mistake(
        "two variants of one name",
        "{name: b, share: 0.5}",
        "{name: a, share: 0.5}",
        ':12: variants[1].name: the name "a" stands already at variants[0].name; rename one of them',
    ),
    _mistake(
        "one persona twice",
        "{use: reader, share: 0.4}",
        "{use: reader, share: 0.2}\n  - {use: reader, share: 0.2}",
        ':19: personas[1].use: the name "reader" stands already at personas[0].use; give one of them a `name:` of its own, or add up their shares',
    ),
    _mistake(
        "an unknown persona",
        "{use: reader,",
        "{use: raeder,",
        ':18: personas[0].use: the library has no persona "raeder"; did you mean "reader"?',
    ),
    _mistake(
        "extending nobody",
        "{use: reader, share: 0.4}",
        "{name: mine, extends: raeder, share: 0.4}",
        ':18: personas[0].extends: there is no persona "raeder" to extend; did you mean "reader"?',
    ),
    _mistake(
        "extending in a circle",
        "  - {use: reader, share: 0.4}\n",
        "  - {name: a, extends: b, share: 0.2}\n  - {name: b, extends: a, share: 0.2}\n",
        ":18: personas[0].extends: a would extend itself, by way of b; let one of them extend another persona",
    ),
    _mistake(
        "using and extending at once",
        "{use: reader, share: 0.4}",
        "{use: reader, extends: comparer, share: 0.4}",
        ":18: personas[0]: has both `use` and `extends`; keep `use` (with `with:`), or `name` and `extends`",
    ),
    _mistake(
        "an unknown dial",
        "{patience_s: {lognormal",
        "{patience: {lognormal",
        ':19: personas[1].with.patience: unknown key; did you mean "patience_s"?',
    ),
    _mistake(
        "an unknown device",
        "devices: [mobile]",
        "devices: [phone]",
        ':14: defects[0].devices[0]: "phone" is not one of the choices; it is one of: desktop, tablet, mobile',
    ),
    _mistake(
        "a country by its name",
        "{use: reader, share: 0.4}",
        "{use: reader, share: 0.4, with: {country: Norway}}",
        ':18: personas[0].with.country: "Norway" is not a two-letter country code; write one such as DE',
    ),
    # -- times --------------------------------------------------------------------------------------------------------
    _mistake(
        "a day without its hour",
        "start: 2026-03-02T00:00:00Z",
        "start: 2026-03-02",
        ':6: start: "2026-03-02" lacks the time of day; write 2026-03-02T00:00:00Z',
    ),
    _mistake(
        "a time without its offset",
        "start: 2026-03-02T00:00:00Z",
        "start: 2026-03-02T00:00:00",
        ':6: start: "2026-03-02T00:00:00" lacks its offset from UTC; write 2026-03-02T00:00:00Z, or 2026-03-02T00:00:00+01:00',
    ),
    _mistake(
        "a day that is not in the calendar",
        "start: 2026-03-02T00:00:00Z",
        "start: 2026-02-30T00:00:00Z",
        ':6: start: "2026-02-30T00:00:00Z" is no day or hour of the calendar; correct it',
    ),
    _mistake(
        "the time of the wall clock",
        "start: 2026-03-02T00:00:00Z",
        "start: now",
        ':6: start: "now" is not a moment in time; write 2026-03-02T00:00:00Z',
    ),
    _mistake(
        "an unknown time zone",
        "Europe/Berlin",
        "Europe/Berln",
        ':7: timezone: "Europe/Berln" is not a time zone; did you mean "Europe/Berlin"?',
    ),
    _mistake(
        "from after until",
        "until: 2026-03-04T00:00:00Z",
        "until: 2026-03-02T12:00:00Z",
        ":14: defects[0].until: is not after `from`; swap or change them",
    ),
    _mistake(
        "over before it starts",
        "from: 2026-03-03T00:00:00Z, until: 2026-03-04T00:00:00Z",
        "until: 2026-03-01T00:00:00Z",
        ":14: defects[0].until: lies before the scenario's start, so it would never be seen; move it",
    ),
    _mistake(
        "a run of centuries",
        "per_day: 100",
        "per_day: 0.01",
        ":8: arrivals.per_day: 500 sessions would take 137 years; raise it, or ask for fewer",
    ),
    # -- the site -----------------------------------------------------------------------------------------------------
    _mistake("an unknown site", "site: shop", "site: shpo", ':3: site: there is no site "shpo"; did you mean "shop"?'),
    _mistake(
        "a folder without a site",
        "site: shop",
        "site: ./my-site",
        ':3: site: "./my-site" is not a site (there is no such folder; paths count from the scenario\'s folder); correct it',
    ),
    _mistake(
        "an unknown defect",
        "id: coupon-error",
        "id: coupon-eror",
        ':14: defects[0].id: the site shop has no defect "coupon-eror"; did you mean "coupon-error"?',
    ),
    _mistake(
        "an unknown defect in a variant",
        "[covered-continue]",
        "[coverd-continue]",
        ':11: variants[0].defects[0]: the site shop has no defect "coverd-continue"; did you mean "covered-continue"?',
    ),
    _mistake(
        "a defect where it cannot show",
        "id: coupon-error, devices: [mobile]",
        "id: tiny-menu, devices: [desktop]",
        ":14: defects[0].devices[0]: tiny-menu cannot show on desktop (it shows on: mobile); take desktop out",
    ),
    _mistake(
        "the same defect twice",
        "\ncampaigns:",
        "\n  - {id: coupon-error}\ncampaigns:",
        ":15: defects[1]: plants coupon-error again where defects[0] does already; merge the two",
    ),
    _mistake(
        "a landing page that is not there",
        "landing: /category",
        "landing: /categories",
        ':16: campaigns[0].landing: the site shop has no page "/categories"; did you mean "/category"?',
    ),
    _mistake(
        "a landing page that is a pattern",
        "landing: /category",
        "landing: /product/:id",
        ':16: campaigns[0].landing: "/product/:id" is a pattern, and people land at an address; write /product/mane',
    ),
    _mistake(
        "a recorded page that is not there",
        'pages: ["/", /checkout]',
        'pages: ["/", /chekout]',
        ':9: recorder.pages[1]: the site shop has no page "/chekout"; did you mean "/checkout"?',
    ),
    _mistake(
        "an unknown goal",
        "{use: reader, share: 0.4}",
        "{use: reader, share: 0.4, with: {goal: by}}",
        ':18: personas[0].with.goal: the site shop has no goal "by"; did you mean "buy"?',
    ),
    _mistake(
        "an unknown source",
        "source: paid",
        "source: ads",
        ':16: campaigns[0].source: "ads" is not one of the choices; it is one of: direct, organic, paid, email, social, referral',
    ),
    # -- expectations -------------------------------------------------------------------------------------------------
    _mistake(
        "an unknown detector",
        "detector: rage_click",
        "detector: rage_clicks",
        ':22: expect[0].detector: there is no detector "rage_clicks"; did you mean "rage_click"?',
    ),
    _mistake(
        "an unknown kind",
        "detector: rage_click,",
        "detector: rage_click, kind: rage,",
        ':22: expect[0].kind: there is no kind "rage"; it is one of: rage_click, dead_click, error_click, u_turn, back_loop, thrashed_cursor, hesitation, form_abandonment, field_struggle, scroll_hunt, missed_cta, skipped_cta, slow_load_exit',
    ),
    _mistake(
        "an unknown measure",
        "measure: recall",
        "measure: accuracy",
        ':22: expect[0].measure: "accuracy" is not one of the choices; it is one of: precision, recall, recall_observable, f1',
    ),
    _mistake(
        "an expectation of nothing", ", at_least: 0.8", "", ":22: expect[0]: expects nothing; add at_least or at_most"
    ),
    # -- YAML ---------------------------------------------------------------------------------------------------------
    _mistake(
        "a tab",
        "  - {name: b, share: 0.5}",
        "\t- {name: b, share: 0.5}",
        ":12: a tab is used as indentation; YAML wants spaces",
    ),
    _mistake(
        "a bracket left open",
        "defects: [covered-continue]}",
        "defects: [covered-continue}",
        ":11: the bracket opened on line 11 is not closed; add a comma or `]`",
    ),
    _mistake(
        "a quote left open",
        "landing: /category",
        'landing: "/category',
        ":16: a quote is opened here and never closed; close it",
    ),
    _mistake(
        "an alias of nothing",
        "seed: 7",
        "seed: *lucky",
        ":4: the alias *lucky stands for nothing; define &lucky above it, or quote the text",
    ),
    _mistake(
        "a tag that would run code",
        "seed: 7",
        "seed: !!python/object/apply:os.getpid []",
        ":4: the tag !!python/object/apply:os.getpid is not allowed; take it out and write the plain value",
    ),
    _mistake(
        "two documents",
        "personas:",
        "---\npersonas:",
        ":18: a second document begins here (`---`); keep one document a file",
    ),
    # -- all at once --------------------------------------------------------------------------------------------------
    _mistake(
        "several at once",
        "seed: 7\nsessions: 500",
        "sede: 7\nsessions: -1",
        ':4: sede: unknown key; did you mean "seed"?',
        ":5: sessions: must be at least 1, but is -1; change it",
    ),
)


def table() -> str:
    """The mistakes as a table in Markdown."""
    rows = ["| mistake | written | simbench says |", "| --- | --- | --- |"]
    for mistake in MISTAKES:
        written = _cell(mistake.wrong.strip().replace("\t", "⇥")) if mistake.wrong else f"no `{mistake.right.strip()}`"
        rows.append(f"| {mistake.name} | {written} | {'<br>'.join(_cell(FILE + said) for said in mistake.says)} |")
    return "\n".join(rows)


def _cell(text: str) -> str:
    """Code in a table's cell; a double fence of backticks, and a blank, where the text has single ones."""
    begin, end = ("`` ", " ``") if "`" in text else ("`", "`")
    return "<br>".join(f"{begin}{line.strip()}{end}" for line in text.replace("|", "\\|").splitlines())


def page_with_table(page: str) -> str:
    """`page` with the table between its marks made anew."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page_with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write(f"{len(MISTAKES)} mistakes written to {PAGE}\n")
