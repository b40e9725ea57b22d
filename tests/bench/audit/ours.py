"""`pipeline.audit.leads` as a method of the benchmark, and what `overseal audit` wrote."""

from __future__ import annotations

import datetime as dt
import importlib
import importlib.util
import json
from pathlib import Path
from typing import Any

import polars as pl

from fixtures.utopia.ministry.schemes.tables import INDICATORS, Tables
from tests.bench.audit.alerts import Alert

NOMINAL_FDR = 0.10
#: Permits of an officer with a counterpart beyond the assignment; has no flags.
OF_PAIRS = "OFF118"
_ROOM = "pipeline.audit"


def missing() -> str | None:
    """Why ours cannot be run, None if it can."""
    if importlib.util.find_spec(_ROOM) is None or importlib.util.find_spec(f"{_ROOM}.leads") is None:
        return f"{_ROOM}.leads does not exist yet"
    return None


def audited(exposure: pl.DataFrame, flags: pl.DataFrame, masks: pl.DataFrame) -> Any:  # noqa: ANN401
    """What `pipeline.audit.leads.leads` makes of these tables."""
    room = importlib.import_module(f"{_ROOM}.leads")
    types = importlib.import_module("pipeline.types.leads")
    indicators = [types.Indicator(code) for code in INDICATORS]
    indicators.append(types.Indicator(OF_PAIRS, counts=types.Counts.PAIRS))
    return room.leads(exposure, flags, indicators, types.AuditSettings(fdr=NOMINAL_FDR), masks=masks)


def alerts(made: Tables) -> list[Alert]:
    """Leads on simulated tables, the strongest first."""
    return [
        Alert(lead.code, tuple(lead.subject), tuple(lead.permits), tuple(lead.window), lead.posterior)
        for lead in audited(made.exposure, made.flags, made.masks).leads
    ]


def written(path: Path) -> list[Alert]:
    """Leads of a `leads.jsonl`, the strongest first."""
    with path.open(encoding="utf-8") as lines:
        return [_alert(json.loads(line)) for line in lines]


def _alert(lead: dict[str, Any]) -> Alert:
    first, last = (dt.date.fromisoformat(day) for day in lead["window"])
    return Alert(lead["code"], tuple(lead["subject"].items()), tuple(lead["permits"]), (first, last), lead["posterior"])
