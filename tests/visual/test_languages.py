from __future__ import annotations

import random
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from fixtures.utopia import conditions, papers
from fixtures.utopia.people import holder
from fixtures.utopia.plain_permit import TEMPLATE, TONGUES, plain_permit
from fixtures.utopia.scans import Expected, scan
from fixtures.utopia.truth import Truth
from pipeline.ocr.engine import TextLine
from pipeline.read import Readers, make_readers, read_file
from pipeline.reference.templates import shipped_templates
from pipeline.settings import Settings
from pipeline.types.documents import DocumentKind
from pipeline.types.values import shown
from pipeline.visual.labels import pieces

TEMPLATES = {one.name: one for one in shipped_templates()}
SETTINGS = Settings()


@cache
def _readers() -> Readers:
    return make_readers(SETTINGS)


def _made(out: Path, language: str, seed: int) -> Truth:
    rng = random.Random(f"plain/{language}/{seed}")
    person = holder(rng)
    document = plain_permit(rng, person, papers.passport_of(rng, person), language)
    settings = replace(conditions.flatbed(rng, TEMPLATE), quarter_turns=0)
    return scan(out, Path(f"{language}-{seed}"), document, settings, rng, Expected(), ".jpg")


@pytest.mark.live
@pytest.mark.parametrize("language", sorted(set(TONGUES) - {"en"}))
def test_permits_that_are_known_by_their_labels_only(tmp_path: Path, language: str) -> None:
    right = wrong = 0
    for seed in range(3):
        truth = _made(tmp_path, language, seed)
        (record,) = read_file(tmp_path / truth.file, "bundle", _readers(), SETTINGS).records
        assert (record.kind, record.template) == (DocumentKind.WORK_PERMIT, TEMPLATE)
        found = {fact.key: shown(fact.value) for fact in record.facts}
        exact = [found.get(f"viz.{key}") == value for key, value in truth.fields.items()]
        right, wrong = right + sum(exact), wrong + exact.count(False)
    assert right >= 0.95 * (right + wrong)
    assert right > 60


@pytest.mark.parametrize("language", sorted(TONGUES))
def test_permits_of_every_typography_can_be_drawn(tmp_path: Path, language: str) -> None:
    editions = set()
    for seed in range(12):
        rng = random.Random(f"drawn/{language}/{seed}")
        person = holder(rng)
        document = plain_permit(rng, person, papers.passport_of(rng, person), language)
        if document.edition in editions:
            continue
        editions.add(document.edition)
        truth = scan(tmp_path, Path(str(seed)), document, conditions.flatbed(rng, TEMPLATE), rng, Expected(), ".jpg")
        assert set(truth.boxes) >= set(truth.fields)
    assert editions == {0, 1, 2}


def _line(text: str, top: float = 10.0) -> TextLine:
    return TextLine(text, 0.99, 10.0, top, 10.0 + 8 * len(text), top + 12)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Nº de pasaporte", "document_number"),
        ("N° du passeport", "document_number"),
        ("Surname / Nom / Apellidos", "surname"),
        ("Surname I Nom", "surname"),
        ("SurnameNom", "surname"),
        ("Date of blrth/Date de naisance", "birth_date"),
        ("Fecha de expiración", "expiry_date"),
        ("Fecha de expedición", "issue_date"),
        ("Height/Taille", None),
    ],
)
def test_a_label_in_one_language_or_several_names_its_field(text: str, field: str | None) -> None:
    (piece,) = pieces([_line(text)], TEMPLATES["icao-passport"])
    assert piece.label is not None
    assert piece.label.field == field


@pytest.mark.parametrize("text", ["Nom / MERROW", "MERROW", "1 / 2", "/"])
def test_what_names_two_fields_or_none_is_no_label(text: str) -> None:
    assert all(piece.label is None for piece in pieces([_line(text)], TEMPLATES["icao-passport"]))


def test_a_short_value_behind_its_label() -> None:
    for text in ("Nationalité / Nationality: UTO", "Nationality: UTO", "Nationalité/Nationality:UTO"):
        label, value = pieces([_line(text)], TEMPLATES["icao-passport"])
        assert label.label is not None
        assert (label.label.field, value.line.text) == ("nationality", "UTO")
