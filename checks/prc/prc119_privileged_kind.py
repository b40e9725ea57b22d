"""A kind of document that only certain holders may have was issued to somebody with an ordinary employer (PRC119).

What it looks at:
    Official, diplomatic and service documents, as the law names them, whose holder has an agency, or an employer that
    is not of the public service.

Why it matters:
    Such documents open borders. They were sold to people who had no office at all, and were genuine.

What else it can be:
    - The holder is a dependant of somebody entitled; so it is taken where somebody of the same surname and address has
      a document of that kind from an employer of the public service.
    - The kind of document was entered wrongly.

When it is not applied:
    No policy pack, it names no such kind, or the register has neither employer nor agency of the holder, or not the
    employer's sector.

What to check next:
    Ask the ministry or service that the holder is said to belong to for the request.

Source:
    Issuing state's law, topic privileged-kind of its policy pack; reported of official passports of Bangladesh issued
    to civilians (a newspaper's report, outcome not known to us).
"""

from __future__ import annotations

import polars as pl

from checks.law import law_of
from checks.office_time import office_time
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Words in the sector of an employer whose people may hold such documents.
PUBLIC = r"(?i)\b(public|government|diplomatic|state|defence|foreign service)\b"


def privileged_kind(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each such document whose holder's employer is known and ordinary, or who came by an agency."""
    columns = ("permit_number", "kind", "surname", "address", "office_id", "employer_id", "agency_id", "occupation")
    permits = tables["permits"].select(*columns, "issued_at", "issued_at_offset")
    named = permits.filter(pl.col("issued_at").is_not_null() & pl.col("kind").is_not_null())
    local = office_time(named.filter(pl.col("kind").str.contains("passport")), tables, "issued_at")
    lawful = law_of(local, context, "privileged-kind", pl.col("kind"), pl.col("issued_at_local").dt.date())
    sectors = tables["employers"].select("employer_id", "sector", pl.col("name").alias("employer"))
    held = lawful.filter(pl.col("law_citation").is_not_null()).join(sectors, on="employer_id", how="left")
    entitled = pl.col("sector").str.contains(PUBLIC).fill_null(False)
    known = pl.col("sector").is_not_null() | pl.col("agency_id").is_not_null()
    household = ["surname", "address"]
    families = held.filter(entitled).select(household).drop_nulls().unique().with_columns(pl.lit(True).alias("family"))
    found = held.filter(~entitled & known).join(families, on=household, how="left")
    return flags(
        found,
        Cell("permits", pl.col("permit_number"), "kind", pl.col("kind"), "a kind for ordinary holders"),
        "{} for {}, employer {} ({}), agency {} ({})",
        pl.col("kind"),
        pl.col("occupation"),
        pl.col("employer"),
        pl.col("sector"),
        pl.col("agency_id"),
        pl.col("law_citation"),
        cause="kind",
        likely_innocent=pl.when(pl.col("family")).then(pl.lit("the holder is a dependant of somebody entitled")),
        also=[
            Cell("employers", pl.when(pl.col("sector").is_not_null()).then("employer_id"), "sector", pl.col("sector")),
            Cell("permits", pl.col("permit_number"), "agency_id", pl.col("agency_id")),
        ],
    )


CHECK = RowCheck(
    code="PRC119",
    name="privileged-kind",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.issued_at", "permits.kind", "permits.employer_id", "employers.sector"),
    innocent=("the holder is a dependant of somebody entitled", "the kind of document was entered wrongly"),
    next_check="Ask the ministry or service that the holder is said to belong to for the request",
    source="Issuing state's law, topic privileged-kind of its policy pack; reported of official passports of "
    "Bangladesh issued to civilians (a newspaper's report, outcome not known to us)",
    rule=privileged_kind,
)
