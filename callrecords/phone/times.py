"""When a call over the telephone network was, on which day it counts, and how long it took."""

from datetime import datetime

from callrecords.graphtypes import JsonObject, utc
from callrecords.phone.told import Told

# The day of a row without any time: as Graph has a time that is not set. It sorts before all days.
NO_DAY = "0001-01-01"
# Graph's durations are whole seconds, so a second or two tells nothing.
_NEAR = 2  # seconds


def times_of(told: Told, *, is_direct: bool, is_failed: bool) -> JsonObject:
    """The times of the row, its day, and the seconds: those that Graph tells and those between start and end.

    Only Direct Routing (`is_direct`) has an invite and a failure. The day is the UTC day of the start, or of the invite
    where the call failed (`is_failed`); without it that of the first other time that is told, with a flag.
    """
    start, end = told.time("startDateTime"), told.time("endDateTime")
    invite = told.time("inviteDateTime") if is_direct else None
    failure = told.time("failureDateTime") if is_direct else None
    return {
        "day": _day(told, [invite, start, failure, end] if is_failed else [start, invite, end, failure]),
        "inviteDateTime": utc(invite),
        "startDateTime": utc(start),
        "failureDateTime": utc(failure),
        "endDateTime": utc(end),
        **_seconds(told, invite, start, end),
    }


def _day(told: Told, best_first: list[datetime | None]) -> str:
    found = next((each for each in best_first if each), None)
    told.flag("noTime", found is None)
    told.flag("dayOfOtherTime", found is not None and best_first[0] is None)
    return found.date().isoformat() if found else NO_DAY


def _seconds(told: Told, invite: datetime | None, start: datetime | None, end: datetime | None) -> JsonObject:
    """What Graph says and what the times say, which may differ.

    Microsoft says of Direct Routing both that the duration is from the invite and that it is from the start: a flag
    tells where it is from the invite.
    """
    duration = told.whole("duration", least=0)
    told.flag("endBeforeStart", start is not None and end is not None and end < start)
    computed = _between(start, end)
    if duration is not None and computed is not None and abs(duration - computed) > _NEAR:
        told.flag("durationDisagrees")
        whole = _between(invite, end)
        told.flag("durationFromInvite", whole is not None and abs(duration - whole) <= _NEAR)
    return {"durationSeconds": duration, "computedSeconds": computed}


def _between(start: datetime | None, end: datetime | None) -> float | None:
    """Seconds, to the millisecond; None where a time is not told or they are the wrong way round."""
    if start is None or end is None or end < start:
        return None
    return round((end - start).total_seconds(), 3)
