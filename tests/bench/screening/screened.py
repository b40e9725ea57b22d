"""What a run of `overseal screen` said of each file, read back from its outputs and its store."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pipeline.store.codec import loads
from pipeline.store.schema import records
from pipeline.types.documents import DocumentRecord


@dataclass(frozen=True, slots=True)
class Flag:
    """One finding: code, hypothesis and strength as the outputs spell them."""

    code: str
    hypothesis: str
    strength: str

    @property
    def innocent(self) -> bool:
        """Whether it supports one of the two innocent hypotheses."""
        return self.hypothesis in {"capture", "clerical"}

    @property
    def above_weak(self) -> bool:
        """Whether it is an irregularity (not innocent) of more than weak strength."""
        return self.strength != "weak" and not self.innocent


@dataclass(frozen=True, slots=True)
class Screened:
    """All that was said of one file.

    Attributes:
        flags: findings of all three folders.
        desks: desks of its cases.
        records: documents read from it.
    """

    flags: tuple[Flag, ...]
    desks: frozenset[str]
    records: tuple[DocumentRecord, ...]


def outcome_by_file(out: Path, store: Path, inputs: Path) -> dict[str, Screened]:
    """What was said of every file below `inputs`, by its path from there."""
    flags: dict[str, list[Flag]] = defaultdict(list)
    desks: dict[str, set[str]] = defaultdict(set)
    for case in _cases(out):
        if case["desk"]:
            desks[case["document_id"]].add(case["desk"])
        for group in case["groups"]:
            flags[case["document_id"]].extend(
                Flag(finding["code"], finding["hypothesis"], finding["strength"]) for finding in group["findings"]
            )
    read = _records(store)
    found: dict[str, Screened] = {}
    for file, ids in _ids_by_file(out, inputs).items():
        found[file] = Screened(
            tuple(flag for one in ids for flag in flags.get(one, ())),
            frozenset(desk for one in ids for desk in desks.get(one, ())),
            tuple(read[one] for one in ids if one in read),
        )
    return found


def _cases(out: Path) -> Iterator[Mapping[str, Any]]:
    for folder in ("screening", "integrity", "protection"):
        lines = out / folder / "cases.jsonl"
        if lines.exists():
            with lines.open(encoding="utf-8") as rows:
                yield from (json.loads(row) for row in rows)


def _ids_by_file(out: Path, inputs: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    with (out / "names.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            path = Path(row["file"])
            name = path.relative_to(inputs) if path.is_absolute() else path
            found[str(name)].append(row["document_id"])
    return found


def _records(store: Path) -> dict[str, DocumentRecord]:
    engine = sa.create_engine(f"sqlite:///{store}")
    with engine.connect() as connection:
        rows = connection.execute(sa.select(records.c.record)).scalars()
        read = (loads(DocumentRecord, row) for row in rows)
        found = {record.document_id: record for record in read}
    engine.dispose()
    return found
