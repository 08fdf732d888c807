from itertools import permutations

import pytest

from callrecords.graphtypes import JsonObject
from tests.invented import OTHER_TENANT, TENANT
from tests.unit.facts.invented_sessions import (
    GOOD_AUDIO,
    JONAS,
    MIRA,
    NUMBER,
    POOR_AUDIO,
    SERVICE,
    audio,
    client,
    row_of,
    segment,
    session,
    telephone,
    times,
    to_caller,
    user,
)


def test_participants_are_each_once_by_name_with_what_is_known_of_them() -> None:
    row = row_of(
        participants_v2=[
            user(MIRA, "Mira Kovac", tenantId=TENANT, userPrincipalName="Mira.Kovac@fabrikam.example"),
            {"id": NUMBER, "identity": {"phone": {"id": NUMBER, "displayName": None}}},
            user(JONAS, "Jonas Weber"),
            user(MIRA.upper()),
        ]
    )
    assert row["participants"] == [
        {"kind": "phone", "id": NUMBER},
        {"kind": "user", "id": JONAS, "displayName": "Jonas Weber"},
        {
            "kind": "user",
            "id": MIRA,
            "displayName": "Mira Kovac",
            "userPrincipalName": "Mira.Kovac@fabrikam.example",
            "tenantId": TENANT,
        },
    ]
    assert row["participantCount"] == 3


def test_participants_without_an_id_are_each_counted() -> None:
    guest = {"identity": {"guest": {"displayName": "Guest"}}}
    assert row_of(participants_v2=[guest, guest, {}])["participantCount"] == 3


def test_who_took_part_is_told_by_the_list_and_by_the_ends_of_sessions() -> None:
    whole = session(caller=client(MIRA), callee=client(JONAS))
    row = row_of(whole, participants_v2=[user(MIRA), {"id": NUMBER, "identity": {"phone": {"id": NUMBER}}}])
    assert [each["id"] for each in row["participants"]] == [NUMBER, MIRA, JONAS]
    assert row["userIds"] == [MIRA, JONAS]


def test_the_deprecated_list_counts_where_there_is_no_other() -> None:
    deprecated = [{"user": {"id": MIRA, "displayName": "Mira Kovac"}}, {"phone": {"id": NUMBER}}]
    assert row_of(participants=deprecated)["participantCount"] == 2
    assert row_of(participants=deprecated, participants_v2=[user(JONAS)])["userIds"] == [JONAS]


def test_the_organiser_is_told_but_did_not_take_part_for_that() -> None:
    new, deprecated = user(MIRA, "Mira Kovac"), {"user": {"id": JONAS, "displayName": "Jonas Weber"}}
    mira = {"kind": "user", "id": MIRA, "displayName": "Mira Kovac"}
    jonas = {"kind": "user", "id": JONAS, "displayName": "Jonas Weber"}
    row = row_of(organizer_v2=new, organizer=deprecated)
    assert (row["organizer"], row["participants"], row["userIds"]) == (mira, [], [])
    assert row_of(organizer=deprecated)["organizer"] == jonas
    assert row_of(organizer_v2={"id": None, "identity": {}}, organizer=deprecated)["organizer"] == jonas
    assert "organizer" not in row_of()


def test_users_are_found_by_id_and_principal_name_in_lower_case() -> None:
    row = row_of(
        session(id="1", caller=client(MIRA.upper()), callee=SERVICE),
        session(segment(caller=telephone()), id="2", callee={"associatedIdentity": {"id": "8:acs:1"}}),
        participants_v2=[user(JONAS, userPrincipalName="Jonas.Weber@fabrikam.example")],
    )
    assert row["userIds"] == [MIRA, JONAS]
    assert row["userPrincipalNames"] == ["0a11@fabrikam.example", "jonas.weber@fabrikam.example"]


