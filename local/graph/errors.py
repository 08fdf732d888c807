"""Graph's error answers: https://learn.microsoft.com/graph/errors, in the words that users of call records report."""

from datetime import datetime
from http import HTTPStatus

from callrecords.graphtypes import JsonObject


class GraphError(Exception):
    """A request that is answered with an error; `retry_after` becomes the header of that name."""

    def __init__(self, status: int, code: str, message: str, retry_after: str | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = {} if retry_after is None else {"Retry-After": retry_after}

    def body(self, now: datetime, request_id: str, client_request_id: str) -> JsonObject:
        """The JSON body of the answer."""
        date = now.strftime("%Y-%m-%dT%H:%M:%S")
        inner = {"date": date, "request-id": request_id, "client-request-id": client_request_id}
        if self.status == HTTPStatus.TOO_MANY_REQUESTS:
            inner = {
                "code": "429",
                "date": date,
                "message": "Please retry after",
                "request-id": request_id,
                "status": "429",
            }
        return {"error": {"code": self.code, "message": self.message, "innerError": inner}}


def bad_request(message: str) -> GraphError:
    """For a request that Graph would not understand, or that is not served here."""
    return GraphError(400, "BadRequest", message)


def invalid_token(message: str) -> GraphError:
    """For a request without a token that was issued and still holds."""
    return GraphError(401, "InvalidAuthenticationToken", message)


def forbidden() -> GraphError:
    """For a caller without the role; Graph says no more than that."""
    return GraphError(403, "Forbidden", "")


def record_not_found() -> GraphError:
    """For a record that is not there yet, no longer, or never was."""
    return GraphError(
        404,
        "NotFound",
        "Could not find the requested call record. Records about calls or online meetings that started more"
        " than 30 days ago are not available.",
    )


def too_many_requests(retry_after: str | None) -> GraphError:
    """For a request over a limit."""
    return GraphError(429, "TooManyRequests", "Please retry again later.", retry_after)


def by_status(status: int, retry_after: str | None) -> GraphError:
    """The error that Graph gives with `status` for a call record."""
    match status:
        case 401:
            return invalid_token("Access token has expired or is not yet valid.")
        case 403:
            return forbidden()
        case 404:
            return record_not_found()
        case 429:
            return too_many_requests(retry_after)
    phrase = HTTPStatus(status).phrase
    return GraphError(status, phrase.replace(" ", ""), f"{phrase}.", retry_after)
