"""OFF: patterns of an office, its officers and those they deal with."""

from __future__ import annotations

from checks.off import (
    off101_faster_than_feasible,
    off102_out_of_hours,
    off103_closed_day,
    off104_number_against_date_order,
    off105_number_outside_block,
    off106_photo_repeated,
    off107_above_quota_or_capacity,
    off108_under_age,
    off109_duties_not_separated,
    off110_outside_posting,
    off111_decision_overridden,
    off112_granted_after_refusal_elsewhere,
    off113_medical_batch,
    off114_fee_missing_or_repeated,
    off115_edited_after_approval,
    off116_privileged_kind,
    off117_employer_not_in_being,
    off118_pairs_above_assignment,
    off119_few_counterparts,
)
from checks.office import OfficeCheck

OFFICE_CHECKS: tuple[OfficeCheck, ...] = (
    off101_faster_than_feasible.CHECK,
    off102_out_of_hours.CHECK,
    off103_closed_day.CHECK,
    off104_number_against_date_order.CHECK,
    off105_number_outside_block.CHECK,
    off106_photo_repeated.CHECK,
    off107_above_quota_or_capacity.CHECK,
    off108_under_age.CHECK,
    off109_duties_not_separated.CHECK,
    off110_outside_posting.CHECK,
    off111_decision_overridden.CHECK,
    off112_granted_after_refusal_elsewhere.CHECK,
    off113_medical_batch.CHECK,
    off114_fee_missing_or_repeated.CHECK,
    off115_edited_after_approval.CHECK,
    off116_privileged_kind.CHECK,
    off117_employer_not_in_being.CHECK,
    off118_pairs_above_assignment.CHECK,
    off119_few_counterparts.CHECK,
)
