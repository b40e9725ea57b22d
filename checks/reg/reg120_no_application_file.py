"""The register has no application file behind the permit (REG120).

What it looks at:
    The application that each permit names, against the register's applications; a permit that names none has no file.

Why it matters:
    Every permit answers an application. Where there is no file, nobody can say who applied, with which papers, and why
    the permit was granted; auditors have found documents issued whose files were never made, or were withheld.

What else it can be:
    - One file covers the permit under another number; so it is taken where an application of the same holder, neither
      refused nor withdrawn, is named by no permit.
    - The file was closed or moved in work on legacy data; so it is taken where the access log has a clean-up or a
      migration of the permit or of its application.
    - The applications were delivered in part; so it is taken where the register has none of the office, or where at
      least 20 permits, and one in ten, have no file.

When it is not applied:
    The register has no applications. A permit from before the first application of its office is passed over, and so is
    one recorded as void, or whose application was delivered but could not be taken.

What to check next:
    Ask the archive of the office for the paper file of this permit.

Source:
    Belize, Auditor General, special audits of passports, visas and nationality, 2011-2013 (files withheld or missing).
"""

from __future__ import annotations

import polars as pl

from checks.reg.days import day_of
from checks.reg.keys import of_rows, refused, unknown
from checks.reg.traces import TIDYING, acts, tidied
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.reference.numbers import bare_in
from pipeline.types.findings import Hypothesis, Strength

#: So many permits without a file, at such a share of all, are applications that were delivered in part.
PARTIAL_PERMITS = 20
PARTIAL_SHARE = 0.1


def no_application_file(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each permit whose application is not in the register."""
    permits = tables["permits"].select("row", "application_id")
    files = tables["applications"]
    strangers = unknown(permits, "application_id", files.select("application_id"), refused(tables, "applications"))
    unfiled = pl.concat([permits.filter(pl.col("application_id").is_null()), strangers]).select("row")
    columns = ("permit_number", "application_id", "holder_id", "office_id", "status")
    instants = ("applied_at", "issued_at", "issued_at_offset")
    found = _since_first_file(of_rows(unfiled, tables, "permits", *columns, *instants), tables).cache()
    other = _other_file(found, tables).filter(~pl.col("same").fill_null(False))
    touched = tidied(acts(tables, *TIDYING)).with_columns(pl.lit(True).alias("tidied"))
    by_file = touched.rename({"object_id": "application_id", "tidied": "file_tidied"})
    told = (
        other.join(touched.rename({"object_id": "permit_number"}), on="permit_number", how="left")
        .join(by_file, on="application_id", how="left")
        .join(tables["permits"].select(pl.len().alias("all")), how="cross")
    )
    many = pl.len() >= context.threshold("REG120", "partial_permits", PARTIAL_PERMITS)
    none_of_office = pl.col("files").is_null() & context.has("applications.office_id")
    share = pl.len() >= pl.col("all") * context.threshold("REG120", "partial_share", PARTIAL_SHARE)
    return flags(
        told.with_columns((none_of_office | (many & share)).alias("partial")),
        Cell("permits", pl.col("permit_number"), "application_id", pl.col("application_id"), "an application on file"),
        "no file in the register for application {}; permit issued on {}",
        pl.col("application_id"),
        day_of("issued_at"),
        cause="application_id",
        likely_innocent=pl.when(pl.col("partial"))
        .then(pl.lit("the applications were delivered in part"))
        .when(pl.col("tidied") | pl.col("file_tidied"))
        .then(pl.lit("the file was closed or moved in work on legacy data"))
        .when(pl.col("other_file").is_not_null())
        .then(pl.format("one file covers the permit under another number, {}", "other_file")),
        also=[Cell("applications", pl.col("other_file"), "holder_id", pl.col("holder_id"))],
    )


def _since_first_file(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """Permits not older than the first application, with `files`: how many their office has, null for none."""
    lodged = tables["applications"].select("office_id", "lodged_at")
    began = lodged.group_by("office_id").agg(pl.col("lodged_at").min().alias("_first"), pl.len().alias("files"))
    first = lodged.select(pl.col("lodged_at").min().alias("_began"))
    asked = pl.coalesce("applied_at", "issued_at") < pl.coalesce("_first", "_began")
    void = (pl.col("status") == "void").fill_null(False)
    joined = found.join(began, on="office_id", how="left").join(first, how="cross")
    return joined.filter(~asked.fill_null(False) & ~void)


def _other_file(found: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """The permits with `other_file` of the same holder; `same`: it is their own, written another way."""
    stands = ~pl.col("decision").is_in(["refused", "withdrawn"]).fill_null(False)
    theirs = tables["applications"].filter(stands).select("holder_id", pl.col("application_id").alias("other_file"))
    near = found.select("row", "holder_id", "application_id").join(theirs, on="holder_id")
    named = tables["permits"].select(pl.col("application_id").alias("other_file"))
    named = named.join(near.select("other_file"), on="other_file", how="semi")
    same = (bare_in("other_file") == bare_in("application_id")).fill_null(False)
    free = near.with_columns(same.alias("same")).join(named.unique(), on="other_file", how="anti")
    first = free.group_by("row").agg(pl.col("other_file").min(), pl.col("same").any())
    return found.join(first, on="row", how="left")


CHECK = RowCheck(
    code="REG120",
    name="no-application-file",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.application_id", "applications.application_id"),
    innocent=(
        "One file covers the permit under another number",
        "The file was closed or moved in work on legacy data",
        "The applications were delivered in part",
    ),
    next_check="Ask the archive of the office for the paper file of this permit",
    source="Belize, Auditor General, special audits of passports, visas and nationality, 2011-2013 (files withheld or "
    "missing)",
    thresholds=(("partial_permits", PARTIAL_PERMITS), ("partial_share", PARTIAL_SHARE)),
    rule=no_application_file,
)
