"""What the parts of one visit share."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from callrecords.collect.reconcile.compare import Comparison, GivenUp
from callrecords.collect.reconcile.plan import Plan
from callrecords.ports.rows import RowVersions


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A visit with its plan, and with what is `given_up` while it lasts; `now` is the clock that counts."""

    comparison: Comparison
    rows: RowVersions
    plan: Plan
    given_up: GivenUp
    now: Callable[[], datetime]
