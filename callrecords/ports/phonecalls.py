"""The rows that Graph has of phone calls, for bills and trunks (graph.phonecalls)."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from callrecords.graphtypes import JsonObject
from callrecords.ports.phonerow import PhoneSource

LONGEST_SPAN = timedelta(days=90)
"""What may be asked for at once (https://learn.microsoft.com/graph/api/callrecords-callrecord-getpstncalls)."""


@dataclass(frozen=True, kw_only=True)
class PhonePage:
    """Rows as Graph sent them, their numbers that are not integers as Decimals; `is_repaired` where something in them
    is not.

    `next_link` leads to the next page, None after the last; `followed` tells how many pages came before this one.
    """

    rows: list[JsonObject]
    next_link: str | None
    followed: int
    is_repaired: bool


class PhoneCallPages(Protocol):
    """Where the rows of phone calls are read page by page."""

    def pages(
        self,
        source: PhoneSource,
        start: datetime,
        end: datetime,
        next_link: str | None = None,
        followed: int = 0,
    ) -> AsyncGenerator[PhonePage]:
        """The rows of the calls that started from `start` on and before `end`, in no order, one page in memory.

        With the `next_link` and the `followed` of a page, those after it. A page may have no rows, and a row may be in
        two pages. Raises CallRecordsError.
        """
