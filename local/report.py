"""What the demo shows: its figures, a table of them, and where to look around."""

import email.utils
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from azure.storage.queue import AccountSasPermissions, ResourceTypes, generate_account_sas
from rich.table import Table

from callrecords.cosmos.callrecords import CONTAINER
from callrecords.graphtypes import JsonObject
from callrecords.phone.amounts import plain
from callrecords.ports.phonerow import PhoneRow
from local import azurite
from local.compare import Comparison
from local.cosmos import KEY
from local.cosmos.authorization import authorization
from local.graph import GraphSimulator
from local.phoneimport import PhoneComparison
from local.stack import DATABASE, IDENTITY_HEADER, TENANT_ID, Stack
from local.traffic import Call

_IN_WORDS = {"complete": "complete", "soFar": "so far", "incomplete": "incomplete", "sampled": "sampled"}
# Of those that the demo has.
_WHY_NOT = {"noCall": "Graph has no record", "otherTime": "a try before another"}
_REPLAY = "scripts/operate replay --queue call-records --every-reason"


def figures(comparison: Comparison, of_phone: PhoneComparison, seconds: float) -> dict[str, object]:
    """The figures of `--json`."""
    return {
        "held": comparison.held,
        "stored": comparison.stored,
        "newest": comparison.newest,
        "whole": comparison.whole,
        "missing": comparison.missing,
        "phoneRows": of_phone.stored,
        "phoneRowsJoined": of_phone.joined,
        "phoneRowsWrong": of_phone.wrong,
        "seconds": round(seconds, 1),
    }


def result_table(comparison: Comparison, calls: Sequence[Call], graph: GraphSimulator, seconds: float) -> Table:
    """The outcome as a person reads it."""
    versions = sum(len(call.versions) for call in calls)
    notified = sum(len(version.notified_at) for call in calls for version in call.versions)
    largest = max(len(record["sessions"]) for record in graph.records.values())
    table = Table("What", "Figure", "Of", title="Call records in Cosmos, compared with Graph")
    for column in table.columns[1:]:
        column.justify = "right"
    table.add_row("Call records stored", str(comparison.stored), str(comparison.held))
    table.add_row("  at their newest version", str(comparison.newest), str(comparison.held))
    table.add_row("  whole, byte for byte", str(comparison.whole), str(comparison.held))
    table.add_row("Sessions in whole records", f"{comparison.sessions:,}", "")
    table.add_row("Participants in whole records", f"{comparison.participants:,}", "")
    table.add_row("Sessions of the largest meeting", str(largest), "", end_section=True)
    table.add_row("Versions that Graph published", str(versions), "")
    table.add_row("Notifications, repeats among them", str(notified), "")
    table.add_row("Seconds in all", f"{seconds:.0f}", "")
    for name, ids in (
        ("Missing", comparison.missing),
        ("Stale", comparison.stale),
        ("Mixed versions", comparison.mixed),
        ("Not as in Graph", comparison.broken),
        ("Orphaned parts", comparison.orphans),
    ):
        if ids:
            table.add_row(f"[red]{name}[/red]", str(len(ids)), ids[0])
    return table


def phone_table(comparison: PhoneComparison) -> Table:
    """The outcome for rows of phone calls."""
    table = Table("What", "Figure", "Of", title="Rows of phone calls in Cosmos, compared with Graph")
    for column in table.columns[1:]:
        column.justify = "right"
    table.add_row("Rows stored", str(comparison.stored), str(comparison.held))
    table.add_row("  joined to the call that they belong to", str(comparison.joined), str(comparison.held))
    for reason, count in sorted(comparison.not_joined.items()):
        table.add_row(f"  at none: {_WHY_NOT.get(reason, 'see docs/data.md')} ({reason})", str(count), "")
    for currency, told in comparison.told_charges.items():
        table.add_row(f"Charges in {currency}", plain(comparison.charges.get(currency, Decimal(0))), plain(told))
    for name, ids in (("Missing", comparison.missing), ("Not as in Graph", comparison.wrong)):
        if ids:
            table.add_row(f"[red]{name}[/red]", str(len(ids)), ids[0])
    return table


def phone_failure(row: PhoneRow) -> str:
    """What a row says of why its call failed, in words."""
    cause = row["cause"]
    told = {"SIP": cause.get("sipCode"), "Microsoft": cause.get("subCode"), "trunk": row.get("trunk")}
    codes = ", ".join(f"{name} {value}" for name, value in told.items() if value is not None)
    who = f"{row.get('userDisplayName', 'Nobody')} with {row.get('number', 'an unknown number')}"
    when = row.get("inviteDateTime", row["day"])
    return (
        f"  {row.get('direction', 'unknown').capitalize()}, {when}: {who}.\n  {cause['cause']}\n"
        f"  Side: {cause['side']} ({codes}).\n  Look at: {cause['lookAt']}"
    )


