"""Which calls the rows of phone calls belong to, and what both tell of that: pure.

A row of Direct Routing has the id of its call for correlationId, and that of the call from which it was transferred for
transferorCorrelationId. Nothing in a row of PSTN leads to a call
(https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/3061): `inferred` compares number, user and time.
"""

from collections.abc import Collection

from callrecords.ports.callrow import PhoneLegRow
from callrecords.ports.phonerow import JoinedBy, JoinedCall, NotJoined, PhoneJoin, PhoneRow


def by_correlation(row: PhoneRow, known: Collection[str]) -> PhoneJoin:
    """The calls of a row of Direct Routing, of those that are `known`: its own, and the one that it was transferred
    from."""
    named: dict[str, JoinedBy] = {}
    for name in ("transferorCorrelationId", "correlationId"):
        if (call_id := row.get(name)) is not None:
            named[str(call_id)] = "correlationId" if name == "correlationId" else "transferorCorrelationId"
    calls: list[JoinedCall] = [
        {"callId": call_id, "by": by, "inferred": False} for call_id, by in named.items() if call_id in known
    ]
    if calls:
        return {"digest": row["digest"], "calls": calls[::-1]}
    return not_joined(row, "noCall" if named else "noCorrelation")


def leg_row(row: PhoneRow, call: JoinedCall) -> PhoneLegRow:
    """The row as that of its call tells it."""
    leg: PhoneLegRow = {
        "id": row["id"],
        "day": row["day"],
        "source": row["source"],
        "kind": row["kind"],
        "by": call["by"],
        "inferred": call["inferred"],
    }
    if "startSecondsApart" in call and "endSecondsApart" in call:
        leg |= {"startSecondsApart": call["startSecondsApart"], "endSecondsApart": call["endSecondsApart"]}
    if "successful" in row:
        leg["successful"] = row["successful"]
    if "totalCharge" in row:
        leg["totalCharge"] = row["totalCharge"]
    if "currency" in row:
        leg["currency"] = row["currency"]
    return leg


def not_joined(row: PhoneRow, reason: NotJoined) -> PhoneJoin:
    """That the row belongs to no call that is known."""
    return {"digest": row["digest"], "reason": reason}
