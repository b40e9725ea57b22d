"""A check's page: what `explain` prints and the catalogue holds, in Markdown."""

from __future__ import annotations

import csv
import json
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from checks.base import DocumentCheck
from checks.office import OfficeCheck
from checks.precisions import Precision
from checks.rows import RowCheck

AnyCheck = DocumentCheck | RowCheck | OfficeCheck

#: Headings of every page, in this order.
SECTIONS = (
    "What it looks at",
    "Why it matters",
    "What else it can be",
    "When it is not applied",
    "What to check next",
    "Source",
)

#: The cases of a row check, beside the tables they are made of.
ROW_CASES = "cases.csv"
#: The cases of an office indicator, beside the groups of permits they are made of.
OFFICE_CASES = "leads.csv"

CASES = Path(__file__).parents[1] / "fixtures" / "checks"


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """One case file in a line: its name, what it shows, how the check ends on it."""

    name: str
    about: str
    outcome: str


def case_summaries(code: str, folder: Path = CASES) -> tuple[CaseSummary, ...]:
    """The cases of a check, by name; none where the case files are not installed."""
    cases = []
    for path in sorted((folder / code).glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        cases.append(CaseSummary(path.stem, data["about"], data["expect"]["outcome"]))
    for listed in (folder / code / ROW_CASES, folder / code / OFFICE_CASES):
        if not listed.exists():
            continue
        with listed.open(encoding="utf-8", newline="") as lines:
            cases += [CaseSummary(row["case"], row["about"], row["outcome"]) for row in csv.DictReader(lines)]
    return tuple(cases)


def sections(check: AnyCheck) -> dict[str, str]:
    """Text of the page's sections by heading, in the order they stand.

    Raises:
        ValueError: if a heading is missing, unknown or out of order, or a section is empty; names it.
    """
    found: dict[str, list[str]] = {}
    for line in check.page.splitlines()[1:]:
        heading = line.removesuffix(":")
        if line and not line.startswith(" "):
            if heading == line or heading in found:
                raise ValueError(f"{check.code}: not a heading: {line!r}")
            found[heading] = []
        elif found:
            found[next(reversed(found))].append(line)
    texts = {heading: textwrap.dedent("\n".join(lines)).strip() for heading, lines in found.items()}
    if tuple(texts) != SECTIONS:
        raise ValueError(f"{check.code}: headings {list(texts)}, expected {list(SECTIONS)}")
    empty = [heading for heading, text in texts.items() if not text]
    if empty:
        raise ValueError(f"{check.code}: nothing under {', '.join(empty)}")
    return texts


def page(check: AnyCheck, cases: Iterable[CaseSummary] = (), precision: Precision | None = None) -> str:
    """The page of a check: title, declaration, sections, cases.

    Args:
        check: which check.
        cases: from `case_summaries`.
        precision: measured on the benchmark, or None.
    """
    lines = [f"## {check.title} ({check.code})", "", *_declaration(check, precision)]
    for heading, text in sections(check).items():
        lines += ["", f"**{heading}**", "", text]
    listed = [f"* {case.name}: {case.about} → {case.outcome}" for case in cases]
    if listed:
        lines += ["", "**Cases**", "", *listed]
    return "\n".join(lines) + "\n"


def _declaration(check: AnyCheck, precision: Precision | None) -> list[str]:
    needs = ", ".join(needed(check)) or "see when it is not applied"
    measured = f"{precision.precision:.1%} of {precision.findings} findings" if precision else "not measured"
    rows = [
        ("name", check.name),
        ("kind", _kind(check)),
        ("strength", f"at most {check.strength.label}"),
        ("hypothesis", check.hypothesis.value),
        ("needs", needs),
        ("source", check.source),
        ("thresholds", ", ".join(f"{name} = {default}" for name, default in check.thresholds) or "none"),
        ("precision on the benchmark", measured),
        ("version", str(check.version)),
    ]
    if isinstance(check, OfficeCheck):
        rows.insert(2, ("counts", ", ".join(check.counts) or "every permit"))
        rows.insert(3, ("exposure", check.exposure))
    if check.protection:
        rows.append(("protection", "a sign that the holder may be a victim; goes to the protection desk"))
    return ["| | |", "| --- | --- |", *(f"| {name} | {text} |" for name, text in rows)]


def needed(check: AnyCheck) -> list[str]:
    """What a check needs: keys of readings, or columns of the register."""
    return [key.name for key in check.needs] if isinstance(check, DocumentCheck) else list(check.needs)


def kind_of(check: AnyCheck) -> str:
    """`document`, `row` or `office`."""
    if isinstance(check, OfficeCheck):
        return "office"
    return "row" if isinstance(check, RowCheck) else "document"


def _kind(check: AnyCheck) -> str:
    if isinstance(check, RowCheck):
        return f"row check, on {check.subject} of the register"
    if isinstance(check, OfficeCheck):
        return "office indicator, on the permits of an office over time"
    kinds = ", ".join(sorted(kind.value for kind in check.kinds)) or "every kind of document"
    return f"document check, on {kinds}"
