import pytest

from callrecords.facts.endpoints import Endpoint
from callrecords.facts.intervals import seconds
from callrecords.graphtypes import JsonObject
from tests.invented import OTHER_CALL
from tests.unit.facts.invented_sessions import (
    CEM,
    GOOD_AUDIO,
    HOME,
    JONAS,
    LOST,
    MAILBOX,
    MIRA,
    OFFICE,
    POOR_AUDIO,
    QUEUE,
    SERVICE,
    SILENT_SERVICE,
    audio,
    call_of,
    client,
    segment,
    session,
    telephone,
    times,
    to_callee,
    to_caller,
)


def read(*sessions: JsonObject) -> list[Endpoint]:
    return call_of(*sessions).endpoints


def who(endpoint: Endpoint) -> str | None:
    return endpoint.end.party.id if endpoint.end.party else None


def test_each_end_of_a_session_that_is_no_service_is_an_endpoint() -> None:
    between = session(id="a", caller=client(MIRA), callee=client(JONAS))
    meetings = [
        session(id=name, caller=client(MIRA), callee=end) for name, end in (("b", SERVICE), ("c", SILENT_SERVICE))
    ]
    assert [(each.endpoint_id, who(each), each.faces_service) for each in read(between, *meetings)] == [
        ("a/caller", MIRA, False),
        ("a/callee", JONAS, False),
        ("b/caller", MIRA, True),
        ("c/caller", MIRA, True),
    ]


def test_a_session_without_an_id_names_its_endpoints_by_its_place() -> None:
    found = read({"caller": client(MIRA)}, {"caller": client(JONAS)}, session(caller=client(MIRA)))
    assert [each.endpoint_id for each in found] == ["no-id-0/caller", "no-id-1/caller", f"{OTHER_CALL}/caller"]


def test_mentions_of_one_session_are_one_endpoint_with_several_intervals() -> None:
    (found,) = read(
        session(caller=telephone(), callee=SERVICE, **times("01:00", "02:00")),
        session(caller=telephone(), callee=QUEUE, **times("02:00", "05:00")),
    )
    assert (len(found.intervals), seconds(found.intervals)) == (2, 240)


def test_another_party_on_the_same_side_of_a_session_is_another_endpoint() -> None:
    found = read(
        session(caller=client(MIRA), callee=SERVICE, **times("01:00", "02:00")),
        session(caller=client(JONAS), callee=QUEUE, **times("02:00", "05:00")),
    )
    assert [(each.endpoint_id, who(each), seconds(each.intervals)) for each in found] == [
        (f"{OTHER_CALL}/caller", MIRA, 60),
        (f"{OTHER_CALL}/caller/2", JONAS, 180),
    ]


@pytest.mark.parametrize("is_named_first", [True, False])
def test_an_end_of_which_no_party_is_told_is_that_of_whoever_is_on_its_side(is_named_first: bool) -> None:
    nobody = {"userAgent": {"platform": "web"}}
    first, second = (client(MIRA), nobody) if is_named_first else (nobody, client(MIRA))
    (found,) = read(
        session(caller=first, callee=SERVICE, **times("01:00", "02:00")),
        session(caller=second, callee=QUEUE, **times("02:00", "05:00")),
    )
    assert (who(found), len(found.ends), seconds(found.intervals)) == (MIRA, 2, 240)


def test_two_devices_of_one_person_are_two_endpoints_also_where_they_call_each_other() -> None:
    stream = audio(to_callee(POOR_AUDIO), to_caller(GOOD_AUDIO), callerNetwork=OFFICE, calleeNetwork=HOME)
    caller, callee = read(session(segment(stream), caller=client(MIRA), callee=client(MIRA, "iOS")))
    assert [(who(each), each.end.platform) for each in (caller, callee)] == [(MIRA, "windows"), (MIRA, "iOS")]
    assert [each.verdict for each in callee.received] == [each.verdict for each in caller.sent] == ["poor"]
    assert [each.verdict for each in caller.received] == [each.verdict for each in callee.sent] == ["good"]
    assert callee.media == [("main-audio", HOME, {})]


def test_ends_that_only_segments_tell_are_endpoints_with_the_time_of_the_segments() -> None:
    own = segment(
        audio(to_caller(POOR_AUDIO), callerNetwork=HOME), caller=client(MIRA), callee=SERVICE, **times("01:00", "03:00")
    )
    (found,) = read(session(own, caller=None, callee=None, **times("00:00", "05:00")))
    assert (found.endpoint_id, who(found), found.faces_service) == (f"{OTHER_CALL}/caller", MIRA, True)
    assert (seconds(found.intervals), len(found.received), found.media) == (120, 1, [("main-audio", HOME, {})])


