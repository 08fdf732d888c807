"""What Graph told and the app does not have: notifications that were dropped, calls that are missing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from callrecords.callrecord import without_ids
from callrecords.collect.givenup import GivenUpCall
from callrecords.collect.subscription import SUBSCRIPTION, SubscriptionState
from callrecords.operate.flow import FLOW, Flow, merged
from callrecords.operate.report import Link
from callrecords.ports.state import State, StateItems

# Afterwards it is known, and nothing that can be mended by looking at it.
_GIVEN_UP_WITHIN = timedelta(days=1)
# A late call is named once an hour, as long as its message comes back.
_LATE_IF_NAMED_WITHIN = timedelta(hours=3)
_MOST_REASONS = 10


def notifications(items: StateItems, flow: Flow) -> Link:
    """Broken where some of the app's own subscription were dropped in the last hour. Others may be anybody's."""
    is_own, dropped = _is_of_own(items.get(SUBSCRIPTION), flow), flow.dropped or {}
    why = f"notifications were dropped, some of the app's own subscription: {_counted(dropped)}" if is_own else None
    return Link(why, {"droppedInLastHour": dropped})


async def were_dropped(state: State, now: datetime) -> bool:
    """Whether some of the app's own subscription were dropped in the last hour. Raises what the state does."""
    flows = await state.starting_with(FLOW)
    return _is_of_own(await state.read(SUBSCRIPTION), merged(flows, now))


def _is_of_own(known: SubscriptionState | None, flow: Flow) -> bool:
    return known is not None and not {known.subscription_id, *known.former_ids}.isdisjoint(flow.dropped_for)


def missing(given_up: Sequence[GivenUpCall], now: datetime) -> Link:
    """Broken where calls were given up within the last day, or are late now."""
    reasons = Counter(without_ids(each.reason) for each in given_up)
    late = [each for each in given_up if each.is_late and now - each.at < _LATE_IF_NAMED_WITHIN]
    lately = [each for each in given_up if not each.is_late and now - each.since < _GIVEN_UP_WITHIN]
    what = [f"calls {told}: {len(each)}" for each, told in ((lately, "given up"), (late, "late")) if each]
    facts = {"calls": len(given_up), "late": len(late), "reasons": dict(reasons.most_common(_MOST_REASONS))}
    return Link(", ".join(what) or None, facts)


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
