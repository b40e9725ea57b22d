"""What is due is erased: page images and facts of a scan, by its class and its age, with a tombstone.

DOMAIN E-13 and E-14 ask for it.
A scan's age runs from the day its bytes were first read. Its class is that of its gravest document:

* `confirmed`: a person confirmed a finding;
* `protection`: a sign that the holder may be a victim;
* `flagged`: it is for a document examiner or an integrity auditor, or no finished run has judged it yet;
* `clear`: anything else, scans to be made again included.

Facts are readings, outcomes and cases; images go with them at the latest. Judgements stay: they say who decided what,
and hold no reading. That a scan was read stays too, so that it is not read again because it was erased.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import sqlalchemy as sa
from sqlalchemy import Connection

from pipeline.settings import Retention, Settings
from pipeline.store.codec import dumps
from pipeline.store.database import Store
from pipeline.store.holds import held
from pipeline.store.pages import PageFolder, page_count
from pipeline.store.schema import cases, judgements, outcomes, records, retention_clock, runs, scans, tombstones
from pipeline.store.tombstones import ERASED, Tombstone, What, add_tombstones, erased_pages
from pipeline.types.findings import Desk, Verdict

#: Raise it when the classes or what is counted change; tombstones name it.
RULES = 1
#: Days between two nights, at most: a clock that jumped further is not believed the first time.
TRUSTED_DAYS = 7
#: Scans erased in one transaction; other writers wait for it.
_CHUNK = 100

Class = Literal["confirmed", "protection", "flagged", "clear"]
#: The gravest first.
CLASSES: tuple[Class, ...] = get_args(Class)
_HARMLESS = (None, Desk.RESCAN)


@dataclass(frozen=True, slots=True)
class Erased:
    """What one call did.

    Attributes:
        images: scans whose page images were erased, by class; `facts`, whose facts were.
        held: scans that were due and are under a legal hold.
        clock_believed: False when the day lies before the last one, or far after it, or is the first: nothing was
            erased then, and the next call believes its day if it agrees with this one.
    """

    images: Mapping[str, int] = field(default_factory=dict)
    facts: Mapping[str, int] = field(default_factory=dict)
    held: int = 0
    clock_believed: bool = True


@dataclass(frozen=True, slots=True)
class _Due:
    """A scan that is old enough for the shortest time of any class; `read_on` is the day it was first read (UTC)."""

    sha256: str
    read_on: dt.date
    images_are_gone: bool


def erase_due(store: Store, settings: Settings, today: dt.date) -> Erased:
    """Erase what is due on that day, some scans at a time; a call that breaks off is taken up by the next one.

    Call it when no run is going on, after the night's run: classes are as of the last finished run of each document.

    Raises:
        StoreError: when the store refuses.
        OSError: when an image file cannot be removed.
    """
    with store.write() as connection:
        if not _believed(connection, today):
            return Erased(clock_believed=False)
    pages = PageFolder(settings.home)
    images: Counter[str] = Counter()
    facts: Counter[str] = Counter()
    on_hold, after = 0, ""
    while True:
        with store.write() as connection:
            due = _due_after(connection, after, settings.retention, today)
            if not due:
                break
            kept = held(connection, [one.sha256 for one in due])
            for one, kept_as, what in _decided(connection, due, settings.retention, today):
                if one.sha256 in kept:
                    on_hold += 1
                    continue
                _erase(connection, pages, one, kept_as, what, settings)
                (facts if what == "facts" else images)[kept_as] += 1
        after = due[-1].sha256
    with store.read() as connection:
        for name, moment in erased_pages(connection):
            pages.forget(name, moment)
    if images or facts:
        store.tidy()
    return Erased(dict(images), dict(facts), on_hold)


def _believed(connection: Connection, today: dt.date) -> bool:
    """Whether the day agrees with the last one; it is noted either way.

    A clock that jumps ahead for one night would erase everything, and nothing brings it back.
    """
    last = connection.execute(sa.select(sa.func.max(retention_clock.c.day))).scalar()
    connection.execute(sa.delete(retention_clock))
    connection.execute(sa.insert(retention_clock).values(day=today.isoformat()))
    return last is not None and 0 <= (today - dt.date.fromisoformat(last)).days <= TRUSTED_DAYS


def _due_after(connection: Connection, after: str, rules: Retention, today: dt.date) -> Sequence[_Due]:
    """Scans with facts, by hash, that may be due for something."""
    first = sa.func.min(scans.c.read_at)
    no_images = sa.exists().where(tombstones.c.sha256 == scans.c.sha256, tombstones.c.what == "images").correlate(scans)
    query = (
        sa.select(scans.c.sha256, first, no_images)
        .where(scans.c.sha256 > after, sa.exists().where(records.c.sha256 == scans.c.sha256).correlate(scans))
        .group_by(scans.c.sha256)
        .having(
            sa.or_(
                sa.and_(first < _limit([rules.of(name).images for name in CLASSES], today), ~no_images),
                first < _limit([rules.of(name).facts for name in CLASSES], today),
            )
        )
        .order_by(scans.c.sha256)
        .limit(_CHUNK)
    )
    return [
        _Due(sha256, dt.datetime.fromisoformat(read_at).date(), bool(gone))
        for sha256, read_at, gone in connection.execute(query)
    ]


def _limit(days: Iterable[int], today: dt.date) -> str:
    """What was read before that moment has reached the least number of days; "" where nothing ever does."""
    some = [count for count in days if count]
    return (today - dt.timedelta(days=min(some) - 1)).isoformat() if some else ""


def _decided(
    connection: Connection, due: Sequence[_Due], rules: Retention, today: dt.date
) -> Iterator[tuple[_Due, Class, What]]:
    """What is to be erased of each scan, and as which class."""
    classes = _classes(connection, [one.sha256 for one in due])
    for one in due:
        kept_as = classes[one.sha256]
        days, age = rules.of(kept_as), (today - one.read_on).days
        if days.facts and age >= days.facts:
            yield one, kept_as, "facts"
        elif days.images and age >= days.images and not one.images_are_gone:
            yield one, kept_as, "images"


def _classes(connection: Connection, hashes: Sequence[str]) -> dict[str, Class]:
    documents: dict[str, set[str]] = defaultdict(set)
    query = sa.select(records.c.sha256, records.c.document_id).where(records.c.sha256.in_(hashes)).distinct()
    for sha256, document_id in connection.execute(query):
        documents[sha256].add(document_id)
    ids = set().union(*documents.values())
    of_document: dict[str, set[Class]] = {document_id: set() for document_id in ids}
    for document_id, kept_as in _judged(connection, ids):
        of_document[document_id].add(kept_as)
    return {
        sha256: next(
            kept_as for kept_as in CLASSES if any(kept_as in (of_document[one] or {"flagged"}) for one in found)
        )
        for sha256, found in documents.items()
    }


def _judged(connection: Connection, documents: Collection[str]) -> Iterator[tuple[str, Class]]:
    confirmed = sa.select(judgements.c.document_id).where(
        judgements.c.document_id.in_(documents), judgements.c.verdict == Verdict.CONFIRMED
    )
    for document_id in connection.execute(confirmed).scalars():
        yield document_id, "confirmed"
    query = (
        sa.select(cases.c.document_id, cases.c.folder, cases.c.case)
        .join(runs, runs.c.run_id == cases.c.run_id)
        .where(cases.c.document_id.in_(documents), runs.c.state == "finished")
    )
    for document_id, folder, case in connection.execute(query):
        if folder == "protection":
            yield document_id, "protection"
        else:
            yield document_id, "clear" if json.loads(case)["desk"] in _HARMLESS else "flagged"


def _erase(
    connection: Connection, pages: PageFolder, one: _Due, kept_as: Class, what: What, settings: Settings
) -> None:
    """Remove it and leave the tombstone. Files go first: where the transaction fails, they are due again."""
    rows = sa.select(records.c.document_id, records.c.record).where(records.c.sha256 == one.sha256)
    longest: Counter[str] = Counter()
    for document_id, text in connection.execute(rows):
        longest[document_id] = max(longest[document_id], page_count(text) or settings.intake.max_pages)
    for document_id in _in_other_scans(connection, one.sha256, longest, what):
        del longest[document_id]
    names = tuple(PageFolder.name(document_id, page) for document_id in longest for page in range(longest[document_id]))
    at = dt.datetime.now(dt.UTC)
    for name in names:
        pages.forget(name, at)
    ended = sa.select(scans.c.status).where(scans.c.sha256 == one.sha256)
    status = connection.execute(ended.order_by(scans.c.reading_version.desc()).limit(1)).scalar_one()
    if what == "facts":
        connection.execute(sa.delete(records).where(records.c.sha256 == one.sha256))
        for table in (outcomes, cases):
            connection.execute(sa.delete(table).where(table.c.document_id.in_(list(longest))))
        connection.execute(sa.update(scans).where(scans.c.sha256 == one.sha256).values(problems=dumps((ERASED,))))
    days = getattr(settings.retention.of(kept_as), what)
    rule = f"rules {RULES}: {what} of {kept_as} for {days} days"
    # Something was read, or there were no facts; what had failed for a passing reason is not tried again.
    left = "partial" if status == "passing" else status
    add_tombstones(connection, [Tombstone(one.sha256, what, kept_as, at, rule, left, names)])


def _in_other_scans(connection: Connection, sha256: str, documents: Collection[str], what: What) -> set[str]:
    """Documents that another scan shows too, page for page, of which it has not been erased."""
    query = sa.select(records.c.document_id).where(
        records.c.document_id.in_(list(documents)),
        records.c.sha256 != sha256,
        ~sa.exists().where(tombstones.c.sha256 == records.c.sha256, tombstones.c.what == what).correlate(records),
    )
    return set(connection.execute(query).scalars())
