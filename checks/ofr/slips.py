"""Whether an officer's identifier is a slip of one character for a colleague's."""

from __future__ import annotations

import polars as pl

from checks.ofr.steps import KEY, STEPS
from checks.rows import Tables

#: Identifiers are compared up to this length.
_LONGEST = 24
#: An officer's identifier that stands on more such stamps of one office is no slip of the keyboard.
_RARE = 2


def one_character_off(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    """Whether two texts of one length differ in exactly one character; false where one is null."""
    differences = pl.sum_horizontal(
        (one.str.slice(place, 1) != other.str.slice(place, 1)).cast(pl.Int32) for place in range(_LONGEST)
    )
    return ((one.str.len_chars() == other.str.len_chars()) & (differences == 1)).fill_null(False)


def with_slip(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """The frame with `slip`: the colleague whose identifier was meant, null where nothing points to a slip.

    The access log decides where it has the step. Where it has not, a colleague who took the same step at the same
    office on that day is taken, if the officer's identifier is rare there.

    Args:
        found: few steps, as from `looked_up`.
        tables: has permits.
    """
    rare = pl.col("log_user").is_null() & (pl.len().over("officer", "office_id", "action") <= _RARE)
    colleagues = pl.concat(
        [
            tables["permits"]
            .select(
                pl.col("office_id").alias("asked"),
                pl.col(step.officer).alias("colleague"),
                pl.col(step.instant).dt.date().alias("on"),
            )
            .with_columns(pl.lit(step.action).alias("action"))
            for step in STEPS
        ]
    )
    near = one_character_off(pl.col("officer"), pl.col("colleague"))
    logged = pl.when(one_character_off(pl.col("officer"), pl.col("log_user"))).then("log_user")
    return (
        found.with_columns(pl.when(rare).then("office_id").alias("asked"), pl.col("at").dt.date().alias("on"))
        .join(colleagues, on=["asked", "on", "action"], how="left")
        .with_columns(pl.coalesce(logged, pl.when(near).then("colleague")).alias("slip"))
        .drop("asked", "on", "colleague")
        .sort("slip", nulls_last=True)
        .unique(KEY, keep="first", maintain_order=True)
    )
