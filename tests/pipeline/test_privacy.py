"""Call records are personal data: nothing of one reaches the log, whatever happens to it."""

import re
from collections.abc import Iterator

from local.graph import Fault, NotJson, Status, Truncate
from local.stack import CLIENT_STATE, Stack
from local.traffic import Call
from tests.pipeline.reading import is_whole, poison_entries
from tests.pipeline.waiting import until

CANARY = "canary-4f1e"
# Of Graph's answers, with the seconds after which to come back. The last is final.
STATUSES = {500: None, 429: 0.5, 400: None}


def marked(value: object) -> object:
    """`value` with every text in it marked, but for ids, times, types and other words of Graph's."""
    if isinstance(value, dict):
        return {name: each if name in _GRAPHS_OWN else marked(each) for name, each in value.items()}
    if isinstance(value, list):
        return [marked(each) for each in value]
    return f"{CANARY} {value}" if isinstance(value, str) else value


_GRAPHS_OWN = {"id", "startDateTime", "endDateTime", "lastModifiedDateTime", "@odata.type"}


async def test_nothing_of_a_call_record_and_none_of_graphs_words_are_logged(
    stack: Stack, calls: Iterator[Call]
) -> None:
    call_ids: list[str] = []
    explained = [Status(status, retry_after, words=f"{CANARY} said") for status, retry_after in STATUSES.items()]
    for fault in (None, NotJson(), Truncate(), *explained):
        record = marked(next(calls).versions[-1].record)
        assert isinstance(record, dict)
        call_ids.append(record["id"])
        stack.graph.publish(record)
        if fault:
            stack.graph.faults.append(Fault(fault, call_id=record["id"]))
        stack.graph.notify(record["id"])
    *arriving, refused = call_ids
    await until(lambda: is_whole(stack, *arriving))

    async def is_given_up() -> bool:
        return refused in " ".join(entry["message"] for entry in await poison_entries(stack))

    await until(is_given_up)
    assert CANARY not in str([entry["reason"] for entry in await poison_entries(stack)])
    log = stack.app.log_file.read_text()
    assert re.search(f"{arriving[0]} version", log)
    assert CANARY not in log
    assert CLIENT_STATE not in log
