"""Audits and whom their leads were about: the same parties are known again, whatever their ids look like."""

from __future__ import annotations

import pytest

from pipeline.store.audits import last_audit, lead_key, save_audit, save_name_request
from pipeline.store.database import Store
from pipeline.store.runs import start_run
from tests.report.audit_made_up import lead

WHEN = "2026-11-01T02:00:00.000000+00:00"


def _save(store: Store, run_id: str, finished: str, *offices: str) -> None:
    with store.write() as connection:
        start_run(connection, run_id, "2026-11-01T00:00:00+01:00")
        save_name_request(connection, run_id, "a.1", finished)
        # Of two registers, the hash of both.
        leads = [lead((), office=office) for office in offices]
        save_audit(connection, run_id, finished, f"{'a' * 64} {'b' * 64}", leads)


@pytest.mark.parametrize("office", ["01", "Ämter ü", "x" * 5000, "ü" * 300, "a\0b", "\U0001f600" * 120])
def test_any_office_is_known_again(store: Store, office: str) -> None:
    _save(store, "r", WHEN, office)
    with store.read() as connection:
        finished, known = last_audit(connection) or ("", frozenset())
    assert finished == WHEN
    assert lead_key(lead((), office=office)) in known
    assert lead_key(lead((), office=f"{office}1")) not in known


def test_parties_in_another_order_are_the_same(store: Store) -> None:
    one = lead((), subject=(("officer", "O" * 900), ("agency", "A")))
    other = lead((), subject=(("agency", "A"), ("officer", "O" * 900)))
    assert lead_key(one) == lead_key(other) != lead_key(lead((), subject=(("officer", "O" * 901), ("agency", "A"))))


def test_the_latest_audit_counts_and_one_without_leads_is_one(store: Store) -> None:
    with store.read() as connection:
        assert last_audit(connection) is None
    _save(store, "b", WHEN, "01")
    _save(store, "a", WHEN.replace("02:", "03:"))
    with store.read() as connection:
        assert last_audit(connection) == (WHEN.replace("02:", "03:"), frozenset())
