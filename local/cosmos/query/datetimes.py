"""Date and time functions.

Date-times are strings, "2026-11-24T09:30:00.1234567Z", in UTC. A tick is 100 ns; ticks and timestamps
(milliseconds) count from 1970.
https://learn.microsoft.com/azure/cosmos-db/nosql/query/date-time-functions
"""

import calendar
import re
import time
from datetime import datetime, timedelta

from local.cosmos.query.signature import Function
from local.cosmos.query.values import INTEGER, NUMBER, STRING

_EPOCH = datetime(1970, 1, 1)  # naive like all here, which is UTC
_TICKS = 10_000_000  # a second

_DATE_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,7}))?)?Z?)?")

_MONTHS = {"year": 12, "month": 1}
_NANOSECONDS = {
    "day": 86_400_000_000_000,
    "hour": 3_600_000_000_000,
    "minute": 60_000_000_000,
    "second": 1_000_000_000,
    "millisecond": 1_000_000,
    "microsecond": 1_000,
    "nanosecond": 1,
}
_ABBREVIATIONS = {
    "year": ("yyyy", "yy"),
    "month": ("mm", "m"),
    "day": ("dd", "d"),
    "hour": ("hh",),
    "minute": ("mi", "n"),
    "second": ("ss", "s"),
    "millisecond": ("ms",),
    "microsecond": ("mcs",),
    "nanosecond": ("ns",),
}
_PARTS = {short: part for part, shorts in _ABBREVIATIONS.items() for short in (part, *shorts)}


def _part(name: str) -> str:
    if name.lower() not in _PARTS:
        raise ValueError(name)
    return _PARTS[name.lower()]


def _ticks(text: str) -> int:
    found = _DATE_TIME.fullmatch(text)
    if not found:
        raise ValueError(text)
    year, month, day, hour, minute, second = (int(group or 0) for group in found.groups()[:6])
    seconds = (datetime(year, month, day, hour, minute, second) - _EPOCH) // timedelta(seconds=1)
    return seconds * _TICKS + int((found[7] or "").ljust(7, "0"))


def _moment(ticks: int) -> datetime:
    """To the second."""
    return _EPOCH + timedelta(seconds=ticks // _TICKS)


def _text(ticks: int) -> str:
    return f"{_moment(ticks).isoformat()}.{ticks % _TICKS:07}Z"


def _add(part: str, count: int, text: str) -> str:
    part, ticks = _part(part), _ticks(text)
    if part in _MONTHS:
        return _text(_add_months(ticks, count * _MONTHS[part]))
    return _text(ticks + count * _NANOSECONDS[part] // 100)


def _add_months(ticks: int, count: int) -> int:
    moment = _moment(ticks)
    year, month = divmod(moment.year * 12 + moment.month - 1 + count, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    moved = moment.replace(year=year, month=month + 1, day=day)
    return ticks + (moved - moment) // timedelta(seconds=1) * _TICKS


def _difference(part: str, start: str, end: str) -> int:
    """How many boundaries of `part` are between the two."""
    part, start_ticks, end_ticks = _part(part), _ticks(start), _ticks(end)
    if part in _MONTHS:
        first, last = _moment(start_ticks), _moment(end_ticks)
        years = last.year - first.year
        return years if part == "year" else years * 12 + last.month - first.month
    unit = _NANOSECONDS[part]
    return end_ticks * 100 // unit - start_ticks * 100 // unit


def _value_of_part(part: str, text: str) -> int:
    part, ticks = _part(part), _ticks(text)
    if part in ("millisecond", "microsecond", "nanosecond"):
        return ticks % _TICKS * 100 // _NANOSECONDS[part]
    value: int = getattr(_moment(ticks), part)
    return value


def _bin(text: str, part: str, size: int = 1, origin: str = "1970-01-01") -> str:
    part, start = _part(part), _ticks(origin)
    if part in _MONTHS or size < 1:
        raise ValueError(part, size)
    width = size * _NANOSECONDS[part]
    return _text(start + (_ticks(text) - start) * 100 // width * width // 100)


def _from_parts(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0, fraction: int = 0
) -> str:
    if not 0 <= fraction < _TICKS:
        raise ValueError(fraction)
    return f"{datetime(year, month, day, hour, minute, second).isoformat()}.{fraction:07}Z"


def _now() -> int:
    return time.time_ns() // 100


_NOW = {
    "GETCURRENTDATETIME": Function(lambda: _text(_now())),
    "GETCURRENTTICKS": Function(_now),
    "GETCURRENTTIMESTAMP": Function(lambda: _now() // 10_000),
}

FUNCTIONS = {
    **_NOW,
    **{f"{name}STATIC": function for name, function in _NOW.items()},
    "DATETIMEADD": Function(_add, (STRING, INTEGER, STRING)),
    "DATETIMEBIN": Function(_bin, (STRING, STRING), optional=(INTEGER, STRING)),
    "DATETIMEDIFF": Function(_difference, (STRING, STRING, STRING)),
    "DATETIMEFROMPARTS": Function(_from_parts, (INTEGER,) * 3, optional=(INTEGER,) * 4),
    "DATETIMEPART": Function(_value_of_part, (STRING, STRING)),
    "DATETIMETOTICKS": Function(_ticks, (STRING,)),
    "DATETIMETOTIMESTAMP": Function(lambda text: _ticks(text) // 10_000, (STRING,)),
    "TICKSTODATETIME": Function(lambda ticks: _text(int(ticks)), (NUMBER,)),
    "TIMESTAMPTODATETIME": Function(lambda milliseconds: _text(int(milliseconds) * 10_000), (NUMBER,)),
}
