"""What the type checker refuses: each line has a misspelling, and the error that mypy finds in it.

mypy warns of an ignored error that is none. So where one of these misspellings is no longer found, `scripts/check`
fails. Nothing here is ever run.
"""

from datetime import datetime

from callrecords.collect.givenup import GivenUpCall
from callrecords.collect.subscription import SUBSCRIPTION
from callrecords.cosmos.search import Filters
from callrecords.http.reports import QualityRow
from callrecords.ports.completeness import DayCompleteness
from callrecords.ports.records import Listed, Stored
from callrecords.ports.state import State
from callrecords.ports.usage import DayRollUp
from callrecords.queues.messages import CallMessage


def a_field_of_a_message(message: CallMessage, now: datetime) -> None:
    assert message.callId  # type: ignore[attr-defined]
    CallMessage(tenant_id="", notified_at=now, call_id="", reason="notification", verison=1)  # type: ignore[call-arg]
    CallMessage(tenant_id="", notified_at=now, call_id="", reason="notified")  # type: ignore[arg-type]


async def a_field_of_a_state_item(state: State, given_up: GivenUpCall) -> None:
    subscription = await state.read(SUBSCRIPTION)
    assert subscription
    assert subscription.expiry  # type: ignore[attr-defined]
    assert given_up.given_up_at  # type: ignore[attr-defined]


async def a_key_of_the_state(state: State, given_up: GivenUpCall) -> None:
    await state.read("subscripton")  # type: ignore[arg-type]
    await state.write(SUBSCRIPTION, given_up)  # type: ignore[misc]


def a_state_of_a_day(day: DayCompleteness) -> None:
    assert day.completeness == "completed"  # type: ignore[comparison-overlap]


def a_field_of_a_record(stored: Stored) -> None:
    assert stored.versions  # type: ignore[attr-defined]
    Listed(call_id="", version="1", start=None)  # type: ignore[arg-type]


def a_column_of_a_roll_up_or_of_a_report(day: DayRollUp) -> None:
    assert day["minute"]  # type: ignore[typeddict-item]
    QualityRow(day="", media="", good=0, bad=0, unclassified=0, poorRatio=0)  # type: ignore[typeddict-item, typeddict-unknown-key]
    Filters(users="")  # type: ignore[call-arg]
