"""Which calls the rows of phone calls belong to, and what both tell of that: pure.

A row of Direct Routing has the id of its call for correlationId, and that of the call from which it was transferred for
transferorCorrelationId. Nothing in a row of PSTN leads to a call
(https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/3061): `inferred` compares number, user and time.
"""

from collections.abc import Collection
from typing import cast

from callrecords.ports.callrow import PhoneLegRow
from callrecords.ports.phonerow import JoinedBy, JoinedCall, NotJoined, PhoneJoin, PhoneRow

_OF_ROW = ("id", "day", "source", "kind", "successful", "totalCharge", "currency")


def by_correlation(row: PhoneRow, known: Collection[str]) -> PhoneJoin:
    """The calls of a row of Direct Routing, of those that are `known`: its own, and the one that it was transferred
    from."""
    named: dict[str | None, JoinedBy] = {row.get("correlationId"): "correlationId"}
    named.setdefault(row.get("transferorCorrelationId"), "transferorCorrelationId")
    named.pop(None, None)
    calls: list[JoinedCall] = [
        {"callId": call_id, "by": by, "inferred": False}
        for call_id, by in named.items()
        if call_id and call_id in known
    ]
    if calls:
        return {"digest": row["digest"], "calls": calls}
    return not_joined(row, "noCall" if named else "noCorrelation")


def leg_row(row: PhoneRow, call: JoinedCall) -> PhoneLegRow:
    """The row as that of its call tells it."""
    of_row = {name: value for name, value in row.items() if name in _OF_ROW}
    return cast("PhoneLegRow", of_row | {name: value for name, value in call.items() if name != "callId"})


def not_joined(row: PhoneRow, reason: NotJoined) -> PhoneJoin:
    """That the row belongs to no call that is known."""
    return {"digest": row["digest"], "reason": reason}
