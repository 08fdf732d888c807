"""When the calls of a day start, by the second: the same for each day, so that what is a few hours old and what is a
few weeks old have their peaks at the same hours."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from itertools import accumulate, pairwise
from random import Random
from typing import NamedTuple

_HOUR_SECONDS, _HALF_HOUR, _MINUTE = 3_600, 1_800, 60
_SECOND = timedelta(seconds=1)
# Of 100 calls, how many start in each hour of the UTC day: 80 within eight hours, 13 in the busiest.
OFFICE_DAY = (*(0.25,) * 6, 2, 5, 9, 13, 11.5, 8, 7, 9.5, 12, 10, 5, 3, 1.5, 1, *(0.25,) * 4)


class Start(NamedTuple):
    """The `number`th call of the day, from 0, which starts so long after midnight."""

    number: int
    after: timedelta


@dataclass(frozen=True)
class Profile:
    """How many calls start in each second of a day, and how many of those at the very start of the second."""

    counts: Sequence[int]
    at_once: Sequence[int]

    @cached_property
    def first(self) -> list[int]:
        """The number of the first call of each second; in the end, how many calls there are."""
        return list(accumulate(self.counts, initial=0))

    @property
    def calls(self) -> int:
        return self.first[-1]

    def count(self, start: int, end: int) -> int:
        """How many start in these seconds."""
        return self.first[end] - self.first[start]

    def start(self, number: int) -> Start:
        """That of the call with this number."""
        second = bisect_right(self.first, number) - 1
        return self._of_second(second)[number - self.first[second]]

    def between(self, start: timedelta, end: timedelta) -> Iterator[Start]:
        """Those of the calls that start from `start` on and before `end`."""
        for second in range(start // _SECOND, -(-end // _SECOND)):
            found = self._of_second(second)
            if start <= second * _SECOND and (second + 1) * _SECOND <= end:
                yield from found
            else:
                yield from (each for each in found if start <= each.after < end)

    def _of_second(self, second: int) -> list[Start]:
        """Of those that are not at once, each is as long after the one before."""
        begin, first = second * _SECOND, self.first[second]
        at_once, others = self.at_once[second], self.counts[second] - self.at_once[second]
        pause = _SECOND / max(others, 1)
        found = [Start(first + place, begin) for place in range(at_once)]
        return found + [Start(first + at_once + place, begin + place * pause) for place in range(others)]


def office_day(calls: int, *, together: float = 0.3, at_once: float = 0.05, seed: int = 1) -> Profile:
    """A day of so many calls.

    The part `together` of them are meetings, which start within the first minute of a full or half hour; the part
    `at_once` of these in its very first moment, in one second and alike to the last digit.
    """
    rng, counts, firsts = Random(seed), Counter[int](), Counter[int]()
    shares = [0, *(round(calls * share / sum(OFFICE_DAY)) for share in accumulate(OFFICE_DAY))]
    for hour, (before, until) in enumerate(pairwise(shares)):
        for _ in range(until - before):
            second = hour * _HOUR_SECONDS + rng.randrange(_HOUR_SECONDS)
            if rng.random() < together:
                second -= second % _HALF_HOUR
                if rng.random() < at_once:
                    firsts[second] += 1
                else:
                    second += rng.randrange(_MINUTE)
            counts[second] += 1
    seconds = range(len(OFFICE_DAY) * _HOUR_SECONDS)
    return Profile([counts[each] for each in seconds], [firsts[each] for each in seconds])
