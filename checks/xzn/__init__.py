"""Between printed and machine-readable zone: the checks of family XZN, by code."""

from __future__ import annotations

from checks.base import DocumentCheck

CHECKS: tuple[DocumentCheck, ...] = ()
