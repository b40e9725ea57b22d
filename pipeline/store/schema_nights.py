"""Tables of the nightly schedule: what lies in an inbox, and the nights that were worked on it.

No file name is kept: a place in the inbox is known by the hash of its path.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, Table

from pipeline.store.columns import text, varchar
from pipeline.store.schema import metadata

#: What an inbox held when it was last looked at. `state` is one of `pipeline.store.arrivals.ArrivalState`; `reasons`
#: are kinds of problems, `night` the folder of the report whose names.csv has the file under `file_id`.
arrivals = Table(
    "arrivals",
    metadata,
    Column("inbox", varchar(32), primary_key=True),
    Column("place", varchar(32), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("state", varchar(12), nullable=False),
    Column("sha256", varchar(64)),
    Column("bundle", varchar(80)),
    Column("first_seen", varchar(40), nullable=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("reasons", varchar(200), nullable=False, default=""),
    Column("night", varchar(40), nullable=False, default=""),
    Column("file_id", varchar(80), nullable=False, default=""),
)
Index("arrivals_by_state", arrivals.c.inbox, arrivals.c.state)
Index("arrivals_by_hash", arrivals.c.inbox, arrivals.c.sha256)

#: `scheduled`, `started` and `finished` are UTC, ISO 8601. `home` tells whose lock shows whether the night is still at
#: work, `beat` (seconds since 1970 by the database's clock) when it last went on. `summary` is what night.json says.
nights = Table(
    "nights",
    metadata,
    Column("night_id", varchar(32), primary_key=True),
    Column("inbox", varchar(32), nullable=False),
    Column("home", varchar(32), nullable=False),
    Column("scheduled", varchar(40), nullable=False),
    Column("started", varchar(40), nullable=False),
    Column("finished", varchar(40)),
    Column("beat", Float, nullable=False),
    Column("state", varchar(12), nullable=False),
    Column("failure", varchar(40), nullable=False, default=""),
    Column("found", Integer, nullable=False, default=0),
    Column("read", Integer, nullable=False, default=0),
    Column("partial", Integer, nullable=False, default=0),
    Column("unreadable", Integer, nullable=False, default=0),
    Column("duplicates", Integer, nullable=False, default=0),
    Column("seconds", Float, nullable=False, default=0.0),
    Column("rehashed", Integer, nullable=False, default=0),
    Column("summary", text(), nullable=False, default="{}"),
)
Index("nights_by_time", nights.c.inbox, nights.c.scheduled)
