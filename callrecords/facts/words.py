"""Names, times and numbers of a fact row in words, in English. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from callrecords.facts.networkcauses import WEAK_SIGNAL
from callrecords.facts.streamquality import is_poor_below
from callrecords.ports.callrow import (
    CauseRow,
    EndpointRow,
    MediumRow,
    PartyRow,
    ReasonRow,
    VoiceFact,
    VoiceRow,
)

_METRICS = {
    "averageRoundTripTime": "round trip",
    "averagePacketLossRate": "packets lost",
    "averageJitter": "jitter",
    "averageAudioDegradation": "degradation of the audio",
    "averageRatioOfConcealedSamples": "audio that had to be filled in",
    "averageVideoFrameLossPercentage": "frames lost",
    "averageVideoFrameRate": "frames a second",
    "postForwardErrorCorrectionPacketLossRate": "packets lost in spite of error correction",
}
_MEDIA = {"audio": "audio", "video": "video", "screenSharing": "shared screen"}
_CAUSES = {
    "wifi24GHz": "Wi-Fi on 2.4 GHz",
    "weakWifi": f"weak Wi-Fi: signal {{wifiSignalStrength}} %, expected at least {WEAK_SIGNAL} %",
    "vpn": "the media went through a VPN",
    "tcp": "the media went over TCP instead of UDP",
    "lowBandwidth": "too little bandwidth for {share} of the call",
    "longWay": "a long way: round trip {averageRoundTripTime} with {averagePacketLossRate} of packets lost",
    "wiredLossOrJitter": "a wired network that lost packets or delayed them unevenly",
    "processor": "the processor could not keep up for {share} of the call",
    "device": "the audio device did not work properly for {share} of the call",
    "gatewayLeg": "the way between {caller} and {callee} was poor as well",
}
_UNITS = {"averageRoundTripTime": "seconds", "averagePacketLossRate": "ratio"}
_ROLES = {
    "skypeForBusinessAutoAttendant": "an auto attendant",
    "skypeForBusinessCallQueues": "a call queue",
    "voicemail": "voicemail",
    "exchangeUnifiedMessagingService": "Exchange unified messaging",
    "conferencingAttendant": "a conference attendant",
}
_DIRECTIONS = {
    "inbound": "an inbound call",
    "outbound": "an outbound call",
    "internal": "a call within the organisation",
}
_OUTCOMES = {
    "answered": "It was answered",
    "missed": "Nobody answered",
    "declined": "It was declined",
    "busy": "The called party was busy",
    "cancelled": "The caller gave up",
    "voicemail": "It went to voicemail",
    "failed": "It failed",
}
_NETWORKS = {"wired": "wired", "wifi": "Wi-Fi", "mobile": "mobile", "tunnel": "VPN"}
_BANDS = {"frequency24GHz": "2.4 GHz", "frequency50GHz": "5 GHz", "frequency60GHz": "6 GHz"}


def name_of(party: PartyRow) -> str:
    """The name of the party, or what else is known of it."""
    for value in (party.get("displayName"), party.get("userPrincipalName")):
        if value:
            return value
    told = f" {party['id']}" if "id" in party else ""
    kind = {"phone": "the telephone", "guest": "a guest", "application": "an application", "unknown": "somebody"}
    return f"{kind.get(party['kind'], 'a user')}{told}" if party["kind"] != "guest" else "a guest without a name"


def client_of(endpoint: EndpointRow) -> str:
    """The device and the network of the endpoint, such as "windows, LT-4471, Wi-Fi 5 GHz"; "" where nothing is told."""
    networks = [
        " ".join(
            filter(
                None,
                (
                    _NETWORKS.get(each.get("connectionType", ""), each.get("connectionType")),
                    _BANDS.get(each.get("wifiBand", "")),
                    each.get("subnet"),
                ),
            )
        )
        for each in endpoint.get("networks", ())
    ]
    told = (endpoint.get("platform"), endpoint.get("hostName"), *networks)
    return ", ".join(dict.fromkeys(filter(None, told)))


def medium_in_words(medium: str) -> str:
    """The medium, such as "shared screen"."""
    return _MEDIA[medium]


def reason_in_words(reason: ReasonRow) -> str:
    """The number that made media poor, with the threshold: "jitter 45 ms, poor above 30 ms"."""
    side = "below" if is_poor_below(reason["metric"]) else "above"
    value, threshold = (_quantity(each, reason["unit"]) for each in (reason["value"], reason["threshold"]))
    return f"{_METRICS.get(reason['metric'], reason['metric'])} {value}, poor {side} {threshold}"


def numbers_in_words(medium: MediumRow) -> str:
    """What made the media of one direction poor."""
    return "; ".join(reason_in_words(each) for each in medium.get("reasons", ()))


def cause_in_words(cause: CauseRow) -> str:
    """The cause with its evidence."""
    evidence = cause.get("evidence", {})
    share = _share(max((value for value in evidence.values() if isinstance(value, int | float)), default=0))
    values = {name: _quantity(value, _UNITS.get(name, "")) for name, value in evidence.items()}
    return _CAUSES.get(cause["cause"], cause["cause"]).format_map(_Values(values, share=share))


class _Values(dict[str, str]):
    """What a sentence about a cause is filled with; what is not told is "unknown"."""

    def __missing__(self, name: str) -> str:
        return "unknown"


def voice_in_words(voice: VoiceRow) -> Iterator[str]:
    """What happened between the caller and the called, in sentences; what is not certain says so."""
    if direction := voice.get("direction"):
        yield f"It was {_DIRECTIONS[direction['value']]}{_doubt(direction)}."
    for step in voice.get("path", ()):
        seconds = f" for {length_in_words(step['seconds'])}" if "seconds" in step else ""
        role = _ROLES.get(step["role"], step["role"])
        yield f"It was with {f'{role} {step["name"]}' if 'name' in step else role}{seconds}."
    if waited := voice.get("queueWait"):
        yield f"The caller waited {length_in_words(waited['value'])} from the first queue on{_doubt(waited)}."
    if outcome := voice.get("outcome"):
        by = voice.get("answeredBy")
        who = f" by {by.get('name', by['value'])}" if by else ""
        yield f"{_OUTCOMES[outcome['value']]}{who}{_doubt(outcome)}."
    if to := voice.get("forwarded"):
        yield f"It was forwarded to {to.get('name', to['value'])}{_doubt(to)}."
    if to := voice.get("transferred"):
        yield f"It was transferred to {to.get('name', to['value'])}{_doubt(to)}."


def _doubt(fact: VoiceFact) -> str:
    return "" if fact["certainty"] == "certain" else ", most likely"


def time_in_words(start: str) -> str:
    """The UTC time, such as "4 March 2026, 10:00"."""
    found = datetime.fromisoformat(start)
    return f"{found.day} {found:%B %Y, %H:%M}"


def length_in_words(seconds: float) -> str:
    """How long, such as "1 h 5 min", "29 min 45 s" or "12 s"."""
    hours, rest = divmod(round(seconds), 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {left} s" if minutes else f"{left} s"


def several(count: int, one: str, many: str | None = None) -> str:
    """The count with its noun: "1 stream", "2 streams"."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def joined(words: Iterable[str]) -> str:
    """The words as a list in a sentence: "a, b and c"."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def _quantity(value: float | str, unit: str) -> str:
    if not isinstance(value, int | float):
        return value
    match unit:
        case "seconds":
            return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"
        case "ratio":
            return _share(value)
        case "percent":
            return f"{value:.3g} %"
    return f"{value:.3g}"


def _share(ratio: float) -> str:
    return f"{ratio * 100:.3g} %"
