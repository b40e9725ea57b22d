"""The register has a validity longer than the law allowed on the day of issue (PRC115).

What it looks at:
    The validity of each permit, from its start (or its issue) to its end, against the longest that the law in force on
    the day of issue gives that kind of document.

Why it matters:
    An issuing system does not offer an unlawful validity. Somebody entered it by hand, and the register agrees with it.

What else it can be:
    - The law changed and a transitional provision applied; so it is taken where the application was lodged, or the
      permit issued, within 60 days of a day on which the law allowed that validity.
    - Remaining validity of the previous permit was added; so it is taken where the holder's permit before this one
      ran on after the issue, and its remainder explains the excess.
    - The policy pack does not have the law in force on that day.

When it is not applied:
    No policy pack, it sets no longest validity for that kind of document, or a date is missing.

What to check next:
    Read the article cited; ask for the decision in the file and the validity that was granted in it.

Source:
    Issuing state's law, topic maximum-validity of its policy pack.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from checks.law import law_of
from checks.office_time import office_time
from checks.prc.permits import WORK_PERMIT
from checks.prc.terms import number, years_later
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Applications lodged or permits issued so near to a change of the law may fall under the other one.
TRANSITION_DAYS = 60


def validity_longer_than_law(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit whose validity ends after the last day that the law allows."""
    permits = tables["permits"].select(
        *("permit_number", "kind", "office_id", "holder_id", "issued_at", "issued_at_offset", "applied_at"),
        *("valid_from", "valid_until"),
    )
    dated = office_time(permits.drop_nulls(["issued_at", "valid_until"]), tables, "issued_at").with_columns(
        pl.col("kind").fill_null(WORK_PERMIT), pl.col("issued_at_local").dt.date().alias("issued_on")
    )
    begins = pl.max_horizontal("issued_on", "valid_from")
    beyond = number(pl.col("valid_until")) > years_later(begins, pl.col("law_value"))
    lawful = law_of(dated, context, "maximum-validity", pl.col("kind"), pl.col("issued_on"))
    found = lawful.filter(beyond)
    days = dt.timedelta(days=int(context.threshold("PRC115", "transition_days", TRANSITION_DAYS)))
    near_days = (pl.col("applied_at").dt.date(), pl.col("issued_on") - days, pl.col("issued_on") + days)
    for place, day in enumerate(near_days):
        kept = found.rename({"law_value": "_value", "law_citation": "_citation"})
        near = law_of(kept, context, "maximum-validity", pl.col("kind"), day).drop("law_citation")
        found = near.rename({"law_value": f"near_{place}", "_value": "law_value", "_citation": "law_citation"})
    found = _before(found, tables)
    in_transition = number(pl.col("valid_until")) <= years_later(
        begins, pl.max_horizontal("near_0", "near_1", "near_2")
    )
    resumed = pl.max_horizontal(begins, "runs_on_until")
    added = number(pl.col("valid_until")) <= years_later(resumed, pl.col("law_value"))
    return flags(
        found,
        Cell(
            "permits",
            pl.col("permit_number"),
            "valid_until",
            pl.col("valid_until"),
            pl.format("at most {} years", pl.col("law_value").cast(pl.Int64)),
        ),
        "issued {}, valid from {} until {}; at most {} years ({})",
        pl.col("issued_on"),
        pl.col("valid_from"),
        pl.col("valid_until"),
        pl.col("law_value").cast(pl.Int64),
        pl.col("law_citation"),
        cause="valid_until",
        likely_innocent=pl.when(in_transition)
        .then(pl.lit("the law changed and a transitional provision applied"))
        .when(added)
        .then(pl.lit("remaining validity of the previous permit was added")),
    )


def _before(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """The rows with `runs_on_until`: the latest end of a permit of the same holder that was issued before."""
    holders = found.select("holder_id").drop_nulls().unique()
    others = tables["permits"].select("holder_id", "issued_at", "valid_until").join(holders, on="holder_id", how="semi")
    pairs = found.select("permit_number", "holder_id", "issued_at").join(others, on="holder_id", suffix="_before")
    last = (
        pairs.filter(pl.col("issued_at_before") < pl.col("issued_at"))
        .group_by("permit_number")
        .agg(pl.col("valid_until").max().alias("runs_on_until"))
    )
    return found.join(last, on="permit_number", how="left")


CHECK = RowCheck(
    code="PRC115",
    name="validity-longer-than-law",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.issued_at", "permits.valid_until"),
    innocent=(
        "the law changed and a transitional provision applied",
        "remaining validity of the previous permit was added",
        "the policy pack does not have the law in force on that day",
    ),
    next_check="Read the article cited; ask for the decision in the file and the validity that was granted in it",
    source="Issuing state's law, topic maximum-validity of its policy pack",
    thresholds=(("transition_days", TRANSITION_DAYS),),
    rule=validity_longer_than_law,
)
