"""Photographs that stand under two identities, and identities with two photographs at a time.

An identity is a holder number of the register, or a set of them that linkage found to be one person's. One query over
the whole register finds what comparing persons does not: one face under two names is never alike in name and birth
date, but it is the same fingerprint. Permits of one identity share a photograph as a matter of course, and a household
at one address shares none. A later photograph of one person is no conflict once the earlier one is too old to be used
again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

#: Days for which a photograph serves for further applications: "captured within the last six months" (ICAO Doc 9303-3
#: clause 3.9.1.2). Within them a second one needs a reason.
RECENT_DAYS = 180
#: Identities above which, at several offices, a photograph is a placeholder where none was taken.
PLACEHOLDER = 10
_OFFICES = 3

ONE_PHOTO = "one photograph, two identities"
TWO_PHOTOS = "two photographs, one identity"
#: Null `office_id`: not recorded. `permit_number` is the later permit, `office_id` its office.
CONFLICTS = pl.Schema(
    {
        "permit_number": pl.String(),
        "other_permit": pl.String(),
        "office_id": pl.String(),
        "kind": pl.String(),
        "basis": pl.String(),
    }
)


@dataclass(frozen=True, slots=True)
class Conflicts:
    """What contradicts itself about identities.

    Attributes:
        found: columns of CONFLICTS, by permit number.
        explained: how many pairs the register's own data explain, by reason.
    """

    found: pl.DataFrame
    explained: Mapping[str, int]


def conflicts(permits: pl.LazyFrame, explained: pl.DataFrame) -> Conflicts:
    """Permits that contradict an earlier one about who somebody is.

    Args:
        permits: `permit_number`, `issued_at` (instant), `office_id`, `holder_id`, `identity` (text), `photo_hash`. Rows
            without identity or photograph are in no conflict; of rows with one number, the one issued first counts.
        explained: `permit_number` and `reason` (an innocent cause) of permits whose photograph under a second holder is
            explained by the register's own data.
    """
    in_order = _involved(permits).sort("issued_at", "permit_number", "identity", "photo_hash", nulls_last=True)
    rows = in_order.unique("permit_number", keep="first", maintain_order=True)
    shared, changed = _several(rows, "photo_hash", "identity"), _several(rows, "identity", "photo_hash")
    photo, excused = _one_photo(shared, explained)
    # A photograph that is another's as well is told once, as that.
    two = _two_photos(changed, shared.select("photo_hash").unique())
    found = pl.concat([pl.DataFrame(schema=CONFLICTS), photo, two]).sort("permit_number", "other_permit", "kind")
    return Conflicts(found, excused)


def _involved(permits: pl.LazyFrame) -> pl.DataFrame:
    """Every permit of a photograph with several identities, or of an identity with several photographs."""
    known = permits.filter(pl.col("photo_hash").is_not_null() & pl.col("identity").is_not_null())
    # By hash and by the ends: texts of a million rows are compared in a quarter of the time.
    keys = known.select(pl.col("photo_hash", "identity").hash()).collect()
    of_several = [
        pl.col(one)
        .hash()
        .is_in(
            keys.group_by(one)
            .agg(pl.col(other).min().alias("least"), pl.col(other).max().alias("most"))
            .filter(pl.col("least") != pl.col("most"))[one]
            .implode()
        )
        for one, other in (("photo_hash", "identity"), ("identity", "photo_hash"))
    ]
    return known.filter(pl.any_horizontal(of_several)).collect()


def _several(permits: pl.DataFrame, of: str, what: str) -> pl.DataFrame:
    """Rows whose `of` stands with more than one `what`."""
    return permits.filter(pl.col(what).n_unique().over(of) > 1)


def _one_photo(rows: pl.DataFrame, explained: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    each = rows.unique(["photo_hash", "identity"], keep="first", maintain_order=True)
    counted = each.with_columns(
        pl.len().over("photo_hash").alias("identities"),
        pl.col("office_id").n_unique().over("photo_hash").alias("offices"),
    )
    first = counted.unique("photo_hash", keep="first", maintain_order=True)
    pairs = counted.join(first, on="photo_hash", suffix="_first", maintain_order="left").filter(
        pl.col("identity") != pl.col("identity_first")
    )
    nobodys = (pl.col("identities") > PLACEHOLDER) & (pl.col("offices") >= _OFFICES)
    reasons = explained.unique("permit_number", keep="first", maintain_order=True)
    told = pairs.join(reasons, on="permit_number", how="left").with_columns(
        pl.when(nobodys)
        .then(pl.lit("a placeholder stands where no photograph was taken"))
        .otherwise("reason")
        .alias("reason")
    )
    excused = dict(told.drop_nulls("reason").group_by("reason").len().sort("reason").iter_rows())
    basis = pl.format(
        "same photograph; {}; {} identities have it",
        pl.when(pl.col("holder_id") == pl.col("holder_id_first"))
        .then(pl.lit("one holder number"))
        .otherwise(pl.lit("holder numbers differ")),
        "identities",
    )
    found = told.filter(pl.col("reason").is_null())
    return _as_conflicts(found, pl.col("permit_number_first"), ONE_PHOTO, basis), excused


def _two_photos(rows: pl.DataFrame, swapped: pl.DataFrame) -> pl.DataFrame:
    own = rows.join(swapped, on="photo_hash", how="anti")
    before = own.with_columns(
        *(
            pl.col(name).shift(1).over("identity").alias(f"{name}_before")
            for name in ("permit_number", "holder_id", "photo_hash", "issued_at")
        ),
        (pl.int_range(pl.len()).over("identity", "photo_hash") > 0).alias("seen"),
    ).filter(pl.col("photo_hash") != pl.col("photo_hash_before"))
    days = (pl.col("issued_at") - pl.col("issued_at_before")).dt.total_days().alias("days")
    # From the second photograph back to the first: a person who has a new one does not go back.
    soon = (pl.col("days") <= RECENT_DAYS).fill_null(value=False)
    found = before.with_columns(days).filter(soon | pl.col("seen"))
    linked = pl.when(pl.col("holder_id") != pl.col("holder_id_before")).then(
        pl.lit("; holder numbers differ, taken for one person by linkage (twins are alike too)")
    )
    basis = (
        pl.when("seen")
        .then(
            pl.format("an earlier photograph returns after another, {} days later", pl.col("days").fill_null("unknown"))
        )
        .otherwise(pl.format("another photograph {} days later", "days"))
    ) + linked.otherwise(pl.lit(""))
    return _as_conflicts(found, pl.col("permit_number_before"), TWO_PHOTOS, basis)


def _as_conflicts(found: pl.DataFrame, other: pl.Expr, kind: str, basis: pl.Expr) -> pl.DataFrame:
    return found.select(
        "permit_number",
        other.alias("other_permit"),
        "office_id",
        pl.lit(kind).alias("kind"),
        basis.alias("basis"),
    ).cast(CONFLICTS)
