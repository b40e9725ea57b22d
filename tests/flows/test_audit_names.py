"""Printed names are for the role that the settings declare, and of the officers of leads alone."""

from __future__ import annotations

import polars as pl
import pytest

from flows.audit_names import asking, officer_names
from pipeline.errors import UsageError
from pipeline.settings import Audit
from tests.report.audit_made_up import lead, report


def test_without_the_role_names_are_a_usage_error() -> None:
    with pytest.raises(UsageError, match="integrity-auditor"):
        asking(Audit(auditor="A-7"))
    with pytest.raises(UsageError, match="who asked"):
        asking(Audit(role="integrity-auditor"))
    assert asking(Audit(role="integrity-auditor", auditor="A-7")) == "A-7"


def test_only_officers_of_leads_are_named() -> None:
    made = report()
    officers = pl.LazyFrame(
        {"officer_id": ["OF-1", "OF-1", "OF-2", "OF-9"], "name_as_printed": ["A. ONE", "A. AGAIN", "B. TWO", None]}
    )
    postings = pl.LazyFrame(schema={"officer_id": pl.String, "office_id": pl.String})
    tables = {"officers": officers, "postings": postings}
    assert officer_names(tables, made.leads, made.exposure) == {"OF-1": "A. ONE"}
    # An id that issues at two offices may be two persons, unless both are postings of it.
    elsewhere = pl.concat([made.exposure, made.exposure.with_columns(office_id=pl.lit("77"))])
    assert officer_names(tables, made.leads, elsewhere) == {}
    posted = elsewhere.lazy().select("officer_id", "office_id").unique()
    assert officer_names({**tables, "postings": posted}, made.leads, elsewhere) == {"OF-1": "A. ONE"}
    assert officer_names(tables, [], made.exposure) == {}
    about = lead((), subject=(("officer", "OF-9"), ("agency", "OF-2")))
    assert officer_names(tables, [about], made.exposure) == {}
