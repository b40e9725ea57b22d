"""REG: scan against register, and the register against itself."""

from __future__ import annotations

from checks.base import DocumentCheck
from checks.rows import RowCheck

CHECKS: tuple[DocumentCheck, ...] = ()

ROW_CHECKS: tuple[RowCheck, ...] = ()
