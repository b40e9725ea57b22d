"""SEQ: numbers and blanks."""

from __future__ import annotations

from checks.rows import RowCheck
from checks.seq import seq101_number_outside_block

ROW_CHECKS: tuple[RowCheck, ...] = (seq101_number_outside_block.CHECK,)
