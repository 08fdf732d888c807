"""What Graph answers to the requests for a call record."""

from callrecords.jsontypes import JsonObject
from tests.unit.graph.fake_graph import ROOT
from tests.unit.invented import CALL

PATH = f"/v1.0/communications/callRecords/{CALL}"
SESSIONS_NEXT = "sessions@odata.nextLink"
PARTICIPANTS_NEXT = "participants_v2@odata.nextLink"


def with_sessions(*ids: str, **properties: object) -> JsonObject:
    """Graph's answer to the first request: the record and its first page of sessions."""
    return {
        "@odata.context": f"{ROOT}/v1.0/$metadata#communications/callRecords/$entity",
        "id": CALL,
        "version": 1,
        "somethingNew": {"kept": True},
        "sessions@odata.context": f"{ROOT}/v1.0/$metadata#sessions",
        "sessions": [{"id": each, "segments": []} for each in ids],
        **properties,
    }


def with_participants(*ids: str, **properties: object) -> JsonObject:
    """Graph's answer to the second request: the record and its first page of participants."""
    return {"id": CALL, "version": 1, "participants_v2": [{"id": each} for each in ids], **properties}


def page(*ids: str, next_link: str | None = None) -> JsonObject:
    elements: JsonObject = {"value": [{"id": each} for each in ids]}
    return elements if next_link is None else {**elements, "@odata.nextLink": next_link}


def link(token: str) -> str:
    return f"{ROOT}{PATH}/sessions?$skiptoken={token}"
