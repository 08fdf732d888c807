import pytest

from callrecords.cosmos.account import Account
from callrecords.cosmos.calls import CallsStore
from callrecords.http.search import SearchCalls
from tests.doubles import Clock
from tests.generated import rows, store_rows
from tests.invented import TENANT


@pytest.fixture(scope="module")
async def generated(account: Account) -> None:
    """Fills `calls`."""
    await store_rows(account, rows())


@pytest.fixture
def search_calls(account: Account) -> SearchCalls:
    return SearchCalls(CallsStore(account, TENANT), Clock())
