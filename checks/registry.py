"""Every check, listed by hand: family by family, in the order of their codes."""

from __future__ import annotations

from checks import dat, lay, lnk, mrz, qlt, xzn
from checks.base import DocumentCheck

#: What each family is about; the order in which pages and reports list them.
FAMILIES: dict[str, str] = {
    "QLT": "capture quality",
    "MRZ": "inside the machine-readable zone",
    "XZN": "between printed and machine-readable zone",
    "DAT": "dates",
    "LAY": "layout and wording",
    "LNK": "permit, passport and person",
}

CHECKS: tuple[DocumentCheck, ...] = (
    *qlt.CHECKS,
    *mrz.CHECKS,
    *xzn.CHECKS,
    *dat.CHECKS,
    *lay.CHECKS,
    *lnk.CHECKS,
)

_BY_CODE = {check.code: check for check in CHECKS}


class UnknownCode(KeyError):
    """No check has this code; the message names the codes of its family, or the families."""

    def __str__(self) -> str:
        return str(self.args[0])


def by_code(code: str) -> DocumentCheck:
    """The check of that code; case does not matter.

    Raises:
        UnknownCode: if there is none.
    """
    wanted = code.strip().upper()
    if wanted in _BY_CODE:
        return _BY_CODE[wanted]
    near = [known for known in _BY_CODE if known[:3] == wanted[:3]] or list(FAMILIES)
    raise UnknownCode(f"no check {wanted}; there are {', '.join(near)}")
