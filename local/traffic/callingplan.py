"""Rows of calls over Microsoft's own telephony, with what they cost.

https://learn.microsoft.com/graph/api/resources/callrecords-pstncalllogrow
"""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from callrecords.graphtypes import JsonObject
from local.traffic.phonecalls import PhoneCall, PhoneRow, number_of, user_columns
from local.traffic.primitives import date_time, guid

# Their own decimals and more: calls cost fractions of a cent.
_CURRENCIES = {"USD": (2, 4), "EUR": (2, 3, 4), "SEK": (2,), "JPY": (0,)}
_ZERO = Decimal("0.00")
# What the service for dial-in answers on, and what a meeting is called by telephone.
_BRIDGE = "+12025550100"


def pstn_row(rng: Random, call: PhoneCall, number: int, country: str) -> PhoneRow:
    """The row of a call: nothing in it names the record, but user, number and time are about the same. `number` counts
    them, so that free calls and empty users are among few."""
    row = _row(rng, call, number, country)
    contents = [row]
    if number % 6 == 5:  # the operator corrects what Microsoft reckoned
        contents.append({**row, "duration": row["duration"] + 1, "callDurationSource": "operator", **_cost(rng)})
    return PhoneRow("pstn", row["id"], call.call_id, _shape(call), tuple(contents))


def redialled_row(rng: Random, call: PhoneCall, number: int, country: str) -> PhoneRow:
    """The row of an earlier try of the same user to call the same telephone, of which Graph has no record."""
    end = call.start - timedelta(seconds=rng.uniform(8, 90))
    tried = replace(call, start=end - timedelta(seconds=rng.uniform(0, 30)), end=end, has_failed=True)
    row = _row(rng, tried, number, country)
    return PhoneRow("pstn", row["id"], None, "redialled", (row,))


def _shape(call: PhoneCall) -> str:
    if call.kind not in ("PSTN", "auto attendant"):
        return "conference"
    return "bot" if call.bot else "user"


def _row(rng: Random, call: PhoneCall, number: int, country: str) -> JsonObject:
    shape = _shape(call)
    start, end = _times(rng, call, shape)
    user = None if shape == "bot" else call.user
    own = _BRIDGE if shape == "conference" else number_of(call.bot or call.user or {})
    ends = (call.outside, own) if call.is_inbound else (own, call.outside)
    return {
        "id": guid(rng),
        "callId": f"{rng.randrange(100_000)}_{rng.randrange(10_000)}@192.0.2.15",
        **user_columns(user, empty=("", None)[number % 2]),
        "startDateTime": date_time(start),
        "endDateTime": date_time(end),
        "duration": 0 if call.has_failed else int((end - start).total_seconds()),
        "callType": _call_type(call, shape),
        "callerNumber": ends[0],
        "calleeNumber": ends[1],
        **(_free() if call.has_failed or number % 3 == 0 else _cost(rng)),
        "usageCountryCode": country,
        "tenantCountryCode": country,
        "destinationContext": rng.choice(("Domestic", "International", None)),
        "destinationName": "United States",
        "conferenceId": f"{rng.randrange(10**9):09}" if shape == "conference" else None,
        "licenseCapability": "FREECALL" if number % 3 == 0 else "MCOPSTN1",
        "inventoryType": "Service" if shape != "user" else "Subscriber",
        "operator": "Microsoft",
        "callDurationSource": "microsoft",
    }


def _times(rng: Random, call: PhoneCall, shape: str) -> tuple[datetime, datetime]:
    """When it was connected: later than the record tells, by as much as it rang; a conference asks for its number
    before it lets anybody in. The end is about that of the record."""
    end = call.end + timedelta(seconds=rng.uniform(-4, 4))
    about = rng.uniform(-40, 4) if shape == "conference" else rng.uniform(-4, 60)
    return min(call.start + timedelta(seconds=about), end), end


def _call_type(call: PhoneCall, shape: str) -> str:
    if shape == "conference":
        return "conf_in"
    kind = "ucap" if shape == "bot" else "user"
    return f"{kind}_in" if call.is_inbound else f"{kind}_out"


def _free() -> JsonObject:
    return {"charge": _ZERO, "connectionCharge": _ZERO, "currency": "USD"}


def _cost(rng: Random) -> JsonObject:
    currency = rng.choice(tuple(_CURRENCIES))
    digits = rng.choice(_CURRENCIES[currency])
    charge = Decimal(rng.randrange(1, 20_000)).scaleb(-digits)
    connection = Decimal(rng.choice((0, 0, 5))).scaleb(-digits)
    return {"charge": charge, "connectionCharge": connection, "currency": currency}
