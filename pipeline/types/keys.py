"""Every key under which a reading is kept, with the type of its value.

`viz.` is the printed (visual) zone, `mrz.` the machine-readable zone, `quality.` how well a printed field was
captured, `page.N` the N-th page, `doc.` what the document as a whole was taken for. Field names are those of the
output contract (DESIGN section 4).
"""

from __future__ import annotations

from typing import TypeVar

from pipeline.types.dates import PartialDate
from pipeline.types.documents import PageInfo
from pipeline.types.facts import Key
from pipeline.types.mrz import CheckDigit, MrzReading
from pipeline.types.printed import Duration, FieldQuality, TemplateMatch

T = TypeVar("T")

VIZ_DOCUMENT_NUMBER = Key("viz.document_number", str)
VIZ_SURNAME = Key("viz.surname", str)
VIZ_GIVEN_NAMES = Key("viz.given_names", str)
VIZ_BIRTH_DATE = Key("viz.birth_date", PartialDate)
VIZ_SEX = Key("viz.sex", str)
VIZ_NATIONALITY = Key("viz.nationality", str)
VIZ_BIRTH_PLACE = Key("viz.birth_place", str)
VIZ_ISSUING_STATE = Key("viz.issuing_state", str)
VIZ_ISSUE_DATE = Key("viz.issue_date", PartialDate)
VIZ_EXPIRY_DATE = Key("viz.expiry_date", PartialDate)
VIZ_VALID_FROM = Key("viz.valid_from", PartialDate)
VIZ_ISSUING_OFFICE = Key("viz.issuing_office", str)
VIZ_ISSUING_OFFICER = Key("viz.issuing_officer", str)
VIZ_PERSONAL_NUMBER = Key("viz.personal_number", str)
VIZ_PERMIT_NUMBER = Key("viz.permit_number", str)
VIZ_PERMIT_CATEGORY = Key("viz.permit_category", str)
VIZ_OCCUPATION = Key("viz.occupation", str)
VIZ_EMPLOYER = Key("viz.employer", str)
VIZ_AGENCY = Key("viz.agency", str)
VIZ_PASSPORT_NUMBER = Key("viz.passport_number", str)
VIZ_APPLICATION_NUMBER = Key("viz.application_number", str)
VIZ_RECEIPT_NUMBER = Key("viz.receipt_number", str)
VIZ_MEDICAL_NUMBER = Key("viz.medical_number", str)
VIZ_ENTRIES = Key("viz.entries", str)
VIZ_DURATION_OF_STAY = Key("viz.duration_of_stay", Duration)
#: Dates that a permit or its supporting papers print beside the contract's own fields.
VIZ_APPLICATION_DATE = Key("viz.application_date", PartialDate)
VIZ_MEDICAL_DATE = Key("viz.medical_date", PartialDate)
VIZ_RECEIPT_DATE = Key("viz.receipt_date", PartialDate)
#: A printed date as text, `viz.issue_date_text`, where its day, month and year are no date of any calendar.
VIZ_DATE_TEXTS = tuple(
    Key(f"viz.{name}_text", str)
    for name in (
        "birth_date",
        "issue_date",
        "expiry_date",
        "valid_from",
        "application_date",
        "medical_date",
        "receipt_date",
    )
)
#: Every word read on the page, in reading order.
VIZ_TEXT = Key("viz.text", str)

MRZ = Key("mrz.reading", MrzReading)
MRZ_DOCUMENT_CODE = Key("mrz.document_code", str)
MRZ_ISSUING_STATE = Key("mrz.issuing_state", str)
#: The whole name field as printed, fillers included; of the French card both its name fields, written as one.
MRZ_NAME = Key("mrz.name", str)
MRZ_SURNAME = Key("mrz.surname", str)
MRZ_GIVEN_NAMES = Key("mrz.given_names", str)
MRZ_DOCUMENT_NUMBER = Key("mrz.document_number", str)
MRZ_NATIONALITY = Key("mrz.nationality", str)
MRZ_BIRTH_DATE = Key("mrz.birth_date", PartialDate)
MRZ_SEX = Key("mrz.sex", str)
MRZ_EXPIRY_DATE = Key("mrz.expiry_date", PartialDate)
#: Optional data (TD3: personal number) without its trailing fillers; TD1 has a second one.
MRZ_PERSONAL_NUMBER = Key("mrz.personal_number", str)
MRZ_OPTIONAL_2 = Key("mrz.optional_2", str)
#: Six characters as printed where they are no date of any calendar.
MRZ_BIRTH_DATE_TEXT = Key("mrz.birth_date_text", str)
MRZ_EXPIRY_DATE_TEXT = Key("mrz.expiry_date_text", str)

CHECK_NUMBER = Key("mrz.check.number", CheckDigit)
CHECK_BIRTH_DATE = Key("mrz.check.birth_date", CheckDigit)
CHECK_EXPIRY = Key("mrz.check.expiry", CheckDigit)
CHECK_OPTIONAL = Key("mrz.check.optional", CheckDigit)
CHECK_COMPOSITE = Key("mrz.check.composite", CheckDigit)

#: DocumentKind as text.
DOC_KIND = Key("doc.kind", str)
DOC_TEMPLATE = Key("doc.template", TemplateMatch)


def page(number: int) -> Key[PageInfo]:
    """The N-th page's measurements (0-based)."""
    return Key(f"page.{number}", PageInfo)


def quality(field: str) -> Key[FieldQuality]:
    """How well one printed field was captured."""
    return Key(f"quality.{field}", FieldQuality)


def field_of(key: str) -> str:
    """The field a key is about: `mrz.check.expiry` and `viz.expiry_date` are both `expiry_date`."""
    last = key.rpartition(".")[2].removesuffix("_text")
    return {"number": "document_number", "expiry": "expiry_date", "optional": "personal_number"}.get(last, last)


def linked(kind: str, key: Key[T]) -> Key[T]:
    """The same key on the linked document of that kind in the bundle: `passport`, `work-permit`, `visa`, ..."""
    return Key(f"{kind}.{key.name}", key.kind)
