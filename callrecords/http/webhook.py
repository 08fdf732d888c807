"""What Graph is answered on the two anonymous routes to which it posts."""

from http import HTTPStatus
from typing import TYPE_CHECKING

from callrecords.errors import Unavailable
from callrecords.http.answers import Answer
from callrecords.webhook.notifications import NotACollection, TooLarge

if TYPE_CHECKING:
    from callrecords.webhook.receive import Webhook


async def answer(webhook: "Webhook | None", validation_token: str | None, body: bytes) -> Answer:
    """Graph's token back in a handshake; else 202 when every id in `body` is on the queue, 503 when not, and 400 or 413
    for what Graph never sends.

    Without a webhook, because settings are wrong, Graph is asked to send it again.
    """
    if validation_token is not None:
        return _text(HTTPStatus.OK, validation_token)
    if webhook is None:
        return _text(HTTPStatus.SERVICE_UNAVAILABLE, "This app is not configured yet.")
    try:
        await webhook.receive(body)
    except NotACollection as error:
        return _text(HTTPStatus.BAD_REQUEST, str(error))
    except TooLarge as error:
        return _text(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, str(error))
    except Unavailable as error:
        return _text(HTTPStatus.SERVICE_UNAVAILABLE, str(error))
    return _text(HTTPStatus.ACCEPTED)


def _text(status: HTTPStatus, text: str = "") -> Answer:
    return Answer(status, text.encode(), media_type="text/plain")
