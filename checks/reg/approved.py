"""What was approved for agencies and employers, and how much of it each permit used."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from checks.declaration import NotApplicable
from checks.reg.days import day_of
from checks.rows import Tables

#: What an approval may be for; an approval that leaves one of them empty holds for all.
SCOPE = ("agency_id", "employer_id", "category")
#: A permit of so many days before or after the period counts towards the approval.
EDGE = dt.timedelta(days=14)
#: What is left of an approval may be used within so many days after it.
CARRIED = dt.timedelta(days=92)
#: So many of the approvals, exceeded with their renewals and kept without, show that renewals do not count.
APART = 0.1
_OPEN_END = dt.date(9999, 1, 1)
_SPAN = ("key", "span")


@dataclass(frozen=True, slots=True)
class Level:
    """Approvals that name the same columns of SCOPE, in spans.

    Attributes:
        columns: what they name.
        steps: one row an approval: `key`, `span`, `from` (from when its quantity counts), `supply` (approved so far in
            the span), `approval_id`, `quantity`, and of the span `begins`, `ends`, `approved`; `step` numbers them.
    """

    columns: tuple[str, ...]
    steps: pl.LazyFrame


def levels(tables: Tables) -> list[Level]:
    """Approvals by what they name, those that name most first; one that names neither agency nor employer is none.

    Approvals of one scope whose periods overlap are one span, and their quantities are added up as they begin.

    Raises:
        NotApplicable: if no approval names an agency or an employer.
    """
    rows = tables["approvals"].drop_nulls(["quantity", "valid_from"])
    rows = rows.filter(pl.col("agency_id").is_not_null() | pl.col("employer_id").is_not_null())
    named = rows.select(pl.col(column).is_not_null() for column in SCOPE)
    # At most six rows: which columns the approvals of this register name.
    kinds = named.unique().collect().rows()
    if not kinds:
        raise NotApplicable("no approval names an agency or an employer")
    chosen = [tuple(column for column, has in zip(SCOPE, kind, strict=True) if has) for kind in kinds]
    return [_level(rows, columns) for columns in sorted(chosen, key=lambda columns: (-len(columns), columns[::-1]))]


def _level(rows: pl.LazyFrame, columns: tuple[str, ...]) -> Level:
    mine = rows.filter(pl.col(column).is_not_null() == (column in columns) for column in SCOPE)
    begins, so_far = pl.col("begins"), pl.col("ends").cum_max().shift(1).over("key")
    new = so_far.is_null() | (begins > so_far)
    reaching_back = pl.max_horizontal(begins - EDGE, so_far + pl.duration(days=1))
    steps = (
        mine.select(
            _key_of(columns),
            "approval_id",
            "quantity",
            pl.col("valid_from").alias("begins"),
            pl.col("valid_to").fill_null(_OPEN_END).alias("ends"),
        )
        .sort("key", "begins", "approval_id")
        .with_columns(
            new.cum_sum().over("key").alias("span"), pl.when(new).then(reaching_back).otherwise(begins).alias("from")
        )
        .with_columns(
            pl.col("quantity").cum_sum().over(_SPAN).alias("supply"),
            pl.col("quantity").sum().over(_SPAN).alias("approved"),
            begins.min().over(_SPAN),
            pl.col("ends").max().over(_SPAN),
        )
    )
    return Level(columns, steps.with_row_index("step"))


def _key_of(columns: tuple[str, ...]) -> pl.Expr:
    """`key`: these columns as one number."""
    return pl.struct(columns).hash().alias("key")


def beyond(tables: Tables) -> pl.LazyFrame:
    """The permits that no approval covers, though the register has approvals for their agency or employer on that day.

    A permit counts towards the narrowest approval that has room. `row` of the permit, and of the narrowest approval
    that had none: `approval_id`, `quantity`, its span's `begins`, `ends`, `approved`, `count` (the permit's place in
    the order of issue), `issued` (all permits that count towards it), `excess` (of these the permits beyond it so far),
    `renewals` (of all these), `on` (local day of issue), `left_before` and `left_after` (of the approval before and
    after it, null where there is none near enough), `apart` (whether this ministry seems not to count renewals).

    Raises:
        NotApplicable: if no approval names an agency or an employer.
    """
    issued = tables["permits"].filter((pl.col("status") != "void").fill_null(True) & pl.col("issued_at").is_not_null())
    renewal = (pl.col("channel") == "renewal").fill_null(False).alias("renewal")
    rest = issued.select("row", day_of("issued_at").alias("on"), renewal, *SCOPE)
    found = []
    for level in levels(tables):
        counting = _counting(rest, level).cache()
        spans = _spans(counting).cache()
        over = _beyond(counting, spans, level, tables).cache()
        covered = counting.select("row").join(over.select("row"), on="row", how="anti")
        rest = rest.join(covered, on="row", how="anti")
        found.append(over.join(_neighbours(spans, level), on=_SPAN))
    # Levels stand from the narrowest to the widest.
    first = pl.concat(found).unique("row", keep="first", maintain_order=True)
    return first.join(rest.select("row"), on="row", how="semi")


def _counting(permits: pl.LazyFrame, level: Level) -> pl.LazyFrame:
    """The permits that count towards an approval of the level: `row`, `on`, `renewal`, and their last `step`."""
    named = permits.filter(pl.col(column).is_not_null() for column in level.columns)
    mine = named.select("row", "on", "renewal", _key_of(level.columns)).join(
        level.steps.select("key"), on="key", how="semi"
    )
    begun = mine.sort("on").join_asof(
        level.steps.select("key", "span", "from", "supply", "ends", "step").sort("from"),
        left_on="on",
        right_on="from",
        by="key",
        check_sortedness=False,
    )
    inside = begun.filter(pl.col("on") <= pl.col("ends") + EDGE)
    return inside.select("row", "on", "renewal", "key", "span", "supply", "step")


def _spans(counting: pl.LazyFrame) -> pl.LazyFrame:
    """Spans in which permits were issued: `used`, how many, `renewals` of these, `least` that was approved for one."""
    return counting.group_by(_SPAN).agg(
        pl.len().cast(pl.Int64).alias("used"),
        pl.col("renewal").sum().cast(pl.Int64).alias("renewals"),
        pl.col("supply").min().alias("least"),
    )


def _beyond(counting: pl.LazyFrame, spans: pl.LazyFrame, level: Level, tables: Tables) -> pl.LazyFrame:
    """Of the permits those beyond the approvals, with `count`, `excess`, `issued` and `renewals`."""
    full = spans.filter(pl.col("used") > pl.col("least")).select(*_SPAN, pl.col("used").alias("issued"), "renewals")
    stamps = tables["permits"].select("row", "issued_at")
    ours = counting.join(full, on=_SPAN).join(stamps, on="row").sort("on", "issued_at", "row")
    counts = ours.with_columns(pl.int_range(1, pl.len() + 1).over(_SPAN).alias("count"))
    # What is beyond takes nothing from an approval that is added later, so it is the highest excess so far that counts.
    highest = (pl.col("count") - pl.col("supply")).cum_max().clip(lower_bound=0)
    excess = counts.with_columns(highest.over(_SPAN).alias("excess"))
    over = excess.filter((pl.col("excess") > pl.col("excess").shift(1, fill_value=0)).over(_SPAN))
    return over.join(level.steps.select("step", "approval_id", "quantity", "begins", "ends", "approved"), on="step")


def _neighbours(used: pl.LazyFrame, level: Level) -> pl.LazyFrame:
    """Of each span `left_before` and `left_after`: what the approval before and after it has left; `apart` of all."""
    periods = level.steps.select(*_SPAN, "begins", "ends", "approved").unique()
    spans = periods.join(used, on=_SPAN, how="left")
    left = (pl.col("approved") - pl.col("used").fill_null(0)).clip(lower_bound=0)
    kept_without = (pl.col("used") > pl.col("approved")) & (pl.col("used") - pl.col("renewals") <= pl.col("approved"))
    begins, ends = pl.col("begins"), pl.col("ends")
    return spans.sort("key", "begins").select(
        *_SPAN,
        pl.when(begins - ends.shift(1) <= CARRIED).then(left.shift(1)).over("key").alias("left_before"),
        pl.when(begins.shift(-1) - ends <= EDGE).then(left.shift(-1)).over("key").alias("left_after"),
        (kept_without.sum() >= pl.col("used").count() * APART).alias("apart"),
    )
