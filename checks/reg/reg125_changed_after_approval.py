"""A field of a permit changed between two deliveries, after its approval, and not by order (REG125).

What it looks at:
    The fields of each permit in the register as it was delivered before, against the present delivery, and the entries
    of the access log that could explain the difference.

Why it matters:
    What was approved is what was applied for. Another name, photograph, employer or date put in afterwards turns an
    approval into a permit that nobody approved; workers have been recorded as departed so that their sponsors could
    bring others. Without an entry in the log it was changed past the system.

What else it can be:
    - It was corrected by order of another person; so it is taken where the log has the edit, and a ticket for that
      permit by another user in the 7 days before.
    - One character of a name or number was corrected; so it is taken for names, the occupation and the number of the
      passport, where one character is all that differs.
    - The row was touched in work on legacy data; so it is taken where the log has a clean-up or migration of it.
    - The whole column was converted; so it is taken where at least 20 permits, and one in ten, differ in that field. It
      is named once, with the first of them.
    - The log ends before the earlier delivery, and could not show the edit.

When it is not applied:
    There is no earlier delivery, or no access log. Passed over are fields that change in the ordinary course (status,
    hand-over, revocation, address, telephone), stations, clinics and numbers of examinations and tests, fields that
    were empty before, differences in capitals, blanks and marks, permits not yet approved in the earlier delivery, and
    numbers that stand on two rows.

What to check next:
    Ask who had the right to write to this table then, and compare with the application and the card.

Source:
    Maldives, 2008: 370 foreign workers of nine sponsors recorded as having left the country (press report).
"""

from __future__ import annotations

import datetime as dt
import functools
import operator

import polars as pl

from checks.reg.field_flags import FieldCell, flags_in_columns
from checks.reg.keys import having
from checks.reg.spelling import one_slip, plain
from checks.reg.traces import TIDYING, acts, ordered, tidied
from checks.rows import RowCheck, RowContext, Tables
from pipeline.types.findings import Hypothesis, Strength

#: Fields that do not change once a permit is approved.
FIELDS = (
    *("kind", "category", "occupation", "holder_id", "surname", "given_names", "birth_date", "sex", "nationality"),
    *("passport_number", "photo_hash", "application_id", "applied_at", "decided_at", "issued_at", "valid_from"),
    *("valid_until", "office_id", "entered_by", "approved_by", "printed_by", "employer_id", "agency_id"),
    *("receipt_number", "channel", "biometric_check"),
)
#: Fields in which one character is a slip; elsewhere it makes another thing of it.
_SPELT = ("surname", "given_names", "occupation", "passport_number")
#: So many permits, at such a share of all, that differ in one field are a column that was converted.
CONVERTED_PERMITS = 20
CONVERTED_SHARE = 0.1
_EDITS = ("edit", "override")
_NOW = "_now"
#: The clock of the log and that of the delivery may differ so much.
_CLOCKS = dt.timedelta(days=1)


