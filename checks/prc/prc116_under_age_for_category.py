"""The holder was younger at the issue than the category allows (PRC116).

What it looks at:
    Date of birth and day of issue of each permit against the least age for its category in the law in force on that
    day.

Why it matters:
    The least age protects those who are sent. An office that knew the date and issued all the same put somebody at
    risk; the finding is a reason to look for the holder first, and goes to the protection desk.

What else it can be:
    - The category was coded wrongly; so it is taken where the application has another category, for which the holder
      is old enough.
    - Another document of the holder has another date of birth; so it is taken where that one is old enough.
    - The date of birth is an estimate; so it is taken where it is 1 January and less than a year is missing.
    - Day and month were exchanged; so it is taken where the holder is old enough by the exchanged date.

When it is not applied:
    No policy pack, or it has no least age for the category; the date of birth or of issue is missing.

What to check next:
    Find out where the holder is and whether they are safe; then ask for the proof of age in the file. Holders are not
    to be punished for what was done to them.

Source:
    Issuing state's law, topic minimum-age of its policy pack (article in the message); alleged in ACC v. nine (BMET,
    Bangladesh, 2025; a charge reported by a newspaper, outcome not known to us).
"""

from __future__ import annotations

import polars as pl

from checks.declaration import NotApplicable
from checks.law import law_of
from checks.office_time import office_time
from checks.prc.causes import clerical, first_of
from checks.prc.order import day_written
from checks.prc.permits import detailed, named
from checks.prc.slips import EXCHANGED
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

_COLUMNS = (
    *("permit_number", "office_id", "application_id", "holder_id", "category", "birth_date"),
    *("issued_at", "issued_at_offset"),
)


def under_age_for_category(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit whose holder was too young for its category."""
    if context.law is None:
        raise NotApplicable("no policy pack for this state")
    years = sorted({int(rule.value) for rule in context.law.rules if rule.topic == "minimum-age"})
    oldest = max(years, default=0)
    young = (
        tables["permits"]
        .filter(day_written("issued_at") - pl.col("birth_date") <= pl.duration(days=366 * oldest))
        .filter(pl.col("category").is_not_null())
        .select("row")
    )
    permits = office_time(detailed(young, tables, *_COLUMNS), tables, "issued_at").with_columns(
        pl.col("issued_at_local").dt.date().alias("issued_on")
    )
    lawful = law_of(permits, context, "minimum-age", named("category"), pl.col("issued_on"))
    found = lawful.filter(~_old_enough("birth_date", years))
    full = _with_others(_with_application(found, tables, context), tables)
    return _flags(full, years)


def _old_enough(born: str, years: list[int], least: str = "law_value") -> pl.Expr:
    """Whether somebody born then had the age on the day of issue; null where one of them is not known."""
    birthday = pl.coalesce(
        pl.lit(None, pl.Date),
        *(pl.when(pl.col(least) == one).then(pl.col(born).dt.offset_by(f"{one}y")) for one in years),
    )
    return birthday <= pl.col("issued_on")


def _with_application(found: pl.LazyFrame, tables: Tables, context: RowContext) -> pl.LazyFrame:
    """The permits with `applied_category` and `applied_least`, the category applied for and its least age."""
    asked = tables["applications"].select("application_id", named("category").alias("applied_category"))
    kept = found.rename({"law_value": "_value", "law_citation": "_citation"})
    joined = kept.join(asked, on="application_id", how="left")
    lawful = law_of(joined, context, "minimum-age", pl.col("applied_category"), pl.col("issued_on"))
    return lawful.drop("law_citation").rename(
        {"law_value": "applied_least", "_value": "law_value", "_citation": "law_citation"}
    )


def _with_others(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """The permits with `born_first`: the earliest date of birth in the holder's other permits."""
    others = (
        tables["permits"]
        .select("holder_id", "birth_date")
        .drop_nulls()
        .join(found.select("holder_id"), on="holder_id", how="semi")
        .group_by("holder_id")
        .agg(pl.col("birth_date").min().alias("born_first"))
    )
    return found.join(others, on="holder_id", how="left")


def _flags(found: pl.LazyFrame, years: list[int]) -> pl.LazyFrame:
    born = pl.col("birth_date")
    month, day = born.dt.month(), born.dt.day()
    exchanged = pl.date(born.dt.year(), pl.when(day <= 12).then(day), month).alias("exchanged")
    a_year_older = born.dt.offset_by("-1y").alias("a_year_older")
    rows = found.with_columns(exchanged, a_year_older)
    other_category = (pl.col("applied_category") != named("category")) & _old_enough(
        "birth_date", years, "applied_least"
    )
    other_date = (pl.col("born_first") != born) & _old_enough("born_first", years)
    estimate = (month == 1) & (day == 1) & _old_enough("a_year_older", years)
    innocent = first_of(
        (other_category, "the category was coded wrongly"),
        (other_date, "another document of the holder has another date of birth"),
        (estimate, "the date of birth is an estimate"),
        (_old_enough("exchanged", years), EXCHANGED),
    )
    return flags(
        rows.with_columns(innocent.alias("innocent")),
        Cell(
            "permits",
            pl.col("permit_number"),
            "birth_date",
            born,
            pl.format("at least {} years before the issue", pl.col("law_value").cast(pl.Int64)),
        ),
        "born {}, issued {}, {}: at least {} years ({})",
        born,
        pl.col("issued_on"),
        pl.col("category"),
        pl.col("law_value").cast(pl.Int64),
        pl.col("law_citation"),
        cause="birth_date",
        likely_innocent=pl.col("innocent"),
        hypothesis=clerical(pl.col("innocent")),
        also=[
            Cell("permits", pl.col("permit_number"), "category", pl.col("category")),
            Cell("permits", pl.col("permit_number"), "issued_at", pl.col("issued_at_local")),
        ],
    )


CHECK = RowCheck(
    code="PRC116",
    name="under-age-for-category",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.issued_at", "permits.birth_date", "permits.category"),
    innocent=(
        "the category was coded wrongly",
        "another document of the holder has another date of birth",
        "the date of birth is an estimate",
        "day and month were exchanged",
    ),
    next_check="Find out where the holder is and whether they are safe; then ask for the proof of age in the file",
    source="Issuing state's law, topic minimum-age of its policy pack (article in the message); alleged in ACC v. nine "
    "(BMET, Bangladesh, 2025; a charge reported by a newspaper, outcome not known to us)",
    protection=True,
    rule=under_age_for_category,
)
