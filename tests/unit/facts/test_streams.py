import pytest

from callrecords.facts.intervals import bounds_of
from callrecords.facts.sessions import sessions_of
from callrecords.facts.streamquality import Profile, Verdict
from callrecords.facts.streams import Stream, by_medium, streams_of
from callrecords.graphtypes import JsonObject
from tests.unit.facts.invented_sessions import (
    GOOD_AUDIO,
    JONAS,
    MIRA,
    POOR_AUDIO,
    QUEUE,
    SERVICE,
    SILENT_AUDIO,
    TO_CALLEE,
    TO_CALLER,
    audio,
    client,
    segment,
    session,
    telephone,
    times,
    to_callee,
    to_caller,
)


def read(*mentions: JsonObject, profile: Profile = Profile.CURRENT) -> list[Stream]:
    """The streams of a session with these mentions."""
    (found,) = sessions_of(mentions, {}, bounds_of(None, None))
    return streams_of(found, profile)


def screen(direction: object) -> JsonObject:
    """A shared screen of too few frames, which only matters where a service receives it."""
    return {
        "label": "applicationsharing-video",
        "streams": [{"streamDirection": direction, "averageVideoFrameRate": 0.5, "averageVideoFrameLossPercentage": 1}],
    }


@pytest.mark.parametrize(
    ("caller", "callee", "direction", "verdict"),
    [
        (client(MIRA), SERVICE, TO_CALLEE, Verdict.POOR),
        (client(MIRA), SERVICE, TO_CALLER, Verdict.GOOD),
        (SERVICE, client(MIRA), TO_CALLER, Verdict.POOR),
        (SERVICE, client(MIRA), TO_CALLEE, Verdict.GOOD),
        (client(MIRA), client(JONAS), TO_CALLEE, Verdict.GOOD),
        (client(MIRA), client(JONAS), TO_CALLER, Verdict.GOOD),
        (client(MIRA), SERVICE, None, Verdict.GOOD),
        (client(MIRA), SERVICE, "newFromGraph", Verdict.GOOD),
        (client(MIRA), SERVICE, ["callerToCallee"], Verdict.GOOD),
    ],
)
def test_a_screen_is_outbound_where_a_service_receives_it(
    caller: JsonObject, callee: JsonObject, direction: object, verdict: Verdict
) -> None:
    (stream,) = read(session(segment(screen(direction)), caller=caller, callee=callee))
    assert (stream.medium, stream.verdict) == ("screenSharing", verdict)


def test_the_ends_of_a_segment_go_before_those_of_the_session() -> None:
    own = segment(screen(TO_CALLEE), caller=client(MIRA), callee=SERVICE)
    (stream,) = read(session(own, caller=client(MIRA), callee=client(JONAS)))
    assert stream.verdict is Verdict.POOR


def test_a_stream_knows_its_sides_where_its_direction_is_told() -> None:
    found = read(session(segment(audio(to_callee(GOOD_AUDIO), to_caller(GOOD_AUDIO), GOOD_AUDIO))))
    assert [(each.sender, each.receiver) for each in found] == [
        ("caller", "callee"),
        ("callee", "caller"),
        (None, None),
    ]


@pytest.mark.parametrize(
    ("caller", "callee", "is_clients"),
    [
        (client(MIRA), SERVICE, True),
        (client(MIRA), telephone(), True),
        (telephone(), SERVICE, False),
        (SERVICE, QUEUE, False),
        ({"associatedIdentity": {"id": "28:bot"}}, SERVICE, False),
        ({}, {}, False),
    ],
)
def test_a_stream_is_of_clients_where_one_is_at_either_end(
    caller: JsonObject, callee: JsonObject, is_clients: bool
) -> None:
    (stream,) = read(session(segment(audio(POOR_AUDIO)), caller=caller, callee=callee))
    assert stream.is_clients is is_clients


def test_the_profile_reaches_the_streams() -> None:
    whole = session(segment(audio({"packetUtilization": 480, "averageJitter": "PT0.045S"})))
    verdicts = {each: read(whole, profile=each)[0].verdict for each in Profile}
    assert verdicts == {Profile.CURRENT: Verdict.UNCLASSIFIED, Profile.BEFORE_2022: Verdict.POOR}


