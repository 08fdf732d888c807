"""The errors of this app, by what they mean for the work at hand.

`queues/retries.py` decides from the class alone what becomes of a queue message. Messages name the thing, its value
and what was expected; they never hold a piece of a call record.
"""

import asyncio
import contextlib
import traceback
from collections.abc import AsyncIterator
from pathlib import PurePath


class CallRecordsError(Exception):
    """Base of every error that this app raises on purpose."""


class NotFound(CallRecordsError):
    """The service does not have it: not yet, or no longer."""


class Throttled(CallRecordsError):
    """The service asks to come back later; `retry_after` in seconds, or None where it did not say when."""

    def __init__(self, message: str, retry_after: float | None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Interrupted(Throttled):
    """The same in the middle of what the service has and has begun to give."""


class Unavailable(CallRecordsError):
    """The service failed, could not be reached or was too slow: the same request may succeed later."""


class Unauthorized(CallRecordsError):
    """The service does not accept the caller's token or key."""


class Forbidden(CallRecordsError):
    """The service knows the caller and refuses: a permission is missing."""


class Refused(CallRecordsError):
    """The service will never accept this request as it is."""


class Conflict(Refused):
    """What there is already stands in the way of this request."""


class Unreadable(CallRecordsError):
    """What was received is not as expected and will not change: not JSON, of another shape, or beyond a limit."""


class Garbled(CallRecordsError):
    """The service answered, but not as it should: no JSON, another shape. The same request may get a better answer."""


class Unexpected(CallRecordsError):
    """Something unforeseen, most likely a defect of this app."""


@contextlib.asynccontextmanager
async def time_limit(seconds: float, what: str) -> AsyncIterator[None]:
    """Unavailable, which says what took too long, after so many seconds; any other TimeoutError passes as it is."""
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            yield
    except TimeoutError:
        if not limit.expired():
            raise
        raise Unavailable(f"{what} within {seconds} s.") from None


def own(error: Exception) -> CallRecordsError:
    """The error where it is one of this app's, else the Unexpected that tells of it."""
    return error if isinstance(error, CallRecordsError) else unexpected(error)


def unexpected(error: Exception) -> Unexpected:
    """The error that tells of `error` where it came from, without its words, which may have a piece of a record."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "callrecords" in frame.filename] or frames
    where = f" in {_in_package(own[-1].filename)}, line {own[-1].lineno}" if own else ""
    return Unexpected(f"An unexpected {type(error).__name__}{where}.")


def _in_package(filename: str) -> str:
    """The last folder and the name, such as usage/day.py: names alone repeat."""
    return "/".join(PurePath(filename).parts[-2:])
