"""The completeness of a day, from the comparisons of its hours: pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

from callrecords.collect.reconcile.hours import DAY, HOUR, MINUTE
from callrecords.ports.completeness import (
    Change,
    Completeness,
    Correction,
    Counts,
    DayCompleteness,
    HourCompared,
)

# The longest that Teams lets a meeting last:
# https://learn.microsoft.com/microsoftteams/limits-specifications-teams#meetings-and-calls
LONGEST_CALL = timedelta(hours=30)
# A record appears so long after its call ends, at most:
# https://learn.microsoft.com/graph/change-notifications-overview#latency
_APPEARS_WITHIN = timedelta(minutes=150)
LATE_ENOUGH = LONGEST_CALL + _APPEARS_WITHIN
"""How long after its end an hour has to be compared, so that every record of it can have appeared."""

_HOURS_OF_DAY = 24
_MOST_CORRECTIONS = 20
_COUNTS = tuple(field.name for field in fields(Counts) if field.name != "digest")
_MODULUS = 1 << 128


def with_hours(tenant_id: str, day: str, compared: Iterable[HourCompared], now: datetime) -> Change:
    """The day after these comparisons of its hours, each unless a later one is known. A comparison that found something
    where there had been one before corrects the day, and is kept as a correction."""
    all_new = {hour.start: hour for hour in compared}

    def change(known: DayCompleteness | None) -> DayCompleteness:
        before = {hour.start: hour for hour in known.hours} if known else {}
        new = {start: hour for start, hour in all_new.items() if not _is_older(hour, before.get(start), now)}
        was_complete = known is not None and known.completeness == "complete"
        found = [
            Correction(
                at=now,
                hour=hour.start,
                rung=hour.rung,
                missing=hour.missing,
                stale=hour.stale,
                was_complete=was_complete,
            )
            for hour in new.values()
            if hour.missing + hour.stale and _is_another(before.get(hour.start), hour)
        ]
        hours = [each for _, each in sorted((before | new).items())]
        corrections = (*(known.corrections if known else ()), *found)
        corrected = (known.corrected if known else 0) + sum(each.missing + each.stale for each in found)
        return _day(tenant_id, day, hours, corrections, corrected, now)

    return change


def _is_older(hour: HourCompared, known: HourCompared | None, now: datetime) -> bool:
    """Not than one of the future, which is of somebody whose clock was wrong."""
    return known is not None and hour.compared_at < known.compared_at <= now


def _is_another(before: HourCompared | None, hour: HourCompared) -> bool:
    return before is not None and before.compared_at != hour.compared_at


def _day(
    tenant_id: str,
    day: str,
    hours: Sequence[HourCompared],
    corrections: Sequence[Correction],
    corrected: int,
    now: datetime,
) -> DayCompleteness:
    counts: dict[str, Any] = {name: sum(getattr(hour, name) for hour in hours) for name in _COUNTS}
    soonest = min(hours, key=lambda hour: hour.compared_at - hour.start, default=None)
    return DayCompleteness(
        **counts,
        digest=added(hour.digest for hour in hours),
        tenant_id=tenant_id,
        day=day,
        completeness=_completeness(hours),
        compared_until=_compared_until(day, hours),
        compared_at=min((hour.compared_at for hour in hours), default=None),
        rung=soonest.rung if soonest else None,
        share=round(sum(hour.minutes for hour in hours) / (DAY // MINUTE), 4),
        given_up_reasons=_reasons(hour.given_up_reasons or {} for hour in hours) or None,
        corrected=corrected,
        corrections=tuple(corrections[-_MOST_CORRECTIONS:]),
        hours=tuple(hours),
        at=now,
    )


def _completeness(hours: Sequence[HourCompared]) -> Completeness:
    if len(hours) < _HOURS_OF_DAY or not all(map(is_late_enough, hours)):
        return "soFar"
    if any(is_in_doubt(hour) or hour.newest != hour.listed for hour in hours):
        return "incomplete"
    return "complete" if all(hour.minutes == 60 for hour in hours) else "sampled"


def is_late_enough(hour: HourCompared) -> bool:
    """Whether the hour was compared when every record of it could have appeared."""
    return hour.compared_at >= hour.start + HOUR + LATE_ENOUGH


def is_in_doubt(hour: HourCompared) -> bool:
    """Whether Graph's list of the hour cannot be relied on."""
    return bool(hour.unlisted or hour.contradictions or hour.unreadable or hour.left_aside)


def _compared_until(day: str, hours: Sequence[HourCompared]) -> datetime | None:
    until = start = datetime.fromisoformat(day).replace(tzinfo=UTC)
    for hour in hours:
        if hour.start == until:
            until += HOUR
    return until if until > start else None


def _reasons(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    return dict(sum(map(Counter, counts), Counter[str]()))


def added(digests: Iterable[str]) -> str:
    """The sum of digests, as Counts.digest has it."""
    return f"{sum(int(digest, 16) for digest in digests) % _MODULUS:032x}"
