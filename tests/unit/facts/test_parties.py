import pytest

from callrecords.facts.parties import Kind, Party, identity_in, participant, party_at
from callrecords.graphtypes import JsonObject
from tests.invented import TENANT
from tests.unit.facts.invented_sessions import MIRA, NUMBER

ACS_ID = "8:acs:1b2c3d4e_0a11b22c"


def nobody(kind: Kind = Kind.UNKNOWN, party_id: str | None = None) -> Party:
    return Party(kind, party_id, None, None, None)


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("user", Kind.USER),
        ("guest", Kind.GUEST),
        ("phone", Kind.PHONE),
        ("acsUser", Kind.ACS),
        ("azureCommunicationServicesUser", Kind.ACS),
        ("application", Kind.APPLICATION),
        ("applicationInstance", Kind.APPLICATION),
        ("acsApplicationInstance", Kind.APPLICATION),
        ("spoolApplicationInstance", Kind.APPLICATION),
        ("spoolUser", Kind.UNKNOWN),
        ("encrypted", Kind.UNKNOWN),
        ("newFromGraph", Kind.UNKNOWN),
    ],
)
def test_the_key_in_an_identity_set_tells_the_kind(key: str, kind: Kind) -> None:
    identity_set = {"endpointType": "default", "device": None, key: {"id": "x1", "displayName": "Mira"}}
    expected = Party(kind, "x1", "Mira", None, None)
    assert identity_in(identity_set) == expected
    assert participant({"id": "x1", "identity": identity_set}) == expected


@pytest.mark.parametrize("empty", [{}, {"@odata.type": "#microsoft.graph.userIdentity", "id": None}])
def test_an_identity_that_tells_nothing_stands_before_no_other(empty: JsonObject) -> None:
    assert identity_in({"user": empty, "phone": {"id": NUMBER}}) == nobody(Kind.PHONE, NUMBER)
    assert identity_in({"user": None, "application": empty}).kind is Kind.APPLICATION


def test_a_user_is_told_with_its_principal_name_and_tenant() -> None:
    identity = {
        "@odata.type": "#microsoft.graph.userIdentity",
        "id": MIRA,
        "displayName": "Mira Kovac",
        "tenantId": TENANT,
        "userPrincipalName": "Mira.Kovac@fabrikam.example",
    }
    told = participant({"id": MIRA, "identity": {"user": identity}, "administrativeUnitInfos": []})
    assert told == Party(Kind.USER, MIRA, "Mira Kovac", "Mira.Kovac@fabrikam.example", TENANT)


def test_a_participant_has_its_own_id_where_its_identity_has_none() -> None:
    assert participant({"id": MIRA, "identity": {"user": {"id": None}}}) == nobody(Kind.USER, MIRA)


@pytest.mark.parametrize(
    ("identity", "kind"),
    [
        ({"@odata.type": "#microsoft.graph.callRecords.userIdentity", "id": "x1"}, Kind.USER),
        ({"@odata.type": "#microsoft.graph.communicationsUserIdentity", "id": "x1"}, Kind.USER),
        ({"@odata.type": "#microsoft.graph.communicationsPhoneIdentity", "id": "anonymous"}, Kind.PHONE),
        ({"@odata.type": "#microsoft.graph.communicationsGuestIdentity", "id": "x1"}, Kind.GUEST),
        ({"@odata.type": "#microsoft.graph.azureCommunicationServicesUserIdentity", "id": "x1"}, Kind.ACS),
        ({"@odata.type": "#microsoft.graph.communicationsApplicationIdentity", "id": "x1"}, Kind.APPLICATION),
        ({"@odata.type": "#microsoft.graph.communicationsApplicationInstanceIdentity", "id": "x"}, Kind.APPLICATION),
        ({"@odata.type": "#microsoft.graph.identity", "id": NUMBER}, Kind.PHONE),
        ({"id": "x1", "userPrincipalName": "mira@fabrikam.example"}, Kind.USER),
        ({"id": "15550123"}, Kind.PHONE),
        ({"id": "112"}, Kind.PHONE),
        ({"id": "+1555012****"}, Kind.PHONE),
        ({"id": ACS_ID}, Kind.ACS),
        ({"id": MIRA}, Kind.UNKNOWN),
        ({"id": "+"}, Kind.UNKNOWN),
        ({"id": "0123456789012345678901234567"}, Kind.UNKNOWN),
        ({"displayName": "Mira"}, Kind.UNKNOWN),
    ],
)
def test_an_associated_identity_tells_its_kind_by_its_type_or_name_or_id(identity: JsonObject, kind: Kind) -> None:
    told = party_at({"associatedIdentity": identity}, {})
    assert told is not None
    assert (told.kind, told.id) == (kind, identity.get("id"))


