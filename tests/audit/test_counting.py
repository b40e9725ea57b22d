from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from pipeline.audit.counting import counted_table, permits_of
from pipeline.audit.effects import Base
from pipeline.audit.exposure import Permits, permits
from pipeline.audit.indicators import Prepared, prepared
from pipeline.audit.pairs import Table, table
from pipeline.audit.spans import inside
from pipeline.types.leads import AuditSettings
from tests.audit.registers import INDICATORS, exposure, flags

_OF = exposure(6000, seed=9, offices=2, officers=4, days=500)
_CODED = permits(_OF, flags(_OF, seed=9, spread=0.4))
_SETTINGS = AuditSettings()
_READY = prepared(_CODED, INDICATORS, _SETTINGS)


def _table(*kinds: str) -> Table:
    made = table(_CODED, kinds, 3)
    assert made is not None
    return made


def _bases(coded: Permits, ready: Prepared) -> dict[str, Base]:
    bases = {}
    for kind in ("officer", "agency"):
        made = _table(kind)
        counts = counted_table(coded, made, ready, {}, _SETTINGS)
        whole = counts.events[0]
        alphas = np.full(len(whole.observed), 0.3)
        bases[kind] = Base(made, whole.observed, whole.expected, alphas, counts.runs)
    return bases


def test_pairs_are_counted_as_a_whole_and_in_half_years_and_both_agree_with_their_permits() -> None:
    pairs = _table("officer", "agency")
    counts = counted_table(_CODED, pairs, _READY, _bases(_CODED, _READY), _SETTINGS)
    whole, spans = counts.events
    assert whole.cut is None and spans.cut is not None
    units = np.array([2, 11, 30])
    for unit, (at, due) in permits_of(_CODED, counts, units).items():
        assert set(at) == set(np.flatnonzero((pairs.unit == unit) & (counts.split.row >= 0)))
        assert due.sum(axis=1) == pytest.approx(whole.expected[:, unit], rel=1e-3)
        hits = [np.isin(_CODED.flags[one.code], at).sum() for one, _ in _READY.flagged]
        assert whole.observed[:, unit].tolist() == hits
        for span in np.flatnonzero(spans.cut.unit == unit):
            mine = at[inside(spans.cut, int(span), _CODED.months[at])]
            assert spans.observed[0, span] == np.isin(_CODED.flags["OFF101"], mine).sum()


def test_what_an_officer_does_with_all_in_a_run_is_expected_of_each_pair_there() -> None:
    officer = int(_table("officer").example[0])
    busy = np.flatnonzero(
        (_CODED.parties["officer"].codes == _CODED.parties["officer"].codes[officer]) & (_CODED.months < 6)
    )
    raised = _OF.sort("permit_number")[busy[::2]].select(pl.lit("OFF102").alias("code"), "permit_number")
    more = pl.concat([flags(_OF, seed=9, spread=0.4), raised])
    coded = permits(_OF, more.unique(maintain_order=True))
    ready = prepared(coded, INDICATORS, _SETTINGS)
    row = [one.code for one, _ in ready.flagged].index("OFF102")
    counts = counted_table(coded, _table("officer", "agency"), ready, _bases(coded, ready), _SETTINGS)
    spans = counts.events[1]
    assert spans.cut is not None
    mine = coded.parties["officer"].codes[spans.cut.example] == coded.parties["officer"].codes[officer]
    then, later = mine & (spans.cut.first == 0), mine & (spans.cut.first >= 6)
    rate = spans.expected[row] / spans.cut.size
    assert rate[then].mean() > 3 * rate[later].mean()
    # Agencies and office are the busier for this officer too, so that rather more is expected than is seen.
    assert spans.observed[row, then].sum() < 1.2 * spans.expected[row, then].sum()
