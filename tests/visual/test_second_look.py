from __future__ import annotations

from pipeline.ocr.engine import TextLine
from pipeline.reference.templates import shipped_templates
from pipeline.types import keys
from pipeline.types.facts import Facts
from pipeline.visual.read import read_printed
from tests.visual.recorded import blank, line

LINES = (
    line("Passport", 0, 0),
    line("Sex", 100, 60),
    line("Nationality", 300, 60),
    line("UTO", 300, 84),
    line("Date of birth", 100, 140),
)


class Looking:
    """Sees `text` in every box, and keeps the boxes."""

    def __init__(self, text: str, confidence: float) -> None:
        self.text, self.confidence = text, confidence
        self.boxes: list[tuple[int, int, int, int]] = []

    def __call__(self, box: tuple[int, int, int, int]) -> TextLine | None:
        self.boxes.append(box)
        return TextLine(self.text, self.confidence, *box) if self.text else None


def sex_by(look: Looking, lines: tuple[TextLine, ...] = LINES) -> str | None:
    facts = read_printed(blank(600, 400), lines, shipped_templates(), engine="x", look=look).facts
    fact = Facts(facts).find(keys.VIZ_SEX)
    return fact.value if fact else None


def test_a_lone_letter_is_looked_for_below_its_label_first() -> None:
    look = Looking("F", 0.95)
    assert sex_by(look) == "F"
    [(left, top, right, bottom)] = look.boxes
    assert left <= 100 < right <= 300
    assert 60 < top < 84 < bottom <= 140


def test_what_is_unsure_or_no_sex_is_not_taken() -> None:
    assert sex_by(Looking("F", 0.6)) is None
    assert sex_by(Looking("UTO", 0.99)) is None
    assert sex_by(Looking("", 0.0)) is None


def test_nothing_is_looked_for_that_was_found() -> None:
    look = Looking("M", 0.95)
    assert sex_by(look, (*LINES, line("F", 100, 84))) == "F"
    assert look.boxes == []
