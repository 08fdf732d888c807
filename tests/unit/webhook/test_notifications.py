import re
import string
from collections import Counter

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrecords.graphtypes import JsonObject
from callrecords.webhook.notifications import (
    MAX_BODY_BYTES,
    MAX_NOTIFICATIONS,
    NotACollection,
    Notifications,
    TooLarge,
    parse,
)
from tests.invented import CALL, CLIENT_STATE, OTHER_CALL, OTHER_TENANT, PREVIOUS_CLIENT_STATE, TENANT

STATES = (CLIENT_STATE, PREVIOUS_CLIENT_STATE)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def announced(call_id: str = CALL, **changes: object) -> JsonObject:
    """A change notification as Graph posts it; a change to None leaves a property out."""
    resource = f"communications/callRecords/{call_id}"
    notification: JsonObject = {
        "subscriptionId": "e2a1c0d4-5b6f-4f7a-8c9d-0a1b2c3d4e5f",
        "clientState": CLIENT_STATE,
        "changeType": "updated",
        "resource": resource,
        "subscriptionExpirationDateTime": "2026-03-07T08:00:00.000+00:00",
        "resourceData": {"@odata.type": "#Microsoft.Graph.callrecord", "@odata.id": resource, "id": call_id},
        "tenantId": TENANT,
    }
    return {name: value for name, value in {**notification, **changes}.items() if value is not None}


def lifecycle(event: object = "reauthorizationRequired") -> JsonObject:
    return announced(lifecycleEvent=event, resource=None, resourceData=None, changeType=None)


def parsed(*notifications: object) -> Notifications:
    return parse(orjson.dumps({"value": notifications}), TENANT, STATES)


def test_a_notification_gives_the_id_of_its_call() -> None:
    assert parsed(announced()) == Notifications(call_ids=[CALL])


def test_every_notification_of_a_post_counts_and_their_order_stays() -> None:
    assert parsed(announced(OTHER_CALL), announced(CALL)).call_ids == [OTHER_CALL, CALL]


def test_the_same_call_twice_is_one_however_it_is_written() -> None:
    assert parsed(announced(CALL), announced(CALL.upper())).call_ids == [CALL]


def test_the_resource_alone_names_the_call() -> None:
    assert parsed(announced(resourceData=None)).call_ids == [CALL]


def test_a_leading_slash_and_another_case_of_the_resource_are_accepted() -> None:
    assert parsed(announced(resource=f"/Communications/callrecords/{CALL}", resourceData=None)).call_ids == [CALL]


@pytest.mark.parametrize("state", STATES)
def test_the_current_and_the_previous_secret_are_accepted(state: str) -> None:
    assert parsed(announced(clientState=state)).call_ids == [CALL]


@pytest.mark.parametrize("state", [None, "", "wrong", CLIENT_STATE.upper(), 5, True, [CLIENT_STATE], {}, "\u2713"])
def test_anything_else_for_a_secret_is_dropped(state: object) -> None:
    assert parsed(announced(clientState=state)) == Notifications(dropped=Counter(["wrong clientState"]))


@pytest.mark.parametrize("tenant", [None, OTHER_TENANT, 5, [TENANT]])
def test_another_tenant_is_dropped(tenant: object) -> None:
    found = parsed(announced(tenantId=tenant), announced(OTHER_CALL))
    assert (found.call_ids, found.dropped) == ([OTHER_CALL], {"unknown tenant": 1})


def test_the_tenant_may_be_written_in_upper_case() -> None:
    assert parsed(announced(tenantId=TENANT.upper())).call_ids == [CALL]


@pytest.mark.parametrize(
    "resource",
    [
        f"users/{CALL}",
        f"communications/calls/{CALL}",
        f"communications/callRecords/{CALL}/sessions",
        "callRecords",
        "x",
    ],
)
def test_a_foreign_resource_is_dropped(resource: object) -> None:
    assert parsed(announced(resource=resource)).dropped == {"foreign resource": 1}


@pytest.mark.parametrize("resource", [None, "", 5])
def test_without_a_resource_the_type_of_its_data_has_to_tell(resource: object) -> None:
    assert parsed(announced(resource=resource)).call_ids == [CALL]
    foreign = {"@odata.type": "#Microsoft.Graph.message", "id": CALL}
    assert parsed(announced(resource=resource, resourceData=foreign)).dropped == {"foreign resource": 1}
    assert parsed(announced(resource=resource, resourceData={"id": CALL})).dropped == {"foreign resource": 1}


@pytest.mark.parametrize(
    "resource",
    [
        f"communications/callRecords('{CALL}')",
        f"/communications/callRecords/{CALL}/",
        f"communications/callRecords/{CALL}?$select=id",
        f"https://graph.microsoft.com/v1.0/communications/callRecords/{CALL}",
        f"https://graph.microsoft.us/beta/communications/callRecords('{CALL.upper()}')",
    ],
)
@pytest.mark.parametrize("data", [None, {}, [], "", {"id": None}, {"id": "unknown"}], ids=str)
def test_a_call_is_named_by_its_resource_however_that_is_written(resource: str, data: object) -> None:
    assert parsed(announced(resource=resource) | {"resourceData": data}).call_ids == [CALL]


