"""What Graph answers to the requests for a call record."""

import httpx

from callrecords.graphtypes import JsonObject
from tests.invented import CALL, START
from tests.unit.graph.fake_graph import ROOT

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


class PagedCall:
    """Graph's answers for a call whose lists have so many pages after the first.

    A page has one element, whose id tells the version and the number of the page: v1.0 is on the first.
    """

    def __init__(self, sessions: int = 0, participants: int = 0) -> None:
        self.version = 1
        self.faults: dict[str, httpx.Response] = {}
        """What is answered instead: by the number of a page, the list that is expanded, or "record" alone."""
        self._last = {"sessions": sessions, "participants_v2": participants}
        self._expired: list[httpx.Response] = []

    def expire_links(self, answer: httpx.Response) -> None:
        """Has `answer` for the nextLinks that were given until now."""
        self._expired.append(answer)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        token, expanded = (request.url.params.get(name, "") for name in ("$skiptoken", "$expand"))
        given, _, number = token.partition(".")
        name = expanded.partition("(")[0]
        if token and int(given) < len(self._expired):
            return self._expired[int(given)]
        if fault := self.faults.get(number or name or "record"):
            return fault
        return httpx.Response(
            200, json=self._page(request.url, int(number)) if token else self._record(request.url.path, name)
        )

    def _page(self, url: httpx.URL, number: int) -> JsonObject:
        is_last = number == self._last[url.path.rpartition("/")[2]]
        return page(f"v{self.version}.{number}", next_link=None if is_last else self._next_link(url.path, number))

    def _record(self, path: str, name: str) -> JsonObject:
        record: JsonObject = {"id": path.rpartition("/")[2], "version": self.version, "startDateTime": START}
        if name:
            record[name] = [{"id": f"v{self.version}.0"}]
        if self._last.get(name):
            record[f"{name}@odata.nextLink"] = self._next_link(f"{path}/{name}", 0)
        return record

    def _next_link(self, path: str, number: int) -> str:
        return f"{ROOT}{path}?$skiptoken={len(self._expired)}.{number + 1}"
