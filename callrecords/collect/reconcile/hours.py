"""Hours of call starts, in UTC: pure."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MINUTES_OF_HOUR = HOUR // MINUTE


def hour_of(moment: datetime) -> datetime:
    """The start of the hour that the moment is in."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def next_hour(moment: datetime) -> datetime:
    """The first start of an hour that is not before the moment."""
    start = hour_of(moment)
    return start if start == moment else start + HOUR


def hours_between(start: datetime, end: datetime) -> Iterator[datetime]:
    """The starts of the hours in which some of the time is."""
    hour = hour_of(start)
    while hour < end:
        yield hour
        hour += HOUR


def days_between(start: datetime, end: datetime) -> Iterator[str]:
    """The UTC days in which some of the time is."""
    first, last = start.astimezone(UTC).date(), (end - timedelta(microseconds=1)).astimezone(UTC).date()
    return ((first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1))


def day_of(hour: datetime) -> str:
    """The UTC day of the hour."""
    return hour.astimezone(UTC).date().isoformat()


def day_end(moment: datetime) -> datetime:
    """The end of the UTC day that the moment is in."""
    return hour_of(moment).replace(hour=0) + timedelta(days=1)


def second_of_day(moment: datetime) -> str:
    """The time of day of a second, such as 09:41:07."""
    return moment.strftime("%H:%M:%S")
