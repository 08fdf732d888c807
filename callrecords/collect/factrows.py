"""Keeps the fact row of a call that of its record."""

from callrecords.callrecord import CallRecord
from callrecords.facts.row import fact_row
from callrecords.facts.streamquality import Profile
from callrecords.graphtypes import JsonObject
from callrecords.ports.records import RecordStore, Saved, Stored
from callrecords.ports.rows import Row, RowStore


class FactRows:
    """Derives the rows of `tenant_id` from the records of `store`. Every method raises what the stores do."""

    def __init__(
        self, *, tenant_id: str, store: RecordStore, rows: RowStore, profile: Profile = Profile.CURRENT
    ) -> None:
        self._tenant_id = tenant_id
        self._store = store
        self._rows = rows
        self._profile = profile

    async def save(self, record: CallRecord, *, is_new: bool) -> None:
        """Writes the row of a record that is about to be stored; `is_new` where there is likely to be none."""
        await self._rows.save(self._row(record), is_new=is_new)

    async def derive(self, record: CallRecord | None, stored: Stored) -> None:
        """Makes the fact row that of the stored version; `record` is that version, where it is at hand."""
        for day in stored.former_days:
            await self._rows.delete(stored.call_id, day, stored.version)
        if record is None:
            expected, row = Row(stored.version, stored.caveats), await self._rows.row(stored.call_id, stored.day)
            if not stored.former_days and row == expected:
                return
            record = await self._store.load(stored.call_id)
            if row and row.version <= stored.version and "noSessions" in stored.caveats - row.caveats:
                # It tells of sessions that a record had which is gone: such a row would not give way.
                await self._rows.delete(stored.call_id, stored.day, stored.version + 1)
        if record is None or record.version != stored.version:
            return  # whoever stored the newer version derives its row
        # After the deletions, and again where they are repeated: the change feed tells of this row alone, and whoever
        # finds the former days in it must find their rows gone.
        await self._rows.save(self._row(record, stored.former_days))
        # A newer version that starts on another day may have looked for this row before it was there.
        if stored.day in await self._store.former_days(stored.call_id):
            latest = await self._store.look(stored.call_id)
            if isinstance(latest, Stored):
                await self.derive(None, latest)

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

    def _row(self, record: CallRecord, former_days: frozenset[str] = frozenset()) -> JsonObject:
        return fact_row(record, self._tenant_id, former_days, self._profile)
