"""A call record in which every property that Graph has of one is there, each with a value of its own."""

from itertools import count, cycle

from callrecords.graphtypes import JsonObject
from tests.invented import CALL, OTHER_TENANT, TENANT, call_id

_IDENTITY_KINDS = (
    "application", "device", "user", "applicationInstance", "assertedIdentity", "azureCommunicationServicesUser",
    "encrypted", "guest", "onPremises", "phone",
)  # fmt: skip
# Type, transport and band.
_CONNECTIONS = (
    ("wifi", "tcp", "frequency24GHz"),
    ("tunnel", "tcp", "frequency50GHz"),
    ("mobile", "udp", "frequency60GHz"),
)
# As Graph names them, by the form of their values.
_STREAM_TEXTS = ("streamId",)
_STREAM_DURATIONS = (
    "averageJitter", "maxJitter", "averageAudioNetworkJitter", "maxAudioNetworkJitter", "averageRoundTripTime",
    "maxRoundTripTime", "averageFreezeDuration", "rmsFreezeDuration",
)  # fmt: skip
_STREAM_RATIOS = (
    "averagePacketLossRate", "maxPacketLossRate", "averageRatioOfConcealedSamples", "maxRatioOfConcealedSamples",
    "averageAudioDegradation", "postForwardErrorCorrectionPacketLossRate", "averageVideoFrameLossPercentage",
    "averageVideoFrameRate", "averageReceivedFrameRate", "averageVideoPacketLossRate", "lowFrameRateRatio",
    "lowVideoProcessingCapabilityRatio",
)  # fmt: skip
_NETWORK_TEXTS = (
    "macAddress", "dnsSuffix", "basicServiceSetIdentifier", "wifiMicrosoftDriver", "wifiMicrosoftDriverVersion",
    "wifiVendorDriver", "wifiVendorDriverVersion",
)  # fmt: skip
_NETWORK_RATIOS = ("bandwidthLowEventRatio", "delayEventRatio", "receivedQualityEventRatio", "sentQualityEventRatio")
_NETWORK_NUMBERS = ("port", "relayPort", "linkSpeed", "wifiChannel", "wifiSignalStrength", "wifiBatteryCharge")
_DEVICE_TEXTS = ("captureDeviceName", "captureDeviceDriver", "renderDeviceName", "renderDeviceDriver")
_DEVICE_RATIOS = (
    "captureNotFunctioningEventRatio", "renderNotFunctioningEventRatio", "renderMuteEventRatio",
    "renderZeroVolumeEventRatio", "cpuInsufficentEventRatio", "deviceClippingEventRatio", "deviceGlitchEventRatio",
    "lowSpeechLevelEventRatio", "lowSpeechToNoiseEventRatio", "initialSignalLevelRootMeanSquare", "micGlitchRate",
    "speakerGlitchRate",
)  # fmt: skip
_DEVICE_NUMBERS = (
    "howlingEventCount", "sentSignalLevel", "receivedSignalLevel", "sentNoiseLevel", "receivedNoiseLevel",
)  # fmt: skip


