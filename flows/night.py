"""One night: look into the inbox, screen what is new, audit the register, tell what became of it. Knows no schedule.

What screens and audits is imported late: a night with nothing new takes half the memory without it.

What was taken in is noted in the transaction that ends the screening run. A night that is killed before leaves its
scans waiting, and the next one screens them; what was read stays read.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import time
import zoneinfo
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.alerts import Alert, send
from flows.arrival import Inbox, Look, look
from flows.deliveries import delivery_of, what_became
from flows.erasing import Erasure, erase
from flows.exit_codes import exit_code, first_of
from flows.failures import alerted, failure_of
from flows.jumps import jumped
from flows.moving import move_done
from flows.not_fetched import name_not_fetched
from flows.processes import private_folder
from flows.second_names import name_second_names
from flows.standing import metrics, standing
from flows.turns import Turn, claim_reports, inbox_key, turn, utc, utc_now
from pipeline.errors import ExitCode, StoreError, UsageError, place_of
from pipeline.intake.remote import check_address, folder_of, is_address
from pipeline.report.openmetrics import write_metrics
from pipeline.report.run_json import run_reported_in
from pipeline.settings import Settings
from pipeline.store.database import Store, open_store
from pipeline.store.nights import COUNTS, Night, end_night, last_finished, last_rehash, recent
from pipeline.store.runs import has_finished

if TYPE_CHECKING:
    from flows.fetching import Fetching
    from flows.launch import Result
    from pipeline.report.audit_report import AuditReport

log = logging.getLogger(__name__)

NAME = "night.json"
#: Nights that a night's shares are compared with.
_BEFORE = 30
#: Desks whose share of the documents is watched.
_WATCHED = ("document-examiner", "integrity-auditor", "protection")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a night has to do.

    Attributes:
        inbox: links resolved; `out`, where the folders of nights go.
        source: address of the inbox where it is elsewhere; `inbox` is its copy then.
        scheduled: when it was due, with its zone; `zone`, of the schedule.
        take: from 2 on where an earlier attempt at this night failed after it had screened: its report stays.
    """

    settings: Settings
    inbox: Path
    out: Path
    scheduled: dt.datetime
    zone: str
    source: str | None = None
    take: int = 1

    @property
    def folder(self) -> str:
        """Name of the night's folder: when it was due, by the clock of its zone, with the offset from UTC.

        The hour that comes twice when the clocks go back has two names.
        """
        due = self.scheduled.astimezone(zoneinfo.ZoneInfo(self.zone)).strftime("%Y-%m-%dT%H%M%S%z")
        return due if self.take == 1 else f"{due}-{self.take}"


def run_night(plan: Plan) -> dict[str, Any]:
    """Do the night's work; returns what night.json says.

    Raises:
        NotMyTurn: if another night is at work, or this one is done.
        OversealError: when the night could not come to its end; that is told to the alert hook, and noted unless the
            night could not even begin.
    """
    settings = plan.settings
    with ExitStack() as stack:
        with alerted(settings.nightly, "the night could not begin", plan.folder):
            private_folder(settings.home)
            store = stack.enter_context(closing(open_store(settings.store)))
            stalled = settings.nightly.stalled_minutes * 60
            due = utc(plan.scheduled)
            mine = stack.enter_context(turn(store, settings.home, inbox_key(plan.inbox), due, stalled))
        started = time.monotonic()
        with _noted(plan, store, mine, started):
            plan = _beside_reports(plan, store)
        _log("night begun", plan)
        if mine.buried:
            killed = Alert("failure", "an earlier night was killed; what it left is screened now", plan.folder)
            send(settings.nightly, killed)
        with _noted(plan, store, mine, started):
            done = _work(plan, store, mine)
            summary, alerts = _finish(plan, store, mine, done, started)
        for alert in alerts:
            send(settings.nightly, alert)
        try:
            _write_metrics(plan, store, mine)
        except (StoreError, OSError) as error:
            log.error("the metrics could not be written: %s", place_of(error))
        return summary


def _beside_reports(plan: Plan, store: Store) -> Plan:
    """The plan with a folder that has no report whose scans count as screened; another one is written anew."""
    while (run_id := run_reported_in(plan.out / plan.folder)) is not None:
        with store.read() as connection:
            if not has_finished(connection, run_id):
                break
        plan = replace(plan, take=plan.take + 1)
    return plan


@dataclass(frozen=True, slots=True)
class _Done:
    """What a night did.

    Attributes:
        register: none, used, unchanged, unusable, or empty where no permit of it could be loaded.
        stamp: tells one delivery of the register from another.
    """

    look: Look
    fetching: Fetching | None
    screened: Result | None
    audited: AuditReport | None
    register: str
    stamp: str
    moved: int
    erased: Erasure


