"""Counts what flows through this worker, and writes it down once a minute at most."""

import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from callrecords.errors import time_limit
from callrecords.operate.coalesced import Coalesced
from callrecords.operate.flow import Flow, bound_of, flow, slot_of, with_subscriptions
from callrecords.ports.state import State

_EVERY_SECONDS = 60.0
_WRITE_SECONDS = 20


class Meter:
    """The flow of one worker. `held_for` tells for how many seconds Graph's limits hold its requests back."""

    def __init__(
        self,
        *,
        state: Callable[[], Awaitable[State]],
        held_for: Callable[[], float],
        clock: Callable[[], datetime],
        write_soon: Callable[[], None] | None = None,
    ) -> None:
        self._state = state
        self._held_for = held_for
        self._clock = clock
        self._worker = uuid.uuid4().hex[:12]
        self._unwritten: set[datetime] = set()
        self._flows: dict[datetime, Flow] = {}
        self._write_soon = write_soon or Coalesced(self.write, _EVERY_SECONDS).soon

    def arrived(self, lag: timedelta) -> None:
        """Counts a record that is stored so long after its notification."""
        flow = self._flow()
        self._change(replace(flow, arrivals=_added(flow.arrivals, {bound_of(lag): 1})))

    def dropped(self, reasons: Mapping[str, int], subscription_ids: Iterable[str]) -> None:
        """Counts notifications that were dropped, by the reason."""
        flow = self._flow()
        ids = with_subscriptions(flow.dropped_for, subscription_ids)
        self._change(replace(flow, dropped=_added(flow.dropped, reasons), dropped_for=ids))

    def look(self) -> None:
        """Looks whether requests are held back."""
        if (held := self._held_for()) > 0:
            self._change(replace(self._flow(), held_until=self._clock() + timedelta(seconds=held)))

    async def write(self) -> None:
        """Writes what was not yet, and forgets what is over. Raises what the state does; nothing is lost then."""
        async with time_limit(_WRITE_SECONDS, "What flowed was not written"):
            state = await self._state()
            for slot in sorted(self._unwritten):
                written = self._flows[slot]
                await state.write(flow(slot, self._worker), written)
                if self._flows[slot] == written:
                    self._unwritten.discard(slot)
        kept = {*self._unwritten, slot_of(self._clock())}
        self._flows = {slot: each for slot, each in self._flows.items() if slot in kept}

    def _flow(self) -> Flow:
        slot = slot_of(self._clock())
        return self._flows.get(slot) or Flow(at=slot)

    def _change(self, flow: Flow) -> None:
        self._flows[flow.at] = flow
        self._unwritten.add(flow.at)
        self._write_soon()


def _added(known: Mapping[str, int] | None, more: Mapping[str, int]) -> dict[str, int]:
    return dict(Counter(known or {}) + Counter(more))
