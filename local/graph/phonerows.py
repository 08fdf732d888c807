"""The rows of phone calls that Graph holds, and how it shows them.

https://learn.microsoft.com/graph/api/resources/callrecords-pstncalllogrow and
https://learn.microsoft.com/graph/api/resources/callrecords-directroutinglogrow
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from callrecords.graphtypes import JsonObject
from callrecords.ports.phonerow import PhoneSource
from local.graph.odata import Instant, parse_instant

UNSET = "0001-01-01T00:00:00Z"
"""How a Direct Routing row says that something never happened."""

# https://learn.microsoft.com/microsoftteams/pstn-usage-report tells how long reports have them; Graph's pages do not.
_KEPT_FOR: dict[PhoneSource, timedelta] = {"pstn": timedelta(days=365), "directRouting": timedelta(days=150)}
# The last digits of the number outside, by the country of the organisation (the same page).
_HIDDEN_DIGITS = {**dict.fromkeys(("BE", "DE", "DK", "ES", "FI", "IT", "NL", "NO", "SE"), 3), "CH": 4, "FR": 4}
_INBOUND = re.compile(r"byotin|(.*_)?in(_|$)", re.IGNORECASE)
_NUMBER = re.compile(r"\+?\d+")


@dataclass(frozen=True)
class PhoneRules:
    """How rows are given.

    page_size         rows in a page
    delay             how long after the start of its call, at least and at most, a row appears: 24 to 48 h in Graph
    country           that of the organisation (ISO 3166-1): in some, digits of the number outside are stars
    shows_transferor  whether Direct Routing rows have transferorCorrelationId, which is documented for beta alone
    """

    page_size: int = 1_000
    delay: tuple[timedelta, timedelta] = (timedelta(), timedelta())
    country: str = "US"
    shows_transferor: bool = False


class _Held(NamedTuple):
    """A row, when its call began, and when it appears."""

    row: JsonObject
    began: Instant
    appears: datetime


class PhoneRows:
    """The rows by source and id, each as it was published last."""

    def __init__(self, rules: PhoneRules, clock: Callable[[], datetime]) -> None:
        self.rules = rules
        self._clock = clock
        self._held: dict[PhoneSource, dict[str, _Held]] = {"pstn": {}, "directRouting": {}}

    def publish(self, source: PhoneSource, row: JsonObject) -> None:
        """Graph now has this row, in place of an earlier one with its id. It shows it once its delay is over.

        Columns are shown as they are, known or not; money has to be Decimals. Raises ValueError for a row without an
        id, or without any time.
        """
        if not isinstance(row.get("id"), str):
            raise ValueError(f"Row of a {source} call: id is {row.get('id')!r}, expected a string.")
        began = _began(row)
        shortest, longest = self.rules.delay
        delay = shortest + (longest - shortest) * Random(row["id"]).random() if longest else shortest
        self._held[source][row["id"]] = _Held(row, began, began[0] + delay)

    def forget(self, source: PhoneSource, row_id: str) -> None:
        """Graph no longer has the row."""
        self._held[source].pop(row_id, None)

    def shown(self, source: PhoneSource, is_wanted: Callable[[Instant], bool]) -> list[JsonObject]:
        """The rows of the calls whose start is wanted. Their order means nothing; a row that appears between two pages
        moves those after it, as $skip has it."""
        now, kept_for = self._clock(), _KEPT_FOR[source]
        rows = [
            each.row
            for each in self._held[source].values()
            if is_wanted(each.began) and each.appears <= now < each.began[0] + kept_for
        ]
        return [self._as_shown(row) for row in sorted(rows, key=lambda row: str(row["id"])[::-1])]

    def _as_shown(self, row: JsonObject) -> JsonObject:
        outside = "callerNumber" if _INBOUND.match(row.get("callType") or "") else "calleeNumber"
        shown = {name: self._masked(value) if name == outside else value for name, value in row.items()}
        if not self.rules.shows_transferor:
            shown.pop("transferorCorrelationId", None)
        return shown

    def _masked(self, number: object) -> object:
        """The number with stars in place of the digits that are hidden. What is a name, as some are, stays."""
        hidden = _HIDDEN_DIGITS.get(self.rules.country, 0)
        if not hidden or not isinstance(number, str) or not _NUMBER.fullmatch(number):
            return number
        return re.sub(rf"\d{{1,{hidden}}}$", lambda digits: "*" * len(digits[0]), number)


def _began(row: JsonObject) -> Instant:
    """When the call began, or when somebody was invited to it if it never did. Raises ValueError."""
    for name in ("startDateTime", "inviteDateTime"):
        if (text := row.get(name)) is not None and text != UNSET:
            return parse_instant(text)
    raise ValueError(f"Row {row['id']}: startDateTime is {row.get('startDateTime')!r}, expected a time.")