def test_external_users_are_those_whom_nothing_tells_to_be_of_the_organisation() -> None:
    third, number = MIRA.replace("0a11", "0a12"), {"phone": {"id": NUMBER, "tenantId": OTHER_TENANT}}
    row = row_of(
        session(id="1", caller={"associatedIdentity": {"id": third, "tenantId": TENANT.upper()}}, callee=client(MIRA)),
        session(id="2", caller={"associatedIdentity": {"id": "x1", "userPrincipalName": "x@fabrikam.example"}}),
        participants_v2=[
            user(MIRA.upper(), tenantId=TENANT),
            user(JONAS, tenantId=OTHER_TENANT),
            {"id": NUMBER, "identity": number},
        ],
    )
    assert row["userIds"] == [MIRA, third, JONAS, "x1"]
    assert row["externalUserIds"] == [JONAS, "x1"]


def test_two_spellings_of_an_id_are_one_person_wherever_the_row_tells_of_them() -> None:
    spellings = [
        row_of(
            session(caller=client(mira), callee=client(mira)),
            organizer_v2=user(mira),
            participants_v2=[user(mira, tenantId=mira)],
        )
        for mira in (MIRA, MIRA.upper())
    ]
    for row in spellings:
        row["userPrincipalNames"] = []
        for endpoint in row["endpoints"]:
            del endpoint["who"]["userPrincipalName"]
    assert spellings[0] == spellings[1]
    assert spellings[0]["organizer"]["id"] == spellings[0]["endpoints"][1]["who"]["id"] == MIRA


def test_an_id_that_is_listed_as_a_users_and_as_a_guests_is_a_users_in_either_order() -> None:
    listed = [user(MIRA, "Mira Kovac"), {"id": MIRA, "identity": {"guest": {"id": MIRA, "displayName": "Mira"}}}]
    ends = {"caller": {"associatedIdentity": {"id": MIRA}}, "callee": SERVICE}
    rows = [row_of(session(**ends), participants_v2=each) for each in (listed, listed[::-1])]
    assert rows[0] == rows[1]
    assert (rows[0]["endpoints"][0]["who"]["kind"], rows[0]["userIds"]) == ("user", [MIRA])
    assert rows[0]["participants"] == [{"kind": "user", "id": MIRA, "displayName": "Mira"}]


def test_an_end_is_of_the_kind_that_the_participants_tell() -> None:
    guest = {"id": "x1", "identity": {"guest": {"id": "x1"}}}
    unknown = {"id": JONAS, "identity": {"encrypted": {"id": JONAS}}}

    def kinds(whole: JsonObject, **lists: object) -> list[str]:
        return [each["who"]["kind"] for each in row_of(whole, **lists)["endpoints"]]  # type: ignore[arg-type]

    ends = session(caller={"associatedIdentity": {"id": "X1"}}, callee=client(JONAS))
    assert kinds(ends, participants_v2=[guest, unknown]) == ["guest", "user"]
    assert kinds(ends, organizer_v2=guest) == ["guest", "user"]
    deprecated = {"associatedIdentity": {"id": JONAS}, "identity": {"guest": {"id": JONAS}}}
    assert kinds(session(caller=deprecated), participants_v2=[unknown]) == ["guest"]


def test_numbers_are_those_of_every_telephone_involved() -> None:
    phone = {"id": "+15550111", "identity": {"phone": {"id": "+15550111"}}}
    organiser = {"id": "+15550100", "identity": {"phone": {"id": "+15550100"}}}
    row = row_of(session(caller=telephone()), participants_v2=[phone, user(MIRA)], organizer_v2=organiser)
    assert row["phoneNumbers"] == ["+15550100", "+15550111", NUMBER]
    assert row_of(organizer_v2=user(MIRA))["phoneNumbers"] == []


def test_the_time_of_a_person_is_that_of_all_devices_together() -> None:
    desk = session(id="1", caller=client(MIRA), callee=SERVICE, modalities=["audio"], **times("10:00", "20:00"))
    mobile = session(
        id="2", caller=client(MIRA, "iOS"), callee=SERVICE, modalities=["audio", "video"], **times("15:00", "30:00.5")
    )
    row = row_of(desk, mobile, endDateTime="2026-03-04T11:00:00Z")
    (mira,) = row["participants"]
    assert (mira["joined"], mira["left"], mira["seconds"]) == ("2026-03-04T10:10:00Z", "2026-03-04T10:30:00Z", 1200.5)
    assert (row["participantCount"], row["participantSeconds"]) == (1, 1200.5)
    assert row["secondsByModality"] == {"audio": 1200.5, "video": 900.5}
    assert [each["seconds"] for each in row["endpoints"]] == [600, 900.5]


