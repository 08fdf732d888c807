"""Rows of phone calls while everything fails: what becomes of them, and of what calls tell of them."""

from collections.abc import Sequence

from callrecords.cosmos.calls import CONTAINER as CALLS
from callrecords.ports.phonerow import PhoneRow as StoredRow
from local.graph import GraphSimulator
from local.phoneimport import compare_phone_rows, stored_rows
from local.stack import Stack
from local.traffic import PhoneRow

# Which call it was transferred from is told by no row of v1.0.
_UNTOLD = "transfer with a correlation of its own"


def publish(rows: Sequence[PhoneRow], graph: GraphSimulator, content: int) -> None:
    """Lets Graph have the first or the last content (0 or -1) of each row."""
    for row in rows:
        graph.phone_rows.publish(row.source, row.contents[content])


async def wrong_phone_rows(stack: Stack, told: Sequence[PhoneRow]) -> list[str]:
    """What is wrong with the rows in Cosmos, in sentences."""
    calls = stack.database.get_container_client(CALLS).query_items("SELECT c.callId, c.phoneLegs FROM c")
    legs = {(row["callId"], leg["id"]) async for row in calls for leg in row.get("phoneLegs", ())}
    return wrong(told, await stored_rows(stack), legs)


def wrong(told: Sequence[PhoneRow], stored: Sequence[StoredRow], legs: set[tuple[str, str]]) -> list[str]:
    """The same of the rows that are stored, where calls tell of these legs, each a call and a row."""
    compared = compare_phone_rows(told, stored)
    found = [f"The row {row_id} is missing." for row_id in compared.missing]
    found += [f"The row {row_id} is at another call than its own, or has another price." for row_id in compared.wrong]
    joined = {(call["callId"], row["id"]) for row in stored for call in row.get("joined", {}).get("calls", ())}
    expected = {
        (each.call_id, f"{each.source}-{each.row_id}")
        for each in told
        if each.call_id is not None and each.shape != _UNTOLD
    }
    found += [f"The row {row_id} is not joined to {call_id}." for call_id, row_id in expected - joined]
    return found + [f"Call {call_id} and row {row_id} do not tell of each other." for call_id, row_id in legs ^ joined]
