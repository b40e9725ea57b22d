"""Identities of a register: what contradicts itself, and what permits share; linkage only where it was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from checks.rows import Tables
from flows.rows import RowRun, flag_files
from pipeline import linkage
from pipeline.audit.identities import CONFLICTS, ONE_PHOTO, Conflicts, conflicts
from pipeline.audit.rarity import CONTACTS, WEIGHTS, agreeing, shared_by, shared_values
from pipeline.settings import Audit
from pipeline.types.audit_evidence import SharedContact
from pipeline.types.leads import Lead

#: Row check whose innocent causes hold for a photograph of two holders as well.
_SAME_PHOTO = "DUP104"
_NEEDS = ("permits.photo_hash", "permits.holder_id")


@dataclass(frozen=True, slots=True)
class Identities:
    """What the register says about who its holders are.

    Attributes:
        conflicts: pairs of permits that contradict each other, the later one issued in the period of the audit.
        weights: what it is worth to share a telephone or an address: columns of `pipeline.audit.rarity.WEIGHTS`.
        linked: holder numbers that linkage takes for a person's who has another one; None: linkage was not made.
        not_assessed: in words, what could not be asked, and why.
    """

    conflicts: Conflicts
    weights: pl.DataFrame
    linked: int | None
    not_assessed: tuple[str, ...]


def identities(run: RowRun, exposure: pl.DataFrame, settings: Audit) -> Identities:
    """Look for contradictions over the whole register.

    Args:
        run: after its row checks.
        exposure: `permit_number` of the permits of the period.
        settings: whether holders are linked, and the seed.
    """
    tables, delivered = run.tables, run.context.delivered
    weights = pl.DataFrame(schema=WEIGHTS)
    if "permits.holder_id" in delivered and any(f"permits.{name}" in delivered for name in CONTACTS):
        organisations = pl.concat([tables[name].select(CONTACTS) for name in ("agencies", "employers")])
        weights = shared_values(tables["permits"], organisations)
    missing = [name for name in _NEEDS if name not in delivered]
    if missing:
        reason = f"one photograph under two identities: not in the register: {', '.join(missing)}"
        return Identities(Conflicts(pl.DataFrame(schema=CONFLICTS), {}), weights, None, (reason,))
    same, why_not = _linked(tables, weights, settings)
    permits, own = tables["permits"], pl.col("holder_id").alias("identity")
    known = permits.with_columns(own) if same is None else permits.join(same.lazy(), on="holder_id", how="left")
    told = conflicts(
        known.select("permit_number", "issued_at", "office_id", "holder_id", "identity", "photo_hash"), _explained(run)
    )
    inside = told.found.join(exposure.select("permit_number"), on="permit_number", how="semi")
    found = _with_agreement(inside, tables, weights)
    return Identities(Conflicts(found, told.explained), weights, _several(same), why_not)


def _with_agreement(found: pl.DataFrame, tables: Tables, weights: pl.DataFrame) -> pl.DataFrame:
    """The conflicts, with what else the permits of two identities agree on in their basis."""
    pairs = found.filter(pl.col("kind") == ONE_PHOTO)
    numbers = pl.concat([pairs["permit_number"], pairs["other_permit"]]).unique()
    rows = tables["permits"].filter(pl.col("permit_number").is_in(numbers.implode())).select("permit_number", *CONTACTS)
    permits = rows.unique("permit_number", keep="first", maintain_order=True).collect()
    more = agreeing(pairs, permits, weights).with_columns(kind=pl.lit(ONE_PHOTO))
    on = ["permit_number", "other_permit", "kind"]
    basis = pl.concat_str("basis", "agree", separator="; ", ignore_nulls=True)
    return found.join(more, on=on, how="left", maintain_order="left").with_columns(basis).select(list(CONFLICTS))


def shared_contacts(
    tables: Tables, weights: pl.DataFrame, leads: Sequence[Lead]
) -> tuple[tuple[SharedContact, ...], ...]:
    """What holders of the permits behind each lead share, the rarest first."""
    wanted = list({number for lead in leads for number in lead.permits})
    columns = ("permit_number", "holder_id", *CONTACTS)
    rows = tables["permits"].filter(pl.col("permit_number").is_in(wanted)).select(columns).collect()
    return tuple(
        tuple(
            SharedContact(column, tuple(numbers), everywhere, bits)
            for column, numbers, everywhere, bits in shared_by(
                rows.filter(pl.col("permit_number").is_in(list(lead.permits))), weights
            ).iter_rows()
        )
        for lead in leads
    )


def _several(same: pl.DataFrame | None) -> int | None:
    return None if same is None else same.height - same["identity"].n_unique()


def _explained(run: RowRun) -> pl.DataFrame:
    """`permit_number` and `reason` of photographs of two holders that the register's own data explain."""
    for check, path in flag_files(run):
        if check.code == _SAME_PHOTO:
            told = pl.scan_parquet(path).select("permit_number", pl.col("likely_innocent").alias("reason"))
            return told.drop_nulls().collect()
    return pl.DataFrame(schema={"permit_number": pl.String(), "reason": pl.String()})


def _linked(tables: Tables, weights: pl.DataFrame, settings: Audit) -> tuple[pl.DataFrame | None, tuple[str, ...]]:
    """`holder_id` and `identity`; or None, and why not."""
    question = "one person under several holder numbers, by linkage"
    if not settings.linkage:
        return None, (f"{question}: not asked for (setting [audit] linkage)",)
    try:
        from pipeline.linkage.holders import COMPARED, linked_holders
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in {linkage.PACKAGE, "duckdb"}:
            raise
        need = f"needs the package {linkage.PACKAGE}; install it with: {linkage.COMMAND}"
        return None, (f"{question}: {need}",)
    # What is not the holder's own says nothing about the holder.
    public = {column: weights.filter(pl.col("column") == column, pl.col("bits") == 0)["value"] for column in CONTACTS}
    own = [
        pl.when(~pl.col(name).is_in(values.implode())).then(pl.col(name)).alias(name) for name, values in public.items()
    ]
    holders = (
        tables["permits"]
        .filter(pl.col("holder_id").is_not_null())
        .select(pl.col("holder_id").alias("holder"), *COMPARED)
    )
    try:
        found = linked_holders(holders.with_columns(own).unique().collect(), settings.seed)
    except MemoryError as error:
        return None, (f"{question}: {error}",)
    return found.rename({"holder": "holder_id"}), ()
