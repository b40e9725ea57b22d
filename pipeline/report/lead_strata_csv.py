"""lead_strata.csv: what each lead was compared with, stratum by stratum and month by month, to be counted by hand.

The permits of the subject and those of all others of the same office, stratum and month, each with how many the lead's
own indicator flagged; permits that it cannot judge are in neither. `compared` is no where the others of that office and
stratum have, over all months, too few permits beside the subject's: such permits are neither observed nor expected.
What is observed of the lead are the flagged where it is yes, in the months that were counted; what is expected are its
permits at the rate of the others, drawn towards those of all months and of all offices where they rest on few events.
Of flags that are a property of one party, such as an employer above its quota, the first of each such party counts
where that party is no part of the lead; the others count neither way.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from typing import TextIO

import polars as pl

from pipeline.report.cells import cell
from pipeline.report.lead_permits_csv import subject_text
from pipeline.types.leads import Lead

NAME = "lead_strata.csv"
COLUMNS = (
    *("lead", "code", "subject", "office_id", "stratum", "month", "permits", "flagged"),
    *("permits_of_others", "flagged_of_others", "compared"),
)
#: Permits of others for each of the subject, below which nothing is compared (`pipeline.audit.strata`).
LIKE = 0.5
#: Counted office by office: two offices may use one id for two persons.
_WITHIN_OFFICE = frozenset({"officer", "workstation"})
_STRATUM = ["office_id", "stratum", "month"]


def lead_strata(
    lead: Lead, exposure: pl.DataFrame, flags: pl.DataFrame, masks: pl.DataFrame, own: Sequence[str] = ()
) -> pl.DataFrame:
    """The strata of one lead: `office_id`, `stratum`, `month`, the four counts and `compared`, in order.

    Args:
        lead: of the audit.
        exposure: columns of the audit's exposure table.
        flags: `code` and `permit_number` of every event.
        masks: the same of what counts neither way.
        own: kinds of party of which the flags of the lead's code are a property.
    """
    coded = pl.col("code") == lead.code
    events = flags.filter(coded).select("permit_number")
    kinds = [f"{kind}_id" for kind, _ in lead.subject]
    if any(kind in _WITHIN_OFFICE for kind, _ in lead.subject):
        kinds.append("office_id")
    hidden = masks.filter(coded).select("permit_number")
    if own and not set(own) & {kind for kind, _ in lead.subject}:
        party = pl.col(f"{own[0]}_id")
        columns = list(dict.fromkeys(["permit_number", *kinds, f"{own[0]}_id"]))
        stated = events.join(exposure.select(columns), on="permit_number").sort("permit_number")
        again = stated.filter(party.is_not_null(), pl.int_range(pl.len()).over([*kinds, party]) > 0)
        again = again.select("permit_number")
        hidden = pl.concat([hidden, again])
    parties = [pl.col(f"{kind}_id").eq_missing(name) for kind, name in lead.subject]
    if any(kind in _WITHIN_OFFICE for kind, _ in lead.subject):
        parties.append(pl.col("office_id").eq_missing(lead.office))
    events = flags.filter(coded).select("permit_number", event=pl.lit(1))
    ours = pl.col("ours")
    known = exposure.drop_nulls(["office_id", "issued_on"]).with_columns(
        pl.col("issued_on").dt.strftime("%Y-%m").alias("month"), pl.all_horizontal(parties).alias("ours")
    )
    enough = (~ours).sum() >= LIKE * ours.sum()
    judged = (
        known.with_columns(
            pl.when(enough.over(_STRATUM[:2])).then(pl.lit("yes")).otherwise(pl.lit("no")).alias("compared")
        )
        .join(hidden, on="permit_number", how="anti")
        .join(events, on="permit_number", how="left")
        .with_columns(pl.col("event").fill_null(0))
    )
    mine = judged.filter(ours).select(_STRATUM).unique()
    return (
        judged.join(mine, on=_STRATUM, how="semi", nulls_equal=True)
        .group_by(_STRATUM)
        .agg(
            ours.sum().alias("permits"),
            pl.col("event").filter(ours).sum().alias("flagged"),
            (~ours).sum().alias("permits_of_others"),
            pl.col("event").filter(~ours).sum().alias("flagged_of_others"),
            pl.col("compared").first(),
        )
        .sort(_STRATUM)
    )


def write_lead_strata(
    file: TextIO,
    leads: Sequence[Lead],
    exposure: pl.DataFrame,
    flags: pl.DataFrame,
    masks: pl.DataFrame,
    own: Mapping[str, Sequence[str]],
) -> None:
    """Write the strata of each lead; nothing in it can run as a formula.

    Args:
        file: open text file.
        leads: in the order of leads.jsonl; column `lead` is the 1-based line there.
        exposure: columns of the audit's exposure table.
        flags: `code` and `permit_number` of every event.
        masks: the same of what counts neither way.
        own: by indicator code, kinds of party of which its flags are a property.
    """
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(COLUMNS)
    for number, lead in enumerate(leads, start=1):
        for row in lead_strata(lead, exposure, flags, masks, own.get(lead.code, ())).iter_rows():
            shown = (number, lead.code, subject_text(lead), *row)
            writer.writerow(["" if value is None else cell(value) for value in shown])
