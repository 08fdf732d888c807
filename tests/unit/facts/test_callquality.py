from tests.unit.facts.invented_sessions import (
    GOOD_AUDIO,
    HOME,
    JONAS,
    MIRA,
    OFFICE,
    POOR_AUDIO,
    SERVICE,
    SILENT_AUDIO,
    SILENT_SERVICE,
    audio,
    client,
    row_of,
    segment,
    session,
    telephone,
    to_callee,
    to_caller,
)

GATEWAY = {"userAgent": {"role": "gateway"}}


def test_quality_is_told_of_each_medium_that_has_streams() -> None:
    video = {"label": "main-video", "streams": [{"averageVideoFrameRate": 15}, {}]}
    row = row_of(
        session(segment(audio(GOOD_AUDIO, POOR_AUDIO), video), id="1", caller=client(MIRA), callee=SERVICE),
        session(segment(audio(SILENT_AUDIO)), id="2", caller=client(MIRA), callee=SERVICE),
        session(id="3", caller=client(MIRA)),
    )
    assert row["quality"] == {
        "audio": {"verdict": "poor", "streams": {"good": 1, "poor": 1, "unclassified": 1}},
        "video": {"verdict": "good", "streams": {"good": 1, "poor": 0, "unclassified": 1}},
    }
    assert row["poorStreams"] == 1


def test_streams_between_services_gateways_telephones_and_bots_are_counted_apart() -> None:
    route = [
        segment(audio(GOOD_AUDIO), id="1", callee=SERVICE),
        segment(audio(POOR_AUDIO, SILENT_AUDIO), id="2", caller=SERVICE, callee=GATEWAY),
        segment(audio(POOR_AUDIO), id="3", caller=GATEWAY),
    ]
    bot = session(segment(audio(POOR_AUDIO)), id="b", caller={"associatedIdentity": {"id": "28:bot"}}, callee=SERVICE)
    row = row_of(session(*route, id="a", caller=client(MIRA), callee=telephone()), bot)
    assert row["quality"]["audio"] == {
        "verdict": "good",
        "streams": {"good": 1, "poor": 0, "unclassified": 0},
        "serviceStreams": {"good": 0, "poor": 3, "unclassified": 1},
    }
    assert (row["poorStreams"], row["affectedEndpoints"], row["poorUserIds"]) == (0, 0, [])


def test_audio_is_told_for_the_subnet_of_the_client_that_received_it() -> None:
    media = audio(to_callee(POOR_AUDIO), to_caller(GOOD_AUDIO), POOR_AUDIO, callerNetwork=HOME, calleeNetwork=OFFICE)
    video = {"label": "main-video", "streams": [to_caller({"averageVideoFrameRate": 1})], "callerNetwork": HOME}
    between = session(segment(media, video), id="1", caller=client(MIRA), callee=client(JONAS))
    meeting = session(
        segment(audio(to_caller(SILENT_AUDIO), to_callee(POOR_AUDIO), callerNetwork={"subnet": "10.20.3.0/24"})),
        id="2",
        caller=client(MIRA),
        callee=SERVICE,
    )
    assert row_of(between, meeting)["audioBySubnet"] == [
        {"subnet": "10.20.3.0", "good": 0, "poor": 1, "unclassified": 1},
        {"subnet": "192.168.178.0", "good": 1, "poor": 0, "unclassified": 0},
    ]


def test_a_client_that_moved_blames_the_subnet_on_which_it_heard_poorly_alone() -> None:
    first, second = audio(to_caller(GOOD_AUDIO), callerNetwork=OFFICE), audio(to_caller(POOR_AUDIO), callerNetwork=HOME)
    row = row_of(session(segment(first), segment(second), caller=client(MIRA), callee=SERVICE))
    assert [(each["subnet"], each["poor"]) for each in row["audioBySubnet"]] == [
        (HOME["subnet"], 1),
        (OFFICE["subnet"], 0),
    ]


def test_a_private_subnet_of_a_service_or_a_gateway_is_no_clients() -> None:
    media = audio(to_callee(POOR_AUDIO), callerNetwork=HOME, calleeNetwork={"subnet": "10.99.0.0"})
    for callee in (SERVICE, SILENT_SERVICE, telephone(), None, {}):
        row = row_of(session(segment(media), caller=client(MIRA), callee=callee))
        assert (row["audioBySubnet"], row["subnets"]) == ([], [HOME["subnet"]])


def test_a_subnet_that_is_not_known_is_none() -> None:
    media = audio(to_caller(POOR_AUDIO), callerNetwork={"subnet": "unknown"})
    assert row_of(session(segment(media), caller=client(MIRA), callee=SERVICE))["audioBySubnet"] == []


def test_the_subnet_with_most_poor_streams_is_first_and_none_is_left_out() -> None:
    def on(number: int, *streams: dict[str, object]) -> dict[str, object]:
        media = audio(*map(to_caller, streams), callerNetwork={"subnet": f"10.0.{number}.0"})
        return session(segment(media), id=f"{number:03}", caller=client(MIRA), callee=SERVICE)

    good = [on(number, GOOD_AUDIO) for number in range(100, 250)]
    row = row_of(*good, on(1, POOR_AUDIO), on(2, GOOD_AUDIO, POOR_AUDIO), on(3, POOR_AUDIO, POOR_AUDIO), on(4))
    found = [each["subnet"] for each in row["audioBySubnet"]]
    assert found[:4] == ["10.0.3.0", "10.0.2.0", "10.0.1.0", "10.0.100.0"]
    assert (len(found), len(row["subnets"])) == (153, 154)
