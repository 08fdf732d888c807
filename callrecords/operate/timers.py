"""Whether timers and queue functions run when they should: pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from callrecords.operate.heartbeats import Heartbeat, heartbeat
from callrecords.operate.report import Link
from callrecords.ports.phonerow import PhoneSource
from callrecords.ports.state import StateItems
from callrecords.settings.ncrontab import NCrontab

ROLL_UP_TIMER, RECONCILE_TIMER = "roll_up_usage", "reconcile_on_schedule"
PHONE_TIMERS: Mapping[PhoneSource, str] = {
    "pstn": "import_pstn_calls",
    "directRouting": "import_direct_routing_calls",
}
# What a run may take, by the host's own timeout.
GRACE = timedelta(minutes=30)
# The host may be so early, and a short run end before it is due.
_EARLY = timedelta(seconds=5)


@dataclass(frozen=True)
class Watch:
    """The functions that have to run: the schedule of each timer, and the function of each queue, by name."""

    schedules: Mapping[str, str]
    functions: Mapping[str, str]


def timers(schedules: Mapping[str, str], items: StateItems, now: datetime) -> Link:
    """Broken where a timer failed at its last run, or did not end one that was due by its schedule."""
    known = {function: items.get(heartbeat(function)) for function in schedules}
    facts = {function: beat.as_json() if beat else {} for function, beat in known.items()}
    reasons = (_why(function, schedules[function], beat, now) for function, beat in known.items() if beat)
    return Link(next(filter(None, reasons), None), facts)


def _why(function: str, schedule: str, beat: Heartbeat, now: datetime) -> str | None:
    if beat.error:
        return f"{function} failed: {beat.error}"
    due = due_after(schedule, beat.since + _EARLY)
    if due and now - due > GRACE:
        return f"{function} was due at {due.isoformat()} and has not run"
    return None


def due_after(schedule: str, time: datetime) -> datetime | None:
    """The next time of an NCRONTAB schedule; None where the host may take it, but it is not understood here."""
    try:
        return NCrontab.parse(schedule).next(time)
    except ValueError:
        return None


def first_seen(function: str, items: StateItems) -> datetime | None:
    """Since when the function is known; None where it is not yet."""
    beat = items.get(heartbeat(function))
    return beat.first_seen if beat else None
