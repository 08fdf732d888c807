"""The worker that is measured: the app as function_app.py has it, in a process of its own.

It reads a command a line, as JSON, and answers with a line each; `run.py` sends them.
"""

import asyncio
import gc
import logging
import resource
import sys
import time
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import httpx
import orjson

from bench.ingest.seams import Seam, instrument
from bench.ingest.stages import GRAPH, ROWS, SPLIT, STATE, Stopwatch
from callrecords.app import App, start
from callrecords.collect.repeats import Repeats
from callrecords.operate.meter import Meter
from callrecords.queues.messages import CallMessage
from callrecords.settings.read import Settings

if TYPE_CHECKING:
    from azure.storage.queue.aio import QueueClient

    from callrecords.cosmos.callrecords import CallRecordsStore
    from callrecords.cosmos.calls import CallsStore
    from callrecords.cosmos.state import StateStore
    from callrecords.graph.records import CallRecords

_LONGEST_DELAY = 1.0  # seconds, of a message that is put back


class Queue:
    """Stands for every queue: keeps what it is sent."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def send_message(self, content: object, **_: object) -> None:
        self.sent.append(str(content))


class MeasuredApp(App):
    """The app with a seam before each port, and no queue behind it."""

    def __init__(self, settings: Settings, stopwatch: Stopwatch) -> None:
        super().__init__(settings)
        self._stopwatch = stopwatch
        self.queue = Queue()

    @cached_property
    def _call_records(self) -> "CallRecords":
        return cast("CallRecords", Seam(super()._call_records, self._stopwatch, GRAPH, opening=("start", "resume")))

    @cached_property
    def _call_record_store(self) -> "CallRecordsStore":
        return cast("CallRecordsStore", Seam(super()._call_record_store, self._stopwatch, SPLIT))

    @cached_property
    def _calls_store(self) -> "CallsStore":
        return cast("CallsStore", Seam(super()._calls_store, self._stopwatch, ROWS))

    @cached_property
    def _state(self) -> "StateStore":
        return cast("StateStore", Seam(super()._state, self._stopwatch, STATE))

    @cached_property
    def _meter(self) -> Meter:
        """One that writes nothing: it would do so once a minute, in the midst of some record."""
        return Meter(
            state=self._state_when_needed, held_for=lambda: 0, clock=lambda: datetime.now(UTC), write_soon=lambda: None
        )

    def _queue(self, name: str) -> "QueueClient":  # noqa: ARG002 - as in the app
        return cast("QueueClient", self.queue)


class Worker:
    """Does what the commands say, each a method."""

    def __init__(self) -> None:
        self._stopwatch = Stopwatch()
        instrument(self._stopwatch)
        app, problems = start()
        if app is None:
            raise RuntimeError(f"The settings are wrong: {problems}")
        self._app = MeasuredApp(app.settings, self._stopwatch)
        self._http = httpx.AsyncClient(timeout=60)

    async def ingest(self, call_id: str) -> dict[str, float]:
        """Ingests the call; the milliseconds of CPU by stage."""
        message = self._message(call_id)
        self._stopwatch.start()
        self._app.ingest._repeats = Repeats(lambda: datetime.now(UTC))  # versions come minutes one after another
        await asyncio.create_task(self._app.ingest.on_message(message, 1))
        taken = self._stopwatch.stop()
        if self._app.queue.sent:
            raise RuntimeError(f"The record was not stored: {self._app.queue.sent}")
        return taken

    async def floor(self, urls: list[str], headers: dict[str, str], writes: list[dict[str, Any]]) -> dict[str, float]:
        """Asks Graph for the same pages and sends Cosmos DB as many bytes, with httpx alone; milliseconds of CPU."""
        bodies = [b"x" * write["size"] for write in writes]
        began = time.process_time()
        for url in urls:
            (await self._http.get(url, headers=headers)).raise_for_status()
        read = time.process_time()
        for write, body in zip(writes, bodies, strict=True):
            content = b"".join((write["before"].encode(), body, write["after"].encode()))
            answer = await self._http.post(write["url"], headers=write["headers"], content=content)
            answer.raise_for_status()
        return {"reads": (read - began) * 1_000, "write": (time.process_time() - read) * 1_000}

    async def burst(self, call_ids: list[str]) -> dict[str, float]:
        """Ingests the calls at once; the megabytes of memory at most beyond those before."""
        gc.collect()
        idle = _memory("VmRSS")
        await asyncio.gather(*map(self._until_stored, call_ids))
        return {"idle": idle / 1e6, "peak": (_memory("VmHWM") - idle) / 1e6}

    async def _until_stored(self, call_id: str) -> None:
        """Takes what is put back again, whichever call it is of: all of them are stored in the end."""
        message: str | None = self._message(call_id)
        while message:
            await asyncio.create_task(self._app.ingest.on_message(message, 1))
            message = self._app.queue.sent.pop() if self._app.queue.sent else None
            if message:
                CallMessage.parse(message)  # what is given up is none
                await asyncio.sleep(_LONGEST_DELAY)

    def _message(self, call_id: str) -> str:
        tenant_id = self._app.settings.tenant_id
        now = datetime.now(UTC)
        return str(CallMessage(tenant_id=tenant_id, notified_at=now, call_id=call_id, reason="notification"))


def _memory(field: str) -> int:
    """Bytes of this process, by a field of Linux's; elsewhere the most that it has had."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith(field)) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


async def main() -> None:
    logging.disable(logging.INFO)
    worker = Worker()
    reader = asyncio.StreamReader(limit=2**24)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        command = orjson.loads(line)
        answer = await getattr(worker, command.pop("do"))(**command)
        sys.stdout.write(orjson.dumps(answer).decode() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
