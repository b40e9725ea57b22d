"""Every check, listed by hand: family by family, in the order of their codes."""

from __future__ import annotations

from checks import dat, dup, emp, lay, lnk, mrz, off, ofr, prc, qlt, reg, seq, xzn
from checks.base import DocumentCheck
from checks.office import OfficeCheck
from checks.page import AnyCheck
from checks.rows import RowCheck

#: What each family is about; the order in which pages and reports list them.
FAMILIES: dict[str, str] = {
    "QLT": "capture quality",
    "MRZ": "inside the machine-readable zone",
    "XZN": "between printed and machine-readable zone",
    "DAT": "dates",
    "LAY": "layout and wording",
    "LNK": "permit, passport and person",
    "DUP": "one thing used by several",
    "REG": "scan against register, and the register against itself",
    "SEQ": "numbers and blanks",
    "PRC": "order, time and calendar of the process",
    "OFR": "people and separation of duties",
    "EMP": "employers, agencies, quotas and supporting papers",
    "OFF": "patterns of an office, its officers and those they deal with",
}

#: Checks on one document.
CHECKS: tuple[DocumentCheck, ...] = (
    *qlt.CHECKS,
    *mrz.CHECKS,
    *xzn.CHECKS,
    *dat.CHECKS,
    *lay.CHECKS,
    *lnk.CHECKS,
    *reg.CHECKS,
)

#: Checks on the rows of a register.
ROW_CHECKS: tuple[RowCheck, ...] = (
    *dup.ROW_CHECKS,
    *reg.ROW_CHECKS,
    *seq.ROW_CHECKS,
    *prc.ROW_CHECKS,
    *ofr.ROW_CHECKS,
    *emp.ROW_CHECKS,
)

#: Indicators of the office audit.
OFFICE_CHECKS: tuple[OfficeCheck, ...] = off.OFFICE_CHECKS

#: All kinds, family by family.
ALL_CHECKS: tuple[AnyCheck, ...] = tuple(
    sorted((*CHECKS, *ROW_CHECKS, *OFFICE_CHECKS), key=lambda check: (list(FAMILIES).index(check.family), check.code))
)

_BY_CODE = {check.code: check for check in ALL_CHECKS}


class UnknownCode(KeyError):
    """No check has this code; the message names the codes of its family, or the families."""

    def __str__(self) -> str:
        return str(self.args[0])


def by_code(code: str) -> AnyCheck:
    """The check of that code; case does not matter.

    Raises:
        UnknownCode: if there is none.
    """
    wanted = code.strip().upper()
    if wanted in _BY_CODE:
        return _BY_CODE[wanted]
    near = [known for known in _BY_CODE if known[:3] == wanted[:3]] or list(FAMILIES)
    raise UnknownCode(f"no check {wanted}; there are {', '.join(near)}")
