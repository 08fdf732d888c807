"""NCRONTAB expressions, the schedules of timer triggers.

`{second} {minute} {hour} {day} {month} {day-of-week}`, or five fields without the second. A field is a list of
`*`, a value, or a range, each with an optional `/step`; months and weekdays have English names too. Unlike cron,
a time must match the day *and* the weekday. Ranges that start after their end, and steps of zero, are refused: they
would be read as something else
(https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions,
https://github.com/atifaziz/NCrontab/wiki/Crontab-Expression).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_LONGEST = dict(enumerate((31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), start=1))


@dataclass(frozen=True)
class _Field:
    name: str
    lowest: int
    highest: int
    names: tuple[str, ...] = ()

    def values(self, text: str) -> frozenset[int]:
        return frozenset(value for item in text.split(",") for value in self._item(item))

    def _item(self, item: str) -> range:
        span, has_step, step = item.partition("/")
        start, is_range, end = span.partition("-")
        if span == "*":
            first, last = self.lowest, self.highest
        else:
            first = self._value(start)
            last = self._value(end) if is_range else self.highest if has_step else first
        if first > last:
            raise ValueError(f"{self.name} {item!r} starts after its end")
        return range(first, last + 1, self._step(step) if has_step else 1)

    def _step(self, text: str) -> int:
        if not text.isdecimal() or int(text) == 0:
            raise ValueError(f"{self.name} has the step {text!r}: expected a whole number from 1")
        return int(text)

    def _value(self, text: str) -> int:
        named = [n for n, name in enumerate(self.names, self.lowest) if name.startswith(text.lower())]
        if named and len(text) >= len("mon"):
            return named[0]
        if not text.isdecimal() or not self.lowest <= int(text) <= self.highest:
            names = f" or a name such as {self.names[0][:3].upper()}" if self.names else ""
            raise ValueError(f"{self.name} is {text!r}: expected {self.lowest} to {self.highest}{names}")
        return int(text)


_FIELDS = (
    _Field("second", 0, 59),
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day-of-week", 0, 6, _WEEKDAYS),
)


@dataclass(frozen=True)
class NCrontab:
    """The seconds, minutes, hours, days, months and weekdays (Sunday is 0) that a schedule names."""

    seconds: frozenset[int]
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    @classmethod
    def parse(cls, expression: str) -> Self:
        """The schedule; ValueError names the field that is wrong, or says that no date ever matches."""
        texts = expression.split()
        if len(texts) == len(_FIELDS) - 1:
            texts = ["0", *texts]
        if len(texts) != len(_FIELDS):
            raise ValueError(f"{expression!r} has {len(texts)} fields: expected six, or five without the second.")
        try:
            schedule = cls(*(field.values(text) for field, text in zip(_FIELDS, texts, strict=True)))
        except ValueError as error:
            raise ValueError(f"{expression!r}: {error}.") from None
        if min(schedule.days) > max(_LONGEST[month] for month in schedule.months):
            raise ValueError(f"{expression!r} never comes: its months have no such day.")
        return schedule

    def next(self, after: datetime) -> datetime:
        """The first matching second later than `after`, in the time zone of `after`, which must not shift its clock
        (UTC, as timers have it on Flex Consumption)."""
        time = after.replace(microsecond=0) + timedelta(seconds=1)
        while True:
            if time.month not in self.months:
                time = (time.replace(day=1, hour=0, minute=0, second=0) + timedelta(days=31)).replace(day=1)
            elif time.day not in self.days or time.isoweekday() % 7 not in self.weekdays:
                time = time.replace(hour=0, minute=0, second=0) + timedelta(days=1)
            elif time.hour not in self.hours:
                time = time.replace(minute=0, second=0) + timedelta(hours=1)
            elif time.minute not in self.minutes:
                time = time.replace(second=0) + timedelta(minutes=1)
            elif time.second not in self.seconds:
                time += timedelta(seconds=1)
            else:
                return time
