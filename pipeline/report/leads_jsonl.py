"""leads.jsonl: one lead a line, strongest first (DESIGN section 4)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TextIO

from pipeline.types.leads import Lead

NAME = "leads.jsonl"


def write_leads(file: TextIO, leads: Iterable[Lead]) -> None:
    """Write the leads in the order given."""
    for lead in leads:
        file.write(json.dumps(as_contract(lead), ensure_ascii=False, allow_nan=False) + "\n")


def as_contract(lead: Lead) -> dict[str, Any]:
    """The lead under the names and in the order of the contract; a limit of an interval that is none is null."""
    return {
        "code": lead.code,
        "subject": dict(lead.subject),
        "office": lead.office,
        "window": [day.isoformat() for day in lead.window],
        "window_between": [[day.isoformat() for day in end] for end in lead.window_between]
        if lead.window_between
        else None,
        "observed": lead.observed,
        "expected": _number(lead.expected),
        "ratio": _number(lead.ratio),
        "interval": [_number(limit) for limit in lead.interval],
        "q": _number(lead.q),
        "posterior": _number(lead.posterior),
        "band": str(lead.band),
        "permits": list(lead.permits),
        "innocent_causes_tried": [
            {"cause": one.cause, "data": one.data, "result": one.result} for one in lead.innocent_causes_tried
        ],
        "status": lead.status,
    }


def _number(value: float) -> float | None:
    """JSON has no infinity, which a ratio to nothing expected would be."""
    return float(f"{value:.6g}") if abs(value) < float("inf") else None
