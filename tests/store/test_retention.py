"""What is due goes, what is not stays, and what went is not read again."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline import READING_VERSION
from pipeline.errors import StoreError, UsageError
from pipeline.settings import Kept, Retention, Settings
from pipeline.store import inputs as store_inputs
from pipeline.store.database import Store
from pipeline.store.holds import held, held_documents, lift_hold, place_hold
from pipeline.store.inputs import Input, add_inputs, all_inputs, mark_known, unread_ordinals
from pipeline.store.pages import PageFolder
from pipeline.store.retention import Class, Erased, erase_due
from pipeline.store.runs import start_run
from pipeline.store.scans import records_of, save_reading
from pipeline.store.schema import cases, judgements, outcomes, records, scans, tombstones
from pipeline.types.problems import ProblemKind
from pipeline.types.readings import PageImage
from tests.store.filled import READ_ON, put, reading

RULES = Retention(
    clear=Kept(images=10, facts=20),
    flagged=Kept(images=30, facts=40),
    protection=Kept(images=50, facts=60),
    confirmed=Kept(images=0, facts=0),
)
FOR_EVER = Retention(clear=Kept(images=0, facts=0), flagged=Kept(images=0, facts=0), protection=Kept(images=0, facts=0))


def settings(home: Path, rules: Retention = RULES) -> Settings:
    return Settings(home=home, retention=rules)


def erase(store: Store, home: Path, days: int, rules: Retention = RULES) -> Erased:
    """Erase as of so many days after the scans were read; the clock agrees."""
    today = READ_ON.date() + dt.timedelta(days=days)
    erase_due(store, settings(home, FOR_EVER), today)
    return erase_due(store, settings(home, rules), today)


def left(store: Store, home: Path, name: str) -> str:
    """What there is of a scan: images, facts, both or nothing."""
    read = reading(name)
    document = read.records[0].document_id
    images = PageFolder(home).load(document, 0) is not None
    with store.read() as connection:
        found = [
            connection.execute(sa.select(sa.func.count()).select_from(table).where(where)).scalar_one() > 0
            for table, where in (
                (records, records.c.sha256 == read.file_sha256),
                (outcomes, outcomes.c.document_id == document),
            )
        ]
    assert found[0] == found[1]
    return {(True, True): "both", (False, True): "facts", (True, False): "images", (False, False): "nothing"}[
        (images, found[0])
    ]


@pytest.mark.parametrize(
    ("kept_as", "days", "expected"),
    [
        ("clear", 9, "both"), ("clear", 10, "facts"), ("clear", 19, "facts"), ("clear", 20, "nothing"),
        ("flagged", 29, "both"), ("flagged", 30, "facts"), ("flagged", 39, "facts"), ("flagged", 40, "nothing"),
        ("protection", 49, "both"), ("protection", 50, "facts"), ("protection", 60, "nothing"),
        ("confirmed", 9999, "both"),
        # Nobody said that it is clear.
        (None, 29, "both"), (None, 30, "facts"), (None, 40, "nothing"),
    ],
)  # fmt: skip
def test_each_class_has_its_time(store: Store, tmp_path: Path, kept_as: Class | None, days: int, expected: str) -> None:
    put(store, tmp_path, "x", kept_as)
    told = erase(store, tmp_path, days)
    assert left(store, tmp_path, "x") == expected
    counted = {"both": ({}, {}), "facts": ({kept_as or "flagged": 1}, {}), "nothing": ({}, {kept_as or "flagged": 1})}
    assert (told.images, told.facts) == counted[expected]
    again = erase(store, tmp_path, days)
    assert (again.images, again.facts) == ({}, {})


def test_images_go_first_and_the_facts_later(store: Store, tmp_path: Path) -> None:
    put(store, tmp_path, "x", "clear")
    erase(store, tmp_path, 10)
    assert left(store, tmp_path, "x") == "facts"
    assert erase(store, tmp_path, 20).facts == {"clear": 1}
    assert left(store, tmp_path, "x") == "nothing"


def test_many_go_in_several_transactions_and_the_others_stay(store: Store, tmp_path: Path) -> None:
    for at in range(230):
        put(store, tmp_path, f"x{at}", "clear" if at % 2 else "flagged")
    told = erase(store, tmp_path, 20)
    assert (told.images, told.facts) == ({}, {"clear": 115})
    assert {left(store, tmp_path, f"x{at}") for at in range(0, 230, 2)} == {"both"}


def test_a_tombstone_says_what_when_and_by_which_rule_and_stays(store: Store, tmp_path: Path) -> None:
    sha256 = put(store, tmp_path, "x", "clear")
    erase(store, tmp_path, 20)
    with store.read() as connection:
        rows = connection.execute(sa.select(tombstones)).mappings().all()
    assert [(row["sha256"], row["what"], row["kept_as"], row["rule"], row["status"]) for row in rows] == [
        (sha256, "facts", "clear", "rules 1: facts of clear for 20 days", "read")
    ]
    with pytest.raises(StoreError, match="tombstones are appended"), store.write() as connection:
        connection.execute(sa.delete(tombstones))


def test_judgements_stay(store: Store, tmp_path: Path) -> None:
    put(store, tmp_path, "x", "confirmed")
    rules = RULES.model_copy(update={"confirmed": Kept(images=1, facts=1)})
    assert erase(store, tmp_path, 20, rules).facts == {"confirmed": 1}
    with store.read() as connection:
        assert len(connection.execute(sa.select(judgements)).all()) == 1
        assert connection.execute(sa.select(cases)).all() == []


@pytest.mark.parametrize("version", [READING_VERSION, READING_VERSION + 1])
def test_what_was_erased_is_not_read_again_and_says_so(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    sha256 = put(store, tmp_path, "x", "clear")
    erase(store, tmp_path, 20)
    monkeypatch.setattr(store_inputs, "READING_VERSION", version)
    with store.write() as connection:
        start_run(connection, "r", "2026-11-01T00:00:00+00:00")
        add_inputs(connection, "r", [Input(0, Path("a"), "a", "b", sha256), Input(1, Path("b"), "b", "b", "f" * 64)])
        mark_known(connection, "r")
        assert unread_ordinals(connection, "r") == [1]
        (files,) = all_inputs(connection, "r")
        assert list(records_of(connection, sha256)) == []
    assert files[0].status == "read"
    assert [problem.kind for problem in files[0].problems] == [ProblemKind.ERASED]


def test_nothing_readable_is_left_in_the_files(tmp_path: Path, store: Store, url: str) -> None:
    if not url.startswith("sqlite"):
        pytest.skip("Postgres overwrites dead rows when it needs their room; its files are the server's")
    put(store, tmp_path, "x", "clear")
    folder = tmp_path / "home"
    assert any(b"CANARY" in file.read_bytes() for file in folder.iterdir())
    erase(store, tmp_path, 20)
    assert not any(b"CANARY" in file.read_bytes() for file in folder.iterdir())


def test_a_document_in_two_scans_goes_with_the_last(store: Store, tmp_path: Path) -> None:
    first = put(store, tmp_path, "x", "clear")
    again = "b" * 64
    with store.write() as connection:
        save_reading(connection, again, reading("x"), READ_ON + dt.timedelta(days=5))
    assert erase(store, tmp_path, 20).facts == {"clear": 1}
    with store.read() as connection:
        assert list(records_of(connection, first)) == []
        assert len(list(records_of(connection, again))) == 1
        assert len(connection.execute(sa.select(outcomes)).all()) == 1
    erase(store, tmp_path, 25)
    assert left(store, tmp_path, "x") == "nothing"


def test_a_record_that_cannot_be_read_back_goes_with_its_images(store: Store, tmp_path: Path) -> None:
    put(store, tmp_path, "x", "clear")
    with store.write() as connection:
        connection.execute(sa.update(records).values(record="{"))
    erase(store, tmp_path, 20)
    assert left(store, tmp_path, "x") == "nothing"


def test_images_on_another_machine_go_when_that_one_looks(store: Store, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    put(store, here, "x", "clear")
    document = reading("x").records[0].document_id
    PageFolder(there).save(PageImage(document, 0, b"pixels"))
    erase(store, here, 20)
    assert PageFolder(there).load(document, 0) is not None
    erase(store, there, 20)
    assert PageFolder(there).load(document, 0) is None
    # Saved after the erasure, for a scan that came in since.
    PageFolder(there).save(PageImage(document, 0, b"pixels"))
    erase(store, there, 20)
    assert PageFolder(there).load(document, 0) == b"pixels"


def test_what_breaks_off_is_taken_up(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for at in range(3):
        put(store, tmp_path, f"x{at}", "clear")

    def fail(self: PageFolder, name: str, until: dt.datetime) -> None:
        raise OSError("read-only")

    with monkeypatch.context() as patched:
        patched.setattr(PageFolder, "forget", fail)
        with pytest.raises(OSError, match="read-only"):
            erase(store, tmp_path, 20)
    assert {left(store, tmp_path, f"x{at}") for at in range(3)} == {"both"}
    assert erase(store, tmp_path, 20).facts == {"clear": 3}


DAY = READ_ON.date() + dt.timedelta(days=100)


def test_a_clock_that_jumps_erases_nothing(store: Store, tmp_path: Path) -> None:
    put(store, tmp_path, "x", "flagged")
    rules = settings(tmp_path)
    assert not erase_due(store, rules, READ_ON.date()).clock_believed
    assert erase_due(store, rules, READ_ON.date() + dt.timedelta(days=1)).clock_believed
    assert not erase_due(store, rules, DAY + dt.timedelta(days=9000)).clock_believed
    assert not erase_due(store, rules, READ_ON.date() + dt.timedelta(days=3)).clock_believed
    assert erase_due(store, rules, READ_ON.date() + dt.timedelta(days=4)).clock_believed
    assert left(store, tmp_path, "x") == "both"


def test_after_a_long_pause_the_second_night_erases(store: Store, tmp_path: Path) -> None:
    put(store, tmp_path, "x", "clear")
    rules = settings(tmp_path)
    erase_due(store, rules, READ_ON.date())
    assert erase_due(store, rules, DAY) == Erased(clock_believed=False)
    assert erase_due(store, rules, DAY + dt.timedelta(days=1)).facts == {"clear": 1}


NOW = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)


def test_what_is_held_stays_until_the_hold_is_lifted(store: Store, tmp_path: Path) -> None:
    sha256, other = put(store, tmp_path, "x", "clear"), put(store, tmp_path, "y", "clear")
    with store.write() as connection:
        place_hold(connection, sha256, "a.1", "b.2", "AZ 17/26", NOW)
        assert held(connection, [sha256, other]) == {sha256}
        assert held_documents(connection) == {reading("x").records[0].document_id}
    told = erase(store, tmp_path, 100)
    assert (told.facts, told.held) == ({"clear": 1}, 1)
    assert (left(store, tmp_path, "x"), left(store, tmp_path, "y")) == ("both", "nothing")
    with store.write() as connection:
        lift_hold(connection, sha256, "b.2", "a.1", "AZ 17/26", NOW)
        assert held(connection, [sha256]) == set()
    erase(store, tmp_path, 100)
    assert left(store, tmp_path, "x") == "nothing"


@pytest.mark.parametrize(
    ("asked_by", "agreed_by", "reference", "sha256"),
    [
        ("a.1", "a.1", "r", "a" * 64), ("a.1", "A.1", "r", "a" * 64), ("", "b", "r", "a" * 64),
        ("a 1", "b", "r", "a" * 64), ("a", "b", "", "a" * 64), ("a", "b", "x\0", "a" * 64), ("a", "b", "r", "a"),
    ],
)  # fmt: skip
def test_a_hold_needs_two_persons_and_a_reference(
    store: Store, asked_by: str, agreed_by: str, reference: str, sha256: str
) -> None:
    with pytest.raises(UsageError), store.write() as connection:
        place_hold(connection, sha256, asked_by, agreed_by, reference, NOW)


def test_a_hold_that_is_not_there_cannot_be_lifted(store: Store) -> None:
    with pytest.raises(UsageError, match="no legal hold"), store.write() as connection:
        lift_hold(connection, "a" * 64, "a", "b", "r", NOW)
    with store.read() as connection:
        assert connection.execute(sa.select(scans)).all() == []
