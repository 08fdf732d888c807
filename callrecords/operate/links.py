"""What those links of the chain from Graph to Cosmos DB tell of themselves that are remembered: pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from callrecords.collect import auditrun
from callrecords.collect.arrivals import LAST_ARRIVAL
from callrecords.collect.auditrun import AGES, Audit
from callrecords.collect.phone.run import imported, refused
from callrecords.collect.reconcile.ladder import LADDER, minutes_for, rungs_for
from callrecords.collect.subscription import RENEW_BEFORE, SUBSCRIPTION
from callrecords.graphtypes import JsonObject
from callrecords.operate.flow import Flow, freshness
from callrecords.operate.report import Link
from callrecords.operate.timers import GRACE, PHONE_TIMERS, RECONCILE_TIMER, ROLL_UP_TIMER, due_after, first_seen
from callrecords.ports.state import StateItems
from callrecords.usage.rollup import ROLL_UP

_RENEWED_WITHIN = RENEW_BEFORE / 2
# The first rung waits for nothing but the hours before. Later ones wait for quiet hours; Graph forgets the calls of the
# last rung a day after it is due.
_FIRST_RUNG_WITHIN, _RUNG_WITHIN = timedelta(hours=6), timedelta(hours=18)
# What Graph did not list is asked for again every two hours at least.
_UNLISTED_WITHIN = timedelta(hours=3)
_AUDITS: tuple[Audit, ...] = (*AGES, "command")
# Where Graph refuses rows, the import tries again every 15 minutes.
_REFUSED_WITHIN, _IMPORTED_WITHIN = timedelta(hours=1), timedelta(days=2)
# An audit of a night or two may be missed; the next one catches up.
_AUDITED_WITHIN = timedelta(days=3)

# The ids of the items that these links read.
REMEMBERED = (
    SUBSCRIPTION.id,
    LAST_ARRIVAL.id,
    ROLL_UP.id,
    LADDER.id,
    *(key(source).id for source in PHONE_TIMERS for key in (imported, refused)),
    *(auditrun.ended(audit).id for audit in _AUDITS),
)


def subscription(items: StateItems, now: datetime) -> Link:
    """Broken where there is no live subscription, or it was not renewed for long."""
    known = items.get(SUBSCRIPTION)
    facts = {name: value for name, value in (known.as_json() if known else {}).items() if name != "clientStateDigest"}
    if known and known.action == "failed":
        return Link(known.error, facts)
    if known is None or known.expires is None or known.alive_at is None:
        return Link("there is none yet: renew_subscription_on_schedule creates it", facts)
    if known.expires <= now:
        return Link(f"it expired at {known.expires.isoformat()}", facts)
    if now - known.alive_at > _RENEWED_WITHIN:
        return Link(f"it was last seen alive at {known.alive_at.isoformat()}", facts)
    return Link(facts=facts)


def ingest(items: StateItems, flow: Flow) -> Link:
    """Never broken by itself: whether calls should have arrived is not known."""
    arrival = items.get(LAST_ARRIVAL)
    return Link(facts={**(arrival.as_json() if arrival else {}), "lastHour": freshness(flow.arrivals or {})})


def reconcile(items: StateItems, now: datetime) -> Link:
    """Broken where hours have been due for comparison with Graph for long."""
    ladder = items.get(LADDER)
    if ladder is None:
        why = _overdue("the first comparison", None, first_seen(RECONCILE_TIMER, items), _FIRST_RUNG_WITHIN, now)
        return Link(why)
    rungs = rungs_for(ladder.calls_a_day)
    behind = {rung.name: ladder.behind(rung, now) for rung in rungs}
    facts = {
        "lastCompleteDay": ladder.last_complete,
        "comparedUntil": ladder.reached[rungs[0].name].isoformat(),
        "lackingCalls": sum((ladder.lacking or {}).values()),
        "callsADay": ladder.calls_a_day,
        "minutesOfEachHour": minutes_for(ladder.calls_a_day),
        "behindSeconds": {name: round(time.total_seconds()) for name, time in behind.items()},
        "at": ladder.at.isoformat(),
    }
    for rung in rungs:
        within = _FIRST_RUNG_WITHIN if rung is rungs[0] else _RUNG_WITHIN
        if behind[rung.name] > within:
            return Link(f"the comparison {rung.name} after each hour is {behind[rung.name]} behind", facts)
    if ladder.unlisted_at and now - ladder.unlisted_at < _UNLISTED_WITHIN:
        return Link(f"Graph did not list the calls of some hours: {ladder.unlisted_because}", facts)
    return Link(facts=facts)


def phone(items: StateItems, now: datetime, schedules: Mapping[str, str]) -> Link:
    """Broken where rows of phone calls are to be imported and Graph refuses them, or no import has ended for long."""
    for source, timer in PHONE_TIMERS.items():
        if timer not in schedules:
            return Link(facts={"isOn": False})
        last, refusal = items.get(imported(source)), items.get(refused(source))
        if refusal and now - refusal.at < _REFUSED_WITHIN:
            return Link(refusal.error, _phone_facts(items))
        finished = last.finished if last else None
        if why := _overdue(timer, finished, first_seen(timer, items), _IMPORTED_WITHIN, now):
            return Link(why, _phone_facts(items))
    return Link(facts=_phone_facts(items))


def _phone_facts(items: StateItems) -> JsonObject:
    outcomes = {source: items.get(imported(source)) for source in PHONE_TIMERS}
    return {"isOn": True} | {source: outcome.as_json() if outcome else {} for source, outcome in outcomes.items()}


def audit(items: StateItems, now: datetime) -> Link:
    """Broken where an audit that is made of every day has not ended for long."""
    outcomes = {audit: items.get(auditrun.ended(audit)) for audit in _AUDITS}
    facts = {str(audit): outcome.as_json() if outcome else {} for audit, outcome in outcomes.items()}
    for audit in AGES:
        outcome = outcomes[audit]
        latest = outcome.finished if outcome else None
        if why := _overdue(f"the {audit} audit", latest, first_seen("audit", items), _AUDITED_WITHIN, now):
            return Link(why, facts)
    return Link(facts=facts)


def usage(items: StateItems, now: datetime, schedules: Mapping[str, str]) -> Link:
    """Broken where a day could not be rolled up, or nothing was at two times at which it was due."""
    known = items.get(ROLL_UP)
    facts = {name: value for name, value in (known.as_json() if known else {}).items() if name != "position"}
    since = known.at if known else first_seen(ROLL_UP_TIMER, items)
    due = since
    for _ in range(2):
        due = due and due_after(schedules.get(ROLL_UP_TIMER, ""), due)
    if since and due and now - due > GRACE:
        return Link(f"nothing was rolled up since {since.isoformat()}", facts)
    return Link(known.error if known else None, facts)


def _overdue(
    what: str, ended: datetime | None, first_seen: datetime | None, within: timedelta, now: datetime
) -> str | None:
    """Why, where it has not ended for longer than `within`, nor ever since it was first seen."""
    if ended and now - ended > within:
        return f"{what} last came to its end at {ended.isoformat()}"
    if ended is None and first_seen and now - first_seen > within:
        return f"{what} has never come to its end since {first_seen.isoformat()}"
    return None
