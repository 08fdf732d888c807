"""The roll-up of a day, from the fact rows of its calls: pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from callrecords.callrecord import MEDIA
from callrecords.facts.streamquality import Verdict
from callrecords.ports.callrow import CallRow, StreamCounts
from callrecords.ports.usage import DayRollUp, SubnetQuality

# Subnets with fewer classified streams say little; of the others the worst are kept.
_WORST_SUBNETS, _LEAST_STREAMS = 20, 10
_MOST_VERSIONS, _MOST_FAILURES = 50, 50
_MILLISECONDS_OF_A_MINUTE = 60_000

# What a roll-up reads of a fact row.
FIELDS = (
    "isTest",
    "type",
    "modalities",
    "durationSeconds",
    "participantSeconds",
    "userIds",
    "externalUserIds",
    "organizer",
    "platforms",
    "clientVersions",
    "connectionTypes",
    "quality",
    "failed",
    "failures",
    "audioBySubnet",
)


class DayUsage:
    """The roll-up of `day`, to which the fact rows of all calls that started on it are added, one after the other.

    It keeps counts and ids, never the rows. The same rows in any order give the same item.
    """

    def __init__(self, tenant_id: str, day: str) -> None:
        self._tenant_id = tenant_id
        self._day = day
        self._calls = self._test_calls = self._failed_calls = 0
        self._milliseconds = self._participant_milliseconds = 0  # whole: sums of fractions depend on their order
        self._counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._users: set[str] = set()
        self._own_users: set[str] = set()
        self._organizers: set[str] = set()
        self._streams = {media: Counter({verdict.value: 0 for verdict in Verdict}) for media in sorted(MEDIA)}
        self._failures: Counter[tuple[str, str]] = Counter()
        self._subnets: defaultdict[str, Counter[str]] = defaultdict(Counter)

    @property
    def is_empty(self) -> bool:
        """Whether there was no call."""
        return not self._calls + self._test_calls

    def add(self, row: CallRow) -> None:
        """Counts the call of this row, of which FIELDS are enough; a test call only as such."""
        if row.get("isTest"):
            self._test_calls += 1
            return
        self._calls += 1
        self._milliseconds += _milliseconds(row.get("durationSeconds"))
        self._participant_milliseconds += _milliseconds(row["participantSeconds"])
        self._counts["type"][row.get("type", "unknown")] += 1
        for name in ("modalities", "platforms", "clientVersions", "connectionTypes"):
            self._counts[name].update(row[name])
        self._add_people(row)
        self._add_quality(row)

    def _add_people(self, row: CallRow) -> None:
        self._users.update(row["userIds"])
        self._own_users.update({*row["userIds"]}.difference(row["externalUserIds"]))
        if organizer := row.get("organizer", {}).get("id"):
            self._organizers.add(organizer)

    def _add_quality(self, row: CallRow) -> None:
        for medium, quality in row["quality"].items():
            self._streams[medium].update(quality["streams"])
        self._failed_calls += row["failed"]
        failures = [each for each in row["failures"] if each["kind"] != "expected"]
        self._failures.update({(each.get("stage", "unknown"), each.get("reason", "")) for each in failures})
        for each in row["audioBySubnet"]:
            self._subnets[each["subnet"]].update(good=each["good"], poor=each["poor"])

    def item(self) -> DayRollUp:
        """The item of the container `usage`. Minutes are decimal; what a call has several of (modalities, platforms,
        client versions, connection types) counts it once for each.
        """
        return {
            "id": self._day,
            "tenantId": self._tenant_id,
            "month": self._day[: len("2026-03")],
            "day": self._day,
            "calls": self._calls,
            "testCalls": self._test_calls,
            "callsByType": dict(_most_frequent(self._counts["type"])),
            "callsByModality": dict(_most_frequent(self._counts["modalities"])),
            "minutes": round(self._milliseconds / _MILLISECONDS_OF_A_MINUTE, 2),
            "participantMinutes": round(self._participant_milliseconds / _MILLISECONDS_OF_A_MINUTE, 2),
            "distinctUsers": len(self._users),
            "distinctOwnUsers": len(self._own_users),
            "distinctOrganizers": len(self._organizers),
            "callsByPlatform": dict(_most_frequent(self._counts["platforms"])),
            "callsByClientVersion": dict(_most_frequent(self._counts["clientVersions"], _MOST_VERSIONS)),
            "callsByConnectionType": dict(_most_frequent(self._counts["connectionTypes"])),
            "streams": {media: _stream_counts(streams) for media, streams in self._streams.items()},
            "failedCalls": self._failed_calls,
            "failures": [
                {"stage": stage, "reason": reason, "calls": calls}
                for (stage, reason), calls in _most_frequent(self._failures, _MOST_FAILURES)
            ],
            "worstSubnets": _worst(self._subnets),
        }


def _milliseconds(seconds: float | None) -> int:
    return round((seconds or 0) * 1000)


def _most_frequent[Key: (str, tuple[str, str])](counts: Counter[Key], most: int | None = None) -> list[tuple[Key, int]]:
    """How often there is each key, the most frequent first."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most]


def _stream_counts(streams: Mapping[str, int]) -> StreamCounts:
    return {"good": streams["good"], "poor": streams["poor"], "unclassified": streams["unclassified"]}


def _worst(subnets: Mapping[str, Counter[str]]) -> list[SubnetQuality]:
    found: list[SubnetQuality] = [
        {"subnet": subnet, "good": total["good"], "poor": total["poor"], "poorRatio": _ratio(total)}
        for subnet, total in subnets.items()
        if total["poor"] and total.total() >= _LEAST_STREAMS
    ]
    return sorted(found, key=lambda each: (-each["poorRatio"], each["subnet"]))[:_WORST_SUBNETS]


def _ratio(total: Mapping[str, int]) -> float:
    return round(total["poor"] / (total["poor"] + total["good"]), 4)
