"""SEQ: numbers and blanks."""

from __future__ import annotations

from checks.rows import RowCheck
from checks.seq import (
    seq101_number_outside_block,
    seq102_date_against_number_order,
    seq103_numbers_missing,
    seq104_number_on_two_permits,
    seq105_void_number_issued,
    seq106_void_without_second_witness,
    seq107_blocks_overlap,
    seq108_consecutive_numbers_one_sponsor,
)

ROW_CHECKS: tuple[RowCheck, ...] = (
    seq101_number_outside_block.CHECK,
    seq102_date_against_number_order.CHECK,
    seq103_numbers_missing.CHECK,
    seq104_number_on_two_permits.CHECK,
    seq105_void_number_issued.CHECK,
    seq106_void_without_second_witness.CHECK,
    seq107_blocks_overlap.CHECK,
    seq108_consecutive_numbers_one_sponsor.CHECK,
)
