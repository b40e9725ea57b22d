"""The strata of a lead are what one counts by hand."""

from __future__ import annotations

import csv
import io

import polars as pl

from pipeline.audit import strata
from pipeline.report.lead_strata_csv import COLUMNS, LIKE, lead_strata, write_lead_strata
from tests.audit.made_up import office
from tests.report.audit_made_up import FORMULA, HOSTILE, lead

GROUPS: list[dict[str, object]] = [
    {"officer_id": "OF-1", "agency_id": HOSTILE, "permits": 24, "events": 6},
    {"officer_id": "OF-1", "agency_id": "A", "permits": 60, "events": 12},
    {"officer_id": "OF-2", "agency_id": HOSTILE, "stratum": FORMULA, "permits": 60},
    {"officer_id": "OF-3", "agency_id": None, "permits": 36, "events": 3},
]


def test_the_counts_of_subject_and_others_add_up_to_all_permits_of_their_strata() -> None:
    exposure, flags = office(GROUPS)
    masks = flags.head(1)
    found = lead_strata(lead(()), exposure, flags.tail(-1), masks)
    # Of 2 x 12 months the subject has those of one stratum.
    assert found.height == 12 and found["month"].to_list() == [f"2025-{month:02}" for month in range(1, 13)]
    assert found.select(pl.col("permits", "flagged", "permits_of_others", "flagged_of_others").sum()).rows() == [
        (23, 5, 96, 15)
    ]


def test_a_stratum_that_is_nearly_the_subjects_alone_is_not_compared() -> None:
    nearly = [GROUPS[0], {"officer_id": "OF-2", "agency_id": "A", "permits": 11}]
    for groups, told in ((nearly, "no"), (GROUPS, "yes")):
        exposure, flags = office(groups)
        assert set(lead_strata(lead(()), exposure, flags, flags.clear())["compared"]) == {told}
    # The one limit, in two places since the other is the statistics' own.
    assert strata._LIKE == LIKE


def test_of_flags_that_an_employer_has_the_first_counts_where_the_employer_is_no_part_of_the_lead() -> None:
    exposure, flags = office([{"officer_id": "OF-1", "employer_id": "E", "permits": 24, "events": 6}, GROUPS[3]])
    of_officer = lead((), subject=(("officer", "OF-1"),))
    counts = pl.col("permits", "flagged").sum()
    assert lead_strata(of_officer, exposure, flags, flags.clear()).select(counts).rows() == [(24, 6)]
    assert lead_strata(of_officer, exposure, flags, flags.clear(), ("employer",)).select(counts).rows() == [(19, 1)]
    with_it = lead((), subject=(("officer", "OF-1"), ("employer", "E")))
    assert lead_strata(with_it, exposure, flags, flags.clear(), ("employer",)).select(counts).rows() == [(24, 6)]


def test_a_lead_of_a_code_without_flags_has_none_and_no_cell_is_a_formula() -> None:
    exposure, flags = office(GROUPS)
    file = io.StringIO()
    of_two = lead((), subject=(("officer", "OF-2"),))
    write_lead_strata(file, [lead(()), of_two], exposure, flags.clear(), flags.clear(), {})
    rows = list(csv.DictReader(io.StringIO(file.getvalue())))
    assert tuple(rows[0]) == COLUMNS
    assert {row["flagged"] for row in rows} == {"0"}
    assert {row["stratum"] for row in rows if row["lead"] == "2"} == {f"'{FORMULA}"}
