"""The simulator in hand: what Graph holds, what it announces, what goes wrong."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from callrecords.graphtypes import JsonObject
from local.graph.delivery import Deliveries
from local.graph.endpoint import DeliveryRules
from local.graph.errors import GraphError, record_not_found
from local.graph.notifications import change_notification, lifecycle_notification
from local.graph.odata import parse_instant
from local.graph.operations import Operation
from local.graph.phonerows import PhoneRows, PhoneRules
from local.graph.records import check_record
from local.graph.subscriptions import Subscriptions
from local.graph.throttling import Bucket, Limits, Throttling
from local.graph.tokens import Tokens

if TYPE_CHECKING:
    from local.graph.faults import Fault

type Cloud = Literal["global", "usgov", "dod"]

ROLE = "CallRecords.Read.All"
PHONE_ROLE = "CallRecord-PstnCalls.Read.All"
# From the start of the call, as the text of Graph's 404 has it.
_KEPT_FOR = timedelta(days=30)

_AUDIENCES: dict[Cloud, str] = {
    "global": "https://graph.microsoft.com",
    "usgov": "https://graph.microsoft.us",
    "dod": "https://dod-graph.microsoft.us",
}


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Counters:
    """Requests by operation, 429s by bucket, injected faults by kind."""

    requests: Counter[Operation] = field(default_factory=Counter)
    throttled: Counter[Bucket] = field(default_factory=Counter)
    injected: Counter[str] = field(default_factory=Counter)


class GraphSimulator:
    """Microsoft Graph for the organisation `tenant_id`, in one of its clouds.

    records        the newest version of each call by id, as published: the truth to compare with
    phone_rows     the rows of phone calls, as `phone` has them shown
    granted        the application roles of whoever asks: `roles`, until somebody changes them
    faults         what goes wrong; the first that takes a request does it
    silent         True: nothing is announced, as in an outage, and nothing says so
    subscriptions, deliveries, tokens, counters: see their classes
    """

    def __init__(
        self,
        tenant_id: str,
        *,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        delivery: DeliveryRules = DeliveryRules(),  # noqa: B008 - frozen
        cloud: Cloud = "global",
        omits_empty: bool = False,
        phone: PhoneRules = PhoneRules(),  # noqa: B008 - frozen
        roles: Iterable[str] = (ROLE,),
        identity_header: str = "local-identity",
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self.tenant_id = tenant_id
        self.cloud = cloud
        self.omits_empty = omits_empty
        self.identity_header = identity_header
        self.clock = clock
        self.records: dict[str, JsonObject] = {}
        self.phone_rows = PhoneRows(phone, clock)
        self.granted = {*roles}
        self.faults: list[Fault] = []
        self.silent = False
        self.counters = Counters()
        self.tokens = Tokens(_AUDIENCES[cloud], clock)
        self.throttling = Throttling(limits, clock, self.counters.throttled)
        self.subscriptions = Subscriptions(delivery.handshake_allowance, clock)
        self.deliveries = Deliveries(delivery, clock)
        self._announced: set[str] = set()

    async def close(self) -> None:
        """Ends the deliveries that are under way."""
        await self.deliveries.close()

    def publish(self, record: JsonObject) -> None:
        """Graph now holds this version of a call, unless it has a newer one.

        `record` is the whole callRecord: its properties, and `sessions` (each with its `segments`) and
        `participants_v2` as complete lists. Raises ValueError when a part of it is not there.
        """
        check_record(record)
        held = self.records.get(record["id"])
        if held is None or record["version"] >= held["version"]:
            self.records[record["id"]] = record

    def forget(self, call_id: str) -> None:
        """Graph no longer holds the call."""
        self.records.pop(call_id, None)

    def notify(self, *call_ids: str) -> None:
        """Announces the calls to every live subscription: as created the first time, as updated every time,
        for those that asked for it."""
        by_url: dict[str, list[JsonObject]] = {}
        subscriptions = self.subscriptions.live()
        for call_id in call_ids:
            change_types = {"updated"} if call_id in self._announced else {"created", "updated"}
            self._announced.add(call_id)
            for each in subscriptions:
                by_url.setdefault(each.notification_url, []).extend(
                    change_notification(each, self.tenant_id, change_type, call_id)
                    for change_type in each.change_type.split(",")
                    if change_type in change_types
                )
        self._post(by_url)

    def send_lifecycle(self, event: str) -> None:
        """Sends the lifecycle event, for example reauthorizationRequired, for every live subscription."""
        by_url: dict[str, list[JsonObject]] = {}
        for each in self.subscriptions.live():
            if each.lifecycle_url:
                notification = lifecycle_notification(each, self.tenant_id, event)
                by_url.setdefault(each.lifecycle_url, []).append(notification)
        self._post(by_url)

    def authorize(self, refusal: GraphError, role: str = ROLE) -> None:
        """Raises `refusal` when the role, that for call records, is not granted."""
        if role not in self.granted:
            raise refusal

    def held(self, call_id: str) -> JsonObject:
        """The record that Graph gives to whoever asks. Raises GraphError 404."""
        record = self.records.get(call_id)
        if record is None or not self.is_kept(record):
            raise record_not_found()
        return record

    def is_kept(self, record: JsonObject) -> bool:
        """Whether the call is young enough for Graph to have its record still."""
        return parse_instant(record["startDateTime"])[0] > self.clock() - _KEPT_FOR

    def _post(self, by_url: dict[str, list[JsonObject]]) -> None:
        if not self.silent:
            for url, notifications in by_url.items():
                self.deliveries.post(url, notifications)
