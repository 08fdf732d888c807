"""When telephones were in a call, as its fact row tells it: pure."""

from callrecords.facts.details import unpack
from callrecords.graphtypes import moment
from callrecords.phone.inferred import PhonedCall, Stay
from callrecords.ports.callrow import EndpointRow
from callrecords.ports.phonejoin import PhonedRow


def phoned_call(row: PhonedRow) -> PhonedCall:
    """The call of the row. A number without an endpoint counts as there all the time: records may lack its sessions.

    Raises Unreadable where packed endpoints are damaged.
    """
    endpoints = unpack(row["details"]).get("endpoints", []) if "details" in row else row["endpoints"]
    stays = [stay for each in endpoints if (stay := _stay(each))]
    start, end = moment(row["startDateTime"]), moment(row.get("endDateTime"))
    without = set(row["phoneNumbers"]) - {stay.number for stay in stays}
    stays += [Stay(number, start, end) for number in sorted(without) if start and end]
    users = {*row["userIds"], row.get("organizer", {}).get("id", "").lower()}
    return PhonedCall(row["callId"], row["day"], frozenset(users), tuple(stays))


def _stay(endpoint: EndpointRow) -> Stay | None:
    """The stay, if it is that of a telephone and its times are known."""
    who, joined, left = endpoint["who"], moment(endpoint.get("joined")), moment(endpoint.get("left"))
    return Stay(who["id"], joined, left) if who["kind"] == "phone" and "id" in who and joined and left else None
