"""Keeps the fact row of a call that of its record."""

from enum import Enum

from callrecords.callrecord import CallRecord
from callrecords.facts.row import Rules, fact_row
from callrecords.ports.callrow import CallRow
from callrecords.ports.records import Absent, RecordStore, Saved, Stored
from callrecords.ports.rows import Row, RowStore


class Derived(Enum):
    """What became of a row that was to be derived."""

    WRITTEN = "written"
    KEPT = "kept"  # it is right, or another writer's to replace
    WITHOUT_RECORD = "without record"  # none is there that can be put together


class FactRows:
    """Derives the rows of `tenant_id` from the records of `store`. Every method raises what the stores do."""

    def __init__(
        self,
        *,
        tenant_id: str,
        store: RecordStore,
        rows: RowStore,
        rules: Rules = Rules(),  # noqa: B008 - a constant
    ) -> None:
        self._tenant_id = tenant_id
        self._store = store
        self._rows = rows
        self._rules = rules

    async def save(self, record: CallRecord, *, is_new: bool) -> None:
        """Writes the row of a record that is about to be stored; `is_new` where there is likely to be none."""
        await self._rows.save(self._row(record), is_new=is_new)

    async def derive(self, record: CallRecord | None, stored: Stored, *, anew: bool = False) -> Derived:
        """Makes the fact row that of the stored version; `record` is that version, where it is at hand. With `anew`, it
        does so where the row is of that version already."""
        for day in stored.former_days:
            await self._rows.delete(stored.call_id, day, stored.version)
        if record is None:
            expected, row = Row(stored.version, stored.caveats), await self._rows.row(stored.call_id, stored.day)
            if not (anew or stored.former_days) and row == expected:
                return Derived.KEPT
            record = await self._store.load(stored.call_id)
            if row and row.version <= stored.version and "noSessions" in stored.caveats - row.caveats:
                # It tells of sessions that a record had which is gone: such a row would not give way.
                await self._rows.delete(stored.call_id, stored.day, stored.version + 1)
        if record is None:
            return Derived.WITHOUT_RECORD
        if record.version != stored.version:
            return Derived.KEPT  # whoever stored the newer version derives its row
        # After the deletions, and again where they are repeated: the change feed tells of this row alone, and whoever
        # finds the former days in it must find their rows gone.
        is_written = await self._rows.save(self._row(record, stored.former_days))
        # A newer version that starts on another day may have looked for this row before it was there. And this row may
        # have taken the place of one that tells of a day which the header has been told meanwhile.
        if not await self._store.former_days(stored.call_id) <= stored.former_days:
            latest = await self._store.look(stored.call_id)
            if isinstance(latest, Stored):
                await self.derive(None, latest)
        return Derived.WRITTEN if is_written else Derived.KEPT

    async def derive_again(self, call_id: str, day: str) -> Derived:
        """Derives the row of the call under `day`, though it may be right. Where the call has moved to another day, the
        row that was left goes."""
        stored = await self._store.look(call_id)
        if isinstance(stored, Absent) or stored.is_unreadable:
            return Derived.WITHOUT_RECORD
        if stored.day == day:
            return await self.derive(None, stored, anew=True)
        row = await self._rows.row(call_id, day)
        if row and row.version < stored.version:
            await self._leave_day(call_id, day)
        return Derived.KEPT

    async def settle(self, record: CallRecord, other_days: frozenset[str], saved: Saved, stored: Stored) -> None:
        """Makes the rows those of what is stored, where it is not clear that they are."""
        if saved is Saved.STORED and not other_days | stored.former_days:
            return
        if record.day not in {stored.day, *stored.former_days}:
            await self._leave_day(record.call_id, record.day)
        elif saved is Saved.OUTDATED and record.day == stored.day:
            return
        else:
            await self.derive(record if saved is Saved.STORED else None, stored)

    async def _leave_day(self, call_id: str, *days: str) -> None:
        """Has the rows of these days deleted, which no record tells of, and the call's own tell of the days."""
        for day in days:
            await self._store.add_former_day(call_id, day)
        stored = await self._store.look(call_id)
        if isinstance(stored, Stored):
            await self.derive(None, stored)

    async def clear(self, stored: Stored) -> None:
        """Deletes rows that a worker has left which ended between row and record."""
        if left := await self._rows.days(stored.call_id) - {stored.day} - stored.former_days:
            await self._leave_day(stored.call_id, *left)

    def _row(self, record: CallRecord, former_days: frozenset[str] = frozenset()) -> CallRow:
        return fact_row(record, self._tenant_id, former_days, self._rules)