def _work(plan: Plan, store: Store, mine: Turn) -> _Done:
    settings = plan.settings
    fetching = _fetch(plan, mine)
    inbox = Inbox(
        mine.night.inbox,
        plan.inbox,
        [folder.resolve() for folder in (plan.out, settings.home, settings.nightly.move_to) if folder],
        # A file of a copy stands there when it is whole.
        settings.nightly.settle_seconds if fetching is None else 0.0,
        settings.intake.max_bytes,
        beat=mine.beat,
        may_be_empty=fetching is not None and fetching.listed > 0,
    )
    with store.read() as connection:
        now = dt.datetime.now(dt.UTC)
        last = last_finished(connection, inbox.key, now)
        rehash = _rehash_due(last_rehash(connection, inbox.key, now), now, settings.nightly.rehash_days)
    seen = look(store, inbox, utc_now(), rehash=rehash)
    if fetching is not None:
        # The copy is complete and there even where the source is not.
        seen.unlisted += fetching.unlisted
        seen.vanished |= fetching.vanished
    _log("inbox looked into", plan, counts=seen.as_counts())
    claim_reports(plan.out, inbox.key)
    stamp, register = delivery_of(settings.nightly.register_folder)
    known = last.summary.get("register_stamp", "") if last else ""
    delivered = register is not None and stamp != known
    screened, audited = None, None
    folder, today = plan.out / plan.folder, _today(plan)
    # A register that came only now, or came back, is asked of what was screened without it.
    everything = delivered and last is not None and settings.nightly.rematch == "all"
    if seen.waiting or seen.manifests or everything:
        from flows.night_runs import screen_inbox

        screened = screen_inbox(store, mine, inbox, settings, folder, today, register, everything=everything)
    if register is not None and (delivered or screened is not None or rehash):
        from flows.night_runs import audit_night

        audited = audit_night(mine, settings, folder, today, register)
    name_second_names(store, inbox, folder)
    name_not_fetched(fetching, folder)
    moved = 0
    if settings.nightly.move_to is not None:
        moved = move_done(store, inbox, settings.nightly.move_to / plan.folder)
    permits = audited.exposure.height if audited is not None else None
    told = what_became(settings.nightly.register_folder, register, permits, last)
    # Outside any run, and last: what the night itself needed is read by now.
    erased = erase(store, settings, plan.out, plan.folder, today)
    return _Done(seen, fetching, screened, audited, told, stamp or known, moved, erased)


def _fetch(plan: Plan, mine: Turn) -> Fetching | None:
    """Bring the copy of an inbox elsewhere up to date; None for a folder."""
    if plan.source is None:
        return None
    from flows.fetching import Mirror, fetch_new

    settings = plan.settings
    settle = settings.nightly.settle_seconds
    fetching = fetch_new(Mirror(plan.source, plan.inbox, settings.intake.max_bytes, settle, time.sleep, mine.beat))
    _log("inbox fetched", plan, counts=fetching.as_counts())
    return fetching


def _rehash_due(last: str | None, now: dt.datetime, days: float) -> bool:
    """Whether all that is known is to be hashed again."""
    return last is not None and now - dt.datetime.fromisoformat(last) >= dt.timedelta(days=days)


def _today(plan: Plan) -> dt.date:
    return dt.datetime.now(zoneinfo.ZoneInfo(plan.zone)).date()


@contextmanager
def _noted(plan: Plan, store: Store, mine: Turn, started: float) -> Iterator[None]:
    """Note and tell that a night did not come to its end, and why in a word."""
    with alerted(plan.settings.nightly, "the night failed", plan.folder):
        try:
            yield
        except BaseException as error:
            failure = failure_of(error)
            with suppress(StoreError), store.write() as connection:
                seconds = time.monotonic() - started
                end_night(connection, mine.night.night_id, "failed", utc_now(), failure=failure, seconds=seconds)
            _log("night failed", plan, state="failed", failure=failure)
            with suppress(StoreError, OSError):
                _write_metrics(plan, store, mine)
            raise


def _finish(
    plan: Plan, store: Store, mine: Turn, done: _Done, started: float
) -> tuple[dict[str, Any], tuple[Alert, ...]]:
    """Write and note what the night did; returns what night.json says, and what is to be told."""
    finished, seconds = utc_now(), time.monotonic() - started
    summary = _summary(plan, mine, done, seconds, finished)
    with store.read() as connection:
        before = [n for n in recent(connection, _BEFORE, mine.night.inbox) if n.state == "finished"]
    alerts = tuple(_alerts(plan, done, summary, before))
    summary["alerts"] = sorted({alert.alert for alert in alerts})
    _write(plan.out / plan.folder, summary)
    with store.write() as connection:
        mine.hold(connection)
        end_night(
            connection,
            mine.night.night_id,
            "finished",
            finished,
            seconds=seconds,
            rehashed=done.look.rehashed,
            summary=summary | {"register_stamp": done.stamp},
        )
    _log("night finished", plan, state="finished", seconds=round(seconds, 1))
    return summary, alerts


