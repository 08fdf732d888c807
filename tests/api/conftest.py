import pytest

from callrecords.api import Api
from callrecords.cosmos import Account
from callrecords.factqueries import FactQueries
from callrecords.usagestore import UsageStore
from tests.api.generated import rows, store_rows
from tests.unit.doubles import Clock
from tests.unit.invented import TENANT


@pytest.fixture(scope="module")
async def generated(account: Account) -> None:
    """Fills `calls`."""
    await store_rows(account, rows())


@pytest.fixture
def api(account: Account) -> Api:
    return Api(FactQueries(account, TENANT), UsageStore(account, TENANT), Clock())
