"""The access log has a permit printed or handed out that the register does not have (REG121).

What it looks at:
    The number of each permit that the access log says was printed or handed out, against the numbers of the permits,
    of the voids and of the rows that were delivered but could not be taken.

Why it matters:
    A card that left the printer has its row, or the record of its destruction. Where there is neither, a card is in
    circulation that the register denies; certificates have been signed that no register ever recorded.

What else it can be:
    - The row is posted later; so it is taken for what was printed in the last 7 days before the register was copied, or
      before the log ends where nobody says when that was.
    - The log names the number wrongly; so it is taken where a permit of that officer and that minute has no entry of
      its own.
    - The number was corrected, or the row was removed, by order of another person; so it is taken where the log has the
      correction, or the removal with a ticket.
    - The permits were delivered in part; so it is taken where at least 20 such entries, and one in ten, are of permits
      that are not there.

When it is not applied:
    The register has no access log, or one without object numbers. Voided numbers are passed over.

What to check next:
    Ask for the print job and the counterfoil of this number, and who signed for the card.

Source:
    Belize, Auditor General, special audit of nationality, 2011-2013 (certificates signed and not recorded on the
    register).
"""

from __future__ import annotations

import polars as pl

from checks.reg.keys import having, refused, unknown
from checks.reg.traces import REMOVAL, acts, removals
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Within so many days before the copy a row may still be on its way.
POSTING_DAYS = 7
#: So many entries without a row, at such a share of all, are permits that were delivered in part.
PARTIAL_ENTRIES = 20
PARTIAL_SHARE = 0.1
#: Action of the log -> columns of the permit that say the same.
_STEPS = {"print": ("printed_by", "issued_at"), "hand": ("handed_by", "handed_at")}


def printed_without_row(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each number printed or handed out that no permit has."""
    found = _missing(tables)
    posting = pl.duration(days=int(context.threshold("REG121", "posting_days", POSTING_DAYS)))
    entries = pl.col("entries").sum()
    many = entries >= context.threshold("REG121", "partial_entries", PARTIAL_ENTRIES)
    share = entries >= pl.col("all") * context.threshold("REG121", "partial_share", PARTIAL_SHARE)
    return flags(
        found.with_columns((many & share).alias("partial")),
        Cell("access_log", pl.col("row"), "object_id", pl.col("object_id"), "a permit, or a void, with this number"),
        "{} of {} by {} at {}: the register has no such permit",
        pl.col("action"),
        pl.col("object_id"),
        pl.col("user_id"),
        pl.col("at"),
        cause="permit_number",
        permit=pl.col("object_id"),
        likely_innocent=pl.when(pl.col("partial"))
        .then(pl.lit("the permits were delivered in part"))
        .when(pl.col("at") >= pl.coalesce("as_of", "log_end") - posting)
        .then(pl.lit("the row is posted later"))
        .when(pl.col("corrected").is_not_null())
        .then(pl.format("the number was corrected to {}", "corrected"))
        .when(pl.col("ticket_row").is_not_null())
        .then(pl.lit("the row was removed by order of another person"))
        .when(pl.col("meant").is_not_null())
        .then(pl.format("the log names the number of {} wrongly", "meant")),
        also=[
            Cell("access_log", pl.col("act_row"), "action", pl.col("act")),
            Cell("access_log", pl.col("ticket_row"), "action", pl.lit("ticket")),
            Cell("permits", pl.col("meant"), "permit_number", pl.col("meant"), pl.col("object_id")),
        ],
    )


def _missing(tables: Tables) -> pl.LazyFrame:
    """The first entry of each number that no permit has, with what the register knows that could explain it."""
    log, permits = tables["access_log"], tables["permits"]
    about = pl.col("object_type").fill_null("permit") == "permit"
    made = log.filter(pl.col("action").is_in(list(_STEPS)) & about).select(
        "row", "at", "user_id", "action", "object_id"
    )
    numbers = permits.select("permit_number")
    voids = tables["voids"].select("permit_number")
    missing = unknown(made, "object_id", numbers, voids, refused(tables, "permits"), refused(tables, "voids")).cache()
    first = missing.sort("at", "row").unique("object_id", keep="first", maintain_order=True).cache()
    copied = tables["snapshot"].select(pl.col("as_of").max())
    return (
        _meant(first, made, tables)
        .join(_corrected(tables), on="object_id", how="left")
        .join(removals(acts(tables, *REMOVAL)), on="object_id", how="left")
        .join(missing.group_by("object_id").len("entries"), on="object_id")
        .join(copied, how="cross")
        .join(log.select(pl.col("at").max().alias("log_end")), how="cross")
        .join(made.select(pl.len().alias("all")), how="cross")
    )


def _meant(first: pl.LazyFrame, made: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """The entries with `meant`: a permit of the same officer and minute that no entry of the log names."""
    minute = [pl.col("at").dt.truncate("1m").alias("minute"), _moment("user_id", "at")]
    parts = []
    for action, (officer, instant) in _STEPS.items():
        entries = first.filter(pl.col("action") == action).with_columns(minute)
        stamps = tables["permits"].select("permit_number", officer, instant, _moment(officer, instant))
        same = stamps.join(entries.select("moment"), on="moment", how="semi").select(
            pl.col("permit_number").alias("meant"),
            pl.col(officer).alias("user_id"),
            pl.col(instant).dt.truncate("1m").alias("minute"),
        )
        parts.append(entries.join(same, on=["user_id", "minute"]).select("row", "action", "meant"))
    met = pl.concat(parts).cache()
    own = having(made.select("action", "object_id"), "object_id", met.select("meant")).rename({"object_id": "meant"})
    alone = met.join(own, on=["action", "meant"], how="anti")
    return first.join(alone.group_by("row").agg(pl.col("meant").min()), on="row", how="left")


def _moment(officer: str, instant: str) -> pl.Expr:
    """`moment`: officer and minute as one number."""
    return (pl.col(officer).hash() ^ pl.col(instant).dt.truncate("1m").hash(1)).alias("moment")


def _corrected(tables: Tables) -> pl.LazyFrame:
    """`object_id` of a permit whose number was changed, and the `corrected` number, which the register has."""
    edits = tables["access_log"].filter((pl.col("action") == "edit") & (pl.col("field") == "permit_number"))
    new = edits.select(pl.col("old").alias("object_id"), pl.col("new").alias("corrected")).drop_nulls()
    there = tables["permits"].select(pl.col("permit_number").alias("corrected"))
    there = there.join(new, on="corrected", how="semi")
    return new.join(there.unique(), on="corrected").unique("object_id", keep="any")


CHECK = RowCheck(
    code="REG121",
    name="printed-without-row",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="access_log",
    needs=("access_log.at", "access_log.action", "access_log.object_id", "permits.permit_number"),
    innocent=(
        "The row is posted later",
        "The log names the number wrongly",
        "The number was corrected, or the row was removed, by order of another person",
        "The permits were delivered in part",
    ),
    next_check="Ask for the print job and the counterfoil of this number, and who signed for the card",
    source="Belize, Auditor General, special audit of nationality, 2011-2013 (certificates signed and not recorded on "
    "the register)",
    thresholds=(
        ("posting_days", POSTING_DAYS),
        ("partial_entries", PARTIAL_ENTRIES),
        ("partial_share", PARTIAL_SHARE),
    ),
    rule=printed_without_row,
)
