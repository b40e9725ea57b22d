"""Scans find the permit of the register whose number they bear, and no other."""

from __future__ import annotations

import polars as pl

from flows.audit_screened import scanned_permits
from pipeline.store.database import Store
from pipeline.types.findings import Hypothesis
from tests.store.test_screened import finding, put


def found(store: Store, *numbers: str) -> list[tuple[str, str, list[str]]]:
    tables = {"permits": pl.LazyFrame({"permit_number": numbers}, schema={"permit_number": pl.String()})}
    scans = scanned_permits(store, tables, "h")
    return [(scan.permit_number, scan.document_id, [one.code for one in scan.findings]) for scan in scans]


def test_a_scan_finds_its_permit_however_the_number_is_spelled(store: Store) -> None:
    document = put(store, "wp 01/0001", finding("LNK101", Hypothesis.IRREGULAR_ISSUE))
    put(store, "WP-99-9999")
    assert found(store, "WP-01-0001", "WP-01-0002") == [("WP-01-0001", document, ["LNK101"])]


def test_a_number_of_two_rows_says_of_neither(store: Store) -> None:
    put(store, "WP-01-0001")
    assert found(store, "WP-01-0001", "WP 01 0001") == []


def test_an_empty_store_has_no_scans(store: Store) -> None:
    assert found(store, "WP-01-0001") == []
