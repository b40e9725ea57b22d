"""cases.jsonl: one line a case (DESIGN section 4)."""

from __future__ import annotations

import json
from typing import Any

from pipeline.explanations import deciding, explanations_of
from pipeline.types.findings import Case, Evidence, Finding, Group, Hypothesis, PageEvidence, band
from pipeline.types.problems import Problem

NAME = "cases.jsonl"


def case_line(case: Case) -> str:
    """The case as one line of JSON, without the line's end; lone surrogates and line separators are escaped."""
    return json.dumps(as_contract(case), ensure_ascii=True, allow_nan=False)


def as_contract(case: Case) -> dict[str, Any]:
    """The case under the names of the contract. Pages are 0-based, boxes in page fractions (l, t, r, b).

    A light that the folder does not carry is left out.
    """
    lights = {"altered": str(case.altered)}
    if case.irregular_issue is not None:
        lights["irregular_issue"] = str(case.irregular_issue)
    return {
        "document_id": case.document_id,
        "sha256": list(case.sha256),
        "kind": case.kind,
        "desk": None if case.desk is None else str(case.desk),
        "lights": lights,
        "groups": [_group(group) for group in case.groups],
        "explanations": _explanations(case.groups),
        "not_assessed": [{"question": item.question, "reason": item.reason} for item in case.not_assessed],
        "problems": [_problem(problem) for problem in case.problems],
    }


def _group(group: Group) -> dict[str, Any]:
    return {
        "cause": group.cause,
        "hypotheses": {str(name): round(log10_lr, 3) for name, log10_lr in group.hypotheses},
        "findings": [_finding(finding) for finding in group.findings],
    }


def _explanations(groups: tuple[Group, ...]) -> dict[str, Any]:
    """The competing explanations, the heaviest first, and what would decide; `ordinary` is the yardstick."""
    found = deciding(groups)
    return {
        "weighed": [
            {
                "hypothesis": _named(one.hypothesis),
                "log10_lr": round(one.log10_lr, 3),
                "band": band(one.log10_lr).label if one.log10_lr else "yardstick",
                "causes": list(one.causes),
                "named": list(one.named),
            }
            for one in explanations_of(groups)
        ],
        "decides": None
        if found is None
        else {
            "between": [_named(name) for name in found.between],
            "cause": found.cause,
            "code": found.code,
            "next_check": found.next_check,
        },
    }


def _named(hypothesis: Hypothesis | None) -> str:
    return "ordinary" if hypothesis is None else str(hypothesis)


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "version": finding.version,
        "title": finding.title,
        "message": finding.message,
        "strength": finding.strength.label,
        "hypothesis": str(finding.hypothesis),
        "legibility": round(finding.legibility, 3),
        "evidence": [_evidence(item) for item in finding.evidence],
        "innocent_causes": list(innocent_causes(finding)),
        "next_check": finding.next_check,
    }


def innocent_causes(finding: Finding) -> tuple[str, ...]:
    """What else it can be, the cause that the document's own data point to in front."""
    likely = finding.likely_innocent
    if likely is None:
        return finding.innocent_causes
    return (likely, *(cause for cause in finding.innocent_causes if cause != likely))


def _evidence(item: Evidence) -> dict[str, Any]:
    if not isinstance(item, PageEvidence):
        return {
            "table": item.table,
            "key": item.key,
            "column": item.column,
            "value": item.value,
            "expected": item.expected,
        }
    box = [round(edge, 5) for edge in item.box.as_tuple()]
    place = {"key": item.key, "raw": item.raw, "value": item.value, "page": item.page, "box": box}
    # Without it, page and box of a linked document's reading would point into the wrong document.
    return place if item.document_id is None else {**place, "document_id": item.document_id}


def _problem(problem: Problem) -> dict[str, Any]:
    return {"kind": str(problem.kind), "stage": problem.stage, "page": problem.page, "message": problem.message}
