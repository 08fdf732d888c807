"""What a row of Direct Routing tells besides: how the call ended, and over which trunk and media path it went."""

from callrecords.graphtypes import JsonObject
from callrecords.phone.causes import explained
from callrecords.phone.told import Told

# A sub-code of each: 560000 outbound, 540000 inbound.
_NORMAL_ENDS = (540000, 560000)
_FIRST_FAILURE = 300  # of SIP (https://www.rfc-editor.org/rfc/rfc3261#section-7.2)


def ending_of(told: Told) -> JsonObject:
    """Whether the call was successful, which successfulCall alone says, its codes, and the cause where it was not."""
    successful = told.truth("successfulCall")
    sip, sub = told.whole("finalSipCode"), told.whole("callEndSubReason")
    phrase = told.text("finalSipCodePhrase")
    told.flag("successUnknown", successful is None)
    told.flag("codesDisagree", _disagree(successful, sip, sub))
    return {
        "correlationId": told.guid("correlationId"),
        "transferorCorrelationId": told.guid("transferorCorrelationId"),
        "successful": successful,
        "sipCode": sip,
        "subCode": sub,
        "sipPhrase": phrase,
        "cause": explained(sip, sub, phrase) if successful is False else None,
        "trunk": told.lower("trunkFullyQualifiedDomainName"),
        "mediaBypass": told.truth("mediaBypassEnabled"),
        "mediaPathLocation": told.text("mediaPathLocation"),
        "signalingLocation": told.text("signalingLocation"),
    }


def _disagree(successful: bool | None, sip: int | None, sub: int | None) -> bool:
    """Whether a successful call has the SIP code of a failure, or a failed one the sub-code of a normal end."""
    if successful:
        return sip is not None and sip >= _FIRST_FAILURE
    return successful is False and sub in _NORMAL_ENDS
