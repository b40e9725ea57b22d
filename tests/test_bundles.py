from __future__ import annotations

import pytest

from pipeline.bundles import MOST_DOCUMENTS, facts_with_links
from pipeline.types.documents import DocumentKind, DocumentRecord
from pipeline.types.keys import VIZ_SURNAME, linked
from tests.flows.fake_reader import document

PASSPORT, PERMIT, VISA = DocumentKind.PASSPORT, DocumentKind.WORK_PERMIT, DocumentKind.VISA
ANNA = {"viz.surname": "ERIKSSON", "viz.given_names": "ANNA MARIA", "viz.birth_date": "1974-08-12"}
BEN = {"viz.surname": "OKONKWO", "viz.given_names": "BEN", "viz.birth_date": "1990-01-02"}


def passport(name: str, number: str = "L898902C3", **facts: str) -> DocumentRecord:
    return document(name, "b", PASSPORT, {"viz.document_number": number, **facts})


def permit(name: str = "permit", number: str = "L898902C3", **facts: str) -> DocumentRecord:
    return document(name, "b", PERMIT, {"viz.passport_number": number, **facts})


def test_the_passport_s_readings_stand_under_its_prefix() -> None:
    mine, theirs = permit(**ANNA), passport("p", **ANNA)
    found = facts_with_links(mine, [mine, theirs])
    assert found.ids == {"passport": theirs.document_id}
    fact = found.facts.find(linked("passport", VIZ_SURNAME))
    assert fact is not None
    assert fact.value == "ERIKSSON"
    assert found.not_assessed == ()


@pytest.mark.parametrize(
    "changed",
    [
        {"viz.birth_date": "1974-12-08"},
        {"viz.surname": "SMITH", "viz.given_names": "JO"},
        {"viz.passport_number": "X1Y2Z3"},
    ],
)
def test_one_differing_field_does_not_undo_the_link(changed: dict[str, str]) -> None:
    facts = {"viz.passport_number": "L898902C3", **ANNA, **changed}
    mine, theirs = document("permit", "b", PERMIT, facts), passport("p", **ANNA)
    assert facts_with_links(mine, [theirs, mine]).ids == {"passport": theirs.document_id}


def test_the_holder_s_passport_is_chosen_among_a_family_s() -> None:
    mine = permit(number="K00000001", **ANNA)
    hers, his = passport("a", "L898902C3", **ANNA), passport("b", "M11111111", **BEN)
    assert facts_with_links(mine, [his, hers, mine]).ids == {"passport": hers.document_id}


def test_two_equally_likely_passports_are_not_guessed_between() -> None:
    mine = permit(number="K00000001", **ANNA)
    found = facts_with_links(mine, [mine, passport("a", "L898902C3", **ANNA), passport("b", "M11111111", **ANNA)])
    assert found.ids == {}
    assert "more than one passport" in found.not_assessed[0].reason


def test_two_scans_of_one_passport_are_no_ambiguity() -> None:
    mine = permit(**ANNA)
    found = facts_with_links(mine, [mine, passport("b", **ANNA), passport("a", **ANNA)])
    assert found.ids == {"passport": "a"}


def test_a_birth_date_alone_links_nothing() -> None:
    mine = permit(number="K00000001", **{**BEN, "viz.birth_date": ANNA["viz.birth_date"]})
    found = facts_with_links(mine, [mine, passport("a", **ANNA)])
    assert found.ids == {}
    assert "agrees with it on number or name" in found.not_assessed[0].reason


def test_without_a_passport_there_is_nothing_to_tell() -> None:
    mine = permit(**ANNA)
    found = facts_with_links(mine, [mine])
    assert (found.ids, found.not_assessed) == ({}, ())


def test_permits_of_one_folder_are_compared_with_each_other() -> None:
    mine, other = permit("one", **ANNA), permit("two", **BEN)
    assert facts_with_links(mine, [mine, other]).ids == {"work-permit": "two"}


def test_a_passport_is_compared_with_another_passport_and_no_permit() -> None:
    mine = passport("p", **ANNA)
    assert facts_with_links(mine, [mine, permit(**ANNA), passport("q", **ANNA)]).ids == {"passport": "q"}


def test_that_a_family_has_several_passports_is_nothing_to_tell() -> None:
    mine = passport("p", "K00000001", **ANNA)
    found = facts_with_links(mine, [mine, passport("q", "N99999999", **BEN)])
    assert (found.ids, found.not_assessed) == ({}, ())


def test_a_folder_of_too_many_documents_is_no_application() -> None:
    mine = permit(**ANNA)
    crowd = [passport(f"p{number}", f"N{number:08d}", **BEN) for number in range(MOST_DOCUMENTS)]
    found = facts_with_links(mine, [mine, *crowd])
    assert f"more than {MOST_DOCUMENTS}" in found.not_assessed[0].reason
