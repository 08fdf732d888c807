"""Timer triggers: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer"""

import asyncio
import json
from datetime import UTC, datetime

from local.functions_host.pauses import pause
from local.functions_host.protos import TypedData
from local.functions_host.triggers import TimerTrigger
from local.functions_host.worker import Function, Worker


class TimerListener:
    """Runs `function` on its schedule, in UTC and never twice at once."""

    def __init__(self, function: Function, trigger: TimerTrigger, worker: Worker) -> None:
        self.function = function
        self._trigger = trigger
        self._worker = worker
        self._last: datetime | None = None

    async def run(self, stopping: asyncio.Event) -> None:
        """Fires until `stopping` is set; a run under way then is finished. One that outlasts its successors' times is
        followed by one run at once."""
        started = datetime.now(UTC)
        if self._trigger.run_on_startup:
            await self._invoke(started)
        while True:
            due = self._trigger.schedule.next(started)
            await pause((due - datetime.now(UTC)).total_seconds(), stopping)
            if stopping.is_set():
                return
            started = max(due, datetime.now(UTC))  # a wait can end a little early
            await self._invoke(started)

    async def run_once(self, _text: str) -> None:
        """Runs the function now."""
        await self._invoke(datetime.now(UTC))

    async def _invoke(self, started: datetime) -> None:
        last = (self._last or datetime.min).isoformat()  # noqa: DTZ901 - how the host says that it never ran
        status = {
            "Last": last,
            "Next": self._trigger.schedule.next(started).isoformat(),
            "LastUpdated": last,
        }
        self._last = started
        timer = {"Schedule": {"AdjustForDST": True}, "ScheduleStatus": status, "IsPastDue": False}
        await self._worker.invoke(self.function, TypedData(json=json.dumps(timer)))
