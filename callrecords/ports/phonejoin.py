"""What joining rows of phone calls to calls needs of Cosmos (cosmos.phonejoins)."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NotRequired, Protocol, TypedDict

from callrecords.ports.callrow import EndpointRow, PartyRow, PhoneLegRow
from callrecords.ports.phonerow import PhoneJoin, PhoneRow, PhoneSource


class PhonedRow(TypedDict):
    """What of the row of a call tells when telephones were in it: its endpoints that are telephones, or where these are
    packed all of them, in `details`."""

    callId: str
    day: str
    startDateTime: str
    endDateTime: NotRequired[str]
    organizer: NotRequired[PartyRow]
    userIds: list[str]
    phoneNumbers: list[str]
    endpoints: list[EndpointRow]
    details: NotRequired[str]


class JoinStore(Protocol):
    """Where the rows of phone calls and those of calls are found, and told of each other."""

    async def to_join(self, source: PhoneSource, day: str, after: str, most: int) -> list[PhoneRow]:
        """The first rows of the day by id, from the one after `after` on, that are joined to no call, or had another
        content when they were."""

    async def with_numbers(self, numbers: Collection[str], start: datetime, end: datetime) -> list[PhoneRow]:
        """The rows of `pstn` with these numbers that start from `start` on and before `end`, joined or not."""

    async def days_of(self, call_ids: Collection[str]) -> Mapping[str, str]:
        """The days under which the calls have rows, of those that do, by id."""

    async def phoned_calls(
        self, numbers: Collection[str], prefixes: Collection[str], start: datetime, end: datetime
    ) -> list[PhonedRow]:
        """The rows of the calls that start from `start` on and before `end`, with one of these numbers in them, or one
        that begins with one of the prefixes."""

    async def put_leg(self, call_id: str, day: str, leg: PhoneLegRow) -> bool:
        """Has the row of the call tell of the leg; False where there is no row."""

    async def take_leg(self, call_id: str, row_id: str) -> None:
        """Has no row of the call tell of the leg."""

    async def save_join(self, row: PhoneRow, join: PhoneJoin) -> None:
        """Has the row tell what it belongs to, if it is still there with this content."""
