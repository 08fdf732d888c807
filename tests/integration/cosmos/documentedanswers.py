"""What the worked queries of docs/data.md are to find, computed without Cosmos DB from the same rows."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from callrecords.cosmos.items import split
from callrecords.graphtypes import JsonObject
from callrecords.phone.joins import leg_row
from callrecords.ports.callrow import CallRow, EndpointRow
from callrecords.ports.completeness import Completeness, DayCompleteness
from tests.generated import DAYS, phone_call_rows, roll_up, rows, versions
from tests.invented import NOW, TENANT

DAY = DAYS[2]
PHONE_ROWS = phone_call_rows()
PHONE_ROWS_OF_DAY = [row for row in PHONE_ROWS if row["day"] == DAY]
# Of a call that was transferred.
LEGS = Counter(row["correlationId"] for row in PHONE_ROWS if "correlationId" in row)
TRANSFERRED = max(LEGS, key=lambda call: LEGS[call])
TOLD_LEGS = [leg_row(row, row["joined"]["calls"][0]) for row in PHONE_ROWS if row.get("correlationId") == TRANSFERRED]

ROWS: list[CallRow] = [{**row, "phoneLegs": TOLD_LEGS} if row["phoneNumbers"] else row for row in rows()]
OF_DAY = [row for row in ROWS if row["day"] == DAY]
PHONED = next(row["callId"] for row in OF_DAY if "phoneLegs" in row)
RECORD = versions(DAY, 9)[0][-1]
USAGE = [roll_up(TENANT, day, [row for row in ROWS if row["day"] == day]) for day in DAYS]

COMPLETENESS = [
    DayCompleteness(tenant_id=TENANT, day=day, completeness=completeness, listed=3, newest=2, late=1, share=1.0, at=NOW)
    for day, completeness in zip((*DAYS, "2026-03-05"), get_args(Completeness), strict=True)
]

KEYS = {"tenant": TENANT, "day": DAY, "month": DAY[:7], "call": RECORD.call_id}


def completeness_id(day: str) -> str:
    return f"{TENANT}:completeness-{day}"


def is_users(endpoint: EndpointRow, user: str) -> bool:
    return endpoint["who"].get("id") == user


ENDPOINTS = [(row, endpoint) for row in OF_DAY for endpoint in row.get("endpoints", [])]

USER = next(user for row in OF_DAY for user in row["userIds"])
USER_PRINCIPAL_NAME = next(name for row in OF_DAY for name in row["userPrincipalNames"])
# They came back to the same call, in which only one of their stays was poor, or failed.
POOR_USER = next(
    user for row, each in ENDPOINTS for user in row["poorUserIds"] if is_users(each, user) and each["quality"] != "poor"
)
IMPAIRED_USER = next(
    each["who"]["id"] for _, each in ENDPOINTS if "impairedBy" in each and each["who"]["kind"] == "user"
)
FAILED_USER = next(
    user for row, each in ENDPOINTS for user in row["failedUserIds"] if is_users(each, user) and not each["failed"]
)
# Of one who called somebody as well, and of a call that was poor on other subnets too.
ORGANISER = next(
    row["organizer"]["id"]
    for row in OF_DAY
    for other in OF_DAY
    if row.get("type") == "groupCall" != other.get("type")
    and row["organizer"].get("id") == other["organizer"].get("id")
)
POOR_SUBNETS = [[each["subnet"] for each in row["audioBySubnet"] if each["poor"]] for row in OF_DAY]
SUBNET = next(subnets[0] for subnets in POOR_SUBNETS if len(subnets) > 1)
NUMBER = next(number for row in OF_DAY for number in row["phoneNumbers"])
ADDRESS = next(address for row in OF_DAY for address in row["publicAddresses"])
THREAD = next(row["threadId"] for row in OF_DAY if "threadId" in row)
PHONE_USER = next(row["userId"] for row in PHONE_ROWS_OF_DAY if "userId" in row)
PHONE_NUMBER = next(row["number"] for row in PHONE_ROWS_OF_DAY if "number" in row)
TRUNK = next(row["trunk"] for row in PHONE_ROWS_OF_DAY if row.get("successful") is False)
DEVICE = next(each["captureDevices"][0] for _, each in ENDPOINTS if "captureDevices" in each)


@dataclass(frozen=True)
class Answer:
    """What a query is to find with the given parameters; `ordered` where the order counts."""

    expected: list[Any]
    parameters: JsonObject
    ordered: bool = False


def chosen(rows: Iterable[Mapping[str, Any]], *names: str) -> list[JsonObject]:
    return [told(row, *names) for row in rows]


def told(of: Mapping[str, Any], *names: str) -> JsonObject:
    """Those of the fields that are there: a query leaves out what is not."""
    return {name: of[name] for name in names if name in of}


def by_start(rows: list[CallRow]) -> list[CallRow]:
    return sorted(rows, key=lambda row: row["startDateTime"])


def worst_first(rows: list[CallRow]) -> list[CallRow]:
    return sorted(rows, key=lambda row: (-row["affectedEndpoints"], -row["poorStreams"], row["callId"]))


def user_id(endpoint: EndpointRow) -> JsonObject:
    return {"userId": endpoint["who"]["id"]} if "id" in endpoint["who"] else {}


def is_on(endpoint: EndpointRow, **network: str) -> bool:
    return any(each.items() >= network.items() for each in endpoint.get("networks", []))


def impairing() -> Iterator[JsonObject]:
    for row in OF_DAY:
        own = [each for each in row.get("endpoints", []) if is_users(each, IMPAIRED_USER)]
        by = {name for each in own for name in each.get("impairedBy", [])}
        for each in row.get("endpoints", []):
            if each["endpointId"] in by:
                yield {"callId": row["callId"], **told(each, "endpointId", "who", "sent")}


def every_endpoint() -> Iterator[JsonObject]:
    for row, each in ENDPOINTS:
        network = told(each["networks"][0], "connectionType") if "networks" in each else {}
        yield {
            **told(row, "callId", "startDateTime"),
            **told(each, "endpointId", "platform", "seconds", "quality"),
            **told(each["who"], "kind"),
            **user_id(each),
            **network,
        }


def poor_on_24_ghz(row: CallRow) -> bool:
    endpoints = row.get("endpoints", [])
    return any(each["quality"] == "poor" and is_on(each, wifiBand="frequency24GHz") for each in endpoints)


def with_the_headset() -> Iterator[JsonObject]:
    for row, each in ENDPOINTS:
        if DEVICE in each.get("captureDevices", []):
            sent = each.get("sent", {}).get("audio")
            yield {
                **told(row, "callId", "startDateTime"),
                **user_id(each),
                "quality": each["quality"],
                **({"sentAudio": sent["verdict"]} if sent else {}),
            }


def poor_audio_on_the_subnet() -> Iterator[JsonObject]:
    for row, each in ENDPOINTS:
        audio = each.get("received", {}).get("audio")
        if audio and audio["verdict"] == "poor" and is_on(each, subnet=SUBNET):
            yield {
                **told(row, "callId", "startDateTime"),
                **user_id(each),
                **told(audio, "numbers"),
                **told(each, "causes"),
            }


def audio_by_endpoint() -> Iterator[JsonObject]:
    for row, each in ENDPOINTS:
        audio = each.get("received", {}).get("audio")
        if audio and audio["good"] + audio["poor"] > 0:
            yield {
                **told(row, "callId"),
                **user_id(each),
                **told(each, "renderDevices"),
                **(told(each["networks"][0], "subnet") if "networks" in each else {}),
                **told(audio, "good", "poor"),
            }


def counts_for_rates() -> Iterator[JsonObject]:
    for row in OF_DAY:
        if not row.get("isTest"):
            audio = row["quality"].get("audio")
            yield {
                **told(row, "callId", "qualityProfile", "sessions", "participantSeconds", "secondsByModality"),
                **({"audioStreams": audio["streams"]} if audio else {}),
            }


def rated_bad() -> Iterator[JsonObject]:
    for row, each in ENDPOINTS:
        if each.get("rating") in ("bad", "poor"):
            yield {"callId": row["callId"], **user_id(each), **told(each, "rating", "feedbackTokens", "quality")}


def of_user(user: str, **has: object) -> Iterator[tuple[CallRow, EndpointRow]]:
    for row, each in ENDPOINTS:
        if is_users(each, user) and each.items() >= has.items():
            yield row, each


def failures_of_the_service() -> Iterator[JsonObject]:
    for row in OF_DAY:
        for failure in row["failures"]:
            if failure["kind"] != "expected":
                yield {**told(row, "callId", "startDateTime"), **failure}


def calls_with_poor_video() -> list[int]:
    found = [row["quality"]["video"] for row in OF_DAY if "video" in row["quality"]]
    return [sum(each["verdict"] == "poor" for each in found)]


def items_of_the_call() -> list[JsonObject]:
    items = split(RECORD, TENANT)
    return [items.header, *items.parts]


ANSWERS = {
    "The newest calls of a day": Answer(
        chosen(
            by_start(OF_DAY)[:-21:-1],
            "callId", "type", "startDateTime", "durationSeconds", "participantCount", "affectedEndpoints",
        ),
        {},
        ordered=True,
    ),
    "The worst calls of a day": Answer(
        chosen(
            worst_first(OF_DAY)[:20], "callId", "startDateTime", "affectedEndpoints", "poorStreams", "endpointCount"
        ),
        {},
        ordered=True,
    ),
    "A person's calls on a day": Answer(
        chosen(
            by_start([row for row in OF_DAY if USER in row["userIds"]]),
            "callId", "startDateTime", "durationSeconds", "modalities",
        ),
        {"@user": USER},
        ordered=True,
    ),
    "A person's calls in a week": Answer(
        chosen(
            [row for row in ROWS if USER_PRINCIPAL_NAME in row["userPrincipalNames"] and row["day"] < DAYS[2]],
            "callId", "day", "startDateTime", "durationSeconds",
        ),
        {"@user": USER_PRINCIPAL_NAME, "@from": f"{DAYS[0]}T00:00:00Z", "@to": f"{DAYS[2]}T00:00:00Z"},
    ),
    "A person's poor calls, and why": Answer(
        [
            {**told(row, "callId", "startDateTime"), **told(each, "endpointId", "received", "causes")}
            for row, each in of_user(POOR_USER, quality="poor")
        ],
        {"@user": POOR_USER},
    ),
    "Who impaired a person's calls": Answer([*impairing()], {"@user": IMPAIRED_USER}),
    "A person's failed calls": Answer(
        [
            {**told(row, "callId", "startDateTime"), **told(each, "endpointId", "failures")}
            for row, each in of_user(FAILED_USER, failed=True)
        ],
        {"@user": FAILED_USER},
    ),
    "Every endpoint of a day": Answer([*every_endpoint()], {}),
    "Calls that were poor on Wi-Fi of 2.4 GHz": Answer(
        chosen([row for row in OF_DAY if poor_on_24_ghz(row)], "callId", "startDateTime", "affectedEndpoints"), {}
    ),
    "Calls with a headset, and how they were": Answer([*with_the_headset()], {"@device": DEVICE}),
    "Poor audio on a subnet, and why": Answer([*poor_audio_on_the_subnet()], {"@subnet": SUBNET}),
    "Streams by person, device and subnet": Answer([*audio_by_endpoint()], {}),
    "Counts for rates, and seconds by modality": Answer([*counts_for_rates()], {}),
    "Calls from a public address": Answer(
        chosen(
            [row for row in OF_DAY if ADDRESS in row["publicAddresses"]],
            "callId", "startDateTime", "endpointCount", "affectedEndpoints",
        ),
        {"@address": ADDRESS},
    ),
    "Calls with a number": Answer(
        chosen(
            [row for row in OF_DAY if NUMBER in row["phoneNumbers"]],
            "callId", "startDateTime", "phoneNumbers", "userIds",
        ),
        {"@number": NUMBER},
    ),
    "Calls with phone legs, and how they were": Answer(
        [
            {"callId": row["callId"]}
            | told(row["quality"].get("audio", {}), "verdict")
            | told(leg, "id", "day", "source", "inferred")
            for row in OF_DAY
            for leg in row.get("phoneLegs", ())
        ],
        {},
    ),
    "The calls of a meeting series": Answer(
        chosen(
            [row for row in ROWS if row.get("threadId") == THREAD],
            "callId", "day", "startDateTime", "participantCount", "affectedEndpoints",
        ),
        {"@thread": THREAD},
    ),
    "An organiser's meetings": Answer(
        chosen(
            [
                row
                for row in OF_DAY
                if row.get("type") == "groupCall" and row.get("organizer", {}).get("id") == ORGANISER
            ],
            "callId", "startDateTime", "participantCount", "quality",
        ),
        {"@user": ORGANISER},
    ),
    "What people found bad, and what they ticked": Answer([*rated_bad()], {}),
    "Failed sessions, and what failed": Answer([*failures_of_the_service()], {}),
    "How many calls had video that was poor": Answer(calls_with_poor_video(), {}),
    "Which versions there are": Answer(chosen(OF_DAY, "callId", "version"), {}),
    "What the phone calls of a day cost": Answer(
        chosen(
            [row for row in PHONE_ROWS_OF_DAY if row["source"] == "pstn"], "currency", "kind", "totalCharge", "flags"
        ),
        {},
    ),
    "Failed Direct Routing calls of a trunk": Answer(
        chosen(
            [row for row in PHONE_ROWS_OF_DAY if row.get("trunk") == TRUNK and row.get("successful") is False],
            "trunk", "id", "inviteDateTime", "direction", "userId", "number", "sipCode", "subCode", "cause",
        ),
        {"@trunk": TRUNK},
    ),
    "A person's phone calls": Answer(
        chosen(
            [row for row in PHONE_ROWS if row.get("userId") == PHONE_USER and DAYS[1] <= row["day"] <= "2026-03-08"],
            "id", "day", "startDateTime", "direction", "kind", "number", "durationSeconds", "totalCharge", "currency",
            "successful",
        ),
        {"@user": PHONE_USER, "@from": DAYS[1], "@to": "2026-03-08"},
    ),
    "Phone calls with a number": Answer(
        chosen(
            [row for row in PHONE_ROWS if row.get("number") == PHONE_NUMBER],
            "id", "day", "source", "startDateTime", "direction", "userPrincipalName",
        ),
        {"@number": PHONE_NUMBER},
    ),
    "Emergency calls of a day": Answer(
        chosen(
            [row for row in PHONE_ROWS_OF_DAY if row["kind"] == "emergency"],
            "id", "startDateTime", "userId", "calleeNumber", "successful", "cause", "flags",
        ),
        {},
    ),
    "The rows of a call": Answer(
        chosen(
            [row for row in PHONE_ROWS if row.get("correlationId") == TRANSFERRED],
            "id", "day", "source", "kind", "trunk", "successful", "sipCode", "subCode", "totalCharge", "currency",
        ),
        {"@call": TRANSFERRED},
    ),
    "The call of a row": Answer(
        chosen(
            [row for row in ROWS if row["callId"] == PHONED],
            "callId", "day", "startDateTime", "userIds", "affectedEndpoints", "quality", "phoneLegs",
        ),
        {"@call": PHONED},
    ),
    "Rows of a day that belong to no call, and why": Answer(
        [
            told(row, "id", "source", "startDateTime", "number") | {"reason": row["joined"]["reason"]}
            for row in PHONE_ROWS_OF_DAY
            if "reason" in row["joined"]
        ],
        {},
    ),
    "Daily active users": Answer(
        [told(item, "day", "distinctOwnUsers", "calls", "participantMinutes") for item in USAGE[1:]],
        {"@from": DAYS[1], "@to": DAYS[2]},
        ordered=True,
    ),
    "Days that are not complete": Answer(
        [
            told(item.as_json(), "day", "completeness", "listed", "newest", "late", "givenUp", "expired", "share",
                 "unlisted", "contradictions", "unreadable", "leftAside")
            for item in COMPLETENESS
            if item.day in DAYS and item.completeness != "complete"
        ],
        {"@from": completeness_id(DAYS[0]), "@to": completeness_id(DAYS[2])},
    ),
    "All items of a call": Answer(items_of_the_call(), {}),
}  # fmt: skip
