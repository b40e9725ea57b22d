"""Pages and printed fields whose capture was measured."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from pipeline.types.documents import PageInfo
from pipeline.types.facts import Fact, Facts
from pipeline.types.keys import page, quality
from pipeline.types.printed import FieldQuality


def pages(facts: Facts) -> Iterator[Fact[PageInfo]]:
    """Every page of the document, in order."""
    for number in count():
        fact = facts.find(page(number))
        if fact is None:
            return
        yield fact


def fields(facts: Facts) -> Iterator[tuple[str, Fact[FieldQuality]]]:
    """Every printed field measured, with its name in words."""
    for fact in facts:
        zone, _, name = fact.key.partition(".")
        if zone == "quality" and not fact.repairs:
            measured = facts.find(quality(name))
            if measured is not None:
                yield name.replace("_", " "), measured
