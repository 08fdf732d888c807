"""The orders in which calls are found, in Cosmos queries and for rows at hand: pure.

infra/cosmos-containers.json has a composite index for each.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from callrecords.ports.callrow import CallRow

type Sort = Literal["newest", "worst"]
type Key = tuple[str | int, ...]
"""The values of a row by which it is sorted."""


class _Column(NamedTuple):
    name: str
    descends: bool


_COLUMNS: Mapping[Sort, Sequence[_Column]] = {
    "newest": (_Column("startDateTime", True), _Column("callId", False)),
    "worst": (_Column("affectedEndpoints", True), _Column("poorStreams", True), _Column("callId", False)),
}


def names(sort: Sort) -> list[str]:
    """The fields by which rows are sorted."""
    return [column.name for column in _COLUMNS[sort]]


def key(sort: Sort, row: CallRow) -> Key:
    """The values of the row by which it is sorted."""
    values: Mapping[str, Any] = row
    return tuple(values[name] for name in names(sort))


def sorted_rows(sort: Sort, rows: Iterable[CallRow]) -> list[CallRow]:
    """The rows in order."""
    found = [*rows]
    for number, column in reversed([*enumerate(_COLUMNS[sort])]):
        found.sort(key=lambda row: key(sort, row)[number], reverse=column.descends)
    return found


def order_by(sort: Sort) -> str:
    """The ORDER BY clause of a query over one day.

    That of the worst begins with the day, which decides nothing: else the index would be read over all days.
    """
    columns = [f"c.{column.name} {'DESC' if column.descends else 'ASC'}" for column in _COLUMNS[sort]]
    return f"ORDER BY {', '.join([*(['c.day DESC'] if sort == 'worst' else []), *columns])}"


def beyond(sort: Sort, side: Literal["after", "before"]) -> str:
    """The condition that a row comes after, or before, the key whose values are the parameters @after0, @after1, ..."""
    return _beyond(_COLUMNS[sort], 0, side)


def _beyond(columns: Sequence[_Column], number: int, side: Literal["after", "before"]) -> str:
    column, value = f"c.{columns[number].name}", f"@{side}{number}"
    sign = "<" if columns[number].descends == (side == "after") else ">"
    if number == len(columns) - 1:
        return f"{column} {sign} {value}"
    # The first condition is one that the index serves.
    return f"{column} {sign}= {value} AND ({column} {sign} {value} OR ({_beyond(columns, number + 1, side)}))"
