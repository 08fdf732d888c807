"""What joining rows of phone calls to calls needs of Cosmos (cosmos.phonejoins)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, NotRequired, Protocol, TypedDict

from callrecords.ports.callrow import EndpointRow, PartyRow, PhoneLegRow
from callrecords.ports.phonerow import PhoneJoin, PhoneRow, PhoneSource


class CallDay(NamedTuple):
    """Where a row of a call is. While a call moves to another day, it has two."""

    call_id: str
    day: str


class PhonedRow(TypedDict):
    """What of the row of a call tells when telephones were in it: its endpoints that are telephones, or where these are
    packed all of them, in `details`."""

    callId: str
    day: str
    version: int
    startDateTime: str
    endDateTime: NotRequired[str]
    organizer: NotRequired[PartyRow]
    userIds: list[str]
    phoneNumbers: list[str]
    endpoints: list[EndpointRow]
    details: NotRequired[str]


class JoinStore(Protocol):
    """Where the rows of phone calls and those of calls are found, and told of each other."""

    async def to_join(self, source: PhoneSource, day: str, after: str, most: int, *, every: bool) -> list[PhoneRow]:
        """The first rows of the day by id, from the one after `after` on: `every` one, or those that are joined to no
        call, or had another content when they were."""

    async def with_numbers(
        self, numbers: Collection[str], prefixes: Collection[str], start: datetime, end: datetime
    ) -> list[PhoneRow]:
        """The rows of `pstn` that start from `start` on and before `end`, joined or not, with one of these numbers, or
        one that begins with one of the prefixes."""

    async def rows_of(self, call_ids: Collection[str]) -> list[CallDay]:
        """Where the rows of these calls are, of those that have any."""

    async def phoned_calls(
        self, numbers: Collection[str], prefixes: Collection[str], start: datetime, end: datetime
    ) -> list[PhonedRow]:
        """The rows of the calls that start from `start` on and before `end`, with one of these numbers in them, or one
        that begins with one of the prefixes."""

    async def told_of(self, row_ids: Collection[str]) -> Mapping[CallDay, Sequence[PhoneLegRow]]:
        """The rows of calls that tell of one of these rows of phone calls at least, with all legs that each tells
        of."""

    async def change_legs(self, where: CallDay, put: Collection[PhoneLegRow], take: Collection[str]) -> bool:
        """Has the row of a call tell of the legs that are put, and of none that are taken, by their ids; False where
        there is no row."""

    async def save_join(self, row: PhoneRow, join: PhoneJoin) -> bool:
        """Has the row tell what it belongs to; False where it is no longer there with this content."""
