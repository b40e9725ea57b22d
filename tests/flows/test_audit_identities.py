"""Identities of a register as an audit looks for them: with what it has, and with linkage only where asked for."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import polars as pl
import pytest

from checks.registry import ROW_CHECKS
from flows.audit_identities import Identities, identities, shared_contacts
from flows.rows import RowRun, judge_rows, row_run
from pipeline import linkage
from pipeline.audit.identities import ONE_PHOTO, TWO_PHOTOS
from pipeline.reference.policy import load_policies
from pipeline.register.load import load_register
from pipeline.settings import Audit, RegisterSettings, Settings
from tests.flows.audit_register import permits, write
from tests.report.audit_made_up import lead


def _numbers(*at: int) -> list[str]:
    return [f"WP-{one % 3:02}-2025-{one:06}" for one in at]


def _register(folder: Path, *without: str) -> Path:
    """A hundred holders; three photographs contradict, one of them explained by the person's data."""
    table = permits(100).with_columns(
        photo_hash=pl.format("photo-{}", "holder_id"),
        given_names=pl.format("GIVEN{}", "holder_id"),
        birth_date=pl.Series([str(dt.date(1960, 1, 1) + dt.timedelta(days=97 * at)) for at in range(100)]),
        phone=pl.lit(None, pl.String),
        address=pl.lit(None, pl.String),
        passport_number=pl.format("PN{}", "holder_id"),
    )
    number = pl.col("permit_number")

    def put(at: int, **values: str) -> None:
        nonlocal table
        mine = number == _numbers(at)[0]
        table = table.with_columns(
            pl.when(mine).then(pl.lit(value)).otherwise(name).alias(name) for name, value in values.items()
        )

    put(10, photo_hash="photo-H-2", surname="OTHER", birth_date="1970-05-05", phone="+999 2")
    put(2, phone="+999 2")
    # The same person, by name and birth date.
    same = {"given_names": "GIVENH-3", "birth_date": str(dt.date(1960, 1, 1) + dt.timedelta(days=291))}
    put(20, photo_hash="photo-H-3", passport_number="PNH-3", **same)
    put(30, holder_id="H-29")  # a second photograph of that holder, three days later
    put(40, phone="+999 1", address="FLAT 1")
    put(41, phone="+999 1", address="FLAT 1")
    return write(folder, table.drop(without), fees=False)


def _run(tmp: Path, register: Path) -> RowRun:
    settings = Settings(home=tmp / "home", register=RegisterSettings(state="UTO"))
    law = load_policies()
    loaded = load_register(register, tmp / "cache", settings.register, law)
    (tmp / "flags").mkdir()
    checks = [check for check in ROW_CHECKS if check.code == "DUP104"]
    run = row_run(loaded, None, settings, dt.date(2026, 11, 1), law, checks, tmp / "flags", {})
    judge_rows(run, 0)
    return run


def told(tmp: Path, settings: Audit | None = None, *without: str) -> Identities:
    run = _run(tmp, _register(tmp / "register", *without))
    exposure = run.tables["permits"].select("permit_number").collect()
    return identities(run, exposure, settings or Audit())


def _pairs(found: Identities) -> list[tuple[str, str, str]]:
    return found.conflicts.found.select("permit_number", "other_permit", "kind").rows()


def test_conflicts_are_told_and_what_a_row_check_explains_is_not(tmp_path: Path) -> None:
    found = told(tmp_path)
    (later, later_too), (other, other_too) = _numbers(10, 30), _numbers(2, 29)
    assert set(_pairs(found)) == {(later, other, ONE_PHOTO), (later_too, other_too, TWO_PHOTOS)}
    assert found.conflicts.explained == {"it is one person under two holder numbers, spelled otherwise": 1}
    basis = found.conflicts.found.filter(pl.col("kind") == ONE_PHOTO)["basis"].to_list()
    assert basis == ["same photograph; holder numbers differ; 2 identities have it; same phone (weight 5.6 bits)"]
    assert found.linked is None
    assert found.not_assessed == (
        "one person under several holder numbers, by linkage: not asked for (setting [audit] linkage)",
    )


def test_only_later_permits_of_the_period_are_told(tmp_path: Path) -> None:
    run = _run(tmp_path, _register(tmp_path / "register"))
    exposure = pl.DataFrame({"permit_number": _numbers(30)})
    assert [kind for _, _, kind in _pairs(identities(run, exposure, Audit()))] == [TWO_PHOTOS]


@pytest.mark.parametrize("column", ["photo_hash", "holder_id"])
def test_without_photographs_or_holders_it_is_not_assessed(column: str, tmp_path: Path) -> None:
    found = told(tmp_path, None, column)
    assert not _pairs(found)
    assert found.not_assessed == (f"one photograph under two identities: not in the register: permits.{column}",)


def test_without_the_optional_package_linkage_is_not_assessed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "splink", None)
    monkeypatch.delitem(sys.modules, "pipeline.linkage.holders", raising=False)
    found = told(tmp_path, Audit(linkage=True))
    assert found.linked is None and len(_pairs(found)) == 2
    (reason,) = found.not_assessed
    assert reason.endswith(f"needs the package splink; install it with: {linkage.COMMAND}")


def test_linked_holders_are_one_identity(tmp_path: Path) -> None:
    found = told(tmp_path, Audit(linkage=True))
    assert found.not_assessed == ()
    assert found.linked == 1
    assert (_numbers(10)[0], _numbers(2)[0], ONE_PHOTO) in _pairs(found)
    assert _numbers(20)[0] not in found.conflicts.found["permit_number"]


def test_a_shared_telephone_is_told_of_a_lead_and_not_shown(tmp_path: Path) -> None:
    run = _run(tmp_path, _register(tmp_path / "register"))
    found = identities(run, run.tables["permits"].select("permit_number").collect(), Audit())
    both, one = shared_contacts(run.tables, found.weights, [lead(tuple(_numbers(40, 41))), lead(tuple(_numbers(40)))])
    assert [(shared.column, shared.permits, shared.everywhere) for shared in both] == [
        (column, tuple(sorted(_numbers(40, 41))), 2) for column in ("address", "phone")
    ]
    assert all(shared.bits > 5 for shared in both) and not one
