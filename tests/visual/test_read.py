from __future__ import annotations

import dataclasses

import pytest

from pipeline.imaging.page import Page
from pipeline.ocr.engine import TextLine
from pipeline.reference.templates import shipped_templates
from pipeline.types import keys
from pipeline.types.boxes import Box
from pipeline.types.documents import DocumentKind
from pipeline.types.facts import Facts
from pipeline.types.mrz import MrzFormat
from pipeline.types.printed import FieldQuality
from pipeline.types.problems import ProblemKind
from pipeline.types.values import shown
from pipeline.visual.choose import MrzHint, kind_of
from pipeline.visual.misspelt import differs
from pipeline.visual.read import PrintedResult, combined, legibility, read_printed
from tests.visual.recorded import NAMES, Recorded, blank, line, recorded

QUALITY = FieldQuality(1.0, 20.0, 12.0, 0.9, 0.0, 2.0, 0.0)


def measured(page: Page, box: Box) -> FieldQuality:
    return QUALITY


def result_of(document: Recorded, hint: MrzHint | None) -> PrintedResult:
    return combined(
        [
            read_printed(page, lines, shipped_templates(), hint, measured, engine="recorded", number=number)
            for number, (page, lines) in enumerate(zip(document.pages, document.lines, strict=True))
        ]
    )


@pytest.mark.parametrize("name", NAMES)
def test_recorded_documents_are_read_as_printed(name: str) -> None:
    document = recorded(name)
    result = result_of(document, document.hint)
    assert result.kind.value == document.kind
    assert result.template is not None
    assert (result.template.name, result.template.missing, result.template.misspelt) == (document.template, (), ())
    assert result.template.has_mrz == (document.hint is not None)
    facts = [fact for fact in result.facts if fact.key.startswith("viz.") and fact.key != "viz.text"]
    assert {fact.key.removeprefix("viz."): shown(fact.value) for fact in facts} == document.fields
    assert {fact.key for fact in facts} == {
        "viz." + fact.key.removeprefix("quality.") for fact in result.facts if fact.key.startswith("quality.")
    }
    assert result.problems == ()


@pytest.mark.parametrize("name", NAMES)
def test_labels_name_the_layout_without_an_mrz(name: str) -> None:
    document = recorded(name)
    assert result_of(document, None).kind.value == document.kind


def test_a_permit_of_unknown_layout_yields_its_fields() -> None:
    document = recorded("work-permit")
    others = [one for one in shipped_templates() if one.name != "utopia-work-permit"]
    result = read_printed(document.pages[0], document.lines[0], others, engine="recorded")
    assert result.template is not None
    assert result.template.name == "generic-work-permit"
    read = {fact.key.removeprefix("viz."): shown(fact.value) for fact in result.facts}
    assert {key: read.get(key) for key in document.fields} == document.fields


def test_unknown_template_takes_its_kind_from_the_mrz() -> None:
    lines = (line("Permis de conduire", 0, 0), line("ERIKSSON", 0, 30))
    hint = MrzHint(MrzFormat.TD1, "IR", "UTO")
    result = read_printed(blank(400, 300), lines, shipped_templates(), hint, engine="x", number=1)
    assert (result.kind, result.template) == (DocumentKind.RESIDENCE_CARD, None)
    assert [(one.kind, one.page) for one in result.problems] == [(ProblemKind.UNKNOWN_TEMPLATE, 1)]
    assert Facts(result.facts).get(keys.VIZ_TEXT).value == "Permis de conduire\nERIKSSON"


def test_an_empty_page_is_no_fault_of_ours() -> None:
    result = read_printed(blank(400, 300), (), shipped_templates(), engine="x")
    assert result.kind is DocumentKind.UNKNOWN
    assert [fact.key for fact in result.facts] == ["doc.kind"]


@pytest.mark.parametrize(
    ("format", "code", "kind"),
    [
        (MrzFormat.TD3, "P<", DocumentKind.PASSPORT),
        (MrzFormat.TD1, "I<", DocumentKind.IDENTITY_CARD),
        (MrzFormat.TD1, "AR", DocumentKind.RESIDENCE_CARD),
        (MrzFormat.MRVA, "VC", DocumentKind.VISA),
        (MrzFormat.FRAID, "ID", DocumentKind.IDENTITY_CARD),
        (MrzFormat.TD2, "ZZ", DocumentKind.OTHER),
    ],
)
def test_kind_by_code(format: MrzFormat, code: str, kind: DocumentKind) -> None:
    assert kind_of(MrzHint(format, code, "UTO")) is kind


