"""The meeting that a call belongs to."""

import re
from urllib.parse import unquote

# https://learn.microsoft.com/graph/api/resources/onlinemeeting: the id of the chat is a part of the join URL.
_THREAD = re.compile(r"/(19:[^/?#]+@thread\.[a-z0-9]+|19:meeting_[^/?#]+)")


def thread_id(join_url: str | None) -> str | None:
    """The id of the meeting's chat thread, such as 19:meeting_...@thread.v2, which all calls of a series share."""
    found = _THREAD.search(unquote(join_url)) if join_url else None
    return found[1] if found else None
