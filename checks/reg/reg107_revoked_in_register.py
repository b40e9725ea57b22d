"""The register has the document as revoked or void (REG107).

What it looks at:
    Status and day of revocation of the document's row, as of the day of screening.

Why it matters:
    A permit that was taken back and goes on being used lives on somebody's word that it is valid; one that the register
    calls void should never have left the office.

What else it can be:
    - The revocation is recent, and word of it has not reached the holder.
    - The copy was made while the permit was valid.
    - The status was set on the wrong row.

When it is not applied:
    There is no register at hand that lists such documents, or the document has no row in it.

What to check next:
    Ask when and to whom the revocation was served, and when this copy was made.

Source:
    INTERPOL database of stolen and lost travel documents (it holds revoked ones as well).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from checks.base import Context, DocumentCheck, Found
from checks.reg.matched import cells, day, need_row, number_readings
from pipeline.types.facts import Facts
from pipeline.types.findings import Hypothesis, Strength

#: Days within which a holder may not know of a revocation (house value).
SERVED_DAYS = 60
_TAKEN_BACK = ("revoked", "void")


def revoked_in_register(facts: Facts, context: Context) -> Iterator[Found]:
    """Yield once if the row is revoked or void on the day of screening."""
    _, row = need_row(context)
    readings = number_readings(facts)
    status, revoked = row.cell("status"), day(row.cell("revoked_at"))
    if status not in _TAKEN_BACK and (revoked is None or revoked > context.today):
        return
    where = cells(row, "status", "revoked_at")
    when = f" since {revoked.isoformat()}" if revoked is not None else ""
    message = f"{row.key} is {status if status in _TAKEN_BACK else 'revoked'}{when}"
    served = dt.timedelta(days=context.threshold("REG107", "served_days", SERVED_DAYS))
    if revoked is not None and revoked > context.today - served:
        why = "the revocation is recent, and word of it has not reached the holder"
        yield Found(message, readings, why, "status", Hypothesis.CLERICAL, Strength.WEAK, where)
    else:
        # That a permit was taken back later says little of how it was issued; a void one was never to leave the office.
        strength = None if status == "void" else Strength.WEAK
        yield Found(message, readings, cause="status", strength=strength, cells=where)


CHECK = DocumentCheck(
    code="REG107",
    name="revoked-in-register",
    version=1,
    strength=Strength.MODERATE,
    hypothesis=Hypothesis.IRREGULAR_ISSUE,
    needs=(),
    innocent=(
        "the revocation is recent, and word of it has not reached the holder",
        "the copy was made while the permit was valid",
        "the status was set on the wrong row",
    ),
    next_check="Ask when and to whom the revocation was served, and when this copy was made",
    source="INTERPOL database of stolen and lost travel documents (it holds revoked ones as well)",
    rule=revoked_in_register,
    thresholds=(("served_days", SERVED_DAYS),),
)
