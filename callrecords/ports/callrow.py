"""The rows of the container `calls`, field by field. docs/schemas/calls.schema.json says what each means.

What is not known of a call or an endpoint is left out: a field that may be missing is NotRequired.
"""

from typing import Literal, NotRequired, TypedDict

from callrecords.ports.phonerow import JoinedBy, PhoneKind, PhoneSource

type Medium = Literal["audio", "video", "screenSharing"]
type VerdictName = Literal["good", "poor", "unclassified"]
type Evidence = dict[str, float | str]
type Certainty = Literal["certain", "likely"]
type Direction = Literal["inbound", "outbound", "internal"]
type Expected = Literal["busy", "declined", "cancelled", "missed"]
type Outcome = Literal["answered", "voicemail", "failed"] | Expected
# How much of the row stands in the fields that can be queried, and how much packed in `details`.
type Packing = Literal["details", "endpointsAndDetails", "endpoints", "nothing"]


class PartyRow(TypedDict):
    """One who takes part in a call."""

    kind: str
    id: NotRequired[str]
    displayName: NotRequired[str]
    userPrincipalName: NotRequired[str]
    tenantId: NotRequired[str]


class PersonRow(PartyRow):
    """A participant with the time in the call, over all devices; `seconds` is missing where no time is known."""

    joined: NotRequired[str]
    left: NotRequired[str]
    seconds: NotRequired[float]


class IntervalRow(TypedDict):
    """A stretch of time."""

    joined: str
    left: str


class NetworkRow(TypedDict, total=False):
    """A network that an endpoint was on."""

    connectionType: str
    wifiBand: str
    bssid: str
    subnet: str
    prefixLength: int
    publicAddress: str
    transport: str


class ReasonRow(TypedDict):
    """By which number streams are poor: the value that is furthest past the threshold."""

    metric: str
    value: float
    threshold: float
    unit: str
    streams: int


class StreamCounts(TypedDict):
    """Streams by their class."""

    good: int
    poor: int
    unclassified: int


class MediumRow(StreamCounts):
    """The streams of one medium that an endpoint received, or sent: `numbers` are the worst of those that decide."""

    verdict: VerdictName
    numbers: NotRequired[dict[str, float]]
    reasons: NotRequired[list[ReasonRow]]


class CauseRow(TypedDict):
    """What explains that an endpoint received, or sent, poor media, with the values that decided."""

    cause: str
    direction: NotRequired[Literal["received", "sent"]]
    evidence: NotRequired[dict[str, float | str]]


class FailureRow(TypedDict):
    """What ended a session, or kept it from beginning; `kind` tells failures from ends that are to be expected."""

    kind: Literal["setUp", "drop", "expected", "unknown"]
    stage: NotRequired[str]
    reason: NotRequired[str]


class CountedFailureRow(FailureRow):
    """The same, with the number of sessions."""

    sessions: int


class EndpointRow(TypedDict):
    """A stay in the call with one device: an end of a session that is no service."""

    endpointId: str
    who: PartyRow
    joined: NotRequired[str]
    left: NotRequired[str]
    seconds: NotRequired[float]
    intervals: NotRequired[list[IntervalRow]]
    platform: NotRequired[str]
    clientVersion: NotRequired[str]
    hostName: NotRequired[str]
    captureDevices: NotRequired[list[str]]
    renderDevices: NotRequired[list[str]]
    cameras: NotRequired[list[str]]
    networks: NotRequired[list[NetworkRow]]
    rating: NotRequired[str]
    feedbackTokens: NotRequired[list[str]]
    feedbackText: NotRequired[str]
    failures: NotRequired[list[FailureRow]]
    failed: bool
    received: NotRequired[dict[Medium, MediumRow]]
    sent: NotRequired[dict[Medium, MediumRow]]
    quality: VerdictName
    causes: NotRequired[list[CauseRow]]
    impairedBy: NotRequired[list[str]]
    impairedByMore: NotRequired[int]


class SessionCounts(TypedDict):
    """Sessions by how they ended."""

    all: int
    audio: int
    setUpFailures: int
    drops: int
    expectedEnds: int


