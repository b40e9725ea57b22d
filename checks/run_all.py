"""All checks on one document's readings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from checks.base import Context, DocumentCheck, run
from checks.registry import CHECKS
from pipeline.types.facts import Facts
from pipeline.types.findings import Outcome


def judge(
    facts: Facts,
    context: Context,
    checks: Iterable[DocumentCheck] = CHECKS,
    precisions: Mapping[str, float] | None = None,
) -> tuple[Outcome, ...]:
    """Outcome of every check, in the order given.

    Args:
        facts: the document's readings, and those of linked documents under their prefixes.
        context: today, policy, thresholds.
        checks: which to run.
        precisions: measured precision by code; a code that is absent was not measured.
    """
    measured = precisions or {}
    return tuple(run(check, facts, context, measured.get(check.code)) for check in checks)
