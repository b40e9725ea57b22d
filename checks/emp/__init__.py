"""EMP: employers, agencies, quotas and supporting papers."""

from __future__ import annotations

from checks.rows import RowCheck

ROW_CHECKS: tuple[RowCheck, ...] = ()