class QualityRow(TypedDict):
    """The streams of one medium from or to clients, and apart those between services, gateways and telephones."""

    verdict: VerdictName
    streams: StreamCounts
    serviceStreams: NotRequired[StreamCounts]


class SubnetRow(StreamCounts):
    """The audio that clients on a subnet received."""

    subnet: str


class RatingRow(TypedDict):
    """How often a rating was given."""

    rating: str
    count: int


class VoiceFact(TypedDict):
    """What all voice facts have: how sure the fact is, and what in the record says so."""

    certainty: Certainty
    evidence: Evidence


class DirectionRow(VoiceFact):
    """Where a call went, as seen from this organisation."""

    value: Direction


class OutcomeRow(VoiceFact):
    """How a call ended for those who were called."""

    value: Outcome


class WhoRow(VoiceFact):
    """A party to whom a call came: `value` is the id."""

    value: str
    name: NotRequired[str]


class AnsweredByRow(TypedDict):
    """Who answered: `evidence` is missing where it is that of the outcome."""

    certainty: Certainty
    evidence: NotRequired[Evidence]
    value: str
    name: NotRequired[str]


class SecondsRow(VoiceFact):
    """A time, in seconds."""

    value: float


class StepRow(TypedDict):
    """A service on the way of a call; `seconds` where its own time is told, `sessionId` where the call has several."""

    role: str
    id: NotRequired[str]
    name: NotRequired[str]
    seconds: NotRequired[float]
    sessionId: NotRequired[str]


class VoiceRow(TypedDict, total=False):
    """What happened to a call between a caller and the called: what Graph does not tell is missing.

    `forwarded` is who answered a call instead of the one who was called first, `transferred` with whom it was at last,
    after somebody else had answered it. `queueWait` is the time from the first queue until somebody answered. `path`
    are the attendants, queues and mailboxes, in order.
    """

    direction: DirectionRow
    outcome: OutcomeRow
    answeredBy: AnsweredByRow
    forwarded: WhoRow
    transferred: WhoRow
    queueWait: SecondsRow
    path: list[StepRow]


class PhoneLegRow(TypedDict):
    """A row of `phoneCalls` that belongs to the call: `id` and `day` lead there."""

    id: str
    day: str
    source: PhoneSource
    kind: PhoneKind
    by: JoinedBy
    inferred: bool
    startSecondsApart: NotRequired[float]
    endSecondsApart: NotRequired[float]
    successful: NotRequired[bool]
    totalCharge: NotRequired[str]
    currency: NotRequired[str]


class CallRow(TypedDict):
    """The row of a call."""

    id: str
    tenantId: str
    day: str
    formerDays: list[str]
    callId: str
    version: int
    caveats: list[str]
    factsVersion: int
    qualityProfile: str
    type: NotRequired[str]
    modalities: list[str]
    startDateTime: str
    endDateTime: NotRequired[str]
    lastModifiedDateTime: NotRequired[str]
    durationSeconds: NotRequired[float]
    isTest: NotRequired[bool]
    joinWebUrl: NotRequired[str]
    threadId: NotRequired[str]
    organizer: NotRequired[PartyRow]
    participantCount: int
    participantSeconds: float
    secondsByModality: dict[str, float]
    userIds: list[str]
    externalUserIds: list[str]
    userPrincipalNames: list[str]
    phoneNumbers: list[str]
    poorUserIds: list[str]
    failedUserIds: list[str]
    platforms: list[str]
    clientVersions: list[str]
    connectionTypes: list[str]
    subnets: list[str]
    publicAddresses: list[str]
    sessions: SessionCounts
    failed: bool
    failures: list[CountedFailureRow]
    ratings: list[RatingRow]
    endpointCount: int
    affectedEndpoints: int
    poorStreams: int
    quality: dict[Medium, QualityRow]
    audioBySubnet: list[SubnetRow]
    voice: NotRequired[VoiceRow]
    phoneLegs: NotRequired[list[PhoneLegRow]]
    packing: Packing
    participants: NotRequired[list[PersonRow]]
    endpoints: NotRequired[list[EndpointRow]]
    details: NotRequired[str]
