"""PRC: order, time and calendar of the process."""

from __future__ import annotations

from checks.prc import (
    prc101_issued_before_application,
    prc102_issued_before_medical,
    prc103_issued_before_labour_market_test,
    prc104_issued_before_fee,
    prc113_no_biometric_check,
    prc115_validity_longer_than_law,
    prc116_under_age_for_category,
    prc117_category_against_ban,
    prc118_handed_over_after_revocation,
    prc119_privileged_kind,
    prc120_validity_begins_before_issue,
)
from checks.rows import RowCheck

ROW_CHECKS: tuple[RowCheck, ...] = (
    prc101_issued_before_application.CHECK,
    prc102_issued_before_medical.CHECK,
    prc103_issued_before_labour_market_test.CHECK,
    prc104_issued_before_fee.CHECK,
    prc113_no_biometric_check.CHECK,
    prc115_validity_longer_than_law.CHECK,
    prc116_under_age_for_category.CHECK,
    prc117_category_against_ban.CHECK,
    prc118_handed_over_after_revocation.CHECK,
    prc119_privileged_kind.CHECK,
    prc120_validity_begins_before_issue.CHECK,
)
