"""Whose turn it is on an inbox: one night at a time, and no dead one in the way of the next.

A night holds a lock in the data folder, which the kernel takes back when its process ends, however it ends; and a row
in the store, which other machines at one Postgres see. Of a row from this data folder the lock alone tells whether its
night is alive. Of another machine's the beat tells, by the database's clock. A night that lives and does not go on for
`stalled` seconds is ended by the next one. Prefect's own limit on concurrent runs is not used: a run that was killed
together with its server holds its slot for ever.

Nights are keyed by when they were due, not by the day: two within a night of daylight-saving change are two, and one
that is due again after the clock was set back is none. A night that was due in the future, by a clock that was wrong,
is in the way of none.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import os
import secrets
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from sqlalchemy import Connection

from pipeline.errors import OversealError, UsageError
from pipeline.store.database import Store
from pipeline.store.nights import Night, at_work, beat, begin_night, clock, end_night, last_finished

#: Between two notes that a night goes on.
_BEAT_SECONDS = 20.0
#: A process that was killed has given back its lock by then.
_KILL_SECONDS = 20.0
_POLL_SECONDS = 0.1
#: A file that was made is written by then.
_WRITE_SECONDS = 5.0
#: In a folder of reports: key of the inbox that they are of.
_MARK = ".inbox"


class NotMyTurn(Exception):
    """This night has nothing to do.

    `why`: another night is at work; a night that was due at the same time is done; one that was due later is done.
    """

    def __init__(self, why: Literal["overlap", "done", "superseded"]) -> None:
        super().__init__(why)
        self.why = why


@dataclass(slots=True)
class Turn:
    """A night at work. `beat` must be called now and then; `buried`, how many nights before it had died."""

    store: Store
    night: Night
    buried: int = 0
    last: float = 0.0

    def beat(self) -> None:
        """Note that the night goes on.

        Raises:
            OversealError: if another night took this one for dead and took its place.
        """
        if time.monotonic() - self.last < _BEAT_SECONDS:
            return
        self.last = time.monotonic()
        with self.store.write() as connection:
            self.hold(connection)

    def hold(self, connection: Connection) -> None:
        """As `beat`, at once and within a transaction: what is written in it counts for the night that has the turn.

        Raises:
            OversealError: as `beat`.
        """
        if not beat(connection, self.night.night_id):
            raise OversealError("another night took this one for dead and took its place")


def inbox_key(inbox: Path) -> str:
    """Opaque id of an inbox, by where it lies."""
    return hashlib.blake2b(os.fsencode(inbox.resolve()), digest_size=16).hexdigest()


def utc(moment: dt.datetime) -> str:
    """UTC, ISO 8601, to the second: text in which times stand in their order."""
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds")


def utc_now() -> str:
    """The present time."""
    return utc(dt.datetime.now(dt.UTC))


@contextmanager
def turn(store: Store, home: Path, inbox: str, scheduled: str, stalled: float) -> Iterator[Turn]:
    """Take the turn, or raise.

    Args:
        store: with the nights.
        home: data folder.
        inbox: key of the inbox.
        scheduled: when the night was due; UTC, ISO 8601.
        stalled: seconds without a beat after which another night is ended.

    Raises:
        NotMyTurn: if there is nothing to do.
        StoreError: when the store refuses.
    """
    folder = home / "nights"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    own = _own_id(folder)
    with (folder / f"{inbox}.lock").open("a+b") as lock:
        if not _locked(lock):
            _end_stalled(store, inbox, own, stalled, lock)
        # Whoever has to end this night finds its process here.
        lock.truncate(0)
        lock.write(str(os.getpid()).encode())
        lock.flush()
        with store.write() as connection:
            buried = _bury(connection, inbox, own, stalled)
            _check_due(connection, inbox, scheduled)
            night = Night(secrets.token_hex(8), inbox, own, scheduled, utc_now(), clock(connection), "running")
            begin_night(connection, night)
        yield Turn(store, night, buried)


def serve_lock(home: Path, inbox: str) -> IO[bytes] | None:
    """The lock of the one process that serves an inbox from this data folder; None where another one has it."""
    folder = home / "nights"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = (folder / f"{inbox}.serve").open("a+b")
    if _locked(lock):
        return lock
    lock.close()
    return None


def _locked(lock: IO[bytes]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def check_reports(out: Path, inbox: str) -> None:
    """See that a folder of reports is no other inbox's: nights are named by when they were due, and would be replaced.

    Raises:
        UsageError: if it is, or cannot be read.
    """
    try:
        # Empty: an inbox is about to make it its own.
        owner = (out / _MARK).read_text(encoding="ascii")
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the folder of reports, or {_MARK} in it, cannot be read") from error
    if owner not in ("", inbox):
        raise UsageError(
            f"the folder of reports is another inbox's: name one for each, with --out (or remove {_MARK} from it)"
        )


def claim_reports(out: Path, inbox: str) -> None:
    """Make a folder of reports an inbox's own.

    Raises:
        UsageError: if it is another one's, or cannot be read.
        OSError: if it cannot be made or written to.
    """
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    _written_once(out / _MARK, inbox)
    check_reports(out, inbox)


def _own_id(folder: Path) -> str:
    """Opaque id of the data folder; the machine's name would change when a container is made anew."""
    return _written_once(folder / "id", secrets.token_hex(8))


