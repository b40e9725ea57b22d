"""Inside the machine-readable zone: the checks of family MRZ, by code."""

from __future__ import annotations

from checks.base import DocumentCheck
from checks.mrz import (
    mrz101_check_digit_differs,
    mrz102_check_digit_pattern,
    mrz103_character_out_of_place,
    mrz104_document_code_not_listed,
    mrz105_state_code_not_listed,
    mrz106_pseudo_issuer,
    mrz107_specimen_issuer,
    mrz108_no_calendar_date,
    mrz109_sex_character_not_listed,
)

CHECKS: tuple[DocumentCheck, ...] = (
    mrz101_check_digit_differs.CHECK,
    mrz102_check_digit_pattern.CHECK,
    mrz103_character_out_of_place.CHECK,
    mrz104_document_code_not_listed.CHECK,
    mrz105_state_code_not_listed.CHECK,
    mrz106_pseudo_issuer.CHECK,
    mrz107_specimen_issuer.CHECK,
    mrz108_no_calendar_date.CHECK,
    mrz109_sex_character_not_listed.CHECK,
)
