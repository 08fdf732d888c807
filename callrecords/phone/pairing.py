"""Whether each of several things can have a place of its own, where each fits some places: pure.

By augmenting paths (https://en.wikipedia.org/wiki/Maximum_cardinality_matching): who finds no place left asks those in
the places that would do whether they can move.
"""

from collections import deque
from collections.abc import Mapping, Sequence


def contested(fitting: Mapping[str, Sequence[int]]) -> list[tuple[set[str], set[int]]]:
    """The groups that are more than the places that would do for any of them, each with these places; empty where each
    has a place of its own. `fitting` are the places that each fits, the best first."""
    holders: dict[int, str] = {}
    placed: dict[str, int] = {}
    groups: list[tuple[set[str], set[int]]] = []
    full: set[int] = set()
    for name, places in fitting.items():
        # Who fits none but places that are too few already need not ask.
        reached = {name} if full.issuperset(places) else _place(name, fitting, holders, placed)
        if reached is not None:
            groups.append((reached, {place for each in reached for place in fitting[each]}))
            full |= groups[-1][1]
    return _together(groups)


def _place(
    name: str, fitting: Mapping[str, Sequence[int]], holders: dict[int, str], placed: dict[str, int]
) -> set[str] | None:
    """Gives it a place, for which others may move; None where it has one, or else all who were asked in vain."""
    asked_for: dict[int, str] = {}
    asked, waiting = {name}, deque([name])
    while waiting:
        each = waiting.popleft()
        for place in fitting[each]:
            if place in asked_for:
                continue
            asked_for[place] = each
            if place not in holders:
                _move(place, asked_for, holders, placed)
                return None
            if holders[place] not in asked:
                asked.add(holders[place])
                waiting.append(holders[place])
    return asked


def _move(place: int, asked_for: Mapping[int, str], holders: dict[int, str], placed: dict[str, int]) -> None:
    """Lets who asked for the place have it, and who asked for the place that becomes free that one, to the first."""
    free: int | None = place
    while free is not None:
        name = asked_for[free]
        before = placed.get(name)
        holders[free], placed[name] = name, free
        free = before


def _together(groups: list[tuple[set[str], set[int]]]) -> list[tuple[set[str], set[int]]]:
    """The groups, those as one that share places."""
    found: list[tuple[set[str], set[int]]] = []
    for names, places in groups:
        shared = [each for each in found if each[1] & places]
        found = [each for each in found if each not in shared]
        found.append((names.union(*(each[0] for each in shared)), places.union(*(each[1] for each in shared))))
    return found
