"""Numbers of a block are neither permits nor recorded as void (SEQ103).

What it looks at:
    The numbers between the first and the last one used of each block, against permits and voids, and up to 5 numbers
    before the first one, or after the last one of a block from which its station has gone on to another. One finding
    for each gap; a gap of 10 numbers or more counts for more than a single one.

Why it matters:
    A blank that was neither issued nor recorded as spoiled is somewhere. Whoever has it can make a permit that is
    genuine in every respect but one.

What else it can be:
    - A misprint was not recorded as void, which is what most single gaps are.
    - The permit was not yet entered; so it is taken, and nothing is said, where a neighbour was issued within the last
      7 days of the delivery.
    - The numbers are the rest of another printer's part of the block; so it is taken where the permits before and after
      the gap were printed at different stations.
    - A number ahead of the others was entered wrongly; so it is taken where fewer than 3 numbers stand behind a gap of
      10 or more.

When it is not applied:
    The register has no blocks. Numbers that follow the last one used are stock, no gap; rows that were delivered but
    could not be taken are no gap. A block with more gaps than a twentieth of its numbers was not delivered whole and
    is passed over.

What to check next:
    Count the stock and ask for the destruction record of these numbers.

Source:
    ICAO Doc 9303-2 appendices A and D.3 (accounting for blank documents); limits are house values.
"""

from __future__ import annotations

import polars as pl

from checks.numbers import blocks, in_block
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Numbers missing together that are more than misprints.
MANY = 10
#: Days before the delivery in which permits may not yet have been entered.
POSTING = 7
#: Share of gaps among a block's numbers from which it was not delivered whole, and the gaps any block may have.
SHARE = 0.05
SOME = 5
#: Numbers behind a large gap that do not show that the block is used there.
FEW = 3


