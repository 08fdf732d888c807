from typing import TYPE_CHECKING, cast

import orjson
import pytest

from callrecords.facts.details import Details, unpack
from callrecords.facts.packing import packed
from callrecords.graphtypes import JsonObject

if TYPE_CHECKING:
    from callrecords.ports.callrow import EndpointRow, PersonRow

PERSONS = [cast("PersonRow", {"kind": "user", "id": f"user-{n}"}) for n in range(40)]
ENDPOINTS = [
    cast("EndpointRow", {"endpointId": f"{n}/caller", "who": {"kind": "user", "id": f"user-{n}"}}) for n in range(40)
]
# Numbers that compress badly.
DETAILS: Details = {
    "segments": [],
    "streams": {"x": [n * n * n * 7919 % 999983 for n in range(400)]},
}
ROW: JsonObject = {"id": "a call"}


def sized(most: int) -> JsonObject:
    return packed(ROW, PERSONS, ENDPOINTS, DETAILS, most)


SIZES = {name: len(orjson.dumps(sized(most))) for name, most in (("details", 10**6), ("nothing", 0))}


def test_where_there_is_room_participants_and_endpoints_are_plain() -> None:
    row = sized(SIZES["details"])
    assert (row["packing"], row["participants"], row["endpoints"]) == ("details", PERSONS, ENDPOINTS)
    assert unpack(row["details"]) == DETAILS


def test_where_there_is_less_all_are_packed_and_the_row_says_so() -> None:
    row = sized(SIZES["details"] - 1)
    assert row.keys() == {"id", "packing", "details"}
    assert row["packing"] == "endpointsAndDetails"
    assert unpack(row["details"]) == {"participants": PERSONS, "endpoints": ENDPOINTS, **DETAILS}


def test_where_there_is_still_less_the_streams_are_left_out_and_the_row_says_so() -> None:
    row = sized(len(orjson.dumps(sized(SIZES["details"] - 1))) - 1)
    assert row["packing"] == "endpoints"
    assert unpack(row["details"]) == {"participants": PERSONS, "endpoints": ENDPOINTS}


@pytest.mark.parametrize("most", [0, SIZES["nothing"]])
def test_where_there_is_no_room_at_all_the_row_says_that_nothing_is_in_it(most: int) -> None:
    assert sized(most) == {"id": "a call", "packing": "nothing"}
