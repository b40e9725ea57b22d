"""PRC: order, time and calendar of the process."""

from __future__ import annotations

from checks.prc import (
    prc101_issued_before_application,
    prc102_issued_before_medical,
    prc103_issued_before_labour_market_test,
    prc104_issued_before_fee,
    prc105_faster_than_feasible,
    prc106_steps_in_one_minute,
    prc107_step_outside_hours,
    prc108_step_on_closed_day,
    prc109_edited_after_approval,
    prc110_decision_overridden,
    prc111_granted_on_recommendation,
    prc112_granted_after_refusal_elsewhere,
    prc113_no_biometric_check,
    prc114_steps_out_of_order,
    prc115_validity_beyond_law,
    prc116_under_age_for_category,
    prc117_category_against_ban,
    prc118_revoked_but_live,
    prc119_privileged_kind,
)
from checks.rows import RowCheck

ROW_CHECKS: tuple[RowCheck, ...] = (
    prc101_issued_before_application.CHECK,
    prc102_issued_before_medical.CHECK,
    prc103_issued_before_labour_market_test.CHECK,
    prc104_issued_before_fee.CHECK,
    prc105_faster_than_feasible.CHECK,
    prc106_steps_in_one_minute.CHECK,
    prc107_step_outside_hours.CHECK,
    prc108_step_on_closed_day.CHECK,
    prc109_edited_after_approval.CHECK,
    prc110_decision_overridden.CHECK,
    prc111_granted_on_recommendation.CHECK,
    prc112_granted_after_refusal_elsewhere.CHECK,
    prc113_no_biometric_check.CHECK,
    prc114_steps_out_of_order.CHECK,
    prc115_validity_beyond_law.CHECK,
    prc116_under_age_for_category.CHECK,
    prc117_category_against_ban.CHECK,
    prc118_revoked_but_live.CHECK,
    prc119_privileged_kind.CHECK,
)
