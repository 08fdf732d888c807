from typing import Any

from callrecords.facts.farends import MOST_NAMED, Impairing, impairing
from callrecords.graphtypes import JsonObject
from tests.unit.facts.invented_sessions import (
    GOOD_AUDIO,
    HOME,
    JONAS,
    MIRA,
    OFFICE,
    POOR_AUDIO,
    SERVICE,
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

VPN: JsonObject = {"connectionType": "tunnel"}
BAD_VIDEO: JsonObject = {"averageVideoFrameRate": 1}


def found(*sessions: JsonObject) -> dict[str, Impairing]:
    return {**impairing(call_of(*sessions).endpoints)}


def stay(name: str, sent: JsonObject, heard: JsonObject, caller: JsonObject | None = None, **when: Any) -> JsonObject:
    """One person's session with the service of a meeting."""
    streams = audio(to_callee(sent), to_caller(heard))
    told = when or times("00:10", "30:00")
    return session(segment(streams), id=name, caller=caller or client(MIRA), callee=SERVICE, **told)


def test_in_a_meeting_those_whose_way_up_was_poor_impair_those_who_heard_poorly() -> None:
    assert found(
        stay("1", POOR_AUDIO, GOOD_AUDIO), stay("2", GOOD_AUDIO, POOR_AUDIO), stay("3", GOOD_AUDIO, GOOD_AUDIO)
    ) == {"2/caller": Impairing(["1/caller"], 0)}


def test_nobody_impairs_themselves() -> None:
    assert found(stay("1", POOR_AUDIO, POOR_AUDIO)) == {}


def test_who_was_not_there_at_the_same_time_impaired_nobody() -> None:
    early = stay("1", POOR_AUDIO, GOOD_AUDIO, **times("00:00", "05:00"))
    both = stay("2", POOR_AUDIO, GOOD_AUDIO, **times("04:00", "12:00"))
    unknown = stay("3", POOR_AUDIO, GOOD_AUDIO, startDateTime=None)
    touching = stay("6", POOR_AUDIO, GOOD_AUDIO, **times("00:00", "06:00"))
    away = [stay("7", POOR_AUDIO, GOOD_AUDIO, **times(*each)) for each in (("00:00", "02:00"), ("30:00", "40:00"))]
    late = stay("4", GOOD_AUDIO, POOR_AUDIO, **times("06:00", "20:00"))
    later = stay("5", POOR_AUDIO, GOOD_AUDIO, **times("30:00", "40:00"))
    assert found(early, both, unknown, touching, *away, late, later) == {"4/caller": Impairing(["2/caller"], 0)}


def test_only_the_time_at_which_the_way_up_was_poor_counts() -> None:
    poor = segment(audio(to_callee(POOR_AUDIO)), **times("00:10", "05:00"))
    good = segment(audio(to_callee(GOOD_AUDIO)), id="later", **times("05:00", "40:00"))
    sender = session(poor, good, id="1", caller=client(MIRA), callee=SERVICE, **times("00:10", "40:00"))
    assert found(sender, stay("2", GOOD_AUDIO, POOR_AUDIO, **times("20:00", "30:00"))) == {}
    assert found(sender, stay("2", GOOD_AUDIO, POOR_AUDIO, **times("04:00", "30:00"))) != {}


def test_only_the_same_medium_counts() -> None:
    video = segment({"label": "main-video", "streams": [to_callee(BAD_VIDEO)]})
    sender = session(video, id="1", caller=client(MIRA), callee=SERVICE)
    assert found(sender, stay("2", GOOD_AUDIO, POOR_AUDIO)) == {}


def test_telephones_and_the_ends_of_calls_between_two_impair_no_meeting() -> None:
    phone = stay("1", POOR_AUDIO, GOOD_AUDIO, telephone())
    between = session(segment(audio(to_callee(POOR_AUDIO))), id="2", caller=client(MIRA), callee=telephone())
    assert found(phone, between, stay("3", GOOD_AUDIO, POOR_AUDIO)) == {}


def test_the_worst_are_named_and_the_others_counted() -> None:
    senders = [stay(f"{n:02}", POOR_AUDIO, GOOD_AUDIO, **times("00:00", "30:00")) for n in range(MOST_NAMED + 5)]
    senders[7]["segments"] += [segment(audio(to_callee(POOR_AUDIO)), id="other")]
    itself = stay("x", POOR_AUDIO, POOR_AUDIO, **times("10:00", "20:00"))
    gone = stay("y", POOR_AUDIO, GOOD_AUDIO, **times("00:00", "01:00"))
    by = found(*senders, itself, gone)["x/caller"]
    assert by.endpoint_ids[:3] == ["07/caller", "00/caller", "01/caller"]
    assert (len(by.endpoint_ids), by.more) == (MOST_NAMED, 5)


def between_two(mine: JsonObject, other: JsonObject, callee: JsonObject | None = None) -> dict[str, Impairing]:
    """Of a call between two in which the caller heard poorly."""
    media = audio(to_caller(POOR_AUDIO), callerNetwork=mine, calleeNetwork=other)
    return found(session(segment(media), id="1", caller=client(MIRA), callee=callee or client(JONAS)))


def test_between_two_it_is_the_one_who_sent_what_was_poor() -> None:
    anna = client("3e66f99a-3333-4444-8555-666677778888")
    poor = segment(audio(to_caller(POOR_AUDIO), calleeNetwork=OFFICE), **times("00:10", "10:00"))
    taken_over = segment(audio(to_caller(GOOD_AUDIO), calleeNetwork=VPN), callee=anna, **times("10:00", "30:00"))
    call = session(poor, taken_over, caller=client(MIRA), callee=client(JONAS), **times("00:10", "30:00"))
    assert found(call) == {}


def test_between_two_the_other_impaired_where_only_the_others_network_speaks_against_itself() -> None:
    assert between_two(OFFICE, VPN) == {"1/caller": Impairing(["1/callee"], 0)}
    assert between_two(VPN, VPN) == between_two(VPN, HOME) == between_two(OFFICE, HOME) == {}
    assert between_two(OFFICE, VPN, telephone()) == {}


def test_whose_other_end_is_not_known_was_impaired_by_nobody_that_is_told() -> None:
    gone = session(segment(audio(to_caller(POOR_AUDIO))), id="1", caller=client(MIRA), callee=None)
    assert found(gone) == {}


def test_between_two_only_the_networks_that_the_poor_streams_went_over_count() -> None:
    def call(first: JsonObject, then: JsonObject) -> dict[str, Impairing]:
        poor = segment(audio(to_caller(POOR_AUDIO), **first), **times("00:10", "05:00"))
        good = segment(audio(to_caller(GOOD_AUDIO), **then), **times("05:00", "09:00"))
        return found(session(poor, good, id="1", caller=client(MIRA), callee=client(JONAS)))

    by_other = {"1/caller": Impairing(["1/callee"], 0)}
    assert call({"calleeNetwork": VPN}, {"callerNetwork": VPN}) == by_other
    assert call({"calleeNetwork": OFFICE}, {"calleeNetwork": VPN}) == {}
