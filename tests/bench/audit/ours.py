"""`pipeline.audit.leads` as a method of the benchmark, and what `overseal audit` wrote."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import polars as pl

from checks.registry import OFFICE_CHECKS
from fixtures.utopia.ministry.schemes.tables import INDICATORS, Tables
from pipeline.audit.leads import Audited, leads
from pipeline.types.leads import AuditSettings, Counts, Indicator
from tests.bench.audit.alerts import Alert

NOMINAL_FDR = 0.10
#: Permits of an officer with a counterpart beyond the assignment; has no flags.
OF_PAIRS = "OFF118"


def audited(exposure: pl.DataFrame | pl.LazyFrame, flags: pl.DataFrame, masks: pl.DataFrame) -> Audited:
    """What the statistics make of these tables, with the indicators as their modules declare them."""
    own = {check.code: check.own for check in OFFICE_CHECKS}
    indicators = [Indicator(code, own=own[code]) for code in INDICATORS]
    indicators.append(Indicator(OF_PAIRS, counts=Counts.PAIRS))
    return leads(exposure, flags, indicators, AuditSettings(fdr=NOMINAL_FDR), masks=masks)


def alerts(made: Tables) -> list[Alert]:
    """Leads on simulated tables, the strongest first."""
    return [
        Alert(lead.code, tuple(lead.subject), tuple(lead.permits), lead.window, lead.posterior)
        for lead in audited(made.exposure, made.flags, made.masks).leads
    ]


def written(path: Path) -> list[Alert]:
    """Leads of a `leads.jsonl`, the strongest first."""
    with path.open(encoding="utf-8") as lines:
        return [_alert(json.loads(line)) for line in lines]


def _alert(lead: dict[str, Any]) -> Alert:
    first, last = (dt.date.fromisoformat(day) for day in lead["window"])
    return Alert(lead["code"], tuple(lead["subject"].items()), tuple(lead["permits"]), (first, last), lead["posterior"])
