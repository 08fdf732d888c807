import pytest

from callrecords.cosmos.account import Account
from callrecords.cosmos.callqueries import FactQueries
from callrecords.cosmos.usage import UsageStore
from callrecords.http.api import Api
from tests.doubles import Clock
from tests.generated import rows, store_rows
from tests.invented import TENANT


@pytest.fixture(scope="module")
async def generated(account: Account) -> None:
    """Fills `calls`."""
    await store_rows(account, rows())


@pytest.fixture
def api(account: Account) -> Api:
    return Api(FactQueries(account, TENANT), UsageStore(account, TENANT), Clock())
