"""The item of the container `usage`: the roll-up of a day, field by field as docs/schemas/usage.schema.json has it."""

from typing import TypedDict


class StreamCounts(TypedDict):
    """Streams of one medium by their class."""

    good: int
    poor: int
    unclassified: int


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
