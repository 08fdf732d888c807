"""The TimeSpan texts of host.json and of timer schedules."""

import re
from datetime import timedelta

_TIMESPAN = re.compile(r"(?:(\d{1,4})\.)?([01]?\d|2[0-3]):([0-5]?\d):([0-5]?\d(?:\.\d{1,7})?)")


def parse(text: str) -> timedelta:
    """The duration in `[d.]hh:mm:ss[.fraction]`; ValueError for anything else.

    Hours end at 23: .NET reads "24:00:00" as 24 days
    (https://learn.microsoft.com/dotnet/api/system.timespan.parse).
    """
    found = _TIMESPAN.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is not a time span: expected hh:mm:ss such as 00:00:30, or d.hh:mm:ss.")
    days, hours, minutes, seconds = found.groups()
    return timedelta(days=int(days or 0), hours=int(hours), minutes=int(minutes), seconds=float(seconds))
