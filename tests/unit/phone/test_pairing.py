"""Who has no place of its own is told, with all who compete for it."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.phone.pairing import contested

FITTING = st.lists(st.lists(st.integers(0, 5), min_size=1, unique=True), max_size=6).map(
    lambda lists: {str(number): places for number, places in enumerate(lists)}
)


@pytest.mark.parametrize(
    ("fitting", "expected"),
    [
        ({}, []),
        ({"a": [1]}, []),
        ({"a": [1, 2], "b": [1]}, []),
        ({"a": [1, 2], "b": [2, 3], "c": [1]}, []),
        ({"a": [1], "b": [1]}, [({"a", "b"}, {1})]),
        ({"a": [1], "b": [1], "c": [2]}, [({"a", "b"}, {1})]),
        ({"a": [1], "b": [1], "c": [1, 2], "d": [2]}, [({"a", "b", "c", "d"}, {1, 2})]),
        ({"a": [1], "b": [1], "c": [2], "d": [2]}, [({"a", "b"}, {1}), ({"c", "d"}, {2})]),
    ],
    ids=range(8),
)
def test_the_groups_are_those_that_are_too_many(
    fitting: dict[str, list[int]], expected: list[tuple[set[str], set[int]]]
) -> None:
    assert contested(fitting) == expected


@given(FITTING)
def test_somebody_is_contested_exactly_where_not_each_can_have_a_place_of_its_own(
    fitting: dict[str, list[int]],
) -> None:
    names, places = [*fitting], sorted({place for each in fitting.values() for place in each})
    can = any(
        all(place in fitting[name] for name, place in zip(names, order, strict=False))
        for order in permutations(places, len(names))
    )
    groups = contested(fitting)
    assert bool(groups) is not can
    for members, shared in groups:
        assert len(members) > len(shared)
        assert all({*fitting[name]} <= shared for name in members)


def test_a_thousand_for_a_thousand_places_and_a_thousand_too_many_are_soon_told() -> None:
    fitting = {str(number): [*range(1_000)] for number in range(2_000)}
    ((members, places),) = contested(fitting)
    assert (len(members), len(places)) == (2_000, 1_000)
