"""What happens to Graph as a whole: a lost subscription, an outage of its notifications, an answer without end."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from callrecords.graphtypes import JsonObject
from local.faultrun.services import ServiceFaults
from local.graph import Endless, Fault, GraphSimulator, NextLinkLoop, Operation, Status
from local.traffic import Call

# Calls in a run that lasts longer than the app listens to an answer.
_LARGE_RUN = 1_000


class GraphIncidents:
    """Brings them about in `graph` while `traffic` is played; `happened` counts them by kind, `say` is told of them.

    `played_until` is the time of the traffic, `endless` the answer without end.
    """

    def __init__(
        self,
        graph: GraphSimulator,
        services: ServiceFaults,
        traffic: Sequence[Call],
        happened: Counter[str],
        say: Callable[[str], None],
    ) -> None:
        self.endless = Endless()
        self._graph = graph
        self._services = services
        self._traffic = traffic
        self._happened = happened
        self._say = say
        self.played_until = self._silent_since = datetime.min.replace(tzinfo=UTC)

    async def lose_subscription(self) -> None:
        """There is none any more, and the first attempts to mend that fail."""
        subscriptions = self._graph.subscriptions
        for each in subscriptions.live():
            self._happened["Subscription deleted in Graph"] += 1
            self._say("Subscription deleted in Graph")
            subscriptions.delete(each.id)
        # The new one begins with a comparison of what was missed.
        self._services.add("Graph 503", Fault(Status(503), Operation.CREATE_SUBSCRIPTION))
        self._services.add("Graph 500", Fault(Status(500), Operation.LIST_RECORDS))
        self._services.add("Graph nextLink loop", Fault(NextLinkLoop(), Operation.LIST_RECORDS, skip=2, times=2))

    async def throttle_until_date(self) -> None:
        """The next requests are 429, with a date to come back at."""
        soon = datetime.now(UTC) + timedelta(seconds=2)
        self._services.add("Graph 429, HTTP date", Fault(Status(429, soon), Operation.GET_RECORD, times=3))

    async def fall_silent(self) -> None:
        """Nothing is announced from now on."""
        self._say("Graph falls silent")
        self._silent_since = self.played_until
        self._graph.silent = True

    async def speak_again(self) -> None:
        """Ends that; what was withheld is not announced."""
        self._graph.silent = False
        moments = [at for call in self._traffic for version in call.versions for at in version.notified_at]
        self._happened["Notification withheld"] = sum(self._silent_since < at <= self.played_until for at in moments)

    async def answer_without_end(self) -> None:
        """The next request for one of the calls gets one: when the host is killed no more, so that the app ends it."""
        if len(self._traffic) < _LARGE_RUN:
            return  # a short run does not wait for it
        record = self.revise(min(self._traffic, key=lambda call: call.versions[0].published_at))
        self._services.add("Graph answer without end", Fault(self.endless, Operation.GET_RECORD, record["id"]))
        self._graph.notify(record["id"])

    def revise(self, call: Call) -> JsonObject:
        """The call's last record, which Graph now holds in a version after all others."""
        record = call.versions[-1].record
        record = {**record, "version": record["version"] + 1}
        self._graph.publish(record)
        return record
