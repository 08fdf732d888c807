"""The comparison that other tests, the demo and the fault run rely on sees what is wrong."""

import pytest
from azure.cosmos.aio import ContainerProxy

from callrecords.callrecord import CallRecord
from callrecords.cosmos.account import Account
from local.graph.faults import REPAIRED
from tests.integration.cosmos.collector import Collector
from tests.integration.cosmos.cosmosaccount import CosmosAccount
from tests.integration.cosmos.invented import TENANT, call_record, new_call_id

pytestmark = pytest.mark.usefixtures("small_items")

WRONGS = ("missing", "stale", "mixed", "broken", "orphans")


class Stored:
    """A call record in Cosmos that can be spoiled."""

    def __init__(self, cosmos: CosmosAccount, record: CallRecord) -> None:
        self.call_id = record.call_id
        self._record = record
        self._cosmos = cosmos
        self._key = [TENANT, record.call_id]
        self.is_garbled = False

    @property
    def container(self) -> ContainerProxy:
        return self._cosmos.database.get_container_client("callRecords")

    async def delete(self, item_id: str) -> None:
        await self.container.delete_item(item_id, partition_key=self._key)

    async def change(self, item_id: str, **properties: object) -> None:
        item = await self.container.read_item(item_id, partition_key=self._key)
        await self.container.upsert_item({**item, **properties})

    async def change_record(self, **properties: object) -> None:
        header = await self.container.read_item(self.call_id, partition_key=self._key)
        await self.change(self.call_id, record=header["record"] | properties)

    async def a_part(self) -> str:
        return next(item_id for item_id in await self._cosmos.items(self.call_id) if item_id != self.call_id)

    async def wrongs(self) -> dict[str, list[str]]:
        """What is wrong by kind."""
        garbled = [self.call_id] if self.is_garbled else []
        found = await self._cosmos.compared_with(self._record, garbled)
        assert found.complete is not any(getattr(found, name) for name in WRONGS)
        return {name: getattr(found, name) for name in WRONGS if getattr(found, name)}


@pytest.fixture
async def stored(cosmos: CosmosAccount, account: Account) -> Stored:
    record = call_record(new_call_id(), 2)
    await Collector(account, record).handle()
    return Stored(cosmos, record)


async def test_nothing_is_wrong_with_a_record_that_is_stored_whole(stored: Stored) -> None:
    assert await stored.wrongs() == {}


async def test_a_record_without_a_header_is_missing(stored: Stored) -> None:
    await stored.delete(stored.call_id)
    assert await stored.wrongs() == {"missing": [stored.call_id]}


async def test_a_record_of_an_older_version_is_stale(stored: Stored) -> None:
    await stored.change(stored.call_id, version=1)
    assert await stored.wrongs() == {"stale": [stored.call_id]}


async def test_a_record_with_a_part_of_another_version_is_mixed(stored: Stored) -> None:
    await stored.change(await stored.a_part(), version=1)
    assert await stored.wrongs() == {"mixed": [stored.call_id]}


async def test_a_record_without_one_of_its_parts_is_mixed(stored: Stored) -> None:
    await stored.delete(await stored.a_part())
    assert await stored.wrongs() == {"mixed": [stored.call_id]}


async def test_a_record_without_all_of_its_sessions_is_broken(stored: Stored) -> None:
    await stored.change(await stored.a_part(), sessions="")
    assert await stored.wrongs() == {"broken": [stored.call_id]}


@pytest.mark.parametrize("text", ["?", "AAAA", "H4sI"])
async def test_a_record_of_which_a_part_cannot_be_decompressed_is_broken(stored: Stored, text: str) -> None:
    await stored.change(await stored.a_part(), sessions=text)
    assert await stored.wrongs() == {"broken": [stored.call_id]}


async def test_a_record_with_another_property_is_broken(stored: Stored) -> None:
    await stored.change(stored.call_id, record={"type": "peerToPeer"})
    assert await stored.wrongs() == {"broken": [stored.call_id]}


async def test_a_record_with_a_property_that_graph_does_not_hold_is_broken(stored: Stored) -> None:
    await stored.change_record(shoeSize=43)
    assert await stored.wrongs() == {"broken": [stored.call_id]}


@pytest.mark.parametrize("garbled", [True, False])
async def test_a_record_may_be_repaired_where_graph_gave_what_is_no_json(stored: Stored, garbled: bool) -> None:
    await stored.change(stored.call_id, caveats=["repaired"])
    await stored.change_record(**REPAIRED)
    stored.is_garbled = garbled
    assert await stored.wrongs() == ({} if garbled else {"broken": [stored.call_id]})


@pytest.mark.parametrize(
    ("caveats", "properties"),
    [([], REPAIRED), (["repaired"], {"nickname": "Ann"}), (["participantsRefused"], {}), (["noSessions"], {})],
)
async def test_it_may_be_so_with_its_caveat_and_in_what_was_no_json_alone(
    stored: Stored, caveats: list[str], properties: dict[str, str]
) -> None:
    await stored.change(stored.call_id, caveats=caveats)
    await stored.change_record(**properties)
    stored.is_garbled = True
    assert await stored.wrongs() == {"broken": [stored.call_id]}


async def test_a_part_that_no_header_names_is_an_orphan(stored: Stored) -> None:
    await stored.change(await stored.a_part(), id="left-behind")
    assert await stored.wrongs() == {"orphans": ["left-behind"]}