def completeness_line(day: JsonObject) -> str:
    """What GET completeness says of a day, in a line."""
    line = f"The app itself says (GET /api/completeness): {day['day']} is {_IN_WORDS[day['completeness']]}, "
    if "comparedAt" not in day:
        return f"{line}nothing of it was compared."
    part = "" if day["share"] == 1 else f"in {100 * day['share']:.0f} % of its minutes "
    compared = datetime.fromisoformat(day["comparedAt"]).astimezone(UTC)
    return (
        f"{line}{part}{day['newest']:,} of {day['listed']:,} calls that Graph lists are here at their newest version;"
        f" compared {compared:%Y-%m-%d %H:%M} UTC."
    )


def endpoints(stack: Stack, phoned: str) -> list[tuple[str, str]]:
    """What each part of the stack is and a command that asks it something; `phoned` is a call with phone legs."""
    call_id, record = next(iter(stack.graph.records.items()))
    cosmos_url = f"http://127.0.0.1:{stack.ports.cosmos}"
    environment = f"COSMOS_ENDPOINT={cosmos_url} COSMOS_KEY={KEY} COSMOS_DATABASE={DATABASE}"
    graph_url = f"http://127.0.0.1:{stack.ports.graph}"
    token = (
        f"curl -s -H 'X-IDENTITY-HEADER: {IDENTITY_HEADER}' "
        f"'{graph_url}/msi/token?api-version=2019-08-01&resource=https://graph.microsoft.com' | cut -d'\"' -f4"
    )
    return [
        *_of_the_app(stack.app_url, call_id, phoned, record["startDateTime"][: len("2026-03-04")]),
        (
            "The app: Graph's handshake",
            f"curl -X POST '{stack.app_url}/api/graph/notifications?validationToken=hello%20Graph'",
        ),
        (
            "The app: put back what was given up, as an operator",
            f"CallRecordsQueue='{stack.queue_connection}' GRAPH_TENANT_ID={TENANT_ID} {_REPLAY}",
        ),
        ("The app: what came of commands", f"curl -s {stack.app_url}/api/operations"),
        (
            "Graph simulator: a call record",
            f'curl -s -H "Authorization: Bearer $({token})" {graph_url}/v1.0/communications/callRecords/{call_id}',
        ),
        ("Cosmos server: the same record's header in Cosmos", _cosmos_command(stack, call_id)),
        (
            "Cosmos server: follow the facts of calls, until Ctrl-C",
            f"{environment} .venv/bin/python docs/examples/follow_calls.py .local/demo/position.txt",
        ),
        ("Azurite: its queues", f"curl -s '{_queues_url(stack)}'"),
    ]


def _of_the_app(url: str, call_id: str, phoned: str, day: str) -> list[tuple[str, str]]:
    """What people and services ask of it; in Azure with a function key."""
    days = f"from={day}&to={day}"
    fields = "callId,affectedEndpoints,poorStreams,poorUserIds"
    return [
        ("The app: its OpenAPI document", f"curl -s {url}/api/openapi.json"),
        ("The app: the worst calls of the day", f"curl -s '{url}/api/calls?{days}&sort=worst&top=3&fields={fields}'"),
        ("The app: the facts of a call", f"curl -s {url}/api/calls/{call_id}/facts"),
        (
            "The app: run a timer function now, which rolls up the day",
            f"curl -X POST -d '{{}}' {url}/admin/functions/roll_up_usage",
        ),
        ("The app: the report of that", f"curl -s '{url}/api/reports/quality?{days}'"),
        ("The app: phone calls that failed, and why", f"curl -s '{url}/api/phone-calls?{days}&failed=true'"),
        ("The app: the phone legs of a call", f"curl -s '{url}/api/phone-calls?call={phoned}'"),
        ("The app: phone calls for help", f"curl -s '{url}/api/phone-calls?{days}&kind=emergency'"),
        ("The app: phone calls that belong to no call", f"curl -s '{url}/api/phone-calls?{days}&joined=false'"),
        ("The app: what phone calls cost, as CSV", f"curl -s '{url}/api/phone-calls?{days}&source=pstn&format=csv'"),
        ("The app: how complete the day is", f"curl -s '{url}/api/completeness?{days}'"),
        ("The app: which link of the chain is broken", f"curl -s {url}/api/health/details"),
    ]


def _cosmos_command(stack: Stack, call_id: str) -> str:
    path = ["dbs", DATABASE, "colls", CONTAINER, "docs", call_id]
    date = email.utils.formatdate(usegmt=True)
    headers = {
        "x-ms-date": date,
        "authorization": authorization("GET", path, date),
        "x-ms-documentdb-partitionkey": f'["{TENANT_ID}","{call_id}"]',
    }
    options = " ".join(f"-H '{name}: {value}'" for name, value in headers.items())
    return f"curl -s {options} http://127.0.0.1:{stack.ports.cosmos}/{'/'.join(path)}"


def _queues_url(stack: Stack) -> str:
    sas = generate_account_sas(
        azurite.ACCOUNT,
        azurite.KEY,
        ResourceTypes(service=True),
        AccountSasPermissions(list=True),
        datetime.now(UTC) + timedelta(days=1),
    )
    return f"http://127.0.0.1:{stack.ports.queue}/{azurite.ACCOUNT}?comp=list&{sas}"
