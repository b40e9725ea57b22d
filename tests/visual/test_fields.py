"""Which text is whose value, on lines written by hand."""

from __future__ import annotations

from pipeline.ocr.engine import TextLine
from pipeline.reference.templates import Template, parse_template
from pipeline.types.dates import PartialDate
from pipeline.visual.choose import seen
from pipeline.visual.fields import NO_LABEL, NO_TEXT, FieldReading, read_fields
from tests.visual.recorded import line

TEMPLATE = parse_template(
    "try",
    """
title = "Try"
kind = "work-permit"
wordings = [["WORK PERMIT"]]
other_labels = ["Type"]
[fields.surname]
labels = ["Surname", "Nom"]
place = ["right", "below"]
lines = 2
[fields.given_names]
labels = ["Given names"]
place = ["right", "below"]
[fields.birth_date]
labels = ["Date of birth", "Date de naissance"]
place = ["right", "below"]
[fields.sex]
labels = ["Sex"]
[fields.employer]
labels = ["Employer"]
place = ["below"]
lines = 2
[fields.permit_number]
labels = ["Permit No."]
place = ["right", "below"]
pattern = 'WP-\\d+'
""",
)


def read(*lines: TextLine, template: Template = TEMPLATE) -> dict[str, FieldReading]:
    return {one.layout.name: one for one in read_fields(seen(lines, template))}


def test_value_to_the_right() -> None:
    assert read(line("Surname", 0, 0), line("ERIKSSON", 200, 1))["surname"].value == "ERIKSSON"


def test_value_below_the_label() -> None:
    assert read(line("Surname", 0, 0), line("ERIKSSON", 2, 26))["surname"].value == "ERIKSSON"


def test_value_on_the_labels_own_line() -> None:
    assert read(line("Surname: ERIKSSON", 0, 0))["surname"].value == "ERIKSSON"
    assert read(line("Surname ERIKSSON", 0, 0))["surname"].value == "ERIKSSON"


def test_a_sentence_is_no_label_with_a_value() -> None:
    assert read(line("Employer and holder must agree", 0, 0))["employer"].why_not == NO_LABEL


def test_bilingual_label() -> None:
    found = read(line("Surname / Nom", 0, 0), line("ERIKSSON", 0, 26))["surname"]
    assert found.value == "ERIKSSON"
    assert found.label is not None


def test_misread_label_is_still_found() -> None:
    assert read(line("Sumame", 0, 0), line("ERIKSSON", 200, 0))["surname"].value == "ERIKSSON"
    assert read(line("Date of birlh", 0, 0), line("12.08.1974", 200, 0))["birth_date"].value == PartialDate(1974, 8, 12)


def test_short_labels_must_be_whole() -> None:
    assert read(line("Set", 0, 0), line("F", 0, 26))["sex"].why_not == NO_LABEL


def test_an_empty_field_does_not_take_the_next_ones_value() -> None:
    found = read(
        line("Surname", 0, 0),
        line("Given names", 0, 30),
        line("ANNA", 0, 56),
        line("Sex", 300, 30),
        line("F", 300, 56),
    )
    assert found["surname"].why_not == NO_TEXT
    assert (found["given_names"].value, found["sex"].value) == ("ANNA", "F")


def test_a_label_to_the_right_parts_a_row() -> None:
    found = read(line("Surname", 0, 0), line("Date of birth", 200, 0), line("12 AUG 1974", 400, 0))
    assert found["surname"].why_not == NO_TEXT
    assert found["birth_date"].value == PartialDate(1974, 8, 12)


def test_a_value_of_two_lines_ends_before_the_next_label() -> None:
    found = read(
        line("Employer", 0, 0),
        line("GRANITE ARCH BUILDERS LTD,", 0, 26),
        line("14 MILL LANE", 0, 52),
        line("Sex", 0, 78),
        line("F", 0, 104),
    )
    assert found["employer"].value == "GRANITE ARCH BUILDERS LTD, 14 MILL LANE"
    assert found["sex"].value == "F"


def test_boxes_of_one_line_are_joined() -> None:
    found = read(line("Surname", 0, 0), line("VAN", 200, 0), line("DYKE", 246, 0))
    assert found["surname"].value == "VAN DYKE"
    assert len(found["surname"].lines) == 2


def test_the_form_of_a_value_decides_between_neighbours() -> None:
    found = read(line("Date of birth", 0, 0), line("UTOPIAN", 200, 0), line("12 AUG 1974", 0, 26))
    assert found["birth_date"].value == PartialDate(1974, 8, 12)


def test_why_not() -> None:
    found = read(
        line("Date of birth", 0, 0), line("NOT A DATE", 200, 0), line("Permit No.", 0, 60), line("AB-1", 200, 60)
    )
    assert found["birth_date"].why_not == "text is no date"
    assert found["birth_date"].raw == "NOT A DATE"
    assert found["permit_number"].why_not == "text differs from the template's pattern"
    assert found["surname"].why_not == NO_LABEL


def test_a_date_of_no_calendar_keeps_its_text() -> None:
    found = read(line("Date of birth", 0, 0), line("31 FEB 1974", 200, 0))["birth_date"]
    assert (found.value, found.impossible, found.raw) == (None, True, "31 FEB 1974")


def test_mrz_lines_and_overprints_are_no_values() -> None:
    found = read(
        line("Surname", 0, 0),
        line("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", 0, 26),
        line("Given names", 0, 100),
        line("SPECIMEN", 10, 120, height=90),
    )
    assert found["surname"].why_not == NO_TEXT
    assert found["given_names"].why_not == NO_TEXT
