"""Figures of the register's benchmark: what was planted in rows against what `overseal screen --register` said."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from checks.registry import ROW_CHECKS
from fixtures.utopia.truth import Truth
from pipeline.types.findings import Strength
from tests.bench.screening.measure import Share, share

#: A finding of this band or above is not left aside by anybody.
ABOVE_WEAK = frozenset({"moderate", "strong", "very strong"})
_INNOCENT = frozenset({"capture", "clerical"})
#: Checks that can say more than weak: without their tests for innocent causes they always would.
_NOT_WEAK = frozenset(check.code for check in ROW_CHECKS if check.strength > Strength.WEAK)
ROW_CODES = frozenset(check.code for check in ROW_CHECKS)
#: Columns whose value is the number of a permit, whatever row they stand in.
_NUMBERS = frozenset({"permit_number", "object_id"})
#: Table and key of a row.
Subject = tuple[str, str]


@dataclass(frozen=True, slots=True)
class PlantedRow:
    """One line of the ministry's truth file; `subjects`: the rows that a finding on it may point at."""

    kind: str
    twin: bool
    codes: frozenset[str]
    hypothesis: str
    subjects: frozenset[Subject]


@dataclass(frozen=True, slots=True)
class Said:
    """One finding: code, strength, hypothesis, every cell's row, and the permit of every number that a cell shows."""

    code: str
    strength: str
    hypothesis: str
    subjects: frozenset[Subject]


def planted_rows(path: Path) -> list[PlantedRow]:
    """The truth file of a ministry."""
    with path.open(encoding="utf-8", newline="") as lines:
        return [_planted(row) for row in csv.DictReader(lines)]


def _planted(row: Mapping[str, str]) -> PlantedRow:
    subjects = {(row["table"], row["key"])}
    if row["permit_number"]:
        subjects.add(("permits", row["permit_number"]))
    codes = frozenset(row["codes"].split())
    return PlantedRow(row["kind"], row["twin"] == "true", codes, row["hypothesis"], frozenset(subjects))


def involved_rows(path: Path) -> frozenset[Subject]:
    """Every row that plants had to do with: also the permits beside which a planted one is a duplicate."""
    return frozenset(pl.read_csv(path, infer_schema=False).iter_rows())


def said_of_rows(out: Path) -> list[Said]:
    """Every finding of a row check: those without a scan, and those told with one."""
    return [*_without_scan(out / "integrity" / "row_findings.parquet"), *_with_scan(out)]


def _without_scan(path: Path) -> Iterator[Said]:
    finding = ["code", "strength", "hypothesis", "message", "cause"]
    rows = pl.read_parquet(path).with_row_index("line")
    # Evidence of one finding stands together; findings with the same words on other rows start with another key. Only
    # the first cell says what was expected.
    begins = pl.struct("table", "column", pl.col("expected") == "")
    first = (pl.struct(finding) != pl.struct(finding).shift()).fill_null(value=True) | (
        begins == begins.first().over("code")
    )
    numbered = rows.with_columns(first.cum_sum().alias("finding"))
    grouped = numbered.group_by("finding", "code", "strength", "hypothesis").agg(
        pl.struct("table", "key", "column", "value").alias("at")
    )
    for row in grouped.iter_rows(named=True):
        yield Said(row["code"], row["strength"], row["hypothesis"], _subjects(row["at"]))


def _subjects(cells: Iterable[Mapping[str, str]]) -> frozenset[Subject]:
    rows = {(cell["table"].removeprefix("earlier."), cell["key"]) for cell in cells}
    return frozenset(rows | {("permits", cell["value"]) for cell in cells if cell["column"] in _NUMBERS})


def _with_scan(out: Path) -> Iterator[Said]:
    for folder in ("screening", "integrity", "protection"):
        with (out / folder / "cases.jsonl").open(encoding="utf-8") as lines:
            for case in map(json.loads, lines):
                for finding in (finding for group in case["groups"] for finding in group["findings"]):
                    if finding["code"] in ROW_CODES:
                        at = _subjects([item for item in finding["evidence"] if "table" in item])
                        yield Said(finding["code"], finding["strength"], finding["hypothesis"], at)