def without(document: Recorded, text: str, instead: str | None = None) -> Recorded:
    """The document with one line of its first page taken off, or saying something else."""
    lines = [one for one in document.lines[0] if one.text != text]
    if instead is not None:
        lines += [dataclasses.replace(one, text=instead) for one in document.lines[0] if one.text == text]
    return dataclasses.replace(document, lines=(tuple(lines), *document.lines[1:]))


def test_an_empty_mandatory_field_is_told_from_a_missing_label() -> None:
    document = recorded("passport")
    no_value = result_of(without(document, document.fields["document_number"]), document.hint).template
    no_label = result_of(without(document, "Passport No."), document.hint).template
    assert no_value is not None
    assert no_label is not None
    assert [(one.field, one.label_seen) for one in no_value.missing] == [("document_number", True)]
    assert [(one.field, one.label_seen) for one in no_label.missing] == [("document_number", False)]


def test_a_date_of_no_calendar_is_a_fact_of_its_own() -> None:
    document = recorded("passport")
    printed = next(fact.raw for fact in result_of(document, document.hint).facts if fact.key == "viz.issue_date")
    result = result_of(without(document, printed, "31 FEB 2020"), document.hint)
    facts = {fact.key: fact for fact in result.facts}
    assert facts["viz.issue_date_text"].value == "31 FEB 2020"
    assert "viz.issue_date" not in facts
    assert result.template is not None
    assert result.template.missing == ()


def test_another_spelling_of_a_fixed_text_is_reported() -> None:
    document = recorded("work-permit")
    match = result_of(without(document, "MINISTRY OF LABOUR", "MINISTRY OF LABOUNG"), None).template
    assert match is not None
    assert match.misspelt == (("MINISTRY OF LABOUR", "MINISTRY OF LABOUNG"),)


@pytest.mark.parametrize(
    ("expected", "seen", "other"),
    [
        ("Issuing officer", "Issuing oficer", False),
        ("Signature of the issuing officer", "Signature of the issuin officer", False),
        ("Valid from", "Vald from", False),
        ("Issuing office", "ssuing office", False),
        ("Issuing office", "Issuingoffice", False),
        ("WORK PERMIT", "WORK PREMIT", True),
        ("MINISTRY OF LABOUR", "MINISTRY OF LABOR", True),
        ("Date of birth", "Date of death", True),
    ],
)
def test_slips_of_engines_are_no_other_spelling(expected: str, seen: str, other: bool) -> None:
    assert differs(expected, seen) is other


def test_hostile_text_stays_text() -> None:
    attack = "<script>alert(1)</script> =CMD() " + "A" * 10_000
    labels = (line("Passport", 0, 0), line("Surname", 0, 60), line("Sex", 0, 120), line("Nationality", 100, 120))
    lines = (*labels, TextLine(attack, 0.9, 0, 84, 380, 104))
    result = read_printed(blank(400, 300), lines, shipped_templates(), engine="x")
    assert Facts(result.facts).get(keys.VIZ_SURNAME).raw == attack


def test_legibility_falls_with_pixels_a_character() -> None:
    assert legibility([line("ABCD", 0, 0, width=80)]) == pytest.approx(0.99)
    assert legibility([line("ABCD", 0, 0, width=20)]) == pytest.approx(0.495)


def test_a_document_has_pages() -> None:
    with pytest.raises(ValueError, match="at least one page"):
        combined([])


@pytest.mark.parametrize(("name", "wrapped"), [("passport", {"quality.issuing_office"}), ("td2", set())])
def test_a_value_of_two_lines_has_no_slope_of_its_own(name: str, wrapped: set[str]) -> None:
    facts = [fact for fact in result_of(recorded(name), None).facts if fact.key.startswith("quality.")]
    assert {fact.key for fact in facts if fact.value.baseline_degrees is None} == wrapped
