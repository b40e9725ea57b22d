"""Rows of permits that share one thing, and whether two of their holders are one person."""

from __future__ import annotations

import polars as pl

from checks.numbers import one_character_apart
from checks.rows import Tables

#: Who a row of permits is about.
PERSON = ("holder_id", "surname", "given_names", "birth_date")
#: Letters that transliterations neither leave out nor put in nor exchange for a vowel.
_HARD = "BCDFGJKLMNPQRSTVXZ"


def shared(tables: Tables, column: str, *more: str) -> pl.LazyFrame:
    """Rows of permits whose value stands with more than one holder, with PERSON and `more`."""
    # By hash: texts of a million rows are grouped in a quarter of the time.
    keys = (
        tables["permits"]
        .filter(pl.col(column).is_not_null() & pl.col("holder_id").is_not_null())
        .select("row", pl.col(column).hash().alias("key"), pl.col("holder_id").hash().alias("holder"))
    )
    ends = keys.group_by("key").agg(pl.col("holder").min().alias("least"), pl.col("holder").max().alias("most"))
    several = ends.filter(pl.col("least") != pl.col("most"))
    columns = dict.fromkeys(("row", "permit_number", "issued_at", column, *PERSON, *more))
    rows = keys.join(several, on="key", how="semi").select("row")
    return tables["permits"].select(*columns).join(rows, on="row", how="semi")


def against_first(rows: pl.LazyFrame, column: str) -> pl.LazyFrame:
    """Of each value's holders the earliest row, beside that of the holder who had it first, in columns `<name>_first`.

    The first holder has no row. `holders` counts them all.
    """
    in_order = rows.sort("issued_at", "row", nulls_last=True)
    each = in_order.unique([column, "holder_id"], keep="first", maintain_order=True)
    first = each.unique(column, keep="first", maintain_order=True)
    return (
        each.with_columns(pl.len().over(column).alias("holders"))
        .join(first, on=column, suffix="_first", maintain_order="left")
        .filter(pl.col("holder_id") != pl.col("holder_id_first"))
    )


def same_person(other: str = "_first") -> pl.Expr:
    """Whether the person of a row and that of the columns with the suffix are one, spelled or entered differently.

    One birth date with the same names in another order, or given names alike but for spelling, whatever the surname; or
    the same names with birth dates that differ in one of day, month and year, or with day and month exchanged.
    """
    names, names_there = _sorted_names(""), _sorted_names(other)
    given, given_there = pl.col("given_names"), pl.col(f"given_names{other}")
    bones, bones_there = _skeleton(given), _skeleton(given_there)
    spelled = (bones == bones_there) & (bones.str.len_chars() > 1) | one_character_apart(given, given_there)
    same_names = (names == names_there) & (names.str.len_chars() > 0)
    born, born_there = pl.col("birth_date"), pl.col(f"birth_date{other}")
    day, month = born.dt.day() == born_there.dt.day(), born.dt.month() == born_there.dt.month()
    year = born.dt.year() == born_there.dt.year()
    exchanged = (born.dt.day() == born_there.dt.month()) & (born.dt.month() == born_there.dt.day()) & year
    slip = (day & month) | (day & year) | (month & year) | exchanged
    return (((born == born_there) & (same_names | spelled)) | (slip & same_names)).fill_null(False)


def other_value_near(pairs: pl.LazyFrame, tables: Tables, column: str) -> pl.LazyFrame:
    """`row` of pairs in which one of the two holders has, on another permit, a value one character away: it, `near`."""
    wanted = pl.concat(
        [
            pairs.select("row", column, "holder_id"),
            pairs.select("row", column, pl.col("holder_id_first").alias("holder_id")),
        ]
    )
    values = tables["permits"].select("holder_id", pl.col(column).alias("near"))
    theirs = values.join(wanted, on="holder_id", how="semi").unique()
    return (
        wanted.join(theirs, on="holder_id")
        .filter(one_character_apart(pl.col(column), pl.col("near")))
        .group_by("row")
        .agg(pl.col("near").min())
    )


def _sorted_names(suffix: str) -> pl.Expr:
    whole = pl.concat_str([f"surname{suffix}", f"given_names{suffix}"], separator=" ", ignore_nulls=True)
    letters = whole.str.to_uppercase().str.normalize("NFKD").str.replace_all(r"\p{M}", "")
    return letters.str.extract_all(r"\p{L}+").list.sort().list.join(" ")


def _skeleton(given: pl.Expr) -> pl.Expr:
    """Hard consonants of the first given name, double ones written once."""
    first = given.str.to_uppercase().str.normalize("NFKD").str.split(" ").list.first()
    return first.str.replace_many([2 * letter for letter in _HARD], list(_HARD)).str.replace_all(f"[^{_HARD}]", "")
