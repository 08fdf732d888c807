"""The legs of a call as its fact row has them. What is not known of one is left out."""

from collections.abc import Iterable

from callrecords.facts.callquality import poor_reasons_of_leg, verdicts
from callrecords.facts.legs import SIDES, Leg
from callrecords.graphtypes import JsonObject, known, utc


def leg_rows(legs: Iterable[Leg], most: int) -> list[JsonObject]:
    """The legs by their start, at most so many: those that failed or had poor media before others."""
    rows = sorted((_leg_row(leg) for leg in legs), key=_order)
    rows.sort(key=lambda row: "failures" not in row and "poorReasons" not in row)
    return sorted(rows[:most], key=_order)


def _order(row: JsonObject) -> tuple[str, str]:
    return row.get("startDateTime", ""), row.get("sessionId", "")


def _leg_row(leg: Leg) -> JsonObject:
    return known(
        {
            "sessionId": leg.session_id,
            "startDateTime": utc(leg.start),
            "durationSeconds": leg.duration,
            **{side: _end_row(leg, side) for side in SIDES},
            "failures": [known(failure._asdict()) for failure in leg.failures],
            "quality": verdicts(leg),
            "poorReasons": poor_reasons_of_leg(leg),
        }
    )


def _end_row(leg: Leg, side: str) -> JsonObject:
    end = leg.endpoints[side][0]
    if end.is_service:
        return known({"kind": "service", "role": end.role})
    # That one end is on several networks is rare; the row's own lists have them all.
    network = next(iter(leg.networks[side]), None)
    return known(
        {
            "kind": end.party.kind if end.party else "unknown",
            "id": end.party and end.party.id,
            "platform": end.platform,
            "connectionType": network and network.connection_type,
            "subnet": network and network.subnet,
            "reflexiveIPAddress": network and network.reflexive_ip_address,
            "feedbackRating": leg.rating(side),
        }
    )
