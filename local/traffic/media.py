"""The media of a segment: https://learn.microsoft.com/graph/api/resources/callrecords-media."""

from random import Random

from callrecords.graphtypes import JsonObject
from local.traffic.devices import NO_DEVICE, audio_device, camera
from local.traffic.endpoints import End
from local.traffic.networks import network_info
from local.traffic.primitives import Span
from local.traffic.streams import Flow, audio_stream, data_stream, screen_stream, video_stream

AUDIO = "main-audio"
VIDEO = "main-video"
SCREEN = "applicationsharing-video"
DATA = "data"

TO_CALLEE = "callerToCallee"
TO_CALLER = "calleeToCaller"
BOTH = (TO_CALLEE, TO_CALLER)

# Which media the ends agreed on, by label, and in which directions each flows.
type Negotiated = dict[str, tuple[str, ...]]

_STREAMS = {AUDIO: audio_stream, VIDEO: video_stream, SCREEN: screen_stream, DATA: data_stream}
_MODALITIES = {AUDIO: "audio", VIDEO: "video", SCREEN: "videoBasedScreenSharing"}
# The ports that Teams uses: https://learn.microsoft.com/microsoftteams/prepare-network.
_CLIENT_PORTS = {AUDIO: 50000, VIDEO: 50020, SCREEN: 50040, DATA: 50040}
_RELAY_PORTS = {AUDIO: 3479, VIDEO: 3480, SCREEN: 3481, DATA: 3481}


def modalities(negotiated: Negotiated) -> list[str]:
    """The modalities of a session or call with these media; a call that never got to media is one of audio."""
    return [_MODALITIES[label] for label in negotiated if label in _MODALITIES] or ["audio"]


def media(rng: Random, negotiated: Negotiated, caller: End, callee: End, span: Span) -> list[JsonObject]:
    """One media for each label, measured over `span`."""
    return [_media(rng, label, negotiated[label], caller, callee, span) for label in negotiated]


def _media(rng: Random, label: str, directions: tuple[str, ...], caller: End, callee: End, span: Span) -> JsonObject:
    port, relay_port = _CLIENT_PORTS[label] + rng.randrange(20), _RELAY_PORTS[label]
    conditions = caller.connection.conditions.worse(callee.connection.conditions)
    telephone = caller.telephone or callee.telephone
    return {
        "label": label,
        "callerNetwork": network_info(rng, caller.connection, port, relay_port),
        "calleeNetwork": network_info(rng, callee.connection, port, relay_port),
        "callerDevice": _device(rng, label, caller),
        "calleeDevice": _device(rng, label, callee),
        "streams": [_STREAMS[label](rng, Flow(way, span, conditions, telephone)) for way in directions],
    }


def _device(rng: Random, label: str, end: End) -> JsonObject:
    if end.client is not None and label == AUDIO:
        return audio_device(rng, end.client)
    if end.client is not None and label == VIDEO:
        return camera(end.client)
    return dict(NO_DEVICE)
