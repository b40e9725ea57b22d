"""Inside the machine-readable zone: the checks of family MRZ, by code."""

from __future__ import annotations

from checks.base import DocumentCheck

CHECKS: tuple[DocumentCheck, ...] = ()
