"""The roll-up of a day, from the fact rows of its calls: pure."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from callrecords.jsontypes import JsonObject

# Subnets with fewer classified streams say little; of the others the worst are kept.
_WORST_SUBNETS, _LEAST_STREAMS = 20, 10
_MOST_VERSIONS = 50

# What `roll_up` reads of a fact row.
FIELDS = (
    "type",
    "modalities",
    "durationSeconds",
    "participantSeconds",
    "userIds",
    "organizer",
    "platforms",
    "clientVersions",
    "connectionTypes",
    "quality",
    "failures",
    "audioBySubnet",
)


def roll_up(tenant_id: str, day: str, rows: Sequence[JsonObject]) -> JsonObject:
    """The item of the container `usage` for `day`; `rows` are the fact rows of all calls that began on it, of which
    FIELDS are enough.

    The same rows in any order give the same item. Minutes are decimal; what a call has several of (modalities,
    platforms, client versions, connection types) counts it once for each.
    """
    return {
        "id": day,
        "tenantId": tenant_id,
        "month": day[: len("2026-03")],
        "day": day,
        "calls": len(rows),
        "callsByType": _count(row["type"] or "unknown" for row in rows),
        "callsByModality": _count(each for row in rows for each in row["modalities"]),
        "minutes": _minutes(row["durationSeconds"] for row in rows),
        "participantMinutes": _minutes(row["participantSeconds"] for row in rows),
        "distinctUsers": len({user for row in rows for user in row["userIds"]}),
        "distinctOrganizers": len({row["organizer"]["id"] for row in rows if (row["organizer"] or {}).get("id")}),
        "callsByPlatform": _count(each for row in rows for each in row["platforms"]),
        "callsByClientVersion": _count((each for row in rows for each in row["clientVersions"]), _MOST_VERSIONS),
        "callsByConnectionType": _count(each for row in rows for each in row["connectionTypes"]),
        "streams": _streams(rows),
        "failedCalls": sum(bool(row["failures"]) for row in rows),
        "failures": _failures(rows),
        "worstSubnets": _worst_subnets(rows),
    }


def _count(values: Iterable[str], most: int | None = None) -> dict[str, int]:
    """How often there is each value, the most frequent first."""
    counts = Counter(values)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most])


def _minutes(seconds: Iterable[float | None]) -> float:
    return round(math.fsum(each for each in seconds if each) / 60, 2)


def _streams(rows: Iterable[JsonObject]) -> dict[str, dict[str, int]]:
    totals: dict[str, Counter[str]] = {}
    for row in rows:
        for media, quality in row["quality"].items():
            totals.setdefault(media, Counter()).update(quality["streams"])
    return {media: dict(sorted(totals[media].items())) for media in sorted(totals)}


def _failures(rows: Iterable[JsonObject]) -> list[JsonObject]:
    counts = Counter(
        (each.get("stage") or "unknown", each.get("reason") or "") for row in rows for each in row["failures"]
    )
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [{"stage": stage, "reason": reason, "calls": calls} for (stage, reason), calls in ordered]


def _worst_subnets(rows: Iterable[JsonObject]) -> list[JsonObject]:
    totals: dict[str, Counter[str]] = {}
    for row in rows:
        for each in row["audioBySubnet"]:
            totals.setdefault(each["subnet"], Counter()).update(good=each["good"], poor=each["poor"])
    found: list[JsonObject] = [
        {"subnet": subnet, "good": total["good"], "poor": total["poor"], "poorRatio": _ratio(total)}
        for subnet, total in totals.items()
        if total["poor"] and total.total() >= _LEAST_STREAMS
    ]
    return sorted(found, key=lambda each: (-each["poorRatio"], each["subnet"]))[:_WORST_SUBNETS]


def _ratio(total: Mapping[str, int]) -> float:
    return round(total["poor"] / (total["poor"] + total["good"]), 4)
