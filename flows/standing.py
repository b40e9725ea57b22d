"""How the nights stand: the last ones, what waits, what was quarantined, and what needs a person."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from pipeline.report.openmetrics import Family
from pipeline.settings import Nightly
from pipeline.store.arrivals import WAITING, ArrivalState, count_by_state, in_state, oldest_waiting
from pipeline.store.nights import CLOCK_SLACK, Night, count_ends, inboxes, last_ended, recent, totals

_OUTCOMES = ("read", "partial", "unreadable", "duplicates")


@dataclass(frozen=True, slots=True)
class Standing:
    """How an inbox stands.

    Attributes:
        inbox: its opaque id.
        nights: the latest, the last one first.
        last: the one that came to its end last, which may lie before all of them.
        waiting: files seen at the last look that are not screened yet; `waiting_seconds`, how long the first of them
            has waited.
        quarantined: files by kind of problem.
        needs: what a person has to look at, a sentence each.
        failed: the last night that is over, if it did not come to its end.
        silent: whether no night came to its end for too long.
    """

    inbox: str
    nights: tuple[Night, ...]
    last: Night | None
    files: dict[str, int]
    waiting: int
    waiting_seconds: float
    quarantined: dict[str, int]
    needs: tuple[str, ...]
    failed: Night | None
    silent: bool

    def as_json(self) -> dict[str, Any]:
        """What `overseal status --json` says."""
        shown = ("night_id", "scheduled", "started", "finished", "state", "failure", "seconds")
        counts = ("found", *_OUTCOMES)
        return {
            "inbox": self.inbox,
            "nights": [{name: getattr(night, name) for name in (*shown, *counts)} for night in self.nights],
            "files": self.files,
            "waiting": self.waiting,
            "waiting_seconds": round(self.waiting_seconds),
            "quarantined": self.quarantined,
            "needs": list(self.needs),
            "silent": self.silent,
        }


def standings(connection: Connection, settings: Nightly, now: dt.datetime, count: int = 7) -> list[Standing]:
    """Every inbox that has had a night; `now` with its zone."""
    return [standing(connection, inbox, settings, now, count) for inbox in inboxes(connection)]


def standing(connection: Connection, inbox: str, settings: Nightly, now: dt.datetime, count: int = 7) -> Standing:
    """How one inbox stands; `now` with its zone."""
    nights = recent(connection, count, inbox)
    by_state = count_by_state(connection, inbox)
    since = oldest_waiting(connection, inbox)
    quarantined = Counter(
        kind
        for one in in_state(connection, ArrivalState.QUARANTINED, inbox)
        for kind in (one.reasons or "unknown").split(",")
    )
    last = last_ended(connection, inbox, now)
    silent = is_silent(last, settings.silence_hours, now)
    failed = _failed(nights, now)
    needs = tuple(_needs(nights, last, failed, by_state.get(ArrivalState.QUARANTINED, 0), silent, settings, now))
    return Standing(
        inbox,
        tuple(nights),
        last,
        dict(sorted(by_state.items())),
        sum(by_state.get(state, 0) for state in WAITING),
        max(0.0, (now - dt.datetime.fromisoformat(since)).total_seconds()) if since else 0.0,
        dict(sorted(quarantined.items())),
        needs,
        failed,
        silent,
    )


def is_silent(last: Night | None, hours: float, now: dt.datetime) -> bool:
    """Whether the night that came to its end last did so too long ago."""
    if last is None or last.finished is None:
        return True
    return now - dt.datetime.fromisoformat(last.finished) > dt.timedelta(hours=hours)


def _failed(nights: list[Night], now: dt.datetime) -> Night | None:
    over = next((night for night in nights if night.state != "running" and not _in_the_future(night, now)), None)
    return over if over is not None and over.state != "finished" else None


def _in_the_future(night: Night, now: dt.datetime) -> bool:
    return dt.datetime.fromisoformat(night.finished or night.started) - now > CLOCK_SLACK


def _needs(
    nights: list[Night],
    last: Night | None,
    failed: Night | None,
    quarantined: int,
    silent: bool,
    settings: Nightly,
    now: dt.datetime,
) -> Iterator[str]:
    if silent:
        yield f"no night came to its end in the last {settings.silence_hours:g} hours: is `overseal serve` running?"
    if failed is not None:
        yield f"the last night {failed.state}: {failed.failure}"
    still = (now.timestamp() - night.beat for night in nights if night.state == "running")
    if any(seconds > settings.stalled_minutes * 60 for seconds in still):
        yield f"a night has not gone on for {settings.stalled_minutes:g} minutes: was it killed? The next one goes on"
    if any(_in_the_future(night, now) for night in nights):
        yield "a night ended in the future: a clock was set back"
    if quarantined:
        yield f"{quarantined} files are quarantined: overseal quarantine list"
    finished = last.summary if last is not None else {}
    arrived = finished.get("arrivals", {})
    if arrived.get("vanished"):
        yield "the inbox is empty all at once: is it mounted? Nothing was marked as removed"
    if arrived.get("unlisted"):
        yield f"{arrived['unlisted']} folders of the inbox cannot be looked into"
    if finished.get("register") == "unusable":
        yield "the register could not be used: overseal register check DIR"
    if finished.get("register") == "empty":
        yield "no permit of the register could be loaded: overseal register check DIR"
    if "faults" in finished.get("alerts", ()):
        yield "the last night did not judge something by a fault of ours: run.json in its folder counts what"
    if "flagged-share" in finished.get("alerts", ()):
        yield "the last night flagged far more of its documents than the nights before"


def metrics(connection: Connection, here: Standing) -> list[Family]:
    """The standing of an inbox as metrics; counters are over all its nights."""
    name = {"inbox": here.inbox[:8]}
    added = totals(connection, here.inbox)
    ends = count_ends(connection, here.inbox)
    ended = here.last.finished if here.last is not None else None
    success = dt.datetime.fromisoformat(ended).timestamp() if ended is not None else 0.0
    waiting = sorted((state, here.files.get(state, 0)) for state in ArrivalState)
    return [
        Family(
            "overseal_scans",
            "counter",
            "Scans by what became of them",
            [(name | {"outcome": outcome}, added[outcome]) for outcome in _OUTCOMES],
        ),
        Family("overseal_nights_seconds", "counter", "Time that nights took", [(name, added["seconds"])], "seconds"),
        Family(
            "overseal_nights",
            "counter",
            "Nights by how they ended",
            [(name | {"state": state, "failure": failure}, count) for (state, failure), count in sorted(ends.items())],
        ),
        Family(
            "overseal_last_night_seconds",
            "gauge",
            "Time that the last night took",
            [(name, here.nights[0].seconds if here.nights else 0.0)],
            "seconds",
        ),
        Family(
            "overseal_last_success_timestamp_seconds",
            "gauge",
            "When a night last came to its end",
            [(name, success)],
            "seconds",
        ),
        Family(
            "overseal_files",
            "gauge",
            "Files of the inbox by state",
            [(name | {"state": state}, count) for state, count in waiting],
        ),
        Family(
            "overseal_queue_age_seconds",
            "gauge",
            "How long the file that waits longest has waited",
            [(name, here.waiting_seconds)],
            "seconds",
        ),
        Family(
            "overseal_quarantined",
            "gauge",
            "Quarantined files by kind of problem",
            [(name | {"kind": kind}, count) for kind, count in here.quarantined.items()],
        ),
    ]
