"""Which cells of the register hold what a document prints: one thing under two names."""

from __future__ import annotations

from collections.abc import Mapping

#: Field of a document -> (table, column) that hold it, the one to show first in front; any of them may agree. A date
#: of issue may be that of the decision or of the hand-over, by the practice of an office.
CELLS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "document_number": (("permits", "permit_number"),),
    "surname": (("permits", "surname"),),
    "given_names": (("permits", "given_names"),),
    "birth_date": (("permits", "birth_date"),),
    "passport_number": (("permits", "passport_number"),),
    "issue_date": (("permits", "issued_at"), ("permits", "decided_at"), ("permits", "handed_at")),
    "valid_from": (("permits", "valid_from"),),
    "expiry_date": (("permits", "valid_until"),),
    "permit_category": (("permits", "category"),),
    "occupation": (("permits", "occupation"),),
    "application_number": (("permits", "application_id"),),
    "application_date": (("applications", "lodged_at"), ("permits", "applied_at")),
    "receipt_number": (("permits", "receipt_number"),),
    "receipt_date": (("fees", "paid_at"),),
    "medical_number": (("permits", "medical_id"),),
    "medical_date": (("medicals", "examined_at"), ("medicals", "issued_at")),
}

#: Column of `permits` that names the row of another table.
NAMED_IN: Mapping[str, str] = {
    "applications": "application_id",
    "fees": "receipt_number",
    "medicals": "medical_id",
    "offices": "office_id",
    "employers": "employer_id",
    "agencies": "agency_id",
}

#: Column of the register, or cause key -> field of a document that is about the same thing, so that a slip in it counts
#: once.
SAME_THING: Mapping[str, str] = {
    "age": "birth_date",
    "permit_number": "document_number",
    "issued_at": "issue_date",
    "valid_until": "expiry_date",
    "category": "permit_category",
    "applied_at": "application_date",
    "lodged_at": "application_date",
    "application_id": "application_number",
    "paid_at": "receipt_date",
    "examined_at": "medical_date",
    "medical_id": "medical_number",
    "office_id": "issuing_office",
    "employer_id": "employer",
    "agency_id": "agency",
    "approved_by": "issuing_officer",
}
