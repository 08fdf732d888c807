"""Names, times and lists in words, in English. Pure."""

from collections.abc import Iterable
from datetime import datetime

from callrecords.ports.callrow import EndpointRow, NetworkRow, PartyRow

_ROLES = {
    "skypeForBusinessAutoAttendant": "an auto attendant",
    "skypeForBusinessCallQueues": "a call queue",
    "voicemail": "voicemail",
    "exchangeUnifiedMessagingService": "Exchange unified messaging",
    "conferencingAttendant": "a conference attendant",
    "skypeForBusinessAudioVideoMcu": "the meeting service",
    "mediationServer": "the mediation server",
    "gateway": "the gateway",
    "phone": "the telephone",
}
_PLATFORMS = {
    "windows": "Windows",
    "android": "Android",
    "web": "browser",
    "ipPhone": "IP phone",
    "roomSystem": "Teams room",
    "surfaceHub": "Surface Hub",
    "holoLens": "HoloLens",
}
_MEDIA = {"audio": "audio", "video": "video", "screenSharing": "shared screen"}
_NETWORKS = {"wired": "wired", "wifi": "Wi-Fi", "mobile": "mobile", "tunnel": "VPN"}
_MODALITIES = {"videoBasedScreenSharing": "a shared screen", "screenSharing": "a shared application"}
_BANDS = {"frequency24GHz": "2.4 GHz", "frequency50GHz": "5 GHz", "frequency60GHz": "6 GHz"}


def name_of(party: PartyRow) -> str:
    """The name of the party, or what else is known of it."""
    for value in (party.get("displayName"), party.get("userPrincipalName")):
        if value:
            return value
    told = f" {party['id']}" if "id" in party else ""
    kind = {"phone": "the telephone", "guest": "a guest", "application": "an application", "unknown": "somebody"}
    return f"{kind.get(party['kind'], 'a user')}{told}" if party["kind"] != "guest" else "a guest without a name"


def at_start(name: str) -> str:
    """The name at the start of a sentence: what is no name of its own gets a capital letter."""
    return name[0].upper() + name[1:] if name.partition(" ")[0] in ("the", "a", "an", "somebody") else name


def client_of(endpoint: EndpointRow) -> str:
    """The device and the network of the endpoint, such as "Windows, LT-4471, wired in subnet 10.20.3.0"; "" where
    nothing is told."""
    networks = [
        " ".join(
            filter(
                None,
                (
                    _NETWORKS.get(each.get("connectionType", ""), each.get("connectionType")),
                    _BANDS.get(each.get("wifiBand", "")),
                    _subnet(each),
                ),
            )
        )
        for each in endpoint.get("networks", ())
    ]
    platform = endpoint.get("platform", "")
    told = (_PLATFORMS.get(platform, platform), endpoint.get("hostName"), *networks)
    return ", ".join(dict.fromkeys(filter(None, told)))


def _subnet(network: NetworkRow) -> str:
    """Where on the network it was; an address without a word beside it would read as that of the client."""
    if "subnet" not in network:
        return ""
    return f"{'in ' if 'connectionType' in network else ''}subnet {network['subnet']}"


def medium_in_words(medium: str) -> str:
    """The medium, such as "shared screen"."""
    return _MEDIA[medium]


def time_in_words(start: str) -> str:
    """The UTC time, such as "4 March 2026, 10:00"."""
    found = datetime.fromisoformat(start)
    return f"{found.day} {found:%B %Y, %H:%M}"


def role_in_words(role: str) -> str:
    """The service, such as "a call queue"; a role without words of its own is as Graph spells it."""
    return _ROLES.get(role, role)


def modality_in_words(modality: str) -> str:
    """The modality, such as "a shared screen"."""
    return _MODALITIES.get(modality, modality)


def stay_in_words(endpoint: EndpointRow) -> str:
    """When somebody was there, in UTC: "10:00:03 to 10:15:00 and 10:20:00 to 10:31:12"; "" where it is not told."""
    stays = [(each["joined"], each["left"]) for each in endpoint.get("intervals", ())]
    if not stays and "joined" in endpoint and "left" in endpoint:
        stays = [(endpoint["joined"], endpoint["left"])]
    days = {time[:10] for stay in stays for time in stay}
    written = "%H:%M:%S" if len(days) == 1 else "%-d %B, %H:%M:%S"

    def told(time: str) -> str:
        return datetime.fromisoformat(time).strftime(written)

    return joined(f"{told(start)} to {told(end)}" for start, end in stays) if stays else ""


def length_in_words(seconds: float) -> str:
    """How long, such as "1 h 5 min", "29 min 45 s", "2 min" or "12 s"."""
    minutes, left = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (0 if hours else left, "s"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 s"


def several(count: int, one: str, many: str | None = None) -> str:
    """The count with its noun: "1 stream", "2 streams"."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def joined(words: Iterable[str], last: str = "and") -> str:
    """The words as a list in a sentence: "a, b and c"."""
    *most, end = words
    return f"{', '.join(most)} {last} {end}" if most else end
