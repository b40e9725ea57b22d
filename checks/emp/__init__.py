"""EMP: employers, agencies, quotas and supporting papers."""

from __future__ import annotations

from checks.emp import (
    emp101_employer_not_in_register,
    emp102_employer_not_in_being_on_day,
    emp103_first_permit_soon_after_registration,
    emp104_permits_above_staff,
    emp105_permits_above_quota,
    emp106_employers_in_succession,
    emp107_address_or_phone_shared,
    emp108_agency_without_licence,
    emp109_examinations_above_capacity,
    emp110_medical_values_out_of_range,
    emp111_inspection_texts_alike,
    emp112_inspector_at_two_sites,
    emp113_quota_without_inspection,
    emp114_quota_above_peers,
    emp115_clinic_not_in_register,
    emp116_identical_medical_values,
    emp117_doctor_at_two_clinics,
)
from checks.rows import RowCheck

ROW_CHECKS: tuple[RowCheck, ...] = (
    emp101_employer_not_in_register.CHECK,
    emp102_employer_not_in_being_on_day.CHECK,
    emp103_first_permit_soon_after_registration.CHECK,
    emp104_permits_above_staff.CHECK,
    emp105_permits_above_quota.CHECK,
    emp106_employers_in_succession.CHECK,
    emp107_address_or_phone_shared.CHECK,
    emp108_agency_without_licence.CHECK,
    emp109_examinations_above_capacity.CHECK,
    emp110_medical_values_out_of_range.CHECK,
    emp111_inspection_texts_alike.CHECK,
    emp112_inspector_at_two_sites.CHECK,
    emp113_quota_without_inspection.CHECK,
    emp114_quota_above_peers.CHECK,
    emp115_clinic_not_in_register.CHECK,
    emp116_identical_medical_values.CHECK,
    emp117_doctor_at_two_clinics.CHECK,
)
