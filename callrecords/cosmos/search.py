"""A search for calls, as the Cosmos query that answers it: pure.

Calls are found day by day, newest first: each day is one partition of the container `calls`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from callrecords.callrecord import MEDIA
from callrecords.graphtypes import utc


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a fact row must have, in the form in which rows have it; None is not asked for.

    `user` is an id or a user principal name in lower case, `number` has no +, `quality` is a verdict.
    """

    user: str | None = None
    number: str | None = None
    type: str | None = None
    modality: str | None = None
    subnet: str | None = None
    quality: str | None = None
    failed: bool | None = None

    @property
    def conditions(self) -> Iterator[str]:
        """The conditions on a row `c`, whose parameters are those of `values`."""
        if self.user is not None:
            yield "(ARRAY_CONTAINS(c.userIds, @user) OR ARRAY_CONTAINS(c.userPrincipalNames, @user))"
        if self.number is not None:
            yield "(ARRAY_CONTAINS(c.phoneNumbers, @number) OR ARRAY_CONTAINS(c.phoneNumbers, @numberWithPlus))"
        if self.type is not None:
            yield "c.type = @type"
        if self.modality is not None:
            yield "ARRAY_CONTAINS(c.modalities, @modality)"
        if self.subnet is not None:
            yield "ARRAY_CONTAINS(c.subnets, @subnet)"
        if self.quality == "poor" and self.subnet is not None:
            # A meeting has many subnets, and its poor stream may be on another one.
            yield "EXISTS(SELECT VALUE s FROM s IN c.audioBySubnet WHERE s.subnet = @subnet AND s.poor > 0)"
        elif self.quality:
            yield "(" + " OR ".join(_has_verdict(media, self.quality) for media in MEDIA) + ")"
        if self.failed is not None:
            yield "c.failed = @failed"

    @property
    def values(self) -> dict[str, object]:
        """The values of the conditions' parameters."""
        told = {
            "user": self.user,
            "number": self.number,
            "numberWithPlus": None if self.number is None else f"+{self.number}",
            "type": self.type,
            "modality": self.modality,
            "subnet": self.subnet,
            "quality": self.quality,
            "failed": self.failed,
        }
        return {name: value for name, value in told.items() if value is not None}


class Place(NamedTuple):
    """Where a page starts: a UTC day, and Cosmos' continuation within it; None: with the newest call."""

    day: date
    token: str | None = None


@dataclass(frozen=True, kw_only=True)
class Search:
    """The calls that started from `start` on and before `end`, as `filters` say; `top` a page, of which one starts at
    `place`."""

    start: datetime
    end: datetime
    filters: Filters
    top: int
    place: Place

    @property
    def query(self) -> str:
        """The query over the partition of one day, newest first."""
        where = " AND ".join(("c.startDateTime >= @from", "c.startDateTime < @to", *self.filters.conditions))
        return f"SELECT * FROM c WHERE {where} ORDER BY c.startDateTime DESC"  # noqa: S608 - values are parameters

    @property
    def parameters(self) -> list[dict[str, object]]:
        """The query's parameters as Cosmos wants them."""
        values = {"from": utc(self.start), "to": utc(self.end), **self.filters.values}
        return [{"name": f"@{name}", "value": value} for name, value in values.items()]


def _has_verdict(media: str, quality: str) -> str:
    condition = f"c.quality.{media}.verdict = @quality"
    if quality == "unclassified":  # as a medium of which the call has no stream is too
        return f"({condition} AND c.quality.{media}.streams.unclassified > 0)"
    return condition
