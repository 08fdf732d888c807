"""The fact rows in the container `calls` (cosmos.calls)."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from callrecords.ports.callrow import CallRow


class Row(NamedTuple):
    """A fact row, as far as it tells what it was derived from."""

    version: int
    caveats: frozenset[str] = frozenset()


class TimedRow(NamedTuple):
    """The same, and when the call started, to the second; None where the row does not tell."""

    row: Row
    start: datetime | None


class RowStore(Protocol):
    """Where fact rows are kept."""

    async def row(self, call_id: str, day: str) -> Row | None: ...

    async def save(self, row: CallRow, *, is_new: bool = False) -> bool: ...

    async def days(self, call_id: str) -> frozenset[str]: ...

    async def delete(self, call_id: str, day: str, older_than: int) -> None: ...


class RowVersions(Protocol):
    """Which calls have a fact row, and of which version: those that started on a day, from `start` on and before `end`;
    or a single one."""

    async def versions(self, day: str, start: datetime, end: datetime) -> dict[str, TimedRow]: ...

    async def row(self, call_id: str, day: str) -> Row | None: ...

    async def days(self, call_id: str) -> frozenset[str]: ...


class ChangedRows(Protocol):
    """On which days rows changed, and the rows of a day."""

    async def changed_days(self, position: str | None) -> tuple[set[str], str | None]: ...

    def rows(self, day: str, fields: Sequence[str]) -> AsyncIterator[CallRow]: ...
