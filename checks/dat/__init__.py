"""Dates: the checks of family DAT, by code."""

from __future__ import annotations

from checks.base import DocumentCheck
from checks.dat import (
    dat101_issued_before_birth,
    dat102_expiry_not_after_issue,
    dat103_issued_after_scan,
    dat104_validity_longer_than_law,
    dat105_issued_on_closed_day,
    dat106_issued_before_application,
    dat107_issued_before_medical,
    dat108_issued_before_fee,
    dat109_under_age_for_category,
    dat110_printed_date_not_in_calendar,
    dat111_valid_from_before_issue,
)

CHECKS: tuple[DocumentCheck, ...] = (
    dat101_issued_before_birth.CHECK,
    dat102_expiry_not_after_issue.CHECK,
    dat103_issued_after_scan.CHECK,
    dat104_validity_longer_than_law.CHECK,
    dat105_issued_on_closed_day.CHECK,
    dat106_issued_before_application.CHECK,
    dat107_issued_before_medical.CHECK,
    dat108_issued_before_fee.CHECK,
    dat109_under_age_for_category.CHECK,
    dat110_printed_date_not_in_calendar.CHECK,
    dat111_valid_from_before_issue.CHECK,
)