def test_a_segment_adds_no_time_to_a_session_that_tells_its_own() -> None:
    longer = segment(caller=client(MIRA), **times("00:00", "05:00"))
    (found,) = read(session(longer, caller=client(MIRA), callee=SERVICE, **times("01:00", "02:00")))
    assert seconds(found.intervals) == 60


@pytest.mark.parametrize("callee", [JONAS, CEM])
def test_who_is_replaced_within_a_session_was_there_for_the_own_segments(callee: str) -> None:
    first = segment(callee=client(JONAS), **times("00:10", "01:00"))
    second = segment(callee=client(CEM), **times("01:00", "05:00"))
    found = read(session(first, second, caller=client(MIRA), callee=client(callee), **times("00:10", "05:00")))
    assert {who(each): seconds(each.intervals) for each in found} == {MIRA: 290, JONAS: 50, CEM: 240}


def test_who_came_back_after_somebody_else_was_there_twice() -> None:
    segments = [
        segment(callee=client(user_id), **times(start, end))
        for user_id, start, end in ((JONAS, "00:10", "01:00"), (CEM, "01:00", "02:00"), (JONAS, "02:00", "03:00"))
    ]
    found = read(session(*segments, caller=client(MIRA), callee=client(JONAS), **times("00:10", "03:00")))
    assert [(who(each), seconds(each.intervals)) for each in found] == [(MIRA, 170), (JONAS, 110), (CEM, 60)]


def test_a_caller_is_replaced_by_another_party_too() -> None:
    first = segment(caller=client(MIRA), **times("00:10", "01:00"))
    second = segment(caller=client(CEM), **times("01:00", "05:00"))
    found = read(session(first, second, caller=client(MIRA), callee=client(JONAS), **times("00:10", "05:00")))
    assert {who(each): seconds(each.intervals) for each in found} == {MIRA: 50, JONAS: 290, CEM: 240}


def test_whose_call_went_on_to_a_mailbox_was_there_for_the_own_segments() -> None:
    rung = segment(caller=telephone(), callee=client(JONAS), **times("00:10", "00:30"))
    mailbox = segment(caller=telephone(), callee=MAILBOX, **times("00:30", "01:00"))
    phone, called = read(session(rung, mailbox, caller=telephone(), callee=client(JONAS), **times("00:10", "01:00")))
    assert (seconds(phone.intervals), seconds(called.intervals)) == (50, 20)


@pytest.mark.parametrize("role", ["gateway", "skypeForBusinessCallQueues"])
def test_the_legs_between_services_replace_nobody(role: str) -> None:
    service = {**SERVICE, "userAgent": {"role": role}}
    first = segment(caller=telephone(), callee=service, **times("00:10", "00:20"))
    second = segment(caller=service, callee=client(JONAS), **times("00:10", "01:00"))
    found = read(session(first, second, caller=telephone(), callee=client(JONAS), **times("00:10", "01:00")))
    assert [seconds(each.intervals) for each in found] == [50, 50]


@pytest.mark.parametrize("when", [{}, times("40:00", "50:00")])
def test_a_segment_that_tells_no_time_of_the_session_leaves_the_time_of_the_session(when: JsonObject) -> None:
    first, second = segment(callee=client(JONAS), **when), segment(callee=client(CEM), **times("01:00", "05:00"))
    found = read(session(first, second, caller=client(MIRA), callee=client(JONAS), **times("00:10", "05:00")))
    assert [(who(each), seconds(each.intervals)) for each in found] == [(MIRA, 290), (JONAS, 290), (CEM, 240)]


def test_a_segment_may_tell_the_ends_of_its_session_the_other_way_round() -> None:
    turned = segment(audio(to_callee(POOR_AUDIO), calleeNetwork=HOME), caller=client(JONAS), callee=client(MIRA))
    caller, callee = read(session(turned, caller=client(MIRA), callee=client(JONAS)))
    assert (len(caller.received), len(callee.sent), caller.media) == (1, 1, [("main-audio", HOME, {})])


@pytest.mark.parametrize("other", [client(CEM), MAILBOX])
def test_who_is_replaced_in_a_segment_that_is_told_the_other_way_round_was_there_for_the_own(other: JsonObject) -> None:
    own = segment(caller=telephone(), callee=client(JONAS), **times("00:10", "01:00"))
    turned = segment(caller=other, callee=telephone(), **times("01:00", "05:00"))
    caller = telephone()
    phone, called, *others = read(session(own, turned, caller=caller, callee=client(JONAS), **times("00:10", "05:00")))
    assert (seconds(phone.intervals), seconds(called.intervals)) == (290, 50)
    assert [(each.side, who(each), seconds(each.intervals)) for each in others] in ([], [("callee", CEM, 240)])