def test_a_call_may_be_named_by_the_odata_id_alone() -> None:
    data = {"@odata.id": f"communications/callRecords('{CALL}')"}
    assert parsed(announced(resource="communications/callRecords", resourceData=data)).call_ids == [CALL]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_any_encoding_of_json_is_read(encoding: str) -> None:
    body = orjson.dumps({"value": [announced()]}).decode().encode(encoding)
    assert parse(body, TENANT, STATES).call_ids == [CALL]


@pytest.mark.parametrize("odd", [b"NaN", b"1e999", b'"\\ud800"', b"1" * 5_000])
def test_what_is_odd_beside_the_notification_does_no_harm(odd: bytes) -> None:
    body = b'{"odd": ' + odd + b', "value": [' + orjson.dumps(announced()) + b"]}"
    try:
        assert parse(body, TENANT, STATES).call_ids == [CALL]
    except NotACollection:
        assert odd == b"1" * 5_000  # Python reads no such number


@pytest.mark.parametrize("call_id", ["", "7b1d0c52", f"{CALL}\n", f"../{CALL}", f"{CALL[:-1]}g", f"{CALL[:-1]}\u0663"])
def test_an_id_that_is_not_a_guid_is_dropped(call_id: str) -> None:
    assert parsed(announced(call_id, resource="communications/callRecords")).dropped == {"malformed": 1}


@pytest.mark.parametrize("item", [None, 5, "text", [], [CALL]])
def test_an_element_that_is_no_object_is_dropped(item: object) -> None:
    assert parsed(item, announced()) == Notifications(call_ids=[CALL], dropped=Counter(["malformed"]))


def test_lifecycle_events_and_calls_may_come_together() -> None:
    found = parsed(lifecycle(), announced(), lifecycle("missed"), lifecycle())
    assert found.call_ids == [CALL]
    assert found.lifecycle_events == {"reauthorizationRequired": 2, "missed": 1}
    assert found.subscription_ids == {"e2a1c0d4-5b6f-4f7a-8c9d-0a1b2c3d4e5f"}


@pytest.mark.parametrize("event", ["", "removed\n2026 ERROR forged", "x" * 5_000, 5, [], {"missed": True}], ids=str)
def test_an_unknown_lifecycle_event_counts_without_its_own_words(event: object) -> None:
    found = parsed(lifecycle(event) | {"subscriptionId": "\x1b[31mforged"})
    assert (found.lifecycle_events, found.subscription_ids) == ({"unknown": 1}, set())


def test_a_lifecycle_event_needs_the_secret_too() -> None:
    assert parsed({**lifecycle(), "clientState": "wrong"}).lifecycle_events == {}


def test_a_call_is_a_call_when_its_lifecycle_event_is_null() -> None:
    assert parsed({**announced(), "lifecycleEvent": None}).call_ids == [CALL]


@pytest.mark.parametrize("body", [b"", b"\xff", b"{", b"5", b"[]", b"{}", b'{"value": null}', b'{"value": {}}'])
def test_a_body_that_is_no_collection_is_an_error(body: bytes) -> None:
    with pytest.raises(NotACollection):
        parse(body, TENANT, STATES)


def test_a_body_over_the_limit_of_bytes_is_too_large() -> None:
    body = b'{"value": []}'.ljust(MAX_BODY_BYTES)
    assert parse(body, TENANT, STATES) == Notifications()
    with pytest.raises(TooLarge, match=str(MAX_BODY_BYTES + 1)):
        parse(body + b" ", TENANT, STATES)


def test_a_body_over_the_limit_of_notifications_is_too_large() -> None:
    assert parsed(*[1] * MAX_NOTIFICATIONS).dropped == {"malformed": MAX_NOTIFICATIONS}
    with pytest.raises(TooLarge, match=str(MAX_NOTIFICATIONS + 1)):
        parsed(*[1] * (MAX_NOTIFICATIONS + 1))


@given(st.binary() | JSON.map(orjson.dumps) | st.lists(JSON).map(lambda items: orjson.dumps({"value": items})))
def test_no_bytes_raise_anything_but_the_two_errors(body: bytes) -> None:
    try:
        parse(body, TENANT, STATES)
    except (NotACollection, TooLarge):
        return


@st.composite
def nearly_right(draw: st.DrawFn) -> JsonObject:
    """A good notification of which some properties are spoilt."""
    guid = st.text(string.hexdigits + "-", min_size=36, max_size=36) | st.uuids().map(lambda uuid: str(uuid).upper())
    notification = draw(st.sampled_from([announced(), lifecycle()]))
    spoilt = draw(st.dictionaries(st.sampled_from(sorted({*announced(), "lifecycleEvent"})), JSON, max_size=2))
    identified = {"resourceData": {"id": draw(guid | JSON)}} if draw(st.booleans()) else {}
    return {**notification, **identified, **spoilt}


@given(nearly_right())
def test_an_accepted_id_is_a_guid_in_lower_case(item: JsonObject) -> None:
    for call_id in parsed(item).call_ids:
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", call_id)


@given(nearly_right() | JSON)
def test_a_notification_is_a_call_a_lifecycle_event_or_dropped(item: object) -> None:
    found = parsed(item)
    assert len(found.call_ids) + found.lifecycle_events.total() + found.dropped.total() == 1
