"""The date of issue stands elsewhere than the number in the order of the block (SEQ102).

What it looks at:
    The permits of one block and station twice in a row: by number and by date of issue. A permit is named when the date
    that stands at its place is more than 10 days away from its own, and its own is more than 5 places away. Blocks that
    a station used one after another are taken together.

Why it matters:
    Blanks are used up in the order of their numbers. A permit whose number lies among those of June and whose date is
    of April was printed in June; a date before the date of its own blank is a date that was chosen.

What else it can be:
    - Another printer used its own part of the block, or a batch was printed ahead; so it is taken where at least half
      of the six nearest numbers have dates near to this one.
    - A blank was left over and used up later; so it is taken where the date is later than the number.
    - The date was entered wrongly; so it is taken where exchanging day and month, or another year, brings it to its
      place or between the dates around it.
    - A character of the number was entered wrongly; so it is taken where the number next to the one that this station
      issued just before is unused, and differs by one slip.
    - The numbers of this block are not used in order, as after records were brought over from another system; then a
      tenth of the block or more is out of order, and none of it is named.

When it is not applied:
    The register has no dates of issue. Blocks of fewer than 20 permits at a station are passed over.

What to check next:
    Compare the print log and the stock ledger for this number with the date on the permit.

Source:
    Audit practice: gap and sequence tests (Nigrini, Forensic Analytics); limits are house values, rank difference
    within the block because a running maximum names every permit after one outlier.
"""

from __future__ import annotations

import polars as pl

from checks.numbers import in_block
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from checks.seq.missing import meant
from pipeline.types.findings import Hypothesis, Strength

#: Days between a permit's own date and the date at its place; batches for a week and a holiday stay within.
DAYS = 10
#: Places in the order that an expedited permit or a parallel printer may jump.
PLACES = 5
#: Share of a block out of order from which its numbers are not used in order at all.
SHARE = 0.1
#: Fewest permits of a block and station whose order says something.
FEWEST = 20
#: How near a date must come to its place for a slip to explain it, in days.
NEAR = 3
#: Microseconds.
_DAY = 86_400_000_000
_JUDGED = ("row", "issued_at", "at_place", "early", "slip")


