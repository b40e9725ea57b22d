"""REG: scan against register, and the register against itself."""

from __future__ import annotations

from checks.base import DocumentCheck
from checks.reg import (
    reg101_number_not_in_register,
    reg102_blank_without_record,
    reg103_number_recorded_void,
    reg104_field_differs,
    reg105_number_of_another_holder,
    reg106_number_registered_twice,
    reg107_revoked_in_register,
    reg109_issuer_or_employer_differs,
    reg110_number_recorded_missing,
    reg120_no_application_file,
    reg121_printed_without_row,
    reg122_issued_above_approved,
    reg123_issued_above_fees,
    reg124_row_vanished,
    reg125_changed_after_approval,
    reg126_counts_shrunk,
    reg127_key_not_in_register,
    reg128_day_without_log,
)
from checks.rows import RowCheck

CHECKS: tuple[DocumentCheck, ...] = (
    reg101_number_not_in_register.CHECK,
    reg102_blank_without_record.CHECK,
    reg103_number_recorded_void.CHECK,
    reg104_field_differs.CHECK,
    reg105_number_of_another_holder.CHECK,
    reg106_number_registered_twice.CHECK,
    reg107_revoked_in_register.CHECK,
    reg109_issuer_or_employer_differs.CHECK,
    reg110_number_recorded_missing.CHECK,
)

ROW_CHECKS: tuple[RowCheck, ...] = (
    reg120_no_application_file.CHECK,
    reg121_printed_without_row.CHECK,
    reg122_issued_above_approved.CHECK,
    reg123_issued_above_fees.CHECK,
    reg124_row_vanished.CHECK,
    reg125_changed_after_approval.CHECK,
    reg126_counts_shrunk.CHECK,
    reg127_key_not_in_register.CHECK,
    reg128_day_without_log.CHECK,
)
