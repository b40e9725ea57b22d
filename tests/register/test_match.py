"""Documents against a small register, and against one that holds every near miss at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.reference.register_tables import TABLES
from pipeline.register.match import match_documents
from pipeline.types.boxes import Box
from pipeline.types.dates import PartialDate
from pipeline.types.facts import Alternative, AnyFact, Fact, Facts
from pipeline.types.register import MatchedBy, RegisterMatch

BOX = Box(0.1, 0.1, 0.2, 0.2)
NUMBER = "WP-01-2024-100123"
PERMIT: dict[str, Any] = {
    "permit_number": NUMBER,
    "kind": "work-permit",
    "surname": "ALDERMOOR",
    "given_names": "TANSY NERINA",
    "birth_date": dt.date(1989, 3, 2),
    "passport_number": "R62309068",
    "issued_at": dt.datetime(2024, 3, 18, 23, 30, tzinfo=dt.UTC),
    "issued_at_offset": 60,
    "valid_from": dt.date(2024, 3, 19),
    "valid_until": dt.date(2026, 3, 17),
    "office_id": "01",
    "approved_by": "OF-001",
}
OTHER = PERMIT | {
    "permit_number": "WP-01-2024-100456",
    "surname": "QUILLFEATHER",
    "given_names": "OLEANDER",
    "birth_date": dt.date(1994, 10, 27),
    "passport_number": "K20451778",
}
DOCUMENT: dict[str, str] = {
    "doc.kind": "work-permit",
    "viz.permit_number": NUMBER,
    "viz.surname": "ALDERMOOR",
    "viz.given_names": "TANSY NERINA",
    "viz.birth_date": "1989-03-02",
    "viz.passport_number": "R62309068",
    "viz.issue_date": "2024-03-19",
    "viz.expiry_date": "2026-03-17",
}


def frame(table: str, *rows: Mapping[str, Any]) -> pl.LazyFrame:
    known = TABLES[table].schema
    listed = [
        {name: (number if name == "row" else row.get(name)) for name in known} for number, row in enumerate(rows, 1)
    ]
    return pl.LazyFrame(listed, schema=known)


def register(*permits: Mapping[str, Any], **tables: pl.LazyFrame) -> dict[str, pl.LazyFrame]:
    offices = frame("offices", {"office_id": "01", "country": "UTO"})
    empty = {name: table.empty() for name, table in TABLES.items()}
    return empty | {"permits": frame("permits", *permits), "offices": offices} | tables


def facts(changes: Mapping[str, str | None] | None = None, alternatives: tuple[Alternative, ...] = ()) -> Facts:
    read: list[AnyFact] = []
    for key, text in (DOCUMENT | dict(changes or {})).items():
        if text is not None:
            value = PartialDate.from_iso(text) if key.endswith("_date") else text
            others = alternatives if key.endswith("permit_number") else ()
            read.append(Fact(key, text, value, 0, BOX, 0.97, "recorded", others))
    return Facts(read)


def matched(tables: Mapping[str, pl.LazyFrame], changes: Mapping[str, str | None] | None = None) -> RegisterMatch:
    return match_documents({"d": facts(changes)}, tables)["d"]


def test_the_number_finds_its_row_whatever_stands_between_its_parts() -> None:
    for written in (NUMBER, "wp 01 2024 100123", "WP012024100123", "WP/01/2024/100123"):
        found = matched(register(OTHER, PERMIT), {"viz.permit_number": written})
        assert (found.by, found.looked_for) == (MatchedBy.NUMBER, written)
        assert found.row is not None and found.row.key == NUMBER


def test_a_row_is_shown_as_text() -> None:
    row = matched(register(PERMIT)).row
    assert row is not None
    assert row.cells["issued_at"] == "2024-03-19T00:30:00+01:00"
    assert row.cells["birth_date"] == "1989-03-02"
    assert "handed_at" not in row.cells and "row" not in row.cells and "issued_at_offset" not in row.cells


def test_a_misread_number_is_found_by_holder_and_dates_and_the_reason_names_the_glyph() -> None:
    found = matched(register(PERMIT, OTHER), {"viz.permit_number": "WP-01-2024-100128"})
    assert found.by is MatchedBy.HOLDER_AND_DATES
    assert found.row is not None and found.row.key == NUMBER
    assert "8 for 3 at character 14" in found.reason and "passport number, name, birth date" in found.reason


def test_a_look_alike_is_enough_where_only_the_name_was_read() -> None:
    only_name = dict.fromkeys(("viz.birth_date", "viz.passport_number", "viz.issue_date", "viz.expiry_date"))
    found = matched(register(PERMIT, OTHER), {"viz.permit_number": "WP-O1-2024-100123"} | only_name)
    assert found.by is MatchedBy.LIKENESS
    assert "O for 0 at character 3" in found.reason


def test_a_look_alike_of_a_stranger_s_number_is_no_match() -> None:
    stranger = {"viz.surname": "SEDGEWAY", "viz.given_names": "BASILIO", "viz.birth_date": "1971-01-05"}
    number = {"viz.permit_number": "WP-O1-2024-100123", "viz.passport_number": "Z99999999"}
    assert matched(register(PERMIT), stranger | number).by is MatchedBy.NONE


def test_the_engine_s_other_reading_counts() -> None:
    read = facts({"viz.permit_number": "WP-01-2024-1001Z3"}, (Alternative(15, "2", 0.4),))
    assert match_documents({"d": read}, register(PERMIT))["d"].row is not None


def test_a_misread_digit_does_not_make_a_document_another_s() -> None:
    neighbour = OTHER | {"permit_number": "WP-01-2024-100128"}
    found = matched(register(PERMIT, neighbour), {"viz.permit_number": "WP-01-2024-100128"})
    assert found.by is MatchedBy.LIKENESS
    assert found.row is not None and found.row.key == NUMBER
    far = OTHER | {"permit_number": "WP-01-2024-177728"}
    found = matched(register(PERMIT, far), {"viz.permit_number": "WP-01-2024-177728"})
    assert found.by is MatchedBy.NUMBER


def test_a_number_of_somebody_else_stays_that_row_and_says_so() -> None:
    found = matched(register(OTHER), {"viz.permit_number": OTHER["permit_number"]})
    assert found.by is MatchedBy.NUMBER
    assert "another's" in found.reason


def test_another_permit_of_the_same_holder_is_no_match() -> None:
    earlier = PERMIT | {"issued_at": dt.datetime(2021, 5, 4, 9, tzinfo=dt.UTC), "valid_until": dt.date(2023, 5, 3)}
    found = matched(register(earlier), {"viz.permit_number": "WP-09-2024-771204"})
    assert (found.by, found.row) == (MatchedBy.NONE, None)


def test_two_rows_that_fit_alike_are_none_and_the_reason_says_so() -> None:
    twin = PERMIT | {"permit_number": "WP-01-2024-100999"}
    found = matched(register(PERMIT, twin), {"viz.permit_number": "WP-09-2024-771204"})
    assert found.by is MatchedBy.NONE
    assert "2 rows agree" in found.reason


def test_rows_with_one_number_are_all_shown_and_the_holder_s_is_the_document_s() -> None:
    double = OTHER | {"permit_number": NUMBER}
    found = matched(register(double, PERMIT))
    assert found.row is not None and found.row.cells["surname"] == "ALDERMOOR"
    assert [row.cells["surname"] for row in found.others] == ["QUILLFEATHER"]


def test_a_number_that_was_not_read_is_found_by_holder() -> None:
    found = matched(register(PERMIT), {"viz.permit_number": None})
    assert (found.by, found.looked_for) == (MatchedBy.HOLDER_AND_DATES, "")
    nobody = {"viz.permit_number": None, "viz.passport_number": "Z99999999", "viz.birth_date": "1971-01-05"}
    assert matched(register(PERMIT), nobody).reason.startswith("the number was not read")


def test_documents_that_the_register_cannot_know_are_left_out() -> None:
    tables = register(PERMIT)
    strangers = {
        "passport": facts({"doc.kind": "passport", "viz.permit_number": None, "viz.document_number": "R62309068"}),
        "card of a kind without rows": facts({"doc.kind": "residence-card"}),
        "identity card": facts({"doc.kind": "identity-card"}),
        "another state's": facts({"viz.issuing_state": "XOM", "viz.permit_number": "A1"}),
        "numbered otherwise": facts({"viz.permit_number": "99/A-7", "viz.surname": "X", "viz.passport_number": None}),
    }
    assert match_documents(strangers, tables) == {}
    assert match_documents({}, tables) == {}
    assert match_documents({"d": facts()}, register()) == {}


def test_an_official_passport_is_known_by_its_number() -> None:
    row = PERMIT | {"permit_number": "OP1234567", "kind": "official-passport"}
    read = facts({"doc.kind": "passport", "viz.permit_number": None, "viz.document_number": "OP1234567"})
    assert match_documents({"d": read}, register(PERMIT, row))["d"].by is MatchedBy.NUMBER


BLOCKS = frame(
    "blocks",
    {"office_id": "02", "first_number": "WP-02-2024-100000", "last_number": "WP-02-2024-199999"},
    {"office_id": "01", "first_number": "WP-01-2024-100000", "last_number": "WP-01-2024-199999"},
)


@pytest.mark.parametrize("written", ["WP-01-2024-100300", "WP012024100300"])
def test_a_number_without_a_row_is_shown_in_its_block(written: str) -> None:
    stranger = {"viz.surname": "SEDGEWAY", "viz.birth_date": "1971-01-05", "viz.passport_number": None}
    found = matched(register(PERMIT, OTHER, blocks=BLOCKS), stranger | {"viz.permit_number": written})
    assert found.by is MatchedBy.NONE
    assert found.block is not None and found.block.cells["office_id"] == "01" and found.block.key == "2"
    assert [row.key for row in found.neighbours] == [NUMBER, "WP-01-2024-100456"]
    assert found.last_of_office == "2024-03-19"


def test_void_and_refused_rows_are_found_by_the_number() -> None:
    voids = frame("voids", {"permit_number": "wp-01-2024-100300", "reason": "spoiled"})
    refused = frame("refused", {"table": "permits", "key": "WP-01-2024-100301", "row_number": 9, "reason": "no date"})
    tables = register(PERMIT, voids=voids, refused=refused)
    void = matched(tables, {"viz.permit_number": "WP-01-2024-100300", "viz.issue_date": "2020-01-01"})
    assert void.void is not None and void.void.cells["reason"] == "spoiled" and not void.refused
    lost = matched(tables, {"viz.permit_number": "WP-01-2024-100301", "viz.issue_date": "2020-01-01"})
    assert lost.refused and lost.row is None


def test_rows_that_the_permit_names_come_with_it() -> None:
    officers = frame(
        "officers",
        {"officer_id": "OF-001", "name_as_printed": "T. Merrow"},
        {"officer_id": "OF-002", "name_as_printed": "A. Pell"},
        {"officer_id": "OF-003", "name_as_printed": "B. Pell"},
    )
    found = matched(register(PERMIT, officers=officers), {"viz.issuing_officer": "A. PELL"})
    assert [(row.table, row.key) for row in found.linked] == [
        ("offices", "01"),
        ("officers", "OF-001"),
        ("officers", "OF-002"),
    ]


def test_changes_and_tickets_of_the_permit_come_in_order_of_time() -> None:
    def entry(action: str, hour: int, number: str = NUMBER, kind: str = "permit") -> dict[str, Any]:
        at = dt.datetime(2024, 6, 1, hour, tzinfo=dt.UTC)
        return {"at": at, "at_offset": 0, "action": action, "object_type": kind, "object_id": number}

    log = frame(
        "access_log",
        *(entry("edit", 12), entry("edit", 9), entry("print", 8), entry("ticket", 7)),
        *(entry("edit", 6, "WP-01-2024-100456"), entry("edit", 5, kind="application")),
    )
    found = matched(register(PERMIT, access_log=log))
    assert [row.cells["at"][11:13] for row in found.edits] == ["09", "12"]
    assert [row.cells["action"] for row in found.tickets] == ["ticket"]


def test_the_day_of_delivery_is_the_latest_snapshot_s() -> None:
    days = [dt.datetime(2026, 11, day, 23, 30, tzinfo=dt.UTC) for day in (1, 3)]
    snapshot = frame("snapshot", *({"as_of": day, "as_of_offset": 60} for day in days))
    assert matched(register(PERMIT, snapshot=snapshot)).as_of == "2026-11-04"
    assert matched(register(PERMIT)).as_of == ""


LETTERS = st.sampled_from("WP-0123456789 OILSBZ/.ÄЖ<&\"'\t")


@settings(deadline=None, max_examples=40)
@given(
    st.dictionaries(
        st.sampled_from([key for key in DOCUMENT if not key.endswith("_date") and key != "doc.kind"]),
        st.text(LETTERS, max_size=20),
    )
)
def test_whatever_was_read_there_is_an_answer_and_a_reason(read: dict[str, str]) -> None:
    tables = register(PERMIT, OTHER, blocks=BLOCKS)
    for match in match_documents({"d": facts(read)}, tables).values():
        assert match.reason
        assert (match.row is None) == (match.by is MatchedBy.NONE)


@settings(deadline=None, max_examples=25)
@given(st.permutations(["a", "b", "c", "d"]))
def test_documents_of_a_batch_do_not_change_one_another(order: list[str]) -> None:
    tables = register(PERMIT, OTHER, blocks=BLOCKS)
    batch = {
        "a": facts(),
        "b": facts({"viz.permit_number": "WP-01-2024-100128"}),
        "c": facts({"viz.permit_number": "WP-01-2024-100300", "viz.birth_date": "1971-01-05", "viz.surname": "X"}),
        "d": facts({"viz.permit_number": OTHER["permit_number"]}),
    }
    together = match_documents({name: batch[name] for name in order}, tables)
    assert together == {name: match_documents({name: batch[name]}, tables)[name] for name in order}
