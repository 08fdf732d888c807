"""Answers over HTTP: JSON or another text, with ETag and gzip where they help."""

import csv
import gzip
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from http import HTTPStatus

import orjson

from callrecords.errors import CallRecordsError, Forbidden, NotFound, Throttled, Unauthorized, Unavailable

_JSON = "application/json"
# Below this, gzip does not save a packet.
_WORTH_GZIP = 1_400
# Answers are of persons, or of the health of the system: nobody keeps a copy but the client that asked for it, and what
# is no script is not run as one. An answer that is not, such as a static file, says so itself in its headers.
_ALWAYS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
# A spreadsheet takes a text that begins like this for a formula (https://owasp.org/www-community/attacks/CSV_Injection).
# Numbers do no harm, nor do telephone numbers (E.164), of which the last digits may be stars.
_LIKE_FORMULA = re.compile(r"[=+\-@\t\r\n]")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?|\+[0-9]+\*{0,4}")
_ZERO = re.compile(r"q=0(?:\.0*)?")

_STATUS: dict[type[CallRecordsError], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    Throttled: HTTPStatus.TOO_MANY_REQUESTS,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    Unauthorized: HTTPStatus.SERVICE_UNAVAILABLE,
    Forbidden: HTTPStatus.SERVICE_UNAVAILABLE,
}


class BadParameter(CallRecordsError):
    """A parameter of a request is not as expected; the message names it."""


@dataclass(frozen=True)
class Answer:
    """Status, body, its media type, and headers: those of its own, which `all_headers` completes."""

    status: HTTPStatus
    body: bytes = b""
    _: KW_ONLY
    media_type: str = _JSON
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def all_headers(self) -> dict[str, str]:
        """Its own, and those that every answer has which does not say otherwise."""
        return {**_ALWAYS, **self.headers}

    def encoded(self, request_headers: Mapping[str, str]) -> "Answer":
        """The same as the request wants it: 304 without a body where the client has it already, or gzipped."""
        varying = {"Vary": "Accept-Encoding"} if len(self.body) >= _WORTH_GZIP else {}
        answer = replace(self, headers={**self.headers, **varying})
        if _client_has(self.headers.get("ETag"), _listed(request_headers, "if-none-match")):
            return replace(answer, status=HTTPStatus.NOT_MODIFIED, body=b"")
        if not (varying and _accepts_gzip(_listed(request_headers, "accept-encoding"))):
            return answer
        headers = {**answer.headers, "Content-Encoding": "gzip"}
        return replace(answer, body=gzip.compress(self.body, compresslevel=5), headers=headers)


def json_answer(document: object, status: HTTPStatus = HTTPStatus.OK, **headers: str) -> Answer:
    """`document` as JSON; names of headers with underscores for hyphens."""
    return Answer(status, orjson.dumps(document), headers=_named(headers))


def csv_answer(columns: Sequence[str], rows: Iterable[Mapping[str, object]], **headers: str) -> Answer:
    """The rows as CSV under a head with the columns; what is None or not there is an empty cell.

    A text that a spreadsheet would take for a formula has an apostrophe before it. Names of headers have underscores
    for hyphens.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return Answer(HTTPStatus.OK, text.getvalue().encode(), media_type="text/csv", headers=_named(headers))


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"  # as in JSON
    is_formula = isinstance(value, str) and _LIKE_FORMULA.match(value) and not _NUMBER.fullmatch(value)
    return f"'{value}" if is_formula else value


def problem(status: HTTPStatus, sentence: str, **headers: str) -> Answer:
    """What is wrong, in plain words."""
    return json_answer({"error": sentence}, status, **headers)


def refusal(error: CallRecordsError) -> Answer:
    """The answer to a request that failed because of `error`."""
    if isinstance(error, BadParameter):
        return problem(HTTPStatus.BAD_REQUEST, str(error))
    retry_after = getattr(error, "retry_after", None)
    headers = {} if retry_after is None else {"Retry_After": str(max(1, math.ceil(retry_after)))}
    return problem(_STATUS.get(type(error), HTTPStatus.BAD_GATEWAY), str(error), **headers)


def _listed(headers: Mapping[str, str], name: str) -> list[str]:
    text = next((value for key, value in headers.items() if key.lower() == name), "")
    return text.replace(" ", "").split(",")


def _client_has(etag: str | None, listed: list[str]) -> bool:
    """Whether If-None-Match lists it, by the weak comparison of https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3.2."""
    return etag is not None and (
        "*" in listed or etag.removeprefix("W/") in (each.removeprefix("W/") for each in listed)
    )


def _accepts_gzip(listed: list[str]) -> bool:
    """Whether Accept-Encoding takes it: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3."""
    codings = (coding.lower().partition(";") for coding in listed)
    taken = {name: not _ZERO.fullmatch(weight) for name, _, weight in codings}
    return taken.get("gzip", taken.get("*", False))
