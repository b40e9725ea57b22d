"""The 2 x 36 zone of the French card, from the generator through reading and checks to the output."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.base import Context
from checks.xzn.xzn104_surname_differs import CHECK as SURNAME
from checks.xzn.xzn105_given_names_differ import CHECK as GIVEN_NAMES
from fixtures.utopia import conditions, papers
from fixtures.utopia.document import Document
from fixtures.utopia.law import TODAY
from fixtures.utopia.mrz_lines import compose
from fixtures.utopia.people import holder
from fixtures.utopia.scans import Expected, scan
from pipeline.mrz.digits import check_digits
from pipeline.mrz.parse import format_of, parse
from pipeline.read import make_readers, read_file
from pipeline.reference.names import Agreement, compare_given_names, compare_surname
from pipeline.reference.policy import Policies
from pipeline.report.read_lines import read_lines
from pipeline.settings import Settings
from pipeline.types import keys
from pipeline.types.documents import DocumentKind
from pipeline.types.facts import Facts
from pipeline.types.mrz import MrzFormat
from pipeline.types.values import shown


def _card(seed: object, kind: str = "plain") -> Document:
    rng = random.Random(f"french/{seed}")
    return papers.identity_card(rng, holder(rng, kind), MrzFormat.FRAID)


def test_the_generated_zone_has_the_shape_of_the_french_card() -> None:
    card = _card(1)
    facts = replace(card.facts, surname="BERTHIER", given_names="CORINNE", number="880692310285", optional="923001")
    lines = compose(replace(facts, sex="F", birth_date=card.facts.birth_date))
    assert lines[0] == "IDFRABERTHIER<<<<<<<<<<<<<<<<<923001"
    assert lines[1].startswith("8806923102858CORINNE<<<<<<<")
    assert [len(line) for line in lines] == [36, 36]


@given(st.integers(0, 2000), st.sampled_from(["plain", "marked", "special", "single", "long", "unknown-day"]))
def test_generated_zones_are_read_as_they_were_written(seed: int, kind: str) -> None:
    card = _card(seed, kind)
    assert format_of(card.mrz) is MrzFormat.FRAID
    assert all(digit.ok for digit in check_digits(MrzFormat.FRAID, card.mrz))
    found = {field.key.name: field.value for field in parse(MrzFormat.FRAID, card.mrz)}
    assert found["mrz.document_number"] == card.values["document_number"]
    assert found["mrz.birth_date"] == card.facts.birth_date
    name = str(found["mrz.name"])
    lawful = (Agreement.ADMISSIBLE, Agreement.TRUNCATED)
    surname, given = card.values["surname"], card.values.get("given_names", "")
    assert compare_surname(surname, given, name, "FRA").agreement in lawful
    assert compare_given_names(surname, given, name, "FRA").agreement in lawful


def test_another_name_is_still_another() -> None:
    card = _card(2)
    name = next(str(field.value) for field in parse(MrzFormat.FRAID, card.mrz) if field.key == keys.MRZ_NAME)
    assert compare_surname("QUILLON", None, name, "FRA").agreement is Agreement.DIFFERENT


@pytest.mark.live
def test_a_card_is_read_checked_and_told(tmp_path: Path) -> None:
    rng = random.Random("french live")
    card = papers.identity_card(rng, holder(rng, "plain"), MrzFormat.FRAID)
    settings = replace(conditions.flatbed(rng, card.template), quarter_turns=0)
    truth = scan(tmp_path, Path("a"), card, settings, rng, Expected(), ".jpg")
    reading = read_file(tmp_path / truth.file, "bundle", make_readers(Settings()), Settings())
    (record,) = reading.records
    assert (record.kind, record.template) == (DocumentKind.IDENTITY_CARD, "fraid-identity-card")
    assert record.mrz is not None
    assert record.mrz.lines == truth.mrz_lines
    facts = Facts(record.facts)
    found = {fact.key: shown(fact.value) for fact in record.facts}
    assert [found.get(f"viz.{key}") for key in truth.fields] == list(truth.fields.values())
    (line,) = (json.loads(one) for one in read_lines("a.jpg", reading))
    assert line["mrz"]["format"] == "FRAID"
    assert set(line["mrz"]["check_digits"]) == {"number", "birth_date", "composite"}
    assert line["mrz"]["valid"] is True
    for check in (SURNAME, GIVEN_NAMES):
        assert all(facts.find(key) is not None for key in check.needs), check.code
        assert list(check.rule(facts, Context(TODAY, Policies(()), problems=record.problems))) == []
