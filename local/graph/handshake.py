"""Graph's validation of a notification endpoint, before a subscription to it is made.

https://learn.microsoft.com/graph/change-notifications-delivery-webhooks#notificationurl-validation
"""

import asyncio
import uuid
from urllib.parse import quote_plus

import aiohttp
from yarl import URL

from local.graph.errors import GraphError


async def validate_endpoint(url: str, seconds: float) -> None:
    """Returns when the endpoint has answered 200 text/plain with the token, decoded, within `seconds`.

    Raises GraphError 400 when it has not.
    """
    # Opaque to the endpoint: the end makes sure that it is decoded, and only once.
    token = f"Validation: Testing client application reachability for subscription Request-Id: {uuid.uuid4()} +&%2B"
    separator = "&" if URL(url).query_string else "?"
    target = URL(f"{url}{separator}validationToken={quote_plus(token)}", encoded=True)
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    try:
        async with (
            asyncio.timeout(seconds),
            aiohttp.ClientSession() as session,
            session.post(target, headers=headers, allow_redirects=False) as response,
        ):
            status, content_type = response.status, response.content_type
            text = await response.text(errors="replace")
    except TimeoutError:
        raise _validation_error("Subscription validation request timed out.") from None
    except aiohttp.ClientError as error:
        raise _validation_error(f"Subscription validation request failed. {error}") from None
    if status != 200:
        raise _validation_error(
            "Subscription validation request failed. Notification endpoint must respond with 200 OK to"
            f" validation request. HTTP status code is {status}."
        )
    if (content_type, text) != ("text/plain", token):
        raise _validation_error(
            "Subscription validation request failed. Notification endpoint must respond with the decoded"
            f" validation token as text/plain; the response is {content_type}, {text[:200]!r}."
        )


def _validation_error(message: str) -> GraphError:
    return GraphError(400, "ValidationError", message)
