from collections.abc import AsyncIterator

import pytest

from callrecords.cosmos import Account
from local.cosmos import CosmosServer
from tests.store.cosmosaccount import CosmosAccount, running_account


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
