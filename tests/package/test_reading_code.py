"""The code in docs/data.md that reads the lists of a record gives what was stored."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from callrecords.cosmos.items import split
from callrecords.elements import Elements
from callrecords.graphtypes import JsonObject
from tests.invented import TENANT, call_record

SECTION = (
    (Path(__file__).parents[2] / "docs/data.md").read_text().split("\n## Read a whole record\n")[1].split("\n## ")[0]
)
# In several pages, with line ends of every sort in strings.
STORED: list[list[JsonObject]] = [
    [{"id": "s1", "name": "Zoë"}, {"id": "s2", "lines": "a\nb\r\nc\u2028d\x85e"}],
    [{"id": "s3", "ratio": 0.1, "segments": []}],
]


def code(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", SECTION, re.S)
    assert found
    return found[1]


def in_python(text: str | None) -> Any:
    names: dict[str, Callable[[str | None], Any]] = {}
    exec(code("python"), names)
    return names["elements"](text)


def in_javascript(text: str | None) -> Any:
    script = f"{code('js')}\nconsole.log(JSON.stringify(elements(JSON.parse(process.argv[1]) ?? undefined)));"
    ran = subprocess.run(["node", "-e", script, json.dumps(text)], capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)


@pytest.mark.parametrize("read", [in_python, in_javascript])
def test_the_lists_of_a_record_are_read(read: Callable[[str | None], Any]) -> None:
    sessions = Elements()
    for page in STORED:
        sessions.add(page)
    header = split(call_record(sessions=[], participants=[{"id": "p"}]), TENANT).header
    stored = Elements(sessions)
    assert read(header.get("sessions")) == []
    assert read(header["participants_v2"]) == [{"id": "p"}]
    for elements in (sessions, stored):
        text = split(call_record(sessions=[*elements]), TENANT).header["sessions"]
        assert read(text) == [each for page in STORED for each in page]
