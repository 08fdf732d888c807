"""The rows of the container `phoneCalls`, field by field. docs/schemas/phoneCalls.schema.json says what each means.

What is not known of a call is left out: a field that may be missing is NotRequired.
"""

from collections.abc import Collection
from typing import Any, Literal, NamedTuple, NotRequired, Protocol, TypedDict

# Which function of Graph told the row: getPstnCalls, of Microsoft's own telephony, or getDirectRoutingCalls, of a trunk
# of the organisation's. Rows of the one have other columns than those of the other.
PhoneSource = Literal["pstn", "directRouting"]
type PhoneDirection = Literal["inbound", "outbound"]
type PhoneKind = Literal["call", "conference", "transfer", "forwarded", "unassigned", "bot", "emergency", "unknown"]
type PhoneSide = Literal["sbc", "microsoft", "configuration", "caller", "callee", "network", "unknown"]
# What is odd in a row. The schema says of each what it means.
type PhoneFlag = Literal[
    "amountAsText",
    "amountMissing",
    "amountNegative",
    "amountUnreadable",
    "codesDisagree",
    "currencyMissing",
    "currencyUnreadable",
    "dayOfOtherTime",
    "durationDisagrees",
    "durationFromInvite",
    "emergencyByNumber",
    "emergencyCountryUnknown",
    "emergencyMasked",
    "emergencyTest",
    "endBeforeStart",
    "idNotGuid",
    "kindUnknown",
    "noTime",
    "numberIsText",
    "oddProperty",
    "repaired",
    "successUnknown",
]
# By which properties a row belongs to a call. The last two are inferred: nothing that Graph tells leads there.
type JoinedBy = Literal["correlationId", "transferorCorrelationId", "userNumberAndTime", "numberAndTime"]
# Why no call is known that a row belongs to. The schema says of each what it means.
type NotJoined = Literal[
    "noCorrelation", "noNumber", "noTime", "noCall", "otherTime", "otherUser", "otherRow", "ambiguous"
]


class PhoneCause(TypedDict):
    """Why a call over Direct Routing failed: in plain words, on whose side, and what to look at."""

    cause: str
    side: PhoneSide
    lookAt: str
    sipCode: NotRequired[int]
    subCode: NotRequired[int]


class JoinedCall(TypedDict):
    """A call that a row belongs to; where that is inferred, how far the times of the row are after those of the call,
    in seconds."""

    callId: str
    by: JoinedBy
    inferred: bool
    startSecondsApart: NotRequired[float]
    endSecondsApart: NotRequired[float]


class PhoneJoin(TypedDict):
    """What was found for a row when its digest was `digest`: its calls, or the reason why there are none."""

    digest: str
    calls: NotRequired[list[JoinedCall]]
    reason: NotRequired[NotJoined]


class PhoneRow(TypedDict):
    """One leg of a call to or from the telephone network, as getPstnCalls or getDirectRoutingCalls told it."""

    id: str
    tenantId: str
    source: PhoneSource
    day: str
    digest: str
    inviteDateTime: NotRequired[str]
    startDateTime: NotRequired[str]
    failureDateTime: NotRequired[str]
    endDateTime: NotRequired[str]
    durationSeconds: NotRequired[int]
    computedSeconds: NotRequired[float]
    direction: NotRequired[PhoneDirection]
    kind: PhoneKind
    callType: NotRequired[str]
    userId: NotRequired[str]
    userPrincipalName: NotRequired[str]
    userDisplayName: NotRequired[str]
    callerNumber: NotRequired[str]
    calleeNumber: NotRequired[str]
    number: NotRequired[str]
    numberMasked: NotRequired[bool]
    charge: NotRequired[str]
    connectionCharge: NotRequired[str]
    totalCharge: NotRequired[str]
    currency: NotRequired[str]
    usageCountryCode: NotRequired[str]
    tenantCountryCode: NotRequired[str]
    destinationContext: NotRequired[str]
    destinationName: NotRequired[str]
    licenseCapability: NotRequired[str]
    inventoryType: NotRequired[str]
    operator: NotRequired[str]
    callDurationSource: NotRequired[str]
    conferenceId: NotRequired[str]
    correlationId: NotRequired[str]
    transferorCorrelationId: NotRequired[str]
    successful: NotRequired[bool]
    sipCode: NotRequired[int]
    subCode: NotRequired[int]
    sipPhrase: NotRequired[str]
    cause: NotRequired[PhoneCause]
    trunk: NotRequired[str]
    mediaBypass: NotRequired[bool]
    mediaPathLocation: NotRequired[str]
    signalingLocation: NotRequired[str]
    flags: list[PhoneFlag]
    record: dict[str, Any]
    joined: NotRequired[PhoneJoin]


class KnownPhoneRow(NamedTuple):
    """What is stored of a row: its day, the digest of its content, and what it was joined to."""

    day: str
    digest: str
    joined: PhoneJoin | None = None


class PhoneRowStore(Protocol):
    """Where these rows are kept (cosmos.phonecalls)."""

    async def known(self, row_ids: Collection[str]) -> dict[str, tuple[KnownPhoneRow, ...]]:
        """What is stored of these rows, by id, under whichever days: more than one where a writer ended in between."""

    async def save(self, row: PhoneRow) -> None:
        """Stores the row under its day, in the place of what is there."""

    async def delete(self, row_id: str, day: str) -> None:
        """Removes the row from the day, if it is there."""
