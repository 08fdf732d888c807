"""The code in docs/data.md that reads the lists of a record, and what a row has packed, gives what was stored, that
which makes a digest of rows gives that of Counts, and that which adds up what phone calls cost loses no digit."""

import json
import re
import subprocess
from collections.abc import Callable
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest

from callrecords.cosmos.items import split
from callrecords.elements import Elements
from callrecords.facts import details
from callrecords.facts.streamcolumns import streams_of
from callrecords.graphtypes import JsonObject
from callrecords.ports.completeness import Counts
from tests.generated import phone_call_rows, rows
from tests.invented import TENANT, call_record
from tests.markdown import page, section

DATA = page("docs/data.md")
# In several pages, with line ends of every sort in strings.
STORED: list[list[JsonObject]] = [
    [{"id": "s1", "name": "Zoë"}, {"id": "s2", "lines": "a\nb\r\nc\u2028d\x85e"}],
    [{"id": "s3", "ratio": 0.1, "segments": []}],
]


type Reading = Callable[[str, str, object], Any]


def code(language: str, heading: str) -> str:
    return "\n".join(re.findall(rf"```{language}\n(.*?)```", section(DATA, heading), re.S))


def in_python(heading: str, function: str, argument: object) -> Any:
    names: dict[str, Callable[[object], Any]] = {}
    exec(code("python", heading), names)
    return names[function](argument)


def in_javascript(heading: str, function: str, text: object) -> Any:
    called = f"{function}(JSON.parse(process.argv[1]) ?? undefined)"
    script = f"{code('js', heading)}\nconsole.log(JSON.stringify({called}));"
    ran = subprocess.run(["node", "-e", script, json.dumps(text)], capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)


@pytest.mark.parametrize("read", [in_python, in_javascript])
def test_the_lists_of_a_record_are_read(read: Reading) -> None:
    heading = "Read a whole record"
    sessions = Elements()
    for each_page in STORED:
        sessions.add(each_page)
    header = split(call_record(sessions=[], participants=[{"id": "p"}]), TENANT).header
    stored = Elements(sessions)
    assert read(heading, "elements", header.get("sessions")) == []
    assert read(heading, "elements", header["participants_v2"]) == [{"id": "p"}]
    for elements in (sessions, stored):
        text = split(call_record(sessions=[*elements]), TENANT).header["sessions"]
        assert read(heading, "elements", text) == [each for each_page in STORED for each in each_page]


@pytest.mark.parametrize("read", [in_python, in_javascript])
def test_what_a_row_has_packed_is_read(read: Reading) -> None:
    for row in rows()[:3]:
        assert read("Read what is packed", "details", row["details"]) == details.unpack(row["details"])


def test_streams_are_read_as_objects() -> None:
    found = details.unpack(rows()[0]["details"])
    streams = in_python("Read what is packed", "streams", found)
    known = [{name: value for name, value in each.items() if value is not None} for each in streams]
    assert known == [*streams_of(found["streams"])] != []


def test_what_phone_calls_cost_is_added_up_to_the_last_digit_by_currency_and_kind() -> None:
    paid = [row for row in phone_call_rows() if "totalCharge" in row]
    assert len({row["kind"] for row in paid}) > 1
    found = in_python("Phone calls", "spend", phone_call_rows())
    assert found == {
        (currency, kind): sum(
            Decimal(row["totalCharge"]) for row in paid if (row.get("currency"), row["kind"]) == (currency, kind)
        )
        for currency, kind in {(row.get("currency"), row["kind"]) for row in paid}
    }
    tenths = [{"totalCharge": "0.10", "currency": "USD", "kind": "call"}] * 3
    assert in_python("Phone calls", "spend", [*tenths, {"kind": "call"}]) == {("USD", "call"): Decimal("0.30")}


def test_the_digest_of_rows_is_the_sum_of_those_of_their_ids_and_versions_in_any_order() -> None:
    found = [{"callId": row["callId"], "version": row["version"]} for row in rows()]
    digests = [sha256(f"{row['callId']}:{row['version']}".encode()).hexdigest()[:32] for row in found]
    total = sum(int(each, 16) for each in digests)
    assert total > 2**128
    expected = f"{total % 2**128:032x}"
    assert in_python("Completeness", "digest", found) == in_python("Completeness", "digest", found[::-1]) == expected
    assert in_python("Completeness", "digest", found[:1]) == digests[0]
    assert in_python("Completeness", "digest", []) == Counts().digest
