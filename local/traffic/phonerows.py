"""The rows that Graph has of the phone calls of a day, and which row belongs to which call."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

from local.traffic.callingplan import pstn_row, redialled_row
from local.traffic.day import Call
from local.traffic.directrouting import SHAPES, call_without_record, direct_routing_rows, emergency_rows
from local.traffic.phonecalls import PhoneCall, PhoneRow, phone_calls

# Of five telephone calls three go over a trunk of the organisation's.
_OVER_TRUNK, _OF = 3, 5
# Of so many calls over a trunk, one more came to nothing and has no record.
_RECORDED = 6
_HELP = {"US": "911", "CA": "911", "GB": "999"}


def phone_rows(calls: Sequence[Call], seed: int, country: str = "US") -> list[PhoneRow]:
    """The rows of `calls`, in no order that means anything; the same arguments give the same rows.

    `country` is the organisation's. Telephones in meetings dialled in over Microsoft's telephony.
    """
    rng = Random(f"phone rows {seed} {len(calls)}")
    over_trunk, over_microsoft = _divided(each for call in calls for each in phone_calls(call))
    rows = [
        row
        for number, each in enumerate(over_trunk)
        for row in direct_routing_rows(rng, each, SHAPES[number % len(SHAPES)])
    ]
    rows += [call_without_record(rng, _later(rng, each)) for each in over_trunk[::_RECORDED]]
    outward = [each for each in over_trunk if each.user and not each.is_inbound]
    rows += [row for each in outward[:1] for row in emergency_rows(rng, each, _HELP.get(country, "112"))]
    rows += [pstn_row(rng, each, number, country) for number, each in enumerate(over_microsoft)]
    dialled = [each for each in over_microsoft if each.kind == "PSTN" and each.user and not each.is_inbound]
    rows += [redialled_row(rng, each, number, country) for number, each in enumerate(dialled)]
    rng.shuffle(rows)
    return rows


def _divided(calls: Iterator[PhoneCall]) -> tuple[list[PhoneCall], list[PhoneCall]]:
    """Those over a trunk, and those over Microsoft's telephony: among those of each kind in turn."""
    divided: tuple[list[PhoneCall], list[PhoneCall]] = [], []
    counts: dict[str, int] = {}
    for call in calls:
        number = counts[call.kind] = counts.get(call.kind, -1) + 1
        is_over_trunk = call.kind in ("PSTN", "auto attendant") and number % _OF < _OVER_TRUNK
        divided[0 if is_over_trunk else 1].append(call)
    return divided


def _later(rng: Random, call: PhoneCall) -> PhoneCall:
    """Another call from one of the user's to the same telephone: within the day."""
    start = call.start + timedelta(seconds=rng.uniform(60, 1_800))
    return replace(call, start=start, end=start, has_failed=True, is_inbound=False)
