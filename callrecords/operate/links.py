"""The links of the chain from Graph to Cosmos DB, and what those that are remembered tell of themselves: pure."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from callrecords.collect import auditrun
from callrecords.collect.arrivals import LAST_ARRIVAL
from callrecords.collect.auditrun import AGES, Audit
from callrecords.collect.reconcile import RECENT_WINDOW
from callrecords.collect.reconcilerun import Run, ended
from callrecords.collect.subscription import RENEW_BEFORE, SUBSCRIPTION
from callrecords.graphtypes import JsonObject
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


@dataclass(frozen=True)
class Link:
    """One link of the chain: `why` says what is wrong with it, None where nothing is; `facts` what is known of it."""

    why: str | None = None
    facts: JsonObject = field(default_factory=dict)


@dataclass(frozen=True)
class HealthReport:
    """The links by name, in the order of the way; as they were `at`, which is so long ago."""

    links: dict[str, Link]
    at: datetime
    age: timedelta = timedelta()

    @property
    def healthy(self) -> bool:
        return all(link.why is None for link in self.links.values())

    def as_json(self) -> JsonObject:
        """The first broken link and all that is known."""
        broken = next(({"link": name, "why": link.why} for name, link in self.links.items() if link.why), None)
        links = {name: {"ok": link.why is None, "why": link.why, **link.facts} for name, link in self.links.items()}
        age = {"at": self.at.isoformat(), "ageSeconds": round(self.age.total_seconds(), 1)}
        return {"healthy": self.healthy, "broken": broken, **age, "links": links}


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


def ingest(items: StateItems, _: datetime) -> Link:
    """Never broken by itself: whether calls should have arrived is not known."""
    arrival = items.get(LAST_ARRIVAL)
    return Link(facts=arrival.as_json() if arrival else {})


def reconcile(items: StateItems, now: datetime) -> Link:
    """Broken where a reconciliation has not ended for long."""
    outcomes = {run: items.get(ended(run)) for run in _RUNS}
    facts: JsonObject = {run: outcome.as_json() if outcome else {} for run, outcome in outcomes.items()}
    for run, within in _RECONCILED_WITHIN.items():
        ends = (outcome.finished for outcome in (outcomes[run], outcomes["gap"]) if outcome)
        latest = next(filter(None, ends), None)
        if latest and now - latest > within:
            return Link(f"reconcile_{run} last came to its end at {latest.isoformat()}", facts)
    return Link(facts=facts)


def audit(items: StateItems, now: datetime) -> Link:
    """Broken where an audit that is made of every day has not ended for long."""
    outcomes = {audit: items.get(auditrun.ended(audit)) for audit in _AUDITS}
    facts: JsonObject = {audit: outcome.as_json() if outcome else {} for audit, outcome in outcomes.items()}
    for audit in AGES:
        outcome = outcomes[audit]
        if outcome and outcome.finished and now - outcome.finished > _AUDITED_WITHIN:
            return Link(f"the {audit} audit last came to its end at {outcome.finished.isoformat()}", facts)
    return Link(facts=facts)


def usage(items: StateItems, _: datetime) -> Link:
    """Broken where a day could not be rolled up."""
    known = items.get(ROLL_UP)
    facts = {name: value for name, value in (known.as_json() if known else {}).items() if name != "position"}
    return Link(known.error if known else None, facts)
