"""Interval arithmetic, compared with counting whole seconds one by one."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from acceptance.recorder import intervals

END = 60
STRETCHES = st.lists(
    st.tuples(st.integers(0, END), st.integers(0, END)).map(lambda pair: (min(pair), max(pair))),
    max_size=12,
)


def seconds(stretches: list[tuple[float, float]]) -> list[int]:
    """List every whole second that a stretch covers, once for each stretch."""
    return sorted(second for start, end in stretches for second in range(round(start), round(end)))


@given(STRETCHES)
def test_a_union_covers_the_same_seconds_once_and_has_room_between(
    stretches: list[tuple[float, float]],
) -> None:
    merged = intervals.union(stretches)
    assert seconds(merged) == sorted(set(seconds(stretches)))
    assert all(one[1] < other[0] for one, other in pairwise(merged))
    assert intervals.length(merged) == len(set(seconds(stretches)))


@given(STRETCHES)
def test_overlaps_are_the_seconds_that_are_covered_more_than_once(
    stretches: list[tuple[float, float]],
) -> None:
    every = seconds(stretches)
    assert seconds(intervals.overlaps(stretches)) == sorted(
        {one for one in every if every.count(one) > 1}
    )


@given(STRETCHES, st.integers(0, END), st.integers(0, END))
def test_gaps_and_what_is_covered_make_up_the_whole(
    stretches: list[tuple[float, float]], edge: int, other: int
) -> None:
    low, high = min(edge, other), max(edge, other)
    merged = intervals.union(stretches)
    open_, shut = intervals.gaps(merged, low, high), intervals.within(merged, low, high)
    assert sorted(seconds(open_) + seconds(shut)) == list(range(low, high))
    assert intervals.gaps(merged, low, high, longer_than=3) == [
        gap for gap in open_ if gap[1] - gap[0] > 3
    ]


@given(STRETCHES, st.integers(0, END), st.integers(0, 10))
def test_what_is_kept_begins_after_the_last_break_that_is_too_long(
    stretches: list[tuple[float, float]], until: int, longest_break: int
) -> None:
    merged = intervals.union(stretches)
    since = intervals.kept_since(merged, until, longest_break)
    assert all(end - start <= longest_break for start, end in intervals.gaps(merged, since, until))
    before = intervals.within(merged, float("-inf"), since)
    assert not before or since - before[-1][1] > longest_break


@given(STRETCHES, st.integers(0, 50), st.integers(1, 9))
def test_shares_of_cells_add_up_to_what_is_covered(
    stretches: list[tuple[float, float]], low: int, cells: int
) -> None:
    merged = intervals.union(stretches)
    edges = [low + 3.0 * index for index in range(cells + 1)]
    shares = intervals.shares(merged, edges)
    assert all(0 <= share <= 1 for share in shares)
    assert (
        abs(3 * sum(shares) - intervals.length(intervals.within(merged, edges[0], edges[-1])))
        < 1e-9
    )


def test_stretches_that_touch_leave_no_gap_and_do_not_overlap() -> None:
    assert intervals.union([(0, 5), (5, 9)]) == [(0, 9)]
    assert intervals.overlaps([(0, 5), (5, 9)]) == []
    assert intervals.gaps([(0, 9)], 0, 9) == []
