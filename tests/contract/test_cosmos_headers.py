"""What every answer tells beside its body."""

from typing import Any

from tests.contract.cosmos_sdk import done, listed, query


async def test_a_write_tells_its_charge_session_activity_and_etag(container: Any) -> None:
    created = await done(container.create_item({"id": "1", "pk": "a"}))

    headers = created.get_response_headers()

    assert float(headers["x-ms-request-charge"]) > 1
    assert headers["x-ms-session-token"]
    assert headers["x-ms-activity-id"]
    assert headers["etag"] == created["_etag"]


async def test_a_read_costs_less_than_a_write_and_more_for_larger_items(container: Any) -> None:
    charges = []
    for item_id, text in (("small", ""), ("large", "x" * 100_000)):
        created = await done(container.create_item({"id": item_id, "pk": "a", "text": text}))
        read = await done(container.read_item(item_id, "a"))
        charges += [float(each.get_response_headers()["x-ms-request-charge"]) for each in (read, created)]

    assert charges == sorted(charges)
    assert charges[0] == 1


async def test_a_query_tells_how_many_results_a_page_has(container: Any) -> None:
    for number in range(3):
        await done(container.create_item({"id": str(number), "pk": "a"}))

    await listed(query(container, "SELECT * FROM c", "a"))

    assert container.client_connection.last_response_headers["x-ms-item-count"] == "3"
