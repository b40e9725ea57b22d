"""Tables of the nightly schedule: what lies in an inbox, and the nights that were worked on it.

No file name is kept: a place in the inbox is known by the hash of its path.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Connection, Float, Index, Integer, MetaData, String, Table, Text

nights_metadata = MetaData()

#: What an inbox held when it was last looked at. `state` is one of `pipeline.store.arrivals.ArrivalState`; `reasons`
#: are kinds of problems, `night` the folder of the report whose names.csv has the file under `file_id`.
arrivals = Table(
    "arrivals",
    nights_metadata,
    Column("inbox", String(32), primary_key=True),
    Column("place", String(32), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("state", String(12), nullable=False),
    Column("sha256", String(64)),
    Column("bundle", String(80)),
    Column("first_seen", String(40), nullable=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("reasons", String(200), nullable=False, default=""),
    Column("night", String(40), nullable=False, default=""),
    Column("file_id", String(80), nullable=False, default=""),
)
Index("arrivals_by_state", arrivals.c.inbox, arrivals.c.state)
Index("arrivals_by_hash", arrivals.c.inbox, arrivals.c.sha256)

#: `scheduled`, `started` and `finished` are UTC, ISO 8601. `home` tells whose lock shows whether the night is still at
#: work, `beat` (seconds since 1970 by the database's clock) when it last went on. `summary` is what night.json says.
nights = Table(
    "nights",
    nights_metadata,
    Column("night_id", String(32), primary_key=True),
    Column("inbox", String(32), nullable=False),
    Column("home", String(32), nullable=False),
    Column("scheduled", String(40), nullable=False),
    Column("started", String(40), nullable=False),
    Column("finished", String(40)),
    Column("beat", Float, nullable=False),
    Column("state", String(12), nullable=False),
    Column("failure", String(40), nullable=False, default=""),
    Column("found", Integer, nullable=False, default=0),
    Column("read", Integer, nullable=False, default=0),
    Column("partial", Integer, nullable=False, default=0),
    Column("unreadable", Integer, nullable=False, default=0),
    Column("duplicates", Integer, nullable=False, default=0),
    Column("seconds", Float, nullable=False, default=0.0),
    Column("rehashed", Integer, nullable=False, default=0),
    Column("summary", Text, nullable=False, default="{}"),
)
Index("nights_by_time", nights.c.inbox, nights.c.scheduled)


def create_nights(connection: Connection) -> None:
    """The step of the schema that brings these tables."""
    nights_metadata.create_all(connection)
