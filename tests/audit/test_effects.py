from __future__ import annotations

import numpy as np
import pytest

from pipeline.audit.effects import Base, Effects, effects_of
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


def _effects(made: Table, bases: dict[str, Base]) -> Effects:
    return effects_of(_CODED, made, cells(_CODED, made), bases)


def test_a_pair_expects_the_same_permit_by_permit_as_by_whole_units() -> None:
    officers, of_officers = _table("officer")
    agencies, of_agencies = _table("agency")
    pairs, plain = _table("officer", "agency")
    bases = {"officer": _base(officers, of_officers), "agency": _base(agencies, of_agencies)}
    whole = _effects(pairs, bases)
    expected = whole.expected(0, _WHOLE, plain)
    assert np.bincount(whole.unit, whole.due(0, _WHOLE, plain)) == pytest.approx(expected, rel=1e-4)

    unit = 5
    at = np.flatnonzero(pairs.unit == unit)[0]
    factor = 1.0
    for made, found in ((officers, of_officers), (agencies, of_agencies)):
        one = made.unit[at]
        events = found.observed[one] - plain.observed[unit]
        factor *= float(effect(events, np.array(found.expected[one] - plain.expected[unit]), _ALPHA))
    assert expected[unit] == pytest.approx(plain.expected[unit] * max(factor, 1.0), rel=1e-4)


def test_a_clinic_expects_what_its_officers_do_with_others() -> None:
    officers, of_officers = _table("officer")
    clinics, plain = _table("clinic")
    split = cells(_CODED, clinics)
    found = _effects(clinics, {"officer": _base(officers, of_officers)})

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
    told = found.expected(0, _WHOLE, plain)
    assert told == pytest.approx(expected, rel=1e-4)
    assert (told > plain.expected).any()
    # Permit by permit the effects give the same sum.
    assert np.bincount(found.unit, found.due(0, _WHOLE, plain)) == pytest.approx(expected, rel=1e-4)


def test_officers_are_not_held_against_themselves() -> None:
    officers, plain = _table("officer")
    found = _effects(officers, {"officer": _base(officers, plain)})
    assert found.expected(0, _WHOLE, plain) == pytest.approx(plain.expected, rel=1e-5)
    assert found.groups == () and found.constant == ()
