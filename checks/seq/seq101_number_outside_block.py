"""The number lies outside every block of numbers that was allocated to the issuing office (SEQ101).

What it looks at:
    The number of each permit against the blocks of numbers of the office that issued it.

Why it matters:
    Blanks are accounted for by number. A permit of one office that bears a number of another office's stock, or of
    nobody's, was printed on a blank that this office never had, or was numbered by hand.

What else it can be:
    - Stock was handed over from one office to another; so it is taken where a block of this office that holds the
      number was allocated after the issue, or where this office issued at least 20 numbers of the same block.
    - The office was entered wrongly; so it is taken where the station that printed it stands in the office that holds
      the block.
    - A character of the number was entered wrongly; so it is taken where the number next to the one that this station
      issued just before is unused, and differs by one slip.

When it is not applied:
    The register has no blocks, or no block of the same kind of number as the permit's.

What to check next:
    Ask the stock ledger of both offices who had the blank with this number on that day.

Source:
    ICAO Doc 9303-2 clause 4.3 and appendix D.3 (accounting for blank documents).
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from checks.numbers import blocks, in_block, stretches
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from checks.seq.missing import meant
from pipeline.types.findings import Hypothesis, Strength

#: Permits of one office from one foreign block; so many are stock handed over, not a blank borrowed.
HANDED_OVER = 20


def number_outside_block(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit whose number no block of its office holds."""
    rows = _outside(tables)
    stations = tables["stations"].select("station_id", pl.col("office_id").alias("printed_in"))
    most = context.threshold("SEQ101", "handed_over", HANDED_OVER)
    return flags(
        rows.join(meant(rows, tables), on="row", how="left")
        .join(stations, on="station_id", how="left")
        .with_columns(pl.len().over("office_id", "block_row").alias("from_block")),
        Cell(
            "permits",
            pl.col("permit_number"),
            "permit_number",
            pl.col("permit_number"),
            pl.format("a number of office {}", "office_id"),
        ),
        "number of office {}, issued by office {} on {}",
        pl.col("holder"),
        pl.col("office_id"),
        pl.col("issued_on"),
        cause="permit_number",
        likely_innocent=pl.when(pl.col("own_from").is_not_null())
        .then(pl.format("the block was allocated to the office later, on {}", pl.col("own_from")))
        .when(pl.col("block_row").is_not_null() & (pl.col("from_block") >= most))
        .then(pl.lit("stock was handed over from one office to another"))
        .when(pl.col("printed_in") == pl.col("holder"))
        .then(pl.lit("the office was entered wrongly"))
        .when(pl.col("meant").is_not_null())
        .then(
            pl.format("a character of the number was entered wrongly: {} is unused and next in line", pl.col("meant"))
        ),
        also=[Cell("blocks", pl.col("block_row"), "first_number", pl.col("first_number"))],
    )


def _outside(tables: Tables) -> pl.LazyFrame:
    """Permits with a number outside the blocks that their office had by then.

    `own_from`: day from which it had the block, where it got it later; `holder`, `block_row`, `first_number`: the block
    of another office.
    """
    held = stretches(tables).with_columns(pl.col("office_id").hash().alias("office"))
    own = held.group_by("stem", "start", "office").agg(
        pl.col("allocated_on").fill_null(dt.date.min).min().alias("own_from")
    )
    permits = tables["permits"].drop_nulls("office_id")
    office, issued_on = pl.col("office_id").hash().alias("office"), pl.col("issued_at").dt.date().alias("issued_on")
    outside = (
        in_block(permits.select("row", "permit_number", office, issued_on), tables)
        .join(own, on=["stem", "start", "office"], how="left")
        .filter(pl.col("own_from").is_null() | (pl.col("own_from") > pl.col("issued_on")))
        .join(blocks(tables), on="stem", how="semi")
        .cache()
    )
    holders = held.sort("block_row").unique(["stem", "start", "office"], keep="first", maintain_order=True)
    foreign = outside.join(
        holders.select("stem", "start", "block_row", "first_number", pl.col("office_id").alias("holder"), "office"),
        on=["stem", "start"],
        suffix="_of_block",
    ).filter(pl.col("office") != pl.col("office_of_block"))
    first = foreign.sort("block_row").unique("row", keep="first").select("row", "block_row", "first_number", "holder")
    found = outside.select("row", "own_from", "issued_on").join(first, on="row", how="left")
    return permits.select("row", "permit_number", "kind", "office_id", "station_id", "issued_at").join(found, on="row")


CHECK = RowCheck(
    code="SEQ101",
    name="number-outside-block",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.office_id", "blocks.first_number", "blocks.last_number"),
    innocent=(
        "stock was handed over from one office to another",
        "the office was entered wrongly",
        "a character of the number was entered wrongly",
    ),
    next_check="Ask the stock ledger of both offices who had the blank with this number on that day",
    source="ICAO Doc 9303-2 clause 4.3 and appendix D.3 (accounting for blank documents)",
    thresholds=(("handed_over", HANDED_OVER),),
    rule=number_outside_block,
)
