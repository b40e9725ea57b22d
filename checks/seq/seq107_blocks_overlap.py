"""Two blocks of numbers overlap (SEQ107).

What it looks at:
    The blocks of numbers against one another: ranges of the same kind of number that share numbers.

Why it matters:
    A number that was allocated twice can be issued twice, and neither office's stock ledger will show it. As long as it
    stands, no other check can say whose a number of the shared part is.

What else it can be:
    - Stock was handed over from one office to another; so it is taken where the second allocation is later, and the
      first office issued no number of the shared part from that day on.
    - The block was entered again for a station of the same office, or on another day.

When it is not applied:
    The register has no blocks.

What to check next:
    Ask for the deeds of allocation of both blocks.

Source:
    ICAO Doc 9303-2 clause 4.3 and appendix D.3 (accounting for blank documents).
"""

from __future__ import annotations

import polars as pl

from checks.numbers import blocks, serials
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength


def blocks_overlap(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each block that shares numbers with one that stands above it in the register."""
    held = blocks(tables).cache()
    pairs = (
        held.join(held, on=["stem", "block"], suffix="_above")
        .filter(pl.col("block_row_above") < pl.col("block_row"))
        .with_columns(
            pl.max_horizontal("low", "low_above").alias("from"), pl.min_horizontal("high", "high_above").alias("to")
        )
        .filter(pl.col("from") <= pl.col("to"))
        .sort("block_row_above")
        .unique("block_row", keep="first", maintain_order=True)
        .cache()
    )
    one_office = pl.col("office_id") == pl.col("office_id_above")
    handed_over = pl.col("allocated_on") > pl.col("allocated_on_above")
    return flags(
        pairs.join(_used_on(pairs, tables), on="block_row", how="left"),
        Cell("blocks", pl.col("block_row"), "first_number", pl.col("first_number"), "numbers of no other block"),
        "shares {} numbers with the block from {}, offices {} and {}",
        pl.col("to") - pl.col("from") + 1,
        pl.col("first_number_above"),
        pl.col("office_id"),
        pl.col("office_id_above"),
        cause="first_number",
        likely_innocent=pl.when(one_office)
        .then(pl.lit("the block was entered again for a station of the same office, or on another day"))
        .when(handed_over & pl.col("used").is_null())
        .then(pl.lit("stock was handed over from one office to another")),
        also=[
            Cell("blocks", pl.col("block_row_above"), "first_number", pl.col("first_number_above")),
            Cell("blocks", pl.col("block_row_above"), "last_number", pl.col("last_number_above")),
        ],
    )


def _used_on(pairs: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """`block_row` of pairs in which the office above went on issuing shared numbers, and how many, `used`."""
    shared = pairs.filter(pl.col("office_id") != pl.col("office_id_above")).select(
        "block_row", "stem", "from", "to", pl.col("office_id_above").alias("office_id"), "allocated_on"
    )
    permits = tables["permits"].select("permit_number", "office_id", pl.col("issued_at").dt.date().alias("issued_on"))
    numbers = serials(permits.join(shared, on="office_id", how="semi"))
    used = numbers.join(shared, on=["stem", "office_id"]).filter(
        pl.col("serial").is_between("from", "to") & (pl.col("issued_on") >= pl.col("allocated_on"))
    )
    return used.group_by("block_row").agg(pl.len().alias("used"))


CHECK = RowCheck(
    code="SEQ107",
    name="blocks-overlap",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.CLERICAL,
    subject="blocks",
    needs=("blocks.first_number", "blocks.last_number"),
    innocent=(
        "stock was handed over from one office to another",
        "the block was entered again for a station of the same office, or on another day",
    ),
    next_check="Ask for the deeds of allocation of both blocks",
    source="ICAO Doc 9303-2 clause 4.3 and appendix D.3 (accounting for blank documents)",
    rule=blocks_overlap,
)
