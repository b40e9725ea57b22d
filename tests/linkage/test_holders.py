"""Holders under two numbers are found, a household is not taken for one person, and nothing leaves the process."""

from __future__ import annotations

import datetime as dt
import random
import socket
from pathlib import Path
from typing import NoReturn

import polars as pl
import pytest

from pipeline.linkage.holders import COMPARED, linked_holders

Person = dict[str, object]
_SYLLABLES = ("BA", "DOR", "KEL", "MIN", "NOVA", "RU", "SET", "TIL", "VAN", "ZOR", "LUM", "PER", "GAS", "HIN", "JO")


def _word(draw: random.Random, parts: int) -> str:
    return "".join(draw.choice(_SYLLABLES) for _ in range(parts))


def _people(count: int, seed: int = 7) -> list[Person]:
    draw = random.Random(seed)
    return [
        {
            "holder": f"H{at:05}",
            "surname": _word(draw, 3),
            "given_names": _word(draw, 2),
            "birth_date": dt.date(1960, 1, 1) + dt.timedelta(days=draw.randrange(16_000)),
            "passport_number": f"{draw.choice('ABC')}{draw.randrange(10**8):08}",
            "phone": f"+999 {draw.randrange(10**8):08}",
            "address": f"{draw.randrange(900)} {_word(draw, 3)} ROAD",
        }
        for at in range(count)
    ]


def linked(people: list[Person], threads: int = 2) -> dict[str, str]:
    schema = {name: pl.Date() if name == "birth_date" else pl.String() for name in ("holder", *COMPARED)}
    found = linked_holders(pl.DataFrame(people, schema=schema), seed=1, threads=threads)
    return dict(found.select("holder", "identity").iter_rows())


@pytest.fixture(name="found", scope="module")
def _found() -> dict[str, str]:
    """Three hundred people, some with a second number and some with kin."""
    people = _people(300)
    first = people[0]
    people += [
        {**first, "holder": "X-spelled", "given_names": f"{first['given_names']}H", "passport_number": "Z1"},
        {**people[1], "holder": "X-new-papers", "passport_number": "Z2", "phone": None, "address": None},
        {**people[2], "holder": "X-accents", "surname": str(people[2]["surname"]).replace("O", "Ó").lower()},
        # Of one household: all but given names and birth date, and a twin.
        {
            **people[3], "holder": "X-sister", "given_names": "QUILLA", "passport_number": "Z3",
            "birth_date": dt.date(1999, 9, 9),
        },
        {**people[4], "holder": "X-twin", "given_names": "QUILLA", "passport_number": "Z4"},
        # Only name and birth year are alike.
        {**people[5], "holder": "X-namesake", "birth_date": dt.date(2001, 1, 2), "passport_number": "Z5", "phone": "1",
         "address": "2"},
    ]  # fmt: skip
    return linked(people)


@pytest.mark.parametrize(("number", "holder"), [("X-spelled", 0), ("X-new-papers", 1), ("X-accents", 2)])
def test_a_second_number_of_one_person_is_found(found: dict[str, str], number: str, holder: int) -> None:
    assert found[number] == found[f"H{holder:05}"] == f"H{holder:05}"


@pytest.mark.parametrize("number", ["X-sister", "X-twin", "X-namesake"])
def test_a_household_and_a_namesake_are_not_one_person(found: dict[str, str], number: str) -> None:
    assert found[number] == number


def test_strangers_are_strangers(found: dict[str, str]) -> None:
    assert len(set(found.values())) == len(found) - 3


def test_the_same_seed_gives_the_same_identities_in_any_order() -> None:
    people = _people(200) + [{**person, "holder": f"X{at}", "phone": None} for at, person in enumerate(_people(20))]
    first = linked(people)
    assert linked(people[::-1]) == linked(people, threads=1) == first
    assert sum(holder != identity for holder, identity in first.items()) == 20


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_few_holders_are_no_failure(count: int) -> None:
    assert linked(_people(count)) == {f"H{at:05}": f"H{at:05}" for at in range(count)}


def test_columns_without_a_value_are_no_agreement() -> None:
    nobody = [{**person, **dict.fromkeys(COMPARED)} for person in _people(50)]
    assert len(set(linked(nobody).values())) == 50


def test_beyond_its_memory_it_says_so() -> None:
    with pytest.raises(MemoryError, match="needs more memory"):
        linked_holders(pl.DataFrame(_people(20_000)), seed=1, memory="2MB")


def test_it_asks_no_network_and_writes_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert len(linked(_people(50))) == 50
    assert list(tmp_path.rglob("*")) == []