def test_an_end_without_a_party_opposite_the_caller_of_the_session_is_that_of_the_called() -> None:
    nameless = {"userAgent": {"platform": "iOS"}}
    turned = segment(audio(to_caller(POOR_AUDIO)), caller=nameless, callee=telephone())
    phone, called = read(session(turned, caller=telephone(), callee=client(JONAS)))
    assert (len(phone.sent), len(phone.received), len(called.received)) == (1, 0, 1)
    assert phone.end.platform == "unknown"


def test_a_segment_to_the_second_device_of_a_person_is_not_told_the_other_way_round() -> None:
    media = audio(to_callee(POOR_AUDIO), calleeNetwork=HOME)
    mobile = client(MIRA, "iOS")
    own = segment(media, caller=SERVICE, callee=mobile)
    first, second = read(session(own, caller=client(MIRA), callee=mobile))
    assert (len(first.received), len(second.received), len(second.media)) == (0, 1, 1)


def test_the_streams_between_services_and_telephones_are_no_clients_but_known_to_it() -> None:
    route = [
        segment(audio(to_callee(GOOD_AUDIO)), id="1", callee=SERVICE),
        segment(audio(to_callee(POOR_AUDIO)), id="2", caller=SERVICE, callee={"userAgent": {"role": "gateway"}}),
        segment(audio(to_callee(POOR_AUDIO)), id="3", caller={"userAgent": {"role": "gateway"}}),
    ]
    employee, phone = read(session(*route, caller=client(MIRA), callee=telephone()))
    assert [each.verdict for each in employee.sent] == ["good"]
    assert len(employee.between_services) == len(phone.between_services) == 2
    assert len(phone.received) == 1


def test_networks_are_those_of_clients_and_not_of_services_and_telephones() -> None:
    media = audio(callerNetwork=HOME, calleeNetwork=OFFICE, callerDevice={"captureDeviceName": "Headset"})
    between = read(session(segment(media), caller=client(MIRA), callee=client(JONAS)))
    assert [each.media for each in between] == [
        [("main-audio", HOME, {"captureDeviceName": "Headset"})],
        [("main-audio", OFFICE, {})],
    ]
    phone, jonas = read(session(segment(media), caller=telephone(), callee=client(JONAS)))
    assert (phone.media, jonas.media) == ([], [("main-audio", OFFICE, {})])
    for service in (SERVICE, SILENT_SERVICE):
        (mira,) = read(session(segment(media), caller=client(MIRA), callee=service))
        assert len(mira.media) == 1


@pytest.mark.parametrize("network", [None, {}, {"connectionType": None, "subnet": ""}, "wifi"])
def test_a_network_that_tells_nothing_is_left_out(network: object) -> None:
    (found,) = read(session(segment(audio(callerNetwork=network)), caller=client(MIRA)))
    assert found.media == []


def test_media_that_say_the_same_are_told_once() -> None:
    media = audio(callerNetwork=HOME)
    mentions = [session(segment(media, media), caller=client(MIRA), callee=callee) for callee in (SERVICE, QUEUE)]
    (found,) = read(*mentions)
    assert found.media == [("main-audio", HOME, {})]


def test_a_stream_of_unknown_direction_is_received_and_sent_by_nobody() -> None:
    caller, callee = read(session(segment(audio(POOR_AUDIO)), caller=client(MIRA), callee=client(JONAS)))
    assert [*caller.received, *caller.sent, *callee.received, *callee.sent] == []


@pytest.mark.parametrize("told_by", ["session", "segment"])
def test_a_rating_is_found_in_the_session_or_in_a_segment(told_by: str) -> None:
    rated, silent = client(MIRA, feedback={"rating": "poor"}), client(MIRA, feedback={"rating": None})
    caller, own = (rated, silent) if told_by == "session" else (silent, rated)
    found = read(session(segment(caller=own), caller=caller, callee=client(JONAS)))
    assert [each.end.rating for each in found] == ["poor", None]


def test_both_ends_share_what_failed_in_their_session() -> None:
    found = read(session(segment(failureInfo=LOST), caller=client(MIRA), callee=client(JONAS)))
    assert [[failure.reason for failure in each.failures] for each in found] == [[LOST["reason"]]] * 2
