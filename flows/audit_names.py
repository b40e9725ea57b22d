"""Printed names of officers, for the role that may see them and only when it asks."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from checks.rows import Tables
from pipeline.errors import UsageError
from pipeline.settings import Audit
from pipeline.types.leads import Lead


def asking(settings: Audit) -> str:
    """The id of who may see names.

    Raises:
        UsageError: where the settings name no such role, or nobody in it.
    """
    if settings.role is None:
        raise UsageError(
            '--names is for the role that may see printed names: set [audit] role = "integrity-auditor" in the settings'
        )
    if settings.auditor is None:
        raise UsageError("--names is recorded with who asked: set [audit] auditor to an id in the settings")
    return settings.auditor


def officer_names(tables: Tables, leads: Iterable[Lead], exposure: pl.DataFrame) -> dict[str, str]:
    """Printed name by id of the officers that leads are about or whose permits lie behind one; of no others.

    None of an id that issues at an office where no posting has it, beside others: it may be two persons, and the list
    of officers has the name of one.
    """
    subjects = {name for lead in leads for kind, name in lead.subject if kind == "officer"}
    permits = {number for lead in leads for number in lead.permits}
    deciding = exposure.filter(pl.col("permit_number").is_in(list(permits)))["officer_id"].drop_nulls()
    wanted = subjects.union(deciding)
    known = tables["officers"].filter(
        pl.col("officer_id").is_in(list(wanted)) & pl.col("name_as_printed").is_not_null()
    )
    at = exposure.lazy().select("officer_id", "office_id").drop_nulls().unique()
    posted = tables["postings"].select("officer_id", "office_id").drop_nulls().unique()
    several = at.group_by("officer_id").len().filter(pl.col("len") > 1).select("officer_id")
    doubtful = at.join(several, on="officer_id", how="semi").join(posted, on=["officer_id", "office_id"], how="anti")
    known = known.join(doubtful.select("officer_id").unique(), on="officer_id", how="anti")
    once = known.unique("officer_id", keep="first", maintain_order=True).sort("officer_id")
    return dict(once.select("officer_id", "name_as_printed").collect().iter_rows())
