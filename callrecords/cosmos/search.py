"""A search for calls, as the Cosmos queries that answer it: pure.

Calls are found day by day: a day is a prefix of the partition key of the container `calls`. A page starts where the
values of a row say, so that no continuation of Cosmos DB is needed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from callrecords.cosmos import order
from callrecords.cosmos.endfilters import EndFilters
from callrecords.cosmos.order import Key, Sort
from callrecords.graphtypes import utc
from callrecords.ports.callrow import CallRow

# Of each row: where it is, and whether its endpoints can be queried.
_ALWAYS = ("day", "callId", "packing")
# Of other rows the endpoints are packed, or there was no room for them.
_HAS_PLAIN_ENDPOINTS = 'c.packing = "details"'


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a fact row must have, in the form in which rows have it; None is not asked for.

    `number` has no +. `organizer` is an id, or a user principal name in lower case, which has an @. `end` is asked of
    one endpoint.
    """

    number: str | None = None
    type: str | None = None
    modality: str | None = None
    organizer: str | None = None
    thread_id: str | None = None
    call_id: str | None = None
    end: EndFilters = field(default_factory=EndFilters)

    @property
    def conditions(self) -> Iterator[str]:
        """The conditions on a row `c`, whose parameters are those of `values`; not that on its endpoints."""
        if self.number is not None:
            yield "(ARRAY_CONTAINS(c.phoneNumbers, @number) OR ARRAY_CONTAINS(c.phoneNumbers, @numberWithPlus))"
        if self.type is not None:
            yield "c.type = @type"
        if self.modality is not None:
            yield "ARRAY_CONTAINS(c.modalities, @modality)"
        if self.organizer is not None and "@" in self.organizer:
            yield "STRINGEQUALS(c.organizer.userPrincipalName, @organizer, true)"
        elif self.organizer is not None:
            yield "c.organizer.id = @organizer"
        if self.thread_id is not None:
            yield "c.threadId = @threadId"
        if self.call_id is not None:
            yield "c.callId = @id"
        yield from self.end.of_call

    @property
    def values(self) -> dict[str, object]:
        """The values of the conditions' parameters."""
        told = {
            "number": self.number,
            "numberWithPlus": None if self.number is None else f"+{self.number}",
            "type": self.type,
            "modality": self.modality,
            "organizer": self.organizer,
            "threadId": self.thread_id,
            "id": self.call_id,
            **self.end.values,
        }
        return {name: value for name, value in told.items() if value is not None}


class Place(NamedTuple):
    """Where a page starts: a UTC day, and the key of the row after which it does; None: with the first.

    The worst calls are those of all days together: there the day is the last one.
    """

    day: date
    after: Key | None = None


@dataclass(frozen=True, kw_only=True)
class Search:
    """The calls that started from `start` on and before `end`, as `filters` say, with these `fields`; `top` a page, of
    which one starts at `place`."""

    start: datetime
    end: datetime
    filters: Filters
    fields: tuple[str, ...]
    top: int
    place: Place
    sort: Sort = "newest"

    @property
    def days(self) -> Iterator[date]:
        """The UTC days from that of `place` on, the newest first."""
        return self._days(self.place.day)

    @property
    def all_days(self) -> Iterator[date]:
        """The UTC days of the whole period."""
        return self._days(self.last_day)

    @property
    def last_day(self) -> date:
        """The newest UTC day of the period."""
        return (self.end - timedelta(microseconds=1)).date()

    def place_after(self, row: CallRow) -> Place:
        """Where the page starts whose first row is the one after `row`."""
        day = self.last_day if self.sort == "worst" else date.fromisoformat(row["day"])
        return Place(day, order.key(self.sort, row))

    def query(self, place: Place, before: Key | None = None) -> str:
        """The query for the first rows of a day from `place` on, those alone that come before the key `before`.

        A row whose endpoints cannot be queried is found by what its other fields say.
        """
        names = dict.fromkeys((*self.fields, *_ALWAYS, *order.names(self.sort)))
        conditions = [*self._conditions]
        if place.after:
            conditions.append(order.beyond(self.sort, "after"))
        if before:
            conditions.append(order.beyond(self.sort, "before"))
        if self.filters.end.of_endpoint:
            conditions.append(f"(NOT ({_HAS_PLAIN_ENDPOINTS}) OR {self.filters.end.of_endpoint})")
        return (
            f"SELECT TOP @most {', '.join(f'c.{name}' for name in names)} FROM c"  # noqa: S608 - values are parameters
            f" WHERE {' AND '.join(conditions)} {order.order_by(self.sort)}"
        )

    def parameters(self, place: Place, most: int, before: Key | None = None) -> list[dict[str, object]]:
        """The parameters of `query` as Cosmos wants them."""
        keys = (("after", place.after), ("before", before))
        named = {f"{name}{number}": value for name, key in keys for number, value in enumerate(key or ())}
        return self._parameters({"day": place.day.isoformat(), "most": most, **named})

    def counting(self, *, undecided: bool = False) -> str | None:
        """The query that counts the calls of a day; with `undecided` those that may be such, but have endpoints that
        cannot be queried: None where no call can be one."""
        of_endpoint = self.filters.end.of_endpoint
        if undecided and not of_endpoint:
            return None
        at_endpoint = f"NOT ({_HAS_PLAIN_ENDPOINTS})" if undecided else of_endpoint
        conditions = [*self._conditions, *([at_endpoint] if at_endpoint else [])]
        return f"SELECT VALUE COUNT(1) FROM c WHERE {' AND '.join(conditions)}"  # noqa: S608 - values are parameters

    def counting_parameters(self, day: date) -> list[dict[str, object]]:
        """The parameters of `counting` as Cosmos wants them."""
        return self._parameters({"day": day.isoformat()})

    def _days(self, newest: date) -> Iterator[date]:
        return (newest - timedelta(days=days) for days in range((newest - self.start.date()).days + 1))

    @property
    def _conditions(self) -> Sequence[str]:
        # The index serves what a query says, not the part of a partition key that is beside it.
        return "c.day = @day", "c.startDateTime >= @from", "c.startDateTime < @to", *self.filters.conditions

    def _parameters(self, more: Mapping[str, object]) -> list[dict[str, object]]:
        values = {"from": utc(self.start), "to": utc(self.end), **more, **self.filters.values}
        return [{"name": f"@{name}", "value": value} for name, value in values.items()]
