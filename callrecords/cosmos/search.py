"""A search for calls, as the Cosmos query that answers it: pure.

Calls are found day by day, newest first: a day is a prefix of the partition key of the container `calls`.
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
    """Where a page starts: a UTC day, and the start and id of the call after which it does; None: with the newest."""

    day: date
    after: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class Search:
    """The calls that started from `start` on and before `end`, as `filters` say; `top` a page, of which one starts at
    `place`."""

    start: datetime
    end: datetime
    filters: Filters
    top: int
    place: Place

    def query(self, place: Place) -> str:
        """The query over a day from `place` on: the newest first, and those of one second by id.

        No continuation of Cosmos DB is needed: a page starts where the values of a row say.
        """
        goes_on = ("c.startDateTime <= @at", "(c.startDateTime < @at OR c.callId > @after)") if place.after else ()
        conditions = ("c.startDateTime >= @from", "c.startDateTime < @to", *goes_on, *self.filters.conditions)
        return (
            f"SELECT TOP @most * FROM c WHERE {' AND '.join(conditions)}"  # noqa: S608 - values are parameters
            " ORDER BY c.startDateTime DESC, c.callId ASC"
        )

    def parameters(self, place: Place, most: int) -> list[dict[str, object]]:
        """The query's parameters as Cosmos wants them."""
        values = {"from": utc(self.start), "to": utc(self.end), "most": most, **self.filters.values}
        if place.after:
            values["at"], values["after"] = place.after
        return [{"name": f"@{name}", "value": value} for name, value in values.items()]


def _has_verdict(media: str, quality: str) -> str:
    condition = f"c.quality.{media}.verdict = @quality"
    if quality == "unclassified":  # as a medium of which the call has no stream is too
        return f"({condition} AND c.quality.{media}.streams.unclassified > 0)"
    return condition
