from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audit.queues import overtaken


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=25))
def test_overtaking_is_counted_pair_by_pair(rows: list[tuple[int, int, int]]) -> None:
    queue, lodged, assigned = (np.array(column, dtype=np.int64) for column in zip(*sorted(rows), strict=True))
    bounds = np.append(np.flatnonzero(np.diff(queue, prepend=-1)), len(queue))
    overtook, before = overtaken(lodged, assigned, bounds)
    for at in range(len(queue)):
        earlier = (queue == queue[at]) & (lodged < lodged[at])
        assert before[at] == earlier.sum()
        assert overtook[at] == (earlier & (assigned > assigned[at])).sum()


def test_a_long_queue_is_counted_part_by_part() -> None:
    generator = np.random.default_rng(3)
    lodged, assigned = generator.permutation(2500), generator.permutation(2500)
    overtook, before = overtaken(lodged, assigned, np.array([0, 2500]))
    assert (before == lodged).all()
    assert overtook[7] == ((lodged < lodged[7]) & (assigned > assigned[7])).sum()
