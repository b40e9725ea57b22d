from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.reference.templates import Place, load_template, shipped_templates
from pipeline.types.documents import DocumentKind

GOOD = """
title = "Mine"
kind = "work-permit"
[fields.surname]
labels = ["Surname"]
place = ["right"]
"""


def test_shipped_templates_cover_what_is_promised() -> None:
    names = {one.name for one in shipped_templates()}
    assert names >= {
        "icao-passport",
        "td1-identity-card",
        "td2-identity-card",
        "td1-residence-card",
        "td2-residence-card",
        "mrv-a-visa",
        "mrv-b-visa",
        "utopia-work-permit",
        "utopia-permit-card",
        "generic-work-permit",
    }


def test_only_a_layout_that_was_described_can_be_said_to_have_no_mrz() -> None:
    without = {one.name for one in shipped_templates() if not one.may_have_mrz}
    assert without == {"utopia-work-permit", "utopia-permit-card"}


def test_a_label_names_one_field_of_a_template() -> None:
    for template in shipped_templates():
        labels = [label.casefold() for field in template.fields for label in field.labels]
        labels += [label.casefold() for label in template.other_labels]
        assert len(labels) == len(set(labels)), template.name


def test_own_template(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(GOOD, encoding="utf-8")
    template = load_template(tmp_path / "mine.toml")
    assert (template.name, template.kind) == ("mine", DocumentKind.WORK_PERMIT)
    assert template.fields[0].places == (Place.RIGHT,)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD + "colour = 1", "fields.surname.colour"),
        (GOOD.replace("work-permit", "licence"), "key kind"),
        (GOOD.replace("surname]", "shoe_size]"), "fields.shoe_size: no such field"),
        (GOOD.replace('["right"]', '["left"]'), "fields.surname.place.0"),
        (GOOD + "pattern = '['", "fields.surname.pattern"),
        (GOOD + "labels = 3 3", "line 7"),
        ('title = "x"\nkind = "visa"\n', "key fields"),
    ],
)
def test_a_fault_names_its_line_or_key(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="template mine") as caught:
        load_template(tmp_path / "mine.toml")
    assert says in str(caught.value)


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gone\.toml"):
        load_template(tmp_path / "gone.toml")
