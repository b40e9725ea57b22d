"""Layout and wording: the checks of family LAY, by code."""

from __future__ import annotations

from checks.base import DocumentCheck
from checks.lay import (
    lay101_mandatory_field_absent,
    lay102_fixed_wording_differs,
    lay103_specimen_text,
    lay104_placeholder_number,
    lay105_glyph_metrics_differ,
    lay106_baseline_differs,
)

CHECKS: tuple[DocumentCheck, ...] = (
    lay101_mandatory_field_absent.CHECK,
    lay102_fixed_wording_differs.CHECK,
    lay103_specimen_text.CHECK,
    lay104_placeholder_number.CHECK,
    lay105_glyph_metrics_differ.CHECK,
    lay106_baseline_differs.CHECK,
)
