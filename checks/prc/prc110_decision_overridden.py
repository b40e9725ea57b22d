"""The permit was issued against a refusal, a withdrawal or a block of the system (PRC110).

What it looks at:
    Permits whose application was refused, withdrawn or is still pending; overrides of blocks and hits in the access
    log; reasons of an override that name no appeal, court or ticket.

Why it matters:
    A refusal, a hit on a list and a block are where somebody said no. Who passes over it without a reason on record
    does so for somebody.

What else it can be:
    - An appeal was upheld or a court ordered the permit; so it is taken where the application's reason says it.
    - A ticket asked for it; so it is taken where the reason names one or a waiver, or where another person's ticket
      for the object stands in the log at most 7 days before the override.
    - The permit answers another application of the holder; so it is taken where that one was granted.
    - The permit was withdrawn again: its status is revoked or void.
    - The decision is not yet entered; so it is taken for pending applications of permits at most 14 days older than
      the register.

When it is not applied:
    The register has no such decisions, reasons or overrides. Refusals are compared with later permits of the holder
    by another check.

What to check next:
    Ask for the written reason of the override and who signed it.

Source:
    GAO-06-115 (2005), on referrals and refusals of visas; ICAO Doc 9303-2 appendix D (issue outside the rules).
"""

from __future__ import annotations

import polars as pl

from checks.declaration import NotApplicable
from checks.prc.causes import APPEAL, TICKET, first_of
from checks.prc.logs import ordered
from checks.prc.permits import detailed, matched, register_to
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

AGAINST = ("refused", "withdrawn")
#: Days by which a decision may be entered late.
LATE_ENTRY = 14
_COLUMNS = ("permit_number", "application_id", "holder_id", "issued_at", "status")


def decision_overridden(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit that stands against a decision, and for each override of the log."""
    asked = ("applications.decision", "applications.override_reason", "access_log.action")
    if not any(context.has(name) for name in asked):
        raise NotApplicable(f"not in the register: {', '.join(asked)}")
    return pl.concat([_against_decisions(tables, context), _without_reason(tables), _in_log(tables)])


def _against_decisions(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """Permits whose application was not granted."""
    decided = pl.col("decision").is_in([*AGAINST, "pending"])
    asked = tables["applications"].filter(decided).select("application_id", "decision", "override_reason")
    permits = tables["permits"].filter(pl.col("issued_at").is_not_null()).select("row", "application_id")
    found = detailed(matched(permits, asked.select("application_id"), "application_id"), tables, *_COLUMNS)
    full = found.join(asked, on="application_id").with_columns(register_to(tables, context).alias("register_to"))
    granted = (
        tables["applications"]
        .filter((pl.col("decision") == "granted") & pl.col("holder_id").is_not_null())
        .join(full.select("holder_id"), on="holder_id", how="semi")
        .select("holder_id", pl.lit(True).alias("granted_other"))
        .unique()
    )
    late = pl.col("issued_at") >= pl.col("register_to") - pl.duration(days=LATE_ENTRY)
    pending = pl.col("decision") == "pending"
    innocent = first_of(
        *_reasons(),
        (pl.col("granted_other").fill_null(False), "the permit answers another application of the holder"),
        (pl.col("status").is_in(["revoked", "void"]), "the permit was withdrawn again"),
        (pending & late, "the decision is not yet entered"),
    )
    return flags(
        full.join(granted, on="holder_id", how="left").with_columns(innocent.alias("innocent")),
        Cell("applications", pl.col("application_id"), "decision", pl.col("decision"), "granted"),
        "permit {} issued {}, application {} is {}",
        pl.col("permit_number"),
        pl.col("issued_at"),
        pl.col("application_id"),
        pl.col("decision"),
        cause="decision",
        permit=pl.col("permit_number"),
        likely_innocent=pl.col("innocent"),
        also=[
            Cell("permits", pl.col("permit_number"), "issued_at", pl.col("issued_at")),
            Cell("applications", pl.col("application_id"), "override_reason", pl.col("override_reason")),
        ],
    )


def _reasons() -> tuple[tuple[pl.Expr, str], tuple[pl.Expr, str]]:
    reason = pl.col("override_reason").fill_null("")
    return (
        (reason.str.contains(APPEAL), "an appeal was upheld or a court ordered the permit"),
        (reason.str.contains(TICKET), "a ticket asked for it"),
    )


def _without_reason(tables: Tables) -> pl.LazyFrame:
    """Permits whose application was granted by an override that names no appeal, court or ticket."""
    reason = pl.col("override_reason")
    known = reason.str.contains(APPEAL) | reason.str.contains(TICKET)
    odd = tables["applications"].filter((reason.str.strip_chars() != "") & ~known & (pl.col("decision") == "granted"))
    asked = odd.select("application_id", "override_reason", "decided_by")
    permits = tables["permits"].select("row", "application_id")
    found = detailed(matched(permits, asked.select("application_id"), "application_id"), tables, *_COLUMNS)
    return flags(
        found.join(asked, on="application_id"),
        Cell(
            "applications", pl.col("application_id"), "override_reason", reason, "an appeal, a court order or a ticket"
        ),
        "granted by an override for the reason '{}' by {}",
        reason,
        pl.col("decided_by"),
        cause="decision",
        permit=pl.col("permit_number"),
    )


def _in_log(tables: Tables) -> pl.LazyFrame:
    """Overrides of the log that nobody else ordered and no reason of the application explains."""
    overrides = (
        tables["access_log"]
        .filter((pl.col("action") == "override") & pl.col("object_id").is_not_null())
        .select("row", "at", "user_id", "object_id", "field", "old", "new")
    )
    free = ordered(overrides, tables).filter(~pl.col("ordered"))
    permits = tables["permits"].select("permit_number", "application_id", "status")
    parts = []
    for key in ("permit_number", "application_id"):
        ours = permits.with_columns(pl.col(key).alias("object_id")).join(
            free.select("object_id"), on="object_id", how="semi"
        )
        parts.append(free.join(ours.unique("object_id", keep="any"), on="object_id"))
    reasons = tables["applications"].select("application_id", "override_reason")
    found = pl.concat(parts).join(reasons, on="application_id", how="left")
    innocent = first_of(*_reasons(), (pl.col("status").is_in(["revoked", "void"]), "the permit was withdrawn again"))
    return flags(
        found.with_columns(innocent.alias("innocent")),
        Cell("access_log", pl.col("row"), "action", pl.lit("override"), "a ticket of another person before it"),
        "{} overrode {} from {} to {} on {}",
        pl.col("user_id"),
        pl.col("field"),
        pl.col("old"),
        pl.col("new"),
        pl.col("at"),
        cause="decision",
        permit=pl.col("permit_number"),
        likely_innocent=pl.col("innocent"),
    )


CHECK = RowCheck(
    code="PRC110",
    name="decision-overridden",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.issued_at", "permits.application_id"),
    innocent=(
        "an appeal was upheld or a court ordered the permit",
        "a ticket asked for it",
        "the permit answers another application of the holder",
        "the permit was withdrawn again",
        "the decision is not yet entered",
    ),
    next_check="Ask for the written reason of the override and who signed it",
    source="GAO-06-115 (2005), on referrals and refusals of visas; ICAO Doc 9303-2 appendix D (issue outside the "
    "rules)",
    rule=decision_overridden,
)
