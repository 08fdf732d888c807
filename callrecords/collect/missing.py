"""What Cosmos lacks of the calls that Graph lists."""

from typing import Literal

from callrecords.ports.records import Listed
from callrecords.ports.rows import RowVersions

type Lack = Literal["missing", "stale", "given up"] | None


class Missing:
    """Tells what is missing. It asks for what Cosmos holds once for each day; `given_up` are the calls to be left alone
    for now, with the version, where that is known."""

    def __init__(self, rows: RowVersions, given_up: dict[str, int | None]) -> None:
        self._rows = rows
        self._given_up = given_up
        self._versions: dict[str, dict[str, int]] = {}

    async def lack(self, record: Listed) -> Lack:
        """What Cosmos lacks of the record; None where it has that version or a newer one. A record whose version or day
        Graph does not tell is taken for missing."""
        if record.version is None or record.day is None:
            return "missing"
        if record.day not in self._versions:
            self._versions[record.day] = await self._rows.versions(record.day)
        version = self._versions[record.day].get(record.call_id)
        if version is not None and version >= record.version:
            return None
        given_up = self._given_up.get(record.call_id, -1)
        if given_up == record.version or (given_up is None and version is None):
            return "given up"
        return "missing" if version is None else "stale"