def _written_once(file: Path, text: str) -> str:
    """What a file holds; that text, where there was none. Whoever comes first, all read the same."""
    if not file.exists():
        aside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
        try:
            aside.write_text(text, encoding="ascii")
            _put(aside, file, text)
        finally:
            aside.unlink(missing_ok=True)
    deadline = time.monotonic() + _WRITE_SECONDS
    while not (held := file.read_text(encoding="ascii")):
        if time.monotonic() > deadline:
            # Whoever made it was killed before it was written.
            with file.open("r+", encoding="ascii") as left:
                left.write(text)
        else:
            time.sleep(_POLL_SECONDS)
    return held


def _put(aside: Path, file: Path, text: str) -> None:
    """Have a file where there is none: whole at once, or made and then written where the disk has no hard links."""
    try:
        os.link(aside, file)
    except FileExistsError:
        return
    except OSError:  # FAT, and many shares
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        except FileExistsError:
            return
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as made:
                made.write(text)
                made.flush()
                os.fsync(made.fileno())
        except BaseException:
            file.unlink()
            raise


def _end_stalled(store: Store, inbox: str, own: str, stalled: float, lock: IO[bytes]) -> None:
    """End the process that holds the lock where its night does not go on; raise NotMyTurn where it does."""
    with store.read() as connection:
        mine = [night for night in at_work(connection, inbox) if night.home == own]
        now = clock(connection)
    if not mine or any(abs(now - night.beat) < stalled for night in mine):
        raise NotMyTurn("overlap")
    lock.seek(0)
    holder = lock.read().decode()
    if holder.isdecimal():
        # It holds the lock, so that the number is its own still.
        with suppress(ProcessLookupError):
            os.kill(int(holder), signal.SIGKILL)
    deadline = time.monotonic() + _KILL_SECONDS
    while not _locked(lock):
        if time.monotonic() > deadline:
            raise NotMyTurn("overlap")
        time.sleep(_POLL_SECONDS)


def _bury(connection: Connection, inbox: str, own: str, stalled: float) -> int:
    """Note the end of nights that did not come to theirs; whoever holds the lock knows those of this folder as dead."""
    now = clock(connection)
    dead = at_work(connection, inbox)
    for night in dead:
        if night.home != own and abs(now - night.beat) < stalled:
            raise NotMyTurn("overlap")
        end_night(connection, night.night_id, "crashed", utc_now(), failure="crashed")
    return len(dead)


def _check_due(connection: Connection, inbox: str, scheduled: str) -> None:
    last = last_finished(connection, inbox, dt.datetime.now(dt.UTC))
    if last is not None and last.scheduled >= scheduled:
        raise NotMyTurn("done" if last.scheduled == scheduled else "superseded")
