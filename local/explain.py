"""Says in plain words what happened in a call, and of each person what was bad, why, what failed, and the rating.

FILE has the call record as JSON. The app gives it whole, in one file: GET /api/calls/{id}.

Graph itself gives it to an application with the permission CallRecords.Read.All. Graph Explorer cannot
read it, because it signs in as a person. With a token of the application, save the answers to two requests:
  curl -H "Authorization: Bearer $TOKEN" -H 'Prefer: include-unknown-enum-members' -o record.json \\
    'https://graph.microsoft.com/v1.0/communications/callRecords/{id}?$expand=sessions($expand=segments)'
  curl -H "Authorization: Bearer $TOKEN" -o participants.json \\
    'https://graph.microsoft.com/v1.0/communications/callRecords/{id}?$expand=participants_v2'
The second may be left out: those at the ends of sessions are known without it.

Graph gives long lists in pages. An answer that is not the last page has a link to the next one:
sessions@odata.nextLink, participants_v2@odata.nextLink, or @odata.nextLink. Request that link in the same
way, save the answer to another file, and go on until an answer has no such link. Then name all files, in
any order:
  scripts/explain record.json participants.json sessions-2.json
If a page is missing, the command says so and explains nothing.

No account is needed for the explanation, and nothing leaves this machine.
"""

import argparse
import json
import re
import signal
import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from callrecords.errors import Unreadable
from callrecords.facts.explain.call import explain
from callrecords.facts.explain.voice import UNKNOWN_TENANT
from callrecords.facts.people import organizer
from callrecords.facts.row import fact_row
from callrecords.graphtypes import JsonObject
from callrecords.ports.callrow import CallRow
from local.recordfiles import parsed, record_of

WIDTH = 100
# What people are called and wrote is printed: a terminal would do what these say, or turn the line about.
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def row_of(answers: Iterable[JsonObject], tenant_id: str | None) -> CallRow:
    """The fact row of the record in the answers; the organisation is that of the organiser where none is given.

    Raises Unreadable, which says what is wrong.
    """
    record = record_of(answers)
    organized_by = organizer(record)
    return fact_row(record, tenant_id or (organized_by and organized_by.tenant_id) or UNKNOWN_TENANT)


def in_words(row: CallRow) -> str:
    """The explanation, as it is printed."""
    passages = ([each.title, *map(_wrapped, each.lines)] for each in explain(row))
    return "\n\n".join("\n".join(lines) for lines in passages)


def _wrapped(line: str) -> str:
    indent = "  " + " " * (len(line) - len(line.lstrip()))
    return textwrap.fill(
        _CONTROLS.sub("\ufffd", line.strip()),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_on_hyphens=False,
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/explain", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="the record, and further pages of its lists; - for standard input"
    )
    parser.add_argument(
        "--tenant",
        type=_guid,
        metavar="ID",
        help="your organisation's id, a GUID: it decides what is inbound. Default: the organiser's; needed for a"
        " call that a telephone began",
    )
    parser.add_argument("--json", action="store_true", help="print the fact row instead")
    return parser.parse_args()


def _guid(text: str) -> str:
    """The id as Graph spells it; raises ArgumentTypeError, which says what was expected."""
    try:
        return str(UUID(text))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"it is {text!r}, expected a GUID, such as the id of a tenant in Entra"
        ) from None


def _answer(file: str) -> JsonObject:
    return parsed(sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes())


def main() -> int:
    """Exit status: 0 explained, 2 a file cannot be read, or they do not have one whole call record."""
    arguments = _arguments()
    about, answers = "", list[JsonObject]()
    try:
        for about in arguments.files:
            answers.append(_answer(about))
        about = ", ".join(arguments.files)
        row = row_of(answers, arguments.tenant)
    except OSError as error:
        print(f"{about}: {error.strerror}.", file=sys.stderr)
        return 2
    except Unreadable as error:
        print(f"{about}: {error}", file=sys.stderr)
        return 2
    print(json.dumps(row, indent=2, ensure_ascii=False) if arguments.json else in_words(row))
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # whoever reads the words may stop early, such as head
    sys.exit(main())
