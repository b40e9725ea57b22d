"""One holder number stands on permits of two persons (DUP107).

What it looks at:
    Names and birth dates of all permits of each holder number. The person of the permit issued first has the number;
    each other person is named.

Why it matters:
    The holder number stands for one person, whose prints and face were taken once. A second person under it was never
    taken down, or came in by somebody's choice.

What else it can be:
    - The names or the birth date were entered otherwise; so it is taken where names and birth date are the same but for
      spelling or one slip.
    - A name was changed by law or marriage: nothing is said where the birth date is the same.
    - The holder number was entered wrongly; so it is taken where the person has a number one character away on another
      permit.

When it is not applied:
    The register has no holder numbers, or no birth dates.

What to check next:
    Compare the photographs and prints taken for the two permits.

Source:
    ICAO Doc 9303-2 appendix D.4 (one person, several identities); own rule on the register's key.
"""

from __future__ import annotations

import polars as pl

from checks.dup.people import PERSON, same_person
from checks.numbers import one_character_apart
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength


def holder_with_two_identities(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each person under a holder number that was another person's before."""
    keys = (
        tables["permits"]
        .drop_nulls(["holder_id", "birth_date"])
        .select("row", pl.col("holder_id").hash(), "birth_date")
    )
    ends = keys.group_by("holder_id").agg(
        pl.col("birth_date").min().alias("least"), pl.col("birth_date").max().alias("most")
    )
    rows = keys.join(ends.filter(pl.col("least") != pl.col("most")), on="holder_id", how="semi").select("row")
    permits = tables["permits"].select("row", "permit_number", "issued_at", *PERSON)
    in_order = permits.join(rows, on="row", how="semi").sort("issued_at", "row", nulls_last=True)
    each = in_order.unique(["holder_id", "birth_date"], keep="first", maintain_order=True)
    first = each.unique("holder_id", keep="first", maintain_order=True)
    pairs = each.join(first, on="holder_id", suffix="_first").filter(pl.col("row") != pl.col("row_first")).cache()
    same = same_person()
    found = pairs.join(_other_number(pairs, tables), on="row", how="left")
    return flags(
        found,
        Cell("permits", pl.col("permit_number"), "birth_date", pl.col("birth_date"), pl.col("birth_date_first")),
        "holder {} is {} {} here, and {} {} on a permit before",
        pl.col("holder_id"),
        pl.col("given_names"),
        pl.col("surname"),
        pl.col("given_names_first"),
        pl.col("surname_first"),
        cause="holder_id",
        hypothesis=pl.when(same | pl.col("number").is_not_null()).then(pl.lit(str(Hypothesis.CLERICAL))),
        likely_innocent=pl.when(same)
        .then(pl.lit("the names or the birth date were entered otherwise"))
        .when(pl.col("number").is_not_null())
        .then(pl.format("the holder number was entered wrongly: the person has {}", pl.col("number"))),
        also=[Cell("permits", pl.col("permit_number_first"), "birth_date", pl.col("birth_date_first"))],
    )


def _other_number(pairs: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """`row` of pairs whose person has a holder number one character away on another permit, and that, `number`."""
    person = ["surname", "given_names", "birth_date"]
    days = (
        tables["permits"].select(pl.col("holder_id").alias("number"), *person).join(pairs, on="birth_date", how="semi")
    )
    return (
        pairs.select("row", "holder_id", *person)
        .join(days.unique(), on=person)
        .filter(one_character_apart(pl.col("holder_id"), pl.col("number")))
        .group_by("row")
        .agg(pl.col("number").min())
    )


CHECK = RowCheck(
    code="DUP107",
    name="holder-with-two-identities",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.holder_id", "permits.birth_date", "permits.surname"),
    innocent=(
        "the names or the birth date were entered otherwise",
        "a name was changed by law or marriage",
        "the holder number was entered wrongly",
    ),
    next_check="Compare the photographs and prints taken for the two permits",
    source="ICAO Doc 9303-2 appendix D.4 (one person, several identities); own rule on the register's key",
    rule=holder_with_two_identities,
)
