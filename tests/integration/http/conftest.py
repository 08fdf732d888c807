import pytest

from callrecords.cosmos.account import Account
from callrecords.http.search import SearchCalls
from tests.generated import rows, store_rows
from tests.integration.http.searching import searching


@pytest.fixture(scope="module")
async def generated(account: Account) -> None:
    """Fills `calls`."""
    await store_rows(account, rows())


@pytest.fixture
def search_calls(account: Account) -> SearchCalls:
    return searching(account)