def test_who_had_a_second_device_for_a_while_left_with_the_first() -> None:
    desk = session(id="1", caller=client(MIRA), callee=SERVICE, **times("10:00", "40:00"))
    mobile = session(id="2", caller=client(MIRA, "iOS"), callee=SERVICE, **times("15:00", "20:00"))
    (mira,) = row_of(desk, mobile)["participants"]
    assert (mira["joined"], mira["left"], mira["seconds"]) == ("2026-03-04T10:10:00Z", "2026-03-04T10:40:00Z", 1800)


def test_time_is_told_by_any_modality_that_graph_may_have() -> None:
    row = row_of(session(caller=client(MIRA), callee=SERVICE, modalities=["holograms", 7], **times("10:00", "20:00")))
    assert row["secondsByModality"] == {"holograms": 600}


def test_a_call_to_ones_own_other_device_has_one_participant() -> None:
    row = row_of(session(caller=client(MIRA), callee=client(MIRA, "iOS"), **times("10:00", "20:00")))
    assert (row["participantCount"], row["participantSeconds"], row["endpointCount"]) == (1, 600, 2)


def test_every_person_adds_the_own_time() -> None:
    in_a_meeting = session(id="1", caller=client(MIRA), callee=SERVICE, **times("10:00", "11:00.5"))
    between_two = session(id="2", caller=client(JONAS), callee=telephone(), **times("10:00", "11:00.5"))
    assert row_of(in_a_meeting, between_two)["participantSeconds"] == 181.5


@pytest.mark.parametrize("end", [None, {}, {"userAgent": {"platform": "windows"}}])
def test_an_end_of_which_no_party_is_known_adds_nobody_and_no_time(end: JsonObject | None) -> None:
    row = row_of(session(caller=client(MIRA), callee=end, **times("10:00", "11:00")))
    assert (row["participantCount"], row["participantSeconds"]) == (1, 60)


def test_applications_are_no_participants_and_add_no_time() -> None:
    at = times("10:00", "11:00")
    bot = {"id": "bot-1", "identity": {"application": {"id": "bot-1", "displayName": "Recorder"}}}
    row = row_of(
        session(id="1", caller=client(MIRA), callee=SERVICE, **at),
        session(id="2", caller={"associatedIdentity": {"id": "bot-1"}}, callee=SERVICE, **at),
        session(id="3", caller={"associatedIdentity": {"id": "28:bot-2"}}, callee=SERVICE, **at),
        participants_v2=[user(MIRA), bot],
    )
    assert (row["participantCount"], row["participantSeconds"], row["endpointCount"]) == (1, 60, 3)
    assert {each["kind"] for each in row["participants"]} == {"user", "application"}


def test_who_is_listed_without_a_time_has_none() -> None:
    year_1 = session(caller=client(JONAS), callee=SERVICE, startDateTime="0001-01-01T00:00:00Z", endDateTime="x")
    row = row_of(year_1, participants_v2=[user(MIRA, "Mira")])
    assert row["participantSeconds"] == 0
    assert all(not {"joined", "left", "seconds"} & each.keys() for each in row["participants"])


def test_the_time_in_a_session_beyond_the_call_is_none() -> None:
    outside = session(id="1", caller=client(MIRA), callee=SERVICE, **times("40:00", "50:00"))
    across = session(id="2", caller=client(JONAS), callee=SERVICE, **times("20:00", "50:00"))
    row = row_of(outside, across, endDateTime="2026-03-04T10:30:00Z")
    assert [each.get("seconds") for each in row["endpoints"]] == [None, 600]
    assert row["participantSeconds"] == 600


