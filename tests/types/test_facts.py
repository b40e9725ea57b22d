from __future__ import annotations

import pytest

from pipeline.types.boxes import Box
from pipeline.types.facts import Fact, Facts, Key
from pipeline.types.findings import Finding, Hypothesis, PageEvidence, Strength, band

BOX = Box(0.1, 0.1, 0.2, 0.2)
NUMBER = Key("mrz.document_number", str)


def _fact(value: str, repairs: tuple[str, ...] = ()) -> Fact[str]:
    return Fact(NUMBER.name, "RAW", value, 0, BOX, 0.9, "engine", repairs=repairs)


def test_a_repair_is_a_second_fact_and_never_hides_the_first() -> None:
    facts = Facts([_fact("REPAIRED", ("K read as filler",)), _fact("PLAIN")])
    assert facts.get(NUMBER).value == "PLAIN"
    repaired = facts.repaired(NUMBER)
    assert repaired is not None
    assert repaired.value == "REPAIRED"


def test_a_value_of_another_type_is_our_fault_and_says_so() -> None:
    with pytest.raises(TypeError, match="holds str, not int"):
        Facts([_fact("X")]).find(Key("mrz.document_number", int))


def test_what_was_not_read_is_none_or_a_key_error() -> None:
    assert Facts([]).find(NUMBER) is None
    with pytest.raises(KeyError):
        Facts([]).get(NUMBER)


@pytest.mark.parametrize("legibility", [-0.1, 1.1])
def test_legibility_is_a_share(legibility: float) -> None:
    with pytest.raises(ValueError, match="legibility"):
        Fact("k", "r", "v", 0, BOX, legibility, "e")


def _finding(evidence: tuple[PageEvidence, ...], innocent: tuple[str, ...]) -> Finding:
    return Finding(
        "MRZ101", 1, "t", "m", Strength.WEAK, Hypothesis.ALTERED, 0.9, evidence, innocent, "look", "document_number"
    )


def test_a_finding_needs_a_place_and_an_innocent_cause() -> None:
    evidence = (PageEvidence("k", "r", "v", 0, BOX),)
    assert _finding(evidence, ("worn print",)).code == "MRZ101"
    with pytest.raises(ValueError, match="evidence"):
        _finding((), ("worn print",))
    with pytest.raises(ValueError, match="innocent"):
        _finding(evidence, ())


@pytest.mark.parametrize(
    ("log10_lr", "strength"),
    [(0.3, Strength.WEAK), (1.0, Strength.MODERATE), (2.0, Strength.STRONG), (3.0, Strength.VERY_STRONG)],
)
def test_bands_are_inclusive_below(log10_lr: float, strength: Strength) -> None:
    assert band(log10_lr) is strength


def test_the_middle_of_every_band_falls_into_it() -> None:
    assert [band(strength.log10_lr) for strength in Strength] == list(Strength)
