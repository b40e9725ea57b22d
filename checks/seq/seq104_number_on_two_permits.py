"""One permit number stands on two permits (SEQ104).

What it looks at:
    Permit numbers that stand in the register more than once, capitals, blanks and hyphens aside. Each row after the one
    issued first is named.

Why it matters:
    A number names one blank. Two persons under one number means that one of the two permits was made on a blank that
    the stock does not know, or that one row was written over another.

What else it can be:
    - It was issued again to the same holder or for the same application: nothing is said where one of the two is void,
      revoked or expired; it is taken for a weak sign where both are in force.
    - A character of the number was entered wrongly; so it is taken where the number next to the one that this station
      issued just before is unused, and differs by one slip.
    - The row was entered or delivered twice; so it is taken where holder, application and date of issue are the same.

When it is not applied:
    The register has no permit numbers.

What to check next:
    Ask for both application files and compare the numbers on the cards as handed out.

Source:
    ICAO Doc 9303-4 clause 4.1 (document number: unique); 9303-2 appendix D.3 (accounting for blank documents).
"""

from __future__ import annotations

import polars as pl

from checks.numbers import serials
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from checks.seq.missing import meant
from pipeline.types.findings import Hypothesis, Strength

_PERSON = ("holder_id", "passport_number", "application_id")
_COLUMNS = ("row", "permit_number", "kind", "issued_at", "office_id", "station_id", "status", "surname", "given_names")
_IN_FORCE_NO_LONGER = ("void", "revoked", "expired")


def number_on_two_permits(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each row whose number stands on a permit issued before it."""
    numbers = serials(tables["permits"].select("row", "permit_number")).cache()
    again = numbers.group_by("stem", "serial").len().filter(pl.col("len") > 1)
    rows = (
        tables["permits"]
        .select(*_COLUMNS, *_PERSON, "birth_date")
        .join(numbers.join(again, on=["stem", "serial"], how="semi"), on="row")
        .sort("issued_at", "row", nulls_last=True)
        .cache()
    )
    first = rows.unique(["stem", "serial"], keep="first", maintain_order=True)
    pairs = rows.join(first, on=["stem", "serial"], suffix="_first").filter(pl.col("row") != pl.col("row_first"))
    slips = meant(rows, tables)
    judged = pairs.join(slips, on="row", how="left").join(
        slips.rename({"row": "row_first", "meant": "meant_first"}), on="row_first", how="left"
    )
    no_longer = pl.any_horizontal(
        pl.col(column).is_in(_IN_FORCE_NO_LONGER).fill_null(False) for column in ("status", "status_first")
    )
    same = pl.any_horizontal(_same(column) for column in _PERSON) | (
        _same("surname") & _same("given_names") & _same("birth_date")
    )
    twice = _same("holder_id") & _same("application_id") & _same("issued_at")
    slip = pl.coalesce("meant", "meant_first")
    return flags(
        judged.filter(~(same & no_longer)),
        Cell("permits", pl.col("permit_number"), "holder_id", pl.col("holder_id"), pl.col("holder_id_first")),
        "rows {} and {} have one number, issued on {} and {}",
        pl.col("row_first"),
        pl.col("row"),
        pl.col("issued_at_first").dt.date(),
        pl.col("issued_at").dt.date(),
        cause="permit_number",
        hypothesis=pl.when(twice | slip.is_not_null()).then(pl.lit(str(Hypothesis.CLERICAL))),
        likely_innocent=pl.when(twice)
        .then(pl.lit("the row was entered or delivered twice"))
        .when(same)
        .then(pl.lit("it was issued again to the same holder or for the same application"))
        .when(slip.is_not_null())
        .then(pl.format("a character of the number was entered wrongly: {} is unused and next in line", slip)),
        also=[Cell("permits", pl.col("permit_number_first"), "issued_at", pl.col("issued_at_first"))],
    )


def _same(column: str) -> pl.Expr:
    return (pl.col(column) == pl.col(f"{column}_first")).fill_null(False)


CHECK = RowCheck(
    code="SEQ104",
    name="number-on-two-permits",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number",),
    innocent=(
        "it was issued again to the same holder or for the same application",
        "a character of the number was entered wrongly",
        "the row was entered or delivered twice",
    ),
    next_check="Ask for both application files and compare the numbers on the cards as handed out",
    source="ICAO Doc 9303-4 clause 4.1 (document number: unique); 9303-2 appendix D.3 (accounting for blank documents)",
    rule=number_on_two_permits,
)