def test_a_call_whose_end_is_not_told_bounds_by_its_start() -> None:
    early = {"startDateTime": "2026-03-04T09:00:00Z", "endDateTime": "2026-03-04T10:05:03.118Z"}
    assert row_of(session(caller=client(MIRA), **early))["participantSeconds"] == 300


def test_names_may_differ_between_the_mentions_of_a_person_in_any_order() -> None:
    listed = [user(MIRA, name) for name in ("Mira", "Kovac, Mira", None)]
    rows = [row_of(participants_v2=[*order])["participants"] for order in permutations(listed)]
    assert all(row == [{"kind": "user", "id": MIRA, "displayName": "Kovac, Mira"}] for row in rows)


def test_a_participant_tells_tenant_and_principal_name_where_no_endpoint_does() -> None:
    whole = user(MIRA, tenantId=TENANT, userPrincipalName="mira@fabrikam.example")
    silent = {"associatedIdentity": {"id": MIRA}}
    told = {"associatedIdentity": {"id": MIRA, "tenantId": TENANT, "userPrincipalName": "mira@fabrikam.example"}}
    (by_list,) = row_of(session(caller=silent), participants_v2=[whole])["participants"]
    assert (by_list["tenantId"], by_list["userPrincipalName"]) == (TENANT, "mira@fabrikam.example")
    (by_end,) = row_of(session(caller=told), participants_v2=[whole])["participants"]
    assert not {"tenantId", "userPrincipalName"} & by_end.keys()


def test_telephones_that_hide_their_number_are_one_person_a_session() -> None:
    def by(number: str, name: str) -> JsonObject:
        return session(caller=telephone(number), callee=SERVICE, id=name, **times("00:10", "10:10"))

    for number in ("anonymous", "+4930123***"):
        twice = [{"id": number, "identity": {"phone": {"id": number}}}] * 2
        row = row_of(by(number, "1"), by(number, "2"), participants_v2=twice)
        assert (row["participantCount"], row["participantSeconds"], row["phoneNumbers"]) == (2, 1200.0, [number])


def test_two_people_at_the_segments_of_an_end_of_which_no_party_is_told_are_two() -> None:
    nobody = {"userAgent": {"platform": "windows"}}
    first = segment(audio(to_caller(GOOD_AUDIO)), caller=client(MIRA), **times("00:10", "10:00"))
    second = segment(audio(to_caller(POOR_AUDIO)), caller=client(JONAS), id="2", **times("10:00", "30:00"))
    row = row_of(session(first, second, caller=nobody, callee=SERVICE, **times("00:10", "30:00")))
    assert (row["userIds"], row["poorUserIds"]) == (sorted([MIRA, JONAS]), [JONAS])


def test_who_is_at_an_endpoint_is_told_with_what_the_record_says_elsewhere() -> None:
    named = {"id": MIRA, "displayName": "Mira Kovac", "tenantId": TENANT}
    poor = segment(audio(to_caller(POOR_AUDIO)))
    row = row_of(
        session(id="1", caller=client(MIRA, associatedIdentity=named), callee=SERVICE),
        session(poor, id="2", caller=client(MIRA, associatedIdentity={"id": MIRA}), callee=SERVICE),
        participants_v2=[{"id": MIRA, "identity": {"other": {"id": MIRA, "userPrincipalName": "m@fabrikam.example"}}}],
    )
    told = {"kind": "user", **named, "userPrincipalName": "m@fabrikam.example"}
    assert [each["who"] for each in row["endpoints"]] == [told, told]
    assert row["poorUserIds"] == [MIRA]


def test_an_end_of_unknown_kind_is_no_application_whatever_it_is_elsewhere() -> None:
    bot = {
        "identity": {"applicationInstance": {"id": MIRA, "displayName": "Recorder"}},
        "userAgent": {"platform": "web"},
    }
    row = row_of(
        session(id="1", caller=bot, callee=SERVICE),
        session(id="2", caller=client(MIRA, associatedIdentity={"id": MIRA}), callee=SERVICE),
    )
    assert [each["who"]["kind"] for each in row["endpoints"]] == ["application", "unknown"]
