from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from pipeline.audit.exposure import permits
from pipeline.audit.indicators import SUPPORT_CAP, Prepared, prepared
from pipeline.audit.pairs import Table, table
from pipeline.audit.strata import cells, counted
from pipeline.types.leads import AuditSettings, Counts, Indicator

_SETTINGS = AuditSettings()
_OWN = Indicator("OFF107", own=("employer",))
_PAIRS = Indicator("OFF118", counts=Counts.PAIRS)


def _register() -> pl.DataFrame:
    """Forty permits of one office and month: two officers, two agencies, employers E0 to E4 in turn, two kinds."""
    rows = [
        {
            "permit_number": f"{at:03d}",
            "office_id": "O",
            "stratum": "official" if at >= 30 else "work",
            "issued_on": "2024-03-01",
            "officer_id": f"OF-{at % 2}",
            "agency_id": f"AG-{at // 4 % 2}",
            "employer_id": f"E{at % 5}",
        }
        for at in range(40)
    ]
    return pl.DataFrame(rows).with_columns(pl.col("issued_on").str.to_date())


def _flags(code: str, numbers: list[int]) -> pl.DataFrame:
    return pl.DataFrame({"code": code, "permit_number": [f"{at:03d}" for at in numbers]})


def _ready(flags: pl.DataFrame, *indicators: Indicator) -> Prepared:
    return prepared(permits(_register(), flags), indicators, _SETTINGS)


def _table(*kinds: str) -> Table:
    made = table(permits(_register(), _flags("OFF107", [0])), kinds, 1)
    assert made is not None
    return made


def test_flags_of_one_employer_are_one_event_of_its_agency_and_all_of_its_own() -> None:
    # Of employer E0: permits 0, 5, 10; of E1: 6.
    coded = permits(_register(), _flags("OFF107", [0, 5, 10, 6]))
    ready = prepared(coded, [_OWN], _SETTINGS)
    (agency,) = ready.wholes(coded, _table("agency"))
    (employer,) = ready.wholes(coded, _table("officer", "employer"))
    # Permits 0 and 10 went through the first agency, 5 and 6 through the second: of E0 each has one.
    assert agency.flagged.tolist() == [0, 5, 6] and agency.masked.tolist() == [10]
    assert employer.flagged.tolist() == [0, 5, 6, 10] and not len(employer.masked)
    assert counted(cells(coded, _table("agency")), agency).observed.sum() == 3


def test_what_is_a_partys_own_only_supports_others_where_it_stands_alone() -> None:
    ready = _ready(
        pl.concat([_flags("OFF107", [0, 5, 10]), _flags("OFF101", [1, 2, 3])]), _OWN, Indicator("OFF101"), _PAIRS
    )
    alone, pair = _table("employer"), _table("officer", "employer")
    assert ready.codes(alone) == ("OFF101", "OFF107") and ready.codes(pair) == ("OFF101", "OFF107", "OFF118")
    assert ready.supports(alone).tolist() == [False, True]
    assert ready.supports(pair).tolist() == [False, False, True]
    assert ready.caps(alone).tolist() == [np.inf, SUPPORT_CAP]
    assert ready.minimum(alone, _SETTINGS).tolist() == [3.0, np.inf]
    assert ready.pairs_row(alone) is None and ready.pairs_row(pair) == 2


def test_a_kind_of_permit_that_never_has_it_is_not_judged() -> None:
    coded = permits(_register(), _flags("OFF116", [31, 34, 38]))
    ready = prepared(coded, [Indicator("OFF116")], _SETTINGS)
    (whole,) = ready.wholes(coded, _table("officer"))
    assert whole.able.tolist() == [True, False]
    assert whole.judged[-1].tolist() == [10.0, 0.0]
    found = counted(cells(coded, _table("officer")), whole)
    # Officers have half of the ten official permits; each expects what the other shows, shrunk by three events.
    others = {0: 1, 1: 2}
    for officer, events in others.items():
        everyone = (events + 0.5) / (5 + 1.0)
        rate = everyone
        for _ in range(3):
            rate = (events + 3.0) / (5 + 3.0 / rate)
        assert found.expected[officer] == pytest.approx(5 * rate)


def test_bits_tell_which_rows_flag_a_permit() -> None:
    ready = _ready(
        pl.concat([_flags("OFF101", [1, 2, 3]), _flags("OFF102", [2, 3, 4])]), Indicator("OFF101"), Indicator("OFF102")
    )
    assert ready.bits[:6].tolist() == [0, 1, 3, 3, 2, 0]
