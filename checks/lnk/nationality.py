"""Nationalities as codes, from whatever zone states them."""

from __future__ import annotations

from collections.abc import Iterable

from checks.lnk.holder import of_holder
from pipeline.reference.codes import codes_printed, state_code
from pipeline.types.facts import Fact, Facts
from pipeline.types.keys import MRZ_NATIONALITY, VIZ_NATIONALITY


def nationalities(facts: Facts, other: str = "") -> tuple[Fact[str], ...]:
    """The nationality in each zone of the document, or of the linked one."""
    return of_holder(facts, VIZ_NATIONALITY, MRZ_NATIONALITY, other=other)


def codes_of(stated: Iterable[Fact[str]]) -> frozenset[str]:
    """Every code that these can mean; empty where the tables have none of them."""
    return frozenset().union(*(_codes(fact) for fact in stated))


def _codes(fact: Fact[str]) -> frozenset[str]:
    if fact.key.endswith(MRZ_NATIONALITY.name):
        return frozenset({state_code(fact.value)})
    return codes_printed(fact.value)
