"""A search for rows of phone calls, as the Cosmos queries that answer it: pure.

Rows are found day by day: a day is a partition key of the container `phoneCalls`. A row belongs to the day that it has,
whatever its times are: so a search is over whole days. In a day the newest starts come first, and after them the rows
without a start, which no order by the start would give.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from callrecords.cosmos.search import Place
from callrecords.ports.phonerow import PhoneKind, PhoneRow, PhoneSource

OF_CALL = "EXISTS(SELECT VALUE j FROM j IN c.joined.calls WHERE j.callId = @call)"
"""The condition on a row `c` that it belongs to a call."""
# Of each row: where it is.
_ALWAYS = ("id", "day", "startDateTime")


@dataclass(frozen=True, kw_only=True)
class PhoneFilters:
    """What a row must have, in the form in which rows have it; None and () are not asked for.

    `user` is an id, or a user principal name, which has an @; `numbers` are forms of one number, any of which will do.
    """

    source: PhoneSource | None = None
    user: str | None = None
    numbers: tuple[str, ...] = ()
    trunk: str | None = None
    is_successful: bool | None = None
    kind: PhoneKind | None = None
    call: str | None = None
    is_joined: bool | None = None

    @property
    def conditions(self) -> Iterator[str]:
        """The conditions on a row `c`, whose parameters are those of `values`."""
        if self.source is not None:
            yield "c.source = @source"
        if self.user is not None:
            yield f"c.{'userPrincipalName' if '@' in self.user else 'userId'} = @user"
        if self.numbers:
            yield "ARRAY_CONTAINS(@numbers, c.number)"
        if self.trunk is not None:
            yield "c.trunk = @trunk"
        if self.is_successful is not None:
            yield "c.successful = @successful"
        if self.kind is not None:
            yield "c.kind = @kind"
        if self.call is not None:
            yield OF_CALL
        if self.is_joined is not None:
            yield "IS_DEFINED(c.joined.calls) = @joined"

    @property
    def values(self) -> dict[str, object]:
        """The values of the conditions' parameters."""
        told = {
            "source": self.source,
            "user": self.user,
            "numbers": [*self.numbers] or None,
            "trunk": self.trunk,
            "successful": self.is_successful,
            "kind": self.kind,
            "call": self.call,
            "joined": self.is_joined,
        }
        return {name: value for name, value in told.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class PhoneSearch:
    """The rows from `first_day` to `last_day`, or of `of_days` alone, as `filters` say, with these `fields`; `top` a
    page, of which one starts at `place`. The key in a place is the start of a row, empty where it has none, and its
    id."""

    first_day: date
    last_day: date
    of_days: frozenset[date] | None = None
    filters: PhoneFilters
    fields: tuple[str, ...]
    top: int
    place: Place

    @property
    def days(self) -> Iterator[date]:
        """The UTC days from that of `place` on, the newest first; none where that is another one."""
        if self.of_days is not None:
            yield from sorted((day for day in self.of_days if day <= self.place.day), reverse=True)
        elif self.first_day <= self.place.day <= self.last_day:
            yield from (
                self.place.day - timedelta(days=days) for days in range((self.place.day - self.first_day).days + 1)
            )

    def place_after(self, row: PhoneRow) -> Place:
        """Where the page starts whose first row is the one after `row`."""
        return Place(date.fromisoformat(row["day"]), (row.get("startDateTime", ""), row["id"]))

    def query(self, place: Place, *, started: bool) -> str | None:
        """The query for the first rows of a day from `place` on, of those with a start or of those without; None where
        none of these is left."""
        if started:
            conditions, order = ["IS_DEFINED(c.startDateTime)"], "c.startDateTime DESC, c.id ASC"
            after = "c.startDateTime <= @after0 AND (c.startDateTime < @after0 OR c.id > @after1)"
        else:
            conditions, order = ["NOT IS_DEFINED(c.startDateTime)"], "c.id ASC"
            after = "c.id > @after1"
        if place.after is not None and bool(place.after[0]) == started:
            conditions.append(after)
        elif place.after is not None and started:
            return None
        names = dict.fromkeys((*self.fields, *_ALWAYS))
        wanted = " AND ".join(["c.day = @day", *conditions, *self.filters.conditions])
        return (
            f"SELECT TOP @most {', '.join(f'c.{name}' for name in names)} FROM c"  # noqa: S608 - values are parameters
            f" WHERE {wanted} ORDER BY {order}"
        )

    def parameters(self, place: Place, most: int) -> list[dict[str, object]]:
        """The parameters of `query` as Cosmos wants them."""
        after = {f"after{number}": value for number, value in enumerate(place.after or ())}
        values = {"day": place.day.isoformat(), "most": most, **after, **self.filters.values}
        return [{"name": f"@{name}", "value": value} for name, value in values.items()]
