from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flows.jumps import jumped

_NIGHTS = st.lists(st.integers(1, 500).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), max_size=30)


def test_a_jump_is_seen_and_the_usual_is_not() -> None:
    usual = [(100, 5)] * 10
    assert jumped(100, 25, usual)
    assert not jumped(100, 9, usual)
    assert not jumped(100, 0, usual)


def test_few_documents_tell_nothing() -> None:
    assert not jumped(10, 10, [(100, 0)] * 10)
    assert not jumped(100, 100, [(10, 0)])
    assert not jumped(100, 100, [])


@given(_NIGHTS)
def test_the_same_share_is_never_a_jump(nights: list[tuple[int, int]]) -> None:
    documents, flagged = sum(n for n, _ in nights), sum(f for _, f in nights)
    assert not jumped(documents, flagged, nights)


@given(st.integers(20, 1000), _NIGHTS)
def test_more_flags_never_end_a_jump(documents: int, nights: list[tuple[int, int]]) -> None:
    said = [jumped(documents, flagged, nights) for flagged in range(0, documents + 1, max(1, documents // 20))]
    assert said == sorted(said)
