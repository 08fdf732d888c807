from collections.abc import AsyncIterator

import pytest

from callrecords.api import Api
from callrecords.cosmos import Account
from callrecords.factqueries import FactQueries
from callrecords.usagestore import UsageStore
from local.cosmos import CosmosServer
from tests.api.generated import rows, store_rows
from tests.store.cosmosaccount import CosmosAccount, running_account
from tests.unit.doubles import Clock
from tests.unit.invented import TENANT


@pytest.fixture(scope="module")
async def cosmos() -> AsyncIterator[CosmosAccount]:
    """An account with the app's containers, empty at first."""
    async with running_account(CosmosServer()) as running:
        yield running


@pytest.fixture(scope="module")
async def account(cosmos: CosmosAccount) -> AsyncIterator[Account]:
    """The account as one worker has it."""
    async with cosmos.open() as account:
        yield account


@pytest.fixture(scope="module")
async def generated(account: Account) -> None:
    """Fills `calls`."""
    await store_rows(account, rows())


@pytest.fixture
def api(account: Account) -> Api:
    return Api(FactQueries(account, TENANT), UsageStore(account, TENANT), Clock())
