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


class _Calls(TypedDict):
    day: str
    calls: int
    failedCalls: int


class _Usage(TypedDict):
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


class _Quality(TypedDict):
    streams: dict[str, StreamCounts]
    failures: list[FailureCount]
    worstSubnets: list[SubnetQuality]


class UsageDay(_Calls, _Usage):
    """How much was called on a day."""


class QualityDay(_Calls, _Quality):
    """How good the calls of a day were."""


class DayRollUp(_Calls, _Usage, _Quality):
    """The roll-up of the calls that started on `day`."""

    id: str
    tenantId: str
    month: str


class RollUpStore(Protocol):
    """Where roll-ups are kept."""

    async def save(self, item: DayRollUp) -> None: ...

    async def delete(self, day: str) -> None: ...

    async def between(self, first_day: str, last_day: str) -> list[DayRollUp]: ...
