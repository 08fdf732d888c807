"""The composition root: one `App` a worker, its clients made at first use.

Nothing is opened at import, and what the webhook does not need (msgraph, azure.cosmos) is imported by the
members that do.
"""

import asyncio
import functools
import gc
import importlib
import logging
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from azure.identity.aio import DefaultAzureCredential
from azure.storage.queue import TextBase64EncodePolicy
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from callrecords.operate.meter import Meter
from callrecords.queues.workqueue import (
    AUDIT,
    CALL_RECORDS,
    DERIVE,
    OPERATIONS,
    PHONE_CALLS,
    POISON_SUFFIX,
    PROBE,
    QUEUES,
    RECONCILE,
    SUBSCRIPTIONS,
    LenientDecodePolicy,
    WorkQueue,
)
from callrecords.settings.proxies import is_proxy_set
from callrecords.settings.read import Settings, SettingsError, read_settings
from callrecords.webhook.receive import Webhook

if TYPE_CHECKING:
    from callrecords.collect.audit import StoreAudit
    from callrecords.collect.factrows import FactRows
    from callrecords.collect.givenup import GivenUpCalls
    from callrecords.collect.ingest import Ingest
    from callrecords.collect.phone.phoneimport import PhoneImport
    from callrecords.collect.reconcile.reconciliation import Reconciliation
    from callrecords.collect.rederive import Rederivation
    from callrecords.collect.subscription import SubscriptionRenewal
    from callrecords.cosmos.account import Account
    from callrecords.cosmos.callrecords import CallRecordsStore
    from callrecords.cosmos.calls import CallsStore
    from callrecords.cosmos.completeness import CompletenessItems
    from callrecords.cosmos.phonecalls import PhoneCallsStore
    from callrecords.cosmos.phonejoins import PhoneJoins
    from callrecords.cosmos.slices import DaySliceReader
    from callrecords.cosmos.state import StateStore
    from callrecords.cosmos.usage import UsageStore
    from callrecords.graph.client import GraphClient
    from callrecords.graph.records import CallRecords
    from callrecords.http.audits import Audits
    from callrecords.http.callfacts import CallFacts
    from callrecords.http.completeness import CompletenessOfDays
    from callrecords.http.derivations import Derivations
    from callrecords.http.lookup import Lookup
    from callrecords.http.phonecalls import SearchPhoneCalls
    from callrecords.http.reports import Reports
    from callrecords.http.search import SearchCalls
    from callrecords.operate.health import Health
    from callrecords.operate.heartbeats import Heartbeats
    from callrecords.operate.operations import Operations
    from callrecords.operate.probe import Probe
    from callrecords.queues.poison import PoisonQueue
    from callrecords.usage.rollup import RollUp

log = logging.getLogger(__name__)

NOTIFICATIONS_ROUTE = "graph/notifications"
LIFECYCLE_ROUTE = "graph/lifecycle"

PROBE_SCHEDULE = "30 */5 * * * *"
QUEUE_FUNCTIONS = {
    CALL_RECORDS: "ingest_call_record",
    SUBSCRIPTIONS: "renew_subscription",
    RECONCILE: "reconcile",
    AUDIT: "audit_days",
    DERIVE: "derive_days",
    OPERATIONS: "operate",
    PHONE_CALLS: "import_phone_calls",
}

# A few quick repeats. When the queue is unavailable for longer, Graph or the host delivers again.
_QUEUE_RETRIES: dict[str, Any] = {"retry_total": 2, "initial_backoff": 0.2, "increment_base": 2}

# Python's own number is 2,000. One page of a large record has ten times as many objects, none of them garbage, and to
# look through them again and again took 5 % of the CPU of such a record. What is large must be in no cycle.
_OBJECTS_BETWEEN_COLLECTIONS = 25_000


