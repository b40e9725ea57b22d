"""Permits name an office, officer, agency, clinic, station, receipt or examination that the register lacks (REG127).

What it looks at:
    The keys in each permit's columns against the tables they point into; one finding for each key that its table does
    not have, with the number of permits that name it and the first of them.

Why it matters:
    A key that leads nowhere cannot be checked: whoever is named there stays outside every comparison.

What else it can be:
    - One character of the key was entered wrongly; so it is taken where it stands on at most 2 permits and one slip
      lies between it and a key that is there.
    - The table was delivered in part; so it is taken where at least 20 keys of one column are not there, on one in ten
      of the permits that have one. They are named once, with the first of them.
    - The row was not yet entered when the register was copied; so it is taken where all permits with the key are of the
      last 14 days.

When it is not applied:
    None of these tables was delivered; a column whose table was not delivered is passed over. A key that was delivered
    but could not be taken is not called absent. Employers and applications have checks of their own.

What to check next:
    Look the key up in the table's own source, and see what the paper file says.

Source:
    DAMA International, Data Management Body of Knowledge, chapter on data quality (referential integrity).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl

from checks.declaration import NotApplicable
from checks.reg.days import day_of
from checks.reg.field_flags import FieldCell, flags_in_columns
from checks.reg.keys import refused, unknown
from checks.reg.spelling import near_keys
from checks.rows import RowCheck, RowContext, Tables
from pipeline.types.findings import Hypothesis, Strength

#: Column of permits -> table and its key column. Each has as many keys as a ministry has offices or officers, but the
#: last two, which have one for each permit: there a slip is not looked for.
_POINTS_TO = {
    "office_id": ("offices", "office_id"),
    "entered_by": ("officers", "officer_id"),
    "approved_by": ("officers", "officer_id"),
    "printed_by": ("officers", "officer_id"),
    "handed_by": ("officers", "officer_id"),
    "agency_id": ("agencies", "agency_id"),
    "clinic_id": ("clinics", "clinic_id"),
    "station_id": ("stations", "station_id"),
    "receipt_number": ("fees", "receipt_number"),
    "medical_id": ("medicals", "medical_id"),
}
_ONE_EACH = ("receipt_number", "medical_id")
#: A key on more permits is no slip of the keyboard.
RARE = 2
#: So many unknown keys, at such a share of the permits that name one, are a table that was delivered in part.
PARTIAL_KEYS = 20
PARTIAL_SHARE = 0.1
#: Days before the copy of the register in which a row may not have been entered.
LAG = dt.timedelta(days=14)


def key_not_in_register(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each key of a permit that its table does not have."""
    asked = {
        column: (table, key)
        for column, (table, key) in _POINTS_TO.items()
        if context.has(f"permits.{column}", f"{table}.{key}")
    }
    if not asked:
        raise NotApplicable("the register has none of the tables that permits point into")
    keys = _absent(tables, asked).cache()
    small = {to for column, to in asked.items() if column not in _ONE_EACH}
    known = [
        tables[table].select(pl.lit(table).alias("table"), pl.col(key).alias("key")) for table, key in sorted(small)
    ]
    rare = keys.filter((pl.col("permits") <= RARE) & ~pl.col("column").is_in(_ONE_EACH))
    # With an empty frame in front there is something to put together where only receipts and examinations are known.
    slips = near_keys(rare, pl.concat([keys.select("table", "key").head(0), *known]))
    as_of = tables["snapshot"].select(pl.col("as_of").max().dt.date())
    told = keys.join(slips, on=["table", "key"], how="left").join(as_of, how="cross")
    many = pl.len().over("column") >= context.threshold("REG127", "partial_keys", PARTIAL_KEYS)
    share = context.threshold("REG127", "partial_share", PARTIAL_SHARE)
    large = pl.col("permits").sum().over("column") >= pl.col("all") * share
    partial = told.sort("column", "since", "key", nulls_last=True).with_columns(
        (many & large).alias("partial"), pl.len().over("column").alias("keys")
    )
    return _flags(partial.filter(~pl.col("partial") | (pl.int_range(pl.len()).over("column") == 0)), context.today)


def _absent(tables: Tables, asked: Mapping[str, tuple[str, str]]) -> pl.LazyFrame:
    """The keys not there: `column`, `table`, `key`, `permits` with it, the first, `since` when, `all` of the column."""
    parts = []
    for column, (table, key) in asked.items():
        rows = tables["permits"].select("row", column)
        strangers = unknown(rows, column, tables[table].select(key), refused(tables, table))
        parts.append(strangers.select("row", column=pl.lit(column), table=pl.lit(table), key=pl.col(column)))
    named = tables["permits"].select(pl.col(list(asked)).count()).unpivot(variable_name="column", value_name="all")
    stamps = tables["permits"].select("row", "permit_number", "issued_at", "issued_at_offset")
    return (
        pl.concat(parts)
        .join(stamps, on="row")
        .sort("issued_at", "row", nulls_last=True)
        .group_by("column", "table", "key", maintain_order=True)
        .agg(pl.col("permit_number").first(), pl.len().alias("permits"), day_of("issued_at").min().alias("since"))
        .join(named, on="column")
    )


def _flags(keys: pl.LazyFrame, today: dt.date) -> pl.LazyFrame:
    column, key, table = pl.col("column"), pl.col("key"), pl.col("table")
    return flags_in_columns(
        keys,
        FieldCell("permits", pl.col("permit_number"), column, key, pl.format("a key of {}", table)),
        pl.format(
            "{} {} is not in the register's table {}; permits with it: {}", column, key, table, pl.col("permits")
        ),
        permit=pl.lit(None, pl.String),
        likely_innocent=pl.when(pl.col("partial"))
        .then(pl.format("the table was delivered in part: {} keys are not there", pl.col("keys")))
        .when(pl.col("near").is_not_null())
        .then(pl.format("one character of the key was entered wrongly: {} is there", pl.col("near")))
        .when(pl.col("since") > pl.coalesce("as_of", pl.lit(today)) - LAG)
        .then(pl.lit("the row was not yet entered when the register was copied")),
    )


CHECK = RowCheck(
    code="REG127",
    name="key-not-in-register",
    version=1,
    strength=Strength.WEAK,
    hypothesis=Hypothesis.CLERICAL,
    subject="permits",
    needs=("permits.permit_number",),
    innocent=(
        "One character of the key was entered wrongly",
        "The table was delivered in part",
        "The row was not yet entered when the register was copied",
    ),
    next_check="Look the key up in the table's own source, and see what the paper file says",
    source="DAMA International, Data Management Body of Knowledge, chapter on data quality (referential integrity)",
    thresholds=(("partial_keys", PARTIAL_KEYS), ("partial_share", PARTIAL_SHARE)),
    rule=key_not_in_register,
)