class EveryProperty:
    """The record, and by the name of each resource the objects of it in the record."""

    def __init__(self) -> None:
        self.resources: dict[str, list[JsonObject]] = {}
        self._numbers = count(1)
        self._connections = cycle(_CONNECTIONS)
        self.record = self._record()

    def _of(self, resource: str, properties: JsonObject) -> JsonObject:
        self.resources.setdefault(resource, []).append(properties)
        return properties

    def _record(self) -> JsonObject:
        return self._of(
            "callRecord",
            {
                "id": CALL,
                "version": 7,
                "type": "groupCall",
                "modalities": ["audio", "video"],
                "lastModifiedDateTime": "2026-03-04T12:00:00.5Z",
                "startDateTime": "2026-03-04T10:00:03.1180021Z",
                "endDateTime": "2026-03-04T10:29:48Z",
                "joinWebUrl": "https://teams.example/l/meetup-join/19%3ameeting_x%40thread.v2/0",
                "organizer": self._identity_set(("user",)),
                "participants": [self._identity_set(("user",))],
                "organizer_v2": self._participant("user"),
                "participants_v2": [self._participant(kind) for kind in _IDENTITY_KINDS] + [self._nameless()],
                "sessions": [self._meeting_session(1), self._meeting_session(2), self._session_of_two()],
            },
        )

    def _texts(self, *names: str) -> JsonObject:
        return {name: f"{name} {next(self._numbers)}" for name in names}

    def _ratios(self, *names: str) -> JsonObject:
        return {name: next(self._numbers) / 1000 for name in names}

    def _integers(self, *names: str) -> JsonObject:
        return {name: 1000 + next(self._numbers) for name in names}

    def _durations(self, *names: str) -> JsonObject:
        return {name: f"PT0.{next(self._numbers):03}S" for name in names}

    def _times(self, start: str = "startDateTime", end: str = "endDateTime") -> JsonObject:
        number = next(self._numbers)
        return {
            start: f"2026-03-04T10:{number // 60 + 1:02}:{number % 60:02}Z",
            end: f"2026-03-04T10:2{number % 10}:00Z",
        }

    def _identity(self) -> JsonObject:
        number = next(self._numbers)
        return self._of("graph.identity", {"id": call_id(number), "displayName": f"Name {number}"})

    def _identity_set(self, kinds: tuple[str, ...]) -> JsonObject:
        return self._of("graph.identitySet", {kind: self._identity() for kind in kinds})

    def _participant(self, kind: str) -> JsonObject:
        """A participant who is at no endpoint."""
        identity = self._identity()
        if kind == "user":
            self._of("graph.communicationsUserIdentity", identity)["tenantId"] = OTHER_TENANT
            self._of("graph.userIdentity", identity).update(self._texts("userPrincipalName", "ipAddress"))
        elif kind == "guest":
            self._of("graph.communicationsGuestIdentity", identity).update(self._texts("email"))
        elif kind == "application":
            application = self._of("graph.communicationsApplicationIdentity", identity)
            application |= {**self._texts("applicationType"), "hidden": True}
        elif kind == "applicationInstance":
            instance = self._of("graph.communicationsApplicationInstanceIdentity", identity)
            instance |= {**self._texts("tenantId"), "hidden": True}
        elif kind == "azureCommunicationServicesUser":
            user = self._of("graph.azureCommunicationServicesUserIdentity", identity)
            user |= self._texts("azureCommunicationServicesResourceId")
        identities = self._of(
            "graph.communicationsIdentitySet", {kind: identity, "endpointType": "skypeForBusinessVoipPhone"}
        )
        self._of("graph.identitySet", identities)
        units = [self._of("administrativeUnitInfo", {"id": f"unit {next(self._numbers)}"})]
        return self._of("participantBase", {"identity": identities, "administrativeUnitInfos": units})

    def _nameless(self) -> JsonObject:
        """A participant whose identity has no id: that of the participant tells it."""
        number = next(self._numbers)
        return self._of("participantBase", {"id": call_id(number), "identity": {"user": {"displayName": "Nameless"}}})

    def _meeting_session(self, mention: int) -> JsonObject:
        """A session with a service; the second mention of it follows the first."""
        ended = {"reason": "The client lost its network.", "stage": "midcall"}
        return self._session(
            call_id(900),
            self._client(number=901, platform="windows"),
            self._service(f"skypeForBusiness{('AutoAttendant', 'CallQueues')[mention - 1]}"),
            {"startDateTime": f"2026-03-04T10:0{mention}:10Z", "endDateTime": f"2026-03-04T10:0{mention}:40Z"},
            ended,
        )

    def _session_of_two(self) -> JsonObject:
        """A session of two clients, with a segment between two services."""
        session = self._session(
            call_id(910),
            self._client(number=911, platform="macOS"),
            self._client(number=912, platform="iOS"),
            self._times(),
            {"reason": "No media arrived.", "stage": "callSetup"},
        )
        session["segments"].append(self._segment(self._service("mediationServer"), self._service("gateway")))
        return session

    def _session(
        self, session_id: str, caller: JsonObject, callee: JsonObject, times: JsonObject, failure: JsonObject
    ) -> JsonObject:
        return self._of(
            "session",
            {
                "id": session_id,
                "caller": caller,
                "callee": callee,
                "failureInfo": self._of("failureInfo", failure),
                "isTest": True,
                "modalities": ["audio", "data"],
                **times,
                "segments": [self._segment(caller, callee)],
            },
        )

    def _segment(self, caller: JsonObject, callee: JsonObject) -> JsonObject:
        return self._of(
            "segment",
            {
                "id": call_id(next(self._numbers)),
                "caller": caller,
                "callee": callee,
                "failureInfo": self._of("failureInfo", {**self._texts("reason"), "stage": "midcall"}),
                "media": [self._media()],
                **self._times(),
            },
        )

    def _client(self, number: int, platform: str) -> JsonObject:
        """A client, the end of a session; the deprecated identity is of somebody else."""
        agent = {
            "platform": platform,
            "productFamily": "teams",
            **self._texts("applicationVersion", "headerValue", "azureADAppId", "communicationServiceId"),
        }
        identity = {**self._texts("displayName", "userPrincipalName"), "id": call_id(number), "tenantId": TENANT}
        feedback = {"rating": "fair", **self._texts("text"), "tokens": {"Noisy": True, "Echo": False}}
        end = {
            "userAgent": self._of("userAgent", self._of("clientUserAgent", agent)),
            "associatedIdentity": self._of("graph.identity", self._of("userIdentity", identity)),
            "identity": self._identity_set(("user",)),
            "feedback": self._of("userFeedback", feedback),
            **self._texts("name", "cpuName"),
            **self._integers("cpuCoresCount", "cpuProcessorSpeedInMhz"),
        }
        return self._of("endpoint", self._of("participantEndpoint", end))

    def _service(self, role: str) -> JsonObject:
        agent = self._of("serviceUserAgent", {"role": role})
        return self._of("endpoint", {"@odata.type": "#microsoft.graph.callRecords.serviceEndpoint", "userAgent": agent})

    def _media(self) -> JsonObject:
        return self._of(
            "media",
            {
                **self._texts("label"),
                "callerDevice": self._device(),
                "calleeDevice": self._device(),
                "callerNetwork": self._network(),
                "calleeNetwork": self._network(),
                "streams": [self._stream("callerToCallee"), self._stream("calleeToCaller")],
            },
        )

    def _stream(self, direction: str) -> JsonObject:
        return self._of(
            "mediaStream",
            {
                "streamDirection": direction,
                "audioCodec": "satin",
                "videoCodec": "h264",
                **self._times(),
                **self._texts(*_STREAM_TEXTS),
                **self._durations(*_STREAM_DURATIONS),
                **self._ratios(*_STREAM_RATIOS),
                **self._integers("packetUtilization", "averageBandwidthEstimate"),
                "isAudioForwardErrorCorrectionUsed": True,
                "wasMediaBypassed": False,
            },
        )

    def _network(self) -> JsonObject:
        number = next(self._numbers) % 250
        connection_type, transport, band = next(self._connections)
        hop = {"hopCount": next(self._numbers), "ipAddress": f"192.0.2.{number}", **self._durations("roundTripTime")}
        return self._of(
            "networkInfo",
            {
                "ipAddress": f"10.20.{number}.7",
                "subnet": f"10.20.{number}.0/24",
                "reflexiveIPAddress": f"203.0.113.{number}",
                "relayIPAddress": f"198.51.100.{number}",
                "connectionType": connection_type,
                "networkTransportProtocol": transport,
                "wifiBand": band,
                "wifiRadioType": "wifi80211ax",
                **self._texts(*_NETWORK_TEXTS),
                **self._ratios(*_NETWORK_RATIOS),
                **self._integers(*_NETWORK_NUMBERS),
                "traceRouteHops": [self._of("traceRouteHop", hop)],
            },
        )

    def _device(self) -> JsonObject:
        return self._of(
            "deviceInfo",
            {
                **self._texts(*_DEVICE_TEXTS),
                **self._ratios(*_DEVICE_RATIOS),
                **self._integers(*_DEVICE_NUMBERS),
            },
        )
