"""The record of nights, on each database."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace

import pytest

from pipeline.store.database import Store, open_store
from pipeline.store.nights import (
    Night,
    at_work,
    beat,
    begin_night,
    clock,
    count_ends,
    end_night,
    inboxes,
    last_ended,
    last_finished,
    last_rehash,
    note_counts,
    recent,
    totals,
)

NOW = dt.datetime(2026, 11, 29, 8, 0, tzinfo=dt.UTC)
KEY = "inbox"


def _at(days: float) -> str:
    return (NOW + dt.timedelta(days=days)).isoformat(timespec="seconds")


def _finish(store: Store, name: str, days: float, *, rehashed: bool = False, **counts: int) -> None:
    """A night that was due, begun and finished so many days from now."""
    with store.write() as connection:
        begin_night(connection, Night(name, KEY, "home", _at(days), _at(days), 0.0, "running"))
        if counts:
            note_counts(connection, name, counts)
        end_night(connection, name, "finished", _at(days), seconds=2.0, rehashed=rehashed, summary={"of": name})


def test_the_clock_is_the_database_s(store: Store) -> None:
    before = time.time()
    with store.read() as connection:
        told = clock(connection)
    # In whole seconds, where the database has no others.
    assert int(before) <= told <= time.time()


def test_a_night_goes_on_until_another_one_took_it_for_dead(store: Store) -> None:
    with store.write() as connection:
        begin_night(connection, Night("a", KEY, "home", _at(0), _at(0), 5.0, "running"))
    with store.write() as connection:
        assert beat(connection, "a")
    with store.read() as connection:
        (mine,) = at_work(connection, KEY)
        assert mine.beat > 5.0
        assert at_work(connection, "another inbox") == []
    with store.write() as connection:
        end_night(connection, "a", "crashed", _at(0), failure="crashed")
    with store.write() as connection:
        assert not beat(connection, "a")
    with store.read() as connection:
        assert recent(connection, 9)[0].beat == mine.beat


def test_what_was_noted_of_a_night_is_read_back(store: Store) -> None:
    _finish(store, "a", -1, found=3, read=2, unreadable=1)
    with store.read() as connection:
        (night,) = recent(connection, 9, KEY)
        assert (night.found, night.read, night.unreadable, night.summary) == (3, 2, 1, {"of": "a"})
        assert totals(connection, KEY) == {
            "found": 3.0,
            "read": 2.0,
            "partial": 0.0,
            "unreadable": 1.0,
            "duplicates": 0.0,
            "seconds": 2.0,
        }
        assert totals(connection, "another inbox")["read"] == 0.0
        assert count_ends(connection, KEY) == {("finished", ""): 1}
        assert inboxes(connection) == [KEY]


def test_a_night_of_a_clock_that_was_wrong_is_not_the_last_one(store: Store) -> None:
    _finish(store, "a", -2)
    _finish(store, "b", -1)
    _finish(store, "future", 900, rehashed=True)
    with store.read() as connection:
        for last in (last_finished(connection, KEY, NOW), last_ended(connection, KEY, NOW)):
            assert last is not None
            assert last.night_id == "b"
        assert last_rehash(connection, KEY, NOW) == _at(-2)
        # Until its time comes.
        then = last_finished(connection, KEY, NOW + dt.timedelta(days=901))
        assert then is not None
        assert then.night_id == "future"
        assert last_finished(connection, "another inbox", NOW) is None


@pytest.mark.parametrize("state", ["failed", "crashed", "running"])
def test_only_a_night_that_came_to_its_end_is_finished(store: Store, state: str) -> None:
    night = Night("a", KEY, "home", _at(-1), _at(-1), 0.0, "running")
    with store.write() as connection:
        begin_night(connection, replace(night, state=state, finished=_at(-1)))  # type: ignore[arg-type]
    with store.read() as connection:
        assert last_finished(connection, KEY, NOW) is None
        assert last_ended(connection, KEY, NOW) is None
        assert last_rehash(connection, KEY, NOW) is None


def test_everything_was_hashed_when_it_was_last_hashed_again(store: Store) -> None:
    _finish(store, "first", -9)
    _finish(store, "again", -2, rehashed=True)
    _finish(store, "plain", -1)
    with store.read() as connection:
        assert last_rehash(connection, KEY, NOW) == _at(-2)


def test_a_store_that_is_opened_again_knows_its_nights(store_url: str) -> None:
    store = open_store(store_url)
    _finish(store, "a", -1)
    store.close()
    again = open_store(store_url)
    with again.read() as connection:
        assert [night.night_id for night in recent(connection, 9)] == ["a"]
    again.close()
