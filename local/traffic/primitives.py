"""Graph's primitive types as JSON has them, drawn from a seeded source of chance."""

from datetime import datetime
from random import Random
from typing import NamedTuple
from uuid import UUID


class Span(NamedTuple):
    """From when to when, UTC."""

    start: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        """How long it is."""
        return (self.end - self.start).total_seconds()


def guid(rng: Random) -> str:
    """A random GUID (version 4) that depends on `rng` alone."""
    return str(UUID(int=rng.getrandbits(128), version=4))


def date_time(moment: datetime) -> str:
    """`moment` as DateTimeOffset: Graph leaves out the zeros at the end of the fraction, and the empty fraction."""
    # Graph counts in 100 ns. An odd microsecond gets a seventh digit, which keeps the order of moments.
    ticks = moment.microsecond * 10 + moment.microsecond % 2 * 7
    fraction = f"{ticks:07}".rstrip("0")
    return f"{moment:%Y-%m-%dT%H:%M:%S}{'.' if fraction else ''}{fraction}Z"


def cut(rng: Random, moment: datetime) -> datetime:
    """`moment` cut to 0 to 6 fractional digits: not every part of Teams reports with the same precision."""
    (digits,) = rng.choices(range(7), (15, 3, 3, 6, 3, 3, 67))
    step = 10 ** (6 - digits)
    return moment.replace(microsecond=moment.microsecond // step * step)


def duration(seconds: float) -> str:
    """`seconds`, under a minute, as Duration to the millisecond: PT0.016S."""
    return f"PT{round(seconds, 3):g}S"


def single(value: float) -> float:
    """`value` with the precision of Edm.Single."""
    return float(f"{value:.7g}")
