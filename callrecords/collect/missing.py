"""What Cosmos lacks of the calls that Graph lists."""

from collections.abc import Collection, Mapping
from typing import Literal

from callrecords.ports.records import Listed
from callrecords.ports.rows import Row, RowVersions

type Lack = Literal["missing", "stale", "no sessions", "given up"] | None


class Missing:
    """Tells what is missing. It asks for what Cosmos holds once for each day.

    `given_up` are the calls to be left alone for now, with the version, where that is known; `named` are all that are
    named as missing.
    """

    def __init__(self, rows: RowVersions, given_up: Mapping[str, int | None], named: Collection[str] = ()) -> None:
        self._rows = rows
        self._given_up = given_up
        self._named = named
        self._held: dict[str, dict[str, Row]] = {}

    def is_named(self, record: Listed) -> bool:
        """Whether the call is named as missing."""
        return record.call_id in self._named

    async def lack(self, record: Listed) -> Lack:
        """What Cosmos lacks of the record; None where it has that version or a newer one, with a session at least.

        A record whose version or day Graph does not tell is taken for missing.
        """
        if record.version is None or record.day is None:
            return "missing"
        if record.day not in self._held:
            self._held[record.day] = await self._rows.versions(record.day)
        row = self._held[record.day].get(record.call_id)
        lack = _lack(record.version, row)
        given_up = self._given_up.get(record.call_id, -1)
        if lack and (given_up == record.version or (given_up is None and row is None)):
            return "given up"
        return lack

    def has_caveats(self, record: Listed) -> bool:
        """Whether what Cosmos has of the record is to be read with a caveat; `lack` of it was asked for before."""
        row = self._held.get(record.day or "", {}).get(record.call_id)
        return bool(row and row.caveats)


def _lack(version: int, row: Row | None) -> Lack:
    if row is None:
        return "missing"
    if row.version == version and "noSessions" in row.caveats:
        return "no sessions"
    return "stale" if row.version < version else None
