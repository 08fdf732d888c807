"""What a call over the telephone network was: whose, which way, with which number, and whether for help."""

from callrecords.graphtypes import JsonObject
from callrecords.phone.calltypes import call_type, speaks_of_emergency
from callrecords.phone.numbers import is_dialled, is_masked, who_is_called
from callrecords.phone.told import Told
from callrecords.ports.phonerow import PhoneDirection, PhoneKind

# Its phrase tells an emergency call from others (the table in `codes`).
_NO_GATEWAY = 510544


def call_of(told: Told, *, is_direct: bool) -> JsonObject:
    """The parties, the direction and the kind of the call."""
    raw = told.text("callType")
    found = call_type(raw) if raw else None
    direction = found.direction if found else None
    is_emergency = _is_emergency(told, raw, direction, is_direct=is_direct)
    kind: PhoneKind = "emergency" if is_emergency else found.kind if found else "unknown"
    told.flag("kindUnknown", found is None)
    return {
        "direction": direction,
        "kind": kind,
        "callType": raw,
        "userId": told.guid("userId"),
        "userPrincipalName": told.lower("userPrincipalName"),
        "userDisplayName": told.text("userDisplayName"),
        **_numbers(told, direction),
    }


def _numbers(told: Told, direction: PhoneDirection | None) -> JsonObject:
    """Both numbers, and that of the other party."""
    caller, callee = told.text("callerNumber"), told.text("calleeNumber")
    number = {"inbound": caller, "outbound": callee}.get(direction or "")
    told.flag("numberIsText", number is not None and not is_dialled(number))
    masked = is_masked(number) if number else None
    return {"callerNumber": caller, "calleeNumber": callee, "number": number, "numberMasked": masked}


def _is_emergency(told: Told, raw: str | None, direction: PhoneDirection | None, *, is_direct: bool) -> bool:
    """Whether the type, the number that was called or, of Direct Routing, the phrase says so."""
    by_number = direction != "inbound" and _calls_for_help(told)
    by_phrase = (
        is_direct
        and told.whole("callEndSubReason") == _NO_GATEWAY
        and speaks_of_emergency(told.text("finalSipCodePhrase"))
    )
    return by_number or by_phrase or speaks_of_emergency(raw)


def _calls_for_help(told: Told) -> bool:
    """Whether the called number is for emergencies, where the user is, or else where the organisation is.

    userCountryCode is in beta's rows of Direct Routing; those of v1.0 tell no country.
    """
    number = told.text("calleeNumber")
    country = next(filter(None, map(told.upper, ("usageCountryCode", "userCountryCode", "tenantCountryCode"))), None)
    calls = who_is_called(number, country) if number else None
    told.flag("emergencyByNumber", calls in ("help", "helpPerhaps"))
    told.flag("emergencyCountryUnknown", calls == "helpPerhaps")
    told.flag("emergencyMasked", calls == "masked")
    told.flag("emergencyTest", calls == "test")
    return calls in ("help", "helpPerhaps")
