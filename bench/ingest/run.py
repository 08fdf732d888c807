"""The rounds: each lets the worker ingest, and then do the least that any code has to do for the same."""

from collections import Counter
from collections.abc import Iterator, Sequence

from bench.ingest.bed import ARCHIVE, ROWS, Bed, running_bed
from bench.ingest.figures import Figures, Scenario
from bench.ingest.records import meeting_of, new_ids
from callrecords.graphtypes import JsonObject

_WARM_UP = 20
_SMALL = 2


async def measure_size(sessions: int, rounds: int) -> Scenario:
    """A new record of so many sessions, `rounds` times."""
    scenario, record, ids = Scenario(f"{sessions:,} sessions"), meeting_of(sessions), new_ids()
    async with running_bed() as bed:
        await _warm_up(bed, ids)
        bed.graph_tap.repeat()
        for _ in range(rounds):
            scenario.add(await _ingest(bed, {**record, "id": next(ids)}))
    return scenario


async def measure_day(day: Sequence[Sequence[JsonObject]], rounds: int) -> list[Scenario]:
    """The calls of a day, `rounds` times: the mean new record, the mean later version, the mean call."""
    names = ("day: new record", "day: later version", "day: whole call")
    new, later, whole = scenarios = [Scenario(name) for name in names]
    ids = new_ids()
    async with running_bed() as bed:
        await _warm_up(bed, ids)
        for _ in range(rounds):
            firsts, others = [], []
            for versions in day:
                call_id = next(ids)
                first, *following = [await _ingest(bed, {**version, "id": call_id}) for version in versions]
                firsts.append(first)
                others += following
            new.add(_mean(firsts, len(firsts)))
            if others:
                later.add(_mean(others, len(others)))
            whole.add(_mean(firsts + others, len(firsts)))
    return [scenario for scenario in scenarios if scenario.rounds]


async def measure_memory(sessions: int, at_once: int, rounds: int) -> Scenario:
    """Megabytes that a fresh worker needs for records of so many sessions, beyond what it has when it idles.

    Graph lets all of them come to their last page together: that is the worst moment.
    """
    scenario, record, ids = Scenario(f"{at_once} of {sessions:,} sessions"), meeting_of(sessions), new_ids()
    for _ in range(rounds):
        async with running_bed() as bed:
            await _warm_up(bed, ids, times=3)
            bed.graph_tap.repeat()
            bed.graph_tap.gather(at_once)
            call_ids = [next(ids) for _ in range(at_once)]
            for call_id in call_ids:
                bed.graph.publish({**record, "id": call_id})
            scenario.add(await bed.command("burst", call_ids=call_ids))
    return scenario


async def _warm_up(bed: Bed, ids: Iterator[str], times: int = _WARM_UP) -> None:
    record = meeting_of(_SMALL)
    for _ in range(times):
        await _ingest(bed, {**record, "id": next(ids)})


async def _ingest(bed: Bed, record: JsonObject) -> Figures:
    """Lets the worker ingest the record as Graph holds it now, and measures the floor of it."""
    bed.graph.publish(record)
    bed.cosmos_tap.requests.clear()
    bed.graph_tap.clear()
    before = {name: bed.cosmos_tap.stored(name) for name in (ARCHIVE, ROWS)}
    taken = await bed.command("ingest", call_id=record["id"])
    stored = {name: bed.cosmos_tap.stored(name) - size for name, size in before.items()}
    figures = _asked(bed) | {
        "archive bytes": stored[ARCHIVE],
        "row bytes": stored[ROWS],
        "stored bytes": sum(stored.values()),
        "CPU": sum(taken.values()),
        **{f"CPU {stage}": milliseconds for stage, milliseconds in taken.items()},
    }
    floor = await bed.floor(list(bed.graph_tap.urls), round(figures["written bytes"]))
    return figures | {"floor reads": floor["reads"], "floor write": floor["write"], "floor": sum(floor.values())}


def _asked(bed: Bed) -> Figures:
    """What the servers were asked."""
    requests = bed.cosmos_tap.requests
    counts = Counter(f"asked {request.container} {request.operation}" for request in requests)
    charges: dict[str, float] = {}
    for request in requests:
        charges[f"RU {request.container}"] = charges.get(f"RU {request.container}", 0) + request.charge
    return {
        "Graph requests": len(bed.graph_tap.urls),
        "Graph bytes": bed.graph_tap.received,
        "Cosmos requests": len(requests),
        "RU": sum(charges.values()),
        "written bytes": sum(request.sent for request in requests if request.is_write),
        **counts,
        **charges,
    }


def _mean(figures: Sequence[Figures], count: int) -> Figures:
    names = dict.fromkeys(name for each in figures for name in each)
    return {name: sum(each.get(name, 0) for each in figures) / count for name in names}
