"""A kind of document that only certain holders may have names an ordinary employer or agency (PRC119).

What it looks at:
    Official, diplomatic and service passports, and whatever else the law keeps for certain holders: whether the row
    names an agency, or an employer that is not of the public service.

Why it matters:
    Such documents pass borders without questions. Issued to people whom an agency sends to work, they carry them past
    the checks that protect them; the state that received them noticed it first in a known case.

What else it can be:
    - The holder is a dependant of somebody entitled; so it is taken for children, and where the occupation says it.
    - The employer is of the public service but not marked as one; so it is taken where the occupation is one of the
      public service.
    - The kind was entered wrongly; so it is taken where the register numbers these kinds apart and the number is one
      of the others.

When it is not applied:
    No policy pack, or it keeps no kinds for certain holders.

What to check next:
    Ask the foreign ministry whether it asked for the document.

Source:
    Issuing state's law, topic privileged-kind of its policy pack (article in the message); reports on official
    passports of Bangladesh (2010s), of which the figures differ.
"""

from __future__ import annotations

import polars as pl

from checks.declaration import NotApplicable
from checks.law import law_of
from checks.office_time import office_time
from checks.prc.causes import first_of
from checks.prc.permits import detailed
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

TOPIC = "privileged-kind"
#: Sectors whose people are entitled.
PUBLIC = r"(?i)\b(public|government|ministr|diplomat|consul|embass|defen[cs]e|police|state\b)"
#: Occupations of the public service, and of its dependants.
SERVICE = r"(?i)\b(ambassador|envoy|attach|consul|minister|registrar|secretary|clerk|judge|officer|official|inspector)"
DEPENDANT = r"(?i)\b(depend|spouse|wife\b|husband\b|child|pupil\b|student\b|son\b|daughter\b)"
#: Share of a series of numbers from which it belongs to these kinds, and up to which it does not.
OWN_SERIES = 0.5
OTHER_SERIES = 0.01
ADULT = 18
_COLUMNS = (
    *("permit_number", "kind", "office_id", "occupation", "category", "birth_date", "employer_id", "agency_id"),
    *("issued_at", "issued_at_offset"),
)


def privileged_kind(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each privileged document whose holder an ordinary employer or agency employs."""
    if context.law is None:
        raise NotApplicable("no policy pack for this state")
    kinds = sorted({rule.subject for rule in context.law.rules if rule.topic == TOPIC})
    privileged = tables["permits"].filter(pl.col("kind").is_in(kinds)).select("row")
    permits = office_time(detailed(privileged, tables, *_COLUMNS), tables, "issued_at")
    lawful = law_of(permits, context, TOPIC, pl.col("kind"), pl.col("issued_at_local").dt.date())
    employers = tables["employers"].select("employer_id", pl.col("name").alias("employer"), "sector")
    public = (pl.col("sector").fill_null("") + " " + pl.col("employer").fill_null("")).str.contains(PUBLIC)
    ordinary = pl.col("agency_id").is_not_null() | (pl.col("employer_id").is_not_null() & ~public)
    found = lawful.join(employers, on="employer_id", how="left").filter(pl.col("law_value").is_not_null() & ordinary)
    innocent = _innocent()
    return flags(
        _with_series(found, tables, kinds).with_columns(innocent.alias("innocent")),
        Cell("permits", pl.col("permit_number"), "kind", pl.col("kind"), "an ordinary document"),
        "{} issued {}, occupation {}, employer {} {}, agency {} ({})",
        pl.col("kind"),
        pl.col("issued_at_local"),
        pl.col("occupation"),
        pl.col("employer_id"),
        pl.col("employer"),
        pl.col("agency_id"),
        pl.col("law_citation"),
        cause="kind",
        likely_innocent=pl.col("innocent"),
        also=[
            Cell("permits", pl.col("permit_number"), "employer_id", pl.col("employer_id")),
            Cell("permits", pl.col("permit_number"), "agency_id", pl.col("agency_id")),
        ],
    )


def _innocent() -> pl.Expr:
    occupation = pl.col("occupation").fill_null("")
    child = pl.col("birth_date").dt.offset_by(f"{ADULT}y") > pl.col("issued_at_local").dt.date()
    other_series = (pl.col("series_share") <= OTHER_SERIES) & pl.col("numbered_apart")
    return first_of(
        (child | occupation.str.contains(DEPENDANT), "the holder is a dependant of somebody entitled"),
        (
            occupation.str.contains(SERVICE) & pl.col("agency_id").is_null(),
            "the employer is of the public service but not marked as one",
        ),
        (other_series, "the kind was entered wrongly"),
    )


def _with_series(found: pl.LazyFrame, tables: Tables, kinds: list[str]) -> pl.LazyFrame:
    """The documents with `series_share`, how much of their series of numbers these kinds are, and `numbered_apart`.

    A series is told by the first three characters; kinds are numbered apart where one of them has a series of its own.
    """
    series = pl.col("permit_number").str.head(3).alias("series")
    shares = (
        tables["permits"]
        .select(series, pl.col("kind").is_in(kinds).fill_null(False).alias("privileged"))
        .group_by("series")
        .agg(pl.col("privileged").mean().alias("series_share"))
    )
    apart = shares.select((pl.col("series_share") >= OWN_SERIES).any().alias("numbered_apart"))
    return found.with_columns(series).join(shares, on="series", how="left").join(apart, how="cross")


CHECK = RowCheck(
    code="PRC119",
    name="privileged-kind",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="permits",
    needs=("permits.permit_number", "permits.issued_at", "permits.kind", "permits.employer_id"),
    innocent=(
        "the holder is a dependant of somebody entitled",
        "the employer is of the public service but not marked as one",
        "the kind was entered wrongly",
    ),
    next_check="Ask the foreign ministry whether it asked for the document",
    source="Issuing state's law, topic privileged-kind of its policy pack (article in the message); reports on "
    "official passports of Bangladesh (2010s), of which the figures differ",
    rule=privileged_kind,
)