class App:
    """The app's parts, wired for `settings`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @functools.cached_property
    def webhook(self) -> Webhook:
        return Webhook(
            tenant_id=self.settings.tenant_id,
            client_states=self.settings.client_states,
            calls=self._work_queue(CALL_RECORDS),
            subscriptions=self._work_queue(SUBSCRIPTIONS),
            count_dropped=self._meter.dropped,
            clock=_now,
        )

    @functools.cached_property
    def ingest(self) -> "Ingest":
        from callrecords.collect.arrivals import Arrivals
        from callrecords.collect.ingest import Ingest
        from callrecords.collect.repeats import Repeats

        return Ingest(
            records=self._call_records,
            store=self._call_record_store,
            rows=self._fact_rows,
            arrivals=Arrivals(self._state, _now, self._meter.arrived),
            given_up=self._given_up,
            repeats=Repeats(_now),
            queue=self._work_queue(CALL_RECORDS),
        )

    @functools.cached_property
    def subscription(self) -> "SubscriptionRenewal":
        from callrecords.collect.subscription import SubscriptionRenewal
        from callrecords.graph.subscriptions import Subscriptions
        from callrecords.ports.subscriptions import NotificationTarget

        root = f"{self.settings.notification_base_url}/api"
        target = NotificationTarget(
            notification_url=f"{root}/{NOTIFICATIONS_ROUTE}",
            lifecycle_url=f"{root}/{LIFECYCLE_ROUTE}",
            client_state=self.settings.client_states[0],
        )
        return SubscriptionRenewal(
            target=target,
            subscriptions=Subscriptions(self._graph),
            state=self._state,
            reconcile_gap=self.reconciliation.over_gap,
            queue=self._work_queue(SUBSCRIPTIONS),
            clock=_now,
        )

    @functools.cached_property
    def reconciliation(self) -> "Reconciliation":
        from callrecords.collect.reconcile.compare import Comparison
        from callrecords.collect.reconcile.dropped import DroppedNotifications
        from callrecords.collect.reconcile.reconciliation import Reconciliation
        from callrecords.operate.losses import were_dropped

        comparison = Comparison(
            tenant_id=self.settings.tenant_id,
            records=self._call_records,
            rows=self._calls_store,
            given_up=self._given_up,
            calls=self._work_queue(CALL_RECORDS),
            clock=_now,
        )
        return Reconciliation(
            tenant_id=self.settings.tenant_id,
            comparison=comparison,
            rows=self._calls_store,
            completeness=self._completeness_store,
            dropped=DroppedNotifications(self._state, functools.partial(were_dropped, self._state)),
            state=self._state,
            queue=self._work_queue(RECONCILE),
            clock=_now,
        )

    @functools.cached_property
    def audit(self) -> "StoreAudit":
        from callrecords.collect.audit import StoreAudit

        return StoreAudit(
            tenant_id=self.settings.tenant_id,
            slices=self._day_slices,
            records=self._call_record_store,
            rows=self._calls_store,
            given_up=self._given_up,
            state=self._state,
            calls=self._work_queue(CALL_RECORDS),
            queue=self._work_queue(AUDIT),
            clock=_now,
        )

    @functools.cached_property
    def rederivation(self) -> "Rederivation":
        from callrecords.collect.rederive import Rederivation

        return Rederivation(
            tenant_id=self.settings.tenant_id,
            slices=self._day_slices,
            rows=self._fact_rows,
            profile=self.settings.quality_profile,
            state=self._state,
            queue=self._work_queue(DERIVE),
            clock=_now,
        )

    @functools.cached_property
    def phone_import(self) -> "PhoneImport":
        from callrecords.collect.phone.joining import Joining
        from callrecords.collect.phone.phoneimport import PhoneImport
        from callrecords.graph.phonecalls import PhoneCalls

        return PhoneImport(
            tenant_id=self.settings.tenant_id,
            pages=PhoneCalls(self._graph),
            rows=self._phone_calls_store,
            joining=Joining(self._phone_joins),
            backfill_days=self.settings.phone_backfill_days,
            state=self._state,
            queue=self._work_queue(PHONE_CALLS),
            clock=_now,
        )

    @functools.cached_property
    def roll_up(self) -> "RollUp":
        from callrecords.usage.rollup import RollUp

        return RollUp(
            tenant_id=self.settings.tenant_id,
            calls=self._calls_store,
            usage=self._usage_store,
            state=self._state,
            clock=_now,
        )

    @functools.cached_property
    def lookup(self) -> "Lookup":
        from callrecords.http.lookup import Lookup

        return Lookup(
            tenant_id=self.settings.tenant_id,
            store=self._call_record_store,
            records=self._call_records,
            given_up=self._given_up,
            calls=self._work_queue(CALL_RECORDS),
            clock=_now,
        )

    @functools.cached_property
    def search_calls(self) -> "SearchCalls":
        from callrecords.cosmos.callsearch import CallSearches
        from callrecords.http.search import SearchCalls

        searches = CallSearches(self._cosmos, self.settings.tenant_id)
        return SearchCalls(searches, self._calls_store, _now)

    @functools.cached_property
    def call_facts(self) -> "CallFacts":
        from callrecords.http.callfacts import CallFacts

        return CallFacts(self._call_record_store, self._calls_store)

    @functools.cached_property
    def phone_calls(self) -> "SearchPhoneCalls":
        from callrecords.http.phonecalls import SearchPhoneCalls

        return SearchPhoneCalls(self._phone_calls_store, _now)

    @functools.cached_property
    def reports(self) -> "Reports":
        from callrecords.http.reports import Reports

        return Reports(self._usage_store, _now)

    @functools.cached_property
    def completeness(self) -> "CompletenessOfDays":
        from callrecords.http.completeness import CompletenessOfDays

        return CompletenessOfDays(self._completeness_store, _now)

    @functools.cached_property
    def audits(self) -> "Audits":
        from callrecords.collect.auditcost import AuditCosts
        from callrecords.http.audits import Audits

        costs = AuditCosts(slices=self._day_slices, usage=self._usage_store, state=self._state)
        return Audits(audit=self.audit, costs=costs, clock=_now)

    @functools.cached_property
    def derivations(self) -> "Derivations":
        from callrecords.http.derivations import Derivations

        return Derivations(self.rederivation)

    @functools.cached_property
    def operations(self) -> "Operations":
        from callrecords.operate.operations import Operations

        return Operations(
            given_up=self.poison_queues,
            audit=self.audit,
            rederivation=self.rederivation,
            reconciliation=self.reconciliation,
            state=self._state,
            queue=self._work_queue(OPERATIONS),
            clock=_now,
        )

    @functools.cached_property
    def health(self) -> "Health":
        from callrecords.operate.health import Health
        from callrecords.operate.timers import Watch

        functions = self.queue_functions
        queues = {name: (self._queue(name), self.poison_queues[name]) for name in functions}
        return Health(
            records=self._call_records,
            state=self._state,
            queues=queues,
            watch=Watch(self.schedules, functions),
            held_for=self._held_for,
            clock=_now,
        )

    @property
    def schedules(self) -> dict[str, str]:
        """The schedule of each timer, by the name of its function."""
        imports = {
            "import_pstn_calls": self.settings.pstn_schedule,
            "import_direct_routing_calls": self.settings.direct_routing_schedule,
        }
        return {
            "renew_subscription_on_schedule": self.settings.subscription_schedule,
            "reconcile_on_schedule": self.settings.reconcile_schedule,
            "audit": self.settings.audit_schedule,
            "roll_up_usage": self.settings.usage_schedule,
            "probe_queue": PROBE_SCHEDULE,
            **(imports if self.settings.phone_calls else {}),
        }

    @property
    def queue_functions(self) -> dict[str, str]:
        """The function that each queue triggers, by the name of the queue: without that for rows of phone calls where
        none are imported."""
        return {
            name: function
            for name, function in QUEUE_FUNCTIONS.items()
            if name != PHONE_CALLS or self.settings.phone_calls
        }

    @functools.cached_property
    def heartbeats(self) -> "Heartbeats":
        """Those of this worker's functions."""
        from callrecords.operate.heartbeats import Heartbeats

        return Heartbeats(self._state, self._meter.look, _now)

    @functools.cached_property
    def probe(self) -> "Probe":
        from callrecords.operate.probe import Probe

        return Probe(self._queue(PROBE))

    @functools.cached_property
    def _meter(self) -> Meter:
        return Meter(state=self._state_when_needed, held_for=self._held_for, clock=_now)

    async def _state_when_needed(self) -> "StateStore":
        """What the webhook counts is written in the background: it waits for no import, nor for Cosmos."""
        await asyncio.to_thread(importlib.import_module, "callrecords.cosmos.state")
        return self._state

    def _held_for(self) -> float:
        return self._graph.held_for() if "_graph" in vars(self) else 0.0

    @functools.cached_property
    def poison_queues(self) -> "dict[str, PoisonQueue]":
        """The poison queues by the name of the queue that each belongs to."""
        from callrecords.queues.poison import PoisonQueue

        return {name: PoisonQueue(self._queue(name), self._queue(name + POISON_SUFFIX)) for name in QUEUES}

    @functools.cached_property
    def _fact_rows(self) -> "FactRows":
        from callrecords.collect.factrows import FactRows
        from callrecords.facts.row import Rules

        return FactRows(
            tenant_id=self.settings.tenant_id,
            store=self._call_record_store,
            rows=self._calls_store,
            rules=Rules(self.settings.quality_profile, self.settings.feedback_text),
        )

    @functools.cached_property
    def _call_records(self) -> "CallRecords":
        from callrecords.graph.records import CallRecords

        return CallRecords(self._graph)

    @functools.cached_property
    def _call_record_store(self) -> "CallRecordsStore":
        from callrecords.cosmos.callrecords import CallRecordsStore

        return CallRecordsStore(self._cosmos, self.settings.tenant_id)

    @functools.cached_property
    def _calls_store(self) -> "CallsStore":
        from callrecords.cosmos.calls import CallsStore
        from callrecords.cosmos.phonejoins import LegsOfCalls

        find_legs = LegsOfCalls(self._phone_joins, _now) if self.settings.phone_calls else None
        return CallsStore(self._cosmos, self.settings.tenant_id, find_legs)

    @functools.cached_property
    def _phone_calls_store(self) -> "PhoneCallsStore":
        from callrecords.cosmos.phonecalls import PhoneCallsStore

        return PhoneCallsStore(self._cosmos, self.settings.tenant_id)

    @functools.cached_property
    def _phone_joins(self) -> "PhoneJoins":
        from callrecords.cosmos.phonejoins import PhoneJoins

        return PhoneJoins(self._cosmos, self.settings.tenant_id)

    @functools.cached_property
    def _day_slices(self) -> "DaySliceReader":
        from callrecords.cosmos.slices import DaySliceReader

        return DaySliceReader(self._cosmos, self.settings.tenant_id)

    @functools.cached_property
    def _usage_store(self) -> "UsageStore":
        from callrecords.cosmos.usage import UsageStore

        return UsageStore(self._cosmos, self.settings.tenant_id)

    @functools.cached_property
    def _completeness_store(self) -> "CompletenessItems":
        from callrecords.cosmos.completeness import CompletenessItems

        return CompletenessItems(self._cosmos, self.settings.tenant_id)

    @functools.cached_property
    def _given_up(self) -> "GivenUpCalls":
        from callrecords.collect.givenup import GivenUpCalls

        return GivenUpCalls(self._state, _now)

    @functools.cached_property
    def _state(self) -> "StateStore":
        from callrecords.cosmos.state import StateStore

        return StateStore(self._cosmos, self.settings.tenant_id)

    def _work_queue(self, name: str) -> WorkQueue:
        return WorkQueue(
            queue=self._queue(name),
            poison_queue=self._queue(name + POISON_SUFFIX),
            tenant_id=self.settings.tenant_id,
            clock=_now,
        )

    def _queue(self, name: str) -> QueueClient:
        # Base64 is what the queue trigger expects (host.json: messageEncoding).
        return self._queue_service.get_queue_client(
            name,
            message_encode_policy=TextBase64EncodePolicy(),
            message_decode_policy=LenientDecodePolicy(),
        )

    @functools.cached_property
    def _queue_service(self) -> QueueServiceClient:
        connection = self.settings.queue
        options = _QUEUE_RETRIES | {"use_env_settings": is_proxy_set()}
        if connection.connection_string:
            return QueueServiceClient.from_connection_string(connection.connection_string, **options)
        credential = self._credential(connection.client_id)
        return QueueServiceClient(connection.endpoint, credential, **options)

    @functools.cached_property
    def _graph(self) -> "GraphClient":
        from callrecords.graph.client import GraphClient

        new_credential = functools.partial(_new_credential, self.settings.client_id)
        return GraphClient(self.settings.graph_root, self.settings.graph_scope, new_credential)

    @functools.cached_property
    def _cosmos(self) -> "Account":
        from callrecords.cosmos.account import Account

        connection = self.settings.cosmos
        return Account(connection, self.settings.cosmos_database, lambda: self._credential(connection.client_id))

    @functools.lru_cache  # noqa: B019 - one App a worker, as long as it lives
    def _credential(self, client_id: str | None) -> DefaultAzureCredential:
        return _new_credential(client_id)


def _new_credential(client_id: str | None) -> DefaultAzureCredential:
    return DefaultAzureCredential(managed_identity_client_id=client_id)


def start() -> tuple[App | None, list[str]]:
    """The app for the settings in the environment; or None and what is wrong with them, a sentence each, which the
    log has as well. Quietens clients whose logs would tell URLs and headers, and has garbage collected less often."""
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    for name in ("azure", "httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        return App(read_settings(os.environ)), []
    except SettingsError as error:
        for problem in error.problems:
            log.error("%s", problem)
        return None, error.problems


def _now() -> datetime:
    return datetime.now(UTC)