def _summary(plan: Plan, mine: Turn, done: _Done, seconds: float, finished: str) -> dict[str, Any]:
    run = done.screened.summary if done.screened else None
    return {
        "night_id": mine.night.night_id,
        "scheduled": plan.scheduled.isoformat(),
        "started": mine.night.started,
        "finished": finished,
        "seconds": round(seconds, 1),
        "fetched": done.fetching.as_counts() if done.fetching else None,
        "arrivals": done.look.as_counts(),
        "screening": {
            "run_id": run.run_id,
            **{name: getattr(run, name) for name in COUNTS},
            "documents": done.screened.tally.documents,
            "problems": dict(sorted(run.problems.items())),
            "cases": dict(sorted(run.cases.items())),
        }
        if run and done.screened
        else None,
        "register": done.register,
        "audit": {"leads": done.audited.count("band"), "permits": done.audited.exposure.height}
        if done.audited
        else None,
        "moved": done.moved,
        "erased": {
            "images": dict(sorted(done.erased.scans.images.items())),
            "facts": dict(sorted(done.erased.scans.facts.items())),
            "reports": done.erased.reports.removed,
            "registers": done.erased.registers,
            "held": done.erased.scans.held + done.erased.reports.held,
            "clock_believed": done.erased.scans.clock_believed,
        },
        "exit_code": int(_exit_code(done)),
    }


def _exit_code(done: _Done) -> ExitCode:
    codes = {ExitCode.NOTHING_FLAGGED}
    if done.screened is not None:
        codes.add(exit_code(done.screened.summary, done.screened.tally))
    if done.audited is not None:
        from flows.commands.audit import exit_code as audit_code

        codes.add(audit_code(done.audited))
    return first_of(codes)


def _alerts(plan: Plan, done: _Done, summary: Mapping[str, Any], before: list[Night]) -> Iterator[Alert]:
    if summary["exit_code"] == ExitCode.OUR_FAULT:
        yield Alert("faults", "something was not judged by a fault of ours", plan.folder)
    if done.look.vanished or done.look.unlisted:
        counts = {"unlisted": done.look.unlisted, "vanished": int(done.look.vanished)}
        yield Alert("inbox", "the inbox, or a part of it, cannot be seen", plan.folder, counts)
    if done.fetching is not None and (done.fetching.failed or done.fetching.unfit or done.fetching.too_large):
        counts = {name: getattr(done.fetching, name) for name in ("failed", "too_large", "unfit")}
        yield Alert("inbox", "not all of the inbox could be fetched", plan.folder, counts)
    if done.register == "unusable":
        yield Alert("register", "the register could not be used; it is asked again next night", plan.folder)
    if done.register == "empty":
        yield Alert("register", "no permit of the register could be loaded", plan.folder)
    if done.screened is None:
        return
    documents = done.screened.tally.documents
    for desk in _WATCHED:
        usual = [
            (told["documents"], told["cases"].get(desk, 0)) for night in before if (told := night.summary["screening"])
        ]
        flagged = done.screened.tally.cases.get(desk, 0)
        if jumped(documents, flagged, usual):
            counts = {"documents": documents, "flagged": flagged}
            yield Alert(
                "flagged-share", "far more documents were flagged than in the nights before", plan.folder, counts
            )
            return


def _write(folder: Path, summary: Mapping[str, object]) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = folder / f".{NAME}.new"
    aside.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    aside.replace(folder / NAME)


def _write_metrics(plan: Plan, store: Store, mine: Turn) -> None:
    file = plan.settings.nightly.metrics
    if file is None:
        return
    with store.read() as connection:
        here = standing(connection, mine.night.inbox, plan.settings.nightly, dt.datetime.now(dt.UTC))
        families = metrics(connection, here)
    write_metrics(file, families)


def _log(text: str, plan: Plan, **extra: object) -> None:
    log.info("%s", text, extra={"event": text, "night": plan.folder, **extra})


def plan_of(settings: Settings, places: Mapping[str, str | None], scheduled: dt.datetime, zone: str) -> Plan:
    """The plan of a night, by the settings and what the command line said on top.

    Raises:
        UsageError: if no inbox is named, or its address cannot be used.
        MissingDependency: if the package of its address is not installed.
    """
    inbox = places.get("inbox") or settings.nightly.inbox
    if inbox is None:
        raise UsageError("no inbox is named: --inbox DIR or URL, or inbox in [nightly] of the settings")
    if places.get("store"):
        settings = settings.model_copy(update={"store_url": places["store"]})
    out = Path(places.get("out") or settings.nightly.out).resolve()
    source = inbox if is_address(inbox) else None
    folder = folder_of(settings.home, inbox)
    # What we write is passed over, so that nothing would be found there.
    for name, own in (("out", out), ("move_to", settings.nightly.move_to), ("OVERSEAL_HOME", settings.home)):
        if own is not None and own.resolve() == folder:
            raise UsageError(f"the inbox and {name} are one folder: name another")
    if source is not None:
        if settings.nightly.move_to is not None:
            raise UsageError("move_to is not possible with an inbox at an address, which is never modified")
        check_address(source)
    return Plan(settings, folder, out, scheduled, zone, source)
