"""What Cosmos has of the calls that Graph lists, and what it lacks."""

from typing import Literal, Protocol

type Lack = Literal["missing", "stale", "given up"] | None


class Listed(Protocol):
    """A call record that Graph holds: graph.records.Listed."""

    @property
    def call_id(self) -> str: ...

    @property
    def version(self) -> int | None: ...

    @property
    def day(self) -> str | None: ...


class Facts(Protocol):
    """The versions in Cosmos: factstore.FactStore."""

    async def versions(self, day: str) -> dict[str, int]: ...


class Holdings:
    """What Cosmos holds, asked for once for each day; `given_up` are the calls to be left alone for now, with the
    version, where that is known."""

    def __init__(self, facts: Facts, given_up: dict[str, int | None]) -> None:
        self._facts = facts
        self._given_up = given_up
        self._versions: dict[str, dict[str, int]] = {}

    async def lack(self, record: Listed) -> Lack:
        """What it lacks of the record; None where it has that version or a newer one. A record of which Graph does not
        tell version and day is taken for missing."""
        if record.version is None or record.day is None:
            return "missing"
        if record.day not in self._versions:
            self._versions[record.day] = await self._facts.versions(record.day)
        version = self._versions[record.day].get(record.call_id)
        if version is not None and version >= record.version:
            return None
        given_up = self._given_up.get(record.call_id, -1)
        if given_up == record.version or (given_up is None and version is None):
            return "given up"
        return "missing" if version is None else "stale"
