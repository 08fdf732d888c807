"""The routes of call records. Every one needs the role CallRecords.Read.All."""

from aiohttp import web

from callrecords.graphtypes import JsonObject
from local.graph.errors import bad_request, forbidden
from local.graph.odata import PARTICIPANTS, RECORD, RECORDS, SESSIONS, Resource, parse_query
from local.graph.records import Preferences, Representation
from local.graph.responses import json_response
from local.graph.simulator import GraphSimulator


def call_id(request: web.Request) -> str | None:
    """The id of the call record that the path names, None where it names none."""
    key = request.match_info.get("key")
    return key.strip("/()'") if key else None


async def list_records(graph: GraphSimulator, request: web.Request) -> web.Response:
    """GET /communications/callRecords"""
    shown = _representation(graph, request)
    query = parse_query(request.query, RECORDS)
    found = (each for each in graph.records.values() if graph.is_kept(each) and query.matches(each))
    return json_response(shown.records(found, query))


async def get_record(graph: GraphSimulator, request: web.Request) -> web.Response:
    """GET /communications/callRecords/{id}"""
    shown = _representation(graph, request)
    query = parse_query(request.query, RECORD)
    if graph.cloud != "global" and query.expand and query.expand.relationship == "participants_v2":
        raise bad_request(
            "Could not find a property named 'participants_v2' on type 'microsoft.graph.callRecords.callRecord'."
        )
    return json_response(shown.record(_held(graph, request), query))


async def list_sessions(graph: GraphSimulator, request: web.Request) -> web.Response:
    """GET /communications/callRecords/{id}/sessions"""
    return _list_elements(graph, request, "sessions", SESSIONS)


async def list_participants(graph: GraphSimulator, request: web.Request) -> web.Response:
    """GET /communications/callRecords/{id}/participants_v2"""
    return _list_elements(graph, request, "participants_v2", PARTICIPANTS)


def _list_elements(graph: GraphSimulator, request: web.Request, relationship: str, resource: Resource) -> web.Response:
    shown = _representation(graph, request)
    query = parse_query(request.query, resource)
    return json_response(shown.elements(_held(graph, request), relationship, query))


def _representation(graph: GraphSimulator, request: web.Request) -> Representation:
    """How the caller wants to see records. Raises GraphError 403 when it may not see any."""
    graph.authorize(forbidden())
    root = f"{request.scheme}://{request.host}/v1.0"
    preferences = Preferences.parse(request.headers.getall("Prefer", []))
    return Representation(root, preferences, knows_tests=graph.cloud == "global", omits_empty=graph.omits_empty)


def _held(graph: GraphSimulator, request: web.Request) -> JsonObject:
    return graph.held(call_id(request) or "")
