"""What was read: Facts, their keys, and the typed look-up that checks use.

A key is `zone.field`: `viz.birth_date` is printed, `mrz.birth_date` stands in the machine-readable zone, and
`passport.` or `permit.` before a key is the linked document of the same bundle (`passport.viz.surname`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from pipeline.types.boxes import Box

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another reading of one character.

    Attributes:
        position: index into the Fact's `raw` text, 0-based.
        character: what it could be instead.
        probability: the engine's, 0-1, or None where it does not say.
    """

    position: int
    character: str
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    """One reading.

    Attributes:
        key: `zone.field`.
        raw: the text as the engine gave it; never changed.
        value: what it means (text, PartialDate, ...).
        page: 0-based page of the document.
        box: where it stands on that page.
        legibility: 0-1, how well the print could be read; a property of the capture, not of the document.
        engine: which engine read it.
        alternatives: other readings of single characters that the pixels allow.
        repairs: what was changed between `raw` and `value`, in words; a Fact with repairs is always the second
            Fact of its key and never replaces the first.
    """

    key: str
    raw: str
    value: T
    page: int
    box: Box
    legibility: float
    engine: str
    alternatives: tuple[Alternative, ...] = ()
    repairs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0.0 <= self.legibility <= 1.0:
            raise ValueError(f"legibility outside 0-1: {self.legibility}")


@dataclass(frozen=True, slots=True)
class Key(Generic[T]):
    """A typed name of a Fact: `facts.get(Key[PartialDate]("viz.birth_date"))` is a Fact[PartialDate]."""

    name: str
    kind: type[T] = field(compare=False)


AnyFact = Fact[Any]
AnyKey = Key[Any]


class Facts:
    """The readings of one document, and those of the documents it is linked to, by key.

    A plain reading comes first; a repaired second Fact of the same key is found with `repaired`.
    """

    def __init__(self, facts: Iterable[AnyFact]) -> None:
        self._plain: dict[str, AnyFact] = {}
        self._repaired: dict[str, AnyFact] = {}
        for fact in facts:
            target = self._repaired if fact.repairs else self._plain
            target.setdefault(fact.key, fact)

    def find(self, key: Key[T]) -> Fact[T] | None:
        """The reading as it stands, else the repaired one, else None.

        Raises:
            TypeError: if the reading's value is not of the key's type: a fault of ours.
        """
        fact = self._plain.get(key.name, self._repaired.get(key.name))
        return None if fact is None else _typed(fact, key)

    def get(self, key: Key[T]) -> Fact[T]:
        """The reading of a key that the check declared in `needs`.

        Raises:
            KeyError: if it was not read; the runner asks `find` first, so this is a fault of ours.
        """
        fact = self.find(key)
        if fact is None:
            raise KeyError(key.name)
        return fact

    def repaired(self, key: Key[T]) -> Fact[T] | None:
        """The second, repaired reading, if there is one."""
        fact = self._repaired.get(key.name)
        return None if fact is None else _typed(fact, key)

    def __iter__(self) -> Iterator[AnyFact]:
        yield from self._plain.values()
        yield from self._repaired.values()


def _typed(fact: AnyFact, key: Key[T]) -> Fact[T]:
    if not isinstance(fact.value, key.kind):
        raise TypeError(f"{key.name} holds {type(fact.value).__name__}, not {key.kind.__name__}")
    return cast("Fact[T]", fact)
