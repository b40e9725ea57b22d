from __future__ import annotations

import dataclasses
import json

from hypothesis import given

from pipeline.report.read_lines import FIELDS, read_lines
from pipeline.types.boxes import Box
from pipeline.types.dates import PartialDate
from pipeline.types.documents import DocumentKind, DocumentRecord
from pipeline.types.facts import AnyFact, Fact
from pipeline.types.mrz import CheckDigit, MrzFormat, MrzReading
from pipeline.types.problems import Problem, ProblemKind
from pipeline.types.readings import FileReading
from tests.store import values

BOX = Box(0.1, 0.2, 0.3, 0.4)
MRZ = MrzReading(
    MrzFormat.TD3,
    ("P<UTO<<", "L898902C36"),
    ("P<UTO", "L898902C36"),
    (CheckDigit("number", "6", "6", True), CheckDigit("composite", "0", "4", False)),
    0.91,
    ("tesseract",),
    False,
)


def _record(*facts: AnyFact, mrz: MrzReading | None = None, **rest: int) -> DocumentRecord:
    record = DocumentRecord("doc", "b", 0, DocumentKind.PASSPORT, "icao-passport", mrz, facts, (), (), (), 1.25)
    return dataclasses.replace(record, **rest)  # type: ignore[arg-type]


def _fact(key: str, raw: str, value: object) -> AnyFact:
    return Fact(key, raw, value, 0, BOX, 0.875, "test")


def test_a_line_has_the_names_of_the_contract() -> None:
    fact = _fact("viz.birth_date", "12 AUG 74", PartialDate(1974, 8, None))
    problem = Problem(ProblemKind.BLURRED, "imaging", "edges 6 px wide", 0)
    reading = FileReading("a" * 64, "read", (_record(fact, mrz=MRZ),), (problem,))
    (line,) = map(json.loads, read_lines("in/x.jpg", reading))
    assert line == {
        "file": "in/x.jpg",
        "part": 0,
        "sha256": "a" * 64,
        "document_kind": "passport",
        "template": "icao-passport",
        "mrz": {
            "format": "TD3",
            "lines": ["P<UTO<<", "L898902C36"],
            "raw_lines": ["P<UTO", "L898902C36"],
            "check_digits": {
                "number": {"read": "6", "computed": "6", "ok": True},
                "composite": {"read": "0", "computed": "4", "ok": False},
            },
            "valid": False,
            "confidence": 0.91,
        },
        "fields": {
            "birth_date": {
                "raw": "12 AUG 74",
                "value": "1974-08-XX",
                "box": [0.1, 0.2, 0.3, 0.4],
                "page": 0,
                "legibility": 0.875,
            }
        },
        "problems": [{"kind": "blurred", "stage": "imaging", "page": 0, "message": "edges 6 px wide"}],
        "seconds": 1.25,
    }


def test_the_printed_zone_goes_before_the_mrz_which_fills_the_gaps() -> None:
    record = _record(
        _fact("mrz.surname", "ERIKSSON<<", "ERIKSSON"),
        _fact("viz.surname", "Eriksson", "ERIKSSON"),
        _fact("mrz.document_number", "L898902C3", "L898902C3"),
    )
    (line,) = map(json.loads, read_lines("x", FileReading("a", "read", (record,))))
    assert {name: field["raw"] for name, field in line["fields"].items()} == {
        "document_number": "L898902C3",
        "surname": "Eriksson",
    }
    assert line["mrz"] is None


def test_a_file_of_several_documents_has_a_line_for_each() -> None:
    problem = Problem(ProblemKind.BLANK, "intake", "the page is blank", 1)
    lines = [
        json.loads(line) for line in read_lines("x", FileReading("a", "partial", (_record(), _record()), (problem,)))
    ]
    assert [line["part"] for line in lines] == [0, 1]
    assert [len(line["problems"]) for line in lines] == [1, 0]


def test_an_unreadable_file_has_one_line() -> None:
    problem = Problem(ProblemKind.EMPTY, "intake", "the file is empty")
    (line,) = map(json.loads, read_lines("x", FileReading(None, "unreadable", problems=(problem,), seconds=0.5)))
    assert (line["sha256"], line["document_kind"], line["mrz"], line["fields"]) == (None, "unknown", None, {})
    assert line["problems"][0]["kind"] == "empty"


@given(values.text)
def test_hostile_text_stays_on_its_line(text: str) -> None:
    reading = FileReading("a", "read", (_record(_fact("viz.surname", text, text)),))
    (line,) = read_lines(text, reading)
    assert len(line.splitlines()) == 1
    assert json.loads(line)["fields"]["surname"]["raw"] == text


def test_the_fields_are_those_of_the_contract() -> None:
    contract = (
        "document_number surname given_names birth_date sex nationality birth_place issuing_state issue_date "
        "expiry_date valid_from issuing_office issuing_officer personal_number permit_number permit_category "
        "occupation employer agency passport_number application_number receipt_number medical_number "
        "entries duration_of_stay"
    )
    assert list(FIELDS) == contract.split()
