"""Rows of both functions as Graph has them, invented, and what stands in them where something is odd."""

import json
from decimal import Decimal
from typing import Any

from callrecords.graphtypes import JsonObject
from callrecords.phone.row import phone_row
from callrecords.ports.phonerow import PhoneRow
from tests.invented import TENANT

PSTN_ID, DIRECT_ID = "51c0a0de-3f6b-4a57-9d1a-0c9f6f0d1e22", "c7a4e0b3-1d55-4c5f-9c2e-9a1b2c3d4e5f"
NOT_SET = "0001-01-01T00:00:00Z"
_PSTN = """{
  "id": "51c0a0de-3f6b-4a57-9d1a-0c9f6f0d1e22", "callId": "90211_7788@192.0.2.15",
  "userId": "0A11B22C-1111-4222-8333-444455556666", "userPrincipalName": "Mira.Kovac@fabrikam.example",
  "userDisplayName": "Mira Kovac", "startDateTime": "2026-02-03T08:14:10.1234567Z",
  "endDateTime": "2026-02-03T08:17:02.1234567Z", "duration": 172, "callType": "user_out", "charge": 0.0150,
  "connectionCharge": 0.10, "currency": "USD", "callerNumber": "+15550100", "calleeNumber": "+15550199",
  "usageCountryCode": "US", "tenantCountryCode": "US", "destinationContext": "Domestic",
  "destinationName": "United States", "conferenceId": "8844", "licenseCapability": "MCOPSTN1",
  "inventoryType": "Subscriber", "operator": "Microsoft", "callDurationSource": "microsoft"
}"""
_DIRECT = """{
  "id": "c7a4e0b3-1d55-4c5f-9c2e-9a1b2c3d4e5f", "correlationId": "7B1D0C52-9F6E-4F0C-8D0E-2F6A5C1E9A10",
  "transferorCorrelationId": "0A9F3C11-2B4D-4E6F-9A8B-7C6D5E4F3A2B",
  "userId": "0a11b22c-1111-4222-8333-444455556666", "userPrincipalName": "mira.kovac@fabrikam.example",
  "userDisplayName": "Mira Kovac", "inviteDateTime": "2026-03-04T09:59:58.201Z",
  "startDateTime": "2026-03-04T10:00:01.201Z", "failureDateTime": "0001-01-01T00:00:00Z",
  "endDateTime": "2026-03-04T10:00:06.201Z", "duration": 5, "callType": "ByotIn", "successfulCall": true,
  "callerNumber": "+1555019****", "calleeNumber": "+15550100", "mediaPathLocation": "USEA",
  "signalingLocation": "USWE", "finalSipCode": 0, "callEndSubReason": 540000, "finalSipCodePhrase": "BYE",
  "trunkFullyQualifiedDomainName": "SBC1.fabrikam.example", "mediaBypassEnabled": false
}"""
FAILED = {
    "callType": "ByotOut",
    "successfulCall": False,
    "startDateTime": "2026-03-04T09:59:58.201Z",
    "failureDateTime": "2026-03-04T10:00:03.900Z",
    "endDateTime": NOT_SET,
    "duration": 0,
    "calleeNumber": "+15550199",
    "finalSipCode": 403,
    "callEndSubReason": 560403,
    "finalSipCodePhrase": "Forbidden",
}
ODDITIES: list[Any] = [
    *(None, "", " ", "text", "\ud800", "0", "-1.50", "1.234,50", "1e3", NOT_SET, "2026-03-04T00:00:00Z", "***"),
    *(-1, 0, 2**53 + 1, -(10**400), Decimal("0.10"), Decimal("1E+3"), Decimal("1E+9999"), Decimal("-0.0")),
    *(Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), 0.1, float("nan"), True, False),
    *([], {}, [None, 7, [], {}, Decimal("1.10")], {"id": Decimal("7.0"), "\udfff": ["\ud83d"]}),
]


def parsed(text: str) -> JsonObject:
    """The object as the app reads Graph's answers about money: no float in it."""
    found: JsonObject = json.loads(text, parse_float=Decimal)
    return found


def pstn(**changes: object) -> JsonObject:
    """An outbound call over a calling plan, with so many changes."""
    return parsed(_PSTN) | changes


def direct(**changes: object) -> JsonObject:
    """An inbound call over Direct Routing that was answered, with so many changes."""
    return parsed(_DIRECT) | changes


def failed(**changes: object) -> JsonObject:
    """An outbound call over Direct Routing that the SBC refused, with so many changes."""
    return direct(**FAILED) | changes


def pstn_row(**changes: object) -> PhoneRow:
    return phone_row(pstn(**changes), "pstn", TENANT)


def direct_row(**changes: object) -> PhoneRow:
    return phone_row(direct(**changes), "directRouting", TENANT)


def failed_row(**changes: object) -> PhoneRow:
    return phone_row(failed(**changes), "directRouting", TENANT)
