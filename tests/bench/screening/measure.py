"""Figures of the benchmark: pure functions from (truth, what was said) pairs to numbers."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from scipy.stats import beta

from fixtures.utopia.truth import Truth
from pipeline.types.documents import DocumentRecord
from pipeline.types.values import shown
from tests.bench.screening.screened import Screened

Pair = tuple[Truth, Screened]
#: Named in the truth file beside the output contract's own fields, and read as such.
NOT_READ_AS_FIELDS = frozenset({"document_code", "portrait", "signature", "stamp", "mrz"})
HYPOTHESES = ("none", "capture", "clerical", "altered", "counterfeit", "irregular-issue")


@dataclass(frozen=True, slots=True)
class Share:
    """A share of `n` with its 95 % limits (Clopper and Pearson 1934)."""

    count: int
    n: int

    def figures(self) -> dict[str, float | int | None]:
        """Count, n, share, and the one-sided 95 % limits below and above."""
        if self.n == 0:
            return {"count": 0, "n": 0, "share": None, "lower95": None, "upper95": None}
        k, n = self.count, self.n
        lower = 0.0 if k == 0 else float(beta.ppf(0.05, k, n - k + 1))
        upper = 1.0 if k == n else float(beta.ppf(0.95, k + 1, n - k))
        return {"count": k, "n": n, "share": k / n, "lower95": lower, "upper95": upper}


def share(flags: Iterable[bool]) -> dict[str, float | int | None]:
    """How often a thing was so."""
    seen = list(flags)
    return Share(sum(seen), len(seen)).figures()


def clean(pairs: Sequence[Pair]) -> list[Pair]:
    """Documents with nothing planted; near-twins are counted apart."""
    return [pair for pair in pairs if pair[0].plant is None and pair[0].twin_of is None]


def false_alarms(pairs: Sequence[Pair]) -> dict[str, Any]:
    """Share of clean documents with any finding above weak, by way of capture; the codes that raised them."""
    by_capture = {
        kind: share(
            any(flag.above_weak for flag in said.flags) for truth, said in clean(pairs) if truth.capture.kind == kind
        )
        for kind in ("flatbed", "phone")
    }
    codes = Counter(flag.code for _, said in clean(pairs) for flag in said.flags if flag.above_weak)
    twins = share(any(flag.above_weak for flag in said.flags) for truth, said in pairs if truth.twin_of)
    twin_codes = Counter(
        f"{truth.twin_of}:{flag.code}"
        for truth, said in pairs
        if truth.twin_of
        for flag in said.flags
        if flag.above_weak
    )
    return {"clean": by_capture, "codes": dict(codes), "twins": twins, "twin_codes": dict(twin_codes)}


def found(truth: Truth, said: Screened) -> bool:
    """Whether an expected check flagged the planted irregularity under the expected hypothesis."""
    return any(
        flag.code in truth.expected_codes
        and (truth.expected_hypothesis is None or flag.hypothesis == truth.expected_hypothesis)
        for flag in said.flags
    )


def planted(pairs: Sequence[Pair]) -> dict[str, Any]:
    """Share of planted irregularities found on legible documents, in all and by kind; and sent to the right desk."""
    rows = [(truth, said) for truth, said in pairs if truth.plant and truth.legible and truth.expected_codes]
    kinds = sorted({truth.plant for truth, _ in rows if truth.plant})
    return {
        "legible": share(found(*row) for row in rows),
        "any_expected_code": share(
            any(flag.code in truth.expected_codes for flag in said.flags) for truth, said in rows
        ),
        "desk": share(truth.expected_desk in said.desks for truth, said in rows if truth.expected_desk),
        "by_kind": {kind: share(found(*row) for row in rows if row[0].plant == kind) for kind in kinds},
    }


def by_check(pairs: Sequence[Pair]) -> dict[str, Any]:
    """Precision and recall of every check over all documents, innocent findings left out.

    A finding is right where its code is among those the planted irregularity should raise.
    """
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for truth, said in pairs:
        expected = set(truth.expected_codes) if truth.plant else set()
        raised = {flag.code for flag in said.flags if not flag.innocent}
        right.update(raised & expected)
        wrong.update(raised - expected)
        if truth.legible and len(expected) == 1:
            missed.update(expected - raised)
    rows = {}
    for code in sorted(set(right) | set(wrong) | set(missed)):
        n = right[code] + wrong[code]
        wanted = right[code] + missed[code]
        rows[code] = {
            "flags": n,
            "precision": right[code] / n if n else None,
            "recall": right[code] / wanted if wanted else None,
        }
    return rows


def confusion(pairs: Sequence[Pair]) -> dict[str, dict[str, int]]:
    """Expected hypothesis (rows) against the strongest one raised (columns)."""
    order = {"weak": 1, "moderate": 2, "strong": 3, "very strong": 4}
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for truth, said in pairs:
        expected = truth.expected_hypothesis if truth.plant else "none"
        top = max(said.flags, key=lambda flag: (not flag.innocent, order[flag.strength]), default=None)
        table[expected or "none"][top.hypothesis if top else "none"] += 1
    return {row: {name: table[row][name] for name in HYPOTHESES} for row in HYPOTHESES if table[row]}


def field_accuracy(pairs: Sequence[Pair]) -> dict[str, Any]:
    """Share of printed fields read exactly on legible documents, by capture, template and key."""
    by_capture: dict[str, list[bool]] = defaultdict(list)
    by_template: dict[str, list[bool]] = defaultdict(list)
    by_key: dict[str, list[bool]] = defaultdict(list)
    for truth, said in pairs:
        if not truth.legible:
            continue
        read = _fields(said.records)
        for key, value in truth.fields.items():
            if key in NOT_READ_AS_FIELDS:
                continue
            exact = read.get(key) == value
            by_capture[truth.capture.kind].append(exact)
            by_template[truth.template].append(exact)
            by_key[key].append(exact)
    return {
        name: {row: share(values) for row, values in sorted(rows.items())}
        for name, rows in (("capture", by_capture), ("template", by_template), ("key", by_key))
    }


def _fields(records: Sequence[DocumentRecord]) -> dict[str, str]:
    read: dict[str, str] = {}
    for record in records:
        for fact in record.facts:
            zone, _, name = fact.key.partition(".")
            if zone == "viz":
                read.setdefault(name, shown(fact.value))
    return read


def fully_assessed(pairs: Sequence[Pair]) -> dict[str, float | int | None]:
    """Share of legible documents read in full: MRZ where there is one, template known, no mandatory field missing.

    A document whose planted irregularity is the missing field itself is not asked.
    """
    return share(
        _complete(truth, said) for truth, said in pairs if truth.legible and "LAY101" not in truth.expected_codes
    )


def _complete(truth: Truth, said: Screened) -> bool:
    if not said.records:
        return False
    mrz = truth.mrz_format is None or any(record.mrz is not None for record in said.records)
    known = any(record.template is not None for record in said.records)
    missing = any(fact.value.missing for record in said.records for fact in record.facts if fact.key == "doc.template")
    return mrz and known and not missing


def mrz_lines(pairs: Sequence[Pair]) -> dict[str, float | int | None]:
    """Share of legible machine-readable zones read exactly as printed."""
    return share(
        any(record.mrz is not None and record.mrz.lines == truth.mrz_lines for record in said.records)
        for truth, said in pairs
        if truth.legible and truth.mrz_format
    )


def cpu_a_page(pairs: Sequence[Pair]) -> dict[str, Any]:
    """Median and 95th percentile of CPU seconds a page, by kind of page, and the median of each stage."""
    seconds: dict[str, list[float]] = defaultdict(list)
    stages: dict[str, list[float]] = defaultdict(list)
    for truth, said in pairs:
        for record in said.records:
            pages = max(len(record.pages), 1)
            seconds["permit-page" if truth.document_kind == "work-permit" else "card"].append(record.seconds / pages)
            for stage, spent in record.timings:
                stages[stage].append(spent / pages)
    return {
        "pages": {
            kind: {
                "median": statistics.median(values),
                "p95": sorted(values)[int(0.95 * (len(values) - 1))],
                "n": len(values),
            }
            for kind, values in seconds.items()
        },
        "stages": {stage: statistics.median(values) for stage, values in stages.items()},
    }
