"""The clients that people call with: user agents, machines and headsets."""

from dataclasses import dataclass
from random import Random

from callrecords.graphtypes import JsonObject
from local.traffic.primitives import guid

_HEADSETS = (
    "Fabrikam Headset Duo 40",
    "Fabrikam Speakerphone 5",
    "Contoso Evolve USB",
    "Microphone Array (Contoso® Smart Sound)",
    "Mikrofon (Fabrikam Hörkapsel BT)",
)
_CAMERAS = ("Integrated Camera", "Contoso HD Webcam", "Kamera główna")


@dataclass(frozen=True)
class Client:
    """One client, with the hardware that it runs on; None for what such a client does not report."""

    platform: str
    header_value: str | None
    product_family: str = "teams"
    communication_service_id: str | None = None
    name: str | None = None
    cpu_name: str | None = None
    cpu_cores: int | None = None
    cpu_mhz: int | None = None
    headset: str | None = None
    camera: str | None = None

    @property
    def user_agent(self) -> JsonObject:
        """The clientUserAgent."""
        return {
            "@odata.type": "#microsoft.graph.callRecords.clientUserAgent",
            "headerValue": self.header_value,
            "applicationVersion": None,
            "platform": self.platform,
            "productFamily": self.product_family,
            "communicationServiceId": self.communication_service_id,
            "azureADAppId": None,
        }


def computer(rng: Random) -> Client:
    """The desktop client on a machine of its own, with a headset."""
    platform = rng.choices(("windows", "macOS", "surfaceHub"), (80, 18, 2))[0]
    cores = rng.choice((4, 8, 10, 14))
    return Client(
        platform=platform,
        header_value=f"CallSignalingAgent (27/1.4;releases/CL2026.R{rng.randrange(1, 30):02})",
        name=f"{'LT' if platform == 'windows' else 'MB'}-{rng.randrange(1000, 10000)}",
        cpu_name=f"Example CPU {cores}c",
        cpu_cores=cores,
        cpu_mhz=rng.choice((1800, 2400, 2995, 3200)),
        headset=rng.choice(_HEADSETS),
        camera=rng.choice(_CAMERAS),
    )


def mobile(rng: Random) -> Client:
    """The client on a mobile phone."""
    platform = rng.choice(("iOS", "android"))
    return Client(
        platform=platform,
        header_value=f"SkypeSpaces/1.0a$*+-CallSignalingAgent ({platform}/{rng.randrange(13, 18)})",
        headset="Default input device",
        camera="Front Camera",
    )


def browser(rng: Random) -> Client:
    """Teams in a browser, which hides the machine."""
    return Client(
        platform="web",
        header_value=f"CallSignalingAgent (27/1415/{rng.randrange(24000, 26000)}_web_TsCallingVersion)",
        headset="Default - Mikrofon",
        camera=rng.choice(_CAMERAS),
    )


def desk_phone(rng: Random) -> Client:
    """A telephone that runs Teams."""
    return Client(platform="ipPhone", header_value=f"CallSignalingAgent IPPHONE/{rng.randrange(100, 160)}")


def room_system(rng: Random) -> Client:
    """The client of a meeting room."""
    return Client(
        platform="roomSystem",
        header_value=f"CallSignalingAgent (27/{rng.randrange(40, 60)};MTR)",
        name=f"MTR-{rng.randrange(100, 1000)}",
        cpu_name="Example CPU 6c",
        cpu_cores=6,
        cpu_mhz=2100,
        headset="Fabrikam Room Bar",
        camera="Fabrikam Room Bar",
    )


def communication_services(rng: Random) -> Client:
    """A client on the Azure Communication Services SDK.

    Its family is past the sentinel of the enum: Graph tells it to those who prefer include-unknown-enum-members.
    """
    return Client(
        platform="web",
        header_value="ACS Web (calling)",
        product_family="azureCommunicationServices",
        communication_service_id=guid(rng),
    )


def employee_clients(rng: Random) -> tuple[Client, ...]:
    """What one employee owns, the most used first."""
    other = rng.choice((mobile, mobile, browser, desk_phone))
    return computer(rng), other(rng)
