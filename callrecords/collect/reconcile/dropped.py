"""Has the time compared in which notifications of the app's own subscription were dropped: Graph tries no longer."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from callrecords.documents import Document
from callrecords.ports.state import State, StateKey

_LOOKED_EVERY = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Dropping(Document):
    """Whether any were dropped, when that was looked for last; they have been `since` then."""

    looked_at: datetime
    since: datetime | None = None


DROPPING = StateKey("reconcile-dropped", Dropping)


class DroppedNotifications:
    """Looks for them once an hour. `were_dropped` tells whether any were in the hour before."""

    def __init__(self, state: State, were_dropped: Callable[[datetime], Awaitable[bool]]) -> None:
        self._state = state
        self._were_dropped = were_dropped
        self._looked_at: datetime | None = None

    async def ended(self, now: datetime) -> datetime | None:
        """Since when they were dropped, where they no longer are; None otherwise. It is told again until `forget`."""
        if _is_early(now, self._looked_at):
            return None  # the timer runs more often than that, mostly in the same worker
        known = await self._state.read(DROPPING)
        if known and _is_early(now, known.looked_at):
            return None
        since = known.since if known else None
        if await self._were_dropped(now):
            since = since or now - _LOOKED_EVERY
        elif since:
            return since
        await self._state.write(DROPPING, Dropping(looked_at=now, since=since))
        self._looked_at = now
        return None

    async def forget(self, now: datetime) -> None:
        """They are compared."""
        await self._state.write(DROPPING, Dropping(looked_at=now))


def _is_early(now: datetime, looked_at: datetime | None) -> bool:
    return looked_at is not None and timedelta() <= now - looked_at < _LOOKED_EVERY
