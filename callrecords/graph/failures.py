"""What the SDK raises, as errors of this app, by what they mean."""

import contextlib
import email.utils
import math
import re
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

# Of what Graph says to explain an error, these alone are told: its words may repeat what somebody else wrote. Codes are
# single words, but for the few of the directory's, and names of permissions are all of one form
# (https://learn.microsoft.com/graph/errors, https://learn.microsoft.com/graph/permissions-reference).
_CODE = re.compile(r"[A-Za-z]{1,40}|(Authorization|Request|Directory)_[A-Za-z]{1,40}|[45]\d\d", re.ASCII)
_NAME = r"[A-Z][A-Za-z]{2,30}"
_RIGHTS = "Read|ReadBasic|ReadWrite|Write|Manage|Create|Access|Initiate|Join"
_PERMISSION = re.compile(rf"(?<![\w.-]){_NAME}(?:-{_NAME})?\.(?:{_RIGHTS})\.All(?![\w-])", re.ASCII)
_MOST_PERMISSIONS = 5
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
    code, words = _explanation(error)
    message = f"{what}: Graph answered {status}{_told(code, words)}."
    match status:
        case 400 if any(own in f"{code}: {words}".lower() for own in _OWN_FAILURES):
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


def _explanation(error: APIError) -> tuple[str, str]:
    """Graph's own code and words."""
    main = error.error if isinstance(error, ODataError) else None
    return (str(main.code or ""), str(main.message or "")) if main else ("", "")


def _told(code: str, words: str) -> str:
    """What of Graph's explanation may be told: its code, and the permissions that it names."""
    told = f" {code}" if _CODE.fullmatch(code) else ""
    named = list(dict.fromkeys(_PERMISSION.findall(words)))[:_MOST_PERMISSIONS]
    return f"{told} (it names {', '.join(named)})" if named else told


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
