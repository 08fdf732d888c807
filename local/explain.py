"""Says in plain words what happened in a call, for whom it was bad, and why.

FILE has the call record as JSON, as Graph Explorer gives it for
  GET /communications/callRecords/{id}?$expand=sessions($expand=segments)
with or without its participants_v2. No account is needed, and nothing leaves this machine.
"""

import argparse
import json
import sys
import textwrap
from pathlib import Path

import orjson

from callrecords.callrecord import CallRecord, Caveat
from callrecords.errors import Unreadable
from callrecords.facts.explain import explain
from callrecords.facts.people import organizer
from callrecords.facts.row import fact_row
from callrecords.graphtypes import JsonObject
from callrecords.ports.callrow import CallRow

WIDTH = 100
_LISTS = ("sessions", "participants_v2")


def row_of(text: bytes, tenant_id: str | None) -> CallRow:
    """The fact row of the record in `text`; the organisation is that of the organiser where none is given.

    Raises Unreadable, which says what is wrong.
    """
    try:
        found = orjson.loads(text.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"It is no JSON: {error}.") from None
    if isinstance(found, dict) and isinstance(found.get("value"), list):
        raise Unreadable("It is a list, or a page of one: expected one call record.")
    if not isinstance(found, dict) or "startDateTime" not in found or not isinstance(found.get("id"), str):
        raise Unreadable("It is no call record: expected an object with id and startDateTime.")
    for name in _LISTS:
        if f"{name}@odata.nextLink" in found:
            raise Unreadable(
                f"It has a first page of {name} and a link to more: expected all of them."
                " The app gives a record whole: GET calls/{id}."
            )
        if not isinstance(found.get(name, []), list | None):
            raise Unreadable(f"{name} is no list.")
    record = _record(found)
    organized_by = organizer(record)
    return fact_row(record, tenant_id or (organized_by and organized_by.tenant_id) or "unknown")


def _record(found: JsonObject) -> CallRecord:
    version = found.get("version")
    caveats: tuple[Caveat, ...] = () if found.get("sessions") else ("noSessions",)
    return CallRecord(
        call_id=found["id"],
        version=version if isinstance(version, int) else 0,
        properties={name: value for name, value in found.items() if name not in _LISTS},
        sessions=found.get("sessions") or [],
        participants=found.get("participants_v2") or [],
        caveats=caveats,
    )


def in_words(row: CallRow) -> str:
    """The explanation, as it is printed."""
    passages = ([each.title, *map(_wrapped, each.lines)] for each in explain(row))
    return "\n\n".join("\n".join(lines) for lines in passages)


def _wrapped(line: str) -> str:
    indent = "  " + " " * (len(line) - len(line.lstrip()))
    return textwrap.fill(line.strip(), WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  ")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/explain", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", metavar="FILE", help="the record; - for standard input")
    parser.add_argument(
        "--tenant",
        metavar="ID",
        help="your organisation's id; default: the organiser's. Needed for a call that a telephone began",
    )
    parser.add_argument("--json", action="store_true", help="print the fact row instead")
    return parser.parse_args()


def main() -> int:
    """Exit status: 0 explained, 2 the file cannot be read or is no call record."""
    arguments = _arguments()
    try:
        text = sys.stdin.buffer.read() if arguments.file == "-" else Path(arguments.file).read_bytes()
        row = row_of(text, arguments.tenant)
    except OSError as error:
        print(f"{arguments.file}: {error.strerror}.", file=sys.stderr)
        return 2
    except Unreadable as error:
        print(f"{arguments.file}: {error}", file=sys.stderr)
        return 2
    print(json.dumps(row, indent=2, ensure_ascii=False) if arguments.json else in_words(row))
    return 0


if __name__ == "__main__":
    sys.exit(main())
