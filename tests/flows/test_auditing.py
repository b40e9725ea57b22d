"""An audit without its orchestrator: leads that can be counted by hand, and no lead from nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from checks.registry import OFFICE_CHECKS, ROW_CHECKS
from flows.audit_output import audit_report, write_audit
from flows.auditing import AuditFound, Auditing, find_leads
from flows.rows import judge_rows, row_run
from pipeline.reference.policy import load_policies
from pipeline.register.load import load_register
from pipeline.settings import Audit, RegisterSettings, Settings
from pipeline.store.audits import save_audit
from pipeline.store.database import open_store
from pipeline.store.runs import start_run
from pipeline.types.leads import Band
from tests.flows.audit_register import Change, permits, write

TODAY = dt.date(2026, 11, 1)


def audited(
    tmp: Path, register: Path, first: dt.date | None = None, last: dt.date | None = None, run_id: str = "run"
) -> tuple[Auditing, AuditFound]:
    settings = Settings(home=tmp / "home", register=RegisterSettings(state="UTO"), audit=Audit(bootstrap=50))
    law = load_policies()
    loaded = load_register(register, tmp / "cache", settings.register, law)
    counted = {code for check in OFFICE_CHECKS for code in check.counts}
    checks = [check for check in ROW_CHECKS if check.code in counted]
    (tmp / run_id).mkdir()
    rows = row_run(loaded, None, settings, TODAY, law, checks, tmp / run_id, {})
    for index in range(len(checks)):
        judge_rows(rows, index)
    store = open_store(settings.store)
    work = Auditing(run_id, store, rows, OFFICE_CHECKS, settings.audit, first, last)
    found = find_leads(work)
    report = audit_report(work, found, {}, "2026-11-01T02:00:00+00:00", "2026-11-01T02:01:00+00:00", law.version)
    write_audit(tmp / f"out-{run_id}", report, None)
    return work, found


@pytest.fixture(name="ring", scope="module")
def _ring(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Auditing, AuditFound]:
    tmp = tmp_path_factory.mktemp("ring")
    register = write(tmp / "register", permits(1500, ring=25))
    return tmp, register, *audited(tmp, register)


def test_a_pattern_is_a_lead_whose_permits_can_be_counted(ring: tuple[Path, Path, Auditing, AuditFound]) -> None:
    _, _, _, found = ring
    lead = found.leads[0]
    assert dict(lead.subject).items() <= {"officer": "OF-0", "agency": "AG-0"}.items()
    assert (lead.code, lead.office, lead.band, lead.status) == ("OFF114", "00", Band.VERY_LIKELY, "new")
    # By hand: permits of the subject whose fee was paid after the issue.
    table = permits(1500, ring=25).filter(pl.col("paid_at") > pl.col("issued_at"))
    ours = table.filter(pl.col("approved_by") == "OF-0", pl.col("agency_id") == "AG-0")
    assert set(lead.permits) <= set(table["permit_number"])
    assert len(set(lead.permits) & set(ours["permit_number"])) >= 25
    assert 0.5 < (lead.window[1] - lead.window[0]).days < 60


def test_observed_is_what_one_counts_by_hand_in_the_strata(ring: tuple[Path, Path, Auditing, AuditFound]) -> None:
    tmp, _, _, found = ring
    rows = pl.read_csv(tmp / "out-run" / "lead_strata.csv", infer_schema=False)
    compared = rows.filter(pl.col("compared") == "yes").cast({"lead": pl.Int64, "flagged": pl.Int64})
    counted = dict(compared.group_by("lead").agg(pl.col("flagged").sum()).iter_rows())
    whole = {at: lead.observed for at, lead in enumerate(found.leads, 1) if "counted over" not in lead.stratum}
    assert whole and {at: counted[at] for at in whole} == whole
    of_first = pl.read_csv(tmp / "out-run" / "lead_permits.csv", infer_schema=False).filter(pl.col("lead") == "1")
    assert set(of_first["permit_number"]) == set(found.leads[0].permits)


def test_the_same_lead_persists_in_the_next_audit(ring: tuple[Path, Path, Auditing, AuditFound]) -> None:
    tmp, register, work, found = ring
    with work.store.write() as connection:
        start_run(connection, work.run_id, "2026-11-01T02:00:00+00:00")
        save_audit(connection, work.run_id, "2026-11-01T02:01:00+00:00", "f" * 64, found.leads[:1])
    _, again = audited(tmp, register, run_id="again")
    assert again.since == "2026-11-01T02:01:00+00:00"
    assert [lead.status for lead in again.leads] == ["persisting"] + ["new"] * (len(again.leads) - 1)


def test_postings_and_the_assignment_log_are_read_where_the_register_has_them(tmp_path: Path) -> None:
    register = write(tmp_path / "register", permits(1500, ring=25))
    (register / "postings.csv").write_text(
        "officer_id,office_id,role,desk,from,to\nOF-0,00,approval,,2020-01-01,2025-05-10\nOF-1,00,approval,,2020-01-01,\n"
    )
    assigned = permits(1500, ring=25).select(
        "application_id", "office_id", "category", "agency_id", lodged_at="applied_at", assigned_at="applied_at",
        assigned_to="approved_by", decided_by="approved_by",
    )  # fmt: skip
    assigned.write_csv(register / "applications.csv")
    _, found = audited(tmp_path, register)
    of_officer = next(lead for lead in found.leads if dict(lead.subject).get("officer") == "OF-0")
    week, posting, *pauses = of_officer.noted
    assert "would first have signalled in the week from 2025-04-" in week.result
    assert posting.result.startswith("seen: ") and "up to 2025-05-10" in posting.result
    assert [note.result.split(":")[0] for note in pauses] == ["not seen"] * len(of_officer.subject)
    assert found.log.applications == 1500
    # All are assigned as they are lodged, and decided by whom they are assigned to.
    assert {"assignment log, out of turn", "assignment log, taken over"} <= set(dict(found.not_assessed))
    page = (tmp_path / "out-run" / "audit.html").read_text()
    assert page.index("assignment log, out of turn") < page.index('id="leads"')


def test_without_postings_and_applications_the_reason_is_stated(
    ring: tuple[Path, Path, Auditing, AuditFound],
) -> None:
    _, _, _, found = ring
    notes = {note.what: note.result for lead in found.leads for note in lead.noted if "officer" in dict(lead.subject)}
    assert notes["before the posting ended"] == "not assessed: the register does not say when postings end"
    assert dict(found.not_assessed)["assignment log, assigned"] == "no application was assigned"


def test_a_period_without_the_pattern_has_no_such_lead(ring: tuple[Path, Path, Auditing, AuditFound]) -> None:
    tmp, register, *_ = ring
    _, found = audited(tmp, register, dt.date(2025, 9, 1), dt.date(2025, 12, 31), run_id="autumn")
    days = found.tables.exposure["issued_on"]
    assert (days.min(), days.max()) >= (dt.date(2025, 9, 1), dt.date(2025, 9, 1))
    assert not found.leads
    assert sum(found.tables.left_out.values()) == 1500 - found.tables.exposure.height


def test_the_same_register_gives_the_same_leads(ring: tuple[Path, Path, Auditing, AuditFound], tmp_path: Path) -> None:
    _, register, _, found = ring
    _, again = audited(tmp_path, register)
    assert again.leads == found.leads


def _without(*columns: str) -> Change:
    return lambda table: table.drop(columns)


def _all(**values: str | None) -> Change:
    return lambda table: table.with_columns(pl.lit(value, pl.String).alias(name) for name, value in values.items())


def _without_zone(table: pl.DataFrame) -> pl.DataFrame:
    times = [name for name in table.columns if name.endswith("_at")]
    return table.with_columns(pl.col(times).str.replace(r"\+00:00$", ""))


def _every_fee_late(table: pl.DataFrame) -> pl.DataFrame:
    return table.with_columns(pl.lit("2026-06-01T09:00:00+00:00").alias("paid_at"))


NOTHING: dict[str, Change] = {
    "one-office": _all(office_id="00"),
    "one-officer": _all(approved_by="OF-1", entered_by="OF-1"),
    "ten-permits": lambda table: table.head(10),
    "all-the-same-day": lambda table: table.with_columns(
        pl.lit("2025-03-03T09:00:00+00:00").alias("issued_at"), pl.lit("2025-03-01T09:00:00+00:00").alias("paid_at")
    ),
    "no-agency-column": _without("agency_id"),
    "no-party-at-all": _without("agency_id", "employer_id", "approved_by", "entered_by"),
    "every-permit-flagged": _every_fee_late,
    "constant-columns": _all(category="X", channel="X", employer_id="E", agency_id="A"),
    "clock-without-zone": _without_zone,
    "ids-shared-by-offices": lambda table: table.with_columns(
        pl.col("approved_by").str.replace(r"OF-(\d+)", "OF-1"), pl.col("entered_by").str.replace(r"OF-(\d+)", "OF-2")
    ),
    "no-times-of-issue": _all(issued_at=None),
    "no-offices": _all(office_id=None),
}


@pytest.mark.parametrize("change", NOTHING.values(), ids=NOTHING)
def test_no_lead_comes_from_nothing_and_the_reason_is_stated(change: Change, tmp_path: Path) -> None:
    register = write(tmp_path / "register", change(permits(600)))
    _, found = audited(tmp_path, register)
    assert not found.leads
    assert found.not_assessed
    assert all(reason for _, reason in found.not_assessed)
    assert (tmp_path / "out-run" / "audit.html").stat().st_size > 1000


def test_fees_that_are_all_missing_are_not_assessed_and_accuse_nobody(tmp_path: Path) -> None:
    register = write(
        tmp_path / "register", permits(600).with_columns(receipt_number=pl.lit(None, pl.String)), fees=False
    )
    _, found = audited(tmp_path, register)
    assert not found.leads
    reasons = dict(found.not_assessed)
    assert "not in the register: permits.receipt_number" in reasons["OFF114"]


def test_only_permits_is_enough(tmp_path: Path) -> None:
    write(tmp_path / "register", permits(600), fees=False)
    (tmp_path / "register" / "offices.csv").unlink()
    _, found = audited(tmp_path, tmp_path / "register")
    assert not found.leads
    assert {"OFF102", "OFF103", "OFF105", "OFF110", "OFF113"} <= set(dict(found.not_assessed))


def test_a_register_without_permits_has_nothing_to_assess(tmp_path: Path) -> None:
    (tmp_path / "register").mkdir()
    (tmp_path / "register" / "offices.csv").write_text("office_id,timezone\n01,Europe/Lisbon\n")
    _, found = audited(tmp_path, tmp_path / "register")
    assert not found.leads and found.tables.exposure.is_empty()
    assert {check.code for check in OFFICE_CHECKS} <= set(dict(found.not_assessed))
