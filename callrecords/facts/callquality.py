"""How good the streams of a whole call were: by medium, and by the subnets of those who received them."""

from collections.abc import Iterable, Mapping, Sequence

from callrecords.facts.endpointrows import counts
from callrecords.facts.endpoints import Endpoint
from callrecords.facts.networks import properties, subnet_in
from callrecords.facts.streamquality import Verdict, roll_up
from callrecords.facts.streams import Stream, by_medium
from callrecords.ports.callrow import Medium, QualityRow, SubnetRow


def quality(streams: Iterable[Stream]) -> Mapping[Medium, QualityRow]:
    """Of each medium that has streams what the clients sent and received, and apart what went between services,
    gateways and telephones."""
    return {medium: _quality_row(each) for medium, each in sorted(by_medium(streams).items())}


def poor_streams(streams: Iterable[Stream]) -> int:
    """How many streams from or to clients were poor."""
    return sum(stream.verdict is Verdict.POOR and stream.is_clients for stream in streams)


def audio_by_subnet(endpoints: Iterable[Endpoint]) -> list[SubnetRow]:
    """What clients received on each subnet; the subnet with most poor streams first."""
    found: dict[str, list[Stream]] = {}
    for endpoint in endpoints:
        for stream in endpoint.received:
            if stream.medium == "audio" and (subnet := _receiving_subnet(stream)):
                found.setdefault(subnet, []).append(stream)
    rows: list[SubnetRow] = [{"subnet": subnet, **counts(streams)} for subnet, streams in found.items()]
    return sorted(rows, key=lambda row: (-row["poor"], -row["good"], row["subnet"]))


def _receiving_subnet(stream: Stream) -> str | None:
    """That of the client which received the stream; that of a gateway is nobody's."""
    if stream.receiver is None or not stream.segment.ends[stream.receiver].is_client:
        return None
    return subnet_in(properties(stream.media.get(f"{stream.receiver}Network")))[0]


def _quality_row(streams: Sequence[Stream]) -> QualityRow:
    clients = [stream for stream in streams if stream.is_clients]
    services = [stream for stream in streams if not stream.is_clients]
    row: QualityRow = {"verdict": roll_up({each.verdict for each in clients}).value, "streams": counts(clients)}
    if services:
        row["serviceStreams"] = counts(services)
    return row