def date_against_number_order(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit whose place by date differs from its place by number."""
    days = pl.duration(days=context.threshold("SEQ102", "days", DAYS))
    placed = _by_place(tables, int(context.threshold("SEQ102", "places", PLACES))).cache()
    off = pl.col("issued_at") - pl.col("at_place")
    early = (pl.col("issued_at") < pl.col("lower")) & (off < -days)
    late = (pl.col("issued_at") > pl.col("upper")) & (off > days)
    apart = placed.filter(early | late).with_columns(early.alias("early"), _slip().alias("slip"))
    sizes = placed.group_by("group").len("size")
    share = context.threshold("SEQ102", "share", SHARE)
    few = apart.join(sizes, on="group").filter(
        (pl.col("size") >= FEWEST) & (pl.len().over("group") < pl.col("size") * share)
    )
    judged = _among_neighbours(few, placed, days).cache()
    permits = tables["permits"].select("row", "permit_number", pl.col("issued_at").alias("issued"))
    places = tables["permits"].select("row", "permit_number", "kind", "office_id", "station_id", "issued_at")
    found = (
        judged.join(permits, on="row")
        .join(permits, left_on="row_near", right_on="row", suffix="_near")
        .join(meant(places.join(judged, on="row", how="semi"), tables), on="row", how="left")
    )
    return flags(
        found,
        Cell("permits", pl.col("permit_number"), "issued_at", pl.col("issued_at"), pl.col("at_place").dt.date()),
        "issued on {}, while numbers next to it were issued about {}",
        pl.col("issued_at").dt.date(),
        pl.col("at_place").dt.date(),
        cause="issued_at",
        likely_innocent=pl.when(pl.col("agreeing") >= 3)
        .then(pl.lit("another printer used its own part of the block, or a batch was printed ahead"))
        .when("slip")
        .then(pl.lit("the date was entered wrongly"))
        .when(pl.col("meant").is_not_null())
        .then(
            pl.format("a character of the number was entered wrongly: {} is unused and next in line", pl.col("meant"))
        )
        .when(~pl.col("early"))
        .then(pl.lit("a blank was left over and used up later")),
        also=[Cell("permits", pl.col("permit_number_near"), "issued_at", pl.col("issued_near"))],
    )


def _among_neighbours(apart: pl.LazyFrame, placed: pl.LazyFrame, days: pl.Expr) -> pl.LazyFrame:
    """Rows with `agreeing`, how many of the six nearest numbers have dates so near, and the row of the first one."""
    own, index = apart.select(*_JUDGED, "group", "index"), pl.col("index").cast(pl.Int64)
    return (
        own.with_columns((index + pl.int_ranges(-3, 4)).alias("near"))
        .explode("near")
        .join(placed.select(index.alias("near"), "group", "row", "issued_at"), on=["near", "group"], suffix="_near")
        .filter(pl.col("row") != pl.col("row_near"))
        .group_by(_JUDGED)
        .agg(
            ((pl.col("issued_at_near") - pl.col("issued_at")).abs() <= days).sum().alias("agreeing"),
            pl.col("row_near").sort_by("near").first(),
        )
    )


def _by_place(tables: Tables, places: int) -> pl.LazyFrame:
    """Permits by group and number, with `at_place`: the date of the permit at the same place by group and date.

    `lower` and `upper` are the dates so many places before and after it, null beyond the group.
    """
    station = pl.when(pl.col("station_id").is_not_null()).then(pl.col("station_id").hash())
    numbers = in_block(
        tables["permits"]
        .drop_nulls("issued_at")
        .select("row", "permit_number", "issued_at", station.alias("station"), pl.col("office_id").hash()),
        tables,
    )
    # Numbers that no block holds are in order among those of their office.
    block = pl.struct("stem", pl.coalesce(pl.col("block").cast(pl.UInt64), "office_id"), "station").hash()
    chain = pl.when(pl.col("station").is_not_null()).then(pl.struct("stem", "station").hash())
    rows = numbers.select("row", "serial", "issued_at", block.alias("block"), chain.alias("chain")).cache()
    used = _in_turn(rows)
    grouped = rows.join(used, on="block").select("row", "serial", "issued_at", "group", "turn").cache()
    by_date = grouped.select(pl.col("group").alias("group_there"), pl.col("issued_at").alias("at_place")).sort(
        "group_there", "at_place"
    )

    def shifted(step: int) -> pl.Expr:
        return pl.when(pl.col("group_there").shift(step) == pl.col("group_there")).then(pl.col("at_place").shift(step))

    dates = by_date.select("at_place", shifted(places).alias("lower"), shifted(-places).alias("upper"))
    by_number = grouped.sort("group", "turn", "serial", "row").drop("turn")
    return pl.concat([by_number, dates], how="horizontal").with_row_index("index")


def _in_turn(rows: pl.LazyFrame) -> pl.LazyFrame:
    """`group` of each `block` and its `turn` within: blocks that a station used one after another are one group."""
    day = pl.col("issued_at").to_physical() / _DAY
    used = rows.group_by("block").agg(
        pl.col("chain").first(), day.mean().alias("turn"), day.std().fill_null(0).alias("spread")
    )
    ends = (pl.col("turn") + pl.col("spread")).shift().over("chain")
    beside = pl.col("turn") - pl.col("spread") < ends - DAYS
    in_turn = pl.col("chain").is_not_null() & ~beside.fill_null(False).any().over("chain")
    return used.sort("chain", "turn", "block").select(
        "block", "turn", pl.when(in_turn).then("chain").otherwise("block").alias("group")
    )


def _slip() -> pl.Expr:
    """Whether exchanging day and month, or another year, brings the date to its place or between those around it."""
    day = pl.col("issued_at").dt.date()
    exchanged = pl.format("{}-{}-{}", day.dt.year(), day.dt.day(), day.dt.month()).str.to_date("%Y-%m-%d", strict=False)
    meant = (exchanged, day.dt.offset_by("1y"), day.dt.offset_by("-1y"))
    near = [(one - pl.col("at_place").dt.date()).dt.total_days().abs() <= NEAR for one in meant]
    among = [one.is_between(pl.col("lower").dt.date(), pl.col("upper").dt.date()) for one in meant]
    return pl.any_horizontal(test.fill_null(value=False) for test in (*near, *among))


CHECK = RowCheck(
    code="SEQ102",
    name="date-against-number-order",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.issued_at"),
    innocent=(
        "another printer used its own part of the block, or a batch was printed ahead",
        "a blank was left over and used up later",
        "the date was entered wrongly",
        "a character of the number was entered wrongly",
        "the numbers of this block are not used in order",
    ),
    next_check="Compare the print log and the stock ledger for this number with the date on the permit",
    source="Audit practice: gap and sequence tests (Nigrini, Forensic Analytics); limits are house values",
    thresholds=(("days", DAYS), ("places", PLACES), ("share", SHARE)),
    rule=date_against_number_order,
)
