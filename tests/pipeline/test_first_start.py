"""A new deployment, which remembers nothing, finds the calls that Graph has already."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from callrecords.cosmos.callrecords import CONTAINER
from local.compare import compare
from local.graph import GraphSimulator
from local.stack import IDENTITY_HEADER, TENANT_ID, Ports, running_stack
from local.traffic import generate

# Graph forgets calls 30 days after they started.
DAYS_AGO = (1, 2, 8, 15, 22, 29)
PATIENCE_SECONDS = 240


async def test_a_new_app_subscribes_and_collects_what_graph_has_of_the_last_month_unannounced(tmp_path: Path) -> None:
    graph = GraphSimulator(TENANT_ID, identity_header=IDENTITY_HEADER)
    today = datetime.now(UTC).date()
    for ago in DAYS_AGO:
        for call in generate(seed=ago, calls=3, day=today - timedelta(days=ago), tenant_id=TENANT_ID):
            graph.publish(call.versions[-1].record)
    async with running_stack(Ports.any_free(), tmp_path, graph) as stack:
        await stack.wait_until_subscribed()
        records = stack.database.get_container_client(CONTAINER)

        async def are_there() -> bool:
            headers = records.query_items("SELECT c.id FROM c WHERE IS_DEFINED(c.parts)")
            return len([header async for header in headers]) == len(graph.records)

        await stack.app.wait_until(are_there, "the calls of the last month", PATIENCE_SECONDS)
        assert (await compare(graph.records, records, TENANT_ID)).whole == 3 * len(DAYS_AGO)
        assert not graph.deliveries.log  # nothing was announced
