from __future__ import annotations

import random
from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont, features

from fixtures.utopia import conditions, papers
from fixtures.utopia.fonts import font_file
from fixtures.utopia.people import holder
from fixtures.utopia.scans import Expected, scan
from pipeline.ocr.engine import TextLine
from pipeline.read import Readers, make_readers, read_file
from pipeline.reference.names import Agreement, compare_surname
from pipeline.reference.templates import shipped_templates
from pipeline.settings import Settings
from pipeline.types import keys
from pipeline.types.facts import Facts
from pipeline.types.problems import ProblemKind
from pipeline.visual.read import PrintedResult, read_printed
from tests.visual.recorded import blank

SETTINGS = Settings()


@cache
def _readers() -> Readers:
    return make_readers(SETTINGS)


def _result(surname: TextLine | None, *others: TextLine) -> PrintedResult:
    labels = ("Passport", "Passport No.", "Surname", "Given names", "Date of birth", "Date of expiry", "Nationality")
    lines = [TextLine(text, 0.99, 20, 40 * row, 20 + 9 * len(text), 40 * row + 14) for row, text in enumerate(labels)]
    lines += [TextLine("ANNA", 0.99, 20, 138, 60, 152), *others]
    lines += [surname] if surname else []
    return read_printed(blank(600, 400), tuple(lines), shipped_templates(), engine="recorded")


def _value(text: str, confidence: float, height: float = 14.0) -> TextLine:
    return TextLine(text, confidence, 20, 98, 120, 98 + height)


def _kinds(result: PrintedResult) -> list[tuple[ProblemKind, str]]:
    return [(problem.kind, problem.message.partition(" is ")[0]) for problem in result.problems]


def test_print_of_which_nothing_was_read_is_no_empty_field() -> None:
    result = _result(_value("", 0.0))
    assert _kinds(result) == [(ProblemKind.SCRIPT_NOT_READ, "surname")]
    assert result.template is not None
    assert "surname" not in {missing.field for missing in result.template.missing}
    assert Facts(result.facts).find(keys.VIZ_GIVEN_NAMES) is not None
    assert "\n\n" not in Facts(result.facts).get(keys.VIZ_TEXT).value


def test_an_empty_field_is_still_missing() -> None:
    for line in (None, _value("", 0.0, height=3.0), _value("", 0.0, height=90.0)):
        result = _result(line)
        assert _kinds(result) == []
        assert result.template is not None
        assert "surname" in {missing.field for missing in result.template.missing}


def test_what_is_left_of_a_word_in_another_script_is_no_value() -> None:
    result = _result(_value("EPAKOBA", 0.90))
    assert _kinds(result) == [(ProblemKind.SCRIPT_NOT_READ, "surname")]
    assert Facts(result.facts).find(keys.VIZ_SURNAME) is None


@pytest.mark.parametrize(("text", "sure"), [("POMAH", 0.99), ("MERROW", 0.9), ("OK", 0.9), ("BEATE", 0.98)])
def test_latin_letters_are_read_as_such(text: str, sure: float) -> None:
    result = _result(_value(text, sure))
    assert _kinds(result) == []
    assert Facts(result.facts).get(keys.VIZ_SURNAME).raw == text


@pytest.mark.parametrize(
    ("printed", "field", "same"),
    [
        ("POMAH", "ROMAN<<ANNA<<<<<<", True),
        ("AHHA", "ANNA<<MARIA<<<<<", True),
        ("ЩЕРБАКОВА", "SHCHERBAKOVA<<ANNA<<<<<<", True),
        ("POMAH", "ROMEN<<ANNA<<<<<<", False),
        ("MERROW", "MEPPOW<<ANNA<<<<<<", False),
    ],
)
def test_look_alikes_of_cyrillic_letters_are_compared_as_such(printed: str, field: str, same: bool) -> None:
    match = compare_surname(printed, None, field, "UTO")
    assert (match.agreement is Agreement.ADMISSIBLE) is same


@pytest.mark.live
def test_a_utopian_passport_with_names_in_cyrillic(tmp_path: Path) -> None:
    rng = random.Random("cyrillic")
    person = holder(rng)
    passport = papers.passport(rng, person, papers.passport_of(rng, person))
    passport.say("surname", "ЯСИНСКИЙ")
    passport.say("given_names", "ОКСАНА")
    passport.zone(replace(passport.facts, surname="IASINSKII", given_names="OKSANA"))
    settings = replace(conditions.flatbed(rng, "icao-passport"), quarter_turns=0)
    truth = scan(tmp_path, Path("a"), passport, settings, rng, Expected(), ".jpg")
    (record,) = read_file(tmp_path / truth.file, "bundle", _readers(), SETTINGS).records
    facts = Facts(record.facts)
    assert facts.find(keys.VIZ_SURNAME) is None
    told = [problem.message for problem in record.problems if problem.kind is ProblemKind.SCRIPT_NOT_READ]
    assert any(message.startswith("surname ") for message in told)
    given = facts.find(keys.VIZ_GIVEN_NAMES)
    assert given is None or given.value == "OKCAHA"
    assert facts.get(keys.MRZ_SURNAME).value == "IASINSKII"
    assert facts.get(keys.VIZ_DOCUMENT_NUMBER).value == truth.fields["document_number"]


@pytest.mark.live
@pytest.mark.parametrize("text", ["محمد", "عبد الرحمن", "ЖУКОВСКАЯ", "Наталья"])
def test_of_arabic_and_cyrillic_print_no_latin_letters_are_made(text: str) -> None:
    if not text.isascii() and text[0] > "\u0600" and not features.check("raqm"):
        pytest.skip("Pillow was built without the library that joins Arabic letters")
    font = ImageFont.truetype(str(font_file("dejavu-bold")), 34)
    page = Image.new("RGB", (900, 300), (246, 245, 242))
    ImageDraw.Draw(page).text((120, 120), text, font=font, fill=(30, 30, 34))
    lines = _readers().text.read_page(np.asarray(cv2.cvtColor(np.asarray(page), cv2.COLOR_RGB2BGR), np.uint8))
    assert lines, "the print is found"
    assert not any(letter.isalpha() for line in lines for letter in line.text)
