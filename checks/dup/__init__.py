"""DUP: one thing used by several."""

from __future__ import annotations

from checks.dup import (
    dup101_passport_of_two_holders,
    dup102_receipt_on_several_permits,
    dup103_medical_of_another,
    dup104_photo_of_two_holders,
    dup105_phone_of_unrelated_holders,
    dup106_address_of_unrelated_holders,
    dup107_holder_with_two_identities,
)
from checks.rows import RowCheck

ROW_CHECKS: tuple[RowCheck, ...] = (
    dup101_passport_of_two_holders.CHECK,
    dup102_receipt_on_several_permits.CHECK,
    dup103_medical_of_another.CHECK,
    dup104_photo_of_two_holders.CHECK,
    dup105_phone_of_unrelated_holders.CHECK,
    dup106_address_of_unrelated_holders.CHECK,
    dup107_holder_with_two_identities.CHECK,
)
