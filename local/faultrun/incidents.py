"""What happens to the run as a whole: processes that end, queues that fail, items that are deleted, and to Graph."""

import asyncio
import contextlib
import itertools
import math
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from callrecords.cosmos.callrecords import CONTAINER as CALL_RECORDS
from callrecords.cosmos.calls import CONTAINER as CALLS
from callrecords.cosmos.phonecalls import CONTAINER as PHONE_CALLS
from local.cosmos.faults import FaultRule
from local.faultrun import recovery
from local.faultrun.damage import Damage, Kind
from local.faultrun.graphincidents import GraphIncidents
from local.faultrun.phone import publish
from local.faultrun.queueproxy import QueueFailure, QueueProxy
from local.faultrun.services import ServiceFaults
from local.graph import Fault, Operation, Status
from local.processes import Process
from local.stack import Stack
from local.traffic import Call, PhoneRow

type Incident = Callable[[], Awaitable[None]]

_QUEUE_FAILURES: tuple[QueueFailure, ...] = ("503", "reset before commit", "reset after commit")
_FAILURES_IN_A_ROW = 8  # three end what the app tries
# How long a write is waited for in whose middle the host is to be killed, and how long that write takes.
_PATIENCE_SECONDS = 5
_WRITE_SECONDS = 0.5
# How long calls are waited for that have settled, so that they can be damaged: on a busy machine they are late.
_SETTLING_SECONDS = 30
# Of the calls, of each kind of damage.
_DAMAGED_SHARE = 0.005


class Incidents:
    """Brings them about in `stack`, beside whose functions host there are `others`, while `traffic` is played;
    `happened` counts them by kind, `say` is told of them.

    `graph` has those of Graph. Of several hosts all are killed at one time, and then one after another.
    """

    def __init__(
        self,
        stack: Stack,
        others: Sequence[Process],
        proxy: QueueProxy,
        services: ServiceFaults,
        damage: Damage,
        traffic: Sequence[Call],
        phone_rows: Sequence[PhoneRow],
        say: Callable[[str], None],
    ) -> None:
        self.happened: Counter[str] = Counter()
        self._stack = stack
        hosts = [stack.app, *others]
        self._victims = itertools.cycle([hosts, *([each] for each in hosts)])
        self._proxy = proxy
        self._services = services
        self._damage = damage
        self._traffic = traffic
        self._phone_rows = phone_rows
        self._say = say
        self._ending = asyncio.Lock()
        self.graph = GraphIncidents(stack.graph, services, traffic, self.happened, say)

    def played(self, at: datetime) -> None:
        """The traffic was played until then."""
        self.graph.played_until = at

    async def over(self, seconds: float) -> None:
        """Lets all of them happen in the course of `seconds`."""
        # Most calls are between a quarter and two thirds of a day's traffic.
        schedule: tuple[tuple[float, Incident], ...] = (
            (0.18, self.graph.lose_subscription),
            (0.20, self._throttle_unsaid),
            (0.28, lambda: self._import_phone_rows(0)),
            (0.30, self._kill_app_in_phone_row),
            (0.33, self._kill_app_in_record),
            (0.38, self._fail_queue_service),
            (0.43, self._kill_app_in_later_version),
            (0.52, self.graph.throttle_until_date),
            (0.55, self._restart_queue_service),
            (0.58, self.graph.fall_silent),
            (0.60, lambda: self._damage_calls("header")),
            (0.62, lambda: self._damage_calls("lists")),
            (0.65, self._kill_app_in_row),
            (0.68, self.graph.speak_again),
            (0.69, lambda: self._damage_calls("row")),
            (0.70, self._fail_queue_service),
            (0.72, lambda: self._import_phone_rows(-1)),
            (0.73, self._kill_app_in_join),
            (0.75, self._restart_queue_service),
            (0.80, self._kill_app_in_record),
            (0.85, self.graph.throttle_until_date),
            (0.90, self.graph.answer_without_end),
        )
        async with asyncio.TaskGroup() as tasks:
            for share, incident in schedule:
                tasks.create_task(self._at(share * seconds, incident))

    async def _at(self, seconds: float, incident: Incident) -> None:
        await asyncio.sleep(seconds)
        await incident()

    async def _kill_app(self) -> None:
        for host in next(self._victims):
            if host.is_running:
                self._count("Functions host killed")
            await host.kill()
            await host.start()

    async def _kill_app_within(self, write: FaultRule) -> None:
        """Kills the host within the next such write."""
        async with self._ending:
            self._stack.cosmos.faults.rules.insert(0, write)
            await _soon(lambda: write.injected > 0)
            write.times = 0
            self.happened["Functions host killed, in mid-write"] += write.injected
            await self._kill_app()

    async def _kill_app_in_record(self) -> None:
        await self._kill_app_within(FaultRule("create", CALL_RECORDS, latency=_WRITE_SECONDS))

    async def _kill_app_in_later_version(self) -> None:
        record = self.graph.revise(max(self._traffic, key=lambda call: len(call.versions[-1].record["sessions"])))
        self._stack.graph.notify(record["id"])
        await self._kill_app_within(FaultRule("replace", CALL_RECORDS, latency=_WRITE_SECONDS))

    async def _kill_app_in_row(self) -> None:
        await self._kill_app_within(FaultRule("create", CALLS, latency=_WRITE_SECONDS))

    async def _import_phone_rows(self, content: int) -> None:
        """Graph has rows of phone calls, or other contents of them, and the app imports them."""
        publish(self._phone_rows, self._stack.graph, content)
        self._count("Imports of rows of phone calls")
        await recovery.begin_phone_import(self._stack)

    async def _kill_app_in_phone_row(self) -> None:
        await self._kill_app_within(FaultRule("upsert", PHONE_CALLS, latency=_WRITE_SECONDS))

    async def _kill_app_in_join(self) -> None:
        await self._kill_app_within(FaultRule("patch", CALLS, latency=_WRITE_SECONDS))

    async def _restart_queue_service(self) -> None:
        # By SIGTERM: what Azurite took in the five seconds before a SIGKILL is not in its files.
        self._count("Azurite restarted")
        await self._stack.queue_service.stop()
        await self._stack.queue_service.start()

    async def _fail_queue_service(self) -> None:
        for failure in _QUEUE_FAILURES:
            self._proxy.failures += [failure] * _FAILURES_IN_A_ROW

    async def _damage_calls(self, kind: Kind) -> None:
        most = math.ceil(len(self._traffic) * _DAMAGED_SHARE)
        name = f"Cosmos: {kind} {'spoiled' if kind == 'lists' else 'deleted'}"

        def has_done() -> bool:
            self.happened[name] += self._damage.do(kind, most, self.graph.played_until)
            return self.happened[name] > 0

        await _soon(has_done, _SETTLING_SECONDS)
        self._say(f"{name}: {self.happened[name]}")

    async def _throttle_unsaid(self) -> None:
        fault = Fault(Status(429), Operation.GET_RECORD, times=2)
        self._services.add("Graph 429, no Retry-After", fault)
        async with self._ending:
            await _soon(lambda: fault.seen > 1)
            await self._kill_app()  # or it would ask Graph for nothing for ten seconds

    def _count(self, kind: str) -> None:
        self.happened[kind] += 1
        self._say(kind)


async def _soon(condition: Callable[[], bool], seconds: float = _PATIENCE_SECONDS) -> None:
    """Returns when the condition holds, or when it does not come to hold."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.02)
