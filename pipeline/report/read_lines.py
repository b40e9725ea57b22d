"""`read --jsonl`: one line a document (DESIGN section 4)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pipeline.types.documents import DocumentKind, DocumentRecord
from pipeline.types.facts import AnyFact, AnyKey, Facts
from pipeline.types.keys import (
    MRZ_BIRTH_DATE,
    MRZ_DOCUMENT_NUMBER,
    MRZ_EXPIRY_DATE,
    MRZ_GIVEN_NAMES,
    MRZ_ISSUING_STATE,
    MRZ_NATIONALITY,
    MRZ_PERSONAL_NUMBER,
    MRZ_SEX,
    MRZ_SURNAME,
    VIZ_AGENCY,
    VIZ_APPLICATION_NUMBER,
    VIZ_BIRTH_DATE,
    VIZ_BIRTH_PLACE,
    VIZ_DOCUMENT_NUMBER,
    VIZ_DURATION_OF_STAY,
    VIZ_EMPLOYER,
    VIZ_ENTRIES,
    VIZ_EXPIRY_DATE,
    VIZ_GIVEN_NAMES,
    VIZ_ISSUE_DATE,
    VIZ_ISSUING_OFFICE,
    VIZ_ISSUING_OFFICER,
    VIZ_ISSUING_STATE,
    VIZ_MEDICAL_NUMBER,
    VIZ_NATIONALITY,
    VIZ_OCCUPATION,
    VIZ_PASSPORT_NUMBER,
    VIZ_PERMIT_CATEGORY,
    VIZ_PERMIT_NUMBER,
    VIZ_PERSONAL_NUMBER,
    VIZ_RECEIPT_NUMBER,
    VIZ_SEX,
    VIZ_SURNAME,
    VIZ_VALID_FROM,
)
from pipeline.types.mrz import MrzReading
from pipeline.types.problems import Problem
from pipeline.types.readings import FileReading
from pipeline.types.values import shown

#: The fields of the contract in its order, each with the zones it is taken from: the printed one first.
FIELDS: dict[str, tuple[AnyKey, ...]] = {
    "document_number": (VIZ_DOCUMENT_NUMBER, MRZ_DOCUMENT_NUMBER),
    "surname": (VIZ_SURNAME, MRZ_SURNAME),
    "given_names": (VIZ_GIVEN_NAMES, MRZ_GIVEN_NAMES),
    "birth_date": (VIZ_BIRTH_DATE, MRZ_BIRTH_DATE),
    "sex": (VIZ_SEX, MRZ_SEX),
    "nationality": (VIZ_NATIONALITY, MRZ_NATIONALITY),
    "birth_place": (VIZ_BIRTH_PLACE,),
    "issuing_state": (VIZ_ISSUING_STATE, MRZ_ISSUING_STATE),
    "issue_date": (VIZ_ISSUE_DATE,),
    "expiry_date": (VIZ_EXPIRY_DATE, MRZ_EXPIRY_DATE),
    "valid_from": (VIZ_VALID_FROM,),
    "issuing_office": (VIZ_ISSUING_OFFICE,),
    "issuing_officer": (VIZ_ISSUING_OFFICER,),
    "personal_number": (VIZ_PERSONAL_NUMBER, MRZ_PERSONAL_NUMBER),
    "permit_number": (VIZ_PERMIT_NUMBER,),
    "permit_category": (VIZ_PERMIT_CATEGORY,),
    "occupation": (VIZ_OCCUPATION,),
    "employer": (VIZ_EMPLOYER,),
    "agency": (VIZ_AGENCY,),
    "passport_number": (VIZ_PASSPORT_NUMBER,),
    "application_number": (VIZ_APPLICATION_NUMBER,),
    "receipt_number": (VIZ_RECEIPT_NUMBER,),
    "medical_number": (VIZ_MEDICAL_NUMBER,),
    "entries": (VIZ_ENTRIES,),
    "duration_of_stay": (VIZ_DURATION_OF_STAY,),
}


def read_lines(file: str, reading: FileReading) -> Iterator[str]:
    """A line of JSON for each document of a file, without the line's end; one line where it has none.

    Problems of the file as a whole are told with its first document.
    """
    for part, record in enumerate(reading.records):
        whole = reading.problems if part == 0 else ()
        yield _line(file, part, reading, record, (*whole, *record.problems))
    if not reading.records:
        yield _line(file, 0, reading, None, reading.problems)


def _line(
    file: str, part: int, reading: FileReading, record: DocumentRecord | None, problems: tuple[Problem, ...]
) -> str:
    line = {
        "file": file,
        "part": part,
        "sha256": reading.file_sha256,
        "document_kind": str(record.kind if record else DocumentKind.UNKNOWN),
        "template": record.template if record else None,
        "mrz": mrz_as_contract(record.mrz) if record and record.mrz else None,
        "fields": {name: field_as_contract(fact) for name, fact in fields_of(record)} if record else {},
        "problems": [
            {"kind": str(one.kind), "stage": one.stage, "page": one.page, "message": one.message} for one in problems
        ],
        "seconds": round(record.seconds if record else reading.seconds, 3),
    }
    return json.dumps(line, ensure_ascii=True, allow_nan=False)


def fields_of(record: DocumentRecord) -> Iterator[tuple[str, AnyFact]]:
    """The fields that were read, in the contract's order: the printed zone's reading, else the MRZ's."""
    facts = Facts(record.facts)
    for name, keys in FIELDS.items():
        fact = next((found for key in keys if (found := facts.find(key)) is not None), None)
        if fact is not None:
            yield name, fact


def field_as_contract(fact: AnyFact) -> dict[str, Any]:
    """One field; page 0-based, box in page fractions (left, top, right, bottom)."""
    return {
        "raw": fact.raw,
        "value": shown(fact.value),
        "box": [round(edge, 5) for edge in fact.box.as_tuple()],
        "page": fact.page,
        "legibility": round(fact.legibility, 3),
    }


def mrz_as_contract(mrz: MrzReading) -> dict[str, Any]:
    """A machine-readable zone under the names of the contract."""
    return {
        "format": str(mrz.format),
        "lines": list(mrz.lines),
        "raw_lines": list(mrz.raw_lines),
        "check_digits": {
            digit.name: {"read": digit.read, "computed": digit.computed, "ok": digit.ok} for digit in mrz.check_digits
        },
        "valid": mrz.valid,
        "confidence": round(mrz.confidence, 3),
    }
