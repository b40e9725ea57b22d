"""Between printed and machine-readable zone: the checks of family XZN, by code."""

from __future__ import annotations

from checks.base import DocumentCheck
from checks.xzn import (
    xzn101_birth_date_differs,
    xzn102_expiry_date_differs,
    xzn103_document_number_differs,
    xzn104_surname_differs,
    xzn105_given_names_differ,
    xzn106_sex_differs,
    xzn107_nationality_differs,
    xzn108_issuing_state_differs,
    xzn109_name_shorter_without_truncation,
    xzn110_personal_number_differs,
)

CHECKS: tuple[DocumentCheck, ...] = (
    xzn101_birth_date_differs.CHECK,
    xzn102_expiry_date_differs.CHECK,
    xzn103_document_number_differs.CHECK,
    xzn104_surname_differs.CHECK,
    xzn105_given_names_differ.CHECK,
    xzn106_sex_differs.CHECK,
    xzn107_nationality_differs.CHECK,
    xzn108_issuing_state_differs.CHECK,
    xzn109_name_shorter_without_truncation.CHECK,
    xzn110_personal_number_differs.CHECK,
)
