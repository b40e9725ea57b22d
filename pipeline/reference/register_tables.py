"""The files of a register: their columns, what each holds, and what must not be empty (DESIGN section 5).

Every table has one column more than its file, `row`: the 1-based number of the data row in the file as delivered. It is
the key of rows in tables without one. An instant has a column more as well, `<name>_offset`: minutes east of UTC as
written in the file, while the column itself is in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import polars as pl


class Kind(StrEnum):
    """What a column holds; numbers are 0 or more, a zone is a name of the IANA time zone database."""

    TEXT = "text"
    DATE = "date"
    INSTANT = "instant"
    TIME = "time"
    WHOLE = "whole"
    NUMBER = "number"
    FLAG = "flag"
    JSON = "json"
    ZONE = "zone"


_DTYPES: Mapping[Kind, pl.DataType] = {
    Kind.TEXT: pl.String(),
    Kind.DATE: pl.Date(),
    Kind.INSTANT: pl.Datetime("us", "UTC"),
    Kind.TIME: pl.Time(),
    Kind.WHOLE: pl.Int64(),
    Kind.NUMBER: pl.Float64(),
    Kind.FLAG: pl.Boolean(),
    Kind.JSON: pl.String(),
    Kind.ZONE: pl.String(),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file; a row in which a `required` one is empty is refused."""

    name: str
    kind: Kind
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A file of the register.

    Attributes:
        key: column that names a row; None: rows are named by their number.
        unique: whether a key that comes again is refused; where it is not, a second row is a finding, no fault.
    """

    name: str
    columns: tuple[Column, ...]
    key: str | None
    unique: bool

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """Column names and types of the loaded table."""
        found: dict[str, pl.DataType] = {"row": pl.Int64()}
        for column in self.columns:
            found[column.name] = _DTYPES[column.kind]
            if column.kind is Kind.INSTANT:
                found[f"{column.name}_offset"] = pl.Int16()
        return found

    def empty(self) -> pl.LazyFrame:
        """The table without rows."""
        return pl.LazyFrame(schema=self.schema)


#: `name:kind` (text where no kind stands), `!` after what must not be empty; the key comes first where `*` marks it.
_FILES = {
    "manifest": "file! batch document_kind permit_number application_id",
    "permits": "permit_number!* kind category occupation holder_id surname given_names birth_date:date sex nationality "
    "passport_number application_id applied_at:instant assessed_at:instant decided_at:instant issued_at:instant "
    "handed_at:instant valid_from:date valid_until:date office_id station_id entered_by approved_by printed_by "
    "handed_by status employer_id agency_id clinic_id medical_id receipt_number lmt_id channel biometric_check "
    "photo_hash address phone revoked_at:instant",
    "applications": "application_id!* lodged_at:instant office_id holder_id category employer_id agency_id assigned_to "
    "assigned_at:instant desk recommended_by lmt_closed_at:instant decision decided_at:instant decided_by "
    "override_reason",
    "approvals": "approval_id!* agency_id employer_id category quantity:whole! valid_from:date! valid_to:date "
    "approved_by",
    "offices": "office_id!* name country timezone:zone opened_on:date closed_on:date jurisdiction weekend_service:flag",
    "hours": "office_id! weekday:whole! opens:time! closes:time! valid_from:date valid_to:date",
    "closures": "office_id! date:date! reason",
    "officers": "officer_id!* name_as_printed role active_from:date active_to:date",
    "stations": "station_id!* office_id workstation_id",
    "postings": "officer_id! office_id! role desk from:date! to:date",
    "leave": "officer_id! from:date! to:date! kind",
    "blocks": "office_id! station_id first_number! last_number! allocated_on:date",
    "voids": "permit_number! reason recorded_at:instant witness_1 witness_2",
    "employers": "employer_id!* name registered_on:date dissolved_on:date sector staff:whole owner_id address phone",
    "agencies": "agency_id!* name licence_from:date licence_to:date address phone",
    "quotas": "employer_id! category quantity:whole! valid_from:date! valid_to:date assessed_by",
    "fees": "receipt_number!* application_id amount:number currency paid_at:instant waiver",
    "medicals": "medical_id!* holder_id clinic_id doctor_id examined_at:instant issued_at:instant values:json",
    "clinics": "clinic_id!* name mobile:flag capacity_per_hour:number",
    "inspections": "inspection_id!* site_id employer_id inspector_id started_at:instant ended_at:instant text",
    "refusals": "holder_id! application_id office_id officer_id refused_at:instant! reason",
    "access_log": "at:instant! user_id workstation_id action object_type object_id field old new",
    "snapshot": "as_of:instant! source",
    # Made by the loader. `refused`: rows that could not be taken, so that nobody calls them absent.
    "refused": "table! key row_number:whole column reason!",
    # One row for each office and day between the first and the last date of permits; `open` null: not known.
    # `opens` and `closes` are local; closing before opening means after midnight. `source`: hours, closures, holidays,
    # law, offices or weekend.
    "calendar": "office_id! date:date! open:flag opens:time closes:time reason source",
}

#: Tables in which a key may stand more than once: the second row is evidence, and kept.
_REPEATABLE = frozenset({"permits", "fees", "medicals", "inspections"})
#: Tables that no file holds.
DERIVED = ("refused", "calendar")


def _table(name: str, columns: str) -> Table:
    parsed: list[Column] = []
    key = None
    for written in columns.split():
        head, _, kind = written.partition(":")
        column = head.rstrip("!*")
        parsed.append(Column(column, Kind(kind.rstrip("!") or Kind.TEXT), "!" in written))
        key = column if "*" in written else key
    return Table(name, tuple(parsed), key, name not in _REPEATABLE)


TABLES: Mapping[str, Table] = {name: _table(name, columns) for name, columns in _FILES.items()}
#: The files a register may hold.
FILES: Mapping[str, Table] = {name: table for name, table in TABLES.items() if name not in DERIVED}
