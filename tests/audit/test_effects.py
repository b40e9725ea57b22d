from __future__ import annotations

import numpy as np
import pytest

from pipeline.audit.effects import Base, adjusted
from pipeline.audit.exposure import permits
from pipeline.audit.pairs import Table, table
from pipeline.audit.strata import Counted, Totals, cells, counted, totals
from tests.audit.registers import exposure, flags

_CODED = permits(exposure(4000, seed=6, offices=2, officers=4), flags(exposure(4000, 6, 2, 4), seed=6, spread=1.0))
_NOTHING = np.empty(0, dtype=np.int64)
_WHOLE: Totals = totals(_CODED, _CODED.flags["OFF101"], _NOTHING)


def _table(*kinds: str) -> tuple[Table, Counted]:
    made = table(_CODED, kinds, 1)
    assert made is not None
    return made, counted(cells(_CODED, made), _WHOLE)


def test_a_clinic_expects_what_its_officers_do_with_others() -> None:
    officers, of_officers = _table("officer")
    clinics, plain = _table("clinic")
    split = cells(_CODED, clinics)
    base = Base(officers, of_officers.observed[None], of_officers.expected[None])
    found = adjusted(_CODED, clinics, split, plain.rate[None].astype(np.float32), [_WHOLE], {"officer": base})

    hit = np.zeros(len(_CODED), dtype=bool)
    hit[_WHOLE.flagged] = True
    expected = np.zeros(len(clinics))
    for clinic in range(len(clinics)):
        for officer in range(len(officers)):
            at = np.flatnonzero((clinics.unit == clinic) & (officers.unit == officer) & (split.row >= 0))
            due = plain.rate[split.row[at]].sum()
            events = of_officers.observed[officer] - hit[at].sum() + 3
            expected[clinic] += due * events / (max(of_officers.expected[officer] - due, 0) + 3)
    expected = np.maximum(expected, plain.expected)
    assert found.expected[0] == pytest.approx(expected, rel=1e-4)
    assert (found.expected[0] > plain.expected).any()
    # Permit by permit the effects give the same sum.
    inside = np.flatnonzero(split.row >= 0)
    by_permit = found.at(inside)[0] * plain.rate[split.row[inside]]
    assert np.bincount(clinics.unit[inside], by_permit) == pytest.approx(expected, rel=1e-4)


def test_officers_are_not_held_against_themselves() -> None:
    officers, plain = _table("officer")
    split = cells(_CODED, officers)
    base = Base(officers, plain.observed[None], plain.expected[None])
    found = adjusted(_CODED, officers, split, plain.rate[None].astype(np.float32), [_WHOLE], {"officer": base})
    assert found.expected[0] == pytest.approx(plain.expected, rel=1e-5)
    assert found.groups == ()
