"""Permit, passport and person: the checks of family LNK, by code."""

from __future__ import annotations

from checks.base import DocumentCheck
from checks.lnk import (
    lnk101_passport_number_differs,
    lnk102_holder_name_differs,
    lnk103_birth_date_differs,
    lnk104_nationality_differs,
    lnk105_permit_outlives_passport,
    lnk106_same_passport_number_two_holders,
    lnk107_category_against_ban,
)

CHECKS: tuple[DocumentCheck, ...] = (
    lnk101_passport_number_differs.CHECK,
    lnk102_holder_name_differs.CHECK,
    lnk103_birth_date_differs.CHECK,
    lnk104_nationality_differs.CHECK,
    lnk105_permit_outlives_passport.CHECK,
    lnk106_same_passport_number_two_holders.CHECK,
    lnk107_category_against_ban.CHECK,
)
