"""What a search may be asked, and the sentences about what it may not."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callrecords.cosmos.search import Place
from callrecords.http.answers import BadParameter
from callrecords.http.filters import LONGEST, LONGEST_URL, NAMES
from callrecords.http.search import DEFAULT_TOP, FIELDS, MOST_TOP, PARAMETERS, SearchCalls, parse
from tests.asking import body
from tests.doubles import Clock
from tests.invented import CALL, NOW

USER = "0a11b22c-1111-4222-8333-444455556666"
ESCAPED_THREAD = "19%3am%40thread.v2"
SOMETHING = st.text(max_size=40) | st.sampled_from(
    ["2026-03-04", "0001-01-01", "9999-12-31", "2026-03-04T10:00:00+23:59", "true", "poor", "1", "W10", "=", "bnVsbA=="]
)


@pytest.fixture
def search_calls() -> SearchCalls:
    """A search that has nothing to ask."""
    nobody: Any = None
    return SearchCalls(nobody, nobody, Clock())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("from", "yesterday"),
        ("from", "2026-02-30"),
        ("from", "2026-03-04T10:00:00+99:00"),
        ("from", "2026-03-04T10:00:00"),
        ("from", "1999-12-31"),
        ("to", "9999-12-31"),
        ("to", "10"),
        ("quality", "Poor"),
        ("failed", "yes"),
        ("top", "0"),
        ("top", str(MOST_TOP + 1)),
        ("top", "-1"),
        ("top", "1.5"),
        ("top", "\u0662"),
        ("continuation", "!"),
        ("continuation", "é"),
        ("continuation", "bnVsbA=="),
        ("continuation", "W10="),
        ("continuation", "x" * (LONGEST + 1)),
        ("user", "x" * (LONGEST + 1)),
        ("user", "höger@fabrikam.example"),
        ("device", "headset\n"),
        ("joinUrl", "https://teams.example/meet/123"),
        ("joinUrl", "19:abc"),
        ("joinUrl", "x" * (LONGEST_URL + 1)),
        ("id", "call"),
        ("sort", "best"),
        ("count", "yes"),
        ("fields", "type,poorReasons"),
        ("fields", "_ts"),
        ("organiser", "ann@fabrikam.example"),
    ],
)
async def test_a_malformed_parameter_is_refused_by_name(search_calls: SearchCalls, name: str, value: str) -> None:
    answer = await search_calls({name: value})
    sentence = body(answer)["error"]
    assert answer.status == 400
    assert sentence.startswith(f"{name} ")
    assert ": expected " in sentence


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("2026-03-04T10:00:00Z", "2026-03-04T10:00:00Z"),
        ("2026-03-05", "2026-03-04"),
        ("2026-02-01", "2026-03-04"),
    ],
    ids=["no time at all", "backwards", "over 31 days"],
)
async def test_a_period_that_cannot_be_searched_is_refused(search_calls: SearchCalls, begin: str, end: str) -> None:
    answer = await search_calls({"from": begin, "to": end})
    assert answer.status == 400
    assert body(answer)["error"].startswith("from is ")


@pytest.mark.parametrize("name", ["user", "continuation"])
def test_a_sentence_about_the_length_tells_the_length_that_is_allowed(name: str) -> None:
    with pytest.raises(BadParameter, match=f"^{name} has {LONGEST + 1} characters: expected at most {LONGEST}"):
        parse({name: "x" * (LONGEST + 1)}, NOW)


async def test_a_period_that_begins_after_now_is_refused(search_calls: SearchCalls) -> None:
    answer = await search_calls({"from": "2026-03-04T11:00:00Z"})
    assert answer.status == 400
    assert body(answer)["error"].startswith("from is ")


def test_without_parameters_the_last_day_is_searched() -> None:
    search = parse({}, NOW).search
    assert (search.start, search.end) == (datetime(2026, 3, 3, 10, 30, tzinfo=UTC), NOW)
    assert (search.top, search.place) == (DEFAULT_TOP, Place(date(2026, 3, 4)))
    assert list(search.filters.conditions) == []


def test_a_day_is_searched_to_its_end_and_a_time_is_taken_to_utc() -> None:
    search = parse({"from": "2026-03-02T00:30:00+01:00", "to": "2026-03-03"}, NOW).search
    assert search.start == datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert search.end == datetime(2026, 3, 4, tzinfo=UTC)
    assert search.place.day.isoformat() == "2026-03-03"


@pytest.mark.parametrize("name", ["from", "to"])
def test_a_plus_that_is_not_escaped_in_a_time_is_one(name: str) -> None:
    others = {"from": "2026-03-03", "to": "2026-03-04"}
    found, escaped = (parse({**others, name: f"2026-03-03T10:00:00{plus}01:00"}, NOW).search for plus in " +")
    assert (found.start, found.end) == (escaped.start, escaped.end)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("type", "surveyCall", {"type": "surveyCall"}),
        ("modality", "Hologram", {"modality": "Hologram"}),
        ("number", "sip:front-desk", {"number": "sip:front-desk", "numberWithPlus": "+sip:front-desk"}),
        ("number", "+1555***", {"number": "1555***", "numberWithPlus": "+1555***"}),
        ("subnet", "2001:db8::", {"subnet": "2001:db8::"}),
        ("subnet", "2001:db8::/64", {"subnet": "2001:db8::"}),
        ("platform", "holoLens9", {"platform": "holoLens9"}),
        ("organizer", "+15550100", {"organizer": "+15550100"}),
        ("organizer", "8:ACS:Ann", {"organizer": "8:ACS:Ann"}),
        ("device", "Hörkapsel", {"device": "Hörkapsel"}),
        ("joinUrl", "19:meeting_x@thread.v2", {"threadId": "19:meeting_x@thread.v2"}),
        ("joinUrl", f"https://teams.example/l/meetup-join/{ESCAPED_THREAD}/0", {"threadId": "19:m@thread.v2"}),
        ("id", CALL.upper(), {"id": CALL}),
    ],
)
def test_what_is_not_known_is_searched_for_as_it_is_written(name: str, text: str, expected: dict[str, str]) -> None:
    assert parse({name: text}, NOW).search.filters.values == expected


async def test_a_field_that_no_row_has_is_named(search_calls: SearchCalls) -> None:
    answer = await search_calls({"fields": "type,poorReasons"})
    assert body(answer)["error"].startswith("fields has 'poorReasons': expected some of id, ")


@pytest.mark.parametrize("text", ["", ",", " , "])
def test_without_fields_all_but_the_details_are_asked_for(text: str) -> None:
    fields = parse({"fields": text}, NOW).search.fields
    assert {*FIELDS} - {*fields} == {"details"}


def test_the_function_key_asks_for_nothing() -> None:
    assert parse({"code": "a key"}, NOW) == parse({}, NOW)


@pytest.mark.parametrize("name", PARAMETERS)
def test_an_empty_parameter_is_as_good_as_none(name: str) -> None:
    search, without = parse({name: ""}, NOW).search, parse({}, NOW).search
    assert search == without


def test_values_are_parameters_of_the_query_and_never_in_its_text() -> None:
    asked = {name: "'" for name in NAMES if name not in ("quality", "failed", "joinUrl", "id")}
    search = parse({**asked, "joinUrl": "19:'@thread.v2"}, NOW).search
    place = Place(search.place.day, ("'", "'"))
    assert "'" not in f"{search.query(place, ("'", "'"))} {search.counting()} {search.counting(undecided=True)}"
    given = {each["name"] for each in search.parameters(place, 1, ("'", "'"))}
    assert {*re.findall(r"@\w+", search.query(place, ("'", "'")))} == given


@pytest.mark.parametrize(
    ("asked", "flat"),
    [
        ({"user": USER}, "ARRAY_CONTAINS(c.userIds, @user)"),
        ({"user": "Ann@fabrikam.example"}, "ARRAY_CONTAINS(c.userPrincipalNames, @user)"),
        ({"user": USER, "quality": "poor"}, "ARRAY_CONTAINS(c.poorUserIds, @user)"),
        ({"user": USER, "failed": "true"}, "ARRAY_CONTAINS(c.failedUserIds, @user)"),
        ({"quality": "poor"}, "c.affectedEndpoints > 0"),
        ({"failed": "false"}, "c.failed = @failed"),
        ({"subnet": "192.0.2.0"}, "ARRAY_CONTAINS(c.subnets, @subnet)"),
        ({"publicAddress": "192.0.2.1"}, "ARRAY_CONTAINS(c.publicAddresses, @publicAddress)"),
        ({"rating": "bad"}, 'ARRAY_CONTAINS(c.ratings, {"rating": @rating}, true)'),
    ],
)
def test_what_a_field_of_the_call_says_is_not_asked_of_its_endpoints(asked: dict[str, str], flat: str) -> None:
    end = parse(asked, NOW).search.filters.end
    assert (end.of_call, end.of_endpoint) == ([flat], None)


@pytest.mark.parametrize(
    ("asked", "flat"),
    [
        ({"user": USER, "quality": "good"}, ["ARRAY_CONTAINS(c.userIds, @user)"]),
        ({"user": USER, "failed": "false"}, ["ARRAY_CONTAINS(c.userIds, @user)"]),
        (
            {"user": "ann@fabrikam.example", "quality": "poor"},
            ["c.affectedEndpoints > 0", "ARRAY_CONTAINS(c.userPrincipalNames, @user)"],
        ),
        (
            {"user": USER, "quality": "poor", "failed": "true"},
            ["ARRAY_CONTAINS(c.poorUserIds, @user)", "ARRAY_CONTAINS(c.failedUserIds, @user)"],
        ),
        (
            {"user": USER, "quality": "poor", "subnet": "192.0.2.0"},
            ["ARRAY_CONTAINS(c.poorUserIds, @user)", "ARRAY_CONTAINS(c.subnets, @subnet)"],
        ),
        ({"device": "headset"}, []),
        ({"quality": "unclassified"}, []),
        ({"failed": "false", "quality": "unclassified"}, []),
    ],
)
def test_what_is_asked_of_one_endpoint_is_asked_of_the_call_as_well_where_the_index_serves_it(
    asked: dict[str, str], flat: list[str]
) -> None:
    end = parse(asked, NOW).search.filters.end
    assert end.of_call == flat
    assert end.of_endpoint
    assert end.of_endpoint.startswith("EXISTS(SELECT VALUE e FROM e IN c.endpoints ")


def test_conditions_on_networks_are_of_one_network() -> None:
    asked = {"subnet": "192.0.2.0", "publicAddress": "192.0.2.1", "connectionType": "wifi"}
    condition = parse(asked, NOW).search.filters.end.of_endpoint
    assert condition
    assert condition.count("n IN e.networks") == 1


@given(st.dictionaries(st.sampled_from(PARAMETERS) | st.text(max_size=5), SOMETHING, max_size=5))
@example({"to": "0001-01-01T00:00:00Z"})
@example({"from": "0001-01-01"})
def test_whatever_is_asked_is_a_search_or_a_bad_parameter(parameters: dict[str, str]) -> None:
    try:
        search = parse(parameters, NOW).search
    except BadParameter as error:
        assert str(error)
    else:
        assert search.start < search.end
        assert 1 <= search.top <= MOST_TOP


@pytest.mark.parametrize("quality", [{}, {"quality": "poor"}], ids=["any", "poor"])
@pytest.mark.parametrize(("name", "value"), [("subnet", "/24"), ("number", "()")])
def test_what_is_empty_without_its_decoration_is_asked_for_all_the_same(
    name: str, value: str, quality: dict[str, str]
) -> None:
    search = parse({name: value, **quality}, NOW).search
    assert f"@{name})" in search.query(search.place)
    assert {"name": f"@{name}", "value": ""} in search.parameters(search.place, 1)


def test_a_search_may_be_over_as_many_days_as_are_told_and_no_more() -> None:
    assert parse({"from": "2026-02-01", "to": "2026-03-03"}, NOW).search.place.day == date(2026, 3, 3)
    with pytest.raises(BadParameter, match=r"expected at most 31 days before to"):
        parse({"from": "2026-02-01", "to": "2026-03-04T00:00:01Z"}, NOW)
