"""Capture quality: the checks of family QLT, by code."""

from __future__ import annotations

from checks.base import DocumentCheck
from checks.qlt import (
    qlt101_print_too_small,
    qlt102_edges_blurred,
    qlt103_glare_over_field,
    qlt104_low_contrast,
    qlt105_mrz_partly_read,
    qlt106_mrz_field_read_differently,
)

CHECKS: tuple[DocumentCheck, ...] = (
    qlt101_print_too_small.CHECK,
    qlt102_edges_blurred.CHECK,
    qlt103_glare_over_field.CHECK,
    qlt104_low_contrast.CHECK,
    qlt105_mrz_partly_read.CHECK,
    qlt106_mrz_field_read_differently.CHECK,
)