@pytest.mark.parametrize(
    ("told_as", "kind", "party_id"),
    [
        ("4:+15550123", Kind.PHONE, "+15550123"),
        ("4:15550123", Kind.PHONE, "15550123"),
        ("tel:+15550123", Kind.PHONE, "+15550123"),
        ("tel:+15550123;ext=12", Kind.PHONE, "+15550123"),
        ("sip:+15550123@sbc.fabrikam.example;user=phone", Kind.PHONE, "+15550123"),
        ("sip:+1555012****@sbc.fabrikam.example", Kind.PHONE, "+1555012****"),
        ("sip:anonymous@anonymous.invalid", Kind.PHONE, "anonymous"),
        ("Anonymous", Kind.PHONE, "Anonymous"),
        ("sip:15550123@fabrikam.example", Kind.USER, "sip:15550123@fabrikam.example"),
        (f"8:orgid:{MIRA.upper()}", Kind.USER, MIRA),
        ("8:acs:1b2c_0a11", Kind.ACS, "8:acs:1b2c_0a11"),
        ("teamsvisitor:1f0b4c7d", Kind.GUEST, "teamsvisitor:1f0b4c7d"),
        ("8:teamsvisitor:1f0b4c7d", Kind.GUEST, "teamsvisitor:1f0b4c7d"),
        ("8:live:mira_kovac", Kind.GUEST, "8:live:mira_kovac"),
        ("28:0a11b22c", Kind.APPLICATION, "28:0a11b22c"),
        (MIRA, Kind.USER, MIRA),
    ],
)
def test_the_form_of_an_id_tells_the_kind_although_graph_says_user(told_as: str, kind: Kind, party_id: str) -> None:
    listed = participant({"id": told_as, "identity": {"user": {"id": told_as}}})
    at_an_end = party_at({"associatedIdentity": {"id": told_as}, "identity": {"user": {"id": told_as}}}, {})
    assert listed == at_an_end == nobody(kind, party_id)


def test_what_is_known_of_a_party_goes_before_what_its_id_looks_like() -> None:
    endpoint = {"associatedIdentity": {"id": "+15550123"}}
    told = party_at(endpoint, {"+15550123": Kind.APPLICATION})
    assert told == nobody(Kind.APPLICATION, "+15550123")


def test_ids_are_equal_in_either_case() -> None:
    assert nobody(party_id=MIRA.upper()).key == nobody(party_id=MIRA).key == MIRA
    assert nobody().key is None
    told = party_at({"associatedIdentity": {"id": MIRA.upper()}}, {MIRA: Kind.GUEST})
    assert told == nobody(Kind.GUEST, MIRA)


def test_guids_are_in_lower_case_and_other_ids_as_they_are() -> None:
    user = {"id": MIRA.upper(), "tenantId": TENANT.upper()}
    assert participant({"id": "x1", "identity": {"user": user}}) == Party(Kind.USER, MIRA, None, None, TENANT)
    assert participant({"id": MIRA.upper(), "identity": {"user": {}}}).id == MIRA
    assert participant({"id": "X1", "identity": {"guest": {}}}).id == "X1"
    assert identity_in({"guest": {"id": f"X{MIRA.upper()}"}}).id == f"X{MIRA.upper()}"


@pytest.mark.parametrize(
    ("endpoint", "kind"),
    [
        ({"associatedIdentity": {"id": MIRA, "tenantId": TENANT}}, Kind.USER),
        ({"associatedIdentity": {"id": MIRA.upper(), "tenantId": TENANT, "displayName": "Mira"}}, Kind.USER),
        ({"associatedIdentity": {"id": MIRA, "tenantId": None}}, Kind.UNKNOWN),
        ({"associatedIdentity": {"id": "x1", "tenantId": TENANT}}, Kind.UNKNOWN),
        ({"associatedIdentity": {"tenantId": TENANT}}, Kind.UNKNOWN),
        (
            {"associatedIdentity": {"id": MIRA, "tenantId": TENANT}, "identity": {"device": {"id": MIRA}}},
            Kind.UNKNOWN,
        ),
        (
            {"associatedIdentity": {"id": MIRA, "tenantId": TENANT}, "identity": {"applicationInstance": {}}},
            Kind.APPLICATION,
        ),
    ],
)
def test_an_end_with_an_object_of_a_tenant_is_a_user_unless_something_else_is_told(
    endpoint: JsonObject, kind: Kind
) -> None:
    told = party_at(endpoint, {})
    assert told is not None
    assert told.kind is kind


def test_the_deprecated_identity_of_an_endpoint_tells_the_kind_and_stands_in_for_the_other() -> None:
    deprecated = {"guest": {"id": "x1", "displayName": "Mira (Guest)"}}
    both = party_at({"identity": deprecated, "associatedIdentity": {"id": "x1"}}, {})
    alone = party_at({"identity": deprecated}, {})
    assert both == nobody(Kind.GUEST, "x1")
    assert alone == Party(Kind.GUEST, "x1", "Mira (Guest)", None, None)


@pytest.mark.parametrize(
    "endpoint",
    [
        {},
        {"associatedIdentity": None, "identity": None},
        {"associatedIdentity": "Mira", "identity": ["user"]},
        {"associatedIdentity": {}, "identity": {"user": None}},
        {"identity": {"user": {"id": 7}}},
    ],
)
def test_an_endpoint_that_tells_of_nobody_has_no_party(endpoint: JsonObject) -> None:
    assert party_at(endpoint, {}) is None


@pytest.mark.parametrize("value", [{}, {"identity": None}, {"identity": "Mira"}, {"identity": {"user": "Mira"}}])
def test_a_participant_of_whom_nothing_is_told_is_still_one(value: JsonObject) -> None:
    assert participant(value) == nobody()
