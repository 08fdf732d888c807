"""The kinds of call that an organisation makes, and how often."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random

from callrecords.graphtypes import JsonObject
from local.traffic.meetings import meeting
from local.traffic.people import Organisation
from local.traffic.telephony import attended_call, telephone_call
from local.traffic.twoparty import customer_call, failed_set_up, mid_call_failure, peer_to_peer, zero_length


@dataclass(frozen=True)
class Kind:
    """A kind of call; `draw` gives the complete record of one that starts at, or soon after, a moment."""

    name: str
    draw: Callable[[Random, Organisation, datetime], JsonObject]


def _small_meeting(rng: Random, organisation: Organisation, start: datetime) -> JsonObject:
    size = rng.randrange(13, 61) if rng.random() < 0.04 else min(3 + int(rng.expovariate(1 / 3.5)), 12)
    return meeting(rng, organisation, start, size, rejoins=0)


def _rejoined_meeting(rng: Random, organisation: Organisation, start: datetime) -> JsonObject:
    return meeting(rng, organisation, start, rng.randrange(4, 10), rejoins=1)


def _over_midnight(rng: Random, organisation: Organisation, start: datetime) -> JsonObject:
    evening = start.replace(hour=23, minute=rng.randrange(30, 55))
    return peer_to_peer(rng, organisation, evening, timedelta(minutes=rng.uniform(35, 90)))


# Sessions past Graph's page of 60, and participants past its page of 130.
_TWO_PAGES = Kind("large meeting", partial(meeting, size=75, rejoins=5))
_ALL_HANDS = Kind("large meeting", partial(meeting, size=300, rejoins=0))

# Calls of each kind in a hundred.
_WEIGHTS = {
    Kind("peer-to-peer", peer_to_peer): 41,
    Kind("meeting", _small_meeting): 30,
    Kind("PSTN", telephone_call): 11,
    Kind("auto attendant", attended_call): 2,
    Kind("failed set-up", failed_set_up): 6,
    Kind("mid-call failure", mid_call_failure): 3,
    Kind("rejoin", _rejoined_meeting): 3,
    Kind("customer call", customer_call): 2,
    Kind("zero length", zero_length): 1,
    Kind("over midnight", _over_midnight): 1,
}


def kinds_of_a_day(calls: int) -> list[Kind]:
    """The kinds of `calls` calls: the mix in proportion, and the large meetings once there are calls enough."""
    kinds = []
    if calls >= 10:
        kinds.append(_TWO_PAGES)
    if calls >= 50:
        kinds.append(_ALL_HANDS)
    drawn = dict.fromkeys(_WEIGHTS, 0)
    while len(kinds) < calls:
        behind = min(drawn, key=lambda kind: (drawn[kind] + 0.5) / _WEIGHTS[kind])
        drawn[behind] += 1
        kinds.append(behind)
    return kinds