def test_a_shared_application_counts_as_a_shared_screen_that_is_never_classified() -> None:
    shared = {"label": "applicationsharing", "streams": [{"averageVideoFrameLossPercentage": 99}]}
    (stream,) = read(session(segment(shared)))
    assert (stream.medium, stream.verdict) == ("screenSharing", Verdict.UNCLASSIFIED)


def test_the_only_modality_of_a_session_is_that_of_a_stream_that_does_not_tell_its_own() -> None:
    (stream,) = read(session(segment({"streams": [POOR_AUDIO]}), modalities=["audio"]))
    assert (stream.medium, stream.verdict) == ("audio", Verdict.POOR)


def test_streams_of_data_and_of_what_nothing_tells_are_of_no_medium_and_unclassified() -> None:
    media = [{"label": label, "streams": [POOR_AUDIO]} for label in ("data", "main-new")]
    found = read(session(segment(*media), modalities=["audio", "video"]))
    assert [(each.label, each.medium, each.verdict) for each in found] == [
        ("data", None, "unclassified"),
        ("main-new", None, "unclassified"),
    ]
    assert by_medium(found) == {}


def test_every_stream_of_every_media_and_segment_is_classified() -> None:
    first = segment(audio(POOR_AUDIO, GOOD_AUDIO), audio(SILENT_AUDIO), id="1")
    whole = session(first, segment(audio(POOR_AUDIO), id="2"))
    assert [stream.verdict for stream in read(whole)] == ["poor", "good", "unclassified", "poor"]
    assert [len(each) for each in by_medium(read(whole)).values()] == [4]


@pytest.mark.parametrize("is_first", [True, False])
def test_a_stream_that_two_mentions_of_a_session_tell_is_one_and_is_told_by_that_which_says_more(
    is_first: bool,
) -> None:
    less, more = to_callee({"streamId": "1", "averageJitter": None}), to_callee({"streamId": "1", **POOR_AUDIO})
    in_turn = (more, less) if is_first else (less, more)
    mentions = [
        session(segment(audio(stream), id="s1"), **times(f"0{minute}:00", "05:00"))
        for minute, stream in enumerate(in_turn)
    ]
    (stream,) = read(*mentions)
    assert stream.verdict is Verdict.POOR


@pytest.mark.parametrize(
    "other",
    [
        segment(audio(to_callee(GOOD_AUDIO, streamId="2")), id="s1"),
        segment(audio(to_caller(GOOD_AUDIO, streamId="1")), id="s1"),
        segment(audio(to_callee(GOOD_AUDIO, streamId="1")), id="s2"),
        segment({**audio(to_callee(GOOD_AUDIO, streamId="1")), "label": "audio-2"}, id="s1"),
        segment(audio(to_callee(GOOD_AUDIO)), id="s1"),
    ],
    ids=["id", "direction", "segment", "label", "noId"],
)
def test_streams_that_differ_in_segment_label_direction_or_id_are_two(other: JsonObject) -> None:
    one = segment(audio(to_callee(GOOD_AUDIO, streamId="1")), id="s1")
    assert len(read(session(one), session(other))) == 2


def test_streams_without_an_id_are_one_where_two_mentions_tell_the_same_of_them() -> None:
    twice = audio(GOOD_AUDIO, GOOD_AUDIO, POOR_AUDIO)
    assert len(read(session(segment(twice)))) == 3
    assert len(read(session(segment(twice)), session(segment(twice), callee=QUEUE))) == 3
    assert len(read(session(segment(twice)), session(segment(audio(SILENT_AUDIO)), callee=QUEUE))) == 4


def test_streams_of_one_mention_are_as_many_as_it_tells_also_where_ids_are_the_same() -> None:
    same = segment(audio(to_callee(GOOD_AUDIO, streamId="1")), audio(to_callee(POOR_AUDIO, streamId="1")))
    assert len(read(session(same))) == len(read(session(same), session(same, callee=QUEUE))) == 2
