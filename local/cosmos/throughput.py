"""Provisioned throughput: every container has an offer of its own. It is only remembered; nothing is throttled."""

from typing import Any

from callrecords.graphtypes import JsonObject
from local.cosmos.call import Answer, Call, feed
from local.cosmos.containers import Container
from local.cosmos.errors import bad_request, not_found
from local.cosmos.queries import selected
from local.cosmos.storage import Storage

_LEAST = 400  # request units per second


def answer_offers(call: Call, storage: Storage) -> Answer:
    """Lists, queries or changes offers."""
    match call.method, call.path[1:]:
        case "POST" | "GET", ():
            return feed("Offers", selected(call, [_offer(*pair) for pair in storage.throughputs()]))
        case "PUT", (offer_id,):
            return _change(call, storage, offer_id)
    raise bad_request(f"This server does not support {call.method} for offers.")


def initial_throughput(call: Call) -> int:
    """The request units per second of a new container. Raises 400."""
    if "x-ms-cosmos-offer-autopilot-settings" in call.headers:
        raise bad_request("This server does not support autoscale.")
    return _request_units(call.headers.get("x-ms-offer-throughput", str(_LEAST)))


def _change(call: Call, storage: Storage, offer_id: str) -> Answer:
    match call.json():
        case {"content": {"offerThroughput": value, **other}} if not other:
            throughput = _request_units(value)
        case offer:
            raise bad_request(f"The offer is {offer!r}; expected content with offerThroughput alone.")
    for container, _ in storage.throughputs():
        if container.rid.lower() == offer_id.lower():
            storage.change_throughput(container.rid, throughput)
            return Answer(200, _offer(container, throughput))
    raise not_found()


def _offer(container: Container, throughput: int) -> JsonObject:
    rid = container.rid
    return {
        "id": rid,
        "_rid": rid,
        "_self": f"offers/{rid}/",
        "resource": container.body["_self"],
        "offerResourceId": rid,
        "offerVersion": "V2",
        "content": {"offerThroughput": throughput},
    }


def _request_units(value: Any) -> int:
    if str(value).isdecimal() and int(value) >= _LEAST and int(value) % 100 == 0:
        return int(value)
    raise bad_request(f"Throughput is {value!r}; expected hundreds of request units from {_LEAST}.")
