"""A key field of the permit was changed after its approval (PRC109).

What it looks at:
    Edits in the access log of a permit or its application, later than the decision: names, date of birth, photograph,
    passport, holder, employer, agency, category, occupation, validity, exit status.

Why it matters:
    What was approved is what was looked at. A photograph, an employer or an exit status exchanged afterwards turns a
    checked permit into another one, or frees a place in a quota, and nobody checks again.

What else it can be:
    - A correction was ordered; so an edit is in order where another person's ticket for the object stands in the log
      at most 7 days before it.
    - A slip of spelling was corrected; so it is taken where one character of a name, a date or a passport number was
      added, left out, changed or exchanged with the next.
    - Legacy records were cleaned up; so it is taken where the same person cleaned or moved the object on that day, or
      edited at least 100 objects on it.

When it is not applied:
    The log has no edits of these fields, or the decision has no time. Changes of address, telephone and status are
    the office's daily work.

What to check next:
    Ask the officer for the request that led to the change, and compare with the papers in the file.

Source:
    Maldives Department of Immigration (2008): 370 workers re-coded as having left, for nine sponsors, as reported.
"""

from __future__ import annotations

import polars as pl

from checks.prc.causes import first_of
from checks.prc.logs import TIDYING, ordered
from checks.prc.spelling import one_character_apart
from checks.rows import Cell, RowCheck, RowContext, Tables, flags
from pipeline.types.findings import Hypothesis, Strength

#: Fields that a permit stands for; words of the log, some of which are no columns of the register.
KEY_FIELDS = (
    *("surname", "given_names", "birth_date", "photo_hash", "photo", "passport_number", "holder_id", "employer_id"),
    *("employer", "agency_id", "agency", "category", "occupation", "valid_from", "valid_until", "exit_status"),
)
#: Fields in which a slip of one character can happen; in a number of the register one character is somebody else.
SPELT = ("surname", "given_names", "birth_date", "passport_number", "occupation", "valid_from", "valid_until")
#: Objects edited by one person on one day; so many are a clean-up.
BULK = 100


def edited_after_approval(tables: Tables, context: RowContext) -> pl.LazyFrame:
    """One finding for each edit of a key field after the decision that nobody else ordered."""
    log = tables["access_log"]
    edits = log.filter((pl.col("action") == "edit") & pl.col("field").is_in(KEY_FIELDS)).select(
        "row", "at", "user_id", "object_id", "field", "old", "new"
    )
    changed = edits.filter(pl.col("old").ne_missing(pl.col("new")) & pl.col("object_id").is_not_null())
    late = _of_permits(changed, tables).filter(pl.col("at") > pl.col("decided_at"))
    open_ = ordered(late, tables).filter(~pl.col("ordered"))
    day = pl.col("at").dt.date()
    tidy = log.filter(pl.col("action").is_in(TIDYING)).select(
        "user_id", "object_id", day.alias("day"), pl.lit(True).alias("tidied")
    )
    bulk = pl.col("object_id").n_unique().over("user_id", "day") >= context.threshold("PRC109", "bulk", BULK)
    found = (
        open_.with_columns(day.alias("day"))
        .join(tidy.unique(), on=["user_id", "object_id", "day"], how="left")
        .with_columns(bulk.alias("bulk"))
    )
    slip = pl.col("field").is_in(SPELT) & one_character_apart("old", "new")
    innocent = first_of(
        (pl.col("tidied") | pl.col("bulk"), "legacy records were cleaned up"),
        (slip, "a slip of spelling was corrected"),
    )
    return flags(
        found.with_columns(innocent.alias("innocent")),
        Cell("access_log", pl.col("row"), "new", pl.col("new"), pl.col("old")),
        "{} changed from {} to {} by {} on {}, {} days after the decision of {}; no ticket of another person",
        pl.col("field"),
        pl.col("old"),
        pl.col("new"),
        pl.col("user_id"),
        pl.col("at"),
        (pl.col("at") - pl.col("decided_at")).dt.total_days(),
        pl.col("decided_at"),
        cause="edited",
        permit=pl.col("permit_number"),
        likely_innocent=pl.col("innocent"),
        also=[Cell("permits", pl.col("permit_number"), "decided_at", pl.col("decided_at"))],
    )


def _of_permits(edits: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """The edits with `permit_number` and `decided_at` of the permit that they, or their application, belong to."""
    permits = tables["permits"].select("permit_number", "application_id", "decided_at")
    keys = edits.select("object_id").unique()
    parts = []
    for key in ("permit_number", "application_id"):
        ours = permits.with_columns(pl.col(key).alias("object_id")).join(keys, on="object_id", how="semi")
        # An application may have several permits: the edit is shown at the first, which was approved first.
        first = ours.sort("decided_at").unique("object_id", keep="first", maintain_order=True)
        parts.append(edits.join(first.drop("application_id"), on="object_id"))
    return pl.concat(parts)


CHECK = RowCheck(
    code="PRC109",
    name="edited-after-approval",
    version=1,
    strength=Strength.STRONG,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    subject="access_log",
    needs=(
        "permits.permit_number",
        "permits.decided_at",
        "access_log.action",
        "access_log.object_id",
        "access_log.field",
    ),
    innocent=(
        "a correction was ordered",
        "a slip of spelling was corrected",
        "legacy records were cleaned up",
    ),
    next_check="Ask the officer for the request that led to the change, and compare with the papers in the file",
    source="Maldives Department of Immigration (2008): 370 workers re-coded as having left, for nine sponsors, as "
    "reported",
    thresholds=(("bulk", BULK),),
    rule=edited_after_approval,
)