def changed_after_approval(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit and field that is not what it was."""
    both = [field for field in FIELDS if context.has(f"permits.{field}", f"earlier.permits.{field}")]
    stamps = [one for one in ("decided_at", "issued_at") if context.has(f"earlier.permits.{one}")]
    approved = pl.any_horizontal(pl.col(stamps).is_not_null()) if stamps else pl.lit(True)
    pairs, schema = _pairs(tables, both, approved)
    permits = tables["earlier.permits"].select(pl.len().alias("permits"))
    most = pl.col("permits") * context.threshold("REG125", "converted_share", CONVERTED_SHARE)
    limit = pl.max_horizontal(most, pl.lit(context.threshold("REG125", "converted_permits", CONVERTED_PERMITS)))
    changes = _changes(pairs.join(permits, how="cross"), schema, limit)
    return _flags(_explained(changes, tables))


def _pairs(tables: Tables, fields: list[str], approved: pl.Expr) -> tuple[pl.LazyFrame, pl.Schema]:
    """Permits approved before that differ now: `permit_number`, the fields then and, by `_NOW`, now; their schema."""
    approvals = tables["earlier.permits"].filter(approved)
    before, now = (frame.select("permit_number", *fields) for frame in (approvals, tables["permits"]))
    mark = _fingerprint(fields)
    # Texts of both at once would take gigabytes: the rows that differ are found by their marks.
    was = before.with_columns(mark).join(now.select(mark), on="mark", how="anti").drop("mark").cache()
    changed = was.select("permit_number")
    numbers = having(before.select("permit_number"), "permit_number", changed)
    once = numbers.group_by("permit_number").len().filter(pl.col("len") == 1)
    pairs = (
        was.join(once.select("permit_number"), on="permit_number")
        .join(having(now, "permit_number", changed), on="permit_number", suffix=_NOW)
        .filter(pl.len().over("permit_number") == 1)
    )
    return pairs, now.collect_schema()


def _changes(pairs: pl.LazyFrame, schema: pl.Schema, limit: pl.Expr) -> pl.LazyFrame:
    """`permit_number`, `field`, what it `was`, what it is `now`; `converted`, in how many permits that field differs.

    Args:
        pairs: from `_pairs`.
        schema: of the fields.
        limit: from so many permits on a field is `converted`; then its first permit stands for all.
    """
    fields = [name for name in schema if name != "permit_number"]
    differ = [_differs(field, schema[field]).alias(f"_{field}") for field in fields]
    total = [pl.col(f"_{field}").sum().alias(f"_all_{field}") for field in fields]
    number = pl.col("permit_number")
    each = []
    for field in fields:
        mine, all_of_field = pl.col(f"_{field}"), pl.col(f"_all_{field}")
        kept = mine & ((all_of_field < limit) | (number == number.filter(mine).min()))
        cell = pl.struct(
            pl.lit(field).alias("field"),
            _text(field, schema[field]).alias("was"),
            _text(field + _NOW, schema[field]).alias("now"),
            pl.when(all_of_field >= limit).then(all_of_field).alias("converted"),
        )
        each.append((kept.alias(f"_{field}"), pl.when(mine).then(cell)))
    kept_only = (
        pairs.with_columns(differ)
        .with_columns(total)
        .with_columns(keep for keep, _ in each)
        .filter(pl.any_horizontal(pl.col(f"_{field}") for field in fields))
    )
    listed = kept_only.select(
        "permit_number", pl.concat_list(cell for _, cell in each).list.drop_nulls().alias("change")
    )
    long = listed.explode("change").unnest("change")
    return long.filter(plain(pl.col("was")).ne_missing(plain(pl.col("now"))))


def _differs(field: str, dtype: pl.DataType) -> pl.Expr:
    """Whether a field that was filled is another now; capitals make no difference."""
    was, now = pl.col(field), pl.col(field + _NOW)
    if dtype == pl.String:
        was, now = was.str.to_uppercase(), now.str.to_uppercase()
    return was.is_not_null() & was.ne_missing(now)


def _fingerprint(fields: list[str]) -> pl.Expr:
    """`mark`: the number and all these fields as one number."""
    hashes = (pl.col(name).hash(seed) for seed, name in enumerate(["permit_number", *fields]))
    return functools.reduce(operator.xor, hashes).alias("mark")


def _text(column: str, dtype: pl.DataType) -> pl.Expr:
    """A cell as `checks.rows` shows it."""
    if isinstance(dtype, pl.Datetime):
        return pl.col(column).dt.strftime("%Y-%m-%dT%H:%M:%S%:z")
    return pl.col(column).cast(pl.String)


def _explained(changes: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """The changes with the entry of the log that explains them, and the innocent cause that the register points to."""
    since = tables["earlier.snapshot"].select(pl.col("as_of").max())
    log = acts(tables, *_EDITS, *TIDYING)
    edits = ordered(log.filter(pl.col("act").is_in(_EDITS)), log).join(since, how="cross")
    late = edits.filter((pl.col("at") >= pl.col("as_of") - _CLOCKS).fill_null(True)).drop("as_of")
    # An edit that was ordered goes before one that was not, one of that very field before one that names none.
    ranked = late.sort("ticket_row", "act_row", nulls_last=True).select(
        pl.col("object_id").alias("permit_number"), "field", "act_row", "ticket_row", "user_id"
    )
    named = ranked.drop_nulls("field").unique(["permit_number", "field"], keep="first", maintain_order=True)
    general = ranked.filter(pl.col("field").is_null()).drop("field")
    general = general.unique("permit_number", keep="first", maintain_order=True)
    return (
        changes.join(named, on=["permit_number", "field"], how="left")
        .join(general, on="permit_number", how="left", suffix="_any")
        .with_columns(pl.coalesce(name, f"{name}_any").alias(name) for name in ("act_row", "ticket_row", "user_id"))
        .join(_tidied(log), on="permit_number", how="left")
        .join(tables["access_log"].select(pl.col("at").max().alias("log_end")), how="cross")
        .join(since, how="cross")
        .with_columns(_innocent())
    )


def _tidied(log: pl.LazyFrame) -> pl.LazyFrame:
    return tidied(log).select(pl.col("object_id").alias("permit_number"), pl.lit(True).alias("tidied"))


def _innocent() -> pl.Expr:
    spelt = pl.col("field").is_in(_SPELT) & one_slip(pl.col("was"), pl.col("now"))
    return (
        pl.when(pl.col("converted").is_not_null())
        .then(pl.format("the whole column was converted: {} permits differ", "converted"))
        .when(pl.col("ticket_row").is_not_null())
        .then(pl.lit("it was corrected by order of another person"))
        .when(pl.col("tidied"))
        .then(pl.lit("the row was touched in work on legacy data"))
        .when(spelt)
        .then(pl.lit("one character of a name or number was corrected"))
        .when(pl.col("log_end") < pl.col("as_of"))
        .then(pl.lit("the log ends before the earlier delivery"))
        .alias("innocent")
    )


def _flags(changes: pl.LazyFrame) -> pl.LazyFrame:
    number, field, edited = pl.col("permit_number"), pl.col("field"), pl.col("act_row").is_not_null()
    ticket = pl.when(pl.col("ticket_row").is_not_null()).then(pl.lit("with a ticket"))
    trace = (
        pl.when(edited)
        .then(pl.format("edited by {} {}", _shown("user_id"), ticket.otherwise(pl.lit("without a ticket"))))
        .otherwise(pl.lit("the access log has no edit of it"))
    )
    return flags_in_columns(
        changes,
        FieldCell("permits", number, field, pl.col("now"), pl.col("was")),
        pl.format("{} was {} in the delivery before and is {}; {}", field, pl.col("was"), _shown("now"), trace),
        permit=number,
        likely_innocent=pl.col("innocent"),
        strength=pl.when(pl.col("innocent").is_not_null())
        .then(int(Strength.WEAK))
        .when(edited)
        .then(int(Strength.MODERATE)),
        also=[
            FieldCell("earlier.permits", number, field, pl.col("was")),
            FieldCell("access_log", pl.col("act_row"), pl.lit("field"), field),
            FieldCell("access_log", pl.col("ticket_row"), pl.lit("action"), pl.lit("ticket")),
        ],
    )


def _shown(column: str) -> pl.Expr:
    return pl.col(column).fill_null("none")


CHECK = RowCheck(
    code="REG125",
    name="changed-after-approval",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "earlier.permits.permit_number", "access_log.at", "access_log.action"),
    innocent=(
        "It was corrected by order of another person",
        "One character of a name or number was corrected",
        "The row was touched in work on legacy data",
        "The whole column was converted",
        "The log ends before the earlier delivery",
    ),
    next_check="Ask who had the right to write to this table then, and compare with the application and the card",
    source="Maldives, 2008: 370 foreign workers of nine sponsors recorded as having left the country (press report)",
    thresholds=(("converted_permits", CONVERTED_PERMITS), ("converted_share", CONVERTED_SHARE)),
    rule=changed_after_approval,
)
