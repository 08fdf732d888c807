"""What the SDK raises, as errors of this app, by what they mean."""

import contextlib
import email.utils
import math
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
from azure.core.exceptions import AzureError, ClientAuthenticationError
from kiota_abstractions.api_error import APIError
from kiota_http._exceptions import KiotaHTTPXError
from msgraph.generated.models.o_data_errors.o_data_error import ODataError

from callrecords.errors import (
    CallRecordsError,
    Conflict,
    Forbidden,
    Garbled,
    NotFound,
    Refused,
    Throttled,
    Unauthorized,
    Unavailable,
)
from callrecords.graph.answers import UnwantedAnswer

_LONGEST = 300  # characters of Graph's words in a message
# Graph sends some failures of its own as 400; the same request is answered well a little later.
_OWN_FAILURES = ("object reference not set", "internal server error", "unknownerror", "generalexception")


@contextlib.contextmanager
def graph_errors(what: str) -> Iterator[None]:
    """Turns what the SDK raises into this app's errors. Their messages start with `what`."""
    try:
        yield
    except APIError as error:
        raise _by_meaning(what, error) from error
    except ClientAuthenticationError as error:
        raise Forbidden(f"{what}: no token for Graph ({type(error).__name__}).") from error
    except UnwantedAnswer as error:
        raise Garbled(f"{what}: {error}.") from error
    except (httpx.HTTPError, httpx.InvalidURL, KiotaHTTPXError, AzureError) as error:
        raise Unavailable(f"{what}: Graph could not be reached ({type(error).__name__}).") from error


def _by_meaning(what: str, error: APIError) -> CallRecordsError:
    status = error.response_status_code or 0
    message = f"{what}: Graph answered {status}{_explanation(error)}."
    match status:
        case 400 if any(words in _explanation(error).lower() for words in _OWN_FAILURES):
            return Garbled(message)
        case 401:
            return Unauthorized(message)
        case 403:
            return Forbidden(message)
        case 404:
            return NotFound(message)
        case 429:
            return Throttled(message, _retry_after(error))
        case 503 if _retry_after(error) is not None:
            return Throttled(message, _retry_after(error))
        case 409:
            return Conflict(message)
        case status if 400 <= status < 500 and status != 408:
            return Refused(message)
    return Unavailable(message)


def _explanation(error: APIError) -> str:
    """Graph's own code and words, which name resources and rules."""
    main = error.error if isinstance(error, ODataError) else None
    if main is None:
        return ""
    words = f"{main.code}: {main.message.rstrip('.')[:_LONGEST]}" if main.message else str(main.code)
    return f" {words.encode(errors='replace').decode()}"  # half of a surrogate pair could not be put on a queue


def _retry_after(error: APIError) -> float | None:
    """Seconds, whole or fractional, or until an HTTP date; None where the header is missing or malformed."""
    text = httpx.Headers(error.response_headers).get("Retry-After", "")
    try:
        seconds = float(text)
    except ValueError:
        seconds = _seconds_until(text)
    return max(seconds, 0) if math.isfinite(seconds) else None


def _seconds_until(http_date: str) -> float:
    try:
        until = email.utils.parsedate_to_datetime(http_date)
    except ValueError:
        return math.nan
    return (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
