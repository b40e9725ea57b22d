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
    tables = {"officers": officers}
    assert officer_names(tables, made.leads, made.exposure) == {"OF-1": "A. ONE"}
    assert officer_names(tables, [], made.exposure) == {}
    about = lead((), subject=(("officer", "OF-9"), ("agency", "OF-2")))
    assert officer_names(tables, [about], made.exposure) == {}
