"""What a stream carries."""

from collections.abc import Collection
from enum import StrEnum
from functools import lru_cache

from callrecords.graphtypes import JsonObject


class Modality(StrEnum):
    """The members of Graph's enum modality: https://learn.microsoft.com/graph/api/resources/callrecords-session."""

    AUDIO = "audio"
    VIDEO = "video"
    VIDEO_BASED_SCREEN_SHARING = "videoBasedScreenSharing"
    SCREEN_SHARING = "screenSharing"  # of an application, by RDP
    DATA = "data"


_NO_CODEC = (None, "", "unknown", "invalid")


def modality_of(stream: JsonObject, label: str | None, session: Collection[str]) -> Modality | None:
    """What a stream carries, from the label of its medium and the modalities of its session; None if nothing tells.

    No documentation lists the labels: known are main-audio, main-video, applicationsharing-video and data. Where
    the label does not tell, the codec does, and at last the session, if it has one modality only.
    """
    named = _by_label(label) if label else None
    if named is Modality.SCREEN_SHARING and _has_codec(stream, "videoCodec"):
        return Modality.VIDEO_BASED_SCREEN_SHARING
    return named or _by_codec(stream, session) or _only(session)


@lru_cache(maxsize=1_000)
def _by_label(label: str) -> Modality | None:
    label = label.lower()
    if "sharing" in label:
        return Modality.VIDEO_BASED_SCREEN_SHARING if "video" in label else Modality.SCREEN_SHARING
    return next((each for each in (Modality.AUDIO, Modality.VIDEO, Modality.DATA) if each in label), None)


def _by_codec(stream: JsonObject, session: Collection[str]) -> Modality | None:
    if _has_codec(stream, "audioCodec"):
        return Modality.AUDIO
    if not _has_codec(stream, "videoCodec"):
        return None
    is_shared = Modality.VIDEO_BASED_SCREEN_SHARING in session and Modality.VIDEO not in session
    return Modality.VIDEO_BASED_SCREEN_SHARING if is_shared else Modality.VIDEO


def _has_codec(stream: JsonObject, name: str) -> bool:
    codec = stream.get(name)
    return isinstance(codec, str) and codec not in _NO_CODEC


def _only(session: Collection[str]) -> Modality | None:
    known = [each for each in Modality if each in session]
    return known[0] if len(known) == 1 else None
