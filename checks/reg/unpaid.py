"""Which permits the fee ledger does not pay for."""

from __future__ import annotations

import datetime as dt

import polars as pl

from checks.reg.days import day_of
from checks.reg.keys import refused, unknown
from checks.rows import Tables

#: A payment so many days after the issue may be of the next working day.
NEIGHBOURING = dt.timedelta(days=4)
#: Kinds for which nobody pays a fee of a permit.
_FREE = ("official-passport", "diplomatic-passport", "service-passport")


def charged(tables: Tables) -> pl.LazyFrame:
    """`row`, `office_id`, `on` (local day of issue) and keys of the permits issued for which a fee is due."""
    due = ~pl.col("kind").is_in(_FREE).fill_null(False) & (pl.col("status") != "void").fill_null(True)
    issued = tables["permits"].filter(due & pl.col("issued_at").is_not_null() & pl.col("office_id").is_not_null())
    keys = ("receipt_number", "application_id", "employer_id")
    return issued.select("row", "office_id", day_of("issued_at").alias("on"), *keys)


def unpaid(tables: Tables) -> pl.LazyFrame:
    """Permits without a fee of their own by the day of issue: `row`, `why`, `excused`.

    `why`: absent (none under its receipt or its application), late (paid after the day of issue), shared (another
    permit used the receipt first, and the ledger does not say that it is one for a group). `excused`: paid NEIGHBOURING
    days after the issue at the latest, or with a receipt for permits of one employer.
    """
    permits, fees = charged(tables), tables["fees"]
    paid = fees.filter(pl.col("waiver").is_null()).select(_key(), day_of("paid_at").alias("paid_on"))
    receipts = permits.filter(pl.col("receipt_number").is_not_null()).select("row", "on", _key())
    after = receipts.join(paid, on="_key").filter(pl.col("paid_on") > pl.col("on")).cache()
    first = (
        paid.join(after.select("_key"), on="_key", how="semi")
        .group_by("_key")
        .agg(pl.col("paid_on").min().alias("first"))
    )
    owed = after.join(first, on="_key").filter(pl.col("first") > pl.col("on"))
    late = owed.select("row", why=pl.lit("late"), excused=pl.col("first") <= pl.col("on") + NEIGHBOURING)
    absent = _absent(permits, tables).select("row", why=pl.lit("absent"), excused=pl.lit(False))
    return pl.concat([absent, late, _shared(permits, paid)]).unique("row", keep="first", maintain_order=True)


def _absent(permits: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    fees = tables["fees"]
    known = (fees.select("receipt_number"), refused(tables, "fees"))
    keys = permits.select("row", "receipt_number", "application_id")
    none = pl.concat([keys.filter(pl.col("receipt_number").is_null()), unknown(keys, "receipt_number", *known)]).cache()
    no_application = none.filter(pl.col("application_id").is_null())
    return pl.concat([no_application, unknown(none, "application_id", fees.select("application_id"))])


def _shared(permits: pl.LazyFrame, paid: pl.LazyFrame) -> pl.LazyFrame:
    receipts = permits.filter(pl.col("receipt_number").is_not_null())
    often = receipts.group_by(_key()).len().filter(pl.col("len") > 1)
    times = paid.join(often, on="_key", how="semi").group_by("_key").agg(pl.len().alias("times"))
    users = receipts.select("row", "on", "employer_id", _key()).join(times, on="_key").sort("on", "row")
    more = users.with_columns(
        (pl.col("employer_id").n_unique() == 1).over("_key").alias("excused"),
        pl.int_range(1, pl.len() + 1).over("_key").alias("turn"),
    ).filter(pl.col("turn") > pl.col("times"))
    return more.select("row", why=pl.lit("shared"), excused="excused")


def _key() -> pl.Expr:
    """The receipt's number as a hash; `keys` says why."""
    return pl.col("receipt_number").hash().alias("_key")
