"""Which items of a record fit in one transactional batch."""

from callrecords.cosmos.items import BATCH_BYTES, BATCH_OPERATIONS, Items, share_batch, size
from callrecords.graphtypes import JsonObject
from tests.invented import CALL


def part(number: int, length: int) -> JsonObject:
    """A part of about `length` bytes."""
    return {"id": f"sessions-1-{number}", "x": "x" * length}


def batch(part_sizes: list[int]) -> Items:
    return Items({"id": CALL, "record": {}}, [part(number, size) for number, size in enumerate(part_sizes)])


def test_what_fits_goes_with_the_header_and_nothing_else_is_written_ahead() -> None:
    items = batch([500, 500])
    assert share_batch(items) == ([], items.parts)


def test_a_batch_keeps_under_the_limit_of_bytes() -> None:
    items = batch([1_000_000, 1_000_000, 700_000])
    ahead, within = share_batch(items)
    assert ahead == items.parts[1:2]
    assert within == [items.parts[0], items.parts[2]]
    assert size(items.header) + sum(map(size, within)) <= BATCH_BYTES


def test_a_batch_keeps_under_the_limit_of_operations() -> None:
    ahead, within = share_batch(batch([100] * 150))
    assert (len(within) + 1, len(ahead)) == (BATCH_OPERATIONS, 51)


def test_a_large_header_leaves_less_room_in_the_batch() -> None:
    items = batch([500_000])
    items.header["record"]["joinWebUrl"] = "x" * 1_400_000
    assert share_batch(items) == (items.parts, [])