def figures(planted: list[PlantedRow], said: list[Said], involved: frozenset[Subject], permits: int) -> dict[str, Any]:
    """Found, twins left below moderate, other permits flagged; by kind and by check.

    A finding is on other rows when no cell of it belongs to a row that a plant had to do with. The permits named beside
    a planted one (the first holder of a receipt that was used again) are counted apart, as partners.
    """
    at: dict[Subject, list[Said]] = defaultdict(list)
    for one in said:
        for subject in one.subjects:
            at[subject].append(one)
    mine = {one: [finding for subject in one.subjects for finding in at[subject]] for one in planted}
    irregular = [one for one in planted if not one.twin]
    twins = [one for one in planted if one.twin]
    known = {subject for one in planted for subject in one.subjects}
    touched = known | involved
    elsewhere = [one for one in said if not one.subjects & touched]
    beside = [replace(one, subjects=one.subjects - known) for one in said if one.subjects & touched]
    others = permits - _permits(touched)
    return {
        "planted": share(_found(one, mine[one]) for one in irregular),
        "planted_above_weak": share(_found(one, mine[one], above=True) for one in irregular),
        "twins_below_moderate": share(not _alarmed(mine[one]) for one in twins),
        "others_flagged": _permits_of([one for one in elsewhere if _alarmed([one])], others),
        "partners_flagged": _permits_of([one for one in beside if _alarmed([one])], permits - _permits(known)),
        "baseline_twins": share(not any(one.code in _NOT_WEAK for one in mine[twin]) for twin in twins),
        "baseline_others": _permits_of([one for one in elsewhere if one.code in _NOT_WEAK], others),
        "by_kind": {
            kind: share(_found(one, mine[one]) for one in irregular if one.kind == kind)
            for kind in sorted({one.kind for one in irregular})
        },
        "twins_by_kind": {
            kind: share(not _alarmed(mine[one]) for one in twins if one.kind == kind)
            for kind in sorted({one.kind for one in twins})
        },
        "codes_on_others": dict(Counter(one.code for one in elsewhere if _alarmed([one]))),
        "codes_on_twins": dict(
            Counter(f"{one.kind}:{finding.code}" for one in twins for finding in mine[one] if _alarmed([finding]))
        ),
        "checks": _by_check(said, planted, known),
    }


def _permits_of(said: list[Said], permits: int) -> dict[str, Any]:
    """The share of these permits at which a finding points."""
    return Share(_permits({subject for one in said for subject in one.subjects}), permits).figures()


def _permits(subjects: Iterable[Subject]) -> int:
    return sum(table == "permits" for table, _ in subjects)


def scans(truths: Sequence[Truth], out: Path, inputs: Path) -> dict[str, Any]:
    """Hypotheses of planted permits against those expected; clean permits and near-twins above weak.

    The hypothesis of a document is the one with the greatest log10 likelihood ratio, added over the groups of its cases
    in all folders; `none` where nothing was found.
    """
    weights, alarmed = _weights(out)
    ids: dict[str, list[str]] = defaultdict(list)
    with (out / "names.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            path = Path(row["file"])
            ids[str(path.relative_to(inputs) if path.is_absolute() else path)].append(row["document_id"])

    def hypothesis(truth: Truth) -> str:
        added: Counter[str] = Counter()
        for document in ids[truth.file]:
            added.update(weights[document])
        return max(added, key=lambda name: (added[name], name)) if added else "none"

    planted = [truth for truth in truths if truth.plant and truth.expected_hypothesis and truth.legible]
    quiet = {
        "clean": [truth for truth in truths if not truth.plant and not truth.twin_of],
        "twins": [truth for truth in truths if truth.twin_of],
    }
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for truth in planted:
        table[str(truth.expected_hypothesis)][hypothesis(truth)] += 1
    return {
        "documents": len(truths),
        "hypothesis_right": share(hypothesis(one) == one.expected_hypothesis for one in planted),
        "by_kind": {
            kind: share(hypothesis(one) == one.expected_hypothesis for one in planted if one.plant == kind)
            for kind in sorted({str(one.plant) for one in planted})
        },
        "hypotheses": {name: dict(sorted(row.items())) for name, row in sorted(table.items())},
        "above_weak": {
            name: share(any(document in alarmed for document in ids[one.file]) for one in listed)
            for name, listed in quiet.items()
        },
    }


def _weights(out: Path) -> tuple[dict[str, Counter[str]], set[str]]:
    """By document: log10 likelihood ratios added by hypothesis; and those with a finding above weak."""
    weights: dict[str, Counter[str]] = defaultdict(Counter)
    alarmed: set[str] = set()
    for folder in ("screening", "integrity", "protection"):
        with (out / folder / "cases.jsonl").open(encoding="utf-8") as lines:
            for case in map(json.loads, lines):
                for group in case["groups"]:
                    if folder != "protection":
                        weights[case["document_id"]].update(group["hypotheses"])
                    if any(
                        one["strength"] in ABOVE_WEAK and one["hypothesis"] not in _INNOCENT
                        for one in group["findings"]
                    ):
                        alarmed.add(case["document_id"])
    return weights, alarmed


def _found(one: PlantedRow, findings: list[Said], *, above: bool = False) -> bool:
    return any(
        finding.code in one.codes
        and finding.hypothesis == one.hypothesis
        and (not above or finding.strength in ABOVE_WEAK)
        for finding in findings
    )


def _alarmed(findings: list[Said]) -> bool:
    return any(finding.strength in ABOVE_WEAK and finding.hypothesis not in _INNOCENT for finding in findings)


def _by_check(said: list[Said], planted: list[PlantedRow], known: set[Subject]) -> dict[str, Any]:
    """Precision of every check over findings that support no innocent hypothesis: right where its code was planted."""
    wanted: dict[Subject, set[str]] = defaultdict(set)
    for one in planted:
        if not one.twin:
            for subject in one.subjects:
                wanted[subject] |= one.codes
    right: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for finding in said:
        if finding.hypothesis not in _INNOCENT:
            every[finding.code] += 1
            right[finding.code] += any(finding.code in wanted[subject] for subject in finding.subjects)
    return {code: {"flags": count, "precision": right[code] / count} for code, count in sorted(every.items())}