def numbers_missing(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each run of numbers without permit and void inside the used part of a block."""
    gaps = _gaps(tables).cache()
    share = context.threshold("SEQ103", "share", SHARE)
    whole = pl.len().over("block") <= pl.max_horizontal(pl.lit(SOME), pl.col("used") * share)
    permits = tables["permits"].select("row", "permit_number")
    newest = tables["permits"].select(pl.col("issued_at").max().alias("newest"))
    end = tables["snapshot"].select(pl.col("as_of").max()).join(newest, how="cross")
    posting = pl.duration(days=context.threshold("SEQ103", "posting_days", POSTING))
    found = (
        gaps.filter(whole)
        .join(end, how="cross")
        .filter((pl.col("last_issued") < pl.coalesce("as_of", "newest") - posting).fill_null(True))
        .with_columns(pl.coalesce("row_before", "row", "row_so_far").alias("at"))
        .join(permits, left_on="at", right_on="row")
        .join(tables["blocks"].select(pl.col("row").alias("block"), "first_number"), on="block")
        .with_columns(
            _text(pl.col("serial") - pl.col("missing")).alias("first"), _text(pl.col("serial") - 1).alias("last")
        )
    )
    two_stations = pl.col("station") != pl.col("station_before")
    many = pl.col("missing") >= context.threshold("SEQ103", "many", MANY)
    alone = pl.col("left") < FEW
    return flags(
        found,
        Cell("permits", pl.col("permit_number"), "permit_number", pl.col("permit_number"), pl.col("first")),
        "{} to {}: {} without permit or void",
        pl.col("first"),
        pl.col("last"),
        pl.col("missing"),
        cause="permit_number",
        permit=pl.when(pl.col("missing") == 1).then(pl.col("first")),
        strength=pl.when(many & ~alone & two_stations.not_().fill_null(True))
        .then(pl.lit(int(Strength.MODERATE)))
        .otherwise(pl.lit(int(Strength.WEAK))),
        likely_innocent=pl.when(many & two_stations)
        .then(pl.lit("the numbers are the rest of another printer's part of the block"))
        .when(many & alone)
        .then(pl.lit("a number ahead of the others was entered wrongly")),
        also=[Cell("blocks", pl.col("block"), "first_number", pl.col("first_number"))],
    )


def _gaps(tables: Tables) -> pl.LazyFrame:
    """Numbers of blocks after which `missing` numbers before them are not accounted for, with the number before."""
    numbers = in_block(_accounted(tables), tables).drop_nulls("block").drop("start").cache()
    ends = blocks(tables).group_by("block").agg(pl.col("stem").first(), pl.col("low").min(), pl.col("high").max())
    edges = pl.concat(
        [
            ends.select("block", "stem", (pl.col("low") - 1).alias("serial"), pl.lit("low").alias("edge")),
            ends.select("block", "stem", (pl.col("high") + 1).alias("serial"), pl.lit("high").alias("edge")),
        ]
    )
    in_order = pl.concat([numbers, edges], how="diagonal").sort("block", "serial", "row").with_row_index("index")
    step = pl.col("serial") - pl.col("serial").shift(1)
    before = ("row", "station", "edge", "issued_at")
    gaps = in_order.with_columns(
        pl.when(pl.col("block") == pl.col("block").shift(1)).then(step - 1).fill_null(0).alias("missing"),
        *(pl.col(name).shift(1).alias(f"{name}_before") for name in before),
        pl.col("row").forward_fill().alias("row_so_far"),
    ).filter(pl.col("missing") > 0)
    sizes = numbers.group_by("block").agg(pl.len().alias("used"))
    last = in_order.filter(pl.col("edge") == "high").select("block", pl.col("index").alias("end"))
    # A station that went on in another block has left this one behind.
    stations = numbers.group_by("stem", pl.col("station").alias("station_before")).agg(
        pl.col("issued_at").max().alias("went_on")
    )
    inside = pl.col("edge").is_null() & pl.col("edge_before").is_null()
    begun = pl.col("edge_before").is_not_null() & pl.col("edge").is_null()
    left_behind = pl.col("edge").is_not_null() & (pl.col("went_on") > pl.col("issued_at_before"))
    return (
        gaps.join(sizes, on="block")
        .join(last, on="block")
        .join(stations, on=["stem", "station_before"], how="left")
        .filter(inside | ((begun | left_behind) & (pl.col("missing") <= SOME)))
        .with_columns(
            pl.max_horizontal("issued_at", "issued_at_before").alias("last_issued"),
            (pl.col("end") - pl.col("index")).alias("left"),
        )
    )


def _accounted(tables: Tables) -> pl.LazyFrame:
    """Numbers of permits, of voids, and of rows of either that could not be taken; `row` is that of a permit."""
    permits = tables["permits"].select(
        "row", "permit_number", "issued_at", pl.col("station_id").fill_null("").hash().alias("station")
    )
    refused = tables["refused"].filter(pl.col("table").is_in(["permits", "voids"]))
    return pl.concat(
        [permits, tables["voids"].select("permit_number"), refused.select(pl.col("key").alias("permit_number"))],
        how="diagonal",
    )


def _text(serial: pl.Expr) -> pl.Expr:
    """A serial written as the neighbour's number is."""
    stem = pl.col("permit_number").str.strip_chars_end("0123456789")
    width = pl.col("permit_number").str.len_chars() - stem.str.len_chars()
    return stem + serial.cast(pl.String).str.zfill(width)


CHECK = RowCheck(
    code="SEQ103",
    name="numbers-missing",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "blocks.first_number", "blocks.last_number"),
    innocent=(
        "a misprint was not recorded as void",
        "the permit was not yet entered",
        "the numbers are the rest of another printer's part of the block",
        "a number ahead of the others was entered wrongly",
    ),
    next_check="Count the stock and ask for the destruction record of these numbers",
    source="ICAO Doc 9303-2 appendices A and D.3 (accounting for blank documents); limits are house values",
    thresholds=(("many", MANY), ("posting_days", POSTING), ("share", SHARE)),
    rule=numbers_missing,
)
