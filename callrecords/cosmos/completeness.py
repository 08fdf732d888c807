"""The completeness of days: an item each in the container `state`."""

from collections.abc import Collection

from azure.cosmos.aio import ContainerProxy

from callrecords.cosmos.account import Account, cosmos_errors, read_if_there, unchanged, won
from callrecords.cosmos.state import CONTAINER, StateStore
from callrecords.errors import Unavailable
from callrecords.graphtypes import JsonObject
from callrecords.ports.completeness import Change, DayCompleteness
from callrecords.ports.state import StateKey

_TRIES = 5
# The days of all rungs, and those by which the calls of a day are counted.
_MOST_KEPT = 40


class CompletenessItems:
    """How complete Cosmos is of the days of `tenant_id`. Every method raises the errors of `cosmos_errors`.

    An item that is damaged counts as absent, and the log says so: what can be read of it may say that all is there.
    """

    def __init__(self, account: Account, tenant_id: str) -> None:
        self._account = account
        self._prefix = f"{tenant_id}:"
        self._state = StateStore(account, tenant_id)
        self._latest: dict[str, JsonObject] = {}

    async def days(self, days: Collection[str]) -> list[DayCompleteness]:
        """What is known of those of the days of which there is something, in the order of days."""
        keys = [completeness_of(day) for day in sorted({*days})]
        found = await self._state.read_all([key.id for key in keys])
        self._latest = dict([*self._latest.items(), *found.items.items()][-_MOST_KEPT:])
        documents = (key.parse_whole(found.items[key.id]) for key in keys if key.id in found.items)
        return [document for document in documents if document is not None]

    async def change(self, day: str, change: Change) -> DayCompleteness:
        """Stores what `change` makes of what is stored of the day, and returns it.

        Where another writer is faster, `change` is called again, with what is stored by then. That may be what it has
        made itself: the SDK repeats a write whose answer was lost. Raises Unavailable as well when other writers of the
        same day kept winning.
        """
        key = completeness_of(day)
        item_id = self._prefix + key.id
        with cosmos_errors(f"Completeness of {day}"):
            container = await self._account.container(CONTAINER)
            for _ in range(_TRIES):
                # What was read with others is not read again, unless it has changed: its etag tells.
                stored = self._latest.pop(key.id, None) or await read_if_there(container, item_id, item_id)
                document = change(key.parse_whole(stored) if stored else None)
                if await _write(container, {**key.item(document), "id": item_id}, stored):
                    return document
        raise Unavailable(f"Completeness of {day}: lost {_TRIES} races against other writers.")


def completeness_of(day: str) -> StateKey[DayCompleteness]:
    """The key of what is known of the day."""
    return StateKey(f"completeness-{day}", DayCompleteness)


async def _write(container: ContainerProxy, item: JsonObject, stored: JsonObject | None) -> bool:
    """Whether `item` took the place of `stored`."""
    if stored is None:
        return await won(container.create_item(item))
    return await won(container.replace_item(item["id"], item, **unchanged(stored["_etag"])))
