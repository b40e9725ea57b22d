"""OFR: people and separation of duties."""

from __future__ import annotations

from checks.ofr import (
    ofr101_step_without_posting,
    ofr102_step_outside_service,
    ofr103_step_on_leave,
    ofr104_category_outside_jurisdiction,
    ofr105_approved_without_role,
    ofr106_desk_used_by_another,
    ofr107_two_offices_at_once,
    ofr108_authenticates_for_many_offices,
    ofr109_one_hand_in_every_step,
    ofr110_approved_own_entry,
    ofr111_acted_for_own_employer,
    ofr112_dormant_account_acts,
    ofr113_workstation_of_another_office,
    ofr114_assigned_outside_desk,
)
from checks.rows import RowCheck

ROW_CHECKS: tuple[RowCheck, ...] = (
    ofr101_step_without_posting.CHECK,
    ofr102_step_outside_service.CHECK,
    ofr103_step_on_leave.CHECK,
    ofr104_category_outside_jurisdiction.CHECK,
    ofr105_approved_without_role.CHECK,
    ofr106_desk_used_by_another.CHECK,
    ofr107_two_offices_at_once.CHECK,
    ofr108_authenticates_for_many_offices.CHECK,
    ofr109_one_hand_in_every_step.CHECK,
    ofr110_approved_own_entry.CHECK,
    ofr111_acted_for_own_employer.CHECK,
    ofr112_dormant_account_acts.CHECK,
    ofr113_workstation_of_another_office.CHECK,
    ofr114_assigned_outside_desk.CHECK,
)
