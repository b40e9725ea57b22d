"""Capture quality: the checks of family QLT, by code."""

from __future__ import annotations

from checks.base import DocumentCheck

CHECKS: tuple[DocumentCheck, ...] = ()
