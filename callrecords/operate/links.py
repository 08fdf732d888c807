"""What those links of the chain from Graph to Cosmos DB tell of themselves that are remembered: pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from callrecords.collect import auditrun
from callrecords.collect.arrivals import LAST_ARRIVAL
from callrecords.collect.auditrun import AGES, Audit
from callrecords.collect.reconcile import RECENT_WINDOW
from callrecords.collect.reconcilerun import Run, ended
from callrecords.collect.subscription import RENEW_BEFORE, SUBSCRIPTION
from callrecords.operate.flow import Flow, freshness
from callrecords.operate.report import Link
from callrecords.operate.timers import GRACE, ROLL_UP_TIMER, due_after, first_seen
from callrecords.ports.state import StateItems
from callrecords.usage.rollup import ROLL_UP

_RENEWED_WITHIN = RENEW_BEFORE / 2
_RUNS: tuple[Run, ...] = ("recent", "history", "gap")
# A later reconciliation of the last hours leaves some of them out; all of history may be reconciled once a week. A
# first reconciliation, of a gap, counts for both.
_RECONCILED_WITHIN: dict[Run, timedelta] = {"recent": RECENT_WINDOW, "history": timedelta(days=8)}
_AUDITS: tuple[Audit, ...] = (*AGES, "command")
# An audit of a night or two may be missed; the next one catches up.
_AUDITED_WITHIN = timedelta(days=3)

# The ids of the items that these links read.
REMEMBERED = (
    SUBSCRIPTION.id,
    LAST_ARRIVAL.id,
    ROLL_UP.id,
    *(ended(run).id for run in _RUNS),
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
    """Broken where a reconciliation has not ended for long."""
    outcomes = {run: items.get(ended(run)) for run in _RUNS}
    facts = {str(run): outcome.as_json() if outcome else {} for run, outcome in outcomes.items()}
    for run, within in _RECONCILED_WITHIN.items():
        ends = (outcome.finished for outcome in (outcomes[run], outcomes["gap"]) if outcome)
        latest = next(filter(None, ends), None)
        if why := _overdue(f"reconcile_{run}", latest, first_seen(f"reconcile_{run}", items), within, now):
            return Link(why, facts)
    return Link(facts=facts)


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
