from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from pipeline.audit.effects import Base, Plain, adjusted
from pipeline.audit.exposure import permits
from pipeline.audit.pairs import Table, table
from pipeline.audit.shrinkage import effect
from pipeline.audit.strata import Counted, Totals, cells, counted, totals
from tests.audit.registers import exposure, flags

_CODED = permits(exposure(4000, seed=6, offices=2, officers=4), flags(exposure(4000, 6, 2, 4), seed=6, spread=1.0))
_ALPHA = 0.2
_NOTHING = np.empty(0, dtype=np.int64)
_WHOLE: Totals = totals(_CODED, _CODED.flags["OFF101"], _NOTHING)


def _table(*kinds: str) -> tuple[Table, Counted]:
    made = table(_CODED, kinds, 1)
    assert made is not None
    return made, counted(cells(_CODED, made), _WHOLE)


def _base(made: Table, found: Counted) -> Base:
    return Base(made, found.observed[None], found.expected[None], np.array([_ALPHA]))


def _plain(found: Counted) -> Plain:
    return Plain(found.observed[None], found.expected[None])


def _rates(found: Counted) -> npt.NDArray[np.float32]:
    return found.rate[None].astype(np.float32)


def test_a_pair_expects_the_same_permit_by_permit_as_by_whole_units() -> None:
    officers, of_officers = _table("officer")
    agencies, of_agencies = _table("agency")
    pairs, plain = _table("officer", "agency")
    bases = {"officer": _base(officers, of_officers), "agency": _base(agencies, of_agencies)}
    split = cells(_CODED, pairs)
    whole = adjusted(_CODED, pairs, split, _rates(plain), [_WHOLE], bases, _plain(plain))
    inside = np.flatnonzero(split.row >= 0)
    by_permit = whole.at(inside)[0] * plain.rate[split.row[inside]]
    assert np.bincount(pairs.unit[inside], by_permit) == pytest.approx(whole.expected[0], rel=1e-4)

    unit = 5
    at = np.flatnonzero(pairs.unit == unit)[0]
    factor = 1.0
    for made, found in ((officers, of_officers), (agencies, of_agencies)):
        one = made.unit[at]
        events = found.observed[one] - plain.observed[unit]
        factor *= float(effect(events, np.array(found.expected[one] - plain.expected[unit]), _ALPHA))
    assert whole.expected[0, unit] == pytest.approx(plain.expected[unit] * max(factor, 1.0), rel=1e-4)


def test_a_clinic_expects_what_its_officers_do_with_others() -> None:
    officers, of_officers = _table("officer")
    clinics, plain = _table("clinic")
    split = cells(_CODED, clinics)
    base = _base(officers, of_officers)
    found = adjusted(_CODED, clinics, split, _rates(plain), [_WHOLE], {"officer": base}, _plain(plain))

    hit = np.zeros(len(_CODED), dtype=bool)
    hit[_WHOLE.flagged] = True
    expected = np.zeros(len(clinics))
    for clinic in range(len(clinics)):
        for officer in range(len(officers)):
            at = np.flatnonzero((clinics.unit == clinic) & (officers.unit == officer) & (split.row >= 0))
            due = plain.rate[split.row[at]].sum()
            events = of_officers.observed[officer] - hit[at].sum()
            left = np.array(max(of_officers.expected[officer] - due, 0.0))
            expected[clinic] += due * float(effect(events, left, _ALPHA))
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
    base = _base(officers, plain)
    found = adjusted(_CODED, officers, split, _rates(plain), [_WHOLE], {"officer": base}, _plain(plain))
    assert found.expected[0] == pytest.approx(plain.expected, rel=1e-5)
    assert found.groups == ()
