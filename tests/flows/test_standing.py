from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from flows import serving_watch
from flows.standing import Standing, metrics, standing
from pipeline.report.openmetrics import exposition
from pipeline.settings import Nightly, Settings
from pipeline.store.arrivals import Arrival, ArrivalState, save_arrivals
from pipeline.store.database import Store, open_store
from pipeline.store.nights import Night, begin_night

NOW = dt.datetime(2026, 11, 29, 8, 0, tzinfo=dt.UTC)


def _night(ended: float, **values: Any) -> Night:  # noqa: ANN401 - any field of a Night
    """A night that came to its end so many hours ago."""
    at = (NOW - dt.timedelta(hours=ended)).isoformat(timespec="seconds")
    night = Night(f"n{ended}", "inbox", "home", at, at, 0.0, "finished", at)
    return replace(night, **values)


@pytest.fixture(name="store")
def _store(tmp_path: Path) -> Store:
    return open_store(f"sqlite:///{tmp_path / 'store.db'}")


def _standing(store: Store, nights: list[Night]) -> Standing:
    with store.write() as connection:
        for night in nights:
            begin_night(connection, night)
    with store.read() as connection:
        return standing(connection, "inbox", Nightly(), NOW)


@pytest.mark.parametrize(
    ("nights", "silent"),
    [
        ([], True),
        ([_night(6.0)], False),
        ([_night(25.9)], False),
        ([_night(26.1)], True),
        ([_night(1.0, state="failed"), _night(30.0)], True),
        ([_night(1.0, state="running", finished=None), _night(20.0)], False),
        # A clock was set back: nothing can be said from that night.
        ([_night(-5.0)], True),
        ([_night(-5.0), _night(6.0)], False),
        # More nights failed since than are shown.
        ([*(_night(hour, state="failed") for hour in range(1, 12)), _night(13.0)], False),
    ],
)
def test_silence(store: Store, nights: list[Night], silent: bool) -> None:
    assert _standing(store, nights).silent is silent


def test_the_last_success_is_told_however_many_nights_failed_since(store: Store) -> None:
    here = _standing(store, [*(_night(hour, state="failed") for hour in range(1, 12)), _night(13.0)])
    assert here.failed is not None
    assert here.failed.night_id == "n1"
    with store.read() as connection:
        text = exposition(metrics(connection, here))
    families = {family.name: family for family in text_string_to_metric_families(text)}  # type: ignore[no-untyped-call]
    ended = (NOW - dt.timedelta(hours=13)).timestamp()
    assert families["overseal_last_success_timestamp_seconds"].samples[0].value == ended


@pytest.mark.parametrize(("minutes", "told"), [(119, ()), (121, ("a night has not gone on for 120 minutes",))])
def test_a_night_that_does_not_go_on_is_told(store: Store, minutes: int, told: tuple[str, ...]) -> None:
    beat = (NOW - dt.timedelta(minutes=minutes)).timestamp()
    here = _standing(store, [_night(3.0, state="running", finished=None, beat=beat), _night(25.0)])
    assert tuple(need.partition(": was")[0] for need in here.needs) == told


def test_a_night_of_a_clock_that_was_wrong_hides_no_failure(store: Store) -> None:
    here = _standing(store, [_night(-9000.0), _night(1.0, state="failed", failure="store"), _night(25.0)])
    assert here.needs == ("the last night failed: store", "a night ended in the future: a clock was set back")


def test_what_needs_a_person_is_said(store: Store) -> None:
    with store.write() as connection:
        begin_night(connection, _night(1.0, state="failed", failure="inbox-gone"))
        told = {
            "arrivals": {"vanished": 1, "unlisted": 2},
            "register": "unusable",
            "alerts": ["faults", "flagged-share"],
        }
        begin_night(connection, _night(30.0, summary=told))
        first = "2026-11-28T08:00:00+00:00"
        files = [
            Arrival("a", 1, 1, ArrivalState.QUARANTINED, first, reasons="corrupt,timeout"),
            Arrival("b", 1, 1, ArrivalState.PENDING, first),
        ]
        save_arrivals(connection, "inbox", files)
    with store.read() as connection:
        here = standing(connection, "inbox", Nightly(), NOW)
        text = exposition(metrics(connection, here))
    said = " | ".join(here.needs)
    for word in (
        "26 hours",
        "inbox-gone",
        "1 files are quarantined",
        "mounted",
        "2 folders",
        "register",
        "fault of ours",
        "flagged",
    ):
        assert word in said
    assert (here.waiting, here.waiting_seconds, here.quarantined) == (1, 86400.0, {"corrupt": 1, "timeout": 1})
    families = {family.name: family for family in text_string_to_metric_families(text)}  # type: ignore[no-untyped-call]
    assert families["overseal_queue_age_seconds"].samples[0].value == 86400.0
    ends = {sample.labels["state"]: sample.value for sample in families["overseal_nights"].samples}
    assert ends == {"failed": 1.0, "finished": 1.0}


def test_serving_tells_of_silence_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(serving_watch, "send", lambda settings, alert: told.append(alert.alert))
    watch = serving_watch.Watch(Settings(home=tmp_path), tmp_path, lambda: True)
    began = dt.datetime.now(dt.UTC)
    watch.listen(began)
    assert told == []
    watch.listen(began - dt.timedelta(hours=27))
    watch.listen(began - dt.timedelta(hours=27))
    assert told == ["silence"]
