"""The roll-ups of days in the container `usage` (cosmos.usage). docs/schemas/usage.schema.json tells of every field."""

from typing import Protocol, TypedDict

from callrecords.ports.callrow import StreamCounts


class FailureCount(TypedDict):
    """How many calls failed in this way."""

    stage: str
    reason: str
    calls: int


class SubnetQuality(TypedDict):
    """The classified audio streams of a subnet."""

    subnet: str
    good: int
    poor: int
    poorRatio: float


class DayRollUp(TypedDict):
    """The roll-up of the calls that started on `day`."""

    id: str
    tenantId: str
    month: str
    day: str
    calls: int
    testCalls: int
    callsByType: dict[str, int]
    callsByModality: dict[str, int]
    minutes: float
    participantMinutes: float
    distinctUsers: int
    distinctOwnUsers: int
    distinctOrganizers: int
    callsByPlatform: dict[str, int]
    callsByClientVersion: dict[str, int]
    callsByConnectionType: dict[str, int]
    streams: dict[str, StreamCounts]
    failedCalls: int
    failures: list[FailureCount]
    worstSubnets: list[SubnetQuality]


class RollUpStore(Protocol):
    """Where roll-ups are kept."""

    async def save(self, item: DayRollUp) -> None: ...

    async def delete(self, day: str) -> None: ...

    async def between(self, first_day: str, last_day: str) -> list[DayRollUp]: ...
