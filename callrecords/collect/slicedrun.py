"""A run over the calls of days, slice by slice of their ids, as its queue carries it along: pure."""

from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import Self

from callrecords.collect.dayrun import DayRun, day_after
from callrecords.errors import Unreadable

# Slices are of call ids by their first four hexadecimal digits.
ALL_IDS = 16**4
_DIGITS = 4
_FIRST_WIDTH = ALL_IDS // 256


def bound(position: int) -> str:
    """Where the slice from `position` on starts, and the one before it ends."""
    return f"{position:0{_DIGITS}x}" if position < ALL_IDS else "g"


def position_of(call_id: str) -> int:
    """The last position that is not after the call."""
    return bisect_right(range(ALL_IDS), call_id, key=bound) - 1


@dataclass(frozen=True, kw_only=True)
class SlicedRun(DayRun):
    """A run of which the calls of `day` before `position` are done; the next slice is `width` wide."""

    position: int = 0
    width: int = _FIRST_WIDTH

    @classmethod
    def parse(cls, text: str) -> Self:
        """As Message.parse."""
        message = super().parse(text)
        if message.width == 0:
            raise Unreadable("width is 0: expected a number from 1.")
        return message

    @property
    def bounds(self) -> tuple[str, str]:
        """Those of the next slice."""
        return bound(self.position), bound(self._end)

    @property
    def _end(self) -> int:
        return min(self.position + self.width, ALL_IDS)

    def advanced(self, calls: int, wanted: int) -> Self:
        """The run after the next slice, in which were so many calls, with a width for the `wanted` number of them."""
        factor = min(max(wanted / max(calls, 1), 1 / 8), 8)
        width = min(max(int(self.width * factor), 1), ALL_IDS)
        day, position = self.day, self._end
        if position == ALL_IDS:
            day, position = day_after(self.day), 0
        return replace(self, day=day, position=position, width=width)

    def narrowed(self) -> Self:
        """The run with a narrower slice for one that has too many items."""
        return replace(self, width=max(self.width // 8, 1))
