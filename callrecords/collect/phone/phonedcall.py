"""When telephones were in a call, as its fact row tells it: pure."""

import logging
from collections.abc import Iterable

from callrecords.errors import Unreadable
from callrecords.facts.details import unpack
from callrecords.graphtypes import JsonObject, as_object, moment, number, objects, text, texts
from callrecords.phone.stays import PhonedCall, Stay
from callrecords.ports.phonejoin import PhonedRow

log = logging.getLogger(__name__)


def phoned_calls(rows: Iterable[PhonedRow]) -> list[PhonedCall]:
    """The calls of the rows, each once, as its newest row tells it."""
    newest = {row["callId"]: row for row in sorted(rows, key=lambda row: number(row.get("version")) or 0)}
    return [_phoned_call(row) for row in newest.values()]


def _phoned_call(row: PhonedRow) -> PhonedCall:
    """A number without an endpoint counts as there all the time: records may lack its sessions."""
    stays = [stay for each in _endpoints(row) if (stay := _stay(each))]
    start, end = moment(row["startDateTime"]), moment(row.get("endDateTime"))
    without = set(texts(row.get("phoneNumbers"))) - {stay.number for stay in stays}
    stays += [Stay(number, start, end) for number in sorted(without) if start and end]
    users = {*texts(row.get("userIds")), (text(as_object(row.get("organizer")).get("id")) or "").lower()}
    return PhonedCall(row["callId"], frozenset(users), tuple(stays))


def _endpoints(row: PhonedRow) -> list[JsonObject]:
    """The endpoints; none where they are packed and damaged: that is for the audit, and may not stop an import."""
    if "details" not in row:
        return objects(row["endpoints"])
    try:
        return objects(unpack(row["details"]).get("endpoints"))
    except Unreadable as error:
        log.warning("Call %s: its telephones are taken to have been there all the time. %s", row["callId"], error)
        return []


def _stay(endpoint: JsonObject) -> Stay | None:
    """The stay, if it is that of a telephone and its times are known."""
    who, joined, left = as_object(endpoint.get("who")), moment(endpoint.get("joined")), moment(endpoint.get("left"))
    dialled = text(who.get("id"))
    return Stay(dialled, joined, left) if who.get("kind") == "phone" and dialled and joined and left else None
