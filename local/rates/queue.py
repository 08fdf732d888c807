"""A queue as a storage queue, in simulated time."""

import heapq
from collections.abc import Callable
from itertools import count


class Queue[M]:
    """Messages in the order in which they can be seen."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._messages: list[tuple[float, int, M]] = []
        self._order = count()

    def put(self, message: M, delay: float = 0.0) -> None:
        """Puts the message, to be seen after so many seconds."""
        heapq.heappush(self._messages, (self._clock() + delay, next(self._order), message))

    def take(self, most: int) -> list[M]:
        """Up to so many of the messages that can be seen."""
        now, taken = self._clock(), list[M]()
        while self._messages and self._messages[0][0] <= now and len(taken) < most:
            taken.append(heapq.heappop(self._messages)[2])
        return taken
