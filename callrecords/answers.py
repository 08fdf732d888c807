"""Answers to people and services over HTTP: JSON or another text, with ETag and gzip where they help."""

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

import orjson

from callrecords.errors import CallRecordsError, Forbidden, NotFound, Throttled, Unavailable

_JSON = "application/json"
# Below this, gzip does not save a packet.
_WORTH_GZIP = 1_400
_ZERO = re.compile(r"q=0(?:\.0*)?", re.IGNORECASE)

_STATUS: dict[type[CallRecordsError], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    Throttled: HTTPStatus.TOO_MANY_REQUESTS,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    Forbidden: HTTPStatus.SERVICE_UNAVAILABLE,
}


class BadParameter(CallRecordsError):
    """A parameter of a request is not as expected; the message names it."""


@dataclass(frozen=True)
class Answer:
    """Status, body, its media type, and headers."""

    status: HTTPStatus
    body: bytes = b""
    media_type: str = _JSON
    headers: Mapping[str, str] = field(default_factory=dict)

    def encoded(self, request_headers: Mapping[str, str]) -> "Answer":
        """The same as the request wants it: 304 without a body where it has it already, or gzipped."""
        etag = self.headers.get("ETag")
        if etag and etag in _listed(request_headers, "if-none-match"):
            return Answer(HTTPStatus.NOT_MODIFIED, b"", self.media_type, {"ETag": etag})
        if len(self.body) < _WORTH_GZIP or "gzip" not in _listed(request_headers, "accept-encoding"):
            return self
        headers = {**self.headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return Answer(self.status, gzip.compress(self.body, compresslevel=5), self.media_type, headers)


def json_answer(document: object, status: HTTPStatus = HTTPStatus.OK, **headers: str) -> Answer:
    """`document` as JSON; names of headers with underscores for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, orjson.dumps(document), headers=named)


def problem(status: HTTPStatus, sentence: str, **headers: str) -> Answer:
    """What is wrong, in plain words."""
    return json_answer({"error": sentence}, status, **headers)


def refusal(error: CallRecordsError) -> Answer:
    """The answer to a request that failed because of `error`."""
    if isinstance(error, BadParameter):
        return problem(HTTPStatus.BAD_REQUEST, str(error))
    retry_after = getattr(error, "retry_after", None)
    headers = {"Retry_After": str(round(retry_after))} if retry_after else {}
    return problem(_STATUS.get(type(error), HTTPStatus.BAD_GATEWAY), str(error), **headers)


def _listed(headers: Mapping[str, str], name: str) -> set[str]:
    """The members of a list in a header, but those that a weight of 0 rules out."""
    text = next((value for key, value in headers.items() if key.lower() == name), "")
    members = (member.replace(" ", "").split(";") for member in text.split(","))
    return {member for member, *weights in members if not _ZERO.fullmatch("".join(weights))}
