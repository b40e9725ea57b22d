from __future__ import annotations

from pipeline.reference.templates import shipped_templates
from pipeline.visual.explain import explain_choice, explain_template
from tests.visual.recorded import line, recorded

SIZE = (1000, 800)


def test_every_field_is_read_or_explained() -> None:
    document = recorded("passport")
    size = (document.pages[0].info.width, document.pages[0].info.height)
    best, *others = explain_choice(document.lines[0], size, shipped_templates(), document.hint)
    assert (best.template, best.enough, best.mrz_agrees) == ("icao-passport", True, True)
    assert {one.field: one.value for one in best.fields if one.value} == document.fields
    assert all(one.value or one.why_not for each in (best, *others) for one in each.fields)
    assert all(one.box and one.confidence for one in best.fields if one.value)


def test_why_a_field_is_not_read() -> None:
    template = next(one for one in shipped_templates() if one.name == "utopia-work-permit")
    lines = [line("WORK PERMIT", 300, 0), line("Surname", 0, 60), line("Date of issue", 0, 120), line("SOON", 0, 144)]
    explained = explain_template(lines, SIZE, template)
    why = {one.field: one.why_not for one in explained.fields}
    assert why["surname"] == "label seen, nothing to the right or below"
    assert why["issue_date"] == "text is no date"
    assert why["employer"] == "label not seen"
    assert "WORK PERMIT" in explained.wordings_seen
    assert "MINISTRY OF LABOUR" in explained.wordings_missing
    issue = next(one for one in explained.fields if one.field == "issue_date")
    assert (issue.label_seen, issue.raw) == ("Date of issue", "SOON")


def test_texts_that_are_nothing_are_left_over() -> None:
    template = next(one for one in shipped_templates() if one.name == "icao-passport")
    assert explain_template([line("UNRELATED", 0, 0)], SIZE, template).left_over == ("UNRELATED",)
