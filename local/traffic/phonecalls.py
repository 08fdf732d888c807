"""What a phone row is made from: who called which telephone when, read from the records that were generated."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from callrecords.graphtypes import JsonObject
from callrecords.ports.phonerow import PhoneSource
from local.traffic.day import Call

# 555-0100 to 555-0199 are for fiction in each of them.
_AREAS = (202, 206, 212, 312, 425)


@dataclass(frozen=True)
class PhoneRow:
    """A row of a phone call, with every content that it has, first to last: most have one.

    `call_id` is the call that it belongs to, None where Graph has no record of that; `shape` says what it is for.
    Numbers have all their digits, and money is in Decimals. Rows are to be read only.
    """

    source: PhoneSource
    row_id: str
    call_id: str | None
    shape: str
    contents: tuple[JsonObject, ...]


@dataclass(frozen=True)
class PhoneCall:
    """A telephone in a call: `outside` is its number; `user` whose call it is, `bot` the account of a service that took
    it, each as communicationsIdentitySet has it."""

    call_id: str
    kind: str
    start: datetime
    end: datetime
    outside: str
    user: JsonObject | None
    bot: JsonObject | None
    is_inbound: bool
    has_failed: bool

    @property
    def seconds(self) -> int:
        """How long it was connected."""
        return 0 if self.has_failed else int((self.end - self.start).total_seconds())


def phone_calls(call: Call) -> Iterator[PhoneCall]:
    """One for a call between a telephone and somebody, and one for each stay of a telephone in a meeting."""
    record = call.versions[-1].record
    identities = [participant["identity"] for participant in record["participants_v2"]]
    phones = [identity["phone"]["id"] for identity in identities if identity["phone"]]
    if call.kind in ("PSTN", "auto attendant"):
        yield _phone_call(call, record, phones[0], identities)
    elif phones and _is_employee(identities[0]):  # others' meetings are on the bills of others
        for session in record["sessions"]:
            caller = session["caller"].get("associatedIdentity") or {}
            if caller.get("id") in phones:
                yield _phone_call(call, session, caller["id"], identities[:1])


def number_of(identity: JsonObject) -> str:
    """The telephone number of a user or of an account of the organisation."""
    rest, area = divmod(UUID(identity["id"]).int, len(_AREAS))
    return f"+1{_AREAS[area]}55501{rest % 100:02}"


def user_columns(identity: JsonObject | None, empty: str | None = None) -> JsonObject:
    """The columns that tell whose call it is; `empty` in each where it is nobody's."""
    found = identity or {}
    return {
        "userId": found.get("id", empty),
        "userPrincipalName": found.get("userPrincipalName", empty),
        "userDisplayName": found.get("displayName", empty),
    }


def _is_employee(identity: JsonObject) -> bool:
    return str((identity["user"] or {}).get("userPrincipalName")).endswith("@fabrikam.example")


def _phone_call(call: Call, timed: JsonObject, number: str, identities: list[JsonObject]) -> PhoneCall:
    """That of `number`, with the times of the record or of a session."""
    return PhoneCall(
        call_id=call.call_id,
        kind=call.kind,
        start=datetime.fromisoformat(timed["startDateTime"]),
        end=datetime.fromisoformat(timed["endDateTime"]),
        outside=number,
        user=next((identity["user"] for identity in identities if identity["user"]), None),
        bot=next((identity["applicationInstance"] for identity in identities if identity["applicationInstance"]), None),
        is_inbound=identities[0]["phone"] is not None or call.kind not in ("PSTN", "auto attendant"),
        has_failed=call.versions[-1].record["sessions"][0]["failureInfo"] is not None and call.kind == "PSTN",
    )
