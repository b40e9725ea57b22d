"""Judgements recorded outside the review pages: the CSV of `overseal judge import`."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pipeline.errors import UsageError
from pipeline.types.findings import Evidence, Finding, Judgement, PageEvidence, Verdict

REQUIRED = ("document_id", "code", "verdict", "because", "judged_by", "judged_at")
OPTIONAL = ("evidence_hash",)
#: Characters of a time that the store keeps; more have digits below a microsecond.
_LONGEST_TIME = 40


@dataclass(frozen=True, slots=True)
class RowError:
    """One refused row: `row` counts lines of the file from 1, the header's line included."""

    file: str
    row: int
    column: str
    reason: str


class Reader(Protocol):
    """What csv.reader returns; the type itself has no public name."""

    line_num: int

    def __next__(self) -> list[str]: ...


class _Refused(Exception):
    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


def evidence_hash(finding: Finding, sha256: tuple[str, ...]) -> str:
    """SHA-256 (hex) over scans, code and the readings a finding rests on: ties a judgement to what was judged.

    The check's version, wording and strength are left out: a verdict on the same readings outlives them.
    """
    places = sorted(map(_reading, finding.evidence))
    text = json.dumps([sorted(sha256), finding.code, places], ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _reading(item: Evidence) -> tuple[str, ...]:
    if isinstance(item, PageEvidence):
        return ("page", item.key, item.raw)
    return (item.table, item.key, item.column, item.value)


def read_judgements(path: Path) -> tuple[list[Judgement], list[RowError]]:
    """Read a judgement file: comma or semicolon, UTF-8, header with the columns above in any order.

    Rows that cannot be used are refused one by one; the others are returned.

    Raises:
        UsageError: if the file cannot be opened, is not UTF-8, or its header lacks a column or has an unknown one.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            delimiter = ";" if ";" in file.readline() else ","
            file.seek(0)
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            return _rows(path.name, reader, _header(path.name, next(reader, [])))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path.name} cannot be read: {error}") from error


def _header(file: str, cells: list[str]) -> list[str]:
    names = [name.strip().lower() for name in cells]
    wrong = sorted(set(names) - {*REQUIRED, *OPTIONAL})
    missing = [name for name in REQUIRED if name not in names]
    if wrong or missing or len(set(names)) != len(names):
        columns = f"{', '.join(REQUIRED)} and optionally {', '.join(OPTIONAL)}"
        raise UsageError(f"{file}: columns {columns} expected, each once")
    return names


def _rows(file: str, reader: Reader, names: list[str]) -> tuple[list[Judgement], list[RowError]]:
    good: list[Judgement] = []
    bad: list[RowError] = []
    while True:
        try:
            cells = next(reader)
            if any(text.strip() for text in cells):
                good.append(_judgement(names, cells))
        except StopIteration:
            return good, bad
        except _Refused as why:
            bad.append(RowError(file, reader.line_num, why.column, why.reason))
        except csv.Error as error:
            bad.append(RowError(file, reader.line_num, "", f"not CSV: {error}"))


def _judgement(names: list[str], cells: list[str]) -> Judgement:
    if len(cells) != len(names):
        raise _Refused("", f"{len(names)} cells expected, {len(cells)} found")
    row = {name: text.strip() for name, text in zip(names, cells, strict=True)}
    for column, text in row.items():
        if "\0" in text:
            raise _Refused(column, "a NUL character")
    for column in ("document_id", "code", "judged_by"):
        if not row[column]:
            raise _Refused(column, "empty")
    verdict = _verdict(row["verdict"])
    if verdict is Verdict.BENIGN and not row["because"]:
        raise _Refused("because", "a benign verdict needs its reason")
    return Judgement(
        document_id=row["document_id"],
        code=row["code"],
        evidence_hash=_hash(row.get("evidence_hash", "")),
        verdict=verdict,
        because=row["because"],
        judged_by=row["judged_by"],
        judged_at=_time(row["judged_at"]),
    )


def _verdict(text: str) -> Verdict:
    try:
        return Verdict("-".join(text.lower().split()))
    except ValueError:
        raise _Refused("verdict", "confirmed, benign or cannot tell expected") from None


def _hash(text: str) -> str:
    digest = text.lower()
    if digest and not (len(digest) == 64 and set(digest) <= set("0123456789abcdef")):
        raise _Refused("evidence_hash", "64 hexadecimal digits, or nothing, expected")
    return digest


def _time(text: str) -> str:
    """ISO 8601: a date alone, or a time with its offset."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise _Refused("judged_at", "an ISO 8601 date, or time with offset, expected") from None
    if len(text) > 10 and moment.tzinfo is None:
        raise _Refused("judged_at", "a time needs its offset from UTC")
    return text if len(text) <= _LONGEST_TIME else moment.isoformat()
