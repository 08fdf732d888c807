import pytest

from callrecords.graphtypes import JsonObject
from tests.invented import OTHER_TENANT, TENANT
from tests.unit.facts.invented_sessions import (
    JONAS,
    MIRA,
    NUMBER,
    SERVICE,
    client,
    row_of,
    segment,
    session,
    telephone,
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
    assert (row["participantCount"], row["participantsCapped"]) == (3, False)


def test_participants_without_an_id_are_each_counted() -> None:
    guest = {"identity": {"guest": {"displayName": "Guest"}}}
    assert row_of(participants_v2=[guest, guest, {}])["participantCount"] == 3


def test_the_deprecated_list_and_the_ends_of_sessions_tell_who_took_part_where_there_is_no_other_list() -> None:
    deprecated = [{"user": {"id": MIRA, "displayName": "Mira Kovac"}}, {"phone": {"id": NUMBER}}]
    nameless = {"associatedIdentity": {"tenantId": TENANT}}
    whole = session(segment(caller=nameless), caller=client(MIRA), callee=client(JONAS))
    row = row_of(whole, participants=deprecated)
    assert [each["id"] for each in row["participants"]] == [NUMBER, JONAS, MIRA]
    assert row["participants"][-1]["displayName"] == "Mira Kovac"
    row = row_of(whole, participants=deprecated, participants_v2=[user(MIRA)])
    assert [each["id"] for each in row["participants"]] == [MIRA]


def test_the_organiser_is_told_but_did_not_take_part_for_that() -> None:
    new, deprecated = user(MIRA, "Mira Kovac"), {"user": {"id": JONAS, "displayName": "Jonas Weber"}}
    mira = {"kind": "user", "id": MIRA, "displayName": "Mira Kovac"}
    jonas = {"kind": "user", "id": JONAS, "displayName": "Jonas Weber"}
    row = row_of(organizer_v2=new, organizer=deprecated)
    assert (row["organizer"], row["participants"], row["userIds"]) == (mira, [], [])
    assert row_of(organizer=deprecated)["organizer"] == jonas
    assert row_of(organizer_v2={"id": None, "identity": {}}, organizer=deprecated)["organizer"] == jonas


def test_users_are_found_by_id_and_principal_name_in_lower_case() -> None:
    row = row_of(
        session(caller=client(MIRA.upper()), callee=SERVICE),
        session(segment(caller=telephone()), callee={"associatedIdentity": {"id": "8:acs:1"}}),
        participants_v2=[user(JONAS, userPrincipalName="Jonas.Weber@fabrikam.example")],
    )
    assert row["userIds"] == [MIRA, JONAS]
    assert row["userPrincipalNames"] == ["0a11@fabrikam.example", "jonas.weber@fabrikam.example"]


def test_users_of_the_organisation_are_those_whose_tenant_is_told_to_be_its_own() -> None:
    third, number = MIRA.replace("0a11", "0a12"), {"phone": {"id": NUMBER, "tenantId": TENANT}}
    row = row_of(
        session(caller={"associatedIdentity": {"id": third, "tenantId": TENANT.upper()}}, callee=client(MIRA)),
        session(caller={"associatedIdentity": {"id": "x1", "userPrincipalName": "x@fabrikam.example"}}),
        participants_v2=[
            user(MIRA.upper(), tenantId=TENANT),
            user(JONAS, tenantId=OTHER_TENANT),
            {"id": NUMBER, "identity": number},
        ],
    )
    assert row["userIds"] == [MIRA, third, JONAS, "x1"]
    assert (row["ownUserIds"], row["ownUserIdsCapped"]) == ([MIRA, third], False)


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
    assert spellings[0] == spellings[1]
    assert spellings[0]["organizer"]["id"] == spellings[0]["legs"][0]["callee"]["id"] == MIRA


def test_an_id_that_is_listed_as_a_users_and_as_a_guests_is_a_users_in_either_order() -> None:
    listed = [user(MIRA, "Mira Kovac"), {"id": MIRA, "identity": {"guest": {"id": MIRA, "displayName": "Mira"}}}]
    ends = {"caller": {"associatedIdentity": {"id": MIRA}}, "callee": SERVICE}
    rows = [row_of(session(**ends), participants_v2=each) for each in (listed, listed[::-1])]
    assert rows[0] == rows[1]
    assert (rows[0]["legs"][0]["caller"]["kind"], rows[0]["userIds"]) == ("user", [MIRA])


def test_an_end_is_of_the_kind_that_the_participants_tell() -> None:
    guest = {"id": "x1", "identity": {"guest": {"id": "x1"}}}
    unknown = {"id": JONAS, "identity": {"encrypted": {"id": JONAS}}}
    ends = {"caller": {"associatedIdentity": {"id": "X1"}}, "callee": client(JONAS)}
    row = row_of(session(**ends), participants_v2=[guest, unknown])
    (leg,) = row["legs"]
    assert (leg["caller"]["kind"], leg["callee"]["kind"]) == ("guest", "user")
    by_organiser = row_of(session(**ends), organizer_v2=guest)["legs"][0]
    assert by_organiser["caller"]["kind"] == "guest"
    deprecated = {"associatedIdentity": {"id": JONAS}, "identity": {"guest": {"id": JONAS}}}
    by_itself = row_of(session(caller=deprecated), participants_v2=[unknown])["legs"][0]
    assert by_itself["caller"]["kind"] == "guest"


def test_numbers_are_those_of_every_telephone_involved() -> None:
    phone = {"id": "+15550111", "identity": {"phone": {"id": "+15550111"}}}
    organiser = {"id": "+15550100", "identity": {"phone": {"id": "+15550100"}}}
    row = row_of(session(caller=telephone()), participants_v2=[phone, user(MIRA)], organizer_v2=organiser)
    assert row["phoneNumbers"] == ["+15550100", "+15550111", NUMBER]


def test_every_end_that_is_a_participant_adds_its_time() -> None:
    times = {"startDateTime": "2026-03-04T10:00:00Z", "endDateTime": "2026-03-04T10:01:00.5Z"}
    in_a_meeting = session(caller=client(MIRA), callee=SERVICE, **times)
    between_two = session(caller=client(MIRA), callee=telephone(), **times)
    assert row_of(in_a_meeting)["participantSeconds"] == 60.5
    assert row_of(in_a_meeting, between_two, session(callee=SERVICE))["participantSeconds"] == 181.5


@pytest.mark.parametrize("end", [None, {}, {"userAgent": {"platform": "windows"}}])
def test_an_end_of_which_no_party_is_known_adds_no_time(end: JsonObject | None) -> None:
    times = {"startDateTime": "2026-03-04T10:00:00Z", "endDateTime": "2026-03-04T10:01:00Z"}
    assert row_of(session(caller=client(MIRA), callee=end, **times))["participantSeconds"] == 60


def test_applications_add_no_time() -> None:
    times = {"startDateTime": "2026-03-04T10:00:00Z", "endDateTime": "2026-03-04T10:01:00Z"}
    bot = {"id": "bot-1", "identity": {"application": {"id": "bot-1", "displayName": "Recorder"}}}
    recording = session(caller={"associatedIdentity": {"id": "bot-1"}}, callee=SERVICE, **times)
    row = row_of(session(caller=client(MIRA), callee=SERVICE, **times), recording, participants_v2=[user(MIRA), bot])
    assert (row["participantCount"], row["participantSeconds"]) == (2, 60)
