"""run.json: counts of one run, no document and no person in it (DESIGN section 4)."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipeline.types.runs import RunSummary

NAME = "run.json"


def write_run_json(out: Path, summary: RunSummary) -> Path:
    """Write `out/run.json`, replacing an earlier one in one step.

    Raises:
        OSError: if the folder cannot be written.
    """
    out.mkdir(parents=True, exist_ok=True)
    target = out / NAME
    aside = out / f".{NAME}.new"
    aside.write_text(json.dumps(as_contract(summary), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    aside.replace(target)
    return target


def run_reported_in(out: Path) -> str | None:
    """Id of the run that a folder has the report of; None where it has none."""
    try:
        run_id = json.loads((out / NAME).read_text(encoding="utf-8"))["run_id"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return run_id if isinstance(run_id, str) else None


def as_contract(summary: RunSummary) -> dict[str, Any]:
    """The summary under the names and in the order of the contract."""
    return {
        "run_id": summary.run_id,
        "started": summary.started,
        "finished": summary.finished,
        "versions": dict(summary.versions),
        "register_hash": summary.register_hash,
        "today": summary.today,
        "found": summary.found,
        "read": summary.read,
        "partial": summary.partial,
        "unreadable": summary.unreadable,
        "duplicates": summary.duplicates,
        "problems": dict(sorted(summary.problems.items())),
        "checks": {code: asdict(tally) for code, tally in sorted(summary.checks.items())},
        "cases": dict(sorted(summary.cases.items())),
        "assessed": dict(summary.assessed),
    }
